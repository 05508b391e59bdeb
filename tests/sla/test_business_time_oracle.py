"""Open time against an oracle that knows only one thing: what the wall clock shows at each minute of UTC.

It steps minutes, looks local times up, and counts; it shares nothing with the reckoning it checks.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.business_time import WEEKDAYS, BusinessCalendar

MINUTE = timedelta(minutes=1)
DAYS = 14
WEEK = 7 * 1440
TRANSITIONS = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Asia/Kathmandu", "1986-01-01"),
    ("Asia/Kathmandu", "2026-12-31"),
    ("Africa/Casablanca", "2026-02-15"),
    ("Africa/Casablanca", "2026-03-22"),
    ("Africa/Cairo", "2026-04-24"),
    ("Pacific/Apia", "2011-12-30"),
]


@cache
def wall_clock(zone: str, day: str) -> tuple[datetime, ...]:
    """What the clock on the wall shows at each minute of UTC around a day."""
    first = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=DAYS // 2)
    return tuple(
        (first + n * MINUTE).astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) for n in range(DAYS * 1440)
    )


@cache
def occurrences(zone: str, day: str) -> dict[datetime, list[int]]:
    """The minutes of UTC at which the clock on the wall shows a time: none, one or two."""
    found: dict[datetime, list[int]] = {}
    for number, shown in enumerate(wall_clock(zone, day)):
        found.setdefault(shown, []).append(number)
    return found


def open_minutes(zone, day, week, closed) -> list[bool]:
    """Whether each minute around the day is open, by the letter of the rules."""
    is_open = [False] * (DAYS * 1440)
    last = date.fromisoformat(day) + timedelta(days=DAYS // 2 - 3)
    local_day = date.fromisoformat(day) - timedelta(days=DAYS // 2 - 1)
    while local_day < last:
        for begins, ends in week if local_day not in closed else ():
            if begins // 1440 == local_day.weekday():
                opens = shown_at(zone, day, local_day, begins % 1440)[0]
                closes = shown_at(zone, day, local_day, begins % 1440 + ends - begins)[-1]
                is_open[opens:closes] = [True] * max(closes - opens, 0)
        local_day += timedelta(days=1)
    return is_open


def shown_at(zone, day, local_day, minutes) -> list[int]:
    time = datetime.combine(local_day, datetime.min.time()) + minutes * MINUTE
    while time not in occurrences(zone, day):
        time += MINUTE
    return occurrences(zone, day)[time]


@st.composite
def weeks(draw) -> list[tuple[int, int]]:
    """Openings as minutes of the week: apart or touching, by day and by night, around the end of the week too."""
    points = draw(st.lists(st.integers(0, WEEK // 5 - 1), min_size=2, max_size=24, unique=True).map(sorted))
    points = [5 * point for point in points]
    spans = list(zip(points, [*points[1:], points[0] + WEEK], strict=True))
    kept = [(begins, min(ends, begins + 1435)) for begins, ends in spans if draw(st.booleans())]
    nightly = [(day * 1440 + begins, day * 1440 + ends) for day in range(7) for begins, ends in [(90, 160), (160, 270)]]
    return draw(st.sampled_from([kept or nightly, nightly]))


def written(week) -> dict[str, list[str]]:
    hours: dict[str, list[str]] = {}
    for begins, ends in week:
        begin, end = begins % 1440, ends % 1440
        hours.setdefault(WEEKDAYS[begins // 1440], []).append(
            f"{begin // 60:02}:{begin % 60:02}-" + (f"{end // 60:02}:{end % 60:02}" if end else "24:00")
        )
    return hours


@settings(deadline=None, max_examples=150)
@given(
    transition=st.sampled_from(TRANSITIONS),
    week=weeks(),
    closures=st.sets(st.integers(-4, 4), max_size=3),
    data=st.data(),
)
def test_open_time_agrees_with_counting_minutes(transition, week, closures, data):
    zone, day = transition
    closed = frozenset(date.fromisoformat(day) + timedelta(days=days) for days in closures)
    calendar = BusinessCalendar.of(timezone=zone, hours=written(week), closed_dates=closed)
    expected = open_minutes(zone, day, week, closed)
    first = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=DAYS // 2)
    # the edges know nothing of openings that began before them or end after them
    numbers = range(4 * 1440, (DAYS - 5) * 1440)
    shown = [calendar.is_open(first + number * MINUTE) for number in numbers]
    assert shown == expected[numbers.start : numbers.stop]
    for _ in range(5):
        start, end = sorted(data.draw(st.tuples(st.sampled_from(numbers), st.sampled_from(numbers))))
        assert_sums_agree(calendar, first, expected, start, end)


def assert_sums_agree(calendar, first, expected, start, end):
    minutes = sum(expected[start:end])
    assert calendar.elapsed(first + start * MINUTE, first + end * MINUTE) == minutes * 60
    if minutes:
        due = max(number for number in range(start, end) if expected[number]) + 1
        assert calendar.add(first + start * MINUTE, minutes * 60) == first + due * MINUTE
        assert calendar.add(first + start * MINUTE, minutes * 60 - 30) == first + due * MINUTE - timedelta(seconds=30)


@pytest.mark.parametrize("zone, day", TRANSITIONS)
def test_the_oracle_sees_the_clocks_change(zone, day):
    occurred = {len(numbers) for numbers in occurrences(zone, day).values()}
    skipped = len(occurrences(zone, day)) < round((wall_clock(zone, day)[-1] - wall_clock(zone, day)[0]) / MINUTE) + 1
    assert (2 in occurred or skipped) is (day != "2026-12-31")
