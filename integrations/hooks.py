"""The door for outside systems: `POST /hooks/<system>/<integration-id>/`.

The sender shows its token before anything that it sent is read; whoever has none learns nothing, not even whether the
integration exists.
"""

import hmac
from collections.abc import Callable, Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_view import ApiView
from accounts.keys import digest
from accounts.problems import Problem
from accounts.rest import read_body
from integrations.allowance import RETRY_AFTER_SECONDS, take_one
from integrations.models import Integration
from integrations.ninjaone import source as ninjaone
from tickets.events import take_in
from tickets.reported import CannotRead, ReportedEvent
from tickets.scrubbing import scrubbed

Parse = Callable[[Mapping[str, Any]], ReportedEvent | None]
PARSERS: Mapping[str, Parse] = {"ninjaone": ninjaone.parse}
# Those whose doors do something else than report events, such as a vendor's own system.
OTHER_SYSTEMS = frozenset({"vendor"})
# What a token is compared with where there is none to compare with, so that this takes as long.
NO_DIGESTS = (digest("nobody"),)
NO_ALERT = "This activity is no alert."


class Hook(ApiView):
    """Takes in what an outside system reports."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def post(self, request: Request, system: str, integration_id: str) -> Response:
        integration = verified(request, system, integration_id)
        if not take_one(integration.pk, now=self.now):
            raise Problem(429, "Too many deliveries; come again later.", retry_after=RETRY_AFTER_SECONDS)
        try:
            answer = self.answer(request, integration, system)
        except Problem as problem:
            self._note(integration, last_error_at=self.now, last_error=_words(problem)[:300])
            raise
        self._note(integration, last_success_at=self.now)
        return answer

    def answer(self, request: Request, integration: Integration, system: str) -> Response:
        """What becomes of a delivery whose sender is known. Raises Problem."""
        if system not in PARSERS:
            raise Problem(404, "Deliveries of this system go to another address.")
        return self._taken(integration, _read(request, PARSERS[system]))

    def _taken(self, integration: Integration, reported: ReportedEvent | None) -> Response:
        if reported is None:
            return Response({"stored": False, "ticket": None, "because": NO_ALERT})
        outcome = take_in(source=integration.source, reported=reported, now=self.now)
        ticket = outcome.ticket.key if outcome.ticket else None
        return Response({"stored": outcome.stored, "ticket": ticket, "because": outcome.because})

    def _note(self, integration: Integration, **columns: Any) -> None:
        Integration.objects.filter(pk=integration.pk).update(**columns)


def verified(request: Request, system: str, integration_id: str) -> Integration:
    """The integration whose token the request shows. Raises Problem 401, the same for every reason."""
    integration = _integration(system, integration_id)
    digests = integration.token_digests if integration else []
    shown = [digest(token) for token in _tokens(request)]
    # Without a digest to compare with, the time is spent all the same; what it gives is not looked at.
    matches = [hmac.compare_digest(known, one) for known in digests or NO_DIGESTS for one in shown]
    if not digests or not any(matches):
        problem = Problem(401, "Not authorized.")
        problem.auth_header = 'Bearer realm="hooks"'
        raise problem
    assert integration is not None
    return integration


def _integration(system: str, integration_id: str) -> Integration | None:
    numbered = integration_id.isascii() and integration_id.isdigit() and len(integration_id) < 19
    if not numbered or system not in {*PARSERS, *OTHER_SYSTEMS}:
        return None
    return Integration.objects.select_related("source").filter(pk=int(integration_id), system=system).first()


def _tokens(request: Request) -> list[str]:
    """What the sender shows: `Authorization: Bearer …` or `X-Portal-Token`; an empty one is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    shown = [token.strip() if scheme.lower() == "bearer" else "", request.headers.get("X-Portal-Token", "").strip()]
    return [token for token in shown if token]


def _read(request: Request, parse: Parse) -> ReportedEvent | None:
    """The event in the body, without the credentials in it. Raises Problem."""
    body = read_object(request)
    try:
        return parse(scrubbed(body))
    except CannotRead as error:
        raise Problem(400, "The body cannot be read.", errors={error.field: str(error)}) from None


def read_object(request: Request) -> Mapping[str, Any]:
    """The JSON object of a request's body. Raises Problem."""
    body = read_body(request._request, request)
    if not isinstance(body, dict):
        raise Problem(400, "The body must be a JSON object.")
    return body


def _words(problem: Problem) -> str:
    fields = "; ".join(f"{error['field']} {error['message']}" for error in problem.errors)
    return f"{problem.detail} {fields}".strip()
