"""What vendors promised and what they kept: from cases and their clocks to the numbers of a scorecard. Pure.

Counted are the cases that were lodged in a period, with what became of them up to now. A promise is one, however often
its terms changed and its clock went on as another row: it is missed when any of these ran out, kept when the last was
met in time, still open while that one runs. It was not needed any more when the case ended before the vendor had any
part in it; one whose terms went away was no promise any more.

Times are seconds: of the vendor's own calendar, as its clocks counted them while the vendor had the ball, and of the
clock on the wall. Median and 90th percentile are by nearest rank: the smallest value that is not exceeded by less than
so many percent of all. Of fewer than five values there is neither; they are shown as they are.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from tickets.facts import VENDOR_RESOLVE, VENDOR_RESPOND, VENDOR_UPDATE

FEWEST_FOR_A_RANK = 5
BETTER, WORSE, SAME = "better", "worse", "the same"
Key = TypeVar("Key", bound=Hashable)


class Turn(NamedTuple):
    """What one row of a clock stands for. `missed`: its target was reached; `by_act`: what it waits for has stopped it.

    `round` tells apart the promises of further answers, each of which is one of its own. `over`: nothing was left to
    wait for, and the vendor had no part in that.
    """

    metric: str
    round: int
    state: str
    missed: bool
    target_seconds: int
    by_act: bool
    over: bool


class Promise(NamedTuple):
    """`kept` is None while it is open, and for good where it is `over`: not needed any more.

    `seconds` of the vendor's calendar that it took, None where that is unknown.
    """

    metric: str
    target_seconds: int
    kept: bool | None
    seconds: float | None
    over: bool = False


class Case(NamedTuple):
    """A case that was lodged, with the seconds of the wall's clock until its first answer and its closing.

    One that the vendor never answered may be `closed` and has no time until then, since it was not the vendor's.
    `incomplete`: it was sent though something was missing; `auto_first`: a machine answered first.
    """

    vendor: str
    service: str
    severity: str
    lodged_at: datetime
    answer_seconds: float | None
    solution_seconds: float | None
    closed: bool
    incomplete: bool
    chases: int
    bounces: int
    auto_first: bool
    promises: Sequence[Promise]


@dataclass(frozen=True, slots=True)
class Kept:
    """Of so many promises of one kind that were decided, so many were kept; `open` are not decided yet, `over` never.

    `targets` are the different times that were promised, in seconds, the shortest first.
    """

    promised: int = 0
    kept: int = 0
    open: int = 0
    targets: tuple[int, ...] = ()
    over: int = 0

    @property
    def percent(self) -> float | None:
        """None where nothing was decided: no promise is no success."""
        return round(100 * self.kept / self.promised, 1) if self.promised else None


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took, in seconds, the shortest first."""

    values: tuple[float, ...] = ()

    @property
    def median(self) -> float | None:
        return self._ranked(50)

    @property
    def p90(self) -> float | None:
        return self._ranked(90)

    @property
    def few(self) -> tuple[float, ...]:
        """All of them, where they are too few for a rank."""
        return self.values if len(self.values) < FEWEST_FOR_A_RANK else ()

    def _ranked(self, percent: int) -> float | None:
        return nearest_rank(self.values, percent) if len(self.values) >= FEWEST_FOR_A_RANK else None


@dataclass(frozen=True, slots=True)
class Score:
    """How a vendor did, in all or for one service and severity. `running` cases are not closed; they count as cases."""

    cases: int
    running: int
    answered: int
    answer: Kept
    updates: Kept
    solution: Kept
    answer_open: Times
    answer_wall: Times
    update_open: Times
    solution_open: Times
    solution_wall: Times
    incomplete: int
    chases: int
    bounces: int
    auto_first: int


