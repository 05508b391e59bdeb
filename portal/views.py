"""The client's own pages: how we work for them, and where their requests stand.

Of clients, tickets and documents nothing here is written. Kept is that a manager read a page as somebody else does, and
how often a share link was opened.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.language import Say, message
from accounts.languages import speaking
from accounts.speech import other_languages, speech
from clients.eyes import Eyes, eyes
from clients.models import Client
from clients.page_words import KEEPERS, kept_by
from clients.share_links import opened_link
from documents.downloads import download
from documents.guide.page_changes import Told
from documents.guide.plain_words import day_words, whole_day, zone_name
from documents.guide.prose import TITLE, prose
from documents.guide.reading import history, page_at
from documents.guide.shelf import shelf
from portal import reading
from portal.asked import as_of
from portal.pdf import pdf_of
from portal.press import Busy
from portal.shares import parts
from portal.tracker import tracked

GRANT = "read_client_page"
SHARES_OVER = timedelta(days=30)
CHANGES_SHOWN = 5
BUSY = message("The file could not be made in time. Try again in a minute, or print the page itself.")
SHARED_HEADERS = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


@login_required
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """To one's client's page, or to a choice where there are several."""
    clients = list(Client.objects.visible_to(request.user, GRANT))
    if len(clients) == 1:
        return redirect("client-page", clients[0].slug)
    say = speech(request, request.user.language, *dict.fromkeys(client.language for client in clients))
    with speaking(say):
        shown = {"clients": clients, "language": say.code, "other_languages": other_languages(request, say)}
        return render(request, "portal/start.html", shown)


@login_required
@never_cache
def client_page(request: HttpRequest, slug: str) -> HttpResponse:
    """How requests are handled for this client, and its live tickets. A stranger gets 404.

    With `?as_of=` how they were handled then, without the tickets; with `?see_as=` what another person reads.
    """
    client, now = _client(request, slug), database_now()
    seen, zone = eyes(request, client, now=now), ZoneInfo(client.timezone)
    say = speech(request, seen.reader.language, client.language)
    asked = as_of(request.GET.get("as_of", ""), now=now, zone=zone, say=say)
    known = shelf(client)
    page = page_at(known, now=now, as_of=asked.at, say=say)
    context = {
        "title": say(TITLE), "prose": prose(page, client.name, say=say) if page else None, "asked": asked,
        "today": f"{now.astimezone(zone):%Y-%m-%d}",
    }  # fmt: skip
    if asked.at is None:
        context |= _requests(seen, client, say, now=now, zone=zone)
        context |= _changes(history(known, now=now, say=say), say, now=now, zone=zone)
    status = 400 if asked.fault else 200
    return _rendered(request, "portal/client_page.html", client, seen, context, say=say, now=now, status=status)


@login_required
@never_cache
def client_ticket(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The public story of one ticket. One that the reader may not see is as good as none: 404."""
    client, now = _client(request, slug), database_now()
    seen = eyes(request, client, now=now)
    say = speech(request, seen.reader.language, client.language)
    readable = reading.readable(seen.reader, client)
    ticket = get_object_or_404(readable.by_key(key).values("pk"))
    this = readable.filter(pk=ticket["pk"])
    [row] = reading.rows(this, reading.ledgers(this))
    survivor = readable.filter(pk=row["merged_into_id"]).first() if row["merged_into_id"] else None
    told = tracked(reading.with_files(row, this), now=now, zone=ZoneInfo(client.timezone), say=say)
    context = {"ticket": told, "goes_on_as": survivor}
    return _rendered(request, "portal/client_ticket.html", client, seen, context, say=say, now=now)


@login_required
@never_cache
@require_safe
def client_file(request: HttpRequest, slug: str, key: str, pk: int) -> HttpResponse:
    """A file that was sent to the reader's client with a reply on one of its tickets, to be saved; else 404."""
    client = _client(request, slug)
    seen = eyes(request, client, now=database_now())
    this = reading.readable(seen.reader, client).by_key(key)
    return download(get_object_or_404(reading.files(this), pk=pk))


