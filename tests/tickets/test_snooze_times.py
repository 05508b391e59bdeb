"""Until when a ticket may be snoozed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tickets.snooze_times import LONGEST, check, until

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(("choice", "minutes"), [("30m", 30), ("1h", 60), ("4h", 240)])
def test_a_length_counts_from_now(choice, minutes):
    assert until(choice, now=NOON, zone=UTC) == NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        (datetime(2026, 3, 2, 12, 0), "Europe/London", datetime(2026, 3, 3, 9, 0)),
        (datetime(2026, 3, 2, 20, 0), "Asia/Tokyo", datetime(2026, 3, 4, 0, 0)),  # it is the 3rd there already
        (datetime(2026, 3, 28, 12, 0), "Europe/London", datetime(2026, 3, 29, 8, 0)),  # the clocks go forward
        (datetime(2026, 10, 24, 12, 0), "Europe/London", datetime(2026, 10, 25, 9, 0)),  # and back
        (datetime(2026, 12, 31, 23, 30), "UTC", datetime(2027, 1, 1, 9, 0)),
    ],
)
def test_tomorrow_is_the_reader_s_next_morning(now, zone, expected):
    found = until("tomorrow", now=now.replace(tzinfo=UTC), zone=ZoneInfo(zone))
    assert found.astimezone(UTC) == expected.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (None, "Say until when"),
        (NOON, "is over"),
        (NOON - timedelta(days=1), "is over"),
        (NOON + LONGEST + timedelta(seconds=1), "31 days at most"),
    ],
)
def test_a_moment_that_cannot_be_is_refused_in_words(moment, words):
    with pytest.raises(ValueError, match=words):
        until("moment", now=NOON, zone=UTC, moment=moment)


@pytest.mark.parametrize("moment", [NOON + timedelta(seconds=1), NOON + LONGEST])
def test_the_ends_of_what_is_allowed_are_allowed(moment):
    assert check(moment, now=NOON) == moment
