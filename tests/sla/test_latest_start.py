"""Going back in open time: the latest start is the last from which `add` arrives in time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.business_time import ALWAYS_OPEN, WEEKDAYS, BusinessCalendar

WORKDAYS = WEEKDAYS[:5]


def on(days: Sequence[str], *openings: str) -> dict[str, list[str]]:
    """The same openings on each of these days."""
    return {day: list(openings) for day in days}


OFFICE = BusinessCalendar.of(
    timezone="Europe/London",
    hours=on(WORKDAYS, "09:00-12:30", "13:00-17:30"),
    closed_dates=[date(2026, 12, 25), date(2026, 12, 28)],
)
NIGHTS = BusinessCalendar.of(timezone="America/New_York", hours=on(WEEKDAYS, "22:00-06:00"))
LONG_SHUT = BusinessCalendar.of(
    timezone="UTC",
    hours={"mon": ["09:00-10:00"]},
    closed_dates=[date(2024, 1, 1) + timedelta(days=number) for number in range(800)],
)
MICROSECOND = timedelta(microseconds=1)


@settings(deadline=None)
@given(
    st.sampled_from([OFFICE, NIGHTS, LONG_SHUT, ALWAYS_OPEN]),
    st.datetimes(datetime(2023, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 60 * 3600 * 1000).map(lambda millis: millis / 1000),
)
def test_a_start_any_later_comes_too_late(calendar, by, seconds):
    start = calendar.latest_start(by, seconds)
    assert calendar.add(start, seconds) <= by < calendar.add(start + MICROSECOND, seconds)


@pytest.mark.parametrize(
    "calendar, by, seconds, expected",
    [
        (OFFICE, "2026-12-29T10:00Z", 3600, "2026-12-29T09:00Z"),  # not from the closing before Christmas on
        (OFFICE, "2026-12-29T08:00Z", 3600, "2026-12-24T16:30Z"),
        (OFFICE, "2026-12-29T08:00Z", 0, "2026-12-29T08:00Z"),
        (ALWAYS_OPEN, "2026-12-29T08:00Z", 90, "2026-12-29T07:58:30Z"),
        (LONG_SHUT, "2026-01-05T09:30Z", 3600, "2023-12-25T09:00Z"),
    ],
)
def test_going_back_ends_where_closed_time_ends(calendar, by, seconds, expected):
    assert calendar.latest_start(datetime.fromisoformat(by), seconds) == datetime.fromisoformat(expected)


def test_open_time_is_not_given_back():
    with pytest.raises(ValueError, match="only runs forward"):
        OFFICE.latest_start(datetime(2026, 1, 1, tzinfo=UTC), -1)
