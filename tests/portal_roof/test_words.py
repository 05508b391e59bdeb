"""Times in words: what a reader sees beside every deadline."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from escalation_portal import words

PRAGUE = ZoneInfo("Europe/Prague")
NOW = datetime(2026, 11, 23, 8, 12, tzinfo=UTC)  # a Monday, 09:12 in Prague


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (59.9, "59 s"),
        (61, "1 min"),
        (899, "14 min"),
        (5430, "1 h 30 min"),
        (36_000, "10 h"),
        (38_500, "10 h"),
        (3 * 86_400 + 3 * 3600 + 59, "3 d 3 h"),
    ],
)
def test_a_running_clock_is_rounded_down(seconds, said):
    assert words.coarse_words(seconds) == said


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(minutes=14), "in 14 min"),
        (timedelta(minutes=-6), "6 min ago"),
        (timedelta(seconds=30), "in less than a minute"),
        (timedelta(0), "just now"),
        (timedelta(seconds=-59), "just now"),
        (timedelta(minutes=59, seconds=59), "in 59 min"),
        (timedelta(hours=1), "10:12"),
        (timedelta(hours=-2), "07:12"),
        (timedelta(hours=15), "Tue 00:12"),
        (timedelta(days=6), "Sun 09:12"),
        (timedelta(days=-6), "Tue 09:12"),
        (timedelta(days=7), "30 Nov"),
        (timedelta(days=-7), "16 Nov"),
        (timedelta(days=60), "22 Jan 2027"),
    ],
)
def test_a_moment_is_said_from_where_the_reader_stands(away, said):
    assert words.relative(NOW + away, now=NOW, zone=PRAGUE) == said


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW, "Mon 23 Nov 2026 09:12 CET"),
        (datetime(2026, 7, 3, 22, 30, tzinfo=UTC), "Sat 4 Jul 2026 00:30 CEST"),
    ],
)
def test_an_absolute_time_names_its_zone(at, said):
    assert words.absolute(at, zone=PRAGUE) == said


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(minutes=14, seconds=20), "Ack 14 min left"),
        (timedelta(seconds=40), "Ack 40 s left"),
        (timedelta(hours=2, minutes=5), "Ack 2 h 5 min left"),
        (timedelta(0), "Breached 0 s ago"),
        (timedelta(minutes=-6), "Breached 6 min ago"),
    ],
)
def test_a_clock_names_its_metric_until_it_is_too_late(left, said):
    assert words.clock_words("Ack", due_at=NOW + left, now=NOW) == said
