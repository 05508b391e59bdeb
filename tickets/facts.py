"""What a decision is made from: one ticket's facts, gathered before anything is decided. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sla.business_time import BusinessCalendar
from sla.clocks import threshold_at
from tickets.status import CLIENT, NEW, TIER, VENDOR
from tiers.ladder import Ladder
from vendors.engagement import Known, impact_of, minutes_until

ACKNOWLEDGE, RESPOND, UPDATE, RESOLVE = "ACKNOWLEDGE", "RESPOND", "UPDATE", "RESOLVE"
OLA_ACKNOWLEDGE, OLA_RESOLVE = "OLA_ACKNOWLEDGE", "OLA_RESOLVE"
VENDOR_RESPOND, VENDOR_UPDATE, VENDOR_RESOLVE = "VENDOR_RESPOND", "VENDOR_UPDATE", "VENDOR_RESOLVE"
MANAGER_RESPOND = "MANAGER_RESPOND"
SLAS = frozenset({ACKNOWLEDGE, RESPOND, UPDATE, RESOLVE})
OLAS = frozenset({OLA_ACKNOWLEDGE, OLA_RESOLVE})
VENDORS = frozenset({VENDOR_RESPOND, VENDOR_UPDATE, VENDOR_RESOLVE})
METRIC_WORDS = {
    ACKNOWLEDGE: "Acknowledge",
    RESPOND: "First reply",
    UPDATE: "Next public update",
    RESOLVE: "Resolve",
    OLA_ACKNOWLEDGE: "Acknowledge here",
    OLA_RESOLVE: "Hand over",
    VENDOR_RESPOND: "Vendor answers",
    VENDOR_UPDATE: "Vendor's next answer",
    VENDOR_RESOLVE: "Vendor resolves",
    MANAGER_RESPOND: "Manager answers",
}
# A called manager has an hour, at any time of day; then all are told, three times at most.
MANAGER_SECONDS = 3600
MANAGER_ROUNDS = (100, 200, 300)
# A vendor that is late is reminded; at these percentages the next contact is tried, then a manager is called.
CHASED = frozenset({VENDOR_RESPOND, VENDOR_UPDATE})
CHASE_ROUNDS = (150, 200)
MOST_CHASES = 6


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """One open clock. `consumed_seconds` is what it had consumed at `running_since`; paused = no `running_since`.

    `thresholds` are the percentages of its target at which somebody is told. A clock that is rebuilt from a why-record
    has no calendar but the `moments` that the record names.
    """

    metric: str
    subject: str
    round: int
    target_seconds: int
    consumed_seconds: float
    running_since: datetime | None
    due_at: datetime | None
    breached: bool
    warned_percent: int
    calendar: BusinessCalendar | None
    thresholds: tuple[int, ...] = ()
    calendar_name: str = ""
    calendar_number: int = 0
    moments: Mapping[int, datetime] | None = None
    started_at: datetime | None = None

    def passed(self, now: datetime) -> Iterator[tuple[int, datetime]]:
        """The percentages that it has come to and nobody was told of, in their order, with their moments."""
        for percent in sorted({*self.thresholds, 100}):
            if self.breached if percent == 100 else percent <= self.warned_percent:
                continue
            moment = self.moment(percent)
            if moment is None or moment > now:
                return  # those above it lie later still
            yield percent, moment

    def moment(self, percent: int) -> datetime | None:
        """When it reaches so many percent of its target; None while it is paused."""
        if self.running_since is None:
            return None
        if self.calendar is None:
            return (self.moments or {}).get(percent)
        if percent == 100:
            return self.due_at
        return threshold_at(
            percent=percent,
            target_seconds=self.target_seconds,
            consumed_seconds=self.consumed_seconds,
            running_since=self.running_since,
            calendar=self.calendar,
        )


@dataclass(frozen=True, slots=True)
class VendorWait:
    """A vendor that has the ball of a case: since when, and what it has promised.

    `due_at` is when its answer falls due, None where nothing is promised; `first` whether that is its first answer;
    `reminded` whether it was chased for one.
    """

    vendor: str
    since: datetime
    due_at: datetime | None = None
    first: bool = True
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """The vendor's service that a ticket is about, where conditions of it engage by themselves.

    `impact` is what somebody said of it, "" where nobody did. `barred` says why no rule engages it now, "" where one
    may.
    """

    name: str
    conditions: tuple[Mapping[str, Any], ...]
    error_code: str
    category: str
    impact: str
    tier_level: int
    opened_at: datetime
    barred: str = ""

    def known(self, priority: str, now: datetime) -> Known:
        """What its conditions are held against at `now`."""
        minutes = (now - self.opened_at).total_seconds() / 60
        return Known(self.error_code, self.category, self.tier_level, minutes, *impact_of(self.impact, priority))

    def engages_at(self, priority: str) -> datetime | None:
        """When a condition holds if nothing but time passes, which may lie behind; None where none will."""
        minutes = None if self.barred else minutes_until(self.conditions, self.known(priority, self.opened_at))
        return None if minutes is None else self.opened_at + timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """One open case. `chases` is how often its vendor was chased; `unreachable`: mail to its contact came back."""

    id: int
    vendor: str
    service: str
    chases: int = 0
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """One ticket as a decision sees it.

    `obstacles` says for each ladder step why it cannot be reached, "" where it can; `gaps` why nobody would hear of it,
    empty where somebody hears of each; `policy` is name and version; `vendor` is who has the ball of a case, "" where
    nobody has.

    Whoever reported it: `waits` are the vendors that it waits for, the first asked first, empty where it cannot be
    written to; `told` when it got its last automatic mails, the latest last; `zone` is the client's. `service` is empty
    where no condition of one engages by itself.
    """

    key: str
    client: str
    priority: str
    status: str
    holder: str
    step: int
    round: int
    ladder: Ladder
    obstacles: tuple[str, ...]
    policy: str
    clocks: tuple[ClockFacts, ...]
    wake_at: datetime | None = None
    remind_at: datetime | None = None
    reminders: int = 0
    vendor: str = ""
    gaps: tuple[str, ...] = ()
    waits: tuple[VendorWait, ...] = ()
    told: tuple[datetime, ...] = ()
    zone: str = "UTC"
    service: ServiceFacts | None = None
    cases: tuple[CaseFacts, ...] = ()

    def case_of(self, clock: ClockFacts) -> CaseFacts | None:
        """The case that a vendor's clock is about."""
        return next((case for case in self.cases if case_subject(case.id) == clock.subject), None)

    def hindrance(self, index: int) -> str:
        """Why an automatic act passes this step over, "" where it goes there."""
        return hindrance(self.ladder, self.obstacles, self.gaps, index)


