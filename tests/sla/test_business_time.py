"""Open time: tables for what a calendar means, properties for what must hold of every sum."""

import json
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.business_time import (
    ALWAYS_OPEN,
    WEEKDAYS,
    BadOpening,
    BusinessCalendar,
    CalendarError,
    NeverOpens,
    OpeningsOverlap,
    UnknownZone,
)

VECTORS = json.loads((Path(__file__).parents[1] / "data/time/vectors.json").read_text())
OFFICE_WEEK = {day: ["09:00-12:30", "13:00-17:30"] for day in WEEKDAYS[:5]}
MICROSECOND = timedelta(microseconds=1)


def every_day(*openings: str) -> dict[str, list[str]]:
    return {day: list(openings) for day in WEEKDAYS}


def calendar(timezone="Europe/London", hours=OFFICE_WEEK, closed=()):
    return BusinessCalendar.of(timezone=timezone, hours=hours, closed_dates=[date.fromisoformat(day) for day in closed])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def local(text: str, zone: str = "Europe/London") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def written(windows, zone: str = "Europe/London") -> list[str]:
    shown = [[moment.astimezone(ZoneInfo(zone)).strftime("%a %H:%M") for moment in window] for window in windows]
    return [f"{opens} - {closes}" for opens, closes in shown]


def described(case):
    return calendar(case["calendar"]["timezone"], case["calendar"]["hours"], case["calendar"]["closures"])


OFFICE = calendar(closed=["2026-12-25", "2026-12-28", "2027-01-01"])
NIGHTS = calendar("America/New_York", every_day("22:00-06:00"), ["2026-11-26"])
SCATTERED = calendar(
    "Australia/Lord_Howe", {"mon": ["03:30-20:20"], "thu": ["00:00-02:15", "02:15-24:00"], "sun": ["22:00-03:30"]}
)
POOL = [
    OFFICE,
    NIGHTS,
    SCATTERED,
    calendar("Asia/Kathmandu", every_day("00:00-24:00"), ["2026-05-01"]),
    calendar("Africa/Casablanca", every_day("00:30-02:30", "07:15-19:45")),
    calendar("Europe/Berlin", {"wed": ["02:15-02:45"]}),
    ALWAYS_OPEN,
]

calendars = st.sampled_from(POOL)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))
durations = st.integers(0, 40 * 3600)
fractions = st.integers(0, 40 * 3600 * 1_000_000).map(lambda micros: micros / 1_000_000)


# The given additions


@pytest.mark.parametrize(
    "case", VECTORS["additions"], ids=lambda case: f"{case['calendar']['timezone']} {case['start']}"
)
def test_an_addition_agrees_with_the_given_oracle(case):
    due = described(case).add(at(case["start"]), case["open_seconds"])
    assert due == at(case["due"])
    assert described(case).elapsed(at(case["start"]), due) == case["open_seconds"]


def test_all_the_given_additions_are_there():
    assert len(VECTORS["additions"]) == 120


# Days and weeks


@pytest.mark.parametrize(
    "start, seconds, due",
    [
        ("2026-07-03T10:00", 3600, "2026-07-03T11:00"),
        ("2026-07-03T12:00", 3600, "2026-07-03T13:30"),  # over lunch
        ("2026-07-03T12:00", 1800, "2026-07-03T12:30"),  # the earliest moment: the closing, not the next opening
        ("2026-07-03T12:30", 1, "2026-07-03T13:00:01"),
        ("2026-07-03T17:20", 900, "2026-07-06T09:05"),  # Friday to Monday
        ("2026-07-04T03:00", 900, "2026-07-06T09:15"),
        ("2026-12-24T17:00", 3600, "2026-12-29T09:30"),  # over Christmas and a closed Monday
        ("2026-12-31T17:00", 3600, "2027-01-04T09:30"),  # over the year's end
        ("2026-07-03T20:00", 0, "2026-07-03T20:00"),  # nothing to add: the start itself
    ],
)
def test_adding_counts_open_time_alone(start, seconds, due):
    assert OFFICE.add(local(start), seconds) == local(due)


