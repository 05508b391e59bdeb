"""What holidays are called, in English, for the pages that show a calendar's closed dates."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

import holidays


def holiday_names(document: Mapping[str, Any], years: Iterable[int]) -> dict[date, str]:
    """The public holidays that a calendar's document keeps, in these years, by date; none where it keeps none.

    The country and region must be ones that the library knows, as `calendar_of` has checked.
    """
    kept = document.get("holidays") or {}
    if not kept or document.get("always"):
        return {}
    return {on: name for year in years for on, name in _in_year(kept["country"], kept.get("region"), year).items()}


@cache
def _in_year(country: str, region: str | None, year: int) -> dict[date, str]:
    return dict(
        holidays.country_holidays(country, subdiv=region or None, years=year, expand=False, language="en_US").items()
    )
