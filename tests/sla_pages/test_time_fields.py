"""What people type about time, field by field: what is read, and what is told when it cannot be."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from sla.fields import (
    DatesField,
    DurationField,
    MomentField,
    OpeningsField,
    PercentsField,
    day_field,
    note_field,
    sentence,
)


def told(field, written) -> str:
    with pytest.raises(ValidationError) as refused:
        field.clean(written)
    return " ".join(refused.value.messages)


@pytest.mark.parametrize("written, openings", [
    ("", []), ("  ", []), (None, []), (" , ,", []),
    ("09:00-17:30", ["09:00-17:30"]),
    ("09:00 – 12:30, 13:00 - 17:30", ["09:00-12:30", "13:00-17:30"]),
    ("22:00-06:00;", ["22:00-06:00"]),
    ("whenever", ["whenever"]),  # what an opening means is for the calendar to say
])  # fmt: skip
def test_openings_are_a_list(written, openings):
    assert OpeningsField().clean(written) == openings


def test_what_is_very_long_is_told_before_it_is_read():
    assert "at most 200" in told(OpeningsField(), "09:00-10:00, " * 20)
    assert "at most 200" in told(PercentsField(), "50, " * 60)
    assert "at most 20000" in told(DatesField(), "2026-12-24\n" * 2000)


@pytest.mark.parametrize("written, dates", [
    ("", []), ("\n \r\n", []),
    ("2026-12-24", ["2026-12-24"]),
    ("2027-01-02\n2026-12-24\n\n2027-01-02", ["2026-12-24", "2027-01-02"]),
])  # fmt: skip
def test_dates_come_in_order_and_once(written, dates):
    assert DatesField().clean(written) == dates


@pytest.mark.parametrize("written, lines", [
    ("24.12.2026", [1]), ("2026-12-24\n\n2026-02-30", [3]), ("x\n2026-12-24\ny", [1, 3]), ("2026-W52-4", [1]),
    ("2026-12-24 2026-12-25", [1]),
])  # fmt: skip
def test_each_line_that_is_no_date_is_told(written, lines):
    said = told(DatesField(), written)
    assert [f"Line {number}:" in said for number in range(1, 4)] == [number in lines for number in range(1, 4)]


@pytest.mark.parametrize("written, seconds", [("4h", 14_400), (" 1h30m ", 5400), ("45s", 45)])
def test_a_duration_is_seconds(written, seconds):
    assert DurationField().clean(written) == seconds


@pytest.mark.parametrize("written, said", [
    ("", "required"), ("4", "not a duration"), ("0h", "no time at all"), ("2d", "ambiguous"), ("9999h", "than a year"),
    ("4h" * 21, "at most 40"), ("-4h", "not a duration"),
])  # fmt: skip
def test_what_is_no_duration_is_told(written, said):
    assert said in told(DurationField(), written)


def test_a_moment_is_read_in_the_zone_of_its_field():
    field = MomentField()
    field.timezone = "Europe/Berlin"
    assert field.clean("2026-07-06T10:00") == datetime(2026, 7, 6, 8, tzinfo=UTC)
    assert "the clocks skip it" in told(field, "2026-03-29T02:30")


def test_a_moment_that_may_be_left_out_is_none():
    assert MomentField(required=False).clean(" ") is None and DurationField(required=False).clean("") is None


@pytest.mark.parametrize("written, percents", [
    ("", []), ("50", [50]), ("50, 75 %,90%", [50, 75, 90]), ("90,50", [90, 50]), (",,", []),
])  # fmt: skip
def test_percentages_are_whole_numbers_in_the_order_that_was_written(written, percents):
    assert PercentsField().clean(written) == percents


@pytest.mark.parametrize("written", ["half", "50.5", "-1", "1e3", "٥٠", "999999"])
def test_what_is_no_whole_percentage_is_told(written):
    assert "is not a whole number" in told(PercentsField(), written)


@pytest.mark.parametrize("written", ["31.12.2026", "2026-13-01", "soon"])
def test_what_is_no_date_says_how_to_write_one(written):
    assert told(day_field("Until"), written) == "This is not a date. Write it like 2026-12-31."


def test_a_note_must_be_said():
    assert "Say why" in told(note_field(), "   ")
    assert "at most 300" in told(note_field(), "x" * 301)


@pytest.mark.parametrize("message, said", [
    ("there is none", "There is none."), ("Is it?", "Is it?"), ("did you mean X?", "Did you mean X?"), ("", "."),
    ("'2d' is it", "'2d' is it."),
])  # fmt: skip
def test_a_refusal_is_told_as_a_sentence(message, said):
    assert sentence(message) == said
