"""The hours of a layer as people write and read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.business_time import WEEKDAYS
from tiers.rotation_words import hours_words, read_hours

OFFICE = {day: ["09:00-17:00"] for day in WEEKDAYS[:5]}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Mon-Fri 09:00-17:00", OFFICE),
        ("mon–fri 09:00–17:00", OFFICE),
        ("Monday to", None),
        ("Tuesday - Wednesday 22:00-06:00", {"tue": ["22:00-06:00"], "wed": ["22:00-06:00"]}),
        ("sat-mon 10:00-12:00", {day: ["10:00-12:00"] for day in ("mon", "sat", "sun")}),
        ("Mon, Thu 09:00-12:00, 13:00-17:00", {day: ["09:00-12:00", "13:00-17:00"] for day in ("mon", "thu")}),
        ("Mon 09:00-12:00\n\nMon 13:00-17:00", {"mon": ["09:00-12:00", "13:00-17:00"]}),
        ("", {}),
    ],
)
def test_hours_are_read_in_the_ways_in_which_they_are_written(written, read):
    if read is None:
        with pytest.raises(ValueError, match="Line 1"):
            read_hours(written)
    else:
        assert read_hours(written) == read


@pytest.mark.parametrize("written", ["09:00-17:00", "Mo 09:00-17:00", "Mon-Fry 09:00-17:00", "Mon", "Mon; 09:00-10:00"])
def test_what_is_not_understood_names_its_line_and_how_to_write_it(written):
    with pytest.raises(ValueError, match=r"Line 2: .* is not understood\. Write it like Mon-Fri 09:00-17:00\."):
        read_hours(f"Sun 10:00-12:00\n{written}")


def test_days_that_are_alike_stand_in_one_line():
    hours = OFFICE | {"sat": ["10:00-12:00", "13:00-14:00"], "sun": []}
    assert hours_words(hours) == "Mon-Fri 09:00-17:00\nSat 10:00-12:00, 13:00-14:00"
    assert hours_words({"wed": ["09:00-10:00"], "mon": ["09:00-10:00"]}) == "Mon 09:00-10:00\nWed 09:00-10:00"
    assert hours_words({}) == ""


openings = st.lists(st.sampled_from(("06:00-07:00", "08:00-12:00", "22:00-02:00")), min_size=1, max_size=2, unique=True)


@given(st.dictionaries(st.sampled_from(WEEKDAYS), openings))
def test_what_is_written_is_read_back(hours):
    assert read_hours(hours_words(hours)) == hours
