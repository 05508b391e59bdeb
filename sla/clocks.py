"""The arithmetic of one clock: a projection of the spans during which it counted.

The full forms (`consumed`, `project`) work from the whole ledger of spans, for audits and changes of agreement. The
incremental forms (`pause`, `resume`, `threshold_at`) work from a stored sum and the moment since which the clock runs,
and give the same answers. Paused time is business time: what a clock has consumed is open time on its own calendar.

All moments are aware datetimes, those that come out are in UTC; durations are seconds, exact to the microsecond.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sla.business_time import BusinessCalendar

# A counted span: when it began, and its open seconds.
_Part = tuple[datetime, float]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the ledger: from `began_at` to `ended_at`, None while it lasts; `counted` when the clock ran."""

    began_at: datetime
    ended_at: datetime | None
    counted: bool


@dataclass(frozen=True, slots=True)
class Projection:
    """Where a clock stands: what it has consumed, whether it runs, and while it runs the moment it falls due."""

    consumed_seconds: float
    due_at: datetime | None
    running: bool


def project(*, spans: Iterable[Span], calendar: BusinessCalendar, target_seconds: float, now: datetime) -> Projection:
    """The state at `now` of the clock that these spans describe.

    In: spans in the order of time, without overlap; the target. Out: `due_at` is empty while the clock is paused; once
    the target has been reached it is the moment at which it was, which may lie in an earlier span.
    Raises NeverOpens when the calendar does not open for what is left.
    """
    known = tuple(_until(spans, now))
    parts = _parts(known, calendar, now)
    spent = _sum(parts)
    if not (known and _lasts(known[-1])):
        return Projection(spent, None, running=False)
    reached = _reached(parts, calendar, target_seconds) if spent >= target_seconds else None
    return Projection(spent, reached or calendar.add(now, target_seconds - spent), running=True)


def consumed(*, spans: Iterable[Span], calendar: BusinessCalendar, now: datetime) -> float:
    """The open seconds of the counted spans up to `now`; what lies after `now` is left out."""
    return _sum(_parts(_until(spans, now), calendar, now))


def reached_at(
    *, spans: Iterable[Span], calendar: BusinessCalendar, target_seconds: float, now: datetime
) -> datetime | None:
    """The earliest moment up to `now` at which the counted spans came to the target; None when they have not."""
    return _reached(_parts(_until(spans, now), calendar, now), calendar, target_seconds)


def is_running(*, spans: Iterable[Span], now: datetime) -> bool:
    """Whether the clock counts at `now`: its last span that has begun is counted and has not ended."""
    running = False
    for span in _until(spans, now):
        running = _lasts(span)
    return running


def pause(*, consumed_seconds: float, running_since: datetime, now: datetime, calendar: BusinessCalendar) -> float:
    """What a clock has consumed when it stops at `now`, in seconds: the stored sum and the run that ends."""
    return _exact(consumed_seconds + calendar.elapsed(running_since, now))


def resume(*, consumed_seconds: float, target_seconds: float, now: datetime, calendar: BusinessCalendar) -> datetime:
    """When a clock that starts, or starts again, at `now` falls due: at once when nothing is left of its target.

    Raises NeverOpens when the calendar does not open for what is left.
    """
    return calendar.add(now, _left(target_seconds, consumed_seconds))


def threshold_at(
    *,
    percent: float,
    target_seconds: float,
    consumed_seconds: float,
    running_since: datetime,
    calendar: BusinessCalendar,
) -> datetime:
    """When a clock that runs since `running_since` reaches so many percent of its target; past 100 % as well.

    In: the sum consumed before this run. Out: UTC, `running_since` for a threshold that was already behind it.
    Raises NeverOpens when the calendar does not open for what is left.
    """
    return calendar.add(running_since, _left(target_seconds * percent / 100, consumed_seconds))


def _until(spans: Iterable[Span], now: datetime) -> Iterator[Span]:
    """The spans as they were known at `now`: later ones are left out, and one that ends later still lasts."""
    for span in spans:
        if span.began_at > now:
            return
        if span.ended_at and span.ended_at > now:
            yield Span(span.began_at, None, span.counted)
        else:
            yield span


def _parts(known: Iterable[Span], calendar: BusinessCalendar, now: datetime) -> list[_Part]:
    elapsed = calendar.elapsed
    return [(span.began_at, elapsed(span.began_at, span.ended_at or now)) for span in known if span.counted]


def _sum(parts: Iterable[_Part]) -> float:
    return _exact(sum(seconds for _, seconds in parts))


def _reached(parts: Iterable[_Part], calendar: BusinessCalendar, target_seconds: float) -> datetime | None:
    left = target_seconds
    for began_at, seconds in parts:
        if seconds >= left:
            return calendar.add(began_at, max(left, 0))
        left = _exact(left - seconds)
    return None


def _lasts(span: Span) -> bool:
    """Whether a span as it was known still counts."""
    return span.counted and span.ended_at is None


def _left(target_seconds: float, consumed_seconds: float) -> float:
    return max(_exact(target_seconds - consumed_seconds), 0)


def _exact(seconds: float) -> float:
    """Whole microseconds: sums of fractions must not drift."""
    return round(seconds, 6)