def test_results_are_in_utc_whatever_zone_goes_in():
    kathmandu = datetime(2026, 7, 3, 17, 45, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    due = OFFICE.add(kathmandu, 60)
    assert due == at("2026-07-03T12:01:00Z")
    assert due.tzinfo is UTC
    assert OFFICE.add(kathmandu, 0).tzinfo is UTC
    assert ALWAYS_OPEN.add(kathmandu, 60).tzinfo is UTC


def test_fractions_of_a_second_are_kept_to_the_microsecond():
    start = local("2026-07-03T12:29:59.999999")
    assert OFFICE.add(start, 1) == local("2026-07-03T13:00:00.999999")
    assert OFFICE.add(start, 0.000001) == local("2026-07-03T12:30")
    assert OFFICE.elapsed(start, local("2026-07-03T13:00:00.5")) == 0.500001


def test_elapsed_time_counts_backwards_as_less_than_nothing():
    friday, monday = local("2026-07-03T17:00"), local("2026-07-06T09:30")
    assert OFFICE.elapsed(friday, monday) == 3600
    assert OFFICE.elapsed(monday, friday) == -3600
    assert ALWAYS_OPEN.elapsed(monday, friday) == -64.5 * 3600


def test_elapsed_time_spans_many_years():
    whole_day = calendar("UTC", every_day("00:00-12:00", "13:00-24:00"))
    assert whole_day.elapsed(at("1965-01-01T00:00:00Z"), at("2045-01-01T00:00:00Z")) == 29220 * 23 * 3600
    assert whole_day.add(at("1965-01-01T00:00:00Z"), 29220 * 23 * 3600) == at("2045-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "moment, is_open",
    [
        ("08:59:59.999999", False),
        ("09:00", True),
        ("12:29:59", True),
        ("12:30", False),
        ("13:00", True),
        ("17:30", False),
    ],
)
def test_a_calendar_is_open_from_its_opening_up_to_but_not_at_its_closing(moment, is_open):
    assert OFFICE.is_open(local(f"2026-07-03T{moment}")) is is_open


@pytest.mark.parametrize(
    "moment, opening",
    [
        ("2026-07-03T10:00", "2026-07-03T10:00"),
        ("2026-07-03T12:30", "2026-07-03T13:00"),
        ("2026-07-03T17:30", "2026-07-06T09:00"),
        ("2026-12-31T18:00", "2027-01-04T09:00"),
    ],
)
def test_the_next_opening_is_now_or_when_work_begins_again(moment, opening):
    assert OFFICE.next_opening(local(moment)) == local(opening)


def test_windows_begin_where_they_are_asked_for():
    assert written(islice(OFFICE.windows(local("2026-07-03T10:15")), 3)) == [
        "Fri 10:15 - Fri 12:30",
        "Fri 13:00 - Fri 17:30",
        "Mon 09:00 - Mon 12:30",
    ]


# Nights


def test_an_overnight_opening_belongs_to_the_weekday_on_which_it_begins():
    friday_night = calendar(hours={"fri": ["22:00-06:00"]})
    assert written(islice(friday_night.windows(local("2026-07-01T00:00")), 1)) == ["Fri 22:00 - Sat 06:00"]
    assert not friday_night.is_open(local("2026-07-03T05:00"))
    assert friday_night.is_open(local("2026-07-04T05:00"))


def test_a_closed_date_closes_the_night_that_begins_on_it_and_not_the_one_that_ends_on_it():
    nights = calendar(hours=every_day("22:00-06:00"), closed=["2026-07-03"])
    assert nights.is_open(local("2026-07-03T05:59"))
    assert not nights.is_open(local("2026-07-03T23:00"))
    assert not nights.is_open(local("2026-07-04T05:00"))
    assert nights.is_open(local("2026-07-04T22:00"))


def test_a_night_over_the_end_of_the_year_is_whole():
    nights = calendar(hours=every_day("22:00-06:00"))
    assert nights.elapsed(local("2026-12-31T12:00"), local("2027-01-01T12:00")) == 8 * 3600


@pytest.mark.parametrize("evening", ["20:00-24:00", "20:00-00:00"])
def test_windows_that_touch_at_midnight_come_as_one(evening):
    late = calendar(hours={"mon": [evening], "tue": ["00:00-04:00", "04:00-05:00"]})
    assert written(islice(late.windows(local("2026-07-06T00:00")), 1)) == ["Mon 20:00 - Tue 05:00"]


def test_windows_touch_also_where_stretches_of_the_reckoning_meet():
    begins = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(weeks=52 * 57)
    shop = calendar("UTC", every_day("12:00-11:00"))
    window = next(shop.windows(begins - timedelta(hours=12)))
    assert window == (begins - timedelta(hours=12), begins + timedelta(hours=11))


def test_a_week_without_a_gap_is_one_window_up_to_a_closed_date():
    around = calendar("UTC", every_day("00:00-24:00"), ["2026-07-10"])
    windows = list(islice(around.windows(at("2026-07-01T00:00:00Z")), 3))
    assert windows[0] == (at("2026-07-01T00:00:00Z"), at("2026-07-10T00:00:00Z"))
    assert windows[1][0] == at("2026-07-11T00:00:00Z")
    assert windows[1][1] - windows[1][0] > timedelta(days=5 * 365)
    assert windows[2][0] == windows[1][1]


# Clock changes


@pytest.mark.parametrize(
    "zone, opening, day, opens, closes",
    [
        ("Europe/Berlin", "02:30-05:00", "2026-03-29", "01:00", "03:00"),  # begins in the skipped hour
        ("Europe/Berlin", "01:00-02:30", "2026-03-29", "00:00", "01:00"),  # ends in it
        ("Europe/Berlin", "01:30-03:30", "2026-03-29", "00:30", "01:30"),  # spans it
        ("Europe/Berlin", "02:30-05:00", "2026-10-25", "00:30", "04:00"),  # begins at the first 02:30
        ("Europe/Berlin", "01:00-02:30", "2026-10-25", "-01:00", "01:30"),  # ends at the second 02:30
        ("Europe/Berlin", "02:10-02:40", "2026-10-25", "00:10", "01:40"),
        ("America/New_York", "02:15-04:00", "2026-03-08", "07:00", "08:00"),
        ("America/New_York", "01:15-01:45", "2026-11-01", "05:15", "06:45"),
        ("Australia/Lord_Howe", "02:10-04:00", "2026-10-04", "-08:30", "-07:00"),  # half an hour is skipped
        ("Australia/Lord_Howe", "01:40-04:00", "2026-04-05", "-09:20", "-06:30"),  # half an hour comes twice
        ("Asia/Kathmandu", "00:05-06:00", "1986-01-01", "-05:30", "00:15"),  # a quarter of an hour, once
        ("Africa/Casablanca", "01:00-02:30", "2026-03-22", "01:00", "02:00"),  # Ramadan ends: 02:00 is skipped
        ("Africa/Casablanca", "02:30-06:00", "2026-02-15", "01:30", "06:00"),  # Ramadan begins: 02:00 comes twice
        ("Africa/Cairo", "00:00-08:00", "2026-04-24", "-02:00", "05:00"),  # midnight itself is skipped
    ],
)
def test_an_opening_bends_with_the_clocks(zone, opening, day, opens, closes):
    """`opens` and `closes` are hours of UTC, counted from midnight of the local date."""
    midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)
    window = next(calendar(zone, every_day(opening)).windows(midnight - timedelta(hours=11)))
    assert window == (midnight + hours_of(opens), midnight + hours_of(closes))


