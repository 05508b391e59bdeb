"""One ticket's page, and what it asks for while it is open: who else is there, what is new, keeping a draft."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Func
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.redirects import see_other
from accounts.roles import DESK, STAFF
from tickets import drafts, presence, ticket_page
from tickets.acting import seen
from tickets.models import Ticket
from tickets.notified import read_ticket
from tickets.shift import stays
from tickets.story import asked, since


@for_roles(STAFF)
@never_cache
@require_safe
def ticket(request: HttpRequest, key: str) -> HttpResponse:
    """One ticket with its story and its facts; for htmx the timeline alone, where that is all it asks for."""
    found, wanted = _found(request, key, ticket_page.JOINED), asked(request.GET)
    now = found.read_at
    stays.note(request.user, found.desk_seen_at, now=now)
    read_ticket(request.user, found, now=now)
    if request.htmx and request.htmx.target == "timeline":
        context = ticket_page.part(found, user=request.user, wanted=wanted, now=now)
        return render(request, "tickets/parts/timeline.html", context)
    context = ticket_page.context(found, user=request.user, wanted=wanted, now=now)
    return render(request, "tickets/ticket.html", context)


def _found(request: HttpRequest, key: str, joined: Sequence[str] = ()) -> Any:
    """The ticket with what is joined to it; `read_at`, the database's time; `desk_seen_at`, the reader's last look."""
    tickets = Ticket.objects.visible_to(request.user)
    tickets = tickets.select_related(*joined) if joined else tickets
    at = Func(function="clock_timestamp", output_field=DateTimeField())
    found = tickets.by_key(key).annotate(read_at=at, desk_seen_at=stays.seen_at(request.user)).first()
    if found is None:
        raise Http404
    return found


@for_roles(STAFF)
@require_POST
def at_ticket(request: HttpRequest, key: str) -> HttpResponse:
    """The reader has the ticket open. 204 while nothing is new; else who is there and what has happened since."""
    found = _found(request, key)
    now = found.read_at
    if request.POST.get("leaving"):
        presence.leave(ticket_id=found.pk, by=request.user)
        return HttpResponse(status=204)
    stays.note(request.user, found.desk_seen_at, now=now)
    presence.beat(ticket_id=found.pk, by=request.user, writing=bool(request.POST.get("writing")), now=now)
    others = presence.others(found.pk, user=request.user, now=now)
    known = _known(request, found)
    if known == found.event_count and request.POST.get("others", "") == "|".join(others):
        return HttpResponse(status=204)
    news = since(found.pk, known) if known < found.event_count else []
    context = {"ticket": found, "others": others, "news": news, "count": found.event_count - known, "now": now}
    return render(request, "tickets/parts/presence.html", context)


def _known(request: HttpRequest, found: Ticket) -> int:
    """How many of its events the page shows; all where it says nothing of it."""
    said = request.POST.get("seen", "")
    return (
        min(int(said), found.event_count) if said.isascii() and said.isdigit() and len(said) < 10 else found.event_count
    )


@for_roles(DESK)
@require_POST
def draft(request: HttpRequest, key: str) -> HttpResponse:
    """Keep what is being written, or discard it: 204 for a page that is left, without scripts back to the ticket."""
    found, now = seen(request, key), database_now()
    if request.POST.get("discard"):
        drafts.discard(ticket_id=found.pk, by=request.user)
        return _answered(request, found, drafts.Kept(None), now)
    kept = drafts.keep(
        ticket=found, by=request.user, audience=_audience(request), body=request.POST.get("body", ""),
        known=_moment(request.POST.get("known", "")), now=now,
    )  # fmt: skip
    return _answered(request, found, kept, now)


def _audience(request: HttpRequest) -> str:
    return "public" if request.POST.get("audience") == "public" else "note"


def _answered(request: HttpRequest, found: Ticket, kept: drafts.Kept, now: datetime) -> HttpResponse:
    if request.headers.get("X-Asked-By") == "script":
        context = {"ticket": found, "saved_at": kept.saved_at, "replaced": kept.replaced, "now": now}
        return render(request, "tickets/parts/draft.html", context)
    if request.POST.get("leaving"):
        return HttpResponse(status=204)
    return see_other(f"/tickets/{found.key}/")


def _moment(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at and at.tzinfo else None
