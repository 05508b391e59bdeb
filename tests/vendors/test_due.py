"""When a contact point falls due, and at which hour a mail may come."""

from datetime import UTC, date, datetime, timedelta

import pytest

from vendors.due import due_on, is_due, mail_at

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("days_ago", "interval", "due"), [(89, 90, False), (90, 90, False), (91, 90, True), (1, 1, False), (2, 1, True)]
)
def test_it_is_due_the_day_after_its_interval_has_passed(days_ago, interval, due):
    verified_on = MONDAY - timedelta(days=days_ago)
    assert is_due(verified_on, interval, bad=False, today=MONDAY) is due
    assert (due_on(verified_on, interval) <= MONDAY) is due


def test_what_was_never_verified_or_does_not_hold_is_due_at_once():
    assert is_due(None, 90, bad=False, today=MONDAY) and due_on(None, 90) is None
    assert is_due(MONDAY, 90, bad=True, today=MONDAY)


@pytest.mark.parametrize(
    ("now", "zone", "leaves"),
    [
        ("2026-03-02 09:00", "Europe/London", "2026-03-02 09:00"),
        ("2026-03-02 07:59", "Europe/London", "2026-03-02 08:00"),
        ("2026-03-02 17:59", "Europe/London", "2026-03-02 17:59"),
        ("2026-03-02 18:00", "Europe/London", "2026-03-03 08:00"),
        ("2026-03-06 18:00", "Europe/London", "2026-03-09 08:00"),
        ("2026-03-07 03:00", "Europe/London", "2026-03-09 08:00"),
        ("2026-03-08 23:30", "Europe/London", "2026-03-09 08:00"),
        ("2026-03-02 00:07", "America/New_York", "2026-03-02 13:00"),
        ("2026-03-01 23:00", "Asia/Tokyo", "2026-03-01 23:00"),
        ("2026-03-27 20:00", "Europe/Berlin", "2026-03-30 06:00"),
    ],
)
def test_a_mail_leaves_within_the_reader_s_working_day(now, zone, leaves):
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, leaves)]
    assert mail_at(moments[0], zone) == moments[1]
