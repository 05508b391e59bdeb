"""A case as it would be lodged: what is known gathered, its template filled, its way chosen. Nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from accounts.models import User
from tickets.case_facts import Sources
from tickets.models import VendorCase
from tickets.work import Work
from vendors.completeness import Gathered, gather, render
from vendors.models import Service
from vendors.references import REFERENCE, reference
from vendors.ways import BY_HAND, Way, way

NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Request:
    """A case that is wanted: for which ticket and service, why, and what a person has answered.

    `engaged_by` is RULE, STEP or HAND. `override` is why a manager has it sent though something is missing.
    """

    work: Work
    service_id: int
    because: str
    answers: Mapping[str, str] = field(default_factory=dict)
    by: User | None = None
    engaged_by: str = VendorCase.EngagedBy.STEP
    override: str = ""


def draft(request: Request, sources: Sources, *, now: datetime) -> VendorCase:
    """The case, not saved: INCOMPLETE while something is missing, PREPARED where a person lodges it, else QUEUED."""
    work, service = request.work, sources.services[request.service_id]
    known, gathered = sources.of(work, service), gathered_for(request, sources)
    severity = service.severity_of.get(work.priority, work.priority)
    missing = {one.key: NOT_KNOWN for one in gathered.missing} if request.override else {}
    facts = _builtin(work, known, severity=severity) | missing | dict(gathered.facts)
    found = way_of(service)
    return VendorCase(
        ticket_id=work.id,
        vendor=service.vendor,
        service=service,
        status=_status(gathered, found, request),
        severity=severity,
        answers=dict(gathered.facts),
        missing=[{"key": m.key, "question": m.question, "problem": m.problem} for m in gathered.missing],
        subject=(render(service.template.get("subject", "{{title}}"), facts) or facts["title"])[:300],
        body=render(service.template.get("body", "{{description}}"), facts),
        step=work.step,
        because=request.because[:300],
        engaged_by=request.engaged_by,
        opened_by=request.by,
        channel=found.channel,
        contact_point=found.point,
        opened_at=now,
    )


def gathered_for(request: Request, sources: Sources) -> Gathered:
    """What the service requires, as far as it is known, and what is missing.

    A reference to a secret comes from the client's own account, never from what somebody typed.
    """
    work, service = request.work, sources.services[request.service_id]
    given = {**sources.answered(work, service), **request.answers}
    answers = {key: value for key, value in given.items() if not REFERENCE.search(value)}
    return gather(service.required, sources=sources.of(work, service), answers=answers)


def way_of(service: Service) -> Way:
    """How a case about this service is lodged as its contact points stand."""
    return way(service.name, service.lodge_by, service.contact_points.all())


def secrets_in(case: VendorCase) -> tuple[str, ...]:
    """The references to secrets that may be resolved when the case is sent."""
    return tuple(reference(int(pk), key) for pk, key in REFERENCE.findall("\n".join(case.answers.values())))


def _status(gathered: Gathered, found: Way, request: Request) -> str:
    if gathered.missing and not request.override:
        return VendorCase.Status.INCOMPLETE
    return VendorCase.Status.PREPARED if found.channel == BY_HAND else VendorCase.Status.QUEUED


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
        "timeline": f"Opened {known['ticket.opened_at']}; so far with {_levels(work)}.",
        **{name: known.get(f"ticket.{name}", "") for name in names},
    }


def _levels(work: Work) -> str:
    """The tiers that have had it, each once, in order: "L1 and L2"."""
    steps = work.ladder.steps[work.ladder.start : work.ladder.home(work.step) + 1]
    tiers = list(dict.fromkeys(step.tier for step in steps if not step.vendor))
    return " and ".join(filter(None, (", ".join(tiers[:-1]), *tiers[-1:]))) or "our service desk"
