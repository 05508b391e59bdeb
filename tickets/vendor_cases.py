"""Vendor cases: gathered, checked for completeness, rendered, queued; custody passes once the case was really sent."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

import columnar
from outbox.alarms import clear_alarm, raise_alarm
from tickets import handing
from tickets.case_facts import Sources
from tickets.cases import letters, tasks
from tickets.cases.drafting import Request, draft, secrets_in, way_of
from tickets.cases.engaging import engagement_of
from tickets.cases.letters import Letter
from tickets.facts import ACKNOWLEDGE, OLA_ACKNOWLEDGE, VENDOR_RESPOND, step_subject
from tickets.loading import case_in_hand, in_hand
from tickets.models import TO_LODGE, CaseMessage, CaseTask, Clock, Ticket, VendorCase
from tickets.moves import event, start_clock, stop_metric, told_when, wait
from tickets.notices import tell_managers, tell_step
from tickets.sentences import for_client, internal
from tickets.status import OPEN_STATUSES, WAITING_ON_CLIENT
from tickets.work import CaseInHand, Work, write
from tickets.working import telling_missed
from vendors.models import ContactPoint, Service

log = logging.getLogger(__name__)
SETTLE_BATCH = 200
SETTLE_AGAIN = timedelta(minutes=10)  # until a case that could not be settled is tried again
# What a case takes over when it is drawn up anew.
FROM_DRAFT = ("status", "severity", "answers", "missing", "subject", "body", "because", "channel", "contact_point")


def prepare(requests: Sequence[Request], *, now: datetime) -> list[VendorCase]:
    """Open a case for each request: queued when it is complete, or PREPARED for a person to lodge it; else INCOMPLETE
    with questions on the ticket."""
    if not requests:
        return []
    sources = Sources([r.work for r in requests], [r.service_id for r in requests])
    cases = VendorCase.objects.bulk_create([draft(request, sources, now=now) for request in requests])
    for request, case in zip(requests, cases, strict=True):
        request.work.cases.append(case_in_hand(case))
        _note(request, case, sources, now=now)
    _pass_on(list(zip(requests, cases, strict=True)), now=now)
    return cases


def complete(case: VendorCase, request: Request, *, now: datetime) -> VendorCase:
    """A person has answered: check again, and pass the case on when nothing is missing any more.

    What a manager had sent without some data stays so. A letter that could not be sent is sent anew or, where the case
    goes another way or must wait now, withdrawn. Raises letters.Leaving, letters.HasLeft.
    """
    request = replace(request, override=request.override or case.override_why)
    sources = Sources([request.work], [case.service_id])
    fresh = draft(request, sources, now=now)
    for name in FROM_DRAFT:
        setattr(case, name, getattr(fresh, name))
    case.save()
    _put_right(case, now=now)
    held = request.work.case(case.pk)
    held.status, held.severity, held.contact_bad_since = case.status, case.severity, None
    _note(request, case, sources, now=now)
    if case.status == "QUEUED":
        stop_metric(request.work, OLA_ACKNOWLEDGE, now=now, subject=step_subject(request.work.step))
    else:
        letters.withdraw(case, now=now)
    tasks.done(case, CaseTask.Kind.CONTACT, by=request.by, now=now)
    _pass_on([(request, case)], now=now)
    return case


def _note(request: Request, case: VendorCase, sources: Sources, *, now: datetime) -> None:
    service = sources.services[request.service_id]
    conditions = engagement_of(request.work, service, sources, now=now).because
    why = _why(request, case, conditions) | {"service": service.name}
    text = internal(why)
    event(request.work, f"CASE_{case.status}", text, now=now, by=request.by, why=why)
    if case.status != "QUEUED":
        _ask(request.work, text, now=now)


def _ask(work: Work, text: str, *, now: datetime) -> None:
    """What a person must do runs the holding tier's OLA_ACKNOWLEDGE, then a manager hears of it."""
    subject = step_subject(work.step)
    asked = Clock.objects.filter(ticket_id=work.id, metric=OLA_ACKNOWLEDGE, subject=subject, round=work.round)
    if work.ladder.steps[work.step].vendor and not asked.exists():
        seconds = work.ladder.steps[work.step].acknowledge_within
        start_clock(work, OLA_ACKNOWLEDGE, wait(work, seconds, ACKNOWLEDGE), now=now, subject=subject)
    tell_step(work, work.ladder.tier_at_or_below(work.step), because=text, now=now, occasion=f":ask:{work.event_count}")


