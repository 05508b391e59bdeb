"""When mail leaves for a person, as a table: choices, quiet hours, zones, and the nights on which clocks change."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.business_time import BusinessCalendar
from tickets.digest_times import AT_ONCE, DAILY, HOURLY, NEVER, Choice

LONDON, BERLIN, KATHMANDU, NEW_YORK = "Europe/London", "Europe/Berlin", "Asia/Kathmandu", "America/New_York"
DAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = BusinessCalendar.of(timezone=LONDON, hours={day: ["09:00-17:30"] for day in DAYS})
NIGHTS = BusinessCalendar.of(timezone=LONDON, hours={day: ["22:00-06:00"] for day in DAYS})
NEVER_OPEN = BusinessCalendar.of(
    timezone="UTC", hours={"mon": ["09:00-10:00"]},
    closed_dates={datetime.fromordinal(day).date() for day in range(738_000, 746_000)},
)  # fmt: skip


def utc(text):
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


# The 2nd of March 2026 is a Monday. London goes forward on the 29th of March at 01:00, back on the 25th of October
# at 02:00 its time; New York goes forward on the 8th of March.
@pytest.mark.parametrize(
    ("choice", "told", "leaves"),
    [
        (Choice(), "03-02 03:10", "03-02 03:10"),
        (Choice(AT_ONCE, hours=OFFICE), "03-02 10:00", "03-02 10:00"),
        (Choice(AT_ONCE, hours=OFFICE), "03-02 09:00", "03-02 09:00"),
        (Choice(AT_ONCE, hours=OFFICE), "03-02 08:59:59", "03-02 09:00"),
        (Choice(AT_ONCE, hours=OFFICE), "03-02 17:30", "03-03 09:00"),
        (Choice(AT_ONCE, hours=OFFICE), "03-06 23:00", "03-09 09:00"),
        (Choice(AT_ONCE, hours=OFFICE), "03-27 18:00", "03-30 08:00"),  # summer time began in between
        (Choice(AT_ONCE, hours=NIGHTS), "03-03 05:59", "03-03 05:59"),
        (Choice(AT_ONCE, hours=NIGHTS), "03-03 06:00", "03-03 22:00"),
        (Choice(AT_ONCE, hours=NEVER_OPEN), "03-02 03:10", "03-02 03:10"),
        (Choice(HOURLY), "03-02 09:00", "03-02 10:00"),
        (Choice(HOURLY), "03-02 09:59:59.999999", "03-02 10:00"),
        (Choice(HOURLY, KATHMANDU), "03-02 09:00", "03-02 09:15"),  # 14:45 there
        (Choice(HOURLY, KATHMANDU), "03-02 09:15", "03-02 10:15"),
        (Choice(HOURLY, LONDON), "10-25 00:30", "10-25 01:00"),  # 01:30, and at 02:00 it is 01:00 once more
        (Choice(HOURLY, LONDON), "10-25 01:30", "10-25 02:00"),
        (Choice(HOURLY, LONDON, hours=OFFICE), "03-02 16:10", "03-02 17:00"),
        (Choice(HOURLY, LONDON, hours=OFFICE), "03-02 17:10", "03-03 09:00"),
        (Choice(HOURLY, LONDON, hours=OFFICE), "03-02 08:10", "03-02 09:00"),
        (Choice(DAILY, LONDON), "03-02 07:59", "03-02 08:00"),
        (Choice(DAILY, LONDON), "03-02 08:00", "03-03 08:00"),
        (Choice(DAILY, LONDON), "03-28 08:00", "03-29 07:00"),
        (Choice(DAILY, LONDON, time(1, 30)), "03-28 12:00", "03-29 01:00"),  # skipped: 02:00 is the next that exists
        (Choice(DAILY, LONDON, time(1, 30)), "03-29 00:59:59", "03-29 01:00"),
        (Choice(DAILY, LONDON, time(1, 30)), "03-29 01:00", "03-30 00:30"),
        (Choice(DAILY, LONDON, time(1, 30)), "10-24 12:00", "10-25 00:30"),  # the first of two
        (Choice(DAILY, LONDON, time(1, 30)), "10-25 00:30", "10-26 01:30"),
        (Choice(DAILY, LONDON, time(1, 30)), "10-25 01:15", "10-26 01:30"),  # between the two there is no second mail
        (Choice(DAILY, NEW_YORK, time(2, 30)), "03-08 05:00", "03-08 07:00"),
        (Choice(DAILY, NEW_YORK, time(20)), "03-02 23:59", "03-03 01:00"),  # still the 2nd there
        (Choice(DAILY, KATHMANDU, time(0)), "03-02 18:14", "03-02 18:15"),
        (Choice(DAILY, LONDON, hours=OFFICE), "03-02 10:00", "03-03 09:00"),
        (Choice(DAILY, LONDON, time(10), hours=OFFICE), "03-06 10:00", "03-09 09:00"),  # Saturday, Sunday: closed
        (Choice(DAILY, BERLIN, time(10), hours=OFFICE), "03-02 09:30", "03-03 09:00"),
    ],
)  # fmt: skip
def test_mail_leaves_when_its_reader_chose(choice, told, leaves):
    assert choice.leaves_at(utc(told)) == utc(leaves)


@pytest.mark.parametrize("mail", [AT_ONCE, HOURLY, DAILY, NEVER])
@pytest.mark.parametrize("hours", [None, OFFICE, NEVER_OPEN])
def test_what_is_urgent_leaves_at_once_whatever_was_chosen(mail, hours):
    assert Choice(mail, LONDON, hours=hours).leaves_at(utc("03-01 03:00"), urgent=True) == utc("03-01 03:00")


def test_who_never_wants_mail_gets_none():
    assert Choice(NEVER, hours=OFFICE).leaves_at(utc("03-02 10:00")) is None


def test_a_moment_of_any_zone_is_answered_in_utc():
    told = datetime.fromisoformat("2026-03-02T11:10:00+02:00")
    assert Choice(HOURLY, LONDON).leaves_at(told) == utc("03-02 10:00")
    assert Choice().leaves_at(told).tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "quiet"), [("03-02 08:59", True), ("03-02 09:00", False), ("03-02 17:30", True), ("03-07 12:00", True)]
)
def test_it_is_quiet_outside_the_hours(at, quiet):
    assert Choice(hours=OFFICE).is_quiet(utc(at)) is quiet
    assert not Choice().is_quiet(utc(at))


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
CHOICES = st.builds(
    Choice, st.sampled_from([AT_ONCE, HOURLY, DAILY]), st.sampled_from([LONDON, BERLIN, KATHMANDU, NEW_YORK]),
    st.times(), st.sampled_from([None, OFFICE, NIGHTS]),
)  # fmt: skip


@given(CHOICES, MOMENTS, MOMENTS)
def test_what_was_told_earlier_never_leaves_later(choice, one, other):
    first, second = sorted((one, other))
    assert first <= choice.leaves_at(first) <= choice.leaves_at(second)


@given(CHOICES, MOMENTS)
def test_no_mail_but_an_urgent_one_leaves_while_it_is_quiet(choice, told):
    assert not choice.is_quiet(choice.leaves_at(told))
