"""Vendor cases: gathered, checked for completeness, rendered, queued; custody passes once the case was really sent."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

import columnar
from accounts.models import User
from outbox.alarms import raise_alarm
from tickets import handing
from tickets.case_facts import Sources
from tickets.cases import letters
from tickets.cases.letters import Letter
from tickets.facts import ACKNOWLEDGE, OLA_ACKNOWLEDGE, VENDOR_RESPOND
from tickets.loading import case_in_hand, in_hand
from tickets.models import CaseMessage, Clock, Ticket, VendorCase
from tickets.moves import event, start_clock, stop_metric, told_when, wait
from tickets.notices import tell_managers, tell_step
from tickets.sentences import for_client, internal
from tickets.status import OPEN_STATUSES, WAITING_ON_CLIENT
from tickets.work import CaseInHand, Work, write
from tickets.working import telling_missed
from vendors.completeness import Gathered, gather, render
from vendors.engagement import Known, engagement
from vendors.models import ContactPoint, Service
from vendors.references import REFERENCE, reference

log = logging.getLogger(__name__)
SETTLE_BATCH = 200


@dataclass(frozen=True, slots=True)
class Request:
    """A case that is wanted: for which ticket and service, why, and what a person has answered."""

    work: Work
    service_id: int
    because: str
    answers: Mapping[str, str] = field(default_factory=dict)
    by: User | None = None


def prepare(requests: Sequence[Request], *, now: datetime) -> list[VendorCase]:
    """Open a case for each request: queued when it is complete, else INCOMPLETE with questions on the ticket."""
    if not requests:
        return []
    sources = Sources([r.work for r in requests], [r.service_id for r in requests])
    cases = VendorCase.objects.bulk_create([_case(request, sources, now=now) for request in requests])
    for request, case in zip(requests, cases, strict=True):
        request.work.cases.append(case_in_hand(case))
        _note(request, case, sources, now=now)
    _queue([(r, c) for r, c in zip(requests, cases, strict=True) if c.status == "QUEUED"], sources, now=now)
    return cases


def complete(case: VendorCase, request: Request, *, now: datetime) -> VendorCase:
    """A person has answered: check again, and queue the case when nothing is missing any more."""
    sources = Sources([request.work], [case.service_id])
    fresh = _case(request, sources, now=now)
    for name in ("status", "answers", "missing", "subject", "body", "because"):
        setattr(case, name, getattr(fresh, name))
    case.save()
    request.work.case(case.pk).status = case.status
    _note(request, case, sources, now=now)
    if case.status == "QUEUED":
        stop_metric(request.work, OLA_ACKNOWLEDGE, now=now, subject=f"step:{request.work.step}")
        _queue([(request, case)], sources, now=now)
    return case


def _case(request: Request, sources: Sources, *, now: datetime) -> VendorCase:
    work, service = request.work, sources.services[request.service_id]
    known = sources.of(work, service)
    # A reference to a secret comes from the client's own account, never from what somebody typed.
    given = {**sources.answered(work, service), **request.answers}
    answers = {key: value for key, value in given.items() if not REFERENCE.search(value)}
    gathered = gather(service.required, sources=known, answers=answers)
    severity = service.severity_of.get(work.priority, work.priority)
    facts = _builtin(work, known, severity=severity) | dict(gathered.facts)
    return VendorCase(
        ticket_id=work.id,
        vendor=service.vendor,
        service=service,
        status="INCOMPLETE" if gathered.missing else "QUEUED",
        severity=severity,
        answers=dict(gathered.facts),
        missing=_missing(gathered),
        subject=render(service.template.get("subject", "{{title}}"), facts)[:300],
        body=render(service.template.get("body", "{{description}}"), facts),
        step=work.step,
        because=request.because[:300],
        opened_at=now,
    )


def _missing(gathered: Gathered) -> list[dict[str, str]]:
    return [{"key": m.key, "question": m.question, "problem": m.problem} for m in gathered.missing]


def _builtin(work: Work, known: Mapping[str, str], *, severity: str) -> dict[str, str]:
    """The placeholders that every template may use beside the service's own required data."""
    names = ("title", "description", "priority", "error_code", "device_name", "device_os", "opened_at")
    return {
        "ticket_key": work.key,
        "client": work.client,
        "severity": severity,
        "contact_name": known.get("contact.name", "our service desk"),
        "callback": known.get("contact.phone", settings.DEFAULT_FROM_EMAIL),
        "portal_url": f"{settings.PUBLIC_URL}/tickets/{work.key}/",
        "timeline": f"Opened {known['ticket.opened_at']}; passed up to step {work.step + 1} of our escalation.",
        **{name: known.get(f"ticket.{name}", "-") for name in names},
    }


def _note(request: Request, case: VendorCase, sources: Sources, *, now: datetime) -> None:
    service = sources.services[request.service_id]
    why = _why(request, case, _engagement(request.work, service, sources, now=now)) | {"service": service.name}
    text = internal(why)
    if case.status == "QUEUED":
        event(request.work, "CASE_QUEUED", text, now=now, by=request.by, why=why)
        return
    event(request.work, "CASE_INCOMPLETE", text, now=now, by=request.by, why=why)
    _ask(request.work, text, now=now)


