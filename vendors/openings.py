"""Whether somebody answers at a contact point now, in words for whoever wants to reach it. Pure."""

from datetime import datetime, tzinfo

from sla.business_time import BusinessCalendar, NeverOpens

WEEK_DAYS = 7


def opening_words(calendar: BusinessCalendar, *, now: datetime, zone: tzinfo) -> str:
    """Whether the calendar is open at `now` and when that changes, on the clocks of the reader's `zone`.

    "open now, closes 18:00 CET", "closed, opens Mon 08:00 CET", "open around the clock". A moment of another day has
    its weekday, one that is a week or more away its date as well.
    """
    if calendar.always_open:
        return "open around the clock"
    try:
        opens, closes = next(calendar.windows(now))
    except NeverOpens:
        return "closed, and not open again within five years"
    if opens <= now:
        return f"open now, closes {_told(closes, now=now, zone=zone)}"
    return f"closed, opens {_told(opens, now=now, zone=zone)}"


def _told(at: datetime, *, now: datetime, zone: tzinfo) -> str:
    local, today = at.astimezone(zone), now.astimezone(zone)
    return f"{_day(local, today)}{local:%H:%M} {_zone_name(local)}"


def _day(local: datetime, today: datetime) -> str:
    away = (local.date() - today.date()).days
    if away == 0:
        return ""
    if away < WEEK_DAYS:
        return f"{local:%a} "
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local:%a} {local.day} {local:%b}{year} "


def _zone_name(local: datetime) -> str:
    """ "CET"; where a zone has no letters its distance from UTC, as in "UTC-03"."""
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name
