"""Locking tickets and taking them in hand, many at a time, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from accounts.models import User
from sla.agreements import ALWAYS, CalendarRef, Rules, calendars_by_version, rules_by_version
from tickets.client_updates import AUTOMATIC, MOST_AN_HOUR
from tickets.desk_profile import listeners
from tickets.facts import MANAGER_RESPOND, MANAGER_ROUNDS, OLA_RESOLVE
from tickets.models import BallChange, Clock, Ticket, TicketEvent, VendorCase
from tickets.status import TIER
from tickets.work import CaseInHand, RunningClock, Work
from tiers.ladder import Ladder, Situation, ladder_for
from tiers.policies import policy_documents
from tiers.roster import Roster, roster
from vendors.models import ContactPoint

OWN = (
    "id", "client_id", "title", "priority", "service_id", "opened_at", "policy_version_id", "status", "holder_kind",
    "tier_id", "team_id", "assignee_id", "step", "round", "touched", "bounces", "manager_calls", "acknowledged_at",
    "acknowledged_by_id", "responded_at", "updated_at", "resolved_at", "resolution", "wake_at", "remind_at",
    "reminders", "last_event_at", "event_count", "custody_count", "merged_into_id",
    "terms_version_id", "terms_lapsed",
)  # fmt: skip
JOINED = {
    "j_client": F("client__name"),
    "j_client_language": F("client__language"),
    "j_client_timezone": F("client__timezone"),
    "j_client_agreement_id": F("client__agreement_id"),
    "j_service": F("service__name"),
    "j_assignee": F("assignee__email"),
    "j_contact_email": F("contact__email"),
    "j_category": F("category"),
    "j_device_type": F("device_type"),
}
CLOCK = (
    "id", "metric", "subject", "round", "revision", "tier_id", "agreement_version_id", "target_seconds",
    "inherited_seconds", "consumed_seconds", "started_at", "counted_from", "running_since", "due_at", "state",
    "warned_percent", "breached_at", "stopped_at", "because",
)  # fmt: skip


# A case's names in hand, and where they come from.
CASE = {
    "id": "id", "vendor": "vendor__name", "service": "service__name", "commitment_id": "service__commitment_id",
    "severity": "severity", "step": "step", "status": "status", "ball": "ball", "ball_count": "ball_count",
    "lodged_at": "lodged_at", "answered_at": "answered_at", "chases": "chases",
}  # fmt: skip


def locked(key: str, *, by: User, now: datetime) -> Work:
    """Lock the ticket that `by` may see and take it in hand. Raises Ticket.DoesNotExist, for a foreign one too."""
    seen = Ticket.objects.visible_to(by).by_key(key).values("pk")
    ids = list(Ticket.objects.filter(pk__in=seen).select_for_update(no_key=True).values_list("pk", flat=True))
    if not ids:
        raise Ticket.DoesNotExist(f"{key} does not exist.")
    return in_hand(ids, now=now)[0]


def claim_due(*, now: datetime, limit: int) -> list[int]:
    """Lock the tickets that are due, earliest first, leaving those that somebody else is at."""
    due = Ticket.objects.filter(check_at__lte=now).order_by("check_at")
    return list(due.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)[:limit])


def in_hand(ids: Sequence[int], *, now: datetime, staff: Roster | None = None) -> list[Work]:
    """Take these locked tickets in hand: their rows, open clocks, ladders and who could be reached."""
    staff = staff or roster(now=now)
    rows = list(Ticket.objects.filter(pk__in=ids).order_by("check_at", "pk").values(*OWN, **JOINED))
    policies = policy_documents(row["policy_version_id"] for row in rows)
    hindrances = vendor_obstacles(ids)
    works = [_work(row, policies, hindrances.get(row["id"], ""), staff) for row in rows]
    absences, known = staff.absences(now), listeners(staff.calendars)
    for work in works:
        work.absences, work.listeners = absences, known
    clocks, cases = open_clocks(ids), _open_cases(ids)
    for work in works:
        work.clocks, work.cases = clocks[work.id], cases[work.id]
    _note_used(works)
    _note_told(works)
    return works


def _note_used(works: Sequence[Work]) -> None:
    """What each tier had used up of its time to resolve, for tickets that will come back to one."""
    away = {work.id: work for work in works if work.holder_kind != TIER}
    if not away:
        return
    stopped = Clock.objects.filter(ticket_id__in=away, metric=OLA_RESOLVE).order_by("id")
    for ticket_id, tier_id, used in stopped.values_list("ticket_id", "tier_id", "consumed_seconds"):
        away[ticket_id].used[tier_id] = used


def _note_told(works: Sequence[Work]) -> None:
    """When whoever reported a ticket with a case got its last automatic mails."""
    asking = {work.id: work for work in works if work.cases and work.contact_email}
    if not asking:
        return
    told = TicketEvent.objects.filter(ticket=OuterRef("pk"), kind__in=AUTOMATIC).exclude(client_text="")
    told = told.exclude(why__has_key="not_mailed")
    latest = ArraySubquery(told.order_by("-seq").values("at")[:MOST_AN_HOUR])
    for pk, moments in Ticket.objects.filter(pk__in=asking).annotate(told=latest).values_list("pk", "told"):
        asking[pk].told = tuple(reversed(moments))


def open_clocks(ids: Sequence[int]) -> dict[int, list[RunningClock]]:
    """The clocks of these tickets that have not ended."""
    return _clocks(Clock.objects.filter(ticket_id__in=ids, stopped_at__isnull=True))


def ended_clocks(ticket_id: int) -> list[RunningClock]:
    """The clocks of one ticket that have ended, in the order in which they began."""
    return _clocks(Clock.objects.filter(ticket_id=ticket_id, stopped_at__isnull=False))[ticket_id]


def _clocks(clocks: QuerySet[Clock]) -> dict[int, list[RunningClock]]:
    rows = list(clocks.order_by("id").values_list("ticket_id", "calendar_version_id", *CLOCK))
    calendars = calendars_by_version({row[1] for row in rows if row[1]})
    at = 2 + CLOCK.index("agreement_version_id")
    rules = rules_by_version({row[at] for row in rows if row[at]})
    found: dict[int, list[RunningClock]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(_clock(row[2:], calendars[row[1]] if row[1] else ALWAYS, rules[row[at]]))
    return found


def _clock(values: Sequence[Any], calendar: CalendarRef, rules: Rules) -> RunningClock:
    known = dict(zip(CLOCK, values, strict=True))
    thresholds = MANAGER_ROUNDS if known["metric"] == MANAGER_RESPOND else rules.thresholds
    return RunningClock(**known, calendar=calendar, vendor_time_counts=rules.vendor_time_counts, thresholds=thresholds)


def _open_cases(ids: Sequence[int]) -> dict[int, list[CaseInHand]]:
    rows = VendorCase.objects.filter(ticket_id__in=ids).exclude(status="CLOSED").order_by("id")
    balls = BallChange.objects.filter(case=OuterRef("pk")).order_by("-seq").values("began_at")
    found: dict[int, list[CaseInHand]] = defaultdict(list)
    for ticket_id, since, *values in rows.values_list("ticket_id", Subquery(balls[:1]), *CASE.values()):
        found[ticket_id].append(CaseInHand(**dict(zip(CASE, values, strict=True)), since=since))
    return found


def case_in_hand(case: VendorCase) -> CaseInHand:
    """A case that was just opened, as the ticket in hand has it."""
    return CaseInHand(**{name: attrgetter(path.replace("__", "."))(case) for name, path in CASE.items()})


def vendor_obstacles(ids: Sequence[int]) -> dict[int, str]:
    """Why a ticket's vendor step cannot be reached; absent where it can."""
    mail = ContactPoint.objects.filter(service=OuterRef("service"), kind=ContactPoint.Kind.EMAIL)
    case = VendorCase.objects.filter(ticket=OuterRef("pk"), vendor=OuterRef("service__vendor")).exclude(status="CLOSED")
    rows = Ticket.objects.filter(pk__in=ids).values_list("pk", "service__name", Exists(mail), Exists(case))
    return {pk: words for pk, service, mailed, opened in rows if (words := _obstacle(service, mailed, opened))}


