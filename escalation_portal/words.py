"""Times and durations as people say them. Pure: the moment and the reader's zone are given, never read."""

from datetime import datetime, timedelta, tzinfo

from accounts.language import ENGLISH, Say
from documents.guide.plain_words import whole_moment
from sla.durations import short_words

MINUTE, HOUR = 60, 3600
WEEK = timedelta(days=7)


def absolute(at: datetime, *, zone: tzinfo, say: Say = ENGLISH) -> str:
    """The whole moment with its zone: "Mon 23 Nov 2026 09:12 CET"."""
    return whole_moment(at, zone=zone, say=say)


def relative(at: datetime, *, now: datetime, zone: tzinfo) -> str:
    """A moment as seen from `now`: minutes within the hour, then the clock, the weekday, the date."""
    if abs(at - now) < timedelta(hours=1):
        return _minutes_away(at, now)
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if abs(local.date() - today.date()) < WEEK:
        return f"{local:%a %H:%M}"
    return f"{local.day} {local:%b}" if local.year == today.year else f"{local.day} {local:%b %Y}"


def coarse_words(seconds: float) -> str:
    """A length of time as a running clock shows it, rounded down: seconds only in the last minute."""
    length = abs(seconds)
    if length < MINUTE:
        step = 1
    elif length < 10 * HOUR:
        step = MINUTE
    else:
        step = HOUR
    return short_words(length // step * step)


def clock_words(metric: str, *, due_at: datetime, now: datetime) -> str:
    """What a clock badge says: "Ack 14 min left", and once it is too late "Breached 6 min ago"."""
    left = (due_at - now).total_seconds()
    if left > 0:
        return f"{metric} {coarse_words(left)} left"
    return f"Breached {coarse_words(left)} ago"


def _minutes_away(at: datetime, now: datetime) -> str:
    seconds = (at - now).total_seconds()
    if abs(seconds) < MINUTE:
        return "in less than a minute" if seconds > 0 else "just now"
    return f"in {coarse_words(seconds)}" if seconds > 0 else f"{coarse_words(seconds)} ago"
