"""A draft held against the tickets of the last weeks: which would have begun elsewhere, which would have climbed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from reports.past_tickets import MOST, past_tickets, waits_of
from reports.replay import Replayed, replay
from tickets.models import Ticket
from tiers.models import Policy, PolicyVersion
from tiers.policies import live_policies, live_policy
from tiers.roster import roster

DAYS = 30
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Moved:
    """A ticket that would begin elsewhere, or climb more or less, than under the live policy."""

    before: Replayed
    after: Replayed


@dataclass(frozen=True, slots=True)
class Comparison:
    """So many tickets were replayed under the live policy and under the draft, and what came out differently."""

    tickets: int
    capped: bool
    moved: tuple[Moved, ...]
    climbs_before: int
    climbs_after: int


def compare(draft: PolicyVersion, *, reader: User, now: datetime) -> Comparison:
    """The tickets of the clients whom the draft is for, of the last thirty days, that `reader` may see.

    Raises KeyError where the draft has no ladder for a priority; `policy_check.problems` tells of it.
    """
    seen = Ticket.objects.visible_to(reader)
    pasts = past_tickets(seen, since=now - timedelta(days=DAYS), limit=MOST + 1)
    live = {version.of_id: version for version in live_policies()}
    after = [*(v for v in live.values() if v.of_id != draft.of_id), _as_if_live(draft)]
    staff = roster(now=now)
    waits = waits_of(staff)
    pairs = []
    for past in pasts[:MOST]:
        client = past.request.client
        old, new = live_policy(client, list(live.values())), live_policy(client, after)
        if draft.of_id in (old.of_id, new.of_id):
            [was], [is_] = (replay(version.document, [past], waits=waits, now=now) for version in (old, new))
            pairs.append(Moved(was, is_))
    moved = tuple(p for p in pairs if (p.before.began, p.before.climbs) != (p.after.began, p.after.climbs))
    return Comparison(
        len(pairs), len(pasts) > MOST, moved, sum(p.before.climbs for p in pairs), sum(p.after.climbs for p in pairs)
    )


def _as_if_live(draft: PolicyVersion) -> PolicyVersion:
    return PolicyVersion(of=draft.of, document=draft.document)


def policy_named(name: str, number: int | None = None) -> PolicyVersion | None:
    """A policy's live version, or the one with this number."""
    policy = Policy.objects.filter(name=name).first()
    if policy is None:
        return None
    if number is None:
        return PolicyVersion.live(policy)
    return PolicyVersion.objects.filter(of=policy, number=number).select_related("of").first()
