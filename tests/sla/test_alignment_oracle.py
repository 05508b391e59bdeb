"""Alignment against walking the path from every single minute, which knows nothing of breakpoints."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate, compress, count
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.alignment import Leg, align
from sla.business_time import ALWAYS_OPEN, WEEKDAYS, BusinessCalendar

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
WORKDAYS = WEEKDAYS[:5]


def on(days: Sequence[str], *openings: str) -> dict[str, list[str]]:
    """The same openings on each of these days."""
    return {day: list(openings) for day in days}


HOURS = [
    on(WORKDAYS, "09:00-17:30"),
    {**on(WORKDAYS, "08:00-12:00", "13:00-17:00"), "sat": ["09:00-12:00"]},
    on(WEEKDAYS, "22:00-06:00"),
    on(WEEKDAYS, "00:30-02:30", "07:15-19:45"),
    {"tue": ["02:00-21:45"], "wed": ["02:30-14:20"], "fri": ["01:15-12:20"]},
    {"mon": ["03:30-20:20"], "thu": ["00:00-02:15", "02:15-24:00"], "sun": ["22:00-03:30"]},
]
# Each zone with a Sunday on which its clocks change.
ZONES = {
    "Europe/London": date(2026, 3, 29),
    "America/New_York": date(2026, 11, 1),
    "Australia/Lord_Howe": date(2026, 4, 5),
    "Africa/Casablanca": date(2026, 2, 15),
    "Asia/Kathmandu": date(2026, 5, 3),
}


def brute_force(promised, path, begins, ends) -> tuple[int, datetime]:
    """The least slack and the first start that has it, by reckoning every start."""
    calendar, seconds = promised
    found = []
    for number in range(round((ends - begins) / MINUTE)):
        start = end = begins + number * MINUTE
        for own, wait in path:
            end = own.add(end, wait)
        found.append((seconds - calendar.elapsed(start, end), start))
    return min(found)


def proof(promised, path, begins, ends) -> tuple[int, datetime]:
    found = align(promised=promised, path=[Leg("", *wait) for wait in path], begins=begins, ends=ends)
    return found.slack_seconds, found.worst_start


@st.composite
def cases(draw):
    """A small policy, and some days around a change of clocks."""
    sunday = draw(st.sampled_from(list(ZONES.values())))
    days = st.integers(-8, 16).map(lambda number: sunday + number * DAY)
    calendars = st.builds(
        lambda zone, hours, closed: BusinessCalendar.of(timezone=zone, hours=hours, closed_dates=closed),
        st.sampled_from(list(ZONES)), st.sampled_from(HOURS), st.sets(days, max_size=3),
    )  # fmt: skip
    waits = st.one_of(st.integers(1, 20 * 60).map(lambda minutes: minutes * 60), st.integers(1, 5 * 3600))
    rows = st.tuples(st.one_of(calendars, st.just(ALWAYS_OPEN)), waits)
    begins = datetime.combine(draw(days), datetime.min.time(), tzinfo=UTC) + draw(st.integers(0, 1439)) * MINUTE
    return draw(rows), draw(st.lists(rows, min_size=1, max_size=3)), begins, begins + draw(st.integers(1, 12)) * DAY


@settings(deadline=None, max_examples=60)
@given(cases())
def test_no_start_of_any_minute_is_worse(case):
    assert proof(*case) == brute_force(*case)


@cache
def minutes(calendar) -> tuple[list[int], list[int]]:
    """Of a year and its sequel: the open minutes, and how many of them lie before each minute."""
    end = YEAR + 800 * DAY
    is_open = bytearray(800 * 1440)
    for opens, closes in calendar.windows(YEAR):
        if opens >= end:
            break
        first, last = round((opens - YEAR) / MINUTE), round((min(closes, end) - YEAR) / MINUTE)
        is_open[first:last] = b"\x01" * (last - first)
    return list(compress(count(), is_open)), [0, *accumulate(is_open)]


def tabled(promised, path) -> tuple[int, datetime]:
    """The same as brute force for every minute of a year, by tables of minutes."""
    starts = range(365 * 1440)
    moments = list(starts)
    for own, wait in path:
        opened, before = minutes(own)
        moments = [opened[before[moment] + wait // 60 - 1] + 1 for moment in moments]
    before = minutes(promised[0])[1]
    spent = [before[moment] - before[start] for start, moment in zip(starts, moments, strict=True)]
    return promised[1] - max(spent) * 60, YEAR + spent.index(max(spent)) * MINUTE


def pool(random: Random) -> list[BusinessCalendar]:
    year = [YEAR.date() + number * DAY for number in range(800)]
    made = [
        BusinessCalendar.of(timezone=zone, hours=hours, closed_dates=random.sample(year, random.choice([0, 6, 16])))
        for zone in ZONES
        for hours in HOURS
    ]
    return [ALWAYS_OPEN, *random.sample(made, 15)]


@pytest.mark.long
def test_no_minute_of_a_year_is_worse_for_two_hundred_policies():
    random = Random(2026)
    calendars = pool(random)
    for _ in range(200):
        waits = [60 * random.choice([15, 30, 45, 60, 120, 133, 240, 480, 1200]) for _ in range(random.randint(1, 4))]
        path = [(random.choice(calendars), wait) for wait in waits]
        promised = random.choice(calendars), 3600 * random.choice([4, 8, 24, 48, 100])
        assert proof(promised, path, YEAR, YEAR + 365 * DAY) == tabled(promised, path), (promised, path)
    minutes.cache_clear()  # a gigabyte of tables


def test_the_tables_agree_with_reckoning():
    office = BusinessCalendar.of(timezone="Europe/London", hours=HOURS[0])
    opened, before = minutes(office)
    start = 88 * 1440
    assert YEAR + (opened[before[start] + 59] + 1) * MINUTE == office.add(YEAR + start * MINUTE, 3600)
    assert before[start] == bisect_left(opened, start) == office.elapsed(YEAR, YEAR + start * MINUTE) / 60
