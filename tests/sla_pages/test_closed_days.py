"""The names of holidays: the same dates as the calendar keeps, in English."""

from datetime import date

import pytest

from sla.closed_days import holiday_names
from sla.holiday_dates import holiday_dates

YEARS = range(2026, 2029)


@pytest.mark.parametrize("country, region", [
    ("GB", "ENG"), ("GB", None), ("DE", "BE"), ("DE", None), ("US", "NY"), ("NL", None), ("JP", None),
])  # fmt: skip
def test_every_holiday_that_closes_has_a_name(country, region):
    named = holiday_names({"holidays": {"country": country, "region": region}}, YEARS)
    assert named.keys() == holiday_dates(country=country, region=region, years=YEARS)
    assert all(named.values())


@pytest.mark.parametrize("country, on, name", [
    ("GB", date(2026, 4, 3), "Good Friday"),
    ("DE", date(2026, 4, 3), "Good Friday"),
    ("JP", date(2026, 1, 1), "New Year's Day"),
])  # fmt: skip
def test_a_holiday_is_called_by_its_english_name(country, on, name):
    assert holiday_names({"holidays": {"country": country}}, [2026])[on] == name


@pytest.mark.parametrize("document", [
    {}, {"holidays": None}, {"always": True}, {"always": True, "holidays": {"country": "GB"}},
])  # fmt: skip
def test_a_calendar_that_keeps_no_holidays_has_no_names(document):
    assert holiday_names(document, YEARS) == {}
