"""What must happen to a ticket now, and why. Pure: the same facts, the same actions with the same reasons."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tickets import explain
from tickets.facts import ACKNOWLEDGE, OLA_ACKNOWLEDGE, OLA_RESOLVE, ClockFacts, Facts, reminders
from tickets.status import NEW, TIER

Why = dict[str, Any]
OLAS = frozenset({OLA_ACKNOWLEDGE, OLA_RESOLVE})


@dataclass(frozen=True, slots=True)
class Breach:
    """A clock has reached its target."""

    clock: ClockFacts
    why: Why


@dataclass(frozen=True, slots=True)
class Remind:
    """The step's people are told again."""

    clock: ClockFacts
    percent: int
    why: Why


@dataclass(frozen=True, slots=True)
class Climb:
    """The ticket goes to step `to` of its ladder; `skipped` are the steps that could not be reached, with reasons."""

    to: int
    skipped: tuple[tuple[int, str], ...]
    why: Why


@dataclass(frozen=True, slots=True)
class TellManagers:
    """There is no step left that could be reached."""

    clock: ClockFacts
    why: Why


@dataclass(frozen=True, slots=True)
class Wake:
    """A hold or wait has ended, or a resolved ticket closes."""

    why: Why


Action = Breach | Remind | Climb | TellManagers | Wake


def decide(facts: Facts, *, now: datetime) -> list[Action]:
    """Everything that is due on this ticket at `now`, in the order in which it is to be done."""
    return [action for rule in RULES for action in rule(facts, now)]


def remind(facts: Facts, now: datetime) -> Iterator[Action]:
    """Repeats are capped by the policy's `repeat` and fire once each, in order, also when several have passed."""
    for clock in facts.clocks:
        if clock.metric != OLA_ACKNOWLEDGE or facts.status != NEW:
            continue
        for percent in reminders(facts):
            moment = clock.moment(percent)
            if percent > clock.warned_percent and moment and moment <= now:
                yield Remind(clock, percent, explain.why(facts, rule="REMINDER", clock=clock, percent=percent))


def breach(facts: Facts, now: datetime) -> Iterator[Action]:
    """Between our teams the climb that follows tells the reason; other missed promises tell their own."""
    for clock in due_clocks(facts, now):
        yield Breach(clock, {} if clock.metric in OLAS else explain.why(facts, rule="BREACH", clock=clock))


def climb(facts: Facts, now: datetime) -> Iterator[Action]:
    """OLA_ACKNOWLEDGE, OLA_RESOLVE and once the SLA's ACKNOWLEDGE escalate functionally; at most once per sweep."""
    trigger = next((c for c in due_clocks(facts, now) if escalates(facts, c)), None)
    if trigger is None:
        return
    skipped, to = reachable_step(facts, facts.ladder.following(facts.step))
    if to is None:
        yield TellManagers(trigger, explain.why(facts, rule="LADDER_ENDS", clock=trigger, skipped=skipped))
    else:
        yield Climb(to, skipped, explain.why(facts, rule="CLIMB", clock=trigger, to=to, skipped=skipped))


def wake(facts: Facts, now: datetime) -> Iterator[Action]:
    if facts.wake_at and facts.wake_at <= now:
        yield Wake(explain.why(facts, rule="WAKE"))


RULES: tuple[Callable[[Facts, datetime], Iterator[Action]], ...] = (remind, breach, climb, wake)


def due_clocks(facts: Facts, now: datetime) -> list[ClockFacts]:
    """The clocks that have reached their target and were not seen to, earliest first."""
    due = [c for c in facts.clocks if c.due_at and c.due_at <= now and not c.breached]
    return sorted(due, key=lambda c: (c.due_at, c.metric))


def escalates(facts: Facts, clock: ClockFacts) -> bool:
    """Whether this clock's falling due sends the ticket to the next step: only out of a tier's hands."""
    if facts.holder != TIER:
        return False
    if clock.metric == ACKNOWLEDGE:
        return facts.status == NEW
    if clock.metric == OLA_RESOLVE and facts.ladder.steps[facts.step].vendor:
        return True  # the case is not lodged, and the tier that holds it has run out of time
    return clock.metric in OLAS and clock.subject == f"step:{facts.step}"


def reachable_step(facts: Facts, candidates: range) -> tuple[tuple[tuple[int, str], ...], int | None]:
    """The first candidate that can be reached, and the ones passed over with their reasons."""
    skipped: list[tuple[int, str]] = []
    for index in candidates:
        if not facts.obstacles[index]:
            return tuple(skipped), index
        skipped.append((index, facts.obstacles[index]))
    return tuple(skipped), None