@login_required
@never_cache
def client_page_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The policy part as a file, as it is or was at `?as_of=`. Nothing to be set, or a date that is none: 404."""
    client, now = _client(request, slug), database_now()
    zone = ZoneInfo(client.timezone)
    say = speech(request, request.user.language, client.language)
    asked = as_of(request.GET.get("as_of", ""), now=now, zone=zone)
    edition = shelf(client).edition(now=now, as_of=asked.at)
    if asked.fault or not edition.policy:
        raise Http404
    try:
        file = pdf_of(edition, whole_day(asked.at or now, zone=zone, say=say), say)
    except Busy:
        return HttpResponse(
            say(BUSY), status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "60"}
        )
    name = f'inline; filename="{client.slug}.pdf"'
    return HttpResponse(file, content_type="application/pdf", headers={"Content-Disposition": name})


@never_cache
def shared_page(request: HttpRequest, token: str) -> HttpResponse:
    """The policy part for whoever holds a share link, signed in or not. One that ended is as good as none: 404."""
    now = database_now()
    link = opened_link(token, now=now)
    if link is None:
        raise Http404
    client, say = link.client, speech(request, link.client.language)
    page = page_at(shelf(client), now=now, say=say)
    context = {
        "title": say(TITLE), "client": client, "language": say.code, "other_languages": other_languages(request, say),
        "prose": prose(page, client.name, shared=True, say=say) if page else None,
        "day": whole_day(now, zone=ZoneInfo(client.timezone), say=say),
    }  # fmt: skip
    # Rendered without the request: nothing of who happens to be signed in belongs on this page.
    with speaking(say):
        return HttpResponse(render_to_string("portal/shared.html", context), headers=SHARED_HEADERS)


def _client(request: HttpRequest, slug: str) -> Client:
    return get_object_or_404(Client.objects.visible_to(request.user, GRANT), slug=slug)


def _requests(seen: Eyes, client: Client, say: Say, *, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The reader's tickets, what is asked of the client first; and whose time they took over the last 30 days."""
    readable, since = reading.readable(seen.reader, client), now - SHARES_OVER
    ledgers = reading.ledgers(readable, since=since)
    rows = reading.rows(reading.on_the_page(readable, now=now), ledgers, limit=reading.MOST_TICKETS + 1)
    tickets = [tracked(row, now=now, zone=zone, say=say) for row in rows[: reading.MOST_TICKETS]]
    tickets.sort(key=lambda ticket: (ticket.ended, not ticket.asks_you))
    return {
        "tickets": tickets,
        "open": sum(not ticket.ended for ticket in tickets),
        "more": len(rows) > reading.MOST_TICKETS,
        "parts": parts(ledgers.values(), since=since, until=now, say=say),
    }


def _changes(changes: list[Told], say: Say, *, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    rows = [
        {"at": row.at, "day": day_words(row.at, now=now, zone=zone, say=say), "sentences": row.sentences}
        for row in changes
    ]
    return {"changes": rows[:CHANGES_SHOWN], "earlier": rows[CHANGES_SHOWN:]}


def _rendered(
    request: HttpRequest, template: str, client: Client, seen: Eyes, context: dict[str, Any], *, say: Say,
    now: datetime, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Rendered in the client's zone and the reader's language."""
    keeps = not seen.person and request.user.roles & KEEPERS and kept_by(request.user).filter(pk=client.pk).exists()
    common = {
        "client": client, "zone": zone_name(client.timezone, say), "now": now, "seen": seen, "keeps": keeps,
        "language": say.code, "other_languages": other_languages(request, say),
    }  # fmt: skip
    with timezone.override(ZoneInfo(client.timezone)), speaking(say):
        return render(request, template, {**context, **common}, status=status)
