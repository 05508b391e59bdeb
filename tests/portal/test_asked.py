"""What `?as_of=` means, and what is said where it means nothing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.asked import as_of

NOW = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
TOKYO, LONDON = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    "written, at",
    [
        ("", None),
        ("   ", None),
        ("2026-05-03", datetime(2026, 5, 3, 22, 59, 59, 999999, tzinfo=UTC)),
        (" 2026-05-03 ", datetime(2026, 5, 3, 22, 59, 59, 999999, tzinfo=UTC)),
        ("2026-07-01", None),
        ("2026-05-03T14:05", datetime(2026, 5, 3, 13, 5, tzinfo=UTC)),
        ("2026-05-03T14:05Z", datetime(2026, 5, 3, 14, 5, tzinfo=UTC)),
        ("2026-05-03T14:05 02:00", datetime(2026, 5, 3, 12, 5, tzinfo=UTC)),
        ("2026-07-01T22:30Z", NOW),
    ],
)
def test_a_day_is_its_end_and_a_moment_is_the_client_s_unless_it_says_otherwise(written, at):
    asked = as_of(written, now=NOW, zone=LONDON)
    assert (asked.at, asked.fault) == (at, "")


def test_which_day_is_today_is_for_the_client_s_zone_to_say():
    assert as_of("2026-07-02", now=NOW, zone=TOKYO).fault == ""
    assert "has not come yet" in as_of("2026-07-02", now=NOW, zone=LONDON).fault


@pytest.mark.parametrize("written", ["yesterday", "2026-13-01", "03/05/2026", "2026-05-03T99:00", "<b>", "0" * 300])
def test_what_is_no_date_is_told_with_a_way_out(written):
    asked = as_of(written, now=NOW, zone=LONDON)
    assert asked.at is None and "is not a date. Write it like 2026-05-03, or leave it empty." in asked.fault
    assert len(asked.fault) < 120


@pytest.mark.parametrize("written", ["2026-07-02", "2026-07-01T22:31Z", "9999-12-31"])
def test_the_future_is_no_past(written):
    assert "has not come yet" in as_of(written, now=NOW, zone=LONDON).fault


def test_the_end_of_time_is_no_error():
    far = as_of("9999-12-31", now=NOW, zone=ZoneInfo("America/New_York"))
    assert far.at is None and far.fault
    assert as_of("0001-01-01", now=NOW + timedelta(1), zone=TOKYO).fault == ""
