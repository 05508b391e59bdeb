"""Promises to the client that there were none of before: they count from where they would have begun."""

from datetime import datetime

from sla.clocks import consumed
from tickets.facts import ACKNOWLEDGE, RESOLVE, RESPOND, UPDATE
from tickets.ledger import custody_of
from tickets.loading import ended_clocks
from tickets.models import TicketEvent
from tickets.moves import pass_in_silence, start_clock
from tickets.projection import spans
from tickets.terms import Moved
from tickets.work import RunningClock, Work


def begin_missing(work: Work, *, now: datetime) -> list[Moved]:
    """Promises that there were none of before: they count from where they would have begun."""
    ended = {clock.metric: clock for clock in ended_clocks(work.id)}
    if work.updated_at and UPDATE in ended and work.updated_at > (ended[UPDATE].stopped_at or now):
        del ended[UPDATE]  # the client has heard from us since, so the next update counts from then
    awaited = {
        ACKNOWLEDGE: None if _was_taken(work) else work.opened_at,
        RESPOND: None if work.responded_at else work.opened_at,
        RESOLVE: work.opened_at,
        UPDATE: work.updated_at,
    }
    missing = [m for m, began in awaited.items() if began and not any(c.metric == m for c in work.open_clocks)]
    begun = [_begin(work, metric, awaited[metric] or now, ended.get(metric), now=now) for metric in missing]
    return [moved for moved in begun if moved]


def _was_taken(work: Work) -> bool:
    """Whether a person has ever taken it; every arrival at a tier forgets who has there. Resolving counts as taking."""
    return TicketEvent.objects.filter(ticket_id=work.id, kind__in=("ACKNOWLEDGED", "RESOLVED")).exists()


def _begin(work: Work, metric: str, began: datetime, last: RunningClock | None, *, now: datetime) -> Moved | None:
    target = work.terms.target(work.priority, metric)
    if target is None or (last and last.state in ("MET", "BREACHED")):
        return None
    since = last.stopped_at if last and last.stopped_at else began
    custody = custody_of(work.id)
    counted = spans(metric, custody=custody, vendor_time_counts=target.vendor_time_counts, since=since)
    spent = (last.consumed_seconds if last else 0) + consumed(spans=counted, calendar=target.calendar.calendar, now=now)
    clock = start_clock(
        work, metric, target, now=now, consumed=spent, started_at=began, round=last.round if last else work.round,
        subject=_subject(work, metric, last), revision=last.revision + 1 if last else 0,
    )  # fmt: skip
    assert clock is not None
    pass_in_silence(clock, now=now, climbs=metric == ACKNOWLEDGE)
    return Moved(clock, clock)


def _subject(work: Work, metric: str, last: RunningClock | None) -> str:
    if last:
        return last.subject
    return f"update:{work.event_count + 1}" if metric == UPDATE else ""


def note_terms(work: Work) -> None:
    """From now on the ticket follows the terms that hold now, until others do."""
    work.terms_version_id, work.terms_lapsed = work.terms.version_id, bool(work.terms.lapsed)


def has_new_terms(work: Work) -> bool:
    """Whether other terms hold for the client than those that the ticket follows."""
    followed = (work.terms_version_id, work.terms_lapsed)
    return work.terms_version_id is not None and followed != (work.terms.version_id, bool(work.terms.lapsed))
