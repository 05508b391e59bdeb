"""What must happen to a ticket now, and why. Pure: the same facts, the same actions with the same reasons."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tickets import client_updates, explain
from tickets.client_updates import TellClient, tell_client_of_wait
from tickets.facts import (
    ACKNOWLEDGE,
    CHASED,
    OLA_ACKNOWLEDGE,
    OLA_RESOLVE,
    OLAS,
    ClockFacts,
    Facts,
    reminders,
    step_subject,
)
from tickets.status import NEW, TIER, WAITING_ON_CLIENT
from tickets.vendor_decisions import Chase, Engage, PassOver, chase, engaged

Why = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Warn:
    """A clock has come to a threshold before or after its target."""

    clock: ClockFacts
    percent: int
    why: Why


@dataclass(frozen=True, slots=True)
class Breach:
    """A clock has reached its target; `silent` where the climb that follows tells the reason."""

    clock: ClockFacts
    why: Why
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Remind:
    """The step's people are told again."""

    clock: ClockFacts
    percent: int
    why: Why


@dataclass(frozen=True, slots=True)
class RemindClient:
    """The client is told again that we wait for it."""

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


Action = Warn | Breach | Remind | RemindClient | Climb | TellManagers | Wake | TellClient | Chase | PassOver | Engage
Rule = Callable[[Facts, datetime], Iterator[Action]]


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
                why = explain.why(facts, rule="REMINDER", now=now, clock=clock, percent=percent)
                yield Remind(clock, percent, why)


def tell_clocks(facts: Facts, now: datetime) -> Iterator[Action]:
    """Thresholds fire once each, in the order of time, also when several have passed since the last look.

    Between our teams the climb that follows a breach tells the reason; other missed promises tell their own.
    """
    yield from _told(facts, now, why_of_silent=False)


def tell_breaches(facts: Facts, now: datetime) -> Iterator[Action]:
    """The same, with the reason of silent ones too: an act that meets one tells it."""
    yield from _told(facts, now, why_of_silent=True)


def _told(facts: Facts, now: datetime, *, why_of_silent: bool) -> Iterator[Action]:
    passed = [(moment, c.metric, percent, c) for c in facts.clocks for percent, moment in c.passed(now)]
    for _, metric, percent, clock in sorted(passed, key=lambda row: row[:3]):
        if metric in CHASED and percent != 100:
            continue  # its vendor is chased instead
        if percent != 100:
            why = explain.why(facts, rule="THRESHOLD", now=now, clock=clock, percent=percent)
            yield Warn(clock, percent, why)
        else:
            silent = metric in OLAS
            told = why_of_silent or not silent
            yield Breach(clock, explain.why(facts, rule="BREACH", now=now, clock=clock) if told else {}, silent)


def climb(facts: Facts, now: datetime) -> Iterator[Action]:
    """OLA_ACKNOWLEDGE, OLA_RESOLVE and once the SLA's ACKNOWLEDGE escalate functionally; at most once per sweep."""
    trigger = next((c for c in due_clocks(facts, now) if escalates(facts, c)), None)
    if trigger is None:
        return
    skipped, to = reachable_step(facts, facts.ladder.following(facts.step))
    if to is None:
        why = explain.why(facts, rule="LADDER_ENDS", now=now, clock=trigger, skipped=skipped)
        yield TellManagers(trigger, why)
    else:
        yield Climb(to, skipped, explain.why(facts, rule="CLIMB", now=now, clock=trigger, to=to, skipped=skipped))


def engage(facts: Facts, now: datetime) -> Iterator[Action]:
    """A ticket that climbs now is looked at again where it arrives."""
    if next(climb(facts, now), None) is None:
        yield from engaged(facts, now)


def remind_client(facts: Facts, now: datetime) -> Iterator[Action]:
    if facts.status == WAITING_ON_CLIENT and facts.remind_at and facts.remind_at <= now:
        yield RemindClient(explain.why(facts, rule="CLIENT_REMINDER", now=now))


def wake(facts: Facts, now: datetime) -> Iterator[Action]:
    if facts.wake_at and facts.wake_at <= now:
        yield Wake(explain.why(facts, rule="WAKE", now=now))


RULES: tuple[Rule, ...] = (
    remind, tell_clocks, chase, climb, engage, remind_client, wake, tell_client_of_wait,
)  # fmt: skip
_RULE_OF: Mapping[str, Rule] = {
    "REMINDER": remind,
    "THRESHOLD": tell_clocks,
    "BREACH": tell_breaches,
    "CHASE": chase,
    "CLIMB": climb,
    "LADDER_ENDS": climb,
    "ENGAGE": engaged,
    "CLIENT_REMINDER": remind_client,
    "WAKE": wake,
    "CLIENT_UPDATE": tell_client_of_wait,
}
_FACTS_OF: Mapping[str, Callable[[Mapping[str, Any]], Facts]] = {"CLIENT_UPDATE": client_updates.facts_of}


def again(record: Mapping[str, Any]) -> Action:
    """The action that this why-record is of, decided once more from the facts that the record holds.

    Raises LookupError when those facts do not lead to it, or when no decision made the record.
    """
    facts_of = _FACTS_OF.get(record["rule"], explain.facts_of)
    facts, now = facts_of(record), datetime.fromisoformat(record["decided_at"])
    wanted = (record["rule"], record.get("percent"))
    for action in _RULE_OF[record["rule"]](facts, now):
        if (action.why.get("rule"), action.why.get("percent")) == wanted:
            return action
    raise LookupError(f"the facts of this record do not lead to {record['rule']}")


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
    return clock.metric in OLAS and clock.subject == step_subject(facts.step)


def reachable_step(facts: Facts, candidates: range) -> tuple[tuple[tuple[int, str], ...], int | None]:
    """The first candidate that can be reached, and the ones passed over with their reasons."""
    skipped: list[tuple[int, str]] = []
    for index in candidates:
        reason = facts.hindrance(index)
        if not reason:
            return tuple(skipped), index
        skipped.append((index, reason))
    return tuple(skipped), None
