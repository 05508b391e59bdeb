"""What happens next if nobody acts: the sweep's own rules, followed ahead of time. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sla.durations import words as duration_words
from tickets.decisions import escalates, reachable_step
from tickets.facts import (
    ACKNOWLEDGE,
    MANAGER_RESPOND,
    OLA_ACKNOWLEDGE,
    OLA_RESOLVE,
    OLAS,
    RESOLVE,
    RESPOND,
    UPDATE,
    VENDOR_RESOLVE,
    VENDOR_RESPOND,
    VENDOR_UPDATE,
    VENDORS,
    Facts,
    reminders,
)
from tickets.status import CLIENT, NEW, ON_HOLD, RESOLVED, TIER, VENDOR, WAITING_ON_CLIENT, WAITING_ON_VENDOR

MANAGERS = "MANAGERS"

# Index of a step, metric and the moment of arrival → target in seconds and the moment it falls due; None = no promise.
Promise = Callable[[int, str, datetime], tuple[int, datetime] | None]
# A moment → for each step why nobody would hear of it then, as in `Facts.gaps`.
Gaps = Callable[[datetime], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Coming:
    """One thing that will happen, when, and why. `to` is the ladder step that it leads to, if it does.

    `reaches` says who hears of it: TIER, those of that step or else of the one where it stands; MANAGERS; CLIENT;
    VENDOR; "" for nobody.
    """

    at: datetime
    what: str
    why: str = ""
    to: int | None = None
    reaches: str = ""


@dataclass(frozen=True, slots=True)
class _Deadline:
    at: datetime
    metric: str
    seconds: int
    escalates: bool
    whose: str = ""


def outlook(
    facts: Facts, *, promise: Promise, gaps: Gaps | None = None, vendor: str = "",
    vendors: Mapping[str, str] | None = None, holding: str = "", most: int = 3,
) -> list[Coming]:  # fmt: skip
    """The next things that will happen, at most so many, in the order of time.

    In: `gaps` at a moment ahead, those of now where that is left out; `vendor` to which a vendor step leads, `vendors`
    by the subject of their case, `holding` the vendor that has the ball. Thresholds on the way to a target change
    nothing and are left out.
    """
    plain = [*_reminders(facts), *_client_reminder(facts), *_wakes(facts, holding)]
    ahead = gaps or (lambda _: facts.gaps)
    deadlines = _deadlines(facts, promise, vendor, vendors or {}, most, gaps=ahead)
    return sorted([*plain, *deadlines], key=lambda c: c.at)[:most]


def _reminders(facts: Facts) -> list[Coming]:
    if facts.status != NEW:
        return []
    clocks = [c for c in facts.clocks if c.metric == OLA_ACKNOWLEDGE]
    name = facts.ladder.steps[facts.step].name
    moments = [c.moment(p) for c in clocks for p in reminders(facts) if p > c.warned_percent]
    return [Coming(m, f"{name} is reminded", reaches=TIER) for m in moments if m]


def _client_reminder(facts: Facts) -> list[Coming]:
    if facts.status != WAITING_ON_CLIENT or facts.remind_at is None:
        return []
    again = " again" if facts.reminders else ""
    return [Coming(facts.remind_at, f"{facts.client} is reminded{again}", "its answer is awaited", reaches=CLIENT)]


def _wakes(facts: Facts, holding: str) -> list[Coming]:
    if facts.wake_at is None:
        return []
    if facts.status == RESOLVED:
        return [Coming(facts.wake_at, "It closes", "nobody has reopened it")]
    if facts.status == ON_HOLD:
        return [Coming(facts.wake_at, "The hold ends", "work goes on where it stood")]
    home = facts.ladder.tier_at_or_below(facts.step).name
    if facts.status == WAITING_ON_VENDOR:
        why = f"{holding or 'the vendor'} still has the ball"
        return [Coming(facts.wake_at, f"{home} is reminded", why, reaches=TIER)]
    return [
        Coming(facts.wake_at, f"It comes back to {holding or home}", "the wait ends", reaches="" if holding else TIER)
    ]


def _deadlines(
    facts: Facts, promise: Promise, vendor: str, vendors: Mapping[str, str], most: int, *, gaps: Gaps
) -> list[Coming]:  # fmt: skip
    """Follow the deadlines, step after step; each climb ends what its step promised and begins the next one's."""
    open_now = [
        _Deadline(c.due_at, c.metric, c.target_seconds, escalates(facts, c), vendors.get(c.subject, ""))
        for c in facts.clocks
        if c.due_at and not c.breached
    ]
    coming: list[Coming] = []
    step = facts.step
    while open_now and len(coming) < most:
        due = min(open_now, key=lambda d: (d.at, not d.escalates))
        open_now.remove(due)
        if not due.escalates:
            coming.append(_missed(due, facts.ladder.tier_at_or_below(step).name))
            continue
        _, to = reachable_step(replace(facts, gaps=gaps(due.at)), facts.ladder.following(step))
        coming.append(_climb(facts, due, to, vendor))
        if to is None:
            open_now = [d for d in open_now if not d.escalates]
            continue
        step = to
        open_now = _after_climb(facts, open_now, due.at, to, promise)
    return coming


