"""One ticket over the REST API: read it, and change what it is about, if it is still as it was read."""

import re
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.problems import Problem
from tickets.api import TICKET, TicketView, etag, vendor_service
from tickets.bodies import ChangeBody
from tickets.changing import Changes, change
from tickets.models import Ticket

TAG = re.compile(r'\s*(?:W/)?"[^"]*"\s*')
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The `ETag` that the ticket was read with; `*` for however it is. Absent: 428. It has changed: 412.",
)


class TicketDetail(TicketView):
    """One ticket."""

    scopes = {"GET": "tickets:read", "PATCH": "tickets:work"}

    @extend_schema(operation_id="read_ticket", responses=TICKET)
    def get(self, request: Request, key: str) -> Response:
        """Read a ticket: who must act next, why, and by when."""
        return self.answer(self.seen(key))

    @extend_schema(operation_id="change_ticket", parameters=[IF_MATCH], request=ChangeBody, responses=TICKET)
    def patch(self, request: Request, key: str) -> Response:
        """Change what it is about. Clocks whose terms differ then go on with what they have used."""
        read = seen_count(self.seen(key), request.headers.get("If-Match"))
        said = self.said(ChangeBody)
        why = said.pop("why")
        change(key=key, changes=self._changes(said), why=why, by=request.user, now=self.now, seen=read)
        return self.answer(self.seen(key))

    def _changes(self, said: dict[str, Any]) -> Changes:
        if "client" in said:
            said["client"] = self.client(said["client"])
        if "service" in said:
            said["service"] = vendor_service(said["service"])
        return Changes(**said)


def seen_count(ticket: Ticket, condition: str | None) -> int | None:
    """How many events the caller had seen, by its If-Match; None where it takes the ticket however it is.

    Raises Problem: 428 without a condition, 400 for one that is none, 412 where the ticket has changed.
    """
    if condition is None:
        raise Problem(428, "Read the ticket first and send its ETag as If-Match, so that nobody's change is lost.")
    if condition.strip() == "*":
        return None
    tags = condition.split(",")
    if not all(TAG.fullmatch(tag) for tag in tags):
        raise Problem(400, "If-Match must be the ETag as it was given, with its quotes.")
    if etag(ticket) not in [tag.strip() for tag in tags]:
        raise Problem(412, "The ticket has changed since you read it.")
    return int(ticket.event_count)
