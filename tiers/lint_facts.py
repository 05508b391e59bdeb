"""What the lint of a policy must know, read from the database in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import F, Func

from accounts.models import User
from clients.models import Asset
from sla.agreements import Terms
from sla.models import Agreement
from sla.priorities import PRIORITIES
from tiers import on_call
from tiers.lint_known import Known, KnownContact, KnownService, KnownTeam, KnownTier
from tiers.policies import live_policies
from tiers.roster import Roster, TeamInfo, TierInfo, roster
from vendors.models import ContactPoint, Service, ServiceAccount

AHEAD = timedelta(days=14)


def known(*, now: datetime, policy: str = "") -> Known:
    """The provider as it stands at `now`, for the policy of this name; gaps are those of the coming 14 days."""
    staff = roster(now=now)
    promised = _of_clients(staff)
    people = list(User.objects.filter(kind=User.Kind.PERSON).values_list("email", "name", "is_active"))
    return Known(
        begins=now,
        ends=now + AHEAD,
        tiers={tier.name: _tier(tier) for tier in staff.tiers.values()},
        teams={team.name: _team(team, now=now) for team in staff.teams.values()},
        services=_services(),
        acknowledged=frozenset(p for terms in promised for p in terms.targets if "ACKNOWLEDGE" in terms.targets[p]),
        elsewhere=_elsewhere(policy),
        people=frozenset(email for email, _, active in people if active),
        left={email: name or email for email, name, active in people if not active},
        lapsed={terms.name: terms.lapsed for terms in promised if terms.lapsed},
        calendars={name: ref.calendar for name, ref in staff.calendars.items()},
        asset_keys=_asset_keys(),
    )


def _of_clients(staff: Roster) -> list[Terms]:
    """The terms of all agreements with clients."""
    ids = Agreement.objects.filter(kind=Agreement.Kind.SLA).values_list("pk", flat=True)
    return [staff.terms[pk] for pk in ids if pk in staff.terms]


def _tier(tier: TierInfo) -> KnownTier:
    promises = {priority: frozenset(targets) for priority, targets in tier.ola.targets.items()}
    calendars = {priority: tier.ola.calendar_for(priority).calendar for priority in PRIORITIES}
    return KnownTier(tier.name, tier.team.name, promises, calendars, tier.ola.targets, tier.ola.title)


def _team(team: TeamInfo, *, now: datetime) -> KnownTeam:
    gaps = tuple((shift.begins_at, shift.ends_at) for shift in team.shifts(now, now + AHEAD) if not shift.who)
    return KnownTeam(
        team.name, team.members, team.email, team.managers, gaps if team.members else (), on_call.zone_of(team.rotation)
    )


def _services() -> dict[str, KnownService]:
    contacts: dict[int, list[KnownContact]] = defaultdict(list)
    points = ContactPoint.objects.order_by("service_id", "order")
    fields = ("kind", "value", "verified_on", "interval_days", "bad_because", "bad_since")
    for service, *said, bad_because, bad_since in points.values_list("service_id", *fields):
        contacts[service].append(KnownContact(*said, bad=(bad_because or "nobody noted why") if bad_since else ""))
    accounts: dict[int, dict[str, frozenset[str]]] = defaultdict(dict)
    rows = ServiceAccount.objects.order_by("pk").values_list("service_id", "client__name", "facts", "secrets")
    for service, client, facts, secrets in rows:
        accounts[service][client] = frozenset([*_written(facts), *secrets])
    offered = Service.objects.filter(retired_at=None, vendor__retired_at=None).order_by("name")
    return {
        name: KnownService(name, tuple(contacts[pk]), tuple(required), accounts[pk], lodge_by, verify_first)
        for pk, name, required, lodge_by, verify_first in offered.values_list(
            "pk", "name", "required", "lodge_by", "verify_first"
        )
    }


def _written(facts: Mapping[str, str]) -> Iterable[str]:
    return (key for key, value in facts.items() if value)


def _elsewhere(policy: str) -> dict[str, str]:
    """The clients that the live versions of other policies name."""
    others = [version for version in live_policies() if version.of.name != policy]
    return {client: version.of.name for version in others for client in version.document.get("clients") or ()}


def _asset_keys() -> frozenset[str]:
    keys = Asset.objects.annotate(key=Func(F("facts"), function="jsonb_object_keys")).order_by()
    return frozenset(keys.values_list("key", flat=True).distinct())
