"""Public holidays by country, region and year."""

from datetime import date

import pytest

from sla.holiday_dates import holiday_dates


@pytest.mark.parametrize(
    "country, region, day",
    [
        ("GB", "ENG", date(2027, 8, 30)),  # summer bank holiday
        ("GB", "SCT", date(2027, 11, 30)),  # St Andrew's day
        ("DE", "BY", date(2026, 1, 6)),  # Epiphany
        ("US", None, date(2026, 11, 26)),  # Thanksgiving
        ("US", None, date(2021, 12, 31)),  # New Year's day of 2022, observed on the Friday before
    ],
)
def test_a_public_holiday_is_among_the_dates_of_its_year(country, region, day):
    assert day in holiday_dates(country=country, region=region, years=[day.year])


@pytest.mark.parametrize(
    "country, region, day",
    [
        ("GB", "ENG", date(2027, 11, 30)),
        ("DE", "BE", date(2026, 1, 6)),
        ("DE", None, date(2026, 1, 6)),
        ("DE", "", date(2026, 1, 6)),
    ],
)
def test_a_holiday_of_another_region_is_not(country, region, day):
    assert day not in holiday_dates(country=country, region=region, years=[day.year])


def test_several_years_come_together_and_no_others():
    dates = holiday_dates(country="GB", region="ENG", years=range(2026, 2029))
    assert {day.year for day in dates} == {2026, 2027, 2028}
    assert holiday_dates(country="GB", region="ENG", years=[]) == frozenset()


@pytest.mark.parametrize("country", ["XX", "", "England", "HolidayBase", "__init__"])
def test_an_unknown_country_is_named(country):
    with pytest.raises(ValueError, match=f"holidays.country: '{country}' is not known"):
        holiday_dates(country=country, region=None, years=[2026])


@pytest.mark.parametrize("country, region", [("GB", "BY"), ("DE", "Atlantis")])
def test_an_unknown_region_is_named_with_its_country(country, region):
    with pytest.raises(ValueError, match=f"holidays.region: '{region}' is not a region of {country} "):
        holiday_dates(country=country, region=region, years=[2026])
