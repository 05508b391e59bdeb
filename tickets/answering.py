"""Answering ahead what a vendor's case will ask, so that it goes out at once when the ladder comes to the vendor.

There is no case yet that could hold the answers, and one that is open keeps the ladder from lodging its own; so they
stand on the ticket's timeline, whose events nothing changes, and the case draws on them. A secret goes, encrypted, to
the client's account.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from accounts.models import User
from tickets.case_facts import ANSWERED_AHEAD, Sources
from tickets.cases.answers import without_secrets
from tickets.models import VendorCase
from tickets.moves import event
from tickets.status import NotAllowedNow
from tickets.work import Work
from tickets.working import BadAnswer, check_open, working
from vendors.completeness import Missing, gather
from vendors.models import Service
from vendors.references import REFERENCE


def missing_ahead(work: Work, service: Service, sources: Sources) -> tuple[Missing, ...]:
    """What the completeness gate would still ask for, were a case about this service opened now."""
    known = sources.of(work, service)
    return gather(service.required, sources=known, answers=sources.answered(work, service)).missing


def answer_ahead(*, key: str, answers: Mapping[str, str], by: User, now: datetime) -> None:
    """Keep answers, by the datum's key, for the case about the ticket's own service.

    Raises BadAnswer for one that does not have the expected form or when there is none, NotAllowedNow where no
    service is known or its case is open already.
    """
    with working(key, by=by, now=now) as (work, at):
        check_open(work, "answered for")
        service = _service(work)
        given = _checked(service, answers)
        names = ", ".join(d["label"] for d in service.required if d["key"] in given)
        kept = without_secrets(work, service, given)
        why = {"service": service.name, "service_id": service.pk, "answers": kept}
        event(work, ANSWERED_AHEAD, f"{by} answered ahead for {service}: {names}.", now=at, by=by, why=why)


def _service(work: Work) -> Service:
    if work.service_id is None:
        raise NotAllowedNow("No vendor service is known for this ticket; say which one under Change.")
    service = Service.objects.get(pk=work.service_id)
    if VendorCase.objects.filter(ticket_id=work.id, vendor=service.vendor_id).exclude(status="CLOSED").exists():
        raise NotAllowedNow(f"A case about {service} is open already; answer there.")
    return service


def _checked(service: Service, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers that the service asks for, each in its expected form."""
    asked = [d for d in service.required if answers.get(d["key"], "").strip()]
    if not asked:
        raise BadAnswer("", "Answer at least one of them.")
    for wrong in gather(_plain(asked), sources={}, answers=answers).missing:
        raise BadAnswer(wrong.key, f"{wrong.problem}.")
    given = {d["key"]: answers[d["key"]].strip() for d in asked}
    for key, value in given.items():
        if REFERENCE.search(value):
            raise BadAnswer(key, "An answer cannot refer to a stored secret.")
    return given


def _plain(asked: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Here a secret is typed, and held against its pattern."""
    return [{name: value for name, value in datum.items() if name != "secret"} for datum in asked]
