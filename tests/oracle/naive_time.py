"""Open time, told by looking at the wall clock in every minute of UTC.

This is the slow and plain reckoning that the product's is held against. It knows two things only: what a clock on the
wall of a zone shows at a minute of UTC, and which openings are written down. It imports nothing of the product.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 1440
WALL_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Window:
    """The whole minutes of UTC that are looked at, `days` days from `began` on."""

    began: datetime
    days: int

    @property
    def minutes(self) -> int:
        return self.days * DAY

    @property
    def ended(self) -> datetime:
        return self.began + timedelta(days=self.days)

    def seconds_to(self, at: datetime) -> int:
        return round((at - self.began).total_seconds())

    def moment(self, seconds: int) -> datetime:
        return self.began + timedelta(seconds=seconds)


@dataclass(frozen=True)
class OpenMinutes:
    """A calendar as a map: one byte for each minute of the window, 1 where somebody works."""

    window: Window
    minutes: bytes
    open_before: tuple[int, ...]

    @classmethod
    def of(cls, document: Mapping, window: Window) -> "OpenMinutes":
        """In: a written calendar with `timezone`, `hours` by weekday and `closures` as dates."""
        minutes = bytearray(window.minutes)
        for opens, closes in _openings(document, window):
            minutes[opens:closes] = b"\x01" * (closes - opens)
        return cls(window, bytes(minutes), (0, *accumulate(minutes)))

    def is_open(self, at: datetime) -> bool:
        return bool(self.minutes[self.window.seconds_to(at) // 60])

    def elapsed(self, start: datetime, end: datetime) -> int:
        """The open seconds from `start` to `end`, both within the window, `end` not before `start`."""
        return self.between(self.window.seconds_to(start), self.window.seconds_to(end))

    def reached_at(self, start: datetime, seconds: int) -> datetime | None:
        """The earliest moment at which `seconds` open seconds have passed since `start`; None when past the window."""
        reached = self.reached(self.window.seconds_to(start), seconds)
        return None if reached is None else self.window.moment(reached)

    def between(self, began: int, ended: int) -> int:
        """As `elapsed`, from and to in seconds since the window began."""
        return self._open_until(ended) - self._open_until(began)

    def reached(self, began: int, seconds: int) -> int | None:
        """As `reached_at`, in seconds since the window began."""
        if seconds <= 0:
            return began
        needed = self._open_until(began) + seconds
        full = (needed - 1) // 60
        if full >= self.open_before[-1]:
            return None
        # The minute that holds the last needed second: of all minutes before it, `full` are open.
        minute = bisect_left(self.open_before, full + 1) - 1
        return minute * 60 + needed - full * 60

    def _open_until(self, seconds: int) -> int:
        if not 0 <= seconds <= self.window.minutes * 60:
            raise LookupError(f"{self.window.moment(seconds)} lies outside the window that is looked at")
        minute, within = divmod(seconds, 60)
        return self.open_before[minute] * 60 + (within if within and self.minutes[minute] else 0)


@cache
def wall_minutes(timezone: str, window: Window) -> tuple[int, ...]:
    """What the wall clock shows at each minute of UTC, as minutes since 1970 of that wall."""
    zone, first = ZoneInfo(timezone), int(window.began.timestamp())
    return tuple(_shown(first + minute * 60, zone) for minute in range(window.minutes))


def _shown(timestamp: int, zone: ZoneInfo) -> int:
    wall = datetime.fromtimestamp(timestamp, zone).replace(tzinfo=None)
    return int((wall - WALL_EPOCH).total_seconds()) // 60


def _openings(document: Mapping, window: Window) -> Iterator[tuple[int, int]]:
    """Each opening as the minutes of the window in which it begins and ends: at its first, and at its last showing."""
    first, last = _showings(document["timezone"], window)
    closed = {date.fromisoformat(text) for text in document.get("closures", ())}
    for day in _days(window):
        for text in () if day in closed else document["hours"].get(WEEKDAYS[day.weekday()], ()):
            opens, closes = _wall_span(day, text)
            began, ended = _shown_at(opens, first), _shown_at(closes, last)
            if began < ended:
                yield began, ended


@dataclass(frozen=True, eq=False)
class Showings:
    """At which minute the wall shows a time, the latest time that it shows, and how many minutes were looked at."""

    minute_of: Mapping[int, int]
    latest: int
    minutes: int


def _shown_at(wall: int, showings: Showings) -> int:
    """The minute that shows this time or, when it is never shown, the next time that is."""
    if wall > showings.latest:
        return showings.minutes
    while wall not in showings.minute_of:
        wall += 1
    return showings.minute_of[wall]


@cache
def _showings(timezone: str, window: Window) -> tuple[Showings, Showings]:
    """For each time of the wall the first minute of the window that shows it, and the last one."""
    shown = list(enumerate(wall_minutes(timezone, window)))
    first = {wall: minute for minute, wall in reversed(shown)}
    last = {wall: minute for minute, wall in shown}
    return Showings(first, max(first), len(shown)), Showings(last, max(last), len(shown))


def _days(window: Window) -> Iterator[date]:
    """The local dates that can reach into the window, with two to spare on either side."""
    for number in range(-2, window.days + 3):
        yield window.began.date() + timedelta(days=number)


def _wall_span(day: date, text: str) -> tuple[int, int]:
    """An opening as "22:00-06:00" on this date, as two times of the wall; the second may lie on the next day."""
    begins, ends = (_minutes(part) for part in text.split("-"))
    midnight = (day - WALL_EPOCH.date()).days * DAY
    return midnight + begins, midnight + ends + (DAY if ends <= begins else 0)


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