def _ask(work: Work, text: str, *, now: datetime) -> None:
    """The question runs the holding tier's OLA_ACKNOWLEDGE, then a manager hears of it."""
    subject = f"step:{work.step}"
    asked = Clock.objects.filter(ticket_id=work.id, metric=OLA_ACKNOWLEDGE, subject=subject, round=work.round)
    if work.ladder.steps[work.step].vendor and not asked.exists():
        seconds = work.ladder.steps[work.step].acknowledge_within
        start_clock(work, OLA_ACKNOWLEDGE, wait(work, seconds, ACKNOWLEDGE), now=now, subject=subject)
    tell_step(work, work.ladder.tier_at_or_below(work.step), because=text, now=now, occasion=f":ask:{work.event_count}")


def _why(request: Request, case: VendorCase, conditions: str) -> dict[str, Any]:
    missing = [m["key"] for m in case.missing]
    record = {"rule": "CASE", "because": request.because, "severity": case.severity, "missing": missing}
    return record | {"conditions": conditions, "questions": [m["question"] for m in case.missing]}


def _engagement(work: Work, service: Service, sources: Sources, *, now: datetime) -> str:
    """What the service's own conditions say; a step of the ladder or a person may engage the vendor all the same."""
    ticket = sources.tickets[work.id]
    minutes = (now - work.opened_at).total_seconds() / 60
    known = Known(ticket.error_code, ticket.category, work.tier.level, minutes)
    return engagement(service.engage_when, known).because


def _queue(queued: Sequence[tuple[Request, VendorCase]], sources: Sources, *, now: datetime) -> None:
    """Put the letters into the outbox and tie each to its case."""
    for request, case in queued:
        if case.message_id:
            letters.rewrite(_letter(request, case, sources.services[case.service_id]), now=now)
    fresh = [(request, case) for request, case in queued if not case.message_id]
    sent = letters.post([_letter(r, case, sources.services[case.service_id]) for r, case in fresh], now=now)
    columnar.update(VendorCase, [case.pk for _, case in fresh], message_id=[row.message_id for row in sent])
    for (_, case), row in zip(fresh, sent, strict=True):
        case.message_id = row.message_id


def _letter(request: Request, case: VendorCase, service: Service) -> Letter:
    to = next(p.value for p in service.contact_points.all() if p.kind == ContactPoint.Kind.EMAIL)
    return Letter(
        case,
        CaseMessage.Kind.LODGED,
        key=f"{request.work.key}:case:{case.pk}",
        to=to,
        subject=f"{case.subject} [{request.work.key}]",
        body=case.body,
        by=request.by,
        secrets=tuple(reference(int(pk), key) for pk, key in REFERENCE.findall("\n".join(case.answers.values()))),
    )


def note_settled(*, now: datetime, limit: int = SETTLE_BATCH) -> int:
    """Pass custody for cases whose mail was sent; tell of those that could not be. Returns how many were settled.

    One that cannot be settled does not keep the others from it.
    """
    with transaction.atomic():
        held = _hold_settled(limit)
        if not held:
            return 0
        try:
            with transaction.atomic():
                return _settle_all(held, now=now)
        except Exception:
            log.exception("a batch of %s cases was not settled, they are taken one by one", len(held))
        return sum(_settle_alone(pk, now=now) for pk in held)


def _to_settle() -> Any:
    """Cases whose mail has ended; a failed one whose mail went out after all, on a retry, is lodged like any other."""
    ended = Q(status="QUEUED", message__state__in=["SENT", "DEAD"]) | Q(status="FAILED", message__state="SENT")
    return VendorCase.objects.filter(ended).order_by("message_id")


def _hold_settled(limit: int) -> list[int]:
    ids = list(_to_settle().values_list("ticket_id", flat=True)[:limit])
    locked = Ticket.objects.filter(pk__in=ids).order_by("pk").select_for_update(skip_locked=True, no_key=True)
    return list(locked.values_list("pk", flat=True)) if ids else []


def _settle_alone(pk: int, *, now: datetime) -> int:
    try:
        with transaction.atomic():
            return _settle_all([pk], now=now)
    except Exception:
        log.exception("the case of ticket %s was not settled", pk)
        raise_alarm(f"unsettled:{pk}", f"The vendor case of ESC-{pk} could not be settled; see the log.", now=now)
        return 0


def _settle_all(held: Sequence[int], *, now: datetime) -> int:
    works = {work.id: work for work in in_hand(held, now=now)}
    cases = _to_settle().filter(ticket_id__in=held).select_related("message", "service__vendor")
    for case in cases:
        _settle(works[case.ticket_id], case, now=now)
    write(list(works.values()), now=now)
    return len(cases)


def _settle(work: Work, case: VendorCase, *, now: datetime) -> None:
    now, held = max(now, work.last_event_at), work.case(case.pk)
    if case.message is not None and case.message.state == "DEAD":
        _failed(work, case, held, now=now)
        return
    with telling_missed(work, now=now):
        lodge(work, case, held, now=now)


def _failed(work: Work, case: VendorCase, held: CaseInHand, *, now: datetime) -> None:
    """Custody stays where it is, and somebody is told."""
    held.status, held.dirty = "FAILED", True
    error = case.message.last_error if case.message else ""
    why = {"rule": "CASE_FAILED", "service": case.service.name, "error": error}
    text = internal(why)
    event(work, "CASE_FAILED", text, now=now, why=why)
    tell_managers(work, because=text, now=now, occasion=f"case:{case.pk}:failed:{work.event_count}")
    raise_alarm(f"case:{case.pk}", f"{work.key}: {text}", now=now)


def lodge(work: Work, case: VendorCase, held: CaseInHand, *, now: datetime) -> None:
    """The vendor has it: custody passes, what it promised runs."""
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
