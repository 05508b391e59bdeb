"""The product against the plain reckoning, fact by fact: one history by chance, told to both."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from naive_facts import ACKNOWLEDGE, BREACHED, OF_STEP, RUNNING, TIER, Fact, Life, Promise, Seen, Terms
from naive_ledger import History
from naive_time import Window
from random_calendars import CHANGES, DrawnCalendar
from random_histories import DAY, HOUR, STEPS, some_fact, some_gap, some_terms

from tickets.work import RunningClock

MOST_FACTS = 9
MOST_SWEEPS = 60
# Nothing happens later than this before the end of the window, so that most deadlines lie within.
SPARE = 12 * DAY
ENDED = (
    "target_seconds", "inherited_seconds", "consumed_seconds", "started_at", "counted_from", "running_since", "due_at",
    "state", "breached_at", "stopped_at", "because",
)  # fmt: skip


class Trial:
    """One ticket, told to both sides. `begin` opens it in the product; `late` is how often the sweep comes too late.

    `sweeping` says whether the sweep has looked at every moment so far.
    """

    def __init__(
        self,
        random: Random,
        calendars: Sequence[DrawnCalendar],
        window: Window,
        begin: Callable[[Fact, Window], Any],
        late: float = 0.03,
    ) -> None:
        self.random, self.calendars, self.window = random, calendars, window
        self.at, self.sweeping, self.hold_ends = _opening(random, window), True, 0
        self.facts: list[Fact] = []
        self.ended: dict[int, tuple] = {}
        self.missed: set[int] = set()
        self.history = History()
        opened = Fact(self.at, "OPENED", step=0, terms=some_terms(random, calendars))
        self.facts.append(opened)
        self.history.tell(opened)
        self.product, self.late = begin(opened, window), late

    def __str__(self) -> str:
        """The history so far, as a person would read it."""
        lines = [f"{self.window.moment(fact.at):%a %d %b %H:%M:%S} {_words(fact)}" for fact in self.facts]
        used = {promise.calendar for fact in self.facts if fact.terms for promise in _promises(fact.terms)}
        return "\n".join([*lines, *map(repr, used)])

    def run(self) -> None:
        """The whole history, compared after each of its facts."""
        self.settle()
        self.compare()
        for _ in range(self.random.randint(1, MOST_FACTS)):
            self.pass_time()
            if self.product.closed or self.at > self.window.minutes * 60 - SPARE:
                break
            drawn = some_fact(self.random, self.history, self.at, self.calendars, self.product.kinds)
            if self._is_clear(drawn) and (fact := self.product.may(drawn, self.history.now)):
                self.tell(fact)
                self.settle()
                self.compare()

    # what happens --------------------------------------------------------------------------------------------------

    def pass_time(self) -> None:
        """On to the next fact; the sweep looks at each moment at which something is due or, now and then, at none."""
        ends = self.at + some_gap(self.random, self.history, self.at)
        self.sweeping = self.sweeping and self.random.random() >= self.late
        if self.sweeping:
            for at in self._due_by(ends):
                self.sweep(at)
        self.at = ends

    def _is_clear(self, fact: Fact) -> bool:
        """Whether it is settled what comes of it.

        A hold pauses what has fallen due between our teams, and a sweep that was late has not seen it; the product lets
        it fall due when it goes on, so that its climb is not lost, and not when it did.
        """
        return self.sweeping or fact.kind != "HELD"

    def tell(self, fact: Fact) -> None:
        self.facts.append(fact)
        self.hold_ends = fact.until or self.hold_ends
        # The reckoning is told when a hold ends, as it is of any other fact.
        self.history.tell(replace(fact, until=None))
        self.product.tell(fact)

    def settle(self) -> None:
        """Let the sweep do what is due by now."""
        for _ in self._due_by(self.at):
            self.sweep(self.at)

    def sweep(self, at: int) -> None:
        expected = self._climbs(at)
        caused = self.product.sweep(at)
        for fact in caused:
            self.facts.append(fact)
            self.history.tell(fact)
        if self.sweeping:
            assert [fact for fact in caused if fact.kind == "ESCALATED"] == expected
            assert all(at == self.hold_ends for fact in caused if fact.kind == "LET_GO")

    def _due_by(self, ends: int) -> Iterator[int]:
        for _ in range(MOST_SWEEPS):
            at = self.product.check_at()
            if at is None or at > ends:
                return
            yield max(at, self.at)
            self.at = max(at, self.at)
        raise AssertionError("the sweep does not come to rest")

    def _climbs(self, at: int) -> list[Fact]:
        """The escalation that must come of what has been missed by now, and was not at the last look."""
        fresh = [life for life in self.history.lives if self._is_missed(life, at) and id(life) not in self.missed]
        self.missed |= {id(life) for life in fresh}
        now = self.history.now
        climbs = [life for life in fresh if life.stopped is None and self._escalates(life)]
        return [Fact(at, "ESCALATED", step=now.step + 1)] if climbs and now.step + 1 < STEPS else []

    def _is_missed(self, life: Life, at: int) -> bool:
        return self.history.seen(life, at).breached_at is not None

    def _escalates(self, life: Life) -> bool:
        now = self.history.now
        if now.holder != TIER or (life.in_silence and life.before >= life.promise.seconds):
            return False
        if life.metric == ACKNOWLEDGE:
            return not (now.held or self.history.acknowledged)
        return life.metric in OF_STEP

    # what is compared ----------------------------------------------------------------------------------------------

    def compare(self) -> None:
        self._compare_custody()
        lives: dict[tuple[str, int | None], list[Life]] = {}
        for life in self.history.lives:
            lives.setdefault((life.metric, life.subject), []).append(life)
        clocks = self.product.clocks()
        counted = {key: len(of_key) for key, of_key in clocks.items()}
        expected = {key: len(of_key) for key, of_key in lives.items()}
        assert counted == expected, set(counted.items()) ^ set(expected.items())
        for key, of_key in lives.items():
            for life, clock in zip(of_key, clocks[key], strict=True):
                self._compare(clock, self.history.seen(life, self.at))
                self._compare_warnings(clock, life)
                self._stays(clock)
        self._named_once(
            [(clock.metric, clock.subject, clock.round, clock.revision) for row in clocks.values() for clock in row]
        )
        self._named_once(self.product.mail_keys())

    def _named_once(self, names: list) -> None:
        """What is unique in the database is so before it is written."""
        twice = [name for name, times in Counter(names).items() if times > 1]
        assert not twice, twice

    def _compare(self, clock: RunningClock, seen: Seen) -> None:
        assert self.window.seconds_to(clock.counted_from) == seen.began, seen
        assert clock.target_seconds == seen.target, seen
        assert self.product.consumed(clock, self.at) == seen.consumed, seen
        assert clock.state == seen.state, (seen, clock.state)
        breached = None if clock.breached_at is None else self.window.seconds_to(clock.breached_at)
        assert breached == seen.breached_at, (seen, breached)
        self._compare_due(clock, seen)

    def _compare_due(self, clock: RunningClock, seen: Seen) -> None:
        assert (clock.due_at is None) == (clock.running_since is None), seen
        due = None if clock.due_at is None else self.window.seconds_to(clock.due_at)
        if seen.state == RUNNING and seen.due_at is None:
            assert due is not None and due > self.window.minutes * 60, (seen, due)
        elif seen.state == RUNNING:
            assert due == seen.due_at, (seen, due)
        elif due is not None:
            assert seen.state == BREACHED and due == seen.breached_at, (seen, due)

    def _compare_warnings(self, clock: RunningClock, life: Life) -> None:
        """Each threshold is told of once, in order, and at its moment unless the sweep was late."""
        told = self.product.warnings(clock)
        percents = [percent for percent, _ in told]
        assert percents == sorted(set(percents))
        if self.sweeping:
            ahead = tuple(percent for percent in clock.thresholds if percent != 100)
            expected = self.history.chased(life, self.at, ahead)
            if self.product.chased_enough(clock):
                told, expected = told[: len(expected)], expected[: len(told)]
            assert told == expected, (life, told)

    def _stays(self, clock: RunningClock) -> None:
        """What has ended keeps its verdict, and all else that it was."""
        if clock.stopped_at is not None:
            now = tuple(getattr(clock, name) for name in ENDED)
            assert self.ended.setdefault(clock.id or id(clock), now) == now

    def _compare_custody(self) -> None:
        kept, told = self.product.custody(), self.history.custody()
        assert [at for at, *_ in kept] == sorted(at for at, *_ in kept), "custody runs backwards"
        assert _settled(kept) == _settled(told), (_settled(kept)[-3:], _settled(told)[-3:])
        ends = [at for at, *_ in kept[1:]] + [self.at]
        assert sum(end - at for (at, *_), end in zip(kept, ends, strict=True)) == self.at - self.facts[0].at


def _words(fact: Fact) -> str:
    details = {"step": fact.step, "case": fact.case, "until": fact.until} | (
        {} if fact.by_person else {"by": "program"}
    )
    words = [fact.kind, *(f"{name}={value}" for name, value in details.items() if value is not None)]
    return " ".join([*words, *(_terms_words(fact.terms) if fact.terms else ())])


def _terms_words(terms: Terms) -> list[str]:
    groups = {"client": terms.to_client, **dict(enumerate(terms.by_step, start=1)), "vendor": terms.by_vendor}
    return [f"{name}: {_promise_words(group)};" for name, group in groups.items()]


def _promise_words(group: Mapping[str, Promise]) -> str:
    return ", ".join(
        f"{metric} {promise.seconds}s on {promise.calendar.number}" + (" without" * (not promise.vendor_time_counts))
        for metric, promise in group.items()
    )


def _promises(terms: Terms) -> list[Promise]:
    return [promise for group in (terms.to_client, *terms.by_step, terms.by_vendor) for promise in group.values()]


def _settled(changes: list[tuple[int, str, int | None]]) -> list[tuple[int, str, int | None]]:
    """Without what lasted no time, and without changes into the same hands."""
    lasting = list({at: (at, *hands) for at, *hands in changes}.values())
    return [
        row for before, row in zip([None, *lasting], lasting, strict=False) if before is None or before[1:] != row[1:]
    ]


def _opening(random: Random, window: Window) -> int:
    """Often shortly before clocks are changed, and not always on a whole minute."""
    latest = window.minutes * 60 - SPARE - 20 * DAY
    near = [at for change in CHANGES[window] if (at := window.seconds_to(change)) < latest]
    shortly_before = random.choice(near) - random.randrange(3 * DAY)
    at = shortly_before if random.random() < 0.6 else random.randrange(4 * DAY, latest)
    return at - at % random.choice((1, 60, 60, HOUR))
