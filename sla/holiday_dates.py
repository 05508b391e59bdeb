"""Public holidays as dates, from the `holidays` library, for the closed dates of a calendar."""

from collections.abc import Iterable
from datetime import date
from functools import cache

import holidays


def holiday_dates(*, country: str, region: str | None, years: Iterable[int]) -> frozenset[date]:
    """The public holidays of these calendar years, with the days on which they are observed instead.

    In: an ISO 3166 country code ("GB"), and a region of it as the library knows it ("ENG", "BY"), None for the dates
    that hold in the whole country. Out: local dates.
    Raises ValueError naming a country or region that the library does not know.
    """
    return frozenset().union(*(_in_year(country, region or None, year) for year in years))


@cache
def _in_year(country: str, region: str | None, year: int) -> frozenset[date]:
    if country not in _countries():
        raise ValueError(f"holidays.country: {country!r} is not known; write an ISO code, such as GB or DE")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=region, years=year, expand=False))
    except NotImplementedError:
        known = ", ".join(_countries()[country]) or "it has none"
        raise ValueError(f"holidays.region: {region!r} is not a region of {country} ({known})") from None


@cache
def _countries() -> dict[str, list[str]]:
    """The countries that the library knows, with their regions; taking stock of them takes a moment, once."""
    return holidays.list_supported_countries()
