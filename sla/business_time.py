"""Open time: when a calendar is open, and what a number of open seconds means on it.

A calendar is weekly opening hours in an IANA zone, less the dates on which it stays closed. The rules:

- an opening belongs to the weekday, and to the holiday, on which it begins, also when it ends the day after;
- windows are half-open: at its opening a calendar is open, at its closing it no longer is;
- a local time that the clocks skip means the next minute that exists;
- a local time that occurs twice opens at its first and closes at its second occurrence;
- windows that touch or overlap merge;
- `add(start, seconds)` is the earliest moment at which that much open time has passed.

Moments go in as aware datetimes of any zone and come out in UTC; inside they are whole microseconds since 1970, so
that nothing is rounded. Windows are worked out once for each stretch of 52 weeks, and kept: after that, a sum is two
bisections. So keep a calendar and use it again.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_DAY_MINUTES = 24 * 60
_WEEK_MINUTES = 7 * _DAY_MINUTES
_STRETCH_DAYS = 52 * 7
_STRETCH = _STRETCH_DAYS * 24 * 3600 * 1_000_000
_EMPTY_STRETCHES = 6  # who stays closed for longer than five years never opens
_SHAPE = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))", re.ASCII)

Window = tuple[datetime, datetime]
_Span = tuple[int, int]


class CalendarError(ValueError):
    """A calendar that cannot be used; the message names the key and is meant for the person who wrote it."""


class UnknownZone(CalendarError):
    """The zone is not in the IANA database."""


class BadOpening(CalendarError):
    """An opening, or the weekday it stands under, cannot be read."""


class OpeningsOverlap(CalendarError):
    """Two openings of the week cover the same time."""


class NeverOpens(CalendarError):
    """There is no open time to count: no hours at all, or nothing but closed dates for five years."""


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """When one calendar is open. Build it with `of` or `always`; equal calendars are equal and hash alike.

    `openings` are (weekday, begins, ends) with Monday 0 and minutes from that day's midnight, `ends` past 1440 for the
    next day. `always_open` marks 24x7, where open time is time.
    """

    timezone: str
    openings: tuple[tuple[int, int, int], ...]
    closed_dates: frozenset[date]
    name: str = ""
    always_open: bool = False
    _stretches: dict[int, "_Stretch"] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        *,
        timezone: str,
        hours: Mapping[str, Sequence[str]],
        closed_dates: Iterable[date] = (),
        name: str = "",
    ) -> "BusinessCalendar":
        """A calendar from its written form.

        In: an IANA zone; for each weekday ("mon" … "sun") its openings, as in ["09:00-12:30", "13:00-17:30"], where
        "22:00-06:00" runs into the next day and "24:00" may end a day; the local dates on which nothing begins.
        Raises UnknownZone, BadOpening, OpeningsOverlap, or NeverOpens when there are no hours at all.
        """
        _zone(timezone)
        openings = _read(hours)
        closed = frozenset(closed_dates)
        whole_week = sum(ends - begins for _, begins, ends in openings) == _WEEK_MINUTES
        return cls(timezone, openings, closed, name, always_open=whole_week and not closed)

    @classmethod
    def always(cls, *, name: str = "24x7", timezone: str = "UTC") -> "BusinessCalendar":
        """The calendar that never closes. The zone matters to `after_open_days` only. Raises UnknownZone."""
        return cls.of(timezone=timezone, hours={day: ["00:00-24:00"] for day in WEEKDAYS}, name=name)

    def add(self, start: datetime, seconds: float) -> datetime:
        """The earliest moment at which `seconds` of open time have passed since `start`; for 0 it is `start` itself.

        In: an aware datetime; seconds of 0 or more, exact to the microsecond. Out: UTC.
        Raises ValueError for negative seconds, NeverOpens when nothing opens for five years.
        """
        if seconds < 0:
            raise ValueError(f"cannot add {seconds} seconds: open time only runs forward")
        began, needed = _micros(start), round(seconds * 1_000_000)
        if self.always_open or not needed:
            return _EPOCH + timedelta(microseconds=began + needed)
        number = began // _STRETCH
        stretch = self._stretch(number)
        needed += stretch.open_before(began)
        while needed > stretch.total:
            needed -= stretch.total
            number, stretch = self._next_stretch(number)
        return _EPOCH + timedelta(microseconds=stretch.reached_at(needed))

    def latest_start(self, by: datetime, seconds: float) -> datetime:
        """The latest moment from which `seconds` of open time have passed by `by`: what `add` goes back to.

        In: an aware datetime; seconds of 0 or more, exact to the microsecond. Out: UTC; where the calendar is closed,
        the end of the closed time. Raises ValueError for negative seconds.
        """
        if seconds < 0:
            raise ValueError(f"cannot go back {seconds} seconds: open time only runs forward")
        ended, needed = _micros(by), round(seconds * 1_000_000)
        if self.always_open or not needed:
            return _EPOCH + timedelta(microseconds=ended - needed)
        number = ended // _STRETCH
        left = self._stretch(number).open_before(ended) - needed
        while left < 0:
            number -= 1
            left += self._stretch(number).total
        return _EPOCH + timedelta(microseconds=self._stretch(number).left_at(left))

    def elapsed(self, start: datetime, end: datetime) -> float:
        """The open seconds from `start` to `end`, exact to the microsecond; negative when `end` is before `start`.

        So elapsed(a, b) + elapsed(b, c) is elapsed(a, c) in whatever order the three lie.
        """
        began, ended = _micros(start), _micros(end)
        if self.always_open:
            return (ended - began) / 1_000_000
        if ended < began:
            return -self._open_between(ended, began) / 1_000_000
        return self._open_between(began, ended) / 1_000_000

    def is_open(self, at: datetime) -> bool:
        """Whether the calendar is open at this moment: at an opening yes, at a closing no."""
        moment = _micros(at)
        return self.always_open or self._stretch(moment // _STRETCH).covers(moment)

    def next_opening(self, at: datetime) -> datetime:
        """The first moment from `at` on, in UTC, at which the calendar is open: `at` itself when it is open then.

        Raises NeverOpens when nothing opens for five years.
        """
        return next(self.windows(at))[0]

    def windows(self, start: datetime) -> Iterator[Window]:
        """The open windows from `start` on, as (opens, closes) in UTC, without end; the first is cut at `start`.

        Windows that touch come as one; one that would last for more than five years is given in parts.
        24x7 is a single window to the end of time. Raises NeverOpens when nothing opens for five years.
        """
        if self.always_open:
            yield start.astimezone(UTC), _END_OF_TIME
            return
        for opens, closes in _joined(self._pieces(_micros(start))):
            yield _EPOCH + timedelta(microseconds=opens), _EPOCH + timedelta(microseconds=closes)

    def after_open_days(self, start: datetime, days: int) -> datetime:
        """`days` open days after `start`: that local time on the day, or the day's last closing when it is earlier.

        A day is open when an opening begins on it. The count begins on the day after `start`'s local date, whether
        that one is open or not: 1 open day after Friday 16:00 and after Sunday 16:00 is Monday 16:00, and 1 open day
        after Friday 20:00 is Monday's closing. Out: UTC; for 0 days, `start` itself.
        Raises ValueError for negative days, NeverOpens when nothing opens for five years.
        """
        if days < 0:
            raise ValueError(f"cannot go {days} open days: they are only counted forward")
        if days == 0:
            return start.astimezone(UTC)
        local = start.astimezone(_zone(self.timezone)).replace(tzinfo=None, fold=0)
        day = self._nth_open_day(local.date(), days)
        closing = max(_at(day, ends) for _, ends in self._openings_on(day))
        return min(_in_utc(datetime.combine(day, local.time()), self.timezone), _in_utc(closing, self.timezone, fold=1))

    def _open_between(self, began: int, ended: int) -> int:
        """Open microseconds; `began` is not after `ended`."""
        first, last = began // _STRETCH, ended // _STRETCH
        before = self._stretch(first).open_before(began)
        whole = sum(self._stretch(number).total for number in range(first, last)) if first < last else 0
        return whole + self._stretch(last).open_before(ended) - before

    def _pieces(self, start: int) -> Iterator[_Span]:
        """The windows from `start` on, cut at the edges of the stretches."""
        number = start // _STRETCH
        stretch = self._stretch(number)
        while True:
            for index in range(bisect_right(stretch.closes, start), len(stretch.closes)):
                yield max(stretch.opens[index], start), stretch.closes[index]
            number, stretch = self._next_stretch(number)

    def _stretch(self, number: int) -> "_Stretch":
        """The windows of the 52 weeks `number`, counted from 1970; worked out at first use."""
        stretch = self._stretches.get(number)
        if stretch is None:
            stretch = self._stretches[number] = _Stretch.of(self._windows_within(number))
        return stretch

    def _next_stretch(self, number: int) -> "tuple[int, _Stretch]":
        """The first stretch after `number` that opens at all."""
        for following in range(number + 1, number + 1 + _EMPTY_STRETCHES):
            stretch = self._stretch(following)
            if stretch.total:
                return following, stretch
        raise NeverOpens(f"closed_dates: {self._title()} does not open for five years")

    def _windows_within(self, number: int) -> list[_Span]:
        """The merged windows of one stretch, in microseconds, cut at its edges.

        Days around it are looked at too: local dates are up to a day off UTC, and an opening may last for 24 hours.
        """
        begins, ends = number * _STRETCH, (number + 1) * _STRETCH
        first = _EPOCH.date() + timedelta(days=number * _STRETCH_DAYS)
        windows = [
            (
                max(_micros(_in_utc(opens, self.timezone)), begins),
                min(_micros(_in_utc(closes, self.timezone, fold=1)), ends),
            )
            for offset in range(-3, _STRETCH_DAYS + 3)
            for opens, closes in self._local_windows(first + offset * _DAY)
        ]
        return list(_joined(sorted(window for window in windows if window[0] < window[1])))

    def _local_windows(self, day: date) -> list[Window]:
        """The windows that begin on a local date, as naive local times."""
        return [(_at(day, begins), _at(day, ends)) for begins, ends in self._openings_on(day)]

    def _openings_on(self, day: date) -> list[tuple[int, int]]:
        if day in self.closed_dates:
            return []
        weekday = day.weekday()
        return [(begins, ends) for on, begins, ends in self.openings if on == weekday]

    def _nth_open_day(self, day: date, days: int) -> date:
        for _ in range(days):
            day = self._next_open_day(day)
        return day

    def _next_open_day(self, day: date) -> date:
        for offset in range(1, _EMPTY_STRETCHES * _STRETCH_DAYS):
            if self._openings_on(day + offset * _DAY):
                return day + offset * _DAY
        raise NeverOpens(f"closed_dates: {self._title()} does not open for five years")

    def _title(self) -> str:
        return f"the calendar {self.name!r}" if self.name else "the calendar"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Sorted windows of 52 weeks, and how much open time has been reached at the close of each; all in microseconds."""

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    reached: tuple[int, ...]
    total: int

    @classmethod
    def of(cls, windows: list[_Span]) -> "_Stretch":
        reached = tuple(accumulate(closes - opens for opens, closes in windows))
        opens, closes = tuple(window[0] for window in windows), tuple(window[1] for window in windows)
        return cls(opens, closes, reached, reached[-1] if reached else 0)

    def covers(self, moment: int) -> bool:
        after = bisect_right(self.opens, moment)
        return after > 0 and moment < self.closes[after - 1]

    def open_before(self, moment: int) -> int:
        """The open time of this stretch that lies before `moment`."""
        after = bisect_right(self.opens, moment)
        if not after:
            return 0
        left = self.closes[after - 1] - moment
        return self.reached[after - 1] - left if left > 0 else self.reached[after - 1]

    def reached_at(self, needed: int) -> int:
        """The earliest moment at which `needed`, more than 0 and at most `total`, has been open."""
        within = bisect_left(self.reached, needed)
        return self.closes[within] - (self.reached[within] - needed)

    def left_at(self, reached: int) -> int:
        """The latest moment before which `reached`, 0 or more and less than `total`, has been open."""
        within = bisect_right(self.reached, reached)
        return self.closes[within] - (self.reached[within] - reached)