def _after_climb(facts: Facts, before: Sequence[_Deadline], at: datetime, to: int, promise: Promise) -> list[_Deadline]:
    """The deadlines that hold at the new step: what does not hang on the step before it, and the step's own waits."""
    if facts.ladder.steps[to].vendor:
        # What stops while a vendor has it depends on when the case is sent; these count whoever has it.
        return [d for d in before if d.metric in (RESPOND, UPDATE, MANAGER_RESPOND)]
    kept = [d for d in before if d.metric not in OLAS]
    for metric in (OLA_ACKNOWLEDGE, OLA_RESOLVE):
        if target := promise(to, metric, at):
            kept.append(_Deadline(target[1], metric, target[0], escalates=True))
    return [replace(d, escalates=d.escalates or d.metric == ACKNOWLEDGE) for d in kept]


def _climb(facts: Facts, due: _Deadline, to: int | None, vendor: str) -> Coming:
    verb = "handed over" if due.metric == OLA_RESOLVE else "acknowledged"
    promised = " promised to the client" if due.metric == ACKNOWLEDGE else ""
    why = f"not {verb} within {duration_words(due.seconds)}{promised}"
    if to is None:
        return Coming(due.at, "Managers are told", f"{why}, and no step is left above", reaches=MANAGERS)
    rung = facts.ladder.steps[to]
    what = f"A case is lodged with {vendor or 'the vendor'}" if rung.vendor else f"It passes to {rung.name}"
    return Coming(due.at, what, why, to=to, reaches=VENDOR if rung.vendor else TIER)


_FOR_MANAGERS = frozenset({RESPOND, RESOLVE, MANAGER_RESPOND, *VENDORS})
# What happens when a target is reached that sends the ticket nowhere.
_MISSED = {
    ACKNOWLEDGE: "The client's acknowledgement target is missed",
    RESPOND: "The client's first reply is late; managers are told",
    UPDATE: "The client's next update is late; {home} is told",
    RESOLVE: "The client's resolution target is missed; managers are told",
    OLA_ACKNOWLEDGE: "The time to acknowledge runs out",
    OLA_RESOLVE: "The time to hand over runs out",
    VENDOR_RESPOND: "{whose} is late with its answer; managers are told",
    VENDOR_UPDATE: "{whose} is late with its next answer; managers are told",
    VENDOR_RESOLVE: "{whose} is late with resolving it; managers are told",
    MANAGER_RESPOND: "All managers are told",
}


def _missed(due: _Deadline, home: str) -> Coming:
    what = _MISSED[due.metric].format(home=home, whose=due.whose or "The vendor")
    reaches = TIER if due.metric == UPDATE else MANAGERS if due.metric in _FOR_MANAGERS else ""
    if due.metric in VENDORS:
        why = "as promised to us"
    elif due.metric == MANAGER_RESPOND:
        why = f"no manager has answered within {duration_words(due.seconds)}"
    else:
        why = f"{duration_words(due.seconds)} agreed"
    return Coming(due.at, what, why, reaches=reaches)
