"""The page of what one was told: unread or all of it, opening one, and having read them all."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import STAFF
from clients.models import Client
from tickets.digest_text import first_paragraph
from tickets.forms import MissingForm
from tickets.models import Notification, VendorCase
from tickets.notified import Page, leads_to, notifications_of, page, read, read_all, unread

LARGEST = 2**63 - 1


@for_roles(STAFF)
@never_cache
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """What the reader was told, the newest first: what is unread, or with `?show=all` everything."""
    everything = request.GET.get("show") == "all"
    found = notifications_of(request.user) if everything else unread(request.user)
    found = found.annotate(asks=Exists(_waiting(request.user).filter(ticket=OuterRef("ticket"))))
    shown = page(found, before=_number(request, "before"), after=_number(request, "after"))
    now, asking = database_now(), _asking(shown.rows, request.user)
    days = list(_days(shown.rows, now, asking))
    context = {"all": everything, "now": now, "days": days, **_ways(shown, everything)}
    return render(request, "tickets/notifications.html", context | {"actions": _actions(shown, everything)})


def _number(request: HttpRequest, name: str) -> int:
    """A cursor of the address; 0 for none, and for a damaged one."""
    written = request.GET.get(name, "")
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 20 else 0
    return number if number <= LARGEST else 0


def _waiting(user: User) -> QuerySet[VendorCase]:
    """Cases that wait for answers of those who may work their tickets."""
    workable = Client.objects.visible_to(user, "work_client")
    return VendorCase.objects.filter(status="INCOMPLETE", ticket__client__in=workable)


def _asking(rows: Sequence[Any], user: User) -> dict[int, MissingForm]:
    """By the notification, what a vendor's case of its ticket still needs, where the reader may answer it.

    The newest notification of a ticket asks, and no other. One query, none where nothing is asked.
    """
    newest = {row.ticket_id: row.pk for row in sorted(rows, key=lambda row: row.pk) if row.asks}
    if not newest:
        return {}
    cases = _waiting(user).filter(ticket__in=newest).select_related("service", "vendor").order_by("-pk")
    waiting = {case.ticket_id: case for case in cases}
    return {newest[ticket]: MissingForm(case) for ticket, case in waiting.items()}


def _days(
    rows: Iterable[Notification], now: datetime, asking: Mapping[int, MissingForm]
) -> Iterable[dict[str, Any]]:  # fmt: skip
    """The rows by the day of the reader's clock."""
    today = timezone.localtime(now).date()
    names = {today: "Today", today - timedelta(days=1): "Yesterday"}
    by_time = sorted(rows, key=lambda row: (row.at, row.pk), reverse=True)
    for day, of_day in groupby(by_time, key=lambda row: timezone.localtime(row.at).date()):
        yield {"on": day, "name": names.get(day, ""), "rows": [_row(row, asking.get(row.pk)) for row in of_day]}


def _row(row: Notification, asks: MissingForm | None) -> dict[str, Any]:
    key = row.ticket.key if row.ticket else ""
    return {"row": row, "key": key, "text": first_paragraph(row.text), "asks": asks}


def _ways(shown: Page, everything: bool) -> dict[str, str]:
    """The addresses of the pages beside this one."""
    here = f"{reverse('notifications')}?{'show=all&' if everything else ''}"
    return {
        "newer_url": f"{here}after={shown.newer}" if shown.newer else "",
        "older_url": f"{here}before={shown.older}" if shown.older else "",
    }


def _actions(shown: Page, everything: bool) -> list[dict[str, Any]]:
    """What came after the page was made is not marked with the rest: nobody has seen it."""
    newest = max((row.pk for row in shown.rows if row.read_at is None), default=0)
    mark = f"{reverse('read-notifications')}?up_to={newest}{'&show=all' if everything else ''}"
    marking = [{"label": "Mark all read", "url": mark, "post": True, "name": "check"}] if newest else []
    return [*marking, {"label": "Preferences", "url": reverse("desk-profile"), "name": "settings"}]


@for_roles(STAFF)
@require_POST
def read_notifications(request: HttpRequest) -> HttpResponse:
    """Mark all that the reader had before it as read."""
    count = read_all(request.user, up_to=_number(request, "up_to"), now=database_now())
    messages.success(request, f"{count} marked read." if count else "You had read them already.")
    return redirect(_back(request))


@for_roles(STAFF)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Open one: it is read, and what it is about is shown. A POST marks it read and stays on the list.

    Who only asks for its head, or fetches it beforehand, has not opened it.
    """
    told = get_object_or_404(notifications_of(request.user).select_related("ticket"), pk=pk)
    if request.method != "HEAD" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        read(told, now=database_now())
    if request.method == "POST":
        return redirect(_back(request))
    return redirect(leads_to(told) or f"{reverse('notifications')}?show=all")


def _back(request: HttpRequest) -> str:
    return f"{reverse('notifications')}{'?show=all' if request.GET.get('show') == 'all' else ''}"
