"""What is promised changes while clocks run: each goes on under the terms that hold now. Pure moves.

The old clock becomes SUPERSEDED and keeps its verdict; the new one inherits its start and what was consumed, and passes
the thresholds that lie behind it in silence. No target any more ends the clock with that as its reason.
Source: docs/time.md, "When promises change".
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sla.agreements import ALWAYS, Target
from tickets.facts import (
    ACKNOWLEDGE,
    MANAGER_ROUNDS,
    MANAGER_SECONDS,
    OLA_ACKNOWLEDGE,
    OLAS,
    RESOLVE,
    SLAS,
    VENDORS,
    step_subject,
)
from tickets.handing import vendor_target
from tickets.moves import arrive, pass_in_silence, start_clock, stop_clock, stop_running, wait
from tickets.status import TIER
from tickets.work import RunningClock, Work
from tiers.ladder import Ladder, Step

MANAGER = Target(MANAGER_SECONDS, ALWAYS, None, thresholds=MANAGER_ROUNDS)


@dataclass(frozen=True, slots=True)
class Moved:
    """One clock that went on under other terms; `after` is empty where there is no target any more."""

    before: RunningClock
    after: RunningClock | None
    ended_because: str = ""

    def record(self) -> dict[str, Any]:
        """What a why-record tells of it."""
        return {"metric": self.before.metric, "before": _record(self.before), "after": _record(self.after)}


def _record(clock: RunningClock | None) -> dict[str, Any] | None:
    if clock is None:
        return None
    due = clock.due_at.isoformat() if clock.due_at else None
    return {"target_seconds": clock.target_seconds, "calendar": clock.calendar.title, "due_at": due,
            "consumed_seconds": round(clock.consumed_seconds)}  # fmt: skip


def owed(work: Work, clock: RunningClock) -> Target | None:
    """What the terms that hold now promise for what this clock measures."""
    if clock.metric in SLAS:
        return work.terms.target(work.priority, clock.metric)
    number = int(clock.subject.partition(":")[2] or 0)
    if clock.metric in OLAS:
        return _of_step(work, number, clock.metric)
    if clock.metric in VENDORS:
        return vendor_target(work, work.case(number), clock.metric)
    return MANAGER


def _of_step(work: Work, index: int, metric: str) -> Target | None:
    step = work.ladder.steps[index]
    if metric == OLA_ACKNOWLEDGE:
        return wait(work, step.acknowledge_within, ACKNOWLEDGE)
    return wait(work, step.hand_over_after, RESOLVE)


def is_outdated(work: Work, clock: RunningClock) -> bool:
    """Whether other terms hold now than those that this clock runs under; one that was just begun never does."""
    if clock.id is None or (clock.metric in SLAS and _stands(work, clock)):
        return False
    target = owed(work, clock)
    return target is None or _differs(clock, target) or clock.agreement_version_id != target.agreement_version_id


def _stands(work: Work, clock: RunningClock) -> bool:
    """Whether the versions that this promise to the client was made under are those that hold."""
    calendar = work.terms.calendar_for(work.priority)
    versions = (work.terms.version_id, calendar.version_id)
    return not work.terms.lapsed and (clock.agreement_version_id, clock.calendar.version_id) == versions


def _differs(clock: RunningClock, target: Target) -> bool:
    return (clock.target_seconds, clock.calendar.version_id, clock.vendor_time_counts, clock.thresholds) != (
        target.seconds, target.calendar.version_id, target.vendor_time_counts, target.thresholds
    )  # fmt: skip


def follow(work: Work, *, now: datetime, because: str = "") -> list[Moved]:
    """Every open clock goes on under the terms that hold now; what changed for the ticket comes back.

    `because` is what caused it; where nothing on the ticket did, an edit of a calendar or an agreement.
    """
    moved = [_follow(work, clock, now=now, because=because) for clock in work.open_clocks]
    return [change for change in moved if change]


def _follow(work: Work, clock: RunningClock, *, now: datetime, because: str) -> Moved | None:
    target = owed(work, clock)
    before = replace(clock)
    if target is None:
        stop_clock(clock, now=now, met=False)
        clock.because = f"No target: {because or _lapse(work, clock)}"[:200]
        return Moved(before, None, clock.because)
    if _differs(clock, target):
        after = supersede(work, clock, target, now=now, because=because or _edit(work, clock, target))
        return Moved(before, after, clock.because)
    if clock.agreement_version_id != target.agreement_version_id:
        clock.agreement_version_id, clock.dirty = target.agreement_version_id, True
    return None


def _lapse(work: Work, clock: RunningClock) -> str:
    lapsed = work.terms.lapsed if clock.metric in SLAS else ""
    return lapsed or f"{agreement_of(work, clock)} holds now"


def _edit(work: Work, clock: RunningClock, target: Target) -> str:
    """Which edit changed this clock's terms, by the versions before and after it."""
    if clock.target_seconds == target.seconds and clock.calendar.version_id != target.calendar.version_id:
        return f"Calendar {clock.calendar.title} → {target.calendar.title}"
    return f"{agreement_of(work, clock)} holds now"


