"""Promises as a client reads them: how urgent, how soon, on which hours. Pure; no internal name comes near here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby
from typing import TypeVar

from accounts.language import ENGLISH, Say, message, plural
from sla.business_time import BusinessCalendar

# What clients call our priorities, and what each means for them.
URGENCY = {"P1": message("critical"), "P2": message("urgent"), "P3": message("normal"), "P4": message("minor")}
MEANING = {
    "P1": message("Your business stands still."),
    "P2": message("An important part of your work is blocked."),
    "P3": message("One person is held up, or there is a way around it."),
    "P4": message("A question, a wish, or something that can wait."),
}
DAYS = (
    message("Monday"), message("Tuesday"), message("Wednesday"), message("Thursday"), message("Friday"),
    message("Saturday"), message("Sunday"),
)  # fmt: skip
SHORT_DAYS = (
    message("Mon"), message("Tue"), message("Wed"), message("Thu"), message("Fri"), message("Sat"), message("Sun"),
)  # fmt: skip
MONTHS = (
    message("January"), message("February"), message("March"), message("April"), message("May"), message("June"),
    message("July"), message("August"), message("September"), message("October"), message("November"),
    message("December"),
)  # fmt: skip
SHORT_MONTHS = (
    message("Jan"), message("Feb"), message("Mar"), message("Apr"), message("May"), message("Jun"), message("Jul"),
    message("Aug"), message("Sep"), message("Oct"), message("Nov"), message("Dec"),
)  # fmt: skip
# Zones that have names of their own in other languages; all others are called as they are.
ZONES = (message("CET"), message("CEST"))
UNITS = (
    (3600, plural("{number} hour", "{number} hours")),
    (60, plural("{number} minute", "{number} minutes")),
    (1, plural("{number} second", "{number} seconds")),
)
AND, OR = message("and"), message("or")
DAY_MINUTES = 24 * 60
Value = TypeVar("Value")


def listed(words: Sequence[str], last: str = AND, say: Say = ENGLISH) -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {say(last)} {words[-1]}"


def sentence(words: str) -> str:
    """The words with a capital at their beginning."""
    return words[:1].upper() + words[1:]


def duration(seconds: int, say: Say = ENGLISH) -> str:
    """A length of time: "15 minutes", "1 hour 30 minutes"; whole seconds in, 0 is "no time"."""
    said = []
    for size, unit in UNITS:
        number, seconds = divmod(seconds, size)
        if number:
            said.append(say.many(*unit, number))
    return " ".join(said) or say("no time")


def how_urgent(priorities: Iterable[str], say: Say = ENGLISH) -> str:
    """Which requests are meant: "critical or urgent"."""
    return listed([say(URGENCY[p]) for p in priorities], OR, say)


def how_soon(seconds: Mapping[str, int], say: Say = ENGLISH) -> str:
    """How long each kind of request waits: "within 15 minutes when critical, 1 hour when urgent or normal"."""
    groups = _alike(seconds)
    if len(groups) < 2:
        return "".join(say("within {time}", time=duration(wait, say)) for wait in groups)
    times = [
        say("{time} when {urgent}", time=duration(wait, say), urgent=how_urgent(those, say))
        for wait, those in groups.items()
    ]
    return say("within {time}", time=", ".join(times))


def counted(calendars: Mapping[str, BusinessCalendar], say: Say = ENGLISH) -> str:
    """On which hours those waits count: "day and night when critical; otherwise Monday to Friday 09:00 to 17:30"."""
    groups = _alike({priority: hours(calendar, say) for priority, calendar in calendars.items()})
    *named, rest = groups.items()
    said = [say("{hours} when {urgent}", hours=when, urgent=how_urgent(those, say)) for when, those in named]
    return "; ".join([*said, say("otherwise {hours}", hours=rest[0]) if said else rest[0]])


def hours(calendar: BusinessCalendar, say: Say = ENGLISH) -> str:
    """When a calendar is open: "day and night", "Monday to Friday 09:00 to 17:30, London time"."""
    if calendar.always_open:
        return say("day and night")
    holidays = say(", without public holidays") if calendar.closed_dates else ""
    return f"{_week(calendar, say)}, {zone_name(calendar.timezone, say)}{holidays}"


def zone_name(timezone: str, say: Say = ENGLISH) -> str:
    """A time zone as people call it: Europe/London → "London time"."""
    place = timezone.rpartition("/")[2].replace("_", " ")
    return place if place in ("UTC", "GMT") else say("{place} time", place=place)


def clock_time(at: datetime, *, now: datetime, zone: tzinfo, say: Say = ENGLISH) -> str:
    """A moment as one says it: the time alone today, with the weekday in the coming week, else with the date."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return say("{time}", time=time)
    return say("{day} {time}", day=_day(local, today, say), time=time)


