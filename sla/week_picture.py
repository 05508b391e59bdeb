"""A week of a calendar, Monday to Sunday, as it is drawn and told: what is open on each day, and why a day is closed.

Facts in, shapes out; no queries here. Minutes are those of the calendar's own wall clock, 0 to 1440 on each day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sla.business_time import WEEKDAYS, BusinessCalendar

DAY_MINUTES = 24 * 60
DAY = timedelta(days=1)
DAY_NAMES = dict(
    zip(WEEKDAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)
OWN_CLOSURE = "Own closure"


@dataclass(frozen=True, slots=True)
class Piece:
    """Open time on one day, from one minute to another; it may have begun the day before, or go on the day after."""

    begins: int
    ends: int
    from_day_before: bool = False
    into_next_day: bool = False

    @property
    def x(self) -> str:
        """How far along the day it begins, in percent."""
        return f"{self.begins / DAY_MINUTES * 100:.2f}"

    @property
    def width(self) -> str:
        return f"{(self.ends - self.begins) / DAY_MINUTES * 100:.2f}"

    @property
    def words(self) -> str:
        """ "09:00–17:30", "24 hours", "from 22:00 overnight", "until 06:00"."""
        if (self.begins, self.ends) == (0, DAY_MINUTES):
            return "24 hours"
        if self.from_day_before:
            return f"until {clock(self.ends)}"
        if self.into_next_day:
            return f"from {clock(self.begins)} overnight"
        return f"{clock(self.begins)}–{clock(self.ends)}"


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the week: its open pieces; the holiday or closure, when it is one; by how much the clocks change."""

    on: date
    pieces: tuple[Piece, ...]
    closed_by: str
    shift_seconds: int

    @property
    def name(self) -> str:
        return day_name(self.on)

    @property
    def words(self) -> str:
        """What is open, in the order of the day; "Closed" when nothing is."""
        return ", ".join(piece.words for piece in self.pieces) or "Closed"

    @property
    def shift_words(self) -> str:
        return shift_words(self.shift_seconds)


def week(calendar: BusinessCalendar, monday: date, names: Mapping[date, str]) -> tuple[Day, ...]:
    """The seven days from `monday` on; `names` are the names of holidays by date."""
    days = [monday + number * DAY for number in range(7)]
    return tuple(Day(on, _pieces(calendar, on), closed_by(calendar, on, names), shift_of(calendar, on)) for on in days)


def coming(
    calendar: BusinessCalendar, first: date, last: date, names: Mapping[date, str]
) -> tuple[tuple[date, str], ...]:
    """The holidays and closures from `first` to `last`, both included, in order, with what each is."""
    return tuple((on, names.get(on, OWN_CLOSURE)) for on in sorted(calendar.closed_dates) if first <= on <= last)


def closed_by(calendar: BusinessCalendar, on: date, names: Mapping[date, str]) -> str:
    """The holiday or closure of a date, "" where it is an ordinary day."""
    return names.get(on, OWN_CLOSURE) if on in calendar.closed_dates else ""


def shift_of(calendar: BusinessCalendar, on: date) -> int:
    """By how many seconds the calendar's clocks are put forward on this date: 3600 in spring, -3600 in autumn."""
    zone = ZoneInfo(calendar.timezone)
    offsets = [
        datetime.combine(day, datetime.min.time(), tzinfo=zone).utcoffset() or timedelta() for day in (on, on + DAY)
    ]
    return round((offsets[1] - offsets[0]).total_seconds())


def shift_words(seconds: int) -> str:
    """ "the clocks go forward by 1 hour"; "" when they do not change."""
    if not seconds:
        return ""
    minutes = abs(seconds) // 60
    length = "1 hour" if minutes == 60 else f"{minutes} minutes"
    return f"the clocks go {'forward' if seconds > 0 else 'back'} by {length}"


def next_change(calendar: BusinessCalendar, now: datetime) -> tuple[bool, datetime | None]:
    """Whether the calendar is open at `now`, and when that changes, in UTC; None where it never does.

    Raises NeverOpens when nothing opens for five years.
    """
    if calendar.always_open:
        return True, None
    opens, closes = next(calendar.windows(now))
    return (True, closes) if opens <= now else (False, opens)


def usual_hours(calendar: BusinessCalendar) -> str:
    """The openings of every weekday that opens, when they are the same on each: "09:00–17:30"; else ""."""
    if calendar.always_open:
        return "24 hours"
    of_days = {
        tuple((begins, ends) for day, begins, ends in calendar.openings if day == weekday)
        for weekday in {day for day, _, _ in calendar.openings}
    }
    if len(of_days) != 1:
        return ""
    return " and ".join(f"{clock(begins)}–{clock(ends)}" for begins, ends in of_days.pop())


def clock(minutes: int) -> str:
    """ "09:00"; the end of the day is 24:00, and what lies behind it a time of the next day."""
    hours, rest = divmod(minutes if minutes <= DAY_MINUTES else minutes - DAY_MINUTES, 60)
    return f"{hours:02}:{rest:02}"


def day_name(on: date) -> str:
    return DAY_NAMES[WEEKDAYS[on.weekday()]]


def _pieces(calendar: BusinessCalendar, on: date) -> tuple[Piece, ...]:
    """What is open on a date: the rest of the night before, then what begins on it; what touches is one piece."""
    merged: list[Piece] = []
    for piece in _raw_pieces(calendar, on):
        touches = merged and piece.begins <= merged[-1].ends
        merged.append(_joined(merged.pop(), piece) if touches else piece)
    return tuple(merged)


def _joined(first: Piece, second: Piece) -> Piece:
    return Piece(first.begins, max(first.ends, second.ends), first.from_day_before, second.into_next_day)


def _raw_pieces(calendar: BusinessCalendar, on: date) -> Iterator[Piece]:
    for _, ends in _begun_on(calendar, on - DAY):
        if ends > DAY_MINUTES:
            yield Piece(0, ends - DAY_MINUTES, from_day_before=True)
    for begins, ends in _begun_on(calendar, on):
        yield Piece(begins, min(ends, DAY_MINUTES), into_next_day=ends > DAY_MINUTES)


def _begun_on(calendar: BusinessCalendar, on: date) -> list[tuple[int, int]]:
    if on in calendar.closed_dates:
        return []
    return [(begins, ends) for day, begins, ends in calendar.openings if day == on.weekday()]
