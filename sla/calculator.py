"""Sums of open time with their reasons: where a duration ends, or how much lies between two moments, day by day.

Facts in, rows and sentences out; no queries here. Days and times are those of the calendar's own zone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sla.business_time import BusinessCalendar
from sla.week_picture import DAY, closed_by, day_name, shift_of, shift_words, usual_hours

FIRST_YEAR, LAST_YEAR = 2000, 2100
SHOWN_WHOLE, HEAD, TAIL = 35, 21, 7  # days: more than so many are told from both ends, the middle as one row
MOST_NAMES = 8
MOST_REASONS, FIRST_REASONS, LAST_REASONS = 9, 4, 2


@dataclass(frozen=True, slots=True)
class Span:
    """Open time that counts, within one day; `seconds` is what it counts, `ends` may be the day's midnight."""

    begins_at: datetime
    ends_at: datetime
    seconds: float

    @property
    def words(self) -> str:
        return f"{_clock(self.begins_at)}–{_closing(self.begins_at, self.ends_at)}"


@dataclass(frozen=True, slots=True)
class Row:
    """What one day counts, or what all days from `first` to `last` do; `closed_by` names holidays and closures.

    `part` says which part of the day is meant, where it is not the whole: "from 18:00".
    """

    first: date
    last: date
    spans: tuple[Span, ...]
    seconds: float
    closed_by: str = ""
    shift_seconds: int = 0
    part: str = ""
    summary: bool = False

    @property
    def title(self) -> str:
        return full_day(self.first) if self.first == self.last else f"{full_day(self.first)} to {full_day(self.last)}"

    @property
    def words(self) -> str:
        """Which hours count: "09:00–12:20"; "closed" where none do."""
        if self.summary:
            return "summed up"
        return ", ".join(span.words for span in self.spans) or f"closed {self.part}".strip()

    @property
    def length(self) -> str:
        return length(self.seconds)

    @property
    def notes(self) -> str:
        return "; ".join(note for note in (self.closed_by, shift_words(self.shift_seconds)) if note)


@dataclass(frozen=True, slots=True)
class Calculation:
    """From `start` to `end`, in the calendar's zone, lie `seconds` of open time; the rows add up to it."""

    start: datetime
    end: datetime
    seconds: float
    rows: tuple[Row, ...]
    sentence: str

    @property
    def length(self) -> str:
        return length(self.seconds)

    @property
    def start_words(self) -> str:
        """The whole moment: "Fri 6 Mar 2026 16:50"."""
        return f"{full_day(self.start.date())} {_clock(self.start)}"

    @property
    def end_words(self) -> str:
        return f"{full_day(self.end.date())} {_clock(self.end)}"


def add(calendar: BusinessCalendar, start: datetime, seconds: int, names: Mapping[date, str]) -> Calculation:
    """Where `seconds` of open time after `start` end, and why; `names` are the names of holidays by date.

    Raises NeverOpens where nothing opens for five years.
    """
    end = calendar.add(start, seconds)
    rows, (first, last) = _rows(calendar, start, end, names), _both(calendar, start, end)
    hours = "" if calendar.always_open else usual_hours(calendar)
    of_hours = f", open {hours}," if hours else ""
    sentence = f"{length(seconds)} from {first}{of_hours} is {last}{_because(calendar, rows)}."
    return Calculation(_local(start, calendar), _local(end, calendar), seconds, rows, sentence)


def between(calendar: BusinessCalendar, start: datetime, end: datetime, names: Mapping[date, str]) -> Calculation:
    """How much open time lies from `start` to `end`, and why. Raises ValueError when `end` lies before `start`."""
    seconds = calendar.elapsed(start, end)
    if seconds < 0 or end.astimezone(UTC) < start.astimezone(UTC):
        raise ValueError("This is before the beginning.")
    rows, (first, last) = _rows(calendar, start, end, names), _both(calendar, start, end)
    counted = f"{length(seconds)} of open time" if seconds else "no open time"
    sentence = f"From {first} to {last} there is {counted}{_because(calendar, rows)}."
    return Calculation(_local(start, calendar), _local(end, calendar), seconds, rows, sentence)


