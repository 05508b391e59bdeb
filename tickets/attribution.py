"""How long each holder had a ticket, from its custody ledger. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Change:
    """From `began_at` on it was in these hands: kind of holder, its name, and a tier's level.

    `known` is False for what happened before a ticket was brought in: somebody had it, nobody here knows who.
    """

    kind: str
    name: str
    level: int | None
    began_at: datetime
    known: bool = True


@dataclass(frozen=True, slots=True)
class Share:
    """One holder's part: wall time in seconds, and percent of the whole."""

    kind: str
    name: str
    level: int | None
    seconds: float
    percent: float


def shares(changes: Sequence[Change], until: datetime) -> list[Share]:
    """Each holder's wall time up to `until`, in the order in which they first held it; percents add up to 100.

    In: changes in the order of time. A holder that held it twice has one share; what is not known has none.
    """
    times: dict[tuple[str, str, int | None], float] = {}
    for change, held in _stretches(changes, until):
        if change.known:
            holder = (change.kind, change.name, change.level)
            times[holder] = times.get(holder, 0) + held
    percents = _percents(list(times.values()))
    return [Share(*holder, seconds, p) for (holder, seconds), p in zip(times.items(), percents, strict=True)]


def unknown_seconds(changes: Sequence[Change], until: datetime) -> float:
    """The wall time up to `until` of which nobody here knows who had it."""
    return sum(held for change, held in _stretches(changes, until) if not change.known)


def _stretches(changes: Sequence[Change], until: datetime) -> Iterator[tuple[Change, float]]:
    """Each change with the seconds until the next one."""
    ends = [change.began_at for change in changes[1:]]
    for change, end in zip(changes, [*ends, until], strict=False):
        yield change, (min(end, until) - min(change.began_at, until)).total_seconds()


def _percents(parts: Sequence[float]) -> list[float]:
    """Parts in percent, to a tenth, rounded at their running sums so that they add up."""
    whole = sum(parts)
    if not whole:
        return [100.0 if i == len(parts) - 1 else 0.0 for i in range(len(parts))]
    sums = [round(1000 * sum(parts[:i]) / whole) for i in range(len(parts) + 1)]
    return [(b - a) / 10 for a, b in pairwise(sums)]
