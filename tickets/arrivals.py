"""What a step of the ladder would promise to a ticket that arrives there, and who would get it."""

from dataclasses import dataclass
from datetime import datetime

from tickets.facts import ACKNOWLEDGE, OLA_ACKNOWLEDGE, RESOLVE
from tickets.work import Work


@dataclass(frozen=True, slots=True)
class Arrival:
    """One step: its team, who is on call there, in how many seconds and by when it must be acknowledged there.

    `skips` are the steps below it that could be reached as well. All but `name` are empty for the vendor's step.
    """

    name: str
    team: str = ""
    on_call: str = ""
    seconds: int | None = None
    due_at: datetime | None = None
    skips: tuple[str, ...] = ()


def arrival(work: Work, index: int, *, now: datetime) -> Arrival:
    """What happens where the ticket is passed to step `index` now."""
    step = work.ladder.steps[index]
    skips = tuple(work.ladder.steps[i].name for i in skipped(work, index))
    if step.vendor:
        return Arrival(step.name, skips=skips)
    team = work.roster.tiers[step.tier].team
    seconds, due_at = promise(work, index, OLA_ACKNOWLEDGE, now) or (None, None)
    return Arrival(step.name, team.name, work.roster.called(team.on_call(now)), seconds, due_at, skips)


def skipped(work: Work, index: int) -> list[int]:
    """The tiers between where it stands and step `index` that could be reached."""
    between = range(work.step + 1, index)
    return [i for i in between if not work.obstacles[i] and not work.ladder.steps[i].vendor]


def promise(work: Work, index: int, metric: str, at: datetime) -> tuple[int, datetime] | None:
    """What the ladder's step promises of a metric from a moment on: its own wait or else its tier's OLA."""
    step = work.ladder.steps[index]
    ola = work.roster.tiers[step.tier].ola
    seconds = step.acknowledge_within if metric == OLA_ACKNOWLEDGE else step.hand_over_after
    kind = ACKNOWLEDGE if metric == OLA_ACKNOWLEDGE else RESOLVE
    target = ola.target(work.priority, kind) if seconds is None else ola.promise(work.priority, seconds)
    if target is None:
        return None
    named = work.roster.calendars[work.ladder.calendar] if work.ladder.calendar else target.calendar
    return target.seconds, named.calendar.add(at, target.seconds)
