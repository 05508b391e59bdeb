"""The pages of a vendor case: reading it, and each act on it as a form that is sent to a place of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.redirects import came_from, see_other
from accounts.roles import DESK, STAFF
from tickets.acting import in_turn, seen, tell_at_field, verb
from tickets.cases import forms, lodging, overriding, page, receiving, sending_on, ticking, writing
from tickets.cases.forms import CasePageForm, RevealForm
from tickets.cases.lodging import AlreadyLodged, NoSuchCase
from tickets.cases.shown import cases_of
from tickets.forms import TO_ANSWER, CaseForm
from tickets.loading import in_hand
from tickets.models import Ticket, VendorCase
from tickets.permissions import NotYours, can_work
from tickets.rows import when
from tickets.side.pages import leads_to
from tickets.status import NotAllowedNow
from tickets.ticket_page import JOINED
from tickets.vendor_panel import form_of
from tickets.verbs import preview_case
from tickets.working import BadAnswer


@dataclass(frozen=True, slots=True)
class Act:
    """One act on a case: its form, whose fields `do` takes beside the key, case, person and moment, and what is said
    after."""

    form: type[CasePageForm]
    do: Callable[..., object]
    said: str


ACTS = {
    "lodged": Act(forms.LodgedForm, lodging.mark_lodged, "{vendor} has the case from now on."),
    "number": Act(forms.NumberForm, lodging.note_number, "Their number is kept."),
    "task": Act(forms.TaskForm, ticking.tick_off, "Noted as done."),
    "next-contact": Act(forms.NextContactForm, sending_on.send_to_contact, "The case goes on to {vendor}."),
    "hand-over": Act(forms.HandOverForm, sending_on.hand_over, "{vendor} has the case from now on."),
    "reply": Act(forms.ReplyForm, writing.write, "Your reply stands in the case."),
    "by-hand": Act(forms.ByHandForm, receiving.by_hand, "Noted what {vendor} said."),
    "confirmation": Act(forms.ConfirmForm, receiving.confirm_closed, "The case with {vendor} is closed."),
    "override": Act(forms.OverrideForm, overriding.send_incomplete, "The case goes out without what is missing."),
    "refusal": Act(forms.NotDoneForm, receiving.not_done, "{vendor} is told what is still wrong."),
}


@for_roles(STAFF)
@never_cache
@require_safe
def case_page(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Read a case."""
    ticket, case = _found(request, key, pk)
    if case.ticket_id != ticket.pk:  # it went along when the ticket was merged
        return HttpResponseRedirect(_url(case))
    return _shown(request, ticket, case)


@for_roles(DESK)
@never_cache
@require_POST
def act(request: HttpRequest, key: str, pk: int, noun: str) -> HttpResponse:
    """Do something about a case; what is refused comes back with what was typed."""
    ticket, case = _workable(request, key, pk)
    chosen = ACTS[noun]
    form = chosen.form(request.POST, noun=noun)
    if not form.is_valid() or form.doubts(lodging.number_doubt(case.service, form.cleaned_data.get("number", ""))):
        return _shown(request, ticket, case, tried={noun: form}, status=422)
    at = {"key": ticket.key, "case_id": case.pk, "by": request.user, "now": database_now()}
    try:
        with in_turn():
            chosen.do(**form.cleaned_data, **at)
    except NoSuchCase:  # it went along with a merge this very moment
        raise Http404 from None
    except NotYours as error:
        raise PermissionDenied(str(error)) from None
    except BadAnswer as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return _shown(request, ticket, case, tried={noun: form}, status=422)
    except NotAllowedNow as error:
        return _shown(request, ticket, case, tried={noun: form}, status=409, conflict=_words(error))
    return _done(request, case, chosen)


def _done(request: HttpRequest, case: VendorCase, chosen: Act) -> HttpResponse:
    messages.success(request, chosen.said.format(vendor=case.vendor))
    return see_other(came_from(request, otherwise=_url(case)))


@for_roles(DESK)
@never_cache
@require_POST
def answers(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Answer what a case misses, or send it again, as the ticket's verb does; a wrong answer comes back here."""
    ticket, case = _workable(request, key, pk)
    if case.status not in TO_ANSWER:
        return _shown(request, ticket, case, status=409, conflict="Nothing is missing any more. Nothing was done.")
    now = database_now()
    [work] = in_hand([ticket.pk], now=now)
    form = form_of(case, work, now=now, said=request.POST)
    if not _is_taken(form, {"key": ticket.key, "by": request.user, "now": now}):
        return _shown(request, ticket, case, tried={"missing": form}, status=422)
    return verb(request, key, "vendor-cases")


def _is_taken(form: CaseForm, at: Mapping[str, Any]) -> bool:
    """Whether its answers would be taken; the form tells which one is not. What else is in the way the verb tells."""
    if not form.is_valid():
        return False
    try:
        with in_turn():
            preview_case(form, at)
    except BadAnswer as error:
        tell_at_field(form, error)
        return False
    except NotAllowedNow:
        return True
    return True


@for_roles(DESK)
@never_cache
@require_POST
def reveal(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Show one secret of the case, this once; the timeline says to whom."""
    ticket, case = _workable(request, key, pk)
    form = RevealForm(request.POST, noun="reveal")
    field = form.cleaned_data["field"] if form.is_valid() else ""
    try:
        with in_turn():
            secret = lodging.reveal(key=ticket.key, case_id=pk, field=field, by=request.user, now=database_now())
    except NoSuchCase:
        raise Http404 from None
    except BadAnswer as error:
        return _shown(request, ticket, case, status=422, conflict=str(error))
    except NotAllowedNow as error:
        return _shown(request, ticket, case, status=409, conflict=str(error))
    return _shown(request, ticket, case, revealed={field: secret})


def _shown(
    request: HttpRequest, ticket: Ticket, case: VendorCase, *, tried: Mapping[str, Form] | None = None,
    revealed: Mapping[str, str] | None = None, status: int = 200, conflict: str = "",
) -> HttpResponse:  # fmt: skip
    context = page.context(
        ticket, case, user=request.user, now=database_now(), tried=tried, seen=revealed
    ) | {"conflict": conflict}  # fmt: skip
    return render(request, "tickets/case_page.html", context, status=status)


def _words(error: NotAllowedNow) -> str:
    """Who was first is told on the reader's clock."""
    if not isinstance(error, AlreadyLodged):
        return str(error)
    return f"{error.how} {when(error.at, now=database_now(), zone=timezone.get_current_timezone())}. Nothing was done."


def _found(request: HttpRequest, key: str, pk: int) -> tuple[Ticket, VendorCase]:
    """The ticket and the case that the reader may see; the latter may be another ticket's by a merge."""
    ticket = Ticket.objects.visible_to(request.user).select_related(*JOINED).by_key(key).first()
    if ticket is None:
        raise Http404
    case = next((case for case in cases_of(ticket) if case.pk == pk), None)
    if case is None:
        case = VendorCase.objects.visible_to(request.user).filter(pk=pk).select_related("ticket").first()
        if case is None or not leads_to(ticket, case.ticket_id):
            raise Http404
    return ticket, case


def _workable(request: HttpRequest, key: str, pk: int) -> tuple[Ticket, VendorCase]:
    seen(request, key)
    ticket, case = _found(request, key, pk)
    if case.ticket_id != ticket.pk:
        raise Http404
    if not can_work(request.user, ticket.client_id):
        raise PermissionDenied(f"You may read {ticket.key} but not work on it.")
    return ticket, case


def _url(case: VendorCase) -> str:
    return reverse("vendor-case", args=[f"ESC-{case.ticket_id}", case.pk])