def _why(request: Request, case: VendorCase, conditions: str) -> dict[str, Any]:
    way = way_of(case.service)
    record = {
        "rule": "CASE", "because": request.because, "severity": case.severity, "conditions": conditions,
        "missing": [m["key"] for m in case.missing], "questions": [m["question"] for m in case.missing],
        "channel": case.channel, "contact": way.point.value if way.point else "",
    }  # fmt: skip
    told = {"instead": way.because, "override": request.override}
    return record | {name: value for name, value in told.items() if value}


def _pass_on(pairs: Sequence[tuple[Request, VendorCase]], *, now: datetime) -> None:
    """What is complete goes out, or becomes the task of a person to lodge it."""
    _queue([(request, case) for request, case in pairs if case.status == "QUEUED"], now=now)
    prepared = [(case, CaseTask.Kind.LODGE, to_lodge(case)) for _, case in pairs if case.status == "PREPARED"]
    tasks.open_all(prepared, now=now)


def to_lodge(case: VendorCase) -> str:
    """What somebody must do to lodge a prepared case, in words."""
    point, about = case.contact_point, f"the case about {case.service.name}"
    if point is None:
        return f"Find a contact of {case.vendor} that works, lodge {about} and note its number."
    if point.kind == ContactPoint.Kind.PORTAL:
        return f"Lodge {about} on {point.value} and note its number."
    return f"Call {case.vendor} at {point.value}, lodge {about} and note its number."


def _queue(queued: Sequence[tuple[Request, VendorCase]], *, now: datetime) -> None:
    """Put the letters into the outbox and tie each to its case."""
    for request, case in queued:
        if case.message_id:
            letters.rewrite(_letter(request, case), now=now)
    fresh = [(request, case) for request, case in queued if not case.message_id]
    sent = letters.post([_letter(request, case) for request, case in fresh], now=now)
    columnar.update(VendorCase, [case.pk for _, case in fresh], message_id=[row.message_id for row in sent])
    for (_, case), row in zip(fresh, sent, strict=True):
        case.message_id = row.message_id


def _letter(request: Request, case: VendorCase) -> Letter:
    return Letter(
        case,
        CaseMessage.Kind.LODGED,
        key=f"{request.work.key}:case:{case.pk}",
        to=case.contact_point.value if case.contact_point else "",
        subject=f"{case.subject} [{request.work.key}]",
        body=case.body,
        by=request.by,
        channel=letters.API if case.channel == Service.Channel.API else letters.MAIL,
        secrets=secrets_in(case),
    )


def note_settled(*, now: datetime, limit: int = SETTLE_BATCH) -> int:
    """Pass custody for cases whose mail was sent; tell of those that could not be. Returns how many were settled.

    One that cannot be settled is put aside and does not keep the others from it.
    """
    with transaction.atomic():
        held = _hold_settled(limit, now=now)
        if not held:
            return 0
        try:
            with transaction.atomic():
                return _settle_all(held, now=now)
        except Exception:
            log.exception("a batch of %s cases was not settled, they are taken one by one", len(held))
        return sum(_settle_alone(pk, now=now) for pk in held)


def _to_settle(now: datetime) -> QuerySet[VendorCase]:
    """Cases whose mail has ended; a failed or prepared one whose mail went out after all, on a retry, is lodged like
    any other."""
    ended = Q(status="QUEUED", message__state__in=["SENT", "DEAD"]) | Q(message__state="SENT")
    due = Q(settle_after=None) | Q(settle_after__lte=now)
    return VendorCase.objects.filter(ended, due, status__in=TO_LODGE).order_by("message_id")


