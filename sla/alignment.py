"""Alignment: can a promise be kept on the worst way that a ticket may take? Pure: a promise and a path in, proof out.

A path is walked leg by leg, each on its own calendar; the promise counts on its own. How much open time of the promise
the path uses up is, as the start moves on, a line that rises, falls or stays level, and that jumps. It can bend or jump
only at a breakpoint (an opening or a closing, holidays and changes of clocks included) of

- the promise's calendar, or the calendar of a leg, at the start;
- the calendars of a leg and of the leg after it, at the moment between them;
- the calendar of the last leg, or the promise's, at the end.

So the worst start of all minutes is the first or the last of them, or among those from which a part of the path ends at
such a breakpoint: the last minute up to each, and the first after it. The tests hold this against every single minute.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby, pairwise

from sla.business_time import BusinessCalendar

_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# A calendar, and so many seconds of its open time.
Wait = tuple[BusinessCalendar, int]


@dataclass(frozen=True, slots=True)
class Leg:
    """One stay on the way: who may keep the ticket, on which calendar, for how many open seconds."""

    who: str
    calendar: BusinessCalendar
    seconds: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A leg as it was walked, and what the promise's calendar counted meanwhile."""

    leg: Leg
    began_at: datetime
    ended_at: datetime
    counted_seconds: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """The worst that can happen: the open seconds that are left then, negative when the promise is broken."""

    slack_seconds: int
    worst_start: datetime

    @property
    def attainable(self) -> bool:
        return self.slack_seconds >= 0


def align(*, promised: Wait, path: Sequence[Leg], begins: datetime, ends: datetime) -> Alignment:
    """The worst start in whole minutes from `begins` on and before `ends`, the first of equals, and its slack.

    Slack is open time of the promise's calendar from the end of the path to the moment at which the promise falls due.
    Raises NeverOpens when a calendar does not open for five years, ValueError when there is no minute to start in.
    """
    calendar, seconds = promised
    spent, start = worst(calendar, merged(path), _minute(begins, up=True), _minute(ends, up=True))
    return Alignment(round(seconds - spent), start)


def walk(*, calendar: BusinessCalendar, path: Iterable[Leg], start: datetime) -> list[Stay]:
    """The path from a start, leg by leg; `calendar` is the promise's, on which the client counts."""
    stays = []
    for leg in path:
        until = leg.calendar.add(start, leg.seconds)
        stays.append(Stay(leg, start, until, round(calendar.elapsed(start, until))))
        start = until
    return stays


def merged(path: Iterable[Leg]) -> tuple[Wait, ...]:
    """The path's waits, neighbours on the same calendar as one."""
    rows = ((leg.calendar, leg.seconds) for leg in path if leg.seconds)
    return tuple(
        (calendar, sum(seconds for _, seconds in same)) for calendar, same in groupby(rows, lambda row: row[0])
    )


@lru_cache(maxsize=4096)
def worst(
    calendar: BusinessCalendar, path: tuple[Wait, ...], begins: datetime, ends: datetime
) -> tuple[float, datetime]:
    """The most open seconds of `calendar` that the path takes, and the first start from which it does.

    Kept, because many promises differ in what they allow only: a year of one path is worked out once.
    """
    starts = _candidates(calendar, path, begins, ends)
    return max(((_spent(calendar, path, start), start) for start in starts), key=lambda found: found[0])


def _spent(calendar: BusinessCalendar, path: tuple[Wait, ...], start: datetime) -> float:
    return calendar.elapsed(start, _end(path, start))


def _end(path: Iterable[Wait], start: datetime) -> datetime:
    for calendar, seconds in path:
        start = calendar.add(start, seconds)
    return start


def _candidates(calendar: BusinessCalendar, path: tuple[Wait, ...], begins: datetime, ends: datetime) -> list[datetime]:
    """The starts, in order, among which the worst is."""
    minutes = {begins, ends - _MINUTE}
    for start in _bends(calendar, path, begins, ends):
        before = _minute(start)
        minutes |= {before, before + _MINUTE}
    return sorted(minute for minute in minutes if begins <= minute < ends)


def _bends(calendar: BusinessCalendar, path: tuple[Wait, ...], begins: datetime, ends: datetime) -> Iterator[datetime]:
    """The latest start from which each part of the path, from none to all of it, ends by each of its breakpoints."""
    on = (calendar, *(own for own, _ in path), calendar)
    for length, around in enumerate(pairwise(on)):
        part = path[:length]
        first, last = _end(part, begins), _end(part, ends)
        for at in {at for own in set(around) for at in _breakpoints(own, first, last)}:
            yield _latest_start(part, at)


def _latest_start(path: tuple[Wait, ...], by: datetime) -> datetime:
    for calendar, seconds in reversed(path):
        by = calendar.latest_start(by, seconds)
    return by


def _breakpoints(calendar: BusinessCalendar, begins: datetime, ends: datetime) -> Iterator[datetime]:
    """The openings and closings of a calendar from `begins` to `ends`, and the one after."""
    if calendar.always_open:
        return
    for opens, closes in calendar.windows(begins):
        if opens > ends:
            return
        yield opens
        yield closes


def _minute(at: datetime, *, up: bool = False) -> datetime:
    """The last whole minute up to a moment, or with `up` the first from it on."""
    past = (at - _EPOCH) % _MINUTE
    return at if not past else at - past + (_MINUTE if up else timedelta())
