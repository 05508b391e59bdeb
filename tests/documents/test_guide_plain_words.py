"""Promises in words that clients read."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from documents.guide.plain_words import clock_time, counted, hours, how_soon, how_urgent, listed, zone_name
from sla.business_time import BusinessCalendar

LONDON, BERLIN = "Europe/London", "Europe/Berlin"
ALWAYS = BusinessCalendar.always(name="24x7", timezone="UTC")
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
NOW = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)  # a Wednesday, 09:30 in London


def week(opening, *days):
    return {day: [opening] for day in days}


def office(timezone=LONDON, closed=(), **openings):
    return BusinessCalendar.of(
        timezone=timezone, hours=openings or week("09:00-17:30", *WORKDAYS), closed_dates=frozenset(closed)
    )


@pytest.mark.parametrize(
    "seconds, said",
    [
        ({}, ""),
        ({"P1": 900}, "within 15 minutes"),
        ({"P1": 900, "P2": 900, "P3": 900}, "within 15 minutes"),
        ({"P1": 900, "P2": 3600, "P3": 3600}, "within 15 minutes when critical, 1 hour when urgent or normal"),
        ({"P1": 5, "P4": 5400}, "within 5 seconds when critical, 1 hour 30 minutes when minor"),
    ],
)
def test_waits_are_grouped_by_their_length(seconds, said):
    assert how_soon(seconds) == said


@pytest.mark.parametrize(
    "calendar, said",
    [
        (ALWAYS, "day and night"),
        (office(), "Monday to Friday 09:00 to 17:30, London time"),
        (office(closed=[date(2026, 12, 25)]), "Monday to Friday 09:00 to 17:30, London time, without public holidays"),
        (
            office(BERLIN, mon=["08:00-12:30", "13:15-17:00"], tue=["08:00-12:30", "13:15-17:00"], fri=["08:00-14:00"]),
            "Monday and Tuesday 08:00 to 12:30 and 13:15 to 17:00, Friday 08:00 to 14:00, Berlin time",
        ),
        (office("UTC", sat=["22:00-06:00"]), "Saturday 22:00 to 06:00, UTC"),
        (office("UTC", **week("08:00-24:00", *WORKDAYS, "sat", "sun")), "every day 08:00 to 24:00, UTC"),
    ],
)
def test_hours_are_told_with_their_zone(calendar, said):
    assert hours(calendar) == said


def test_different_hours_name_the_urgency_that_they_are_for():
    said = counted({"P1": ALWAYS, "P2": office(), "P3": office()})
    assert said == "day and night when critical; otherwise Monday to Friday 09:00 to 17:30, London time"


@pytest.mark.parametrize(
    "timezone, said",
    [("Europe/London", "London time"), ("America/New_York", "New York time"), ("UTC", "UTC"), ("Etc/UTC", "UTC")],
)
def test_a_zone_is_named_by_its_city(timezone, said):
    assert zone_name(timezone) == said


@pytest.mark.parametrize(
    "away, said",
    [
        (timedelta(minutes=-10), "09:20"),
        (timedelta(hours=14, minutes=29), "23:59"),
        (timedelta(hours=14, minutes=30), "Thu 00:00"),
        (timedelta(days=-6), "Thu 25 Jun 09:30"),
        (timedelta(days=7), "8 Jul 09:30"),
        (timedelta(days=365), "1 Jul 2027 09:30"),
    ],
)
def test_a_moment_is_told_as_from_today_in_the_client_s_zone(away, said):
    assert clock_time(NOW + away, now=NOW, zone=ZoneInfo(LONDON)) == said


def test_words_are_listed():
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "or")] == ["a", "a and b", "a, b or c"]
    assert how_urgent(["P1", "P2"]) == "critical or urgent"
