"""Calendars by chance, around the days on which clocks are changed, each with its map of open minutes.

A pool is made once for a seed and a window, so that an example only picks from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random

from naive_time import WEEKDAYS, OpenMinutes, Window

from sla.business_time import BusinessCalendar

# Casablanca goes back on 15 February and forward on 22 March, New York forward on 8 March, Berlin on 29 March,
# Lord Howe goes half an hour back on 5 April. In autumn: Lord Howe 4 October, Berlin 25 October, New York 1 November.
SPRING = Window(datetime(2026, 2, 10, tzinfo=UTC), 75)
AUTUMN = Window(datetime(2026, 9, 28, tzinfo=UTC), 65)
WINDOWS = (SPRING, AUTUMN)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca")
CHANGES = {
    SPRING: tuple(datetime(2026, *day, tzinfo=UTC) for day in ((2, 15), (3, 8), (3, 22), (3, 29), (4, 4))),
    AUTUMN: tuple(datetime(2026, *day, tzinfo=UTC) for day in ((10, 3), (10, 25), (11, 1))),
}
POOL = 50
ALL_HOURS = {day: ["00:00-24:00"] for day in WEEKDAYS}


@dataclass(frozen=True, eq=False)
class DrawnCalendar:
    """One calendar twice: as the product reads it, and as a map of minutes."""

    number: int
    document: dict
    product: BusinessCalendar
    naive: OpenMinutes

    def between(self, began: int, ended: int) -> int:
        return self.naive.between(began, ended)

    def reached(self, began: int, seconds: int) -> int | None:
        return self.naive.reached(began, seconds)

    def __repr__(self) -> str:
        return f"DrawnCalendar({self.number}, {self.document})"


@cache
def pool(seed: int, window: Window = SPRING, size: int = POOL) -> tuple[DrawnCalendar, ...]:
    """The calendars of this seed; the first is always 24x7 in UTC."""
    random = Random(seed)
    documents = [round_the_clock(), *(document(random, window) for _ in range(size - 1))]
    return tuple(_drawn(number, written, window) for number, written in enumerate(documents))


def round_the_clock() -> dict:
    return {"timezone": "UTC", "hours": ALL_HOURS, "closures": []}


def document(random: Random, window: Window) -> dict:
    """One written calendar: a zone, a way of working, and some days on which nobody comes."""
    return {
        "timezone": random.choice(ZONES),
        "hours": random.choice(WAYS)(random),
        "closures": sorted({_some_date(random, window) for _ in range(random.choice((0, 0, 2, 5)))}),
    }


def reads(written: dict) -> BusinessCalendar:
    """The product's reading of a written calendar."""
    closed = [date.fromisoformat(text) for text in written["closures"]]
    return BusinessCalendar.of(timezone=written["timezone"], hours=written["hours"], closed_dates=closed)


def some_moment(random: Random, window: Window, *, spare_days: int) -> datetime:
    """A whole minute, often near a change of clocks, with so many days of the window left after it."""
    latest = window.ended - timedelta(days=spare_days)
    near = [change for change in CHANGES[window] if change < latest]
    if near and random.random() < 0.6:
        return random.choice(near) + timedelta(minutes=random.randrange(-2 * 1440, 2 * 1440))
    first = window.began + timedelta(days=3)
    return first + timedelta(minutes=random.randrange(int((latest - first) / timedelta(minutes=1))))


def _drawn(number: int, written: dict, window: Window) -> DrawnCalendar:
    return DrawnCalendar(number, written, reads(written), OpenMinutes.of(written, window))


def _some_date(random: Random, window: Window) -> str:
    return (window.began + timedelta(days=random.randrange(window.days))).date().isoformat()


def _office(random: Random) -> dict[str, list[str]]:
    return {day: ["09:00-17:30"] for day in WEEKDAYS[:5]}


def _with_a_break(random: Random) -> dict[str, list[str]]:
    hours = {day: ["08:00-12:00", "13:00-17:00"] for day in WEEKDAYS[:5]}
    return hours | {"sat": ["09:00-12:00"]}


def _nights(random: Random) -> dict[str, list[str]]:
    return {day: ["22:00-06:00"] for day in random.sample(WEEKDAYS, random.randint(3, 7))}


def _around_the_change(random: Random) -> dict[str, list[str]]:
    """Openings whose ends fall into the hours that are skipped or come twice."""
    ends = random.choice(("02:00", "02:15", "02:30", "03:00"))
    return {day: [f"00:30-{ends}", "07:15-19:45"] for day in WEEKDAYS}


def _from_within_the_change(random: Random) -> dict[str, list[str]]:
    begins = random.choice(("01:30", "02:00", "02:15", "02:30"))
    return {day: [f"{begins}-{random.choice(('02:45', '03:00', '09:00'))}", "16:00-20:00"] for day in WEEKDAYS}


def _all_hours(random: Random) -> dict[str, list[str]]:
    return dict(ALL_HOURS)


def _touching(random: Random) -> dict[str, list[str]]:
    return {day: ["00:00-08:00", "08:00-12:00", "18:00-24:00"] for day in WEEKDAYS}


def _as_it_comes(random: Random) -> dict[str, list[str]]:
    days = random.sample(WEEKDAYS, random.randint(3, 6))
    return {day: _spans(random) for day in sorted(days, key=WEEKDAYS.index)}


def _spans(random: Random) -> list[str]:
    """One to three openings of a day, apart from each other, in steps of five minutes."""
    count = random.choice((1, 1, 2, 3))
    ticks = sorted(random.sample(range(24 * 12), 2 * count))
    return [f"{_clock(begins)}-{_clock(ends)}" for begins, ends in zip(ticks[::2], ticks[1::2], strict=True)]


def _clock(tick: int) -> str:
    return f"{tick // 12:02}:{tick % 12 * 5:02}"


WAYS: tuple[Callable[[Random], dict[str, list[str]]], ...] = (
    _office,
    _with_a_break,
    _nights,
    _around_the_change,
    _from_within_the_change,
    _all_hours,
    _touching,
    _as_it_comes,
    _as_it_comes,
    _as_it_comes,
)
