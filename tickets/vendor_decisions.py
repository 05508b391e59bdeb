"""What is due towards vendors, and why: one that is late is chased, one whose condition holds is engaged. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tickets import explain
from tickets.facts import (
    CHASE_ROUNDS,
    CHASED,
    MOST_CHASES,
    VENDOR_RESPOND,
    VENDOR_UPDATE,
    CaseFacts,
    ClockFacts,
    Facts,
)
from vendors.engagement import engagement

Why = dict[str, Any]
NUDGE, NEXT, MANAGER, STOP = "NUDGE", "NEXT", "MANAGER", "STOP"
TO_NEXT, TO_MANAGER = CHASE_ROUNDS


@dataclass(frozen=True, slots=True)
class Chase:
    """The vendor of `case` is late: NUDGE it, try the NEXT contact, call a MANAGER; STOP when that was often enough."""

    clock: ClockFacts
    percent: int
    case: CaseFacts
    how: str
    why: Why


@dataclass(frozen=True, slots=True)
class PassOver:
    """A vendor is late, and nothing is done about it.

    It was chased often enough, mail does not reach it, or its first answer is chased, which the next one comes after.
    """

    clock: ClockFacts
    percent: int
    why: Why


@dataclass(frozen=True, slots=True)
class Engage:
    """A condition of the service holds by which its vendor is engaged without waiting for the ladder."""

    because: str
    why: Why


def chase(facts: Facts, now: datetime) -> Iterator[Chase | PassOver]:
    """At its target a late vendor is reminded, at 150 % the next contact is tried, at 200 % a manager is called.

    Each fires once, in the order of time, also when several have passed since the last look; never more often than
    MOST_CHASES for a case, at which a manager is told that it ends. A clock that is paused, since the ball is ours, has
    no such moments.
    """
    done: Counter[int] = Counter()
    for percent, clock in _late(facts, now):
        case = facts.case_of(clock)
        if case is None:
            continue
        case = replace(case, chases=case.chases + done[case.id])
        how = "" if _is_after_first(facts, clock) else _how(case, percent)
        if how:
            done[case.id] += 1
            why = explain.why(facts, rule="CHASE", now=now, clock=clock, percent=percent, case=case)
            why |= {"how": how, "vendor": case.vendor}
            yield Chase(clock, percent, case, how, why)
        elif percent != 100:  # that the target was missed is told as a breach
            yield PassOver(clock, percent, {})


def _late(facts: Facts, now: datetime) -> list[tuple[int, ClockFacts]]:
    """What late vendors have come to, each as it was when everything before it had been seen to."""
    clocks = [clock for clock in facts.clocks if clock.metric in CHASED]
    passed = [(moment, clock.metric, percent, clock) for clock in clocks for percent, moment in clock.passed(now)]
    return [(percent, _as_then(clock, percent)) for *_, percent, clock in sorted(passed, key=lambda row: row[:3])]


def _as_then(clock: ClockFacts, percent: int) -> ClockFacts:
    earlier = [p for p in (100, *clock.thresholds) if p < percent]
    return replace(
        clock, breached=clock.breached or percent > 100, warned_percent=max([clock.warned_percent, *earlier])
    )


def _is_after_first(facts: Facts, clock: ClockFacts) -> bool:
    """Whether it is the next answer of a vendor that still owes its first."""
    owed = any(other.metric == VENDOR_RESPOND and other.subject == clock.subject for other in facts.clocks)
    return owed and clock.metric == VENDOR_UPDATE


def _how(case: CaseFacts, percent: int) -> str:
    """What is done about it, "" for nothing."""
    if case.chases >= MOST_CHASES:
        return STOP if case.chases == MOST_CHASES else ""
    if percent >= TO_MANAGER:
        return MANAGER
    if case.unreachable:
        return ""
    return NEXT if percent >= TO_NEXT else NUDGE


def engaged(facts: Facts, now: datetime) -> Iterator[Engage]:
    """A condition that says so engages its service's vendor as soon as all its parts hold."""
    service = facts.service
    at = service.engages_at(facts.priority) if service else None
    if service and at and at <= now:
        because = engagement(service.conditions, service.known(facts.priority, now)).because
        yield Engage(because, explain.why(facts, rule="ENGAGE", now=now, service=service) | {"because": because})
