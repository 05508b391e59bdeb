"""Changing what a ticket is about: priority, category, service, client. Its clocks go on under what holds then."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.language import message
from accounts.models import User
from clients.models import Client
from sla.priorities import PRIORITIES
from tickets.edits import tell_terms
from tickets.loading import agreement_of, ladder_in, obstacles, services_in_hand
from tickets.missing import begin_missing, note_terms
from tickets.models import AlertGroup, Ticket
from tickets.moves import event
from tickets.notices import tell_step
from tickets.permissions import can_work
from tickets.terms import follow, stand_on
from tickets.work import Work
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
        _store(work, changes, now=at)
        _resettle(work, changes, because=_words({n: c for n, c in changed.items() if n != "title"}), now=at)


class Conflict(Exception):
    """Somebody else was faster; the message says so."""


def _changed(work: Work, changes: Changes) -> dict[str, list[str]]:
    """What differs, with both values in words."""
    before = {"priority": work.priority, "category": work.situation.category, "service": work.service,
              "client": work.client, "title": work.title}  # fmt: skip
    return {n: [before[n], str(value)] for n, value in changes.given().items() if before[n] != str(value)}


def _words(changed: Mapping[str, list[str]]) -> str:
    """What was changed, from what to what; a title is too long for the reason of each clock, and changes none."""
    return ", ".join(f"{name} {before or 'none'} → {after or 'none'}" for name, (before, after) in changed.items())


def _check(work: Work, changes: Changes, by: User) -> None:
    if changes.priority is not None and changes.priority not in PRIORITIES:
        raise BadAnswer("priority", f"Must be one of {', '.join(PRIORITIES)}.")
    if changes.client and not can_work(by, changes.client.pk):
        raise BadAnswer("client", f"You may not work tickets of {changes.client}.")
    if changes.client and changes.client.pk != work.client_id and work.cases:
        raise BadAnswer("client", "A case is open with a vendor about it; close that first.")


def _store(work: Work, changes: Changes, *, now: datetime) -> None:
    """The columns that nothing else of the ticket in hand writes."""
    columns: dict[str, Any] = {n: v for n, v in changes.given().items() if n not in ("priority", "client")}
    if changes.client and changes.client.pk != work.client_id:
        columns |= {"client": changes.client, "contact": None, "asset": None}
        # What the former client was told is not for the new one, and its alerts are not of this ticket any more.
        _hide_from_client(work)
        AlertGroup.objects.filter(ticket_id=work.id, resolved_at=None).update(resolved_at=now)
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
    work.about = services_in_hand([work.id])[work.id]
    work.obstacles = obstacles(ladder, work.about.obstacle, work.roster)
    tier = work.tier_id
    stand_on(work, ladder, now=now, because=because)
    if work.tier_id != tier:
        tell_step(work, work.ladder.steps[work.step], because=because, now=now)
    moved = follow(work, now=now, because=because)
    moved += begin_missing(work, now=now)
    note_terms(work)
    if moved:
        told = message("We have changed how urgent your request is.") if changes.priority else ""
        tell_terms(work, moved, because=because, now=now, told=told)


def _situate(work: Work, changes: Changes) -> None:
    if changes.client:
        work.client_id, work.client = changes.client.pk, changes.client.name
        work.client_language = changes.client.language
        work.client_agreement_id, work.contact_email = changes.client.agreement_id, ""
    if changes.service:
        work.service_id, work.service = changes.service.pk, changes.service.name
    work.priority = changes.priority or work.priority
    work.title = changes.title or work.title
    category = work.situation.category if changes.category is None else changes.category
    work.situation = replace(
        work.situation, client=work.client, priority=work.priority, service=work.service, category=category
    )


def _hide_from_client(work: Work) -> None:
    """The timeline is append-only: where the public part begins is a line on the ticket."""
    Ticket.objects.filter(pk=work.id).update(public_from=work.event_count)
