"""Rows of tickets that have left a list: as they stand now, and what took them out of it."""

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import STAFF
from tickets.models import Ticket, TicketEvent
from tickets.queue import with_facts
from tickets.rows import row_of

MOST = 50
# What the last event on it says of a ticket that left.
TOOK = {
    "ACKNOWLEDGED": "Acknowledged", "ASSIGNED": "Assigned", "ESCALATED": "Escalated", "RESOLVED": "Resolved",
    "WAITING": "Set waiting", "CASE_LODGED": "Sent to the vendor", "RESUMED": "Resumed", "CHANGED": "Changed",
    "REOPENED": "Reopened", "UNDONE": "Undone",
}  # fmt: skip
LEFT = "No longer in this view"


@for_roles(STAFF)
@never_cache
@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """The rows of the tickets named by `key`, at most MOST; one that the reader may not see is left out."""
    now, zone = database_now(), timezone.get_current_timezone()
    shown = [(row_of(values, now=now, zone=zone), values) for values in with_last(named(request), user=request.user)]
    rows = [{**row, "gone": row["snoozed"] or took(values)} for row, values in shown]
    return render(request, "tickets/left.html", {"rows": rows, "now": now})


def took(values: Mapping[str, Any]) -> str:
    """What happened, and by whom, where a person did it: "Acknowledged by L2"."""
    said = TOOK.get(values["last_kind"])
    if said is None:
        return LEFT
    return f"{said} by {values['last_actor']}" if values["last_actor"] else said


def named(request: HttpRequest) -> QuerySet:
    """The tickets of `key`, at most MOST, that the reader may see."""
    return Ticket.objects.visible_to(request.user).by_keys(request.GET.getlist("key")[:MOST])


def with_last(tickets: QuerySet, *, user: User) -> QuerySet:
    """The facts of rows with the kind and the person of the last event."""
    last = TicketEvent.objects.filter(ticket=OuterRef("pk"), seq=OuterRef("event_count"))
    return with_facts(
        tickets, user=user, last_kind=Subquery(last.values("kind")), last_actor=Subquery(last.values("actor__name"))
    )  # fmt: skip
