"""The hours of a layer as people write and read them: "Mon-Fri 09:00-17:00", a line for each group of days. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from sla.business_time import WEEKDAYS

_LINE = re.compile(r"([a-z ,–-]+?)\s*([0-9][0-9:,\s–-]*)")
_DAYS = re.compile(r"([a-z]+)(?:\s*[-–]\s*([a-z]+))?")
Hours = Mapping[str, Sequence[str]]


def hours_words(hours: Hours) -> str:
    """A line for each group of days that are alike, Monday first."""
    days = [(day, ", ".join(hours.get(day) or ())) for day in WEEKDAYS]
    groups = [([day for day, _ in group], openings) for openings, group in groupby(days, key=lambda row: row[1])]
    return "\n".join(f"{_span(days)} {openings}" for days, openings in groups if openings)


def _span(days: Sequence[str]) -> str:
    return days[0].capitalize() + (f"-{days[-1].capitalize()}" if len(days) > 1 else "")


def read_hours(written: str) -> dict[str, list[str]]:
    """The openings of each day from lines such as "Mon-Fri 09:00-17:00"; what an opening means is not looked at.

    Raises ValueError that names the line and how to write it.
    """
    found: dict[str, list[str]] = {}
    for number, line in enumerate(written.splitlines(), start=1):
        if line.strip():
            days, openings = _read(line.strip(), number)
            for day in days:
                found[day] = [*found.get(day, []), *openings]
    return {day: found[day] for day in WEEKDAYS if day in found}


def _read(line: str, number: int) -> tuple[list[str], list[str]]:
    match = _LINE.fullmatch(line.lower())
    days = list(_days(match[1].split(","))) if match else []
    if not match or not days or None in days:
        raise ValueError(f"Line {number}: “{line[:40]}” is not understood. Write it like Mon-Fri 09:00-17:00.")
    openings = ["".join(part.split()).replace("–", "-") for part in match[2].split(",")]
    return [day for day in days if day], [opening for opening in openings if opening]


def _days(parts: Iterable[str]) -> Iterator[str | None]:
    """The days that are meant, None for what is no day; "sat-mon" goes around the end of the week."""
    for part in parts:
        match = _DAYS.fullmatch(part.strip())
        ends = [_day(name) for name in match.groups() if name] if match else []
        if not ends or None in ends:
            yield None
            continue
        first, last = (WEEKDAYS.index(str(ends[index])) for index in (0, -1))
        yield from (WEEKDAYS[(first + step) % 7] for step in range((last - first) % 7 + 1))


def _day(name: str) -> str | None:
    """The weekday that is meant by its first three letters or more."""
    return next((day for day in WEEKDAYS if len(name) > 2 and _FULL[day].startswith(name)), None)


_FULL = dict(zip(WEEKDAYS, ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), strict=True))
