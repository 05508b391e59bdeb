"""Which days a report is about: names, dates, zones, and what is refused in words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from reports.periods import BadPeriod, asked_period, last_days

BERLIN, AUCKLAND = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland")
# A Wednesday evening in Berlin, and Thursday morning in Auckland already.
EVENING = datetime(2026, 5, 13, 21, 30, tzinfo=UTC)


def asked(zone=BERLIN, now=EVENING, **said):
    return asked_period(said, now=now, zone=zone)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("30-days", date(2026, 4, 14), date(2026, 5, 13)),
        ("quarter", date(2026, 4, 1), date(2026, 5, 13)),
        ("last-quarter", date(2026, 1, 1), date(2026, 3, 31)),
        ("year", date(2026, 1, 1), date(2026, 5, 13)),
        ("last-year", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_a_period_by_its_name(name, first, last):
    found = asked(period=name)
    assert (found.first, found.last, found.name) == (first, last, name)


def test_the_quarter_before_the_first_is_that_of_the_year_before():
    found = asked(now=datetime(2026, 2, 1, tzinfo=UTC), period="last-quarter")
    assert (found.first, found.last) == (date(2025, 10, 1), date(2025, 12, 31))


def test_nothing_asked_for_is_the_last_thirty_days_with_today():
    found = asked()
    assert (found.first, found.last, found.days, found.name) == (date(2026, 4, 14), date(2026, 5, 13), 30, "30-days")
    assert last_days(30, now=EVENING, zone=BERLIN).since == found.since


def test_today_is_the_reader_s_day():
    assert asked(AUCKLAND).last == date(2026, 5, 14)


def test_days_are_whole_also_when_the_clocks_change():
    found = asked(**{"from": "2026-03-29", "to": "2026-03-29"})
    assert (found.until - found.since).total_seconds() == 23 * 3600
    assert found.since == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert datetime(2026, 3, 29, 21, 59, tzinfo=UTC) in found and found.until not in found


def test_the_period_before_has_as_many_days_and_touches_it():
    found = asked(**{"from": "2026-03-01", "to": "2026-03-31"})
    assert (found.before.first, found.before.last) == (date(2026, 1, 29), date(2026, 2, 28))
    assert found.before.until == found.since


def test_the_months_up_to_a_period_s_end_are_whole_ones():
    months = asked(**{"from": "2026-01-15", "to": "2026-02-10"}).months(3)
    assert [(m.first, m.last) for m in months] == [
        (date(2025, 12, 1), date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
    ]  # fmt: skip


def test_one_date_alone_is_completed():
    assert (asked(to="2026-03-31").first, asked(**{"from": "2026-05-01"}).last) == (date(2026, 3, 2), date(2026, 5, 13))


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"period": "decade"}, "period", "There are 30-days, quarter"),
        ({"from": "31.3.2026"}, "from", "Write it like 2026-05-03"),
        ({"to": "2026-02-30"}, "to", "is not a date"),
        ({"to": "0001-01-01"}, "to", "is not a date"),
        ({"from": "2026-W10-1"}, "from", "is not a date"),
        ({"from": "2026-04-02", "to": "2026-04-01"}, "to", "Choose a later one"),
        ({"from": "2001-01-01", "to": "2026-01-01"}, "from", "longer than five years"),
        ({"from": "x" * 500}, "from", "“" + "x" * 40 + "”"),
    ],
)
def test_what_is_no_period_is_refused_by_field_with_a_way_out(said, field, words):
    with pytest.raises(BadPeriod) as refused:
        asked(**said)
    assert (refused.value.field, words in str(refused.value)) == (field, True)