def whole_moment(at: datetime, *, zone: tzinfo, say: Say = ENGLISH) -> str:
    """A moment with everything: "Mon 23 Nov 2026 09:12 CET"."""
    local = at.astimezone(zone)
    day = say("{weekday} {day}", weekday=_weekday(local, say), day=_short(local, say, year=True))
    return say("{day} {time} {zone}", day=day, time=f"{local:%H:%M}", zone=say(local.tzname() or "UTC"))


def long_moment(at: datetime, *, zone: tzinfo, say: Say = ENGLISH) -> str:
    """A moment near enough to need no year, written out for a letter: "Monday 2 March 13:00"."""
    local = at.astimezone(zone)
    date_ = say("{day} {month}", day=local.day, month=_month(local, say))
    day = say("{weekday} {day}", weekday=say(DAYS[local.weekday()]), day=date_)
    return say("{day} {time}", day=day, time=f"{local:%H:%M}")


def whole_day(at: datetime, *, zone: tzinfo, say: Say = ENGLISH) -> str:
    """The day of a moment with its year: "12 May 2026"."""
    local = at.astimezone(zone)
    return say("{day} {month} {year}", day=local.day, month=_month(local, say), year=local.year)


def day_words(at: datetime, *, now: datetime, zone: tzinfo, say: Say = ENGLISH) -> str:
    """The day of a moment: "12 May", with its year where that is another than the present one."""
    local = at.astimezone(zone)
    if local.year != now.astimezone(zone).year:
        return whole_day(at, zone=zone, say=say)
    return say("{day} {month}", day=local.day, month=_month(local, say))


def _day(local: datetime, today: date, say: Say) -> str:
    if 0 < (local.date() - today).days < 7:
        return _weekday(local, say)
    if -7 < (local.date() - today).days < 0:  # with its date, since a weekday alone could be the coming one
        return say("{weekday} {day}", weekday=_weekday(local, say), day=_short(local, say, year=False))
    return _short(local, say, year=local.year != today.year)


def _weekday(local: datetime, say: Say) -> str:
    return say(SHORT_DAYS[local.weekday()])


def _month(local: datetime, say: Say) -> str:
    return say(MONTHS[local.month - 1])


def _short(local: datetime, say: Say, *, year: bool) -> str:
    month = say(SHORT_MONTHS[local.month - 1])
    if year:
        return say("{day} {month} {year}", day=local.day, month=month, year=local.year)
    return say("{day} {month}", day=local.day, month=month)


def _alike(values: Mapping[str, Value]) -> dict[Value, list[str]]:
    groups: dict[Value, list[str]] = {}
    for priority, value in values.items():
        groups.setdefault(value, []).append(priority)
    return groups


def _week(calendar: BusinessCalendar, say: Say) -> str:
    """The opening hours, days with the same hours together."""
    days = [
        (day, listed([_span(b, e, say) for d, b, e in calendar.openings if d == day], AND, say))
        for day in range(7)
        if any(d == day for d, _, _ in calendar.openings)
    ]
    runs = [list(run) for _, run in groupby(days, key=lambda row: row[1])]
    return ", ".join(f"{_days([day for day, _ in run], say)} {run[0][1]}" for run in runs)


def _days(days: Sequence[int], say: Say) -> str:
    if len(days) == 7:
        return say("every day")
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return say("{first} to {last}", first=say(DAYS[days[0]]), last=say(DAYS[days[-1]]))
    return listed([say(DAYS[day]) for day in days], AND, say)


def _span(begins: int, ends: int, say: Say) -> str:
    return say("{begins} to {ends}", begins=_clock(begins), ends=_clock(ends))


def _clock(minutes: int) -> str:
    inside = minutes if minutes == DAY_MINUTES else minutes % DAY_MINUTES
    return f"{inside // 60:02}:{inside % 60:02}"
