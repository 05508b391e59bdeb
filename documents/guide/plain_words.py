"""Promises as a client reads them: how urgent, how soon, on which hours. Pure; no internal name comes near here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby
from typing import TypeVar

from sla.business_time import BusinessCalendar
from sla.durations import words as duration_words

# What clients call our priorities, and what each means for them.
URGENCY = {"P1": "critical", "P2": "urgent", "P3": "normal", "P4": "minor"}
MEANING = {
    "P1": "Your business stands still.",
    "P2": "An important part of your work is blocked.",
    "P3": "One person is held up, or there is a way around it.",
    "P4": "A question, a wish, or something that can wait.",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_MINUTES = 24 * 60
Value = TypeVar("Value")


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def sentence(words: str) -> str:
    """The words with a capital at their beginning."""
    return words[:1].upper() + words[1:]


def how_urgent(priorities: Iterable[str]) -> str:
    """Which requests are meant: "critical or urgent"."""
    return listed([URGENCY[p] for p in priorities], "or")


def how_soon(seconds: Mapping[str, int]) -> str:
    """How long each kind of request waits: "within 15 minutes when critical, 1 hour when urgent or normal"."""
    groups = _alike(seconds)
    if len(groups) < 2:
        return "".join(f"within {duration_words(wait)}" for wait in groups)
    return "within " + ", ".join(f"{duration_words(s)} when {how_urgent(alike)}" for s, alike in groups.items())


def counted(calendars: Mapping[str, BusinessCalendar]) -> str:
    """On which hours those waits count: "day and night when critical; otherwise Monday to Friday 09:00 to 17:30"."""
    groups = _alike({priority: hours(calendar) for priority, calendar in calendars.items()})
    *named, rest = groups.items()
    said = [f"{when} when {how_urgent(alike)}" for when, alike in named]
    return "; ".join([*said, f"otherwise {rest[0]}" if said else rest[0]])


def hours(calendar: BusinessCalendar) -> str:
    """When a calendar is open: "day and night", "Monday to Friday 09:00 to 17:30, London time"."""
    if calendar.always_open:
        return "day and night"
    holidays = ", without public holidays" if calendar.closed_dates else ""
    return f"{_week(calendar)}, {zone_name(calendar.timezone)}{holidays}"


def zone_name(timezone: str) -> str:
    """A time zone as people call it: Europe/London → "London time"."""
    place = timezone.rpartition("/")[2].replace("_", " ")
    return place if place in ("UTC", "GMT") else f"{place} time"


def clock_time(at: datetime, *, now: datetime, zone: tzinfo) -> str:
    """A moment as one says it: the time alone today, with the weekday in the coming week, else with the date."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    return f"{_day(local, today)} {local:%H:%M}"


def whole_day(at: datetime, *, zone: tzinfo) -> str:
    """The day of a moment with its year: "12 May 2026"."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%B %Y}"


def day_words(at: datetime, *, now: datetime, zone: tzinfo) -> str:
    """The day of a moment: "12 May", with its year where that is another than the present one."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%B}" if local.year == now.astimezone(zone).year else whole_day(at, zone=zone)


def _day(local: datetime, today: date) -> str:
    if 0 < (local.date() - today).days < 7:
        return f"{local:%a}"
    if -7 < (local.date() - today).days < 0:  # with its date, since a weekday alone could be the coming one
        return f"{local:%a} {local.day} {local:%b}"
    return f"{local.day} {local:%b}" if local.year == today.year else f"{local.day} {local:%b %Y}"


def _alike(values: Mapping[str, Value]) -> dict[Value, list[str]]:
    groups: dict[Value, list[str]] = {}
    for priority, value in values.items():
        groups.setdefault(value, []).append(priority)
    return groups


def _week(calendar: BusinessCalendar) -> str:
    """The opening hours, days with the same hours together."""
    days = [
        (day, listed([_span(b, e) for d, b, e in calendar.openings if d == day]))
        for day in range(7)
        if any(d == day for d, _, _ in calendar.openings)
    ]
    runs = [list(run) for _, run in groupby(days, key=lambda row: row[1])]
    return ", ".join(f"{_days([day for day, _ in run])} {run[0][1]}" for run in runs)


def _days(days: Sequence[int]) -> str:
    if len(days) == 7:
        return "every day"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{DAYS[days[0]]} to {DAYS[days[-1]]}"
    return listed([DAYS[day] for day in days])


def _span(begins: int, ends: int) -> str:
    return f"{_clock(begins)} to {_clock(ends)}"


def _clock(minutes: int) -> str:
    inside = minutes if minutes == DAY_MINUTES else minutes % DAY_MINUTES
    return f"{inside // 60:02}:{inside % 60:02}"
