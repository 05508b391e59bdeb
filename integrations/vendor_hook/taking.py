"""The door for vendors' own systems: `POST /hooks/vendor/<integration-id>/`, described in docs/integrations/vendor.md.

An integration belongs to one vendor and reaches that vendor's cases alone; any other is as absent as one that does not
exist.
"""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Upper
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.problems import Problem
from integrations.hooks import Hook, read_object
from integrations.models import Integration
from integrations.vendor_hook.source import VendorWord, parse
from tickets.cases.receiving import receive
from tickets.models import CaseMessage, VendorCase
from tickets.reported import CannotRead


class VendorHook(Hook):
    """Takes in what a vendor's own system says about its cases."""

    def answer(self, request: Request, integration: Integration, system: str) -> Response:
        try:
            word = parse(read_object(request))
        except CannotRead as error:
            raise Problem(400, "The body cannot be read.", errors={error.field: str(error)}) from None
        return Response(taken(integration, word, now=self.now))


def taken(integration: Integration, word: VendorWord, *, now: datetime) -> dict[str, Any]:
    """Keep what the vendor says in its case, once. Raises Problem 404 where it has no such case."""
    case = _case(integration, word)
    if case is None:
        raise Problem(404, "No case of yours has this reference.", errors={"reference": "names no case of yours"})
    kept = receive(
        case_id=case.pk, kind=word.kind, text=word.text or "(no text)", sender="", subject="",
        mail_id=f"hook:{integration.pk}:{word.delivery_id}", number=word.number, found="HOOK", now=now,
    )  # fmt: skip
    return {"stored": kept is not None, "ticket": f"ESC-{case.ticket_id}", "because": _because(kept)}


def _because(kept: CaseMessage | None) -> str:
    if kept is None:
        return "This delivery is known already."
    return "It came after the case was closed." if kept.kind == CaseMessage.Kind.LATE else "It is in the case."


def _case(integration: Integration, word: VendorWord) -> VendorCase | None:
    """By the case's token, else by our key, else by the vendor's number; an open one before one that is closed."""
    if integration.vendor_id is None:
        return None
    cases = VendorCase.objects.filter(vendor=integration.vendor_id)
    for found in _candidates(cases, word):
        if case := _first(found):
            return case
    return None


def _candidates(cases: QuerySet[VendorCase], word: VendorWord) -> list[QuerySet[VendorCase]]:
    if not word.reference:
        return [cases.alias(said=Upper("number")).filter(said=word.number.upper())]
    prefix, _, number = word.reference.upper().partition("-")
    keyed = prefix == "ESC" and number.isascii() and number.isdigit() and len(number) < 18
    return [cases.filter(_of_ticket(int(number)))] if keyed else [cases.filter(token=word.reference.lower())]


def _of_ticket(number: int) -> Q:
    """Of the ticket, or of the one that goes on for it: what the vendor once got names the key that it had then."""
    return Q(ticket=number) | Q(ticket__merged_from=number)


def _first(cases: QuerySet[VendorCase]) -> VendorCase | None:
    lodged = cases.exclude(status__in=[VendorCase.Status.INCOMPLETE])
    return lodged.exclude(status=VendorCase.Status.CLOSED).order_by("-pk").first() or lodged.order_by("-pk").first()
