"""Public holidays as dates, from the `holidays` library, for the closed dates of a calendar."""

from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache

import holidays
from holidays.registry import COUNTRIES


def holiday_dates(*, country: str, region: str | None, years: Iterable[int]) -> frozenset[date]:
    """The public holidays of these calendar years, with the days on which they are observed instead.

    In: an ISO 3166 country code ("GB"), and a region of it as the library knows it ("ENG", "BY"), None for the dates
    that hold in the whole country. Out: local dates.
    Raises ValueError naming a country or region that the library does not know, and the one that was probably meant.
    """
    return frozenset().union(*(_in_year(country, region or None, year) for year in years))


@cache
def _in_year(country: str, region: str | None, year: int) -> frozenset[date]:
    if country not in _countries():
        meant = _meant(country, _country_names(), likeness=0.81) or "; write an ISO code, such as GB or DE"
        raise ValueError(f"holidays.country: {country!r} is not known{meant}")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=region, years=year, expand=False))
    except NotImplementedError:
        known = ", ".join(_countries()[country]) or "it has none"
        meant = _meant(str(region), _region_names(country), likeness=0.6)
        raise ValueError(f"holidays.region: {region!r} is not a region of {country} ({known}){meant}") from None


def _meant(written: str, codes: Mapping[str, str], *, likeness: float) -> str:
    """`; did you mean DE (Germany)?` when something close to `written` is among these names of codes, else nothing."""
    by_lower = {name.lower(): name for name in codes}
    close = get_close_matches(written.lower(), by_lower, n=1, cutoff=likeness)
    if not close:
        return ""
    name = by_lower[close[0]]
    return f"; did you mean {codes[name]}?" if name == codes[name] else f"; did you mean {codes[name]} ({name})?"


@cache
def _countries() -> dict[str, list[str]]:
    """The countries that the library knows, with their regions; taking stock of them takes a moment, once."""
    return holidays.list_supported_countries()


@cache
def _country_names() -> dict[str, str]:
    """ISO codes by themselves and by English names."""
    names = {module.replace("_", " ").title(): code for module, (_, code, *_) in COUNTRIES.items()}
    return {code: code for code in names.values()} | names


def _region_names(country: str) -> dict[str, str]:
    """A country's regions by themselves and by their names there."""
    return {code: code for code in _countries()[country]} | holidays.country_holidays(country).subdivisions_aliases