def hindrance(ladder: Ladder, obstacles: Sequence[str], gaps: Sequence[str], index: int) -> str:
    """Why step `index` is passed over: it cannot be reached, or nobody would hear of it.

    The last tier is not passed over for that: somebody must hold the ticket, and the managers are told.
    """
    last = ladder.home(len(ladder.steps) - 1)
    return obstacles[index] or (gaps[index] if gaps and index != last else "")


def counts(metric: str, *, holder: str, held: bool, vendor_time_counts: bool, with_vendor: bool) -> bool:
    """Whether a clock of this metric runs while the ticket is in these hands (the table of clocks in docs/time.md).

    `held`: the ticket is on hold. `with_vendor`: the ball of the case that the clock is about is with the vendor.
    """
    if metric == RESOLVE:
        return holder == TIER or (holder == VENDOR and vendor_time_counts)
    if metric in OLAS:
        return holder == TIER and not held
    if metric == UPDATE:
        return holder != CLIENT
    return with_vendor if metric in VENDORS else True


def reminders(facts: Facts) -> tuple[int, ...]:
    """The percentages of the step's wait at which its people are reminded: `repeat` times, evenly spaced."""
    repeat = facts.ladder.steps[facts.step].repeat
    return tuple(100 * i // (repeat + 1) for i in range(1, repeat + 1))


def reminder_moments(facts: Facts) -> Iterator[datetime]:
    """The moments at which the step's people are still to be reminded."""
    for clock in facts.clocks:
        if clock.metric == OLA_ACKNOWLEDGE and facts.status == NEW:
            yield from (m for p in reminders(facts) if p > clock.warned_percent and (m := clock.moment(p)))


def case_subject(case_id: int) -> str:
    """What the clocks of a vendor case are about."""
    return f"case:{case_id}"


def step_subject(step: int) -> str:
    """What the clocks of a ladder step are about."""
    return f"step:{step}"
