"""Tickets of the past, brought in from elsewhere: what was promised counts from then, the ladder from now.

Somebody had such a ticket before it came here, nobody here knows who: that stretch of its ledger is IMPORTED. It counts
for what was promised to the client; attribution leaves it out. Source: docs/time.md, "Tickets of the past".
"""

from datetime import datetime
from typing import Any

from accounts.models import User
from sla.clocks import consumed
from tickets.facts import ACKNOWLEDGE, RESOLVE, RESPOND
from tickets.handing import DAYS_TO_CLOSE, after_open_days
from tickets.models import CustodyChange
from tickets.moves import event, pass_in_silence, start_clock, stop_clock, take_custody
from tickets.projection import Held, spans
from tickets.sentences import internal
from tickets.status import CLOSED, NOBODY, RESOLVED, TIER
from tickets.work import RunningClock, Work
from tickets.working import BadAnswer

PROMISES = (ACKNOWLEDGE, RESPOND, RESOLVE)


def check_moments(opened_at: datetime | None, resolved_at: datetime | None, *, now: datetime) -> None:
    """Raise BadAnswer unless these lie in the past, in their order."""
    for field, at in (("opened_at", opened_at), ("resolved_at", resolved_at)):
        if at and at > now:
            raise BadAnswer(field, "It lies ahead; give a moment of the past, with its offset from UTC.")
    if resolved_at and opened_at is None:
        raise BadAnswer("opened_at", "It is missing: say when it was opened, too.")
    if resolved_at and opened_at and resolved_at < opened_at:
        raise BadAnswer("resolved_at", "It is before opened_at; nothing ends before it begins.")


def bring_in(work: Work, *, now: datetime) -> None:
    """The stretch before it came here, if there is one: in the hands of the tier that it came to."""
    if work.opened_at < now:
        _imported_span(work, began_at=work.opened_at)


def begin_promises(work: Work, *, now: datetime) -> None:
    """What is promised to the client counts from when it was opened, wherever that was."""
    for metric in PROMISES:
        target = work.terms.target(work.priority, metric)
        if target is None:
            continue
        custody = [Held(TIER, False, work.opened_at)]
        past = spans(metric, custody=custody, vendor_time_counts=True, since=work.opened_at, until=now)
        spent = consumed(spans=past, calendar=target.calendar.calendar, now=now)
        clock = start_clock(work, metric, target, now=now, consumed=spent, started_at=work.opened_at)
        if clock and spent:
            pass_in_silence(clock, now=now)
        if clock and clock.breached_at:  # its whole past counts, so the moment is known
            clock.breached_at = clock.due_at = target.calendar.calendar.add(work.opened_at, target.seconds)


def bring_in_ended(work: Work, *, ended_at: datetime, by: User | None, now: datetime) -> None:
    """One that has ended elsewhere: its clocks get their verdicts as of then, and nobody is told."""
    _imported_span(work, began_at=work.opened_at)
    for metric in PROMISES:
        clock = start_clock(work, metric, work.terms.target(work.priority, metric), now=work.opened_at)
        if clock:
            _end(clock, ended_at)
    take_custody(work, NOBODY, now=ended_at, because="Resolved before it was brought in")
    closes_at = after_open_days(work, DAYS_TO_CLOSE, now=ended_at)
    work.status, work.resolved_at = (CLOSED if closes_at <= now else RESOLVED), ended_at
    work.wake_at = None if work.status == CLOSED else closes_at
    record = {**imported(work), "resolved_at": ended_at.isoformat()}
    event(work, "IMPORTED", internal(record), now=now, by=by, why=record)


def _end(clock: RunningClock, ended_at: datetime) -> None:
    stop_clock(clock, now=ended_at)
    passed = 100 * clock.consumed_seconds / clock.target_seconds
    clock.warned_percent = max((p for p in clock.thresholds if p <= passed), default=0)


def imported(work: Work) -> dict[str, Any]:
    """The record of one that was brought in."""
    return {"rule": "IMPORTED", "client": work.client, "priority": work.priority, "policy": work.policy,
            "tier": work.tier.name, "opened_at": work.opened_at.isoformat()}  # fmt: skip


def _imported_span(work: Work, *, began_at: datetime) -> None:
    origin = CustodyChange.Origin.IMPORTED
    take_custody(work, TIER, now=began_at, because="Brought in", tier_id=work.tier_id, origin=origin)