def promises(turns: Iterable[tuple[Turn, float]]) -> list[Promise]:
    """The promises that the clocks of one case stand for, each clock with the seconds of its calendar that it counted.

    The clocks come in the order in which they were begun.
    """
    chains: dict[tuple[str, int], list[tuple[Turn, float]]] = {}
    for turn, seconds in turns:
        own_round = turn.round if turn.metric == VENDOR_UPDATE else 0
        chains.setdefault((turn.metric, own_round), []).append((turn, seconds))
    return [promise for chain in chains.values() if (promise := _promise(chain))]


def _promise(chain: Sequence[tuple[Turn, float]]) -> Promise | None:
    last, counted = chain[-1]
    seconds = counted if last.by_act else None
    if last.missed or (len(chain) > 1 and any(turn.missed for turn, _ in chain)):
        return Promise(last.metric, last.target_seconds, False, seconds)
    if last.over:
        return Promise(last.metric, last.target_seconds, None, None, over=True)
    if last.state == "MET":
        return Promise(last.metric, last.target_seconds, True, seconds)
    if last.state in ("RUNNING", "PAUSED"):
        return Promise(last.metric, last.target_seconds, None, None)
    return None


def grouped(cases: Iterable[Case], by: Callable[[Case], Key]) -> dict[Key, list[Case]]:
    """The cases by what `by` says of each, in the order in which that first comes."""
    found: dict[Key, list[Case]] = defaultdict(list)
    for case in cases:
        found[by(case)].append(case)
    return dict(found)


def score(cases: Sequence[Case]) -> Score:
    """The numbers of these cases together."""
    of_metric: dict[str, list[Promise]] = {VENDOR_RESPOND: [], VENDOR_UPDATE: [], VENDOR_RESOLVE: []}
    for case in cases:
        for promise in case.promises:
            of_metric[promise.metric].append(promise)
    answers, updates, solutions = of_metric.values()
    return Score(
        cases=len(cases),
        running=sum(not case.closed for case in cases),
        answered=sum(case.answer_seconds is not None for case in cases),
        answer=_kept(answers),
        updates=_kept(updates),
        solution=_kept(solutions),
        answer_open=_times(promise.seconds for promise in answers),
        answer_wall=_times(case.answer_seconds for case in cases),
        update_open=_times(promise.seconds for promise in updates),
        solution_open=_times(promise.seconds for promise in solutions),
        solution_wall=_times(case.solution_seconds for case in cases),
        incomplete=sum(case.incomplete for case in cases),
        chases=sum(case.chases for case in cases),
        bounces=sum(case.bounces for case in cases),
        auto_first=sum(case.auto_first for case in cases),
    )


def _kept(of: Sequence[Promise]) -> Kept:
    verdicts = [promise.kept for promise in of]
    targets = tuple(sorted({promise.target_seconds for promise in of}))
    over, undecided = sum(promise.over for promise in of), verdicts.count(None)
    return Kept(len(of) - undecided, verdicts.count(True), undecided - over, targets, over)


def _times(seconds: Iterable[float | None]) -> Times:
    return Times(tuple(sorted(value for value in seconds if value is not None)))


def nearest_rank(values: Sequence[float], percent: int) -> float:
    """The value at rank ceil(percent / 100 × n) of n sorted ones, at least one; `percent` from 1 to 100."""
    return values[-(-percent * len(values) // 100) - 1]


def direction(now: Kept, before: Kept) -> str:
    """How the share of kept promises moved by whole percents: BETTER, WORSE or SAME; "" without two to compare."""
    if now.percent is None or before.percent is None:
        return ""
    return _moved(round(now.percent) - round(before.percent))


def speed(now: Times, before: Times) -> str:
    """How the median moved by whole minutes: BETTER when it is shorter; "" where there are not two to compare."""
    if now.median is None or before.median is None:
        return ""
    return _moved(before.median // 60 - now.median // 60)


def _moved(by: float) -> str:
    if not by:
        return SAME
    return BETTER if by > 0 else WORSE