def hours_of(text: str) -> timedelta:
    hours, minutes = text.lstrip("-").split(":")
    span = timedelta(hours=int(hours), minutes=int(minutes))
    return -span if text.startswith("-") else span


def test_an_opening_within_the_skipped_hour_is_not_held():
    short = calendar("Europe/Berlin", every_day("02:15-02:45"))
    assert written(islice(short.windows(local("2026-03-28T12:00", "Europe/Berlin")), 1), "Europe/Berlin") == [
        "Mon 02:15 - Mon 02:45"
    ]


def test_openings_that_a_repeated_hour_lays_over_each_other_count_once():
    parted = calendar("Europe/Berlin", every_day("00:00-02:30", "02:30-06:00"))
    midnight = local("2026-10-25T00:00", "Europe/Berlin")
    assert parted.elapsed(midnight, local("2026-10-25T06:00", "Europe/Berlin")) == 7 * 3600
    assert next(parted.windows(midnight))[1] == local("2026-10-25T06:00", "Europe/Berlin")


def test_a_day_that_a_zone_skips_is_not_held():
    samoa = calendar("Pacific/Apia", every_day("09:00-17:00"))
    thursday, saturday = local("2011-12-29T17:00", "Pacific/Apia"), local("2011-12-31T09:00", "Pacific/Apia")
    assert samoa.next_opening(thursday) == saturday
    assert samoa.add(thursday, 60) == saturday + timedelta(minutes=1)


def test_a_calendar_that_never_closes_counts_all_time_over_clock_changes():
    berlin = calendar("Europe/Berlin", every_day("00:00-24:00"))
    start = local("2026-10-24T12:00", "Europe/Berlin")
    assert berlin.always_open
    assert berlin.add(start, 86_400) == local("2026-10-25T11:00", "Europe/Berlin")
    assert next(ALWAYS_OPEN.windows(start))[1].year == 9999


# Open days


