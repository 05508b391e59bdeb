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
from dataclasses import replace

from naive_facts import (
    ACKNOWLEDGE,
    ALL,
    BREACHED,
    CLIMBS,
    DONE,
    ENDED,
    MET,
    NOT_HELD,
    OF_CASE,
    OF_STEP,
    OLA_ACKNOWLEDGE,
    OLA_RESOLVE,
    PAUSED,
    POINTLESS,
    REPLACED,
    RESOLVE,
    RESPOND,
    RUNNING,
    SUPERSEDED,
    TIER,
    UPDATE,
    US,
    VENDOR,
    VENDOR_RESOLVE,
    VENDOR_RESPOND,
    VENDOR_UPDATE,
    Fact,
    Life,
    Promise,
    Seen,
    Situation,
    counts_in,
    holder_in,
    is_same,
    promised,
    whose,
)


class History:
    """All that follows from the facts. `situations` and `lives` are in the order in which they began.

    `updated_at`: when a person last told the client something. `taken`: a person has taken it, at whatever tier.
    `acknowledged`: the tier that has it, or had it last, took it.
    """

    def __init__(self) -> None:
        self.situations: list[Situation] = []
        self.lives: list[Life] = []
        self.taken = self.acknowledged = False
        self.updated_at: int | None = None
        self.resolved_at: int | None = None

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

    def custody(self) -> list[tuple[int, str, int | None]]:
        """Each situation as (from, holder, step or case); "HELD" is a tier that holds it."""
        return [
            (situation.at, "HELD" if situation.held else situation.holder, whose(situation))
            for situation in self.situations
        ]

    def seen_at(self, at: int) -> list[Seen]:
        return [self.seen(life, at) for life in self.lives]

    def seen(self, life: Life, at: int) -> Seen:
        """How this clock stands at `at`, which is no earlier than the last fact."""
        stretches = list(self._counted(life, at))
        consumed = life.before + sum(life.promise.calendar.between(*stretch) for stretch in stretches)
        breached = _missed_at(life, stretches)
        if life.stopped is not None:
            return _seen(life, consumed, None, _verdict(life, breached), breached)
        running = counts_in(life, self.now)
        state = BREACHED if breached is not None else RUNNING if running else PAUSED
        due = life.promise.calendar.reached(at, life.promise.seconds - consumed) if state == RUNNING else None
        return _seen(life, consumed, due, state, breached)

    def passed(self, life: Life, at: int, percents: tuple[int, ...]) -> list[tuple[int, int]]:
        """The percentages that this clock came to by `at`, with their moments; what lay behind it at first is none."""
        stretches = list(self._counted(life, at))
        ahead = {percent: life.promise.seconds * percent // 100 for percent in percents}
        reached = {percent: _reached_at(life, stretches, seconds) for percent, seconds in ahead.items()}
        return [(percent, at) for percent, at in reached.items() if at is not None and ahead[percent] > life.before]

    def chased(self, life: Life, at: int, percents: tuple[int, ...]) -> list[tuple[int, int]]:
        """Those of the moments that it came to at which its vendor is chased; of other clocks all are told.

        A vendor's next answer is chased only while it does not owe its first.
        """
        owed = [
            other for other in self.lives
            if life.metric == VENDOR_UPDATE and other.metric == VENDOR_RESPOND and other.subject == life.subject
        ]  # fmt: skip
        return [
            (percent, moment)
            for percent, moment in self.passed(life, at, percents)
            if not any(first.began < moment and not _is_over(first, moment) for first in owed)
        ]

    def open_since(self, metric: str, promise: Promise, since: int, at: int) -> int:
        """What a clock of this metric would have consumed by now, had it been promised since then."""
        first = max(number for number, situation in enumerate(self.situations) if situation.at <= since)
        return self.seen(Life(metric, None, promise, since, first), at).consumed

    def counted(self, life: Life, number: int) -> bool:
        """Whether the clock counts in the situation of this number."""
        return counts_in(life, self.situations[number])

    def _counted(self, life: Life, at: int) -> Iterator[tuple[int, int]]:
        """The stretches of this life up to `at` in which the table says that it counts."""
        last = len(self.situations) - 1 if life.last is None else life.last
        for number in range(life.first, last + 1):
            if self.counted(life, number):
                ended = self.situations[number + 1].at if number < last else at
                ended = ended if life.stopped is None else min(ended, life.stopped)
                yield max(self.situations[number].at, life.began), ended

    def _end_hold_by(self, at: int) -> None:
        if self.now.held and self.now.held_until is not None and self.now.held_until <= at:
            self.becomes(self.now.held_until, held=False, held_until=None)

    # What the rules below do.

    def becomes(self, at: int, **changes: object) -> None:
        """Begin the next situation. The holder follows from who is waited for and where the balls lie."""
        changed = replace(self.now, at=at, **changes)
        holder, case = holder_in(changed)
        self.situations.append(replace(changed, holder=holder, holding_case=case))

    def start(self, metric: str, subject: int | None, at: int, before: int = 0, in_silence: bool = False) -> None:
        promise = promised(self.now.terms, metric, subject if metric in OF_STEP else None)
        if promise is not None:
            self.lives.append(Life(metric, subject, promise, at, len(self.situations) - 1, before, in_silence))

    def stop(self, at: int, by: str, *metrics: str, subject: int | None = None) -> None:
        """Stop these clocks, before the next situation begins."""
        for life in self.open(*metrics):
            if subject is None or life.subject == subject:
                life.stopped, life.stopped_by, life.last = at, by, len(self.situations) - 1

    def open(self, *metrics: str) -> list[Life]:
        return [life for life in self.lives if life.stopped is None and life.metric in metrics]

    def consumed_before(self, metric: str, subject: int | None, at: int) -> int:
        """What the latest clock of this metric and subject had consumed; what is left is its target less that."""
        last = self.last(metric, subject)
        return 0 if last is None else self.seen(last, at).consumed

    def last(self, metric: str, subject: int | None) -> Life | None:
        return next((life for life in self.lives[::-1] if (life.metric, life.subject) == (metric, subject)), None)

    def arrive(self, at: int, *, returning: bool) -> None:
        """At a tier: it must acknowledge for itself; who returns there has what was left to resolve."""
        step, self.acknowledged = self.now.step, False
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
    history.acknowledged = history.taken = True


def _replied(history: History, fact: Fact) -> None:
    """A public reply by a person: the first one responds, and each one is an update and promises the next."""
    history.stop(fact.at, DONE, RESPOND, UPDATE)
    history.updated_at = fact.at
    history.start(UPDATE, None, fact.at)


def _waited_on_client(history: History, fact: Fact) -> None:
    history.leave(fact.at)
    history.becomes(fact.at, waiting=True, **NOT_HELD)


def _client_answered(history: History, fact: Fact) -> None:
    history.becomes(fact.at, waiting=False)
    if history.now.holder == TIER:
        history.arrive(fact.at, returning=True)


def _held(history: History, fact: Fact) -> None:
    history.becomes(fact.at, held=True, held_until=fact.until)


def _let_go(history: History, fact: Fact) -> None:
    history.becomes(fact.at, **NOT_HELD)


def _escalated(history: History, fact: Fact) -> None:
    """To another tier; a ball that a vendor had is taken back."""
    history.leave(fact.at)
    ours = dict.fromkeys(history.now.balls, US)
    history.becomes(fact.at, step=fact.step, waiting=False, balls=ours, **NOT_HELD)
    history.arrive(fact.at, returning=False)


def _is_over(life: Life, at: int) -> bool:
    return life.stopped is not None and life.stopped < at


def _lodged(history: History, fact: Fact) -> None:
    """The vendor has it, unless the client is waited for."""
    if not history.now.waiting:
        history.leave(fact.at)
    lodged_by = {**history.now.lodged_by, fact.case: history.now.step}
    history.becomes(fact.at, balls={**history.now.balls, fact.case: VENDOR}, lodged_by=lodged_by, **NOT_HELD)
    for metric in OF_CASE:
        history.start(metric, fact.case, fact.at)


def _vendor_answered(history: History, fact: Fact) -> None:
    """A human answer: the first one responds, each one is an update; the ball is ours."""
    history.stop(fact.at, DONE, VENDOR_RESPOND, VENDOR_UPDATE, subject=fact.case)
    _back_from_vendor(history, fact, {**history.now.balls, fact.case: US})


def _handed_back(history: History, fact: Fact) -> None:
    """Still with the vendor: its ball from this moment, and an answer that was given promises the next one."""
    history.leave(fact.at)
    history.becomes(fact.at, balls={**history.now.balls, fact.case: VENDOR}, waiting=False, **NOT_HELD)
    if not [life for life in history.open(VENDOR_UPDATE) if life.subject == fact.case]:
        history.start(VENDOR_UPDATE, fact.case, fact.at)


def _case_closed(history: History, fact: Fact) -> None:
    history.stop(fact.at, DONE, VENDOR_RESOLVE, subject=fact.case)
    history.stop(fact.at, POINTLESS, VENDOR_RESPOND, VENDOR_UPDATE, subject=fact.case)
    _back_from_vendor(history, fact, {case: ball for case, ball in history.now.balls.items() if case != fact.case})


def _back_from_vendor(history: History, fact: Fact, balls: Mapping[int, str]) -> None:
    """To the step that lodged the case, unless the client is waited for or another vendor has a ball."""
    had_it = history.now.holder == VENDOR
    lodged_by = history.now.lodged_by[fact.case]
    if had_it and VENDOR not in balls.values():
        history.becomes(fact.at, balls=balls, step=lodged_by)
        history.arrive(fact.at, returning=True)
    else:
        history.becomes(fact.at, balls=balls)


def _terms_changed(history: History, fact: Fact) -> None:
    """Each open clock whose promise is another now is replaced, and what it had consumed goes with it."""
    changed = [(life, promised(fact.terms, life.metric, life.subject)) for life in history.open(*ALL)]
    changed = [(life, promise) for life, promise in changed if not is_same(promise, life.promise)]
    for life, promise in changed:
        life.stopped, life.last = fact.at, len(history.situations) - 1
        life.stopped_by = REPLACED if promise else POINTLESS
    history.becomes(fact.at, terms=fact.terms)
    for life, _ in changed:
        seen = history.seen(life, fact.at)
        # Who climbs when it falls due must climb once, so only what was missed before is told and done.
        in_silence = life.metric not in CLIMBS or seen.breached_at is not None
        history.start(life.metric, life.subject, fact.at, seen.consumed, in_silence)


def _priority_changed(history: History, fact: Fact) -> None:
    """As other terms; and what is promised now, and was not before, counts from where it would have begun."""
    _terms_changed(history, fact)
    opened_at = history.situations[0].at
    awaited = {ACKNOWLEDGE: None if history.taken else opened_at, RESPOND: opened_at, RESOLVE: opened_at}
    if history.updated_at is not None:
        awaited |= {RESPOND: None, UPDATE: history.updated_at}
    for metric, since in awaited.items():
        if since is not None and not history.open(metric):
            _begin(history, metric, since, fact.at)


def _published(history: History, fact: Fact) -> None:
    """What an edit brings, or brings back, begins on open tickets as it does when a priority changes."""
    _priority_changed(history, fact)


def _begin(history: History, metric: str, since: int, at: int) -> None:
    """A clock of the ticket that runs since then, and only now has a promise; an old verdict stands."""
    promise, before = promised(history.now.terms, metric, None), 0
    last = history.last(metric, None)
    if last is not None and last.stopped >= since:
        seen, since = history.seen(last, at), last.stopped
        if seen.state in (MET, BREACHED):
            return
        before = seen.consumed
    if promise is not None:
        history.start(metric, None, at, before + history.open_since(metric, promise, since, at), metric not in CLIMBS)


def _resolved(history: History, fact: Fact) -> None:
    """Resolving counts as taking, and closes the cases. Only a person's summary is a reply and an update."""
    history.stop(fact.at, DONE if fact.by_person else POINTLESS, RESPOND, UPDATE)
    history.taken, history.resolved_at = True, fact.at
    history.updated_at = fact.at if fact.by_person else history.updated_at
    history.stop(fact.at, DONE, ACKNOWLEDGE, RESOLVE, OLA_ACKNOWLEDGE, OLA_RESOLVE, VENDOR_RESOLVE)
    history.stop(fact.at, POINTLESS, VENDOR_RESPOND, VENDOR_UPDATE)
    history.becomes(fact.at, resolved=True, waiting=False, balls={}, **NOT_HELD)


def _reopened(history: History, fact: Fact) -> None:
    """Back to the last tier. What was not done goes on with what was left; the resolved gap was nobody's.

    An update that the summary gave promises the next one, whose time begins only now.
    """
    history.becomes(fact.at, resolved=False)
    _go_on(history, RESOLVE, fact.at)
    unsaid = [metric for metric in (RESPOND, UPDATE) if _ended_at(history.last(metric, None), history.resolved_at)]
    if history.updated_at == history.resolved_at:  # a person's summary: what ended in the same second ended before it
        unsaid = []
    for metric in unsaid:
        _go_on(history, metric, fact.at)
    if history.updated_at is not None and UPDATE not in unsaid:
        history.start(UPDATE, None, fact.at)
    history.arrive(fact.at, returning=True)


def _ended_at(life: Life | None, resolved_at: int | None) -> bool:
    """Whether it was ended by a resolution without words: what it waits for has not come."""
    return life is not None and life.stopped_by == POINTLESS and life.stopped == resolved_at


def _go_on(history: History, metric: str, at: int) -> None:
    """A clock of the ticket that had ended before, if there was one, goes on in a new round."""
    last = history.last(metric, None)
    if last is not None:
        history.start(metric, None, at, before=history.seen(last, at).consumed, in_silence=True)


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
    "TERMS_PUBLISHED": _published,
    "PRIORITY_CHANGED": _priority_changed,
    "RESOLVED": _resolved,
    "REOPENED": _reopened,
}


def _missed_at(life: Life, stretches: list[tuple[int, int]]) -> int | None:
    """When the target was missed.

    A clock that begins with nothing left is missed when it first counts or, unless another takes its place, ends.
    """
    if life.before < life.promise.seconds:
        return _reached_at(life, stretches, life.promise.seconds)
    if life.in_silence or stretches:
        return life.began if life.in_silence else stretches[0][0]
    return None if life.stopped_by == REPLACED else life.stopped


def _reached_at(life: Life, stretches: list[tuple[int, int]], seconds: int) -> int | None:
    """The moment within these stretches at which so much was consumed, or None."""
    left = seconds - life.before
    for began, ended in stretches:
        due = life.promise.calendar.reached(began, left)
        if due is not None and due <= ended:
            return due
        left -= life.promise.calendar.between(began, ended)
    return None


def _verdict(life: Life, breached: int | None) -> str:
    if life.stopped_by == REPLACED:
        return SUPERSEDED
    if breached is not None:
        return BREACHED
    return MET if life.stopped_by == DONE else ENDED


def _seen(life: Life, consumed: int, due: int | None, state: str, breached: int | None) -> Seen:
    return Seen(life.metric, life.subject, life.began, life.promise.seconds, consumed, due, state, breached)
