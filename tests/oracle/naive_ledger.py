"""A ticket's custody and clocks, told from its history by the rules as they are written, and from nothing else.

In: the facts of one ticket in the order of time. All moments are whole seconds since the window of the calendars began.
The reckoning goes three plain ways over them:

1. `situations`: in whose hands the ticket was between any two facts, whether it was held, where each case's ball lay;
2. `lives`: when each clock began and was stopped, by what, and what it had consumed before under other terms;
3. `seen_at`: what a clock has consumed at a moment is the open time of the stretches in which, by the table of clocks,
   it counts; it falls due where that sum comes to its target.

A target is missed from the moment at which it falls due: whoever does what it waits for at that very moment is late,
as a step that waits 15 minutes is left in the fifteenth. So a verdict does not hang on who looked first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol

TIER, CLIENT, VENDOR, NOBODY = "TIER", "CLIENT", "VENDOR", "NOBODY"
US = "US"
ACKNOWLEDGE, RESPOND, UPDATE, RESOLVE = "ACKNOWLEDGE", "RESPOND", "UPDATE", "RESOLVE"
OLA_ACKNOWLEDGE, OLA_RESOLVE = "OLA_ACKNOWLEDGE", "OLA_RESOLVE"
VENDOR_RESPOND, VENDOR_UPDATE, VENDOR_RESOLVE = "VENDOR_RESPOND", "VENDOR_UPDATE", "VENDOR_RESOLVE"
OF_TICKET = (ACKNOWLEDGE, RESPOND, UPDATE, RESOLVE)
OF_STEP = (OLA_ACKNOWLEDGE, OLA_RESOLVE)
OF_CASE = (VENDOR_RESPOND, VENDOR_UPDATE, VENDOR_RESOLVE)

# How a clock was stopped: by what it waits for, by something that makes it pointless, by other terms.
DONE, POINTLESS, REPLACED = "DONE", "POINTLESS", "REPLACED"
RUNNING, PAUSED = "RUNNING", "PAUSED"
MET, BREACHED, ENDED, SUPERSEDED = "MET", "BREACHED", "ENDED", "SUPERSEDED"


class OpenTime(Protocol):
    """A calendar, as `naive_time.OpenMinutes` tells it."""

    def between(self, began: int, ended: int) -> int: ...

    def reached(self, began: int, seconds: int) -> int | None: ...


@dataclass(frozen=True, eq=False)
class Promise:
    """So many open seconds of this calendar."""

    seconds: int
    calendar: OpenTime


@dataclass(frozen=True, eq=False)
class Terms:
    """What is promised: to the client, by each step of the ladder, and by the vendor. No entry: no promise."""

    to_client: Mapping[str, Promise]
    by_step: tuple[Mapping[str, Promise], ...]
    by_vendor: Mapping[str, Promise]
    vendor_time_counts: bool = True


@dataclass(frozen=True)
class Fact:
    """Something that happened. `kind` is a name of `RULES` below; what it is about is in the other fields."""

    at: int
    kind: str
    step: int | None = None
    case: int | None = None
    until: int | None = None
    terms: Terms | None = None


@dataclass(frozen=True)
class Situation:
    """How things stand from `at` on, until the next situation."""

    at: int
    terms: Terms
    step: int
    holder: str = TIER
    waiting: bool = False
    held_until: int | None = None
    balls: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    lodged_by: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def held(self) -> bool:
        return self.held_until is not None


@dataclass(eq=False)
class Life:
    """One clock from its start to its stop. `before` is what was consumed in earlier lives of the same promise."""

    metric: str
    subject: int | None
    promise: Promise
    began: int
    before: int = 0
    stopped: int | None = None
    stopped_by: str | None = None


@dataclass(frozen=True)
class Seen:
    """A clock as it stands at a moment.

    `due_at` is the moment that still lies ahead: None while it is paused, once it was missed, or past the window.
    """

    metric: str
    subject: int | None
    began: int
    target: int
    consumed: int
    due_at: int | None
    state: str
    breached_at: int | None


class History:
    """All that follows from the facts. `situations` and `lives` are in the order in which they began."""

    def __init__(self) -> None:
        self.situations: list[Situation] = []
        self.lives: list[Life] = []

    def tell(self, fact: Fact) -> None:
        """Add the next fact; a hold that was over before it is ended first, at its own moment."""
        if self.situations:
            self._end_hold_by(fact.at)
        RULES[fact.kind](self, fact)

    def as_of(self, at: int) -> None:
        """Let pass what happens by itself up to this moment."""
        self._end_hold_by(at)

    @property
    def now(self) -> Situation:
        return self.situations[-1]

    def custody(self, until: int) -> list[tuple[str, int, int]]:
        """The spans of custody as (holder, from, to); without gap or overlap, by the way they are made."""
        ends = [situation.at for situation in self.situations[1:]] + [until]
        return [(situation.holder, situation.at, end) for situation, end in zip(self.situations, ends, strict=True)]

    def seen_at(self, at: int) -> list[Seen]:
        return [self.seen(life, at) for life in self.lives if life.began <= at]

    def seen(self, life: Life, at: int) -> Seen:
        """How this clock stands at `at`."""
        end = at if life.stopped is None else min(at, life.stopped)
        stretches = list(self._counted(life, end))
        consumed = life.before + sum(_open_seconds(life, *stretch) for stretch in stretches)
        breached = _reached_at(life, stretches)
        if life.stopped is not None and life.stopped <= at:
            return _stopped(life, consumed, breached)
        state = BREACHED if breached is not None else RUNNING if self.counted(life, at) else PAUSED
        due = _reached(life, at, life.promise.seconds - consumed) if state == RUNNING else None
        return _seen(life, consumed, due, state, breached)

    def counted(self, life: Life, at: int) -> bool:
        """Whether the clock counts from `at` on, while it is not stopped."""
        return _counts(life, self._situation_at(at))

    def _counted(self, life: Life, end: int) -> Iterator[tuple[int, int]]:
        """The stretches of this life up to `end` in which the table says that it counts."""
        for number, situation in enumerate(self.situations):
            after = self.situations[number + 1].at if number + 1 < len(self.situations) else end
            first, last = max(situation.at, life.began), min(after, end)
            if first < last and _counts(life, situation):
                yield first, last

    def _situation_at(self, at: int) -> Situation:
        return [situation for situation in self.situations if situation.at <= at][-1]

    def _end_hold_by(self, at: int) -> None:
        if self.now.held and self.now.held_until <= at:
            self.becomes(self.now.held_until, held_until=None)

    # What the rules below do.

    def becomes(self, at: int, **changes: object) -> None:
        """Begin the next situation. The holder follows from who is waited for and where the balls lie."""
        changed = replace(self.now, at=at, **changes)
        self.situations.append(replace(changed, holder=_holder(changed)))

    def start(self, metric: str, subject: int | None, at: int, before: int = 0) -> None:
        promise = _promised(self.now.terms, metric, subject if metric in OF_STEP else None)
        if promise is not None:
            self.lives.append(Life(metric, subject, promise, at, before))

    def stop(self, at: int, by: str, *metrics: str, subject: int | None = None) -> None:
        for life in self.open(*metrics):
            if subject is None or life.subject == subject:
                life.stopped, life.stopped_by = at, by

    def open(self, *metrics: str) -> list[Life]:
        return [life for life in self.lives if life.stopped is None and life.metric in metrics]

    def consumed_before(self, metric: str, subject: int | None, at: int) -> int:
        """What the latest clock of this metric and subject had consumed; what is left is its target less that."""
        earlier = [life for life in self.lives if (life.metric, life.subject) == (metric, subject)]
        return self.seen(earlier[-1], at).consumed if earlier else 0

    def arrive(self, at: int, *, returning: bool) -> None:
        """At a tier: it must acknowledge for itself; who returns there has what was left to resolve."""
        step = self.now.step
        left = self.consumed_before(OLA_RESOLVE, step, at) if returning else 0
        self.start(OLA_ACKNOWLEDGE, step, at)
        self.start(OLA_RESOLVE, step, at, before=left)

    def leave(self, at: int) -> None:
        """Custody leaves the tier."""
        self.stop(at, POINTLESS, OLA_ACKNOWLEDGE)
        self.stop(at, DONE, OLA_RESOLVE)


def _opened(history: History, fact: Fact) -> None:
    history.situations.append(Situation(fact.at, fact.terms, fact.step))
    for metric in (ACKNOWLEDGE, RESPOND, RESOLVE):
        history.start(metric, None, fact.at)
    history.arrive(fact.at, returning=False)


def _acknowledged(history: History, fact: Fact) -> None:
    history.stop(fact.at, DONE, ACKNOWLEDGE, OLA_ACKNOWLEDGE)


def _replied(history: History, fact: Fact) -> None:
    """A public reply by a person: the first one responds, and each one is an update and promises the next."""
    history.stop(fact.at, DONE, RESPOND, UPDATE)
    history.start(UPDATE, None, fact.at)


def _waited_on_client(history: History, fact: Fact) -> None:
    if history.now.holder == TIER:
        history.leave(fact.at)
    history.becomes(fact.at, waiting=True, held_until=None)


def _client_answered(history: History, fact: Fact) -> None:
    history.becomes(fact.at, waiting=False)
    if history.now.holder == TIER:
        history.arrive(fact.at, returning=True)


def _held(history: History, fact: Fact) -> None:
    history.becomes(fact.at, held_until=fact.until)


def _let_go(history: History, fact: Fact) -> None:
    history.becomes(fact.at, held_until=None)


def _escalated(history: History, fact: Fact) -> None:
    history.leave(fact.at)
    history.becomes(fact.at, step=fact.step, held_until=None, waiting=False)
    history.arrive(fact.at, returning=False)


def _lodged(history: History, fact: Fact) -> None:
    if history.now.holder == TIER:
        history.leave(fact.at)
    lodged_by = {**history.now.lodged_by, fact.case: history.now.step}
    history.becomes(fact.at, balls={**history.now.balls, fact.case: VENDOR}, lodged_by=lodged_by, held_until=None)
    for metric in OF_CASE:
        history.start(metric, fact.case, fact.at)


def _vendor_answered(history: History, fact: Fact) -> None:
    """A human answer: the first one responds, each one is an update; the ball is ours, at the step that lodged it."""
    history.stop(fact.at, DONE, VENDOR_RESPOND, VENDOR_UPDATE, subject=fact.case)
    before = history.now.holder
    balls = {**history.now.balls, fact.case: US}
    history.becomes(fact.at, balls=balls)
    if before == VENDOR and history.now.holder == TIER:
        history.becomes(fact.at, step=history.now.lodged_by[fact.case])
        history.arrive(fact.at, returning=True)


def _handed_back(history: History, fact: Fact) -> None:
    """Still with the vendor: its ball from this moment, and its next update is due."""
    if history.now.holder == TIER:
        history.leave(fact.at)
    balls = {number: ball for number, ball in history.now.balls.items() if number != fact.case}
    history.becomes(fact.at, balls={**balls, fact.case: VENDOR}, held_until=None)
    history.start(VENDOR_UPDATE, fact.case, fact.at)


def _case_closed(history: History, fact: Fact) -> None:
    history.stop(fact.at, DONE, VENDOR_RESOLVE, subject=fact.case)
    history.stop(fact.at, POINTLESS, VENDOR_RESPOND, VENDOR_UPDATE, subject=fact.case)
    before = history.now.holder
    history.becomes(fact.at, balls={number: ball for number, ball in history.now.balls.items() if number != fact.case})
    if before == VENDOR and history.now.holder == TIER:
        history.becomes(fact.at, step=history.now.lodged_by[fact.case])
        history.arrive(fact.at, returning=True)


def _terms_changed(history: History, fact: Fact) -> None:
    """Each open clock whose promise is another now is replaced, and what it had consumed goes with it."""
    replaced = []
    for life in history.open(*OF_TICKET, *OF_STEP, *OF_CASE):
        promise = _promised(fact.terms, life.metric, life.subject if life.metric in OF_STEP else None)
        if not _same(promise, life.promise):
            replaced.append((life, promise, history.seen(life, fact.at).consumed))
    history.becomes(fact.at, terms=fact.terms)
    for life, promise, consumed in replaced:
        life.stopped, life.stopped_by = fact.at, REPLACED if promise else POINTLESS
        if promise:
            history.lives.append(Life(life.metric, life.subject, promise, fact.at, consumed))


def _resolved(history: History, fact: Fact) -> None:
    """The summary goes to the client: it responds and updates; resolving counts as taking."""
    history.stop(fact.at, DONE, *OF_TICKET, *OF_STEP)
    history.stop(fact.at, POINTLESS, *OF_CASE)
    history.situations.append(replace(history.now, at=fact.at, holder=NOBODY, waiting=False, held_until=None, balls={}))


def _reopened(history: History, fact: Fact) -> None:
    """Back to the last tier with what was left; the resolved gap was nobody's."""
    left = history.consumed_before(RESOLVE, None, fact.at)
    history.becomes(fact.at)
    history.start(RESOLVE, None, fact.at, before=left)
    history.arrive(fact.at, returning=True)


