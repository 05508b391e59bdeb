"""What a ticket's page shows of vendors: their cases, how to reach them, what they promised, what they will ask."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sla.durations import words as duration_words
from tickets.answering import missing_ahead
from tickets.answering_form import AnswerForm
from tickets.case_facts import Sources
from tickets.cases.shown import LAST, messages_of, standing_of, tasks_of
from tickets.forms import TO_ANSWER, CaseForm
from tickets.models import Ticket, VendorCase
from tickets.status import OPEN_STATUSES
from tickets.work import Work
from vendors.models import Service
from vendors.references import masked
from vendors.vendor_page import METRICS, contact, opening_of
from vendors.verification import usable

Shown = dict[str, Any]


def vendors(work: Work, ticket: Ticket, cases: Sequence[VendorCase], *, may_work: bool, now: datetime) -> Shown:
    """`cases`, and `help_of`: the service that may be called upon while no case about it is open."""
    going = [case for case in cases if case.status != VendorCase.Status.CLOSED]
    wanted = {case.service_id for case in going} | ({work.service_id} if work.service_id else set())
    sources = Sources([work], wanted, [ticket]) if wanted and work.status in OPEN_STATUSES else None
    known = {pk: reached(service, work, now=now) for pk, service in sources.services.items()} if sources else {}
    tasks, said = tasks_of(cases), messages_of(cases)
    shown = {
        "cases": [
            _case(case, work, known.get(case.service_id), now=now)
            | _going_on(case, work, tasks[case.pk], said, now=now)
            for case in cases
        ]
    }
    own = sources.services.get(work.service_id) if sources and work.service_id else None
    if own is None or any(case.vendor_id == own.vendor_id for case in going):
        return {**shown, "help_of": None}
    return {**shown, "help_of": known[own.pk] | _asks(work, own, sources, may_work=may_work, now=now)}


def reached(service: Service, work: Work, *, now: datetime) -> Shown:
    """How to reach a service's support, and what it promised for a ticket of this priority."""
    severity = service.severity_of.get(work.priority, work.priority)
    return {
        "service": service,
        "contacts": [
            contact(point, today=now.date(), opening=opening_of(point, work.roster.calendars, now=now))
            for point in usable(service.contact_points.all())
        ],
        "severity": severity,
        **_promised(service, severity, work),
    }


def _promised(service: Service, severity: str, work: Work) -> Shown:
    terms = work.roster.terms.get(service.commitment_id) if service.commitment_id else None
    if terms is None:
        return {"promised": [], "lapsed": "", "calendar": ""}
    targets = {words: terms.target(severity, metric) for metric, words in METRICS.items()}
    found = [(words, duration_words(target.seconds)) for words, target in targets.items() if target]
    return {"promised": found, "lapsed": terms.lapsed, "calendar": terms.calendar_for(severity).name}


def _asks(work: Work, service: Service, sources: Sources, *, may_work: bool, now: datetime) -> Shown:
    """What its case would miss, with the form to answer it now; and what was answered ahead."""
    missing = missing_ahead(work, service, sources)
    labels = _labels(service)
    form = AnswerForm(work=work, now=now, missing=missing, service=service) if missing and may_work else None
    if form:  # a dialog on the same page may ask for the same
        form.auto_id = "ahead_%s"
    return {
        "asks": missing,
        "form": form,
        "answers": _answers(sources.answered(work, service), labels),
    }


def _case(case: VendorCase, work: Work, reached: Shown | None, *, now: datetime) -> Shown:
    """A case with its secrets hidden, and the form for what is still missing."""
    asks = case.status in TO_ANSWER
    return {
        "row": case,
        "status": case.get_status_display().lower(),
        "ball": "us" if case.ball == VendorCase.Ball.US else case.vendor.name,
        "ball_since": getattr(case, "ball_since", None),
        "subject": masked(case.subject),
        "body": masked(case.body),
        "sent": case.lodged_at is not None,
        "answers": _answers(case.answers, _labels(case.service)),
        "form": form_of(case, work, now=now) if asks else None,
        "reached": reached,
    }


def _going_on(
    case: VendorCase, work: Work, tasks: Sequence[Shown], said: Mapping[int, list[Shown]], *, now: datetime
) -> Shown:  # fmt: skip
    """How the case stands, what somebody must do about it, and the last of what was said."""
    spoken = said.get(case.pk, [])
    return {
        "standing": standing_of(case, work, tasks, now=now),
        "tasks": tasks,
        "said": spoken[-LAST:],
        "earlier": max(len(spoken) - LAST, 0),
        "engaged_by": case.get_engaged_by_display(),
    }


def form_of(case: VendorCase, work: Work, *, now: datetime, said: Mapping[str, str] | None = None) -> CaseForm:
    """What the case still needs as a form, with what was `said` in it; several may stand on one page, so its ids are
    its own."""
    form = CaseForm(said, work=work, case=case, now=now)
    form.auto_id = f"case{case.pk}_%s"
    return form


def _labels(service: Service) -> Mapping[str, str]:
    return {row["key"]: row["label"] for row in service.required}


def _answers(answers: Mapping[str, str], labels: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(labels.get(key, key), masked(str(value))) for key, value in answers.items()]
