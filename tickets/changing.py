"""Changing what a ticket is about: priority, category, service, client. Its clocks go on under what holds then."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from clients.models import Client
from sla.clocks import consumed
from sla.priorities import PRIORITIES
from tickets.edits import tell_terms
from tickets.facts import ACKNOWLEDGE, RESOLVE, RESPOND, UPDATE
from tickets.ledger import custody_of
from tickets.loading import agreement_of, ended_clocks, ladder_in, obstacles, vendor_obstacles
from tickets.models import Ticket, TicketEvent
from tickets.moves import event, pass_in_silence, start_clock
from tickets.notices import tell_step
from tickets.permissions import can_work
from tickets.projection import spans
from tickets.terms import Moved, follow, stand_on
from tickets.work import RunningClock, Work
from tickets.working import BadAnswer, check_open, need, working
from vendors.models import Service


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be changed; None = stays. A client may be changed only to one whose tickets one may work."""

    priority: str | None = None
    category: str | None = None
    service: Service | None = None
    client: Client | None = None
    title: str | None = None

    def given(self) -> dict[str, Any]:
        pairs = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: value for name, value in pairs if value is not None}


def change(*, key: str, changes: Changes, why: str, by: User, now: datetime, seen: int | None = None) -> None:
    """Change it; every clock whose terms differ then goes on with what it has consumed.

    `seen` is the number of events that the caller had seen; more than that is a conflict. Raises BadAnswer for a
    missing why or a value that it cannot take, Conflict, NotAllowedNow for a ticket that has ended.
    """
    with working(key, by=by, now=now) as (work, at):
        check_open(work, "changed")
        if seen is not None and seen != work.event_count:
            raise Conflict(f"{work.key} has changed since you read it.")
        changed = _changed(work, changes)
        if not changed:
            raise BadAnswer("priority", "Nothing differs from what it is now.")
        need(why, "why", "Say why: its promises may change with it.")
        _check(work, changes, by)
        because = f"{_words(changed)}: {why}"
        event(work, "CHANGED", f"{by} changed {because}", now=at, by=by, why={"by_hand": why, "changed": changed})
        _store(work, changes)
        _resettle(work, changes, because=_words(changed), now=at)


class Conflict(Exception):
    """Somebody else was faster; the message says so."""


def _changed(work: Work, changes: Changes) -> dict[str, list[str]]:
    """What differs, with both values in words."""
    before = {"priority": work.priority, "category": work.situation.category, "service": work.service,
              "client": work.client, "title": work.title}  # fmt: skip
    return {n: [before[n], str(value)] for n, value in changes.given().items() if before[n] != str(value)}


def _words(changed: Mapping[str, list[str]]) -> str:
    return ", ".join(f"{name} {before or 'none'} → {after or 'none'}" for name, (before, after) in changed.items())


def _check(work: Work, changes: Changes, by: User) -> None:
    if changes.priority is not None and changes.priority not in PRIORITIES:
        raise BadAnswer("priority", f"Must be one of {', '.join(PRIORITIES)}.")
    if changes.client and not can_work(by, changes.client.pk):
        raise BadAnswer("client", f"You may not work tickets of {changes.client}.")
    if changes.client and changes.client.pk != work.client_id and any(case.lodged_at for case in work.cases):
        raise BadAnswer("client", "A case is open with a vendor about it; close that first.")


def _store(work: Work, changes: Changes) -> None:
    """The columns that nothing else of the ticket in hand writes."""
    columns: dict[str, Any] = {n: v for n, v in changes.given().items() if n not in ("priority", "client")}
    if changes.client and changes.client.pk != work.client_id:
        columns |= {"client": changes.client, "contact": None, "asset": None}
        # What the former client was told is not for the new one.
        _hide_from_client(work)
    try:
        with transaction.atomic():
            if columns:
                Ticket.objects.filter(pk=work.id).update(**columns)
    except IntegrityError:
        raise BadAnswer("client", f"{changes.client} has another ticket with the same external id.") from None


def _resettle(work: Work, changes: Changes, *, because: str, now: datetime) -> None:
    """Its ladder, its agreement and its clocks, as they are for what it is about now."""
    _situate(work, changes)
    ladder = ladder_in(work.policy_version_id, work.situation)
    work.agreement_id = agreement_of(ladder, work.client_agreement_id, work.roster)
    work.obstacles = obstacles(ladder, vendor_obstacles([work.id]).get(work.id, ""), work.roster)
    tier = work.tier_id
    stand_on(work, ladder, now=now, because=because)
    if work.tier_id != tier:
        tell_step(work, work.ladder.steps[work.step], because=because, now=now)
    moved = follow(work, now=now, because=because)
    moved += begin_missing(work, now=now)
    if moved:
        told = "We have changed how urgent your request is." if changes.priority else ""
        tell_terms(work, moved, because=because, now=now, told=told)


def _situate(work: Work, changes: Changes) -> None:
    if changes.client:
        work.client_id, work.client = changes.client.pk, changes.client.name
        work.client_agreement_id, work.contact_email = changes.client.agreement_id, ""
    if changes.service:
        work.service_id, work.service = changes.service.pk, changes.service.name
    work.priority = changes.priority or work.priority
    work.title = changes.title or work.title
    category = work.situation.category if changes.category is None else changes.category
    work.situation = replace(
        work.situation, client=work.client, priority=work.priority, service=work.service, category=category
    )


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


def _hide_from_client(work: Work) -> None:
    """The timeline is append-only: where the public part begins is a line on the ticket."""
    Ticket.objects.filter(pk=work.id).update(public_from=work.event_count)
