"""Locking tickets and taking them in hand, many at a time, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from accounts.models import User
from sla.agreements import ALWAYS, CalendarRef, Rules, calendars_by_version, rules_by_version
from tickets.cases.reminded import was_reminded
from tickets.client_updates import AUTOMATIC, MOST_AN_HOUR
from tickets.desk_profile import listeners
from tickets.facts import CHASE_ROUNDS, CHASED, MANAGER_RESPOND, MANAGER_ROUNDS, OLA_RESOLVE
from tickets.models import BallChange, Clock, CustodyChange, Ticket, TicketEvent, VendorCase
from tickets.status import TIER
from tickets.work import CaseInHand, RunningClock, ServiceInHand, Work
from tiers.ladder import Ladder, Situation, ladder_for
from tiers.policies import policy_documents
from tiers.roster import Roster, roster
from vendors.engagement import automatic
from vendors.models import ContactPoint, Service

OWN = (
    "id", "client_id", "title", "priority", "service_id", "opened_at", "policy_version_id", "status", "holder_kind",
    "tier_id", "team_id", "assignee_id", "step", "round", "touched", "bounces", "manager_calls", "acknowledged_at",
    "acknowledged_by_id", "responded_at", "updated_at", "resolved_at", "resolution", "wake_at", "remind_at",
    "reminders", "last_event_at", "event_count", "custody_count", "merged_into_id",
    "terms_version_id", "terms_lapsed", "error_code", "impact",
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
    "contact_bad_since": "contact_point__bad_since",
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
    services = services_in_hand(ids)
    works = [_work(row, policies, services[row["id"]], staff) for row in rows]
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
    of_house = CHASE_ROUNDS if known["metric"] in CHASED else rules.thresholds
    thresholds = MANAGER_ROUNDS if known["metric"] == MANAGER_RESPOND else of_house
    return RunningClock(**known, calendar=calendar, vendor_time_counts=rules.vendor_time_counts, thresholds=thresholds)


def _open_cases(ids: Sequence[int]) -> dict[int, list[CaseInHand]]:
    rows = VendorCase.objects.filter(ticket_id__in=ids).exclude(status="CLOSED").order_by("id")
    balls = BallChange.objects.filter(case=OuterRef("pk")).order_by("-seq").values("began_at")
    found: dict[int, list[CaseInHand]] = defaultdict(list)
    beside = ("ticket_id", Subquery(balls[:1]), was_reminded())
    for ticket_id, since, reminded, *values in rows.values_list(*beside, *CASE.values()):
        found[ticket_id].append(CaseInHand(**dict(zip(CASE, values, strict=True)), since=since, reminded=reminded))
    return found


def case_in_hand(case: VendorCase) -> CaseInHand:
    """A case that was just opened, as the ticket in hand has it."""
    return CaseInHand(**{name: _behind(case, path) for name, path in CASE.items()})


def _behind(row: Any, path: str) -> Any:
    """What a path of names leads to, None where it ends before."""
    for name in path.split("__"):
        row = None if row is None else getattr(row, name)
    return row


NO_SERVICE_KNOWN = "no vendor service is known for this ticket"
BROUGHT_IN = "it was brought in from elsewhere"


def services_in_hand(ids: Sequence[int]) -> dict[int, ServiceInHand]:
    """The services that these tickets are about, and what stands against engaging their vendors; for each one."""
    rows = Ticket.objects.filter(pk__in=ids).values("pk", **_ABOUT)
    return {row["pk"]: _service_in_hand(row) for row in rows}


_CASES = VendorCase.objects.filter(ticket=OuterRef("pk"), vendor=OuterRef("service__vendor"))
# A ticket that was brought in is of the past: what its conditions would have led to was done elsewhere, or was not.
_BROUGHT_IN = CustodyChange.objects.filter(ticket=OuterRef("pk"), seq=1, origin=CustodyChange.Origin.IMPORTED)
_RULED = _CASES.filter(status="CLOSED", engaged_by=VendorCase.EngagedBy.RULE, lodged_at__isnull=False)
_HAS_AUTOMATIC = {"service__engage_when__contains": [{"automatic": True}]}
_ABOUT = {
    "j_service": F("service__name"),
    "j_vendor": F("service__vendor__name"),
    "j_retired": Coalesce("service__retired_at", "service__vendor__retired_at"),
    "j_reached": Exists(ContactPoint.objects.filter(service=OuterRef("service"))),
    "j_lodge_by": F("service__lodge_by"),
    "j_open": Exists(_CASES.exclude(status="CLOSED")),
    "j_conditions": F("service__engage_when"),
    "j_brought_in": Case(When(**_HAS_AUTOMATIC, then=Exists(_BROUGHT_IN)), default=False),
    "j_ruled": Case(When(**_HAS_AUTOMATIC, then=Exists(_RULED)), default=False),
}


def _service_in_hand(row: dict[str, Any]) -> ServiceInHand:
    name = row["j_service"]
    if name is None:
        return ServiceInHand(obstacle=NO_SERVICE_KNOWN)
    opened = f"a case about {name} is open already" if row["j_open"] else ""
    obstacle = opened or unreachable(name, row["j_retired"], row["j_reached"] or row["j_lodge_by"] == "API")
    ruled = f"a condition has engaged {row['j_vendor']} for it before" if row["j_ruled"] else ""
    brought_in = BROUGHT_IN if row["j_brought_in"] else ""
    return ServiceInHand(automatic(row["j_conditions"]), obstacle, ruled or brought_in)


def new_service_in_hand(service: Service | None, *, brought_in: bool) -> ServiceInHand:
    """The same for a ticket that is being opened, and has no case yet."""
    if service is None:
        return ServiceInHand(obstacle=NO_SERVICE_KNOWN)
    reached = service.lodge_by == Service.Channel.API or service.contact_points.exists()
    obstacle = unreachable(service.name, service.retired_at or service.vendor.retired_at, reached)
    return ServiceInHand(automatic(service.engage_when), obstacle, BROUGHT_IN if brought_in else "")


def unreachable(name: str, retired: datetime | None, reached: bool) -> str:
    """Why nothing can be lodged about this service, "" where it can."""
    if retired:
        return f"{name} was retired on {retired:%Y-%m-%d}"
    return "" if reached else f"{name} has no contact point to turn to"


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


def _work(row: dict[str, Any], policies: dict[int, tuple[str, Any]], about: ServiceInHand, staff: Roster) -> Work:
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
        obstacles=obstacles(ladder, about.obstacle, staff),
        roster=staff,
        situation=situation,
        about=about,
    )