def _hold_settled(limit: int, *, now: datetime) -> list[int]:
    ids = list(_to_settle(now).values_list("ticket_id", flat=True)[:limit])
    locked = Ticket.objects.filter(pk__in=ids).order_by("pk").select_for_update(skip_locked=True, no_key=True)
    return list(locked.values_list("pk", flat=True)) if ids else []


def _settle_alone(pk: int, *, now: datetime) -> int:
    try:
        with transaction.atomic():
            return _settle_all([pk], now=now)
    except Exception:
        log.exception("the case of ticket %s was not settled", pk)
        raise_alarm(f"unsettled:{pk}", f"The vendor case of ESC-{pk} could not be settled; see the log.", now=now)
        _to_settle(now).filter(ticket_id=pk).order_by().update(settle_after=now + SETTLE_AGAIN)
        return 0


def _settle_all(held: Sequence[int], *, now: datetime) -> int:
    works = {work.id: work for work in in_hand(held, now=now)}
    cases = _to_settle(now).filter(ticket_id__in=held).select_related("message", "service__vendor")
    for case in cases:
        _settle(works[case.ticket_id], case, now=now)
    write(list(works.values()), now=now)
    return len(cases)


def _settle(work: Work, case: VendorCase, *, now: datetime) -> None:
    now, held = max(now, work.last_event_at), work.case(case.pk)
    _put_right(case, now=now)
    if case.message is not None and case.message.state == "DEAD":
        _failed(work, case, held, now=now)
        return
    with telling_missed(work, now=now):
        lodge(work, case, held, now=now)
    if case.status != VendorCase.Status.QUEUED:  # a retry went out after all
        tasks.done(case, CaseTask.Kind.CONTACT, CaseTask.Kind.LODGE, by=None, now=now)
        clear_alarm(f"case:{case.pk}", now=now)


def _failed(work: Work, case: VendorCase, held: CaseInHand, *, now: datetime) -> None:
    """Custody stays where it is, and somebody is told."""
    held.status, held.dirty = "FAILED", True
    error = case.message.last_error if case.message else ""
    why = {"rule": "CASE_FAILED", "service": case.service.name, "error": error}
    text = internal(why)
    event(work, "CASE_FAILED", text, now=now, why=why)
    tell_managers(work, because=text, now=now, occasion=f"case:{case.pk}:failed:{work.event_count}")
    tasks.open_task(case, CaseTask.Kind.CONTACT, text, now=now)
    raise_alarm(f"case:{case.pk}", f"{work.key}: {text}", now=now)


def _put_right(case: VendorCase, *, now: datetime) -> None:
    """What could not be noted of its letter is dealt with, and may be tried at once where another ends."""
    if case.settle_after:
        case.settle_after = None
        case.save(update_fields=["settle_after"])
        clear_alarm(f"unsettled:{case.ticket_id}", now=now)


def lodge(work: Work, case: VendorCase, held: CaseInHand, *, now: datetime) -> None:
    """The vendor has it: custody passes, what it promised runs."""
    _put_right(case, now=now)
    if work.status not in OPEN_STATUSES:
        held.status, held.lodged_at, held.closed_at, held.dirty = "CLOSED", now, now, True
        why = {"rule": "CASE_LATE", "service": case.service.name}
        event(work, "CASE_LODGED", internal(why), now=now, why=why)
        return
    why = _sent(work, case, held, now=now)
    event(work, "CASE_LODGED", internal(why), now=now, client_text=for_client(why, work.say), why=why)
    handing.lodge(work, held, now=now)


def _sent(work: Work, case: VendorCase, held: CaseInHand, *, now: datetime) -> dict[str, Any]:
    promise = handing.vendor_target(work, held, VENDOR_RESPOND)
    by = promise and promise.calendar.calendar.add(now, promise.seconds)
    return {
        "rule": "CASE_SENT",
        "because": case.because,
        "vendor": held.vendor,
        "service": held.service,
        "severity": held.severity,
        "respond_seconds": promise.seconds if promise else None,
        "message": case.message.key if case.message else "",
        "respond_by": by.isoformat() if by else None,
        **told_when(work, now=now, waits=work.status != WAITING_ON_CLIENT),
    }