@pytest.mark.parametrize(
    "start, days, end",
    [
        ("2026-07-03T16:00", 1, "2026-07-06T16:00"),  # Friday to Monday
        ("2026-07-03T16:00", 5, "2026-07-10T16:00"),
        ("2026-07-05T16:00", 1, "2026-07-06T16:00"),  # Sunday to Monday
        ("2026-07-03T20:00", 1, "2026-07-06T17:30"),  # Monday's closing is earlier
        ("2026-07-03T12:45", 1, "2026-07-06T12:45"),  # the lunch break is no closing
        ("2026-12-24T10:00", 2, "2026-12-30T10:00"),  # over two closed dates
        ("2026-03-27T10:00", 1, "2026-03-30T10:00"),  # over a clock change: the local time stays
        ("2026-07-04T20:00", 0, "2026-07-04T20:00"),
    ],
)
def test_open_days_are_counted_from_the_day_after(start, days, end):
    due = OFFICE.after_open_days(local(start), days)
    assert due == local(end)
    assert due.tzinfo is UTC


def test_an_open_day_of_nights_lasts_into_the_next_morning():
    assert NIGHTS.after_open_days(local("2026-07-03T23:30", "America/New_York"), 1) == local(
        "2026-07-04T23:30", "America/New_York"
    )


def test_an_open_day_at_a_skipped_time_ends_at_the_next_minute_that_exists():
    berlin = calendar("Europe/Berlin", every_day("00:00-24:00"))
    start = local("2026-03-28T02:30:20.5", "Europe/Berlin")
    assert berlin.after_open_days(start, 1) == at("2026-03-29T01:00:00Z")


def test_open_days_of_a_calendar_that_never_closes_are_days():
    assert ALWAYS_OPEN.after_open_days(at("2026-07-03T16:00:00Z"), 5) == at("2026-07-08T16:00:00Z")


# What must hold of every sum


@settings(deadline=None, max_examples=300)
@given(calendars, moments, fractions)
def test_as_much_time_has_elapsed_as_was_added(calendar, start, seconds):
    assert calendar.elapsed(start, calendar.add(start, seconds)) == seconds


@settings(deadline=None, max_examples=300)
@given(calendars, moments, fractions.filter(bool))
def test_a_sum_is_the_earliest_moment(calendar, start, seconds):
    due = calendar.add(start, seconds)
    assert calendar.is_open(due - MICROSECOND)
    assert calendar.elapsed(start, due - MICROSECOND) < seconds


@settings(deadline=None, max_examples=300)
@given(calendars, moments, durations, durations)
def test_adding_twice_is_adding_the_sum(calendar, start, first, second):
    assert calendar.add(calendar.add(start, first), second) == (
        calendar.add(start, first + second) if first + second else start
    )


@settings(deadline=None, max_examples=300)
@given(calendars, moments, durations, st.integers(0, 10**6), st.integers(1, 10**5))
def test_a_later_start_or_a_longer_time_is_never_due_earlier(calendar, start, seconds, later, longer):
    due = calendar.add(start, seconds)
    assert calendar.add(start + timedelta(seconds=later), seconds) >= due
    assert calendar.add(start, seconds + longer) > due


@settings(deadline=None, max_examples=300)
@given(calendars, moments, moments, moments)
def test_elapsed_times_add_up_in_any_order(calendar, first, second, third):
    parts = calendar.elapsed(first, second) + calendar.elapsed(second, third)
    assert round(parts, 6) == calendar.elapsed(first, third)


@settings(deadline=None, max_examples=200)
@given(calendars, moments)
def test_windows_are_apart_in_order_and_hold_all_open_time(calendar, start):
    windows = list(islice(calendar.windows(start), 20))
    assert windows[0][0] == calendar.next_opening(start) >= start
    assert all(opens < closes for opens, closes in windows)
    assert all(closes < opens for (_, closes), (opens, _) in pairwise(windows) if opens - start < timedelta(days=1800))
    held = sum((closes - opens for opens, closes in windows), timedelta())
    assert calendar.elapsed(start, windows[-1][1]) == held.total_seconds()


# What cannot be a calendar


@pytest.mark.parametrize("zone", ["", "Europe", "Mars/Base", "../etc/passwd", "/etc/localtime", "europe/nowhere", None])
def test_an_unknown_zone_is_named(zone):
    with pytest.raises(UnknownZone, match=r"^timezone: .* is not an IANA zone"):
        calendar(zone)