def _joined(windows: Iterable[_Span]) -> Iterator[_Span]:
    """Sorted windows, with those that touch or overlap made one, up to a length of five years."""
    current: _Span | None = None
    for opens, closes in windows:
        if current and opens <= current[1] and opens - current[0] < _EMPTY_STRETCHES * _STRETCH:
            current = current[0], max(current[1], closes)
            continue
        if current:
            yield current
        current = opens, closes
    if current:
        yield current


def _micros(moment: datetime) -> int:
    """Whole microseconds since 1970. Raises TypeError for a datetime without a zone."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _at(day: date, minutes: int) -> datetime:
    """The naive local time `minutes` after that day's midnight, which may be on the next day."""
    return datetime.combine(day, time()) + minutes * _MINUTE


def _in_utc(local: datetime, timezone: str, fold: int = 0) -> datetime:
    """The moment of a naive local time; `fold` picks the first or second occurrence of one that comes twice.

    A time that the clocks skip becomes the next minute that exists; by PEP 495 its second fold has the larger offset.
    """
    zone = _zone(timezone)
    if _is_skipped(local, zone):
        local = local.replace(second=0, microsecond=0)
        while _is_skipped(local, zone):
            local += _MINUTE
    return local.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _is_skipped(local: datetime, zone: ZoneInfo) -> bool:
    first, second = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first < second


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, TypeError, OSError):  # a folder such as "Europe" is an OSError
        raise UnknownZone(f"timezone: {timezone!r} is not an IANA zone, such as Europe/London") from None


