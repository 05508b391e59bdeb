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


@pytest.mark.parametrize(
    "written, meant",
    [
        ("Germany", "; did you mean DE (Germany)?"),
        ("untied kingdom", "; did you mean GB (United Kingdom)?"),
        ("gb", "; did you mean GB?"),
        ("GER", "; write an ISO code, such as GB or DE"),  # not Greece, which is GR
        ("XX", "; write an ISO code, such as GB or DE"),
        ("England", "; write an ISO code, such as GB or DE"),  # not Greenland
    ],
)
def test_a_country_that_was_written_by_its_name_is_recognised(written, meant):
    with pytest.raises(ValueError, match=r"holidays\.country") as caught:
        holiday_dates(country=written, region=None, years=[2026])
    assert str(caught.value) == f"holidays.country: {written!r} is not known{meant}"


@pytest.mark.parametrize(
    "country, written, meant",
    [
        ("DE", "Bayren", "; did you mean BY (Bayern)?"),
        ("GB", "SCO", "; did you mean SCT?"),
        ("US", "New Yrok", "; did you mean NY (New York)?"),
        ("DE", "Atlantis", ""),
        ("SG", "Jurong", ""),
    ],
)
def test_a_mistyped_region_is_recognised(country, written, meant):
    with pytest.raises(ValueError, match=r"holidays\.region") as caught:
        holiday_dates(country=country, region=written, years=[2026])
    assert str(caught.value).rpartition(")" if not meant else "); ")[2] == meant.removeprefix("; ")


def test_a_region_may_be_written_by_its_name():
    by_name, by_code = (holiday_dates(country="DE", region=region, years=[2026]) for region in ("Bayern", "BY"))
    assert by_name == by_code
