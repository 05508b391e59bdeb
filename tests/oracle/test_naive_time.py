"""The plain reckoning of open time is right by given cases, and the product's agrees with it on calendars by chance."""

import json
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from naive_time import OpenMinutes, Window, utc
from random_calendars import WINDOWS, pool, some_moment

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "time" / "vectors.json").read_text())["additions"]
BERLIN_NIGHT = {"timezone": "Europe/Berlin", "hours": {"sat": ["22:00-02:30"], "sun": ["02:30-04:00"]}, "closures": []}
SEEDS = range(3)
DRAWS_OF_A_CALENDAR = 30


def around(first: str, last: str) -> Window:
    """Whole days of UTC, with two to spare, so that openings from the day before are seen."""
    began = (utc(first) - timedelta(days=2)).replace(hour=0, minute=0)
    return Window(began, (utc(last) - began).days + 2)


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_the_plain_reckoning_agrees_with_the_given_additions(number):
    vector = VECTORS[number]
    naive = OpenMinutes.of(vector["calendar"], around(vector["start"], vector["due"]))
    assert naive.reached_at(utc(vector["start"]), vector["open_seconds"]) == utc(vector["due"])
    assert naive.elapsed(utc(vector["start"]), utc(vector["due"])) == vector["open_seconds"]


@pytest.mark.parametrize(
    "first, last, expected",
    [
        # Saturday 22:00 to 02:30, which does not exist and means 03:00: 4 hours; Sunday 03:00 to 04:00: 1 hour.
        ("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", 5 * 3600),
        # Saturday 22:00 to the second 02:30 is 5.5 hours; the rest from there to 04:00 is 1.5 hours.
        ("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", 7 * 3600),
        ("2026-06-06T12:00:00Z", "2026-06-07T12:00:00Z", 6 * 3600),
    ],
)
def test_a_night_on_which_clocks_are_changed_has_its_own_length(first, last, expected):
    naive = OpenMinutes.of(BERLIN_NIGHT, around(first, last))
    assert naive.elapsed(utc(first), utc(last)) == expected


def test_a_closing_that_comes_twice_is_the_second_one_even_on_the_hour():
    night = {"timezone": "Europe/Berlin", "hours": {"sun": ["00:30-02:00"]}, "closures": []}
    naive = OpenMinutes.of(night, around("2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z"))
    assert naive.reached_at(utc("2026-10-24T12:00:00Z"), 9000) == utc("2026-10-25T01:00:00Z")


def test_nothing_is_looked_up_outside_the_window():
    naive = OpenMinutes.of(BERLIN_NIGHT, Window(utc("2026-06-01T00:00:00Z"), 7))
    with pytest.raises(LookupError):
        naive.elapsed(utc("2026-05-31T00:00:00Z"), utc("2026-06-02T00:00:00Z"))
    assert naive.reached_at(utc("2026-06-02T00:00:00Z"), 7 * 3600) is None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("window", WINDOWS, ids=["spring", "autumn"])
def test_the_product_agrees_on_calendars_by_chance(seed, window):
    random = Random(seed)
    for calendar in pool(seed, window):
        for _ in range(DRAWS_OF_A_CALENDAR):
            start = some_moment(random, window, spare_days=3) + timedelta(seconds=random.choice((0, 0, 1, 59)))
            end = start + timedelta(seconds=random.randrange(3 * 86400))
            seconds = random.choice((1, 60, random.randrange(1, 40 * 3600)))
            seen = f"{seed=} {calendar} {start=} {end=} {seconds=}"
            assert calendar.product.elapsed(start, end) == calendar.naive.elapsed(start, end), seen
            assert calendar.product.is_open(start) == calendar.naive.is_open(start), seen
            due = calendar.naive.reached_at(start, seconds)
            reached = calendar.product.add(start, seconds)
            assert reached == due if due else reached > window.ended, seen
