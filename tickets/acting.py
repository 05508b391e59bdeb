"""Carrying out a verb from a page: its form, the POST, and how a refusal is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import reswap, retarget, trigger_client_event

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.problems import BUSY
from accounts.roles import STAFF
from tickets import forms
from tickets.cases.previewing import LetterChanged
from tickets.lifecycle import AlreadyAcknowledged
from tickets.loading import in_hand
from tickets.meanwhile import ChangedMeanwhile, check_unchanged
from tickets.models import Ticket, UndoableAct
from tickets.permissions import can_work
from tickets.queue import with_facts
from tickets.reply_templates import quick_words
from tickets.rows import clock_time, row_of, when
from tickets.status import NotAllowedNow
from tickets.undoing import undoably
from tickets.verbs import VERBS, Verb, open_case
from tickets.working import BadAnswer

AT_IT = "Somebody else is at it at this moment. Nothing was done; try again."


@for_roles(STAFF)
def verb(request: HttpRequest, key: str, noun: str) -> HttpResponse:
    """Ask for a verb's words (GET) or carry it out (POST); without scripts both are pages of their own."""
    chosen = VERBS[noun]
    ticket = seen(request, key)
    if not (chosen.for_readers or can_work(request.user, ticket.client_id)):
        raise PermissionDenied(f"You may read {ticket.key} but not work on it.")
    now = database_now()
    [work] = in_hand([ticket.pk], now=now)
    said = request.POST if request.method == "POST" else None
    files = request.FILES or None
    case = open_case(ticket.pk, (said or request.GET).get("case", ""))
    form = chosen.form(said, files, work=work, case=case, now=now, user=request.user)
    if said is None:
        return _asked(request, ticket, chosen, form)
    if not form.is_valid():
        return _asked(request, ticket, chosen, form, status=422)
    return _carried_out(request, ticket, chosen, form)


def _carried_out(request: HttpRequest, ticket: Ticket, chosen: Verb, form: forms.VerbForm) -> HttpResponse:
    now = form.now
    try:
        if chosen.preview and "preview" in request.POST:
            with in_turn():
                form.preview = chosen.preview(form, {"key": ticket.key, "by": request.user, "now": now})
            return _asked(request, ticket, chosen, form)
        act = perform(form, ticket, chosen, by=request.user, seen=_seen(request))
    except BadAnswer as error:
        tell_at_field(form, error)
        return _asked(request, ticket, chosen, form, status=422)
    except NotAllowedNow as error:
        return _refused(request, ticket, chosen, form, error, now=now)
    return _done(request, ticket, chosen, form, act)


def tell_at_field(form: forms.VerbForm, error: BadAnswer) -> None:
    """Say what is wrong at the field in which it was given."""
    named = (name for name in (error.field, forms.ANSWER + error.field) if name in form.fields)
    form.add_error(next(named, None), str(error))


def perform(form: forms.VerbForm, ticket: Ticket, chosen: Verb, *, by: User, seen: int | None) -> UndoableAct | None:
    """Carry out a verb whose form is valid, so that it can be undone; None where it cannot be.

    In: `seen`, the ticket's events that its reader knows, None for one who says nothing of it. Raises BadAnswer,
    NotAllowedNow, among them ChangedMeanwhile where others have acted since.
    """
    act = partial(_act, form, ticket.pk, chosen, by, seen)
    with in_turn():
        return undoably(act, key=ticket.key, noun=chosen.noun, by=by, now=form.now)


@contextmanager
def in_turn() -> Iterator[None]:
    """Raise NotAllowedNow where somebody else holds the ticket's lock for too long."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) not in BUSY:
            raise
        raise NotAllowedNow(AT_IT) from error


def _act(form: forms.VerbForm, pk: int, chosen: Verb, by: User, seen: int | None) -> None:
    """The verb's own refusal is told first, for it says more."""
    known = Ticket.objects.values_list("event_count", flat=True).get(pk=pk)
    chosen.do(form, {"key": f"ESC-{pk}", "by": by, "now": form.now})
    if seen is not None:
        check_unchanged(pk, seen=seen, until=known, noun=chosen.noun, by=by, now=form.now)