RULES = {
    "OPENED": _opened,
    "ACKNOWLEDGED": _acknowledged,
    "REPLIED": _replied,
    "WAITED_ON_CLIENT": _waited_on_client,
    "CLIENT_ANSWERED": _client_answered,
    "HELD": _held,
    "LET_GO": _let_go,
    "ESCALATED": _escalated,
    "LODGED": _lodged,
    "VENDOR_ANSWERED": _vendor_answered,
    "HANDED_BACK": _handed_back,
    "CASE_CLOSED": _case_closed,
    "TERMS_CHANGED": _terms_changed,
    "RESOLVED": _resolved,
    "REOPENED": _reopened,
}


def _holder(situation: Situation) -> str:
    if situation.waiting:
        return CLIENT
    return VENDOR if VENDOR in situation.balls.values() else TIER


def _counts(life: Life, situation: Situation) -> bool:
    """The table's column "counts while"."""
    metric, holder = life.metric, situation.holder
    if metric in (ACKNOWLEDGE, RESPOND):
        return True
    if metric == UPDATE:
        return not situation.waiting
    if metric == RESOLVE:
        return holder == TIER or (holder == VENDOR and situation.terms.vendor_time_counts)
    if metric in OF_STEP:
        return holder == TIER and situation.step == life.subject and not situation.held
    return situation.balls.get(life.subject) == VENDOR


