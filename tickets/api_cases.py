"""Vendor cases over the REST API: those of a ticket, lodging by hand, and what the vendor said."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import once_per_key
from tickets import bodies, lifecycle
from tickets import serializers as forms
from tickets.api import TicketView, either
from tickets.cases import lodging, receiving
from tickets.cases.lodging import NoSuchCase
from tickets.models import VendorCase

CASE = either("CaseOfKey", forms.CaseForm, forms.ClientCaseForm)
LODGED = OpenApiExample("Lodged on the vendor's portal", value={"number": "2603020030001234"}, request_only=True)
ANSWERED = OpenApiExample(
    "A question by telephone",
    value={"kind": "QUESTION", "text": "Which version do you run?", "number": "2603020030001234"},
    request_only=True,
)


class CasesView(TicketView):
    """What views of cases share: the form that the key may read."""

    def shown(self, cases: Any, *, many: bool = False) -> Any:
        """The cases, or the one; a client reads less of each."""
        return (forms.ClientCaseForm if self.bound else forms.CaseForm)(cases, many=many).data


class VendorCases(CasesView):
    """Cases with vendors."""

    scopes = {"GET": "tickets:read", "POST": "tickets:work"}

    @extend_schema(
        operation_id="list_vendor_cases",
        responses=either("CaseOfKey", forms.CaseForm, forms.ClientCaseForm, many=True),
    )
    def get(self, request: Request, key: str) -> Response:
        """List a ticket's cases, the first first; there are few, so they come without pages.

        A client's key reads of those that were lodged while the ticket was the client's.
        """
        cases = list(self.seen(key).vendor_cases.all())
        told = [case for case in cases if case.public] if self.bound else cases
        return Response(self.shown(told, many=True))

    @extend_schema(operation_id="open_vendor_case", request=bodies.CaseBody, responses={201: CASE})
    @once_per_key
    def post(self, request: Request, key: str) -> Response:
        """Open a case with the vendor of a service, or answer what an incomplete one still needs."""
        case = lifecycle.lodge_case(key=key, by=request.user, now=self.now, **self.said(bodies.CaseBody))
        return Response(self.shown(case), status=201)


class CaseVerb(CasesView):
    """One verb on a case: subclasses do it."""

    scopes = {"POST": "tickets:work"}

    def done(self, key: str, case: str, act: Any, body: type[Any]) -> Response:
        """Do it, and answer with the case. Raises Http404 for a case of another ticket as for none."""
        said = self.said(body)
        self.seen(key)
        try:
            act(key=key, case_id=int(case), by=self.request.user, now=self.now, **said)
        except NoSuchCase:
            raise Http404 from None
        return Response(self.shown(VendorCase.objects.select_related("vendor", "service").get(pk=int(case))))


class CaseLodged(CaseVerb):
    """It was lodged by hand."""

    @extend_schema(
        operation_id="mark_vendor_case_lodged", request=bodies.LodgedBody, responses={200: CASE}, examples=[LODGED]
    )
    @once_per_key
    def post(self, request: Request, key: str, case: str) -> Response:
        """Say that a case was lodged on the vendor's portal or by telephone: from now on the vendor has the ticket."""
        return self.done(key, case, lodging.mark_lodged, bodies.LodgedBody)


class CaseAnswers(CaseVerb):
    """What the vendor said."""

    @extend_schema(
        operation_id="note_vendor_answer", request=bodies.VendorSaidBody, responses={200: CASE}, examples=[ANSWERED]
    )
    @once_per_key
    def post(self, request: Request, key: str, case: str) -> Response:
        """Note what the vendor said where no mail of its came: the ball is ours again."""
        return self.done(key, case, receiving.by_hand, bodies.VendorSaidBody)
