"""Calendars to subscribe to: made and revoked by whoever reads them, and served at their secret address."""

from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.defaults import page_not_found

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import STAFF
from tiers.models import Feed, Team
from tiers.on_call_feed import content_of, last_change, live_feed, make_feed, revoke_feed

SUFFIX = ".ics"


@require_POST
@for_roles(STAFF)
@never_cache
def make(request: HttpRequest) -> HttpResponse:
    """Make the reader's address, of own shifts or those of the team named `team`, and show it this once."""
    slug = request.POST.get("team", "")
    team = get_object_or_404(Team, slug=slug) if slug else None
    secret = make_feed(user=request.user, team=team, now=database_now())
    address = f"{settings.PUBLIC_URL}{reverse('on-call-feed', args=[f'{secret}{SUFFIX}'])}"
    return render(request, "tiers/on_call_feed.html", {"address": address, "team": team, "back": _page(team)})


@require_POST
@for_roles(STAFF)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one of the reader's own addresses lead nowhere any more."""
    feed = get_object_or_404(Feed.objects.select_related("team"), pk=pk, user=request.user)
    revoke_feed(feed=feed, now=database_now())
    messages.success(request, "The address is revoked. Calendars that subscribed to it get nothing any more.")
    response = HttpResponseRedirect(_page(feed.team))
    response.status_code = 303
    return response


def _page(team: Team | None) -> str:
    return reverse("team", args=[team.slug]) if team else reverse("teams")


@csrf_exempt  # whoever posts here is told of nothing, as everywhere below this address
def serve(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar at this address; one that is unknown, revoked or of somebody who has left is like nothing."""
    asks = request.method in ("GET", "HEAD") and secret.endswith(SUFFIX)
    feed, now = live_feed(secret.removesuffix(SUFFIX)) if asks else None, database_now()
    if feed is None:
        return _nothing(request)
    content = content_of(feed, now=now)
    return _answer(request, content, changed_at=last_change(feed, content, now=now))


def _nothing(request: HttpRequest) -> HttpResponse:
    """The page of what does not exist, without the line in the log that would hold the address."""
    response = page_not_found(request, Http404())
    response._has_been_logged = True
    return response


def _answer(request: HttpRequest, content: bytes, *, changed_at: datetime) -> HttpResponse:
    etag, modified = f'"{sha256(content).hexdigest()[:32]}"', int(changed_at.timestamp())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["ETag"], response.headers["Last-Modified"] = etag, http_date(modified)
    response = get_conditional_response(request, etag, modified, response) or response
    response.headers["Cache-Control"] = "private"
    response.headers["Content-Disposition"] = 'inline; filename="on-call.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response