def _obstacle(service: str | None, mailed: bool, opened: bool) -> str:
    if service is None:
        return "no vendor service is known for this ticket"
    if opened:
        return f"a case about {service} is open already"
    return "" if mailed else f"{service} has no address to write to"


def agreement_of(ladder: Ladder, of_client: int, staff: Roster) -> int:
    """The agreement that holds for the ticket: the exception's where it names one, else the client's."""
    named = staff.terms_named((ladder.exception or {}).get("agreement") or "")
    return named.agreement_id if named else of_client


def obstacles(ladder: Ladder, vendor: str, staff: Roster) -> tuple[str, ...]:
    """For each step why it cannot be reached, "" where it can."""
    return tuple(vendor if step.vendor else _empty(step.tier, staff) for step in ladder.steps)


def _empty(tier: str, staff: Roster) -> str:
    info = staff.tiers.get(tier)
    if info is None:
        return f"there is no tier {tier}"
    return "" if info.team.members else f"nobody is in {info.team.name}"


@lru_cache(maxsize=4096)
def ladder_in(policy_version_id: int, situation: Situation) -> Ladder:
    """The ladder of a published version, whose document never changes."""
    return ladder_for(policy_documents([policy_version_id])[policy_version_id][1], situation)


def _work(row: dict[str, Any], policies: dict[int, tuple[str, Any]], vendor: str, staff: Roster) -> Work:
    joined = {name.removeprefix("j_"): row.pop(name) or "" for name in JOINED}
    situation = Situation(
        joined["client"], row["priority"], joined["service"], joined.pop("category"), joined.pop("device_type")
    )
    ladder = ladder_in(row["policy_version_id"], situation)
    joined["agreement_id"] = agreement_of(ladder, joined["client_agreement_id"], staff)
    return Work(
        **row,
        **joined,
        policy=policies[row["policy_version_id"]][0],
        ladder=ladder,
        obstacles=obstacles(ladder, vendor, staff),
        roster=staff,
        situation=situation,
    )
