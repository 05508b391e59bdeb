"""A calendar's document: the calendar that it describes, and every reason why it cannot be one. Pure.

`{timezone, always: true}`, or
`{timezone, hours: {mon: ["09:00-17:30"]}, holidays: {country, region}, closures: ["2026-12-24"]}`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from accounts.closest import did_you_mean
from sla.business_time import WEEKDAYS, BusinessCalendar, CalendarError, NeverOpens, OpeningsOverlap
from sla.holiday_dates import holiday_dates

Refusal = tuple[tuple[str | int, ...], str]
"""Where in a document something is wrong, as keys and indexes, and what, in words that name a way out."""

_APART = ": let it begin later, or write one opening for both"
_OPEN = ': write at least one, such as mon: ["09:00-17:30"], or always: true'


def calendar_of(document: Mapping[str, Any], *, name: str, since: datetime | None) -> BusinessCalendar:
    """A calendar from its document; holidays are taken from three years before `since` to ten after.

    Raises CalendarError and ValueError for a document in which `check_calendar` finds something.
    """
    if document.get("always"):
        return BusinessCalendar.always(name=name, timezone=document["timezone"])
    closed = {date.fromisoformat(str(day)) for day in document.get("closures") or ()}
    if holidays := document.get("holidays"):
        year = since.year if since else 2026
        closed |= holiday_dates(
            country=holidays["country"], region=holidays.get("region"), years=range(year - 3, year + 11)
        )
    return BusinessCalendar.of(
        timezone=document["timezone"], hours=document["hours"], closed_dates=frozenset(closed), name=name
    )


def check_calendar(document: Mapping[str, Any], *, name: str, now: datetime) -> list[Refusal]:
    """Everything that keeps this document from being the calendar `name`, by key; nothing when it can be published.

    `now` is an aware datetime: a calendar must open at some time in the five years after it.
    """
    found = [*_zone(document), *_week(document), *_holidays(document, now.year), *_closures(document)]
    return found or [*_opens(document, name, now)]


def _zone(document: Mapping[str, Any]) -> Iterator[Refusal]:
    written = document.get("timezone") or ""
    if not written:
        yield ("timezone",), "is missing: write an IANA zone, such as Europe/London"
        return
    try:
        ZoneInfo(written)
    except (KeyError, ValueError, OSError):  # a folder such as "Europe" is an OSError
        yield ("timezone",), f'"{written}" is not an IANA zone{did_you_mean(written, available_timezones())}'


def _week(document: Mapping[str, Any]) -> Iterator[Refusal]:
    hours, always = document.get("hours"), bool(document.get("always"))
    if (hours is not None) == always:
        yield ("hours",), "write either hours or always: true"
    elif hours is not None:
        yield from [*_days(hours)] or _refused(hours)  # a night may run into the next day's opening
    else:
        for key in ("holidays", "closures"):
            if document.get(key):
                yield (key,), "what is always open has no days off: leave them out, or write hours instead of always"


def _days(hours: Mapping[str, Any]) -> Iterator[Refusal]:
    """What is wrong with each day alone."""
    for day, openings in hours.items():
        if openings or day not in WEEKDAYS:
            yield from _refused({day: openings})


def _refused(hours: Mapping[str, Any]) -> Iterator[Refusal]:
    """The first thing that is wrong with these openings."""
    try:
        BusinessCalendar.of(timezone="UTC", hours=hours)
    except CalendarError as error:
        path, _, message = str(error).partition(": ")
        way_out = {OpeningsOverlap: _APART, NeverOpens: _OPEN}.get(type(error), "")
        yield tuple(path.split(".")), message + way_out


def _holidays(document: Mapping[str, Any], year: int) -> Iterator[Refusal]:
    written = document.get("holidays")
    if not written:
        return
    try:
        holiday_dates(country=written.get("country") or "", region=written.get("region"), years=[year])
    except ValueError as error:
        path, _, message = str(error).partition(": ")
        yield tuple(path.split(".")), message


def _closures(document: Mapping[str, Any]) -> Iterator[Refusal]:
    for index, written in enumerate(document.get("closures") or ()):
        try:
            date.fromisoformat(str(written))
        except ValueError:
            yield ("closures", index), f'"{written}" is not a date, such as 2026-12-24'


def _opens(document: Mapping[str, Any], name: str, now: datetime) -> Iterator[Refusal]:
    try:
        calendar_of(document, name=name, since=now).next_opening(now)
    except NeverOpens as error:
        yield ("closures",), f"{str(error).partition(': ')[2]}: take some of the closures out"