def moment(text: str, timezone: str) -> datetime:
    """The moment that somebody wrote, as in 2026-03-06T16:50: a time of this zone unless it brings its own offset.

    A time that comes twice is its first occurrence. Raises ValueError, in words for the person who wrote it, for what
    is no moment, lies too far away, or is a time that the clocks skip.
    """
    try:
        written = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"“{text.strip()[:40]}” is not a moment. Write it like 2026-03-06T16:50.") from None
    if not FIRST_YEAR <= written.year <= LAST_YEAR:
        raise ValueError(f"Choose a year from {FIRST_YEAR} to {LAST_YEAR}.")
    if written.tzinfo:
        return written.astimezone(UTC)
    at = written.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    if at.astimezone(ZoneInfo(timezone)).replace(tzinfo=None) != written:
        raise ValueError(f"{written:%H:%M} does not exist on that day in {timezone}: the clocks skip it.")
    return at


def length(seconds: float) -> str:
    """A length of time to the second: "3 h 20 min", "45 s"."""
    whole = round(seconds)
    parts = ((whole // 3600, "h"), (whole % 3600 // 60, "min"), (whole % 60, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 min"


def full_day(on: date) -> str:
    """ "Fri 6 Mar 2026"."""
    return f"{on:%a} {on.day} {on:%b %Y}"


def _both(calendar: BusinessCalendar, start: datetime, end: datetime) -> tuple[str, str]:
    """Both ends of a sum in words: "Friday 16:50", with their dates where they are a week or more apart."""
    first, last = _local(start, calendar), _local(end, calendar)
    dated = (last.date() - first.date()).days >= 7
    days = [f"{day_name(at.date())} {at.day} {at:%B %Y}" if dated else day_name(at.date()) for at in (first, last)]
    return f"{days[0]} {_clock(first)}", f"{days[1]} {_clock(last)}"


def _local(at: datetime, calendar: BusinessCalendar) -> datetime:
    return at.astimezone(ZoneInfo(calendar.timezone))


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _day_words(on: date, dated: bool) -> str:
    return f"{on:%a} {on.day} {on:%b}" if dated else day_name(on)


def _closing(begins_at: datetime, ends_at: datetime) -> str:
    return "24:00" if ends_at.date() > begins_at.date() else _clock(ends_at)


def _rows(calendar: BusinessCalendar, start: datetime, end: datetime, names: Mapping[date, str]) -> tuple[Row, ...]:
    """A row for each day from the first to the last; of very many, the middle is one row."""
    first, last = _local(start, calendar).date(), _local(end, calendar).date()
    if (last - first).days < SHOWN_WHOLE:
        return tuple(_days(calendar, start, end, names))
    middle, tail = first + HEAD * DAY, last - (TAIL - 1) * DAY
    begins, ends = _midnight(middle, calendar), _midnight(tail, calendar)
    summary = _summary(calendar, (middle, tail - DAY), calendar.elapsed(begins, ends), names)
    return (*_days(calendar, start, begins, names), summary, *_days(calendar, ends, end, names))


def _days(calendar: BusinessCalendar, start: datetime, end: datetime, names: Mapping[date, str]) -> Iterator[Row]:
    """The days of a stretch of time, all moments in UTC: datetimes of one zone would be compared by their faces."""
    began, ended = start.astimezone(UTC), end.astimezone(UTC)
    on, last = _local(began, calendar).date(), _local(ended, calendar).date()
    while on <= last:
        midnight, next_midnight = _midnight(on, calendar), _midnight(on + DAY, calendar)
        from_, until = max(began, midnight), min(ended, next_midnight)
        if from_ < until:
            part = _part(calendar, from_, until, whole=(midnight, next_midnight))
            yield _day(calendar, on, _spans(calendar, from_, until), names, part)
        on += DAY


def _day(calendar: BusinessCalendar, on: date, spans: Iterator[Span], names: Mapping[date, str], part: str) -> Row:
    counted = tuple(spans)
    seconds = sum(span.seconds for span in counted)
    return Row(on, on, counted, seconds, closed_by(calendar, on, names), shift_of(calendar, on), part)


def _part(calendar: BusinessCalendar, from_: datetime, until: datetime, *, whole: tuple[datetime, datetime]) -> str:
    """Which part of a day is meant: "from 18:00", "until 08:00"; "" for the whole one."""
    begins = f"from {_clock(_local(from_, calendar))}" if from_ > whole[0] else ""
    ends = f"until {_clock(_local(until, calendar))}" if until < whole[1] else ""
    return f"{begins} {ends}".strip()


def _spans(calendar: BusinessCalendar, from_: datetime, until: datetime) -> Iterator[Span]:
    for opens, closes in calendar.windows(from_):
        if opens >= until:
            return
        ends = min(closes, until)
        yield Span(_local(opens, calendar), _local(ends, calendar), (ends - opens).total_seconds())


def _summary(calendar: BusinessCalendar, days: tuple[date, date], seconds: float, names: Mapping[date, str]) -> Row:
    """The row of all days from one to another, both included."""
    closed = sorted(on for on in calendar.closed_dates if days[0] <= on <= days[1])
    said = [f"{closed_by(calendar, on, names)} ({on.day} {on:%b})" for on in closed]
    more = [f"{len(said) - MOST_NAMES} more"] if len(said) > MOST_NAMES else []
    return Row(*days, (), seconds, ", ".join(said[:MOST_NAMES] + more), summary=True)


def _midnight(on: date, calendar: BusinessCalendar) -> datetime:
    """The first moment of a date, in UTC; where its midnight is skipped, the moment at which that happens."""
    return datetime.combine(on, datetime.min.time(), tzinfo=ZoneInfo(calendar.timezone)).astimezone(UTC)


def _because(calendar: BusinessCalendar, rows: Sequence[Row]) -> str:
    if calendar.always_open:
        shifts = [f"on {day_name(row.first)} {row.notes}" for row in rows if row.shift_seconds]
        return f", because {' and '.join(['this calendar never closes', *shifts])}"
    reasons = list(_reasons(rows))
    if len(reasons) > MOST_REASONS:
        left_out = len(reasons) - FIRST_REASONS - LAST_REASONS
        reasons[FIRST_REASONS:-LAST_REASONS] = [f"{left_out} more lines of the table"]
    return f", because: {', '.join(reasons)}" if reasons else ""


def _reasons(rows: Sequence[Row]) -> Iterator[str]:
    """In words each day that counts, and those between them that do not, neighbours alike together."""
    dated = sum((row.last - row.first).days + 1 for row in rows) > 7
    for (counts, _), group in groupby(rows, key=lambda row: (bool(row.seconds), row.notes)):
        if counts:
            yield from (_counts(row, dated) for row in group)
        else:
            yield _closed(list(group), dated)


def _counts(row: Row, dated: bool) -> str:
    notes = f" ({row.notes})" if row.notes else ""
    which = row.title if row.summary else f"{_day_words(row.first, dated)} {_hours(row)}"
    return f"{which} counts {length(row.seconds)}{notes}"


def _hours(row: Row) -> str:
    return " and ".join(span.words for span in row.spans)


def _closed(rows: Sequence[Row], dated: bool) -> str:
    """ "Saturday and Sunday are closed", "Friday from 18:00 is closed", "Friday is closed (Good Friday)"."""
    names = [f"{_day_words(row.first, dated)} {row.part}".strip() for row in rows]
    said = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    notes = f" ({rows[0].notes})" if rows[0].notes else ""
    return f"{said} {'is' if len(names) == 1 else 'are'} closed{notes}"
