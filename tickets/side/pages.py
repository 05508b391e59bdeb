"""The pages of side conversations: beginning one, reading it, writing in it, closing it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.redirects import see_other
from accounts.roles import DESK, STAFF
from tickets.acting import seen
from tickets.models import SideConversation, Ticket
from tickets.permissions import can_work
from tickets.side import reading, talking
from tickets.side.form import NewSideForm, SayForm
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer


@for_roles(DESK)
@never_cache
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Ask with whom and about what (GET), or begin the conversation (POST); a dialog for htmx, else a page."""
    ticket = _workable(request, key)
    form = NewSideForm(request.POST or None, ticket=ticket, initial={"subject": ticket.title})
    if not form.is_bound or not form.is_valid():
        return _asked(request, ticket, form, status=422 if form.is_bound else 200)
    given = {name: form.cleaned_data[name] for name in ("subject", "body")}
    try:
        thread = talking.open_conversation(
            key=ticket.key, to=form.addresses, team=form.team, vendor=form.vendor, by=request.user,
            now=database_now(), **given,
        )  # fmt: skip
    except BadAnswer as error:
        form.add_error(error.field, str(error))
        return _asked(request, ticket, form, status=422)
    except NotAllowedNow as error:
        return _asked(request, ticket, form, status=409, conflict=str(error))
    messages.success(request, f"Your message to {talking.whom(thread)} is on its way.")
    return _to(request, ticket, thread.pk)


def _asked(
    request: HttpRequest, ticket: Ticket, form: NewSideForm, *, status: int, conflict: str = ""
) -> HttpResponse:  # fmt: skip
    part = "#dialog" if request.htmx else ""
    context = {"ticket": ticket, "form": form, "conflict": conflict}
    return render(request, f"tickets/side_new.html{part}", context, status=status)


@for_roles(STAFF)
@never_cache
def conversation(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Read a conversation (GET), or write in it (POST)."""
    ticket, thread = _found(request, key, pk)
    if thread.ticket_id != ticket.pk:  # it went along when the ticket was merged
        return HttpResponseRedirect(_url(thread.ticket, pk))
    if request.method != "POST":
        return _shown(request, ticket, thread, SayForm(strangers=reading.strangers(thread)))
    _workable(request, key)
    form = SayForm(request.POST, strangers=reading.strangers(thread))
    if not form.is_valid():
        return _shown(request, ticket, thread, form, status=422)
    try:
        talking.say(key=ticket.key, conversation=pk, by=request.user, now=database_now(), **form.cleaned_data)
    except talking.NoSuchConversation:  # it went along with a merge this very moment
        raise Http404 from None
    except BadAnswer as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return _shown(request, ticket, thread, form, status=422)
    except NotAllowedNow as error:
        return _shown(request, ticket, thread, form, status=409, conflict=str(error))
    messages.success(request, "Your message stands in the conversation.")
    return _to(request, ticket, pk)


def _shown(
    request: HttpRequest, ticket: Ticket, thread: SideConversation, form: SayForm, *, status: int = 200,
    conflict: str = "",
) -> HttpResponse:  # fmt: skip
    context = {
        "ticket": ticket,
        "thread": reading.heading(thread),
        "entries": reading.messages(thread),
        "mailed_to": talking.mailed_to(thread, request.user),
        "answers": talking.is_asked(thread, request.user),
        "form": form,
        "conflict": conflict,
        "may_work": can_work(request.user, ticket.client_id),
        "now": database_now(),
    }
    return render(request, "tickets/side.html", context, status=status)


@for_roles(DESK)
@require_POST
def closing(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Close a conversation."""
    return _moved(request, key, pk, talking.close, "The conversation is closed.")


@for_roles(DESK)
@require_POST
def reopening(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Go on with a closed one."""
    return _moved(request, key, pk, talking.reopen, "The conversation is open again.")


@for_roles(DESK)
@require_POST
def sending(request: HttpRequest, key: str, pk: int, seq: int) -> HttpResponse:
    """Try once more to send a mail that could not be sent."""
    return _moved(request, key, pk, talking.send_again, "It is tried once more.", seq=seq)


def _moved(
    request: HttpRequest, key: str, pk: int, verb: Callable[..., None], said: str, **more: Any
) -> HttpResponse:  # fmt: skip
    ticket = _workable(request, key)
    try:
        verb(key=ticket.key, conversation=pk, by=request.user, now=database_now(), **more)
    except talking.NoSuchConversation:
        raise Http404 from None
    except (NotAllowedNow, BadAnswer) as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, said)
    return _to(request, ticket, pk)


def _found(request: HttpRequest, key: str, pk: int) -> tuple[Ticket, SideConversation]:
    """The ticket and the conversation that the reader may see; the latter may be another ticket's by a merge."""
    ticket = seen(request, key)
    visible = SideConversation.objects.filter(ticket__in=Ticket.objects.visible_to(request.user))
    thread = visible.filter(pk=pk).select_related("ticket", *reading.WITH).first()
    if thread is None or not leads_to(ticket, thread.ticket_id):
        raise Http404
    return ticket, thread


def leads_to(ticket: Ticket, goal: int) -> bool:
    """Whether the goal is the ticket, or what it was merged into, however often."""
    at: int | None = ticket.pk
    following = ticket.merged_into_id
    while at != goal and following:
        at = following
        following = Ticket.objects.values_list("merged_into_id", flat=True).get(pk=at)
    return at == goal


def _workable(request: HttpRequest, key: str) -> Ticket:
    ticket = seen(request, key)
    if not can_work(request.user, ticket.client_id):
        raise PermissionDenied(f"You may read {ticket.key} but not work on it.")
    return ticket


def _to(request: HttpRequest, ticket: Ticket, pk: int) -> HttpResponse:
    """On to the conversation, from a dialog as well."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": _url(ticket, pk)})
    return see_other(_url(ticket, pk))


def _url(ticket: Ticket, pk: int) -> str:
    return reverse("side-conversation", args=[ticket.key, pk])