def _read(hours: Mapping[str, Sequence[str]]) -> tuple[tuple[int, int, int], ...]:
    """All openings of the week in order, checked."""
    for key in hours:
        if key not in WEEKDAYS:
            raise BadOpening(f"hours.{key}: no such weekday; write one of {', '.join(WEEKDAYS)}")
    openings = sorted(
        (weekday, *_opening(key, text)) for weekday, key in enumerate(WEEKDAYS) for text in _listed(key, hours.get(key))
    )
    if not openings:
        raise NeverOpens("hours: there is no opening in the whole week")
    _check_apart(openings)
    return tuple(openings)


def _listed(key: str, texts: Sequence[str] | None) -> Sequence[str]:
    if texts is None:
        return ()
    if isinstance(texts, str) or not isinstance(texts, Sequence):
        raise BadOpening(f'hours.{key}: write a list of openings, such as ["09:00-12:30", "13:00-17:30"]')
    return texts


def _opening(key: str, text: str) -> tuple[int, int]:
    """The minutes from midnight at which one written opening begins and ends."""
    match = _SHAPE.fullmatch(text.strip()) if isinstance(text, str) else None
    if not match:
        raise BadOpening(f"hours.{key}: {text!r} is not an opening, such as 09:00-17:30, 22:00-06:00 or 00:00-24:00")
    begin_hour, begin_minute, end_hour, end_minute = (int(part) for part in match.groups() if part is not None)
    begins, ends = begin_hour * 60 + begin_minute, end_hour * 60 + end_minute
    if begins == ends:
        raise BadOpening(f"hours.{key}: {text!r} lasts no time; for a whole day write 00:00-24:00")
    return begins, ends if ends > begins else ends + _DAY_MINUTES


def _check_apart(openings: list[tuple[int, int, int]]) -> None:
    """Raise OpeningsOverlap when two openings of the week, Sunday's night and Monday included, cover the same time."""
    spans = [(day * _DAY_MINUTES + begins, day * _DAY_MINUTES + ends, day) for day, begins, ends in openings]
    around = (spans[0][0] + _WEEK_MINUTES, 0, spans[0][2])
    for (_, ends, day), (next_begins, _, next_day) in pairwise([*spans, around]):
        if next_begins < ends:
            where = f"hours.{WEEKDAYS[next_day]}"
            raise OpeningsOverlap(f"{where}: an opening begins before one of {WEEKDAYS[day]} has ended")


ALWAYS_OPEN = BusinessCalendar.always()
"""24x7: the calendar of house rules such as the time a manager has to answer."""
