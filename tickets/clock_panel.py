"""A ticket's clocks as its page shows them: whom each promise is made to, what is left, and how the others ended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sla.durations import words as duration_words
from tickets.clock_names import clock_name
from tickets.facts import SLAS, VENDORS
from tickets.models import Clock, Ticket
from tickets.rows import level, warn_at

Shown = dict[str, Any]

VERDICTS = {"MET": "Met", "BREACHED": "Missed", "ENDED": "Ended", "SUPERSEDED": "Replaced"}
HOUSE_CALENDAR = "24x7"


def clocks(ticket: Ticket, vendors: Mapping[str, str], *, now: datetime) -> Shown:
    """Open clocks, next deadline first, by whom they are promised to; and those that ended or went on as others."""
    rows = list(Clock.objects.filter(ticket=ticket).select_related("calendar_version__of").order_by("pk"))
    going = [c for c in rows if c.stopped_at is None]
    going.sort(key=lambda c: (c.due_at is None, c.due_at or now, c.pk))
    return {
        "groups": _groups(going, ticket, vendors, now=now),
        "ended": [_clock(c, vendors) | _ended(c) for c in sorted(rows, key=_end) if c.stopped_at],
    }


def _groups(going: list[Clock], ticket: Ticket, vendors: Mapping[str, str], *, now: datetime) -> list[Shown]:
    """What we promised the client, what our teams promised each other, and what vendors promised us."""
    titles = {f"Promised to {ticket.client}": [], "Between our teams": [], "Promised by vendors": []}
    to_client, ours, by_vendors = titles.values()
    for clock in going:
        group = to_client if clock.metric in SLAS else by_vendors if clock.metric in VENDORS else ours
        group.append(_clock(clock, vendors) | _open_clock(clock, now=now))
    return [{"title": title, "clocks": found} for title, found in titles.items() if found]


def _end(clock: Clock) -> tuple[Any, ...]:
    """Those that ended together for one reason stand together."""
    return clock.stopped_at or clock.started_at, clock.because, clock.pk


def _clock(clock: Clock, vendors: Mapping[str, str]) -> Shown:
    """What each clock shows, whether it runs or has ended."""
    calendar = clock.calendar_version.of.name if clock.calendar_version else HOUSE_CALENDAR
    name = clock_name(clock.metric, vendor=vendors.get(clock.subject, ""))
    return {"metric": name, "target": duration_words(clock.target_seconds), "calendar": calendar}


def _open_clock(clock: Clock, *, now: datetime) -> Shown:
    shown: Shown = {"due_at": clock.due_at, "still": ""}
    if clock.due_at is None:
        left = max(round(clock.target_seconds - clock.consumed_seconds), 0)
        late = clock.breached_at is not None
        return {**shown, "level": "red" if late else "none", "still": "Missed" if late else _paused(left)}
    warn = warn_at(clock.due_at, clock.target_seconds)
    return {**shown, "warn_at": warn, "level": level(clock.due_at, warn, now=now)}


def _paused(left: int) -> str:
    """How much is left, in whole minutes once it is more than one."""
    return f"Paused, {duration_words(left - left % 60 if left > 60 else left)} left"


def _ended(clock: Clock) -> Shown:
    missed = clock.breached_at is not None
    verdict = VERDICTS.get(clock.state, clock.state.title())
    return {
        "round": clock.round,
        "verdict": "Missed, replaced" if missed and clock.state == Clock.State.SUPERSEDED else verdict,
        "missed": missed,
        "met": clock.state == Clock.State.MET,
        "because": clock.because,
        "stopped_at": clock.stopped_at,
    }
