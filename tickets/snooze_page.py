"""Snoozing and waking from a page: a dialog over the queue, or a page of its own."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.redirects import see_other
from accounts.roles import STAFF
from tickets.acting import back_url, for_row, row, seen
from tickets.models import Ticket
from tickets.rows import clock_time
from tickets.snooze_form import SnoozeForm
from tickets.snoozing import snooze, wake
from tickets.status import NotAllowedNow


@for_roles(STAFF)
def snooze_ticket(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for how long (GET), or snooze it (POST)."""
    ticket, now = seen(request, key), database_now()
    form = SnoozeForm(request.POST if request.method == "POST" else None, now=now)
    if not form.is_bound or not form.is_valid():
        return _asked(request, ticket, form, status=422 if form.is_bound else 200)
    try:
        snooze(key=ticket.key, until=form.cleaned_data["until"], by=request.user, now=now, seen=_shown(request))
    except NotAllowedNow as error:
        return _asked(request, ticket, form, status=409, conflict=str(error))
    at = clock_time(form.cleaned_data["until"], now=now, zone=timezone.get_current_timezone())
    return _done(request, ticket, f"{ticket.key} is snoozed until {at}.", now=now, undo="wake")


@for_roles(STAFF)
@require_POST
def wake_ticket(request: HttpRequest, key: str) -> HttpResponse:
    """Show it in one's queue again."""
    ticket = seen(request, key)
    woken = wake(key=ticket.key, by=request.user)
    words = f"{ticket.key} is back in your queue." if woken else f"{ticket.key} was in your queue already."
    return _done(request, ticket, words, now=database_now())


def _asked(request: HttpRequest, ticket: Ticket, form: SnoozeForm, *, status: int, conflict: str = "") -> HttpResponse:
    shown = None if conflict else _shown(request)
    context = {"ticket": ticket, "form": form, "conflict": conflict, "back": _wanted(request),
               "seen": ticket.event_count if shown is None else shown, "for_row": for_row(request)}  # fmt: skip
    part = "#dialog" if request.htmx else ""
    response = render(request, f"tickets/snooze.html{part}", context, status=status)
    if request.htmx and request.method == "POST":
        reswap(retarget(response, "#dialog"), "innerHTML")
    return response


def _shown(request: HttpRequest) -> int | None:
    """How many of the ticket's events the reader's page shows; None where it does not say."""
    said = request.POST.get("seen") or request.GET.get("seen", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _wanted(request: HttpRequest) -> str:
    return request.POST.get("next", "") or request.GET.get("next", "")


def _done(request: HttpRequest, ticket: Ticket, words: str, *, now: datetime, undo: str = "") -> HttpResponse:
    """The row for the queue, with the address that takes it back; else the page that one came from."""
    if for_row(request):
        undo_url = f"/tickets/{ticket.key}/{undo}/" if undo else ""
        response = row(request, ticket.pk, now=now, said=words, undo_url=undo_url)
        return trigger_client_event(reswap(retarget(response, f"#row-{ticket.key}"), "outerHTML"), "acted")
    messages.success(request, words)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": back_url(request, ticket)})
    return see_other(back_url(request, ticket))
