"""The client's own pages: how we work for them, and where their requests stand. Nothing here writes."""

from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.clock import database_now
from clients.models import Client
from documents.guide.page import page
from documents.guide.plain_words import zone_name
from documents.guide.reading import provision
from portal import reading
from portal.tracker import tracked
from tiers.policies import NoPolicy

GRANT = "read_client_page"


@login_required
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """To one's client's page, or to a choice where there are several."""
    clients = list(Client.objects.visible_to(request.user, GRANT))
    if len(clients) == 1:
        return redirect("client-page", clients[0].slug)
    return render(request, "portal/start.html", {"clients": clients})


@login_required
@never_cache
def client_page(request: HttpRequest, slug: str) -> HttpResponse:
    """How requests are handled for this client, and its live tickets. A stranger gets 404."""
    client, now = _client(request, slug), database_now()
    zone = ZoneInfo(client.timezone)
    tickets = reading.on_the_page(reading.readable(request.user, client), now=now)
    rows = reading.rows(tickets, limit=reading.MOST_TICKETS + 1)
    context = {
        "page": _page(client, now=now),
        "tickets": [tracked(row, now=now, zone=zone) for row in rows[: reading.MOST_TICKETS]],
        "more": len(rows) > reading.MOST_TICKETS,
    }
    return _rendered(request, "portal/client_page.html", client, context, now=now)


@login_required
@never_cache
def client_ticket(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The public story of one ticket. One that the reader may not see is as good as none: 404."""
    client, now = _client(request, slug), database_now()
    readable = reading.readable(request.user, client)
    ticket = get_object_or_404(readable.by_key(key).values("pk"))
    [row] = reading.rows(readable.filter(pk=ticket["pk"]))
    survivor = readable.filter(pk=row["merged_into_id"]).first() if row["merged_into_id"] else None
    context = {"ticket": tracked(row, now=now, zone=ZoneInfo(client.timezone)), "goes_on_as": survivor}
    return _rendered(request, "portal/client_ticket.html", client, context, now=now)


def _client(request: HttpRequest, slug: str) -> Client:
    return get_object_or_404(Client.objects.visible_to(request.user, GRANT), slug=slug)


def _page(client: Client, *, now):
    try:
        return page(provision(client, now=now))
    except NoPolicy:
        return None


def _rendered(request: HttpRequest, template: str, client: Client, context: dict, *, now) -> HttpResponse:
    """Rendered in the client's zone, whoever reads it."""
    with timezone.override(ZoneInfo(client.timezone)):
        zone = {"client": client, "zone": zone_name(client.timezone), "now": now}
        return render(request, template, {**context, **zone})
