"""What a decision is made from: one ticket's facts, gathered before anything is decided. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sla.business_time import BusinessCalendar
from sla.clocks import threshold_at
from tickets.status import NEW, ON_HOLD, TIER, VENDOR
from tiers.ladder import Ladder

ACKNOWLEDGE, RESOLVE = "ACKNOWLEDGE", "RESOLVE"
OLA_ACKNOWLEDGE, OLA_RESOLVE = "OLA_ACKNOWLEDGE", "OLA_RESOLVE"
VENDOR_RESPOND = "VENDOR_RESPOND"
METRIC_WORDS = {
    ACKNOWLEDGE: "Acknowledge",
    RESOLVE: "Resolve",
    OLA_ACKNOWLEDGE: "Acknowledge here",
    OLA_RESOLVE: "Hand over",
    VENDOR_RESPOND: "Vendor answers",
}


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """One open clock. `consumed_seconds` is what it had consumed at `running_since`; paused = no `running_since`."""

    metric: str
    subject: str
    round: int
    target_seconds: int
    consumed_seconds: float
    running_since: datetime | None
    due_at: datetime | None
    breached: bool
    warned_percent: int
    calendar: BusinessCalendar

    def moment(self, percent: float) -> datetime | None:
        """When it reaches so many percent of its target; None while it is paused."""
        if self.running_since is None:
            return None
        return threshold_at(
            percent=percent,
            target_seconds=self.target_seconds,
            consumed_seconds=self.consumed_seconds,
            running_since=self.running_since,
            calendar=self.calendar,
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """One ticket as a decision sees it.

    `obstacles` says for each ladder step why it cannot be reached, "" where it can; `policy` is name and version.
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


def counts(metric: str, *, holder: str, status: str, vendor_time_counts: bool) -> bool:
    """Whether a clock of this metric runs while the ticket is in these hands (the table of clocks in docs/time.md)."""
    if metric == RESOLVE:
        return holder == TIER or (holder == VENDOR and vendor_time_counts)
    if metric in (OLA_ACKNOWLEDGE, OLA_RESOLVE):
        return holder == TIER and status != ON_HOLD
    return True


def reminders(facts: Facts) -> tuple[int, ...]:
    """The percentages of the step's wait at which its people are reminded: `repeat` times, evenly spaced."""
    repeat = facts.ladder.steps[facts.step].repeat
    return tuple(100 * i // (repeat + 1) for i in range(1, repeat + 1))


def reminder_moments(facts: Facts) -> Iterator[datetime]:
    """The moments at which the step's people are still to be reminded."""
    for clock in facts.clocks:
        if clock.metric == OLA_ACKNOWLEDGE and facts.status == NEW:
            yield from (m for p in reminders(facts) if p > clock.warned_percent and (m := clock.moment(p)))
