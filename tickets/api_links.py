"""Linking tickets, and splitting one, over the REST API."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import once_per_key
from tickets import bodies
from tickets.api import TICKET, TicketView, contact_of, vendor_service
from tickets.api_verbs import Verb, verb
from tickets.linked import link
from tickets.models import Ticket
from tickets.splitting import Part, split


@verb("link_ticket", bodies.LinkBody)
class Links(Verb):
    """Link it with another ticket; our own people read it on both, no client does, nor does a client's key link any."""

    def act(self, **said: Any) -> None:
        if self.bound:
            raise Http404
        link(**said)


class Splits(TicketView):
    """Parts of a ticket."""

    scopes = {"POST": "tickets:work"}

    @extend_schema(operation_id="split_ticket", request=bodies.SplitBody, responses={201: TICKET})
    @once_per_key
    def post(self, request: Request, key: str) -> Response:
        """Split a part off as a ticket of the same client; answered is the new one."""
        part = self._part(self.seen(key), self.said(bodies.SplitBody))
        opened = split(key=key, part=part, by=request.user, now=self.now)
        return self.answer(self.seen(opened.key), 201)

    def _part(self, ticket: Ticket, said: dict[str, Any]) -> Part:
        service = vendor_service(said.pop("service")) if said.get("service") else None
        contact = contact_of(ticket.client, said.pop("contact", ""))
        said = {name: value for name, value in said.items() if name != "service"}
        return Part(**{"priority": ticket.priority, **said}, service=service, contact=contact)
