"""Until when a ticket may be snoozed: the choices, and the moments that they mean. Pure."""

from datetime import datetime, time, timedelta, tzinfo

TOMORROW, MOMENT = "tomorrow", "moment"
LENGTHS = {"30m": timedelta(minutes=30), "1h": timedelta(hours=1), "4h": timedelta(hours=4)}
CHOICES = (
    ("30m", "30 minutes"), ("1h", "1 hour"), ("4h", "4 hours"), (TOMORROW, "Until tomorrow, 09:00"),
    (MOMENT, "Until a moment"),
)  # fmt: skip
MORNING = time(9)
LONGEST = timedelta(days=31)


def until(choice: str, *, now: datetime, zone: tzinfo, moment: datetime | None = None) -> datetime:
    """The moment that a choice means on the reader's clock. Raises ValueError, in words, for one that cannot be."""
    if choice in LENGTHS:
        return now + LENGTHS[choice]
    if choice == TOMORROW:
        return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), MORNING, tzinfo=zone)
    if moment is None:
        raise ValueError("Say until when.")
    return check(moment, now=now)


def check(moment: datetime, *, now: datetime) -> datetime:
    """The moment, when somebody may snooze until then. Raises ValueError, in words."""
    if moment <= now:
        raise ValueError("That moment is over; name one that is still to come.")
    if moment > now + LONGEST:
        raise ValueError(f"A ticket can be snoozed for {LONGEST.days} days at most; name an earlier moment.")
    return moment
