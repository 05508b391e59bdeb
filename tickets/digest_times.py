"""When mail about tickets leaves for a person: at once, on the hour, once a day, never; and quiet hours. Pure.

- A digest leaves at the next full hour, or the next time of day that was chosen, on the person's own clock: at a time
  that the clocks skip it is the next minute that exists, at one that comes twice its first occurrence.
- What would leave while it is quiet leaves when the hours open; a digest too.
- What is urgent leaves at once, whatever was chosen.
- Hours that will not open for five years keep nobody from being told: they count as if none were chosen.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sla.business_time import BusinessCalendar, NeverOpens

AT_ONCE, HOURLY, DAILY, NEVER = "AT_ONCE", "HOURLY", "DAILY", "NEVER"
DAILY_AT = time(8)
_HOUR, _MINUTE, _DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Choice:
    """How a person wants mail. `daily_at` is on the clock of `timezone`; outside `hours` it is quiet, None: never."""

    mail: str = AT_ONCE
    timezone: str = "UTC"
    daily_at: time = DAILY_AT
    hours: BusinessCalendar | None = None

    def leaves_at(self, told_at: datetime, *, urgent: bool = False) -> datetime | None:
        """When mail about what was told at `told_at` leaves: then, or later; None for never. In UTC."""
        told_at = told_at.astimezone(UTC)
        if urgent:
            return told_at
        match self.mail:
            case "NEVER":
                return None
            case "HOURLY":
                return self._heard_from(_next_hour(told_at, self.timezone))
            case "DAILY":
                return self._heard_from(_next_time(told_at, self.daily_at, self.timezone))
        return self._heard_from(told_at)

    def is_quiet(self, at: datetime) -> bool:
        """Whether mail that is not urgent has to wait at this moment."""
        return self._heard_from(at.astimezone(UTC)) > at

    def _heard_from(self, at: datetime) -> datetime:
        """The first moment from `at` on at which it is not quiet."""
        if self.hours is None:
            return at
        try:
            return self.hours.next_opening(at)
        except NeverOpens:
            return at


def _next_hour(after: datetime, timezone: str) -> datetime:
    """The next full hour of the zone's clock after this moment; zones may lie half an hour off."""
    local = after.astimezone(ZoneInfo(timezone))
    return after + _HOUR - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def _next_time(after: datetime, at: time, timezone: str) -> datetime:
    """The next moment after this one at which the zone's clock shows `at`."""
    zone = ZoneInfo(timezone)
    day = after.astimezone(zone).date()
    moments = (_moment(day + number * _DAY, at, zone) for number in range(3))
    return next(moment for moment in moments if moment > after)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A local time in UTC, by the rule for times that are skipped or come twice."""
    local = datetime.combine(day, at)
    while (moment := local.replace(tzinfo=zone).astimezone(UTC)).astimezone(zone).replace(tzinfo=None) != local:
        local += _MINUTE
    return moment