def _seen(request: HttpRequest) -> int | None:
    """How many of the ticket's events the reader's page shows."""
    said = request.POST.get("seen", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _asked(
    request: HttpRequest, ticket: Ticket, chosen: Verb, form: forms.VerbForm, *, status: int = 200, conflict: str = ""
) -> HttpResponse:
    """The verb's form, as a dialog for htmx and else as a page; what was typed is kept."""
    part = "#dialog" if request.htmx else ""
    title, back = chosen.title(ticket.key), request.POST.get("next", "")
    context = {"ticket": ticket, "verb": chosen, "form": form, "conflict": conflict, "title": title, "back": back,
               "seen": _known(request, form, status), "for_row": for_row(request),
               "quick_words": quick_words(noun=chosen.noun, ticket_id=ticket.pk, user=request.user)}  # fmt: skip
    response = render(request, f"tickets/verb.html{part}", context, status=status)
    if request.htmx and for_row(request):  # its target is the row, which stays as it is
        reswap(retarget(response, "#dialog"), "innerHTML")
    return response


def _known(request: HttpRequest, form: forms.VerbForm, status: int) -> int:
    """The events that the reader knows of: who is only told of a field has learnt nothing of the ticket."""
    said = _seen(request) if status == 422 else None
    return form.work.event_count if said is None else said


def _refused(
    request: HttpRequest, ticket: Ticket, chosen: Verb, form: forms.VerbForm, error: NotAllowedNow, *, now: datetime
) -> HttpResponse:
    """409 in words: in the row for the queue, else above the form."""
    words = who_took(ticket.pk, reader=request.user, now=now) if isinstance(error, AlreadyAcknowledged) else ""
    if isinstance(error, LetterChanged):
        form.preview = error.preview
    if isinstance(error, ChangedMeanwhile):
        form.work.event_count = Ticket.objects.values_list("event_count", flat=True).get(pk=ticket.pk)
    if for_row(request) and not chosen.asks:
        return row(request, ticket.pk, now=now, notice=words or str(error), status=409)
    return _asked(request, ticket, chosen, form, status=409, conflict=words or str(error))


def who_took(pk: int, *, reader: User, now: datetime) -> str:
    """Who took it and when, on the reader's clock; that may be the reader, whose answer was lost on its way."""
    ticket = Ticket.objects.select_related("acknowledged_by").get(pk=pk)
    if ticket.acknowledged_at is None:
        return ""
    at, zone = ticket.acknowledged_at, timezone.get_current_timezone()
    if ticket.acknowledged_by == reader:
        return f"It is yours already, since {clock_time(at, now=now, zone=zone)}."
    return f"{ticket.acknowledged_by or 'Somebody'} took it {when(at, now=now, zone=zone)}."


def _done(
    request: HttpRequest, ticket: Ticket, chosen: Verb, form: forms.VerbForm, act: UndoableAct | None
) -> HttpResponse:  # fmt: skip
    said = form.said or chosen.said.format(key=ticket.key)
    if for_row(request):
        response = row(request, ticket.pk, now=form.now, said=f"{said} {ticket.title}", act=act)
        return trigger_client_event(reswap(retarget(response, f"#row-{ticket.key}"), "outerHTML"), "acted")
    messages.success(request, said, extra_tags=f"undo-{act.pk}" if act else "")
    back = back_url(request, ticket)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": back})
    response = HttpResponseRedirect(back)
    response.status_code = 303
    return response


def row(
    request: HttpRequest, pk: int, *, now: datetime, said: str = "", notice: str = "", status: int = 200,
    act: UndoableAct | None = None, undo_url: str = "",
) -> HttpResponse:  # fmt: skip
    """One row of the queue, as it stands now; `act` is what can be undone, `undo_url` takes back what is no act."""
    values = with_facts(Ticket.objects.filter(pk=pk), user=request.user).get()
    shown = row_of(values, now=now, zone=timezone.get_current_timezone())
    context = {"row": {**shown, "said": said, "notice": notice, "act": act.pk if act else "", "undo_url": undo_url},
               "now": now}  # fmt: skip
    return render(request, "tickets/row.html", context, status=status)


def for_row(request: HttpRequest) -> bool:
    """Whether the queue asks, which shows the answer in the ticket's row."""
    wanted = request.GET.get("row") or request.POST.get("row")
    return bool(request.htmx) and bool(wanted or str(request.htmx.target or "").startswith("row-"))


def back_url(request: HttpRequest, ticket: Ticket) -> str:
    """Where the reader came from, when that is a page of ours; else the ticket."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return f"/tickets/{ticket.key}/"


def seen(request: HttpRequest, key: str) -> Ticket:
    """The ticket, when the reader may see it; a foreign key is answered like one that was never given."""
    ticket = Ticket.objects.visible_to(request.user).by_key(key).first()
    if ticket is None:
        raise Http404
    return ticket
