"""Pauses after wrong passwords, for addresses known or not alike.

After five for one mail address from one network address there is a pause for that pair, and for nobody else:
django-axes counts them. After twenty in an hour for one mail address, from wherever they came, passwords for it are
taken only from networks where its person was before. So who guesses from many networks gains little, and locks nobody
out there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.client_address import client_address, network_of
from accounts.clock import database_now
from accounts.models import KnownPlace, User, WrongPassword

LONGEST_ADDRESS = 254
# Of one mail address, from everywhere together.
MOST_WRONG, COUNTED_FOR = 20, timedelta(hours=1)
KNOWN_FOR = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Pause:
    """Until when no password is taken, in UTC, and whether that holds for other networks too."""

    ends_at: datetime
    everywhere: bool


class PasswordGuard(AxesDatabaseHandler):
    """django-axes' count of each pair, and ours of each mail address."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        if super().is_locked(request, credentials):
            return True
        address, now = address_tried(request, credentials), database_now()
        return _everywhere_until(address, client_address(request), now=now) is not None

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **about: Any
    ) -> None:
        paused = getattr(request, "axes_locked_out", False)
        super().user_login_failed(sender, credentials, request, **about)
        if request and not paused:
            note_wrong_password(address_tried(request, credentials), now=database_now())

    def reset_attempts(self, *, username: str | None = None, **about: Any) -> int:
        """Forget what was tried; by `manage.py axes_reset_username` and its like."""
        if username:
            WrongPassword.objects.filter(address=username).delete()
        return super().reset_attempts(username=username, **about)


def address_tried(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The mail address that is tried, in one case; "" when there is none."""
    given = credentials or request.POST
    return (given.get("username") or given.get("email") or "").strip().lower()


def note_wrong_password(address: str, *, now: datetime) -> None:
    """Count one, and forget those that count no more."""
    WrongPassword.objects.filter(at__lte=now - COUNTED_FOR).delete()
    WrongPassword.objects.create(address=address[:LONGEST_ADDRESS], at=now)


def note_place(user: User, ip: str, *, now: datetime) -> None:
    """Remember that `user` has shown there who it is; places of half a year ago are forgotten."""
    KnownPlace.objects.filter(user=user, last_at__lte=now - KNOWN_FOR).delete()
    KnownPlace.objects.update_or_create(user=user, network=network_of(ip), defaults={"last_at": now})


def pause(address: str, ip: str, *, now: datetime) -> Pause:
    """Why no password for `address` is taken from `ip`: the pause for both, or that for the address."""
    everywhere = _everywhere_until(address, ip, now=now)
    if everywhere:
        return Pause(everywhere, everywhere=True)
    tried = AccessAttempt.objects.filter(username=address, ip_address=ip).aggregate(last=Max("attempt_time"))
    return Pause((tried["last"] or now) + settings.AXES_COOLOFF_TIME, everywhere=False)


def locked_out(request: HttpRequest, _answer: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """The page that says so, and when the pause ends."""
    now = database_now()
    found = pause(address_tried(request, credentials), client_address(request), now=now)
    seconds = max(1, ceil((found.ends_at - now).total_seconds()))
    shown = {"pause": found, "minutes": ceil(seconds / 60), "limit": settings.AXES_FAILURE_LIMIT}
    page = render(request, "accounts/sign_in_locked.html", shown, status=429)
    page.headers["Retry-After"] = str(seconds)
    return page


def _everywhere_until(address: str, ip: str, *, now: datetime) -> datetime | None:
    """When strangers may try `address` again; None when they may now, or `ip` is no stranger's."""
    wrong = WrongPassword.objects.filter(address=address[:LONGEST_ADDRESS], at__gt=now - COUNTED_FOR)
    latest = list(wrong.order_by("-at").values_list("at", flat=True)[:MOST_WRONG])
    if len(latest) < MOST_WRONG:
        return None
    known = KnownPlace.objects.filter(user__email__iexact=address, network=network_of(ip)).exists()
    return None if known else latest[-1] + COUNTED_FOR