def agreement_of(work: Work, clock: RunningClock) -> str:
    """Name and version of the agreement that this clock stands under, as it holds now."""
    if clock.metric in SLAS:
        return work.terms.title
    if clock.metric in VENDORS:
        case = work.case(int(clock.subject.partition(":")[2]))
        return work.roster.terms[case.commitment_id].title if case.commitment_id else "no commitment"
    return work.tier.ola.title if clock.metric in OLAS else "the house rule"


def supersede(
    work: Work, clock: RunningClock, target: Target, *, now: datetime, because: str, subject: str = ""
) -> RunningClock:
    """End this clock with its verdict and go on under `target` with what it had consumed."""
    missed = clock.breached_at is not None  # what nobody has seen yet still has its climb before it
    if clock.running_since is not None:
        stop_running(clock, now=now)
    clock.stopped_at, clock.state, clock.because, clock.dirty = now, "SUPERSEDED", because[:200], True
    after = start_clock(
        work,
        clock.metric,
        target,
        now=now,
        subject=subject or clock.subject,
        consumed=clock.consumed_seconds,
        round=work.round if subject else clock.round,
        revision=clock.revision + 1,
        started_at=clock.started_at,
    )
    assert after is not None
    pass_in_silence(after, now=now, climbs=clock.metric in OLAS | {ACKNOWLEDGE} and not missed)
    return after


def stand_on(work: Work, ladder: Ladder, *, now: datetime, because: str) -> None:
    """The ticket stands on another ladder now: at the same tier, or where there is none at the next higher one."""
    rungs = [_same_rung(work, ladder, step) for step in work.ladder.steps]
    index = rungs[min(work.step, len(rungs) - 1)]
    tier = work.roster.tiers[ladder.steps[ladder.home(index)].tier]
    work.ladder = ladder
    if tier.id != work.tier_id and work.holder_kind == TIER:
        work.round += 1
        arrive(work, ladder.home(index), now=now, because=because)
        return
    work.round += index != work.step
    work.step = index
    _renumber(work, rungs, now=now, because=because)


def _same_rung(work: Work, ladder: Ladder, old: Step) -> int:
    """Where a step of the ladder before stands on this one."""
    steps = list(enumerate(ladder.steps))
    if found := [i for i, step in steps if step.name == old.name]:
        return found[0]
    level = work.tier.level if old.vendor else work.roster.tiers[old.tier].level
    above = [i for i, step in steps if not step.vendor and work.roster.tiers[step.tier].level >= level]
    return above[0] if above else ladder.home(len(steps) - 1)


def _renumber(work: Work, rungs: Sequence[int], *, now: datetime, because: str) -> None:
    """The same tiers are other rungs now: their clocks go on as those', in a round of their own."""
    running = [(c, int(c.subject.partition(":")[2])) for c in work.open_clocks if c.metric in OLAS]
    moved = [(clock, rungs[old]) for clock, old in running if rungs[old] != old]
    for clock, new in moved:
        target = _of_step(work, new, clock.metric)
        if target is None:
            stop_clock(clock, now=now, met=False)
        else:
            supersede(work, clock, target, now=now, because=because, subject=step_subject(new))
