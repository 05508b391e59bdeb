"""The week of a calendar: what is open on each day, what closes it, and how that is told."""

from datetime import UTC, date, datetime

import pytest

from sla.business_time import WEEKDAYS, BusinessCalendar
from sla.week_picture import Piece, clock, closed_by, coming, next_change, shift_of, shift_words, usual_hours, week

MONDAY = date(2026, 3, 30)  # of the week with Good Friday
EASTER = {date(2026, 4, 3): "Good Friday", date(2026, 4, 6): "Easter Monday"}
OFFICE = {day: ["09:00-17:30"] for day in WEEKDAYS[:5]}


def calendar(hours, closed=(), zone="Europe/London"):
    return BusinessCalendar.of(timezone=zone, hours=hours, closed_dates=closed)


def words(hours, closed=(), monday=MONDAY):
    return [day.words for day in week(calendar(hours, closed), monday, EASTER)]


@pytest.mark.parametrize("hours, expected", [
    (OFFICE, ["09:00–17:30"] * 5 + ["Closed"] * 2),
    ({"mon": ["09:00-12:30", "13:00-17:30"]}, ["09:00–12:30, 13:00–17:30"] + ["Closed"] * 6),
    ({"mon": ["22:00-06:00"]}, ["from 22:00 overnight", "until 06:00"] + ["Closed"] * 5),
    ({"sun": ["22:00-06:00"]}, ["until 06:00"] + ["Closed"] * 5 + ["from 22:00 overnight"]),
    ({"mon": ["22:00-06:00"], "tue": ["06:00-14:00"]}, ["from 22:00 overnight", "until 14:00"] + ["Closed"] * 5),
    ({"mon": ["20:00-24:00"], "tue": ["00:00-04:00"]}, ["20:00–24:00", "00:00–04:00"] + ["Closed"] * 5),
    ({"wed": ["00:00-24:00"]}, ["Closed", "Closed", "24 hours"] + ["Closed"] * 4),
    ({"mon": ["09:00-10:00", "10:00-11:00"]}, ["09:00–11:00"] + ["Closed"] * 6),
    ({key: ["00:00-24:00"] for key in WEEKDAYS}, ["24 hours"] * 7),
    ({key: ["22:00-06:00"] for key in WEEKDAYS}, ["until 06:00, from 22:00 overnight"] * 7),
    ({"mon": ["12:00-11:00"]}, ["from 12:00 overnight", "until 11:00"] + ["Closed"] * 5),
])  # fmt: skip
def test_a_day_says_what_is_open_in_its_order(hours, expected):
    assert words(hours) == expected


def test_a_closed_date_opens_nothing_and_says_why():
    friday = week(calendar(OFFICE, EASTER), MONDAY, EASTER)[4]
    assert (friday.name, friday.words, friday.closed_by, friday.pieces) == ("Friday", "Closed", "Good Friday", ())


def test_the_night_before_a_holiday_runs_into_it_and_its_own_night_does_not_begin():
    nights = {key: ["22:00-06:00"] for key in WEEKDAYS}
    days = words(nights, EASTER)
    assert days[3:6] == ["until 06:00, from 22:00 overnight", "until 06:00", "from 22:00 overnight"]


def test_the_night_of_the_sunday_before_belongs_to_the_week():
    closed_sunday = [date(2026, 3, 29)]
    assert words({"sun": ["22:00-06:00"]})[0] == "until 06:00"
    assert words({"sun": ["22:00-06:00"]}, closed_sunday)[0] == "Closed"


def test_a_piece_lies_where_it_opens():
    assert (Piece(540, 1080).x, Piece(540, 1080).width) == ("37.50", "37.50")
    assert (Piece(0, 1440).x, Piece(0, 1440).width) == ("0.00", "100.00")


@pytest.mark.parametrize("on, expected", [
    (date(2026, 4, 3), "Good Friday"),
    (date(2026, 4, 2), "Own closure"),
    (date(2026, 4, 6), ""),  # a holiday that this calendar does not keep
    (date(2026, 4, 1), ""),
])  # fmt: skip
def test_a_date_is_closed_by_a_holiday_or_by_a_closure(on, expected):
    closed = [date(2026, 4, 3), date(2026, 4, 2)]
    assert closed_by(calendar(OFFICE, closed), on, EASTER) == expected


def test_what_comes_is_in_order_and_within_both_ends():
    closed = [date(2026, 4, 6), date(2026, 4, 3), date(2026, 4, 2), date(2027, 4, 3)]
    assert coming(calendar(OFFICE, closed), date(2026, 4, 3), date(2026, 4, 6), EASTER) == (
        (date(2026, 4, 3), "Good Friday"), (date(2026, 4, 6), "Easter Monday"),
    )  # fmt: skip


@pytest.mark.parametrize("zone, on, seconds, said", [
    ("Europe/London", date(2026, 3, 29), 3600, "the clocks go forward by 1 hour"),
    ("Europe/London", date(2026, 10, 25), -3600, "the clocks go back by 1 hour"),
    ("Australia/Lord_Howe", date(2026, 10, 4), 1800, "the clocks go forward by 30 minutes"),
    ("Europe/London", date(2026, 3, 28), 0, ""),
    ("UTC", date(2026, 3, 29), 0, ""),
])  # fmt: skip
def test_a_day_on_which_the_clocks_change_says_so(zone, on, seconds, said):
    assert shift_of(calendar(OFFICE, zone=zone), on) == seconds
    assert shift_words(seconds) == said


def test_the_day_of_the_change_carries_it_in_the_week():
    days = week(calendar(OFFICE), date(2026, 3, 23), {})
    assert [day.shift_seconds for day in days] == [0] * 6 + [3600]
    assert days[6].shift_words == "the clocks go forward by 1 hour"


@pytest.mark.parametrize("hours, expected", [
    (OFFICE, "09:00–17:30"),
    ({key: ["00:00-24:00"] for key in WEEKDAYS}, "24 hours"),
    ({"mon": ["09:00-12:00", "13:00-17:00"], "tue": ["09:00-12:00", "13:00-17:00"]}, "09:00–12:00 and 13:00–17:00"),
    ({"mon": ["09:00-12:00"], "tue": ["09:00-13:00"]}, ""),
    ({"mon": ["22:00-06:00"]}, "22:00–06:00"),
])  # fmt: skip
def test_hours_that_are_the_same_on_each_day_are_usual(hours, expected):
    assert usual_hours(calendar(hours)) == expected


@pytest.mark.parametrize("minutes, said", [(0, "00:00"), (570, "09:30"), (1440, "24:00"), (1800, "06:00")])
def test_minutes_are_read_off_a_clock(minutes, said):
    assert clock(minutes) == said


@pytest.mark.parametrize("now, expected", [
    ("2026-03-02T10:00", (True, "2026-03-02T17:30")),
    ("2026-03-02T09:00", (True, "2026-03-02T17:30")),
    ("2026-03-02T17:30", (False, "2026-03-03T09:00")),
    ("2026-04-02T20:00", (False, "2026-04-07T08:00")),  # past Easter, by which the clocks have changed
])  # fmt: skip
def test_a_calendar_says_when_it_opens_or_closes_next(now, expected):
    is_open, at = next_change(calendar(OFFICE, EASTER), datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (is_open, f"{at:%Y-%m-%dT%H:%M}") == expected


def test_what_never_closes_never_changes():
    assert next_change(BusinessCalendar.always(), datetime(2026, 3, 2, tzinfo=UTC)) == (True, None)
