"""The stretch of days that a report is about, as its reader asks for it in the page's address. Pure.

Days are those of the reader's zone, first and last included, so that a change of clocks makes no day longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

LONGEST_DAYS = 5 * 366
ONE_DAY = timedelta(days=1)
CUSTOM, DEFAULT = "custom", "30-days"
NAMES = {
    DEFAULT: "Last 30 days",
    "quarter": "This quarter",
    "last-quarter": "Last quarter",
    "year": "This year",
    "last-year": "Last year",
}
LONGEST_SHOWN = 40


class BadPeriod(ValueError):
    """What was asked for is no period; `field` is where it was given, the words say what is wrong and the way out."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of a zone."""

    first: date
    last: date
    zone: tzinfo
    name: str = CUSTOM

    @property
    def since(self) -> datetime:
        """The moment at which it begins, in UTC."""
        return _midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The moment at which it is over, in UTC: the midnight after its last day."""
        return _midnight(self.last + ONE_DAY, self.zone)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """As many days right before it."""
        return Period(self.first - ONE_DAY * self.days, self.first - ONE_DAY, self.zone)

    def months(self, count: int) -> list["Period"]:
        """So many whole months, the last of which has this period's last day, the earliest first."""
        number = self.last.year * 12 + self.last.month - 1
        return [_month(one, self.zone) for one in range(number - count + 1, number + 1)]

    def __contains__(self, at: datetime) -> bool:
        return self.since <= at < self.until


def asked_period(said: Mapping[str, str], *, now: datetime, zone: tzinfo) -> Period:
    """What `?period=`, or `?from=` with `?to=`, asks for; without any of them the last thirty days.

    Raises BadPeriod for an unknown name, a date that is none, ends in the wrong order, and more than five years.
    """
    today = now.astimezone(zone).date()
    name = said.get("period") or (CUSTOM if said.get("from") or said.get("to") else DEFAULT)
    if name not in (*NAMES, CUSTOM):
        known = ", ".join(NAMES)
        raise BadPeriod("period", f"“{name[:LONGEST_SHOWN]}” is no period. There are {known}.")
    first, last = _custom(said, today) if name == CUSTOM else _named(name, today)
    return Period(first, last, zone, name)


def last_days(days: int, *, now: datetime, zone: tzinfo) -> Period:
    """The days up to today's, today included."""
    today = now.astimezone(zone).date()
    return Period(today - ONE_DAY * (days - 1), today, zone)


def _named(name: str, today: date) -> tuple[date, date]:
    quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    quarter_before = quarter - ONE_DAY
    return {
        DEFAULT: (today - 29 * ONE_DAY, today),
        "quarter": (quarter, today),
        "last-quarter": (date(quarter_before.year, quarter_before.month - 2, 1), quarter_before),
        "year": (date(today.year, 1, 1), today),
        "last-year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }[name]


def _custom(said: Mapping[str, str], today: date) -> tuple[date, date]:
    """The two dates; without the first one 30 days, without the last one up to today."""
    last = _date("to", said.get("to", ""), today)
    first = _date("from", said.get("from", ""), last - 29 * ONE_DAY)
    if first > last:
        raise BadPeriod("to", f"The last day, {last}, lies before the first, {first}. Choose a later one.")
    if (last - first).days >= LONGEST_DAYS:
        raise BadPeriod("from", "That is longer than five years. Choose a later first day.")
    return first, last


def _date(field: str, written: str, otherwise: date) -> date:
    text = written.strip()
    if not text:
        return otherwise
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text or not 2000 <= found.year <= 2200:
        raise BadPeriod(field, f"“{text[:LONGEST_SHOWN]}” is not a date. Write it like 2026-05-03.")
    return found


def _month(number: int, zone: tzinfo) -> Period:
    first = date(number // 12, number % 12 + 1, 1)
    after = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return Period(first, after - ONE_DAY, zone)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
