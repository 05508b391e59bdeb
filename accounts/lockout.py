"""After five wrong passwords for one address from one network address, a pause; for nobody else, and known or not."""

from datetime import datetime
from math import ceil
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.client_address import client_address
from accounts.clock import database_now


def address_tried(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The mail address that is tried, in one case; "" when there is none."""
    given = credentials or request.POST
    return (given.get("username") or given.get("email") or "").strip().lower()


def ends_at(address: str, ip: str) -> datetime | None:
    """When the pause for this pair ends, in UTC; None when nothing was tried."""
    tried = AccessAttempt.objects.filter(username=address, ip_address=ip).aggregate(last=Max("attempt_time"))
    return tried["last"] + settings.AXES_COOLOFF_TIME if tried["last"] else None


def locked_out(request: HttpRequest, _answer: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """The page that says so, and when the pause ends."""
    now = database_now()
    ends = ends_at(address_tried(request, credentials), client_address(request)) or now + settings.AXES_COOLOFF_TIME
    seconds = max(1, ceil((ends - now).total_seconds()))
    shown = {"ends_at": ends, "minutes": ceil(seconds / 60), "limit": settings.AXES_FAILURE_LIMIT}
    page = render(request, "accounts/sign_in_locked.html", shown, status=429)
    page.headers["Retry-After"] = str(seconds)
    return page
