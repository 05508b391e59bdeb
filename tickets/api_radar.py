"""A ticket's place on the escalation radar over the REST API. Clients' keys neither read nor move it."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.api import TICKET, TicketView
from tickets.api_ticket import IF_MATCH, seen_count
from tickets.bodies import RadarBody
from tickets.models import Ticket
from tickets.radar import placing


class RadarPlace(TicketView):
    """The place of one ticket on the radar."""

    scopes = {"PUT": "tickets:work", "DELETE": "tickets:work"}

    @extend_schema(operation_id="place_on_radar", parameters=[IF_MATCH], request=RadarBody, responses=TICKET)
    def put(self, request: Request, key: str) -> Response:
        """Put it on the radar, or move it there: no score means that it needs investigation."""
        read = seen_count(self._ours(key), request.headers.get("If-Match"))
        placing.place(key=key, by=request.user, now=self.now, read=read, **self.said(RadarBody))
        return self.answer(self.seen(key))

    @extend_schema(operation_id="take_off_radar", parameters=[IF_MATCH], request=None, responses=TICKET)
    def delete(self, request: Request, key: str) -> Response:
        """Take it off the radar."""
        read = seen_count(self._ours(key), request.headers.get("If-Match"))
        placing.remove(key=key, by=request.user, now=self.now, read=read)
        return self.answer(self.seen(key))

    def _ours(self, key: str) -> Ticket:
        """The ticket, for a key of the provider's own: a client's has no radar. Raises Http404."""
        if self.bound:
            raise Http404
        return self.seen(key)
