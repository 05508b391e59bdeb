"""What happens next if nobody acts: the sweep's own rules, followed ahead of time. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sla.durations import words as duration_words
from tickets.decisions import escalates, reachable_step
from tickets.facts import ACKNOWLEDGE, OLA_ACKNOWLEDGE, OLA_RESOLVE, RESOLVE, Facts, reminders
from tickets.status import NEW, ON_HOLD, RESOLVED

# Index of a step, metric and the moment of arrival → target in seconds and the moment it falls due; None = no promise.
Promise = Callable[[int, str, datetime], tuple[int, datetime] | None]


@dataclass(frozen=True, slots=True)
class Coming:
    """One thing that will happen, when, and why. `to` is the ladder step that it leads to, if it does."""

    at: datetime
    what: str
    why: str = ""
    to: int | None = None


@dataclass(frozen=True, slots=True)
class _Deadline:
    at: datetime
    metric: str
    seconds: int
    escalates: bool


def outlook(facts: Facts, *, promise: Promise, vendor: str = "", most: int = 3) -> list[Coming]:
    """The next things that will happen, at most so many, in the order of time."""
    plain = [*_reminders(facts), *_wakes(facts)]
    return sorted([*plain, *_deadlines(facts, promise, vendor, most)], key=lambda c: c.at)[:most]


def _reminders(facts: Facts) -> list[Coming]:
    if facts.status != NEW:
        return []
    clocks = [c for c in facts.clocks if c.metric == OLA_ACKNOWLEDGE]
    name = facts.ladder.steps[facts.step].name
    moments = [c.moment(p) for c in clocks for p in reminders(facts) if p > c.warned_percent]
    return [Coming(m, f"{name} is reminded") for m in moments if m]


def _wakes(facts: Facts) -> list[Coming]:
    if facts.wake_at is None:
        return []
    if facts.status == RESOLVED:
        return [Coming(facts.wake_at, "It closes", "nobody has reopened it")]
    if facts.status == ON_HOLD:
        return [Coming(facts.wake_at, "The hold ends", "work goes on where it stood")]
    home = facts.ladder.tier_at_or_below(facts.step).name
    return [Coming(facts.wake_at, f"It comes back to {home}", "the wait ends")]


def _deadlines(facts: Facts, promise: Promise, vendor: str, most: int) -> list[Coming]:
    """Follow the deadlines, step after step; each climb ends what its step promised and begins the next one's."""
    open_now = [
        _Deadline(c.due_at, c.metric, c.target_seconds, escalates(facts, c))
        for c in facts.clocks
        if c.due_at and not c.breached
    ]
    coming: list[Coming] = []
    step = facts.step
    while open_now and len(coming) < most:
        due = min(open_now, key=lambda d: (d.at, not d.escalates))
        open_now.remove(due)
        if not due.escalates:
            coming.append(_missed(due, vendor))
            continue
        _, to = reachable_step(facts, facts.ladder.following(step))
        coming.append(_climb(facts, due, to, vendor))
        if to is None:
            open_now = [d for d in open_now if not d.escalates]
            continue
        step = to
        open_now = _after_climb(facts, open_now, due.at, to, promise)
    return coming


def _after_climb(facts: Facts, before: Sequence[_Deadline], at: datetime, to: int, promise: Promise) -> list[_Deadline]:
    """The deadlines that hold at the new step: what was promised to the client, and the step's own waits."""
    if facts.ladder.steps[to].vendor:
        return []  # from there on it depends on when the case is sent
    kept = [d for d in before if d.metric in (ACKNOWLEDGE, RESOLVE)]
    for metric in (OLA_ACKNOWLEDGE, OLA_RESOLVE):
        if target := promise(to, metric, at):
            kept.append(_Deadline(target[1], metric, target[0], escalates=True))
    return [_Deadline(d.at, d.metric, d.seconds, d.escalates or d.metric == ACKNOWLEDGE) for d in kept]


def _climb(facts: Facts, due: _Deadline, to: int | None, vendor: str) -> Coming:
    verb = "handed over" if due.metric == OLA_RESOLVE else "acknowledged"
    why = f"not {verb} within {duration_words(due.seconds)}"
    if to is None:
        return Coming(due.at, "Managers are told", f"{why}, and no step is left above", to=None)
    rung = facts.ladder.steps[to]
    what = f"A case is lodged with {vendor or 'the vendor'}" if rung.vendor else f"It passes to {rung.name}"
    return Coming(due.at, what, why, to=to)


def _missed(due: _Deadline, vendor: str) -> Coming:
    if due.metric in (ACKNOWLEDGE, RESOLVE):
        promised = "acknowledgement" if due.metric == ACKNOWLEDGE else "resolution"
        told = "; managers are told" if due.metric == RESOLVE else ""
        why = f"{duration_words(due.seconds)} agreed"
        return Coming(due.at, f"The client's {promised} target is missed{told}", why)
    if due.metric in (OLA_ACKNOWLEDGE, OLA_RESOLVE):
        verb = "acknowledge" if due.metric == OLA_ACKNOWLEDGE else "hand over"
        return Coming(due.at, f"The time to {verb} runs out", f"{duration_words(due.seconds)} agreed")
    return Coming(due.at, f"{vendor or 'The vendor'} is late with its answer; managers are told", "as promised to us")
