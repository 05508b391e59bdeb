"""A ticket in hand: the one mutable thing of a transaction, from its row's lock to its write.

`Work` is loaded, changed by the moves in `moves.py`, and written column-wise by `write`, many at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import columnar
from accounts.language import DEFAULT, Say
from accounts.languages import say_in
from columnar import Json
from outbox.alarms import clear_alarms
from outbox.models import Message
from sla.agreements import CalendarRef, Terms
from tickets.client_updates import next_telling
from tickets.desk_profile import Listeners
from tickets.facts import (
    ACKNOWLEDGE,
    OLA_ACKNOWLEDGE,
    VENDOR_RESPOND,
    VENDOR_UPDATE,
    CaseFacts,
    ClockFacts,
    Facts,
    ServiceFacts,
    VendorWait,
    case_subject,
    reminder_moments,
)
from tickets.models import BallChange, CaseTask, Clock, CustodyChange, Notification, Ticket, TicketEvent, VendorCase
from tickets.status import CLOSED, MERGED, NEW, ON_HOLD, OPEN_STATUSES, RESOLVED, WAITING_ON_CLIENT
from tiers.ladder import Ladder, Situation
from tiers.roster import Roster, TierInfo

# What waits for somebody's word may need no vendor once that is there: conditions are looked at again then.
_WHILE = {
    WAITING_ON_CLIENT: "it waits on the client, whose answer may change what is needed",
    ON_HOLD: "it is held until a moment that somebody named",
    **dict.fromkeys((RESOLVED, CLOSED, MERGED), "it has ended"),
}


@dataclass(slots=True)
class RunningClock:
    """One open clock of a ticket in hand; `id` is empty until it is written."""

    id: int | None
    metric: str
    subject: str
    round: int
    agreement_version_id: int | None
    calendar: CalendarRef
    target_seconds: int
    inherited_seconds: float
    consumed_seconds: float
    started_at: datetime
    counted_from: datetime
    running_since: datetime | None
    due_at: datetime | None
    state: str
    warned_percent: int
    breached_at: datetime | None
    revision: int = 0
    tier_id: int | None = None
    vendor_time_counts: bool = True
    thresholds: tuple[int, ...] = ()
    stopped_at: datetime | None = None
    because: str = ""
    dirty: bool = False

    def facts(self) -> ClockFacts:
        return ClockFacts(
            self.metric, self.subject, self.round, self.target_seconds, self.consumed_seconds, self.running_since,
            self.due_at, self.breached_at is not None, self.warned_percent, self.calendar.calendar, self.thresholds,
            self.calendar.name, self.calendar.number, started_at=self.started_at,
        )  # fmt: skip


@dataclass(slots=True)
class CaseInHand:
    """One case of the ticket that is not closed; its ball is with the VENDOR or with US."""

    id: int
    vendor: str
    service: str
    commitment_id: int | None
    severity: str
    step: int
    status: str
    ball: str
    ball_count: int
    lodged_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None = None
    chases: int = 0
    since: datetime | None = None  # when its ball came to where it is
    reminded: bool = False  # whether a letter of ours went out since then
    contact_bad_since: datetime | None = None  # mail to whom it was sent came back
    dirty: bool = False

    @property
    def with_vendor(self) -> bool:
        return self.ball == "VENDOR"

    def facts(self) -> CaseFacts:
        return CaseFacts(self.id, self.vendor, self.service, self.chases, self.contact_bad_since is not None)


@dataclass(frozen=True, slots=True)
class ServiceInHand:
    """The vendor's service that the ticket is about: its `automatic` conditions, and what stands against engaging it.

    `obstacle` is why nothing can be lodged about it; `barred` why no rule engages it all the same, "" for nothing.
    """

    automatic: tuple[Mapping[str, Any], ...] = ()
    obstacle: str = ""
    barred: str = ""


NO_SERVICE = ServiceInHand()


@dataclass(slots=True)
class Work:
    """A locked ticket with all that its moves need, and what they will write."""

    id: int
    client_id: int
    client: str
    agreement_id: int
    title: str
    priority: str
    service: str
    service_id: int | None
    opened_at: datetime
    assignee: str
    contact_email: str
    situation: Situation
    client_agreement_id: int
    policy_version_id: int
    policy: str
    ladder: Ladder
    obstacles: tuple[str, ...]
    roster: Roster
    # columns that moves change
    status: str
    holder_kind: str
    tier_id: int
    team_id: int
    assignee_id: int | None
    step: int
    round: int
    touched: bool
    bounces: int
    manager_calls: int
    acknowledged_at: datetime | None
    acknowledged_by_id: int | None
    responded_at: datetime | None
    updated_at: datetime | None
    resolved_at: datetime | None
    resolution: str
    wake_at: datetime | None
    remind_at: datetime | None
    reminders: int
    last_event_at: datetime
    event_count: int
    custody_count: int
    client_language: str = DEFAULT
    client_timezone: str = "UTC"
    told: tuple[datetime, ...] = ()  # when whoever reported it got its last automatic mails, the latest last
    error_code: str = ""
    impact: str = ""
    about: ServiceInHand = NO_SERVICE
    merged_into_id: int | None = None
    terms_version_id: int | None = None
    terms_lapsed: bool = False
    listeners: Listeners = field(default_factory=dict)  # who is told in the page, and how by mail
    absences: Mapping[str, str] = field(default_factory=dict)  # the tiers of which nobody is on call, with why
    used: dict[int | None, float] = field(default_factory=dict)  # seconds of OLA_RESOLVE that earlier stays took
    clocks: list[RunningClock] = field(default_factory=list)
    cases: list[CaseInHand] = field(default_factory=list)
    # rows to be written
    custody: list[dict[str, Any]] = field(default_factory=list)
    balls: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    notifications: list[dict[str, Any]] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"ESC-{self.id}"

    @property
    def say(self) -> Say:
        """The language in which its client is told."""
        return say_in(self.client_language)

    @property
    def tier(self) -> TierInfo:
        return self.roster.tier_by_id(self.tier_id)

    @property
    def open_clocks(self) -> list[RunningClock]:
        return [clock for clock in self.clocks if clock.stopped_at is None]

    def clock(self, metric: str, subject: str = "") -> RunningClock | None:
        return next((c for c in self.open_clocks if c.metric == metric and c.subject == subject), None)

    @property
    def gaps(self) -> tuple[str, ...]:
        """For each step why nobody would hear of it, "" where somebody would; empty where somebody hears of each."""
        return self.roster.gaps(self.ladder, self.absences)

    @property
    def terms(self) -> Terms:
        """What is promised to the client."""
        return self.roster.terms[self.agreement_id]

    @property
    def case_with_vendor(self) -> CaseInHand | None:
        """The latest lodged case whose ball is with its vendor."""
        lodged = [(case.lodged_at, case.id, case) for case in self.cases if case.with_vendor and case.lodged_at]
        return max(lodged)[2] if lodged else None

    @property
    def waits(self) -> tuple[VendorWait, ...]:
        """The vendors that have the ball of a case, the first asked first."""
        asked = [case for case in self.cases if case.with_vendor and case.since]
        return tuple(self._wait(case) for case in sorted(asked, key=lambda case: (case.since, case.id)))

    def _wait(self, case: CaseInHand) -> VendorWait:
        subject = case_subject(case.id)
        first = self.clock(VENDOR_RESPOND, subject)
        clock = first or self.clock(VENDOR_UPDATE, subject)
        assert case.since, "a ball that the vendor has came to it at some moment"
        return VendorWait(
            case.vendor, case.since, clock.due_at if clock else None, first=not case.answered_at,
            reminded=case.reminded,
        )  # fmt: skip

    def case(self, case_id: int) -> CaseInHand:
        return next(c for c in self.cases if c.id == case_id)

    def facts(self) -> Facts:
        return Facts(
            self.key, self.client, self.priority, self.status, self.holder_kind, self.step, self.round, self.ladder,
            self.obstacles, self.policy, tuple(c.facts() for c in self.open_clocks), self.wake_at, self.remind_at,
            self.reminders, self.case_with_vendor.vendor if self.case_with_vendor else "", self.gaps,
            waits=self.waits if self.contact_email else (), told=self.told, zone=self.client_timezone,
            service=self._service_facts(), cases=tuple(case.facts() for case in self.cases),
        )  # fmt: skip

    def _service_facts(self) -> ServiceFacts | None:
        """What conditions that engage by themselves are held against; None where there are none."""
        if not self.about.automatic:
            return None
        return ServiceFacts(
            self.service, self.about.automatic, self.error_code, self.situation.category, self.impact, self.tier.level,
            self.opened_at, self._barred(),
        )  # fmt: skip

    def _barred(self) -> str:
        """Why no condition engages the vendor now, "" where one may."""
        if any(case.service == self.service for case in self.cases):
            return f"a case about {self.service} is open already"
        return self.about.obstacle or self.about.barred or _WHILE.get(self.status, "")

    def check_at(self) -> datetime | None:
        """The earliest moment at which anything can become due."""
        ahead = [at for c in self.open_clocks if (at := _next_moment(c))]
        ahead += [at for at in (self.wake_at, self.remind_at) if at]
        if (service := self._service_facts()) and (at := service.engages_at(self.priority)):
            ahead.append(at)
        if self.ladder.steps[self.step].repeat:
            ahead += reminder_moments(self.facts())
        if self.waits and (telling := next_telling(self.facts())):
            ahead.append(telling.at)
        return min(ahead, default=None)

    def next_deadline(self) -> tuple[datetime | None, str]:
        """The deadline that matters now, with its metric: the earliest of what still runs, missed ones included.

        An acknowledgement that was missed matters only while somebody can still give it.
        """
        if self.status not in OPEN_STATUSES:
            return None, ""
        gone = {ACKNOWLEDGE, OLA_ACKNOWLEDGE} if self.status != NEW else set()
        due = [(c.due_at, c.metric) for c in self.open_clocks if c.due_at and not (c.breached_at and c.metric in gone)]
        return min(due, default=(None, ""))


def _next_moment(clock: RunningClock) -> datetime | None:
    """When this clock next has something to tell: its next threshold, or its target."""
    if clock.due_at is None:
        return None
    following = next((p for p in sorted(clock.thresholds) if p > clock.warned_percent and p != 100), None)
    moments = [] if following is None else [clock.facts().moment(following)]
    if clock.breached_at is None:
        moments.append(clock.due_at)
    return min((at for at in moments if at), default=None)


TICKET_COLUMNS = (
    "status", "holder_kind", "tier_id", "team_id", "assignee_id", "step", "round", "touched", "bounces",
    "manager_calls", "acknowledged_at", "acknowledged_by_id", "responded_at", "updated_at", "resolved_at",
    "resolution", "wake_at", "remind_at", "reminders", "last_event_at", "event_count", "custody_count", "priority",
    "client_id", "merged_into_id", "terms_version_id", "terms_lapsed",
)  # fmt: skip
CLOCK_CHANGES = (
    "agreement_version_id", "consumed_seconds", "running_since", "due_at", "state", "warned_percent", "breached_at",
    "stopped_at", "because",
)  # fmt: skip
CLOCK_COLUMNS = (
    "metric", "subject", "round", "revision", "tier_id", "target_seconds", "inherited_seconds", "started_at",
    "counted_from", *CLOCK_CHANGES,
)  # fmt: skip
CASE_CHANGES = ("status", "ball", "ball_count", "lodged_at", "answered_at", "closed_at", "chases")


def write(works: Sequence[Work], *, now: datetime) -> None:
    """Write everything that was changed, one statement per table."""
    _write_tickets(works)
    _write_clocks(works)
    _write_cases(works, now=now)
    columnar.insert_rows(CustodyChange, [row for w in works for row in w.custody])
    columnar.insert_rows(TicketEvent, [row for w in works for row in w.events])
    messages = [row for w in works for row in w.messages]
    columnar.insert_rows(Message, [{**m, "payload": Json(m["payload"]), "created_at": now} for m in messages])
    columnar.insert_rows(Notification, [row for w in works for row in w.notifications])
    for work in works:
        work.custody, work.balls, work.events, work.messages, work.notifications = [], [], [], [], []
        for clock in work.clocks:
            clock.dirty = False


def _write_tickets(works: Sequence[Work]) -> None:
    columns: dict[str, Any] = {name: [getattr(w, name) for w in works] for name in TICKET_COLUMNS}
    deadlines = [w.next_deadline() for w in works]
    columnar.update(
        Ticket,
        [w.id for w in works],
        **columns,
        check_at=[w.check_at() for w in works],
        next_due_at=[at for at, _ in deadlines],
        next_metric=[metric for _, metric in deadlines],
        postponed=0,
    )


def _write_clocks(works: Sequence[Work]) -> None:
    new = [(w.id, c) for w in works for c in w.clocks if c.id is None]
    if new:
        columns: dict[str, Any] = {name: [getattr(c, name) for _, c in new] for name in CLOCK_COLUMNS}
        calendars = [c.calendar.version_id for _, c in new]
        ids = columnar.insert(
            Clock, returning="id", ticket_id=[t for t, _ in new], calendar_version_id=calendars, **columns
        )
        for (_, clock), pk in zip(new, ids, strict=True):
            clock.id = pk
    changed = [c for w in works for c in w.clocks if c.dirty]
    fresh = {id(c) for _, c in new}
    changed = [c for c in changed if id(c) not in fresh]
    columnar.update(
        Clock, [c.id for c in changed], **{name: [getattr(c, name) for c in changed] for name in CLOCK_CHANGES}
    )


def _write_cases(works: Sequence[Work], *, now: datetime) -> None:
    changed = [c for w in works for c in w.cases if c.dirty]
    columns = {name: [getattr(c, name) for c in changed] for name in CASE_CHANGES}
    columnar.update(VendorCase, [c.id for c in changed], **columns)
    columnar.insert_rows(BallChange, [row for w in works for row in w.balls])
    if over := [case.id for case in changed if case.status == "CLOSED"]:  # nobody need do anything about it any more
        CaseTask.objects.filter(case__in=over, done_at__isnull=True).update(done_at=now)
    # The vendor has them, or they are over: nobody need look any more at what kept them from it.
    clear_alarms([f"case:{c.id}" for c in changed if c.with_vendor or c.status in ("ANSWERED", "CLOSED")], now=now)
    for case in changed:
        case.dirty = False