def _promised(terms: Terms, metric: str, step: int | None) -> Promise | None:
    if metric in OF_TICKET:
        return terms.to_client.get(metric)
    if metric in OF_STEP:
        return terms.by_step[step].get(metric)
    return terms.by_vendor.get(metric)


def _same(one: Promise | None, other: Promise) -> bool:
    return one is not None and (one.seconds, one.calendar) == (other.seconds, other.calendar)


def _open_seconds(life: Life, began: int, ended: int) -> int:
    return life.promise.calendar.between(began, ended)


def _reached(life: Life, since: int, left: int) -> int | None:
    return life.promise.calendar.reached(since, left)


def _reached_at(life: Life, stretches: list[tuple[int, int]]) -> int | None:
    """The moment within these stretches at which the target was reached, or None."""
    left = life.promise.seconds - life.before
    if left <= 0:
        return life.began
    for began, ended in stretches:
        due = _reached(life, began, left)
        if due is not None and due <= ended:
            return due
        left -= _open_seconds(life, began, ended)
    return None


def _stopped(life: Life, consumed: int, breached: int | None) -> Seen:
    if life.stopped_by == REPLACED:
        state = SUPERSEDED
    elif breached is not None:
        state = BREACHED
    else:
        state = MET if life.stopped_by == DONE else ENDED
    return _seen(life, consumed, None, state, breached)


def _seen(life: Life, consumed: int, due: int | None, state: str, breached: int | None) -> Seen:
    return Seen(life.metric, life.subject, life.began, life.promise.seconds, consumed, due, state, breached)
