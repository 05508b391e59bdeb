"""Whether somebody answers now, told on the reader's clocks: across zones, days off, and changes of clocks."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from sla.business_time import BusinessCalendar
from vendors.openings import opening_words

BERLIN, LONDON, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
SAO_PAULO, KOLKATA, UTC_ITSELF = ZoneInfo("America/Sao_Paulo"), ZoneInfo("Asia/Kolkata"), ZoneInfo("UTC")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def office(zone="Europe/Berlin", hours="08:00-18:00", days=WEEKDAYS, closed=()):
    return BusinessCalendar.of(timezone=zone, hours={day: [hours] for day in days}, closed_dates=closed)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# 2 March 2026 is a Monday. Berlin is an hour ahead of UTC until 29 March, two hours after it.
@pytest.mark.parametrize(
    ("now", "zone", "words"),
    [
        ("2026-03-02 06:59", BERLIN, "closed, opens 08:00 CET"),
        ("2026-03-02 07:00", BERLIN, "open now, closes 18:00 CET"),
        ("2026-03-02 16:59", BERLIN, "open now, closes 18:00 CET"),
        ("2026-03-02 17:00", BERLIN, "closed, opens Tue 08:00 CET"),
        ("2026-03-06 17:00", BERLIN, "closed, opens Mon 08:00 CET"),
        ("2026-03-02 07:00", LONDON, "open now, closes 17:00 GMT"),
        ("2026-03-02 07:00", NEW_YORK, "open now, closes 12:00 EST"),
        ("2026-03-02 03:00", NEW_YORK, "closed, opens Mon 02:00 EST"),
        ("2026-03-02 07:00", KOLKATA, "open now, closes 22:30 IST"),
        ("2026-03-02 07:00", SAO_PAULO, "open now, closes 14:00 UTC-03"),
        ("2026-03-02 07:00", UTC_ITSELF, "open now, closes 17:00 UTC"),
    ],
)
def test_the_words_are_on_the_reader_s_clocks(now, zone, words):
    assert opening_words(office(), now=at(now), zone=zone) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-03-27 17:00", "closed, opens Mon 08:00 CEST"),
        ("2026-10-23 16:00", "closed, opens Mon 08:00 CET"),
    ],
)
def test_over_a_change_of_clocks_the_zone_is_that_of_the_moment_told(now, words):
    assert opening_words(office(), now=at(now), zone=BERLIN) == words


def test_a_night_through_a_change_of_clocks_ends_when_its_clocks_say():
    night = office(hours="22:00-06:00", days=("sat",))
    assert opening_words(night, now=at("2026-03-28 22:00"), zone=BERLIN) == "open now, closes Sun 06:00 CEST"
    assert opening_words(night, now=at("2026-03-29 03:59"), zone=BERLIN) == "open now, closes 06:00 CEST"
    assert opening_words(night, now=at("2026-03-29 04:00"), zone=BERLIN) == "closed, opens Sat 22:00 CEST"


def test_a_holiday_is_passed_over_and_a_week_away_has_its_date():
    closed = [date(2026, 12, day) for day in range(24, 32)] + [date(2027, 1, 1)]
    calendar = office(closed=closed)
    assert opening_words(calendar, now=at("2026-12-24 10:00"), zone=BERLIN) == "closed, opens Mon 4 Jan 2027 08:00 CET"
    assert opening_words(calendar, now=at("2026-12-29 10:00"), zone=BERLIN) == "closed, opens Mon 08:00 CET"


def test_the_same_weekday_a_week_away_is_told_by_its_date():
    mondays = office(days=("mon",))
    assert opening_words(mondays, now=at("2026-03-02 17:00"), zone=BERLIN) == "closed, opens Mon 9 Mar 08:00 CET"


def test_midnight_belongs_to_the_day_that_begins():
    late = office(hours="08:00-24:00", days=("mon",))
    assert opening_words(late, now=at("2026-03-02 12:00"), zone=BERLIN) == "open now, closes Tue 00:00 CET"


def test_a_break_closes_it():
    lunch = BusinessCalendar.of(timezone="Europe/Berlin", hours={"mon": ["08:00-12:00", "13:00-18:00"]})
    assert opening_words(lunch, now=at("2026-03-02 10:00"), zone=BERLIN) == "open now, closes 12:00 CET"
    assert opening_words(lunch, now=at("2026-03-02 11:30"), zone=BERLIN) == "closed, opens 13:00 CET"


def test_around_the_clock_never_closes():
    assert opening_words(BusinessCalendar.always(), now=at("2026-03-02 10:00"), zone=BERLIN) == "open around the clock"


def test_what_never_opens_again_says_so():
    gone = office(
        days=("mon",),
        closed=[date.fromordinal(n) for n in range(date(2026, 1, 1).toordinal(), date(2040, 1, 1).toordinal())],
    )
    assert (
        opening_words(gone, now=at("2026-03-02 10:00"), zone=BERLIN) == "closed, and not open again within five years"
    )
