"""When a contact point is to be verified, and when its owner may be asked to by mail. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

REMIND_AFTER = timedelta(days=7)
DAY_BEGINS, DAY_ENDS = time(8), time(18)
SATURDAY = 5
MAIL_TIMES = f"on weekdays from {DAY_BEGINS:%H:%M} to {DAY_ENDS:%H:%M} of their own time"


def due_on(verified_on: date | None, interval_days: int) -> date | None:
    """The first day on which it is to be verified again; None when it never was, and so is due already."""
    return None if verified_on is None else verified_on + timedelta(days=interval_days + 1)


def is_due(verified_on: date | None, interval_days: int, *, bad: bool, today: date) -> bool:
    """Whether it is to be verified: it does not work, it never was verified, or longer ago than its interval."""
    day = due_on(verified_on, interval_days)
    return bad or day is None or day <= today


def mail_at(now: datetime, timezone: str) -> datetime:
    """The first moment from `now` on within the working day in the reader's zone: weekdays from 08:00 to 18:00."""
    local = now.astimezone(ZoneInfo(timezone))
    if local.weekday() < SATURDAY and DAY_BEGINS <= local.time() < DAY_ENDS:
        return now
    day = local.date() + timedelta(days=local.time() >= DAY_BEGINS)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, DAY_BEGINS, tzinfo=local.tzinfo).astimezone(UTC)