@pytest.mark.parametrize(
    "opening",
    [
        "",
        "9-17",
        "9:00-17:00",
        "09:00",
        "09:00-25:00",
        "09:60-10:00",
        "24:00-06:00",
        "09:00-24:30",
        "09:00\u201317:00",
        900,
        None,
    ],
)
def test_an_opening_that_cannot_be_read_is_named_with_its_weekday(opening):
    with pytest.raises(BadOpening, match=r"^hours.tue: .* is not an opening"):
        calendar(hours={"tue": [opening]})


@pytest.mark.parametrize(
    "hours, message",
    [
        ({"tue": ["09:00-09:00"]}, "^hours.tue: '09:00-09:00' lasts no time"),
        ({"tue": "09:00-17:00"}, "^hours.tue: write a list of openings"),
        ({"tue": 9}, "^hours.tue: write a list of openings"),
        ({"tuesday": ["09:00-17:00"]}, "^hours.tuesday: no such weekday"),
    ],
)
def test_hours_of_another_form_are_refused_by_name(hours, message):
    with pytest.raises(BadOpening, match=message):
        calendar(hours=hours)


@pytest.mark.parametrize(
    "hours, named",
    [
        ({"mon": ["09:00-12:00", "11:59-17:00"]}, "mon"),
        ({"mon": ["13:00-17:00", "09:00-17:00"]}, "mon"),
        ({"mon": ["09:00-17:00", "09:00-17:00"]}, "mon"),
        ({"mon": ["22:00-06:00"], "tue": ["05:00-09:00"]}, "tue"),
        ({"sun": ["22:00-06:00"], "mon": ["05:00-09:00"]}, "mon"),  # around the end of the week
    ],
)
def test_openings_that_overlap_are_refused_by_name(hours, named):
    with pytest.raises(OpeningsOverlap, match=f"^hours.{named}: "):
        calendar(hours=hours)


def test_openings_that_only_touch_do_not_overlap():
    assert calendar(hours={"sun": ["22:00-06:00"], "mon": ["06:00-09:00", "09:00-10:00"]})


@pytest.mark.parametrize("hours", [{}, {"mon": []}, {"mon": None}])
def test_a_calendar_without_hours_never_opens(hours):
    with pytest.raises(NeverOpens, match=r"^hours: "):
        calendar(hours=hours)


def test_a_calendar_closed_for_years_never_opens_and_says_so_when_asked():
    days = [(date(2026, 1, 5) + timedelta(weeks=week)).isoformat() for week in range(450)]
    mondays = BusinessCalendar.of(
        timezone="UTC", hours={"mon": ["09:00-17:00"]}, closed_dates=map(date.fromisoformat, days), name="Mondays"
    )
    start = at("2026-01-01T00:00:00Z")
    for ask in (
        lambda: mondays.add(start, 60),
        lambda: mondays.next_opening(start),
        lambda: mondays.after_open_days(start, 1),
    ):
        with pytest.raises(NeverOpens, match="'Mondays' does not open for five years"):
            ask()
    assert not mondays.is_open(start)
    assert mondays.elapsed(start, start + timedelta(days=365)) == 0
    assert mondays.add(start - timedelta(weeks=1), 60) == at("2025-12-29T09:01:00Z")


def test_every_complaint_about_a_calendar_is_a_value_error():
    assert issubclass(CalendarError, ValueError)
    assert all(issubclass(error, CalendarError) for error in (UnknownZone, BadOpening, OpeningsOverlap, NeverOpens))


@pytest.mark.parametrize("calendar", [OFFICE, ALWAYS_OPEN])
def test_time_is_only_added_forward(calendar):
    with pytest.raises(ValueError, match="only runs forward"):
        calendar.add(at("2026-07-03T10:00:00Z"), -1)
    with pytest.raises(ValueError, match="only counted forward"):
        calendar.after_open_days(at("2026-07-03T10:00:00Z"), -1)


@pytest.mark.parametrize("calendar", [OFFICE, ALWAYS_OPEN])
def test_a_moment_without_a_zone_is_refused(calendar):
    with pytest.raises(TypeError):
        calendar.add(datetime(2026, 7, 3, 10), 60)
    with pytest.raises(TypeError):
        calendar.is_open(datetime(2026, 7, 3, 10))


# Calendars as values


def test_equal_calendars_are_one_key_also_after_use():
    first, second = calendar(), calendar()
    first.add(at("2026-07-03T10:00:00Z"), 60)
    assert first == second
    assert {first: "found"}[second] == "found"
    assert pickle.loads(pickle.dumps(first)) == second
    assert calendar("Europe/Dublin") != first


def test_a_calendar_cannot_be_changed():
    with pytest.raises(AttributeError):
        OFFICE.timezone = "UTC"
