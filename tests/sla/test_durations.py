"""Durations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla import durations


@pytest.mark.parametrize(
    "written, seconds",
    [
        ("20s", 20),
        ("15m", 900),
        ("90m", 5400),
        ("4h", 14400),
        ("1h30m", 5400),
        ("1h0m5s", 3605),
        ("0s", 0),
        (" 15m ", 900),
        ("1h 30m", 5400),
        ("4 h", 14400),
        ("8784h", durations.LONGEST_SECONDS),
    ],
)
def test_a_written_duration_is_read_as_seconds(written, seconds):
    assert durations.parse(written) == seconds


@pytest.mark.parametrize(
    "seconds, written",
    [(0, "0s"), (20, "20s"), (60, "1m"), (900, "15m"), (5400, "1h30m"), (14400, "4h"), (90061, "25h1m1s")],
)
def test_seconds_have_one_canonical_writing(seconds, written):
    assert durations.text(seconds) == written


@given(st.integers(0, durations.LONGEST_SECONDS))
def test_what_is_written_reads_back_as_itself(seconds):
    assert durations.parse(durations.text(seconds)) == seconds


@pytest.mark.parametrize("written", ["1d", "2d4h", "5 d"])
def test_days_are_refused_because_they_are_ambiguous(written):
    with pytest.raises(ValueError, match="a day is ambiguous"):
        durations.parse(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "15",
        "m",
        "-15m",
        "1.5h",
        "15M",
        "30m1h",
        "15m15m",
        "15 minutes",
        "\u0661\u0665m",
        "15m\n4h",
        15,
        None,
    ],
)
def test_what_is_not_a_duration_is_refused_with_an_example(written):
    with pytest.raises(ValueError, match="is not a duration: write it like 20s, 15m, 4h or 1h30m"):
        durations.parse(written)


@pytest.mark.parametrize("written", ["8785h", "999999h", "999999999s"])
def test_a_duration_longer_than_a_year_is_refused_as_a_mistake(written):
    with pytest.raises(ValueError, match="longer than a year"):
        durations.parse(written)


def test_a_negative_number_of_seconds_has_no_writing():
    with pytest.raises(ValueError, match="cannot be negative"):
        durations.text(-1)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (20, "20 s"),
        (60, "1 min"),
        (90, "1 min 30 s"),
        (900, "15 min"),
        (4 * 3600, "4 h"),
        (5400, "1 h 30 min"),
        (3605, "1 h 5 s"),
        (24 * 3600, "24 h"),
        (72 * 3600, "3 d"),
        (76 * 3600, "3 d 4 h"),
        (-900, "15 min"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds, said):
    assert durations.short_words(seconds) == said
