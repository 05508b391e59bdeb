"""The managers' list of calls, and the form in which one is answered."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.redirects import see_other
from accounts.roles import ACCOUNT_MANAGER, MANAGERS
from tickets import managing
from tickets.acting import seen
from tickets.calls import calls
from tickets.forms import words_field
from tickets.models import Ticket
from tickets.permissions import NotYours
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer

READERS = MANAGERS | {ACCOUNT_MANAGER}


class AnswerForm(forms.Form):
    """What a manager says to a call."""

    text = words_field(
        "What will be done", "Say what will be done.",
        help_text="It stands on the timeline as a work note, and whoever called is told.",
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, auto_id="call_%s", **kwargs)


@for_roles(READERS)
@never_cache
@require_safe
def calls_list(request: HttpRequest) -> HttpResponse:
    """Open calls with their clocks, and what became of those of the last 14 days."""
    now = database_now()
    waiting, ended = calls(request.user, now=now)
    manages = bool(request.user.roles & MANAGERS)
    context = {"waiting": waiting, "ended": ended, "manages": manages, "now": now, "here": request.path}
    return render(request, "tickets/calls.html", context)


@for_roles(MANAGERS)
@never_cache
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """Ask what will be done (GET), or answer the open calls of a ticket with it (POST)."""
    ticket = seen(request, key)
    form = AnswerForm(request.POST or None)
    if not form.is_bound or not form.is_valid():
        return _asked(request, ticket, form, status=422 if form.is_bound else 200)
    try:
        managing.answer_call(key=ticket.key, by=request.user, now=database_now(), **form.cleaned_data)
    except BadAnswer as error:
        form.add_error("text", str(error))
        return _asked(request, ticket, form, status=422)
    except (NotAllowedNow, NotYours) as error:
        return _asked(request, ticket, form, status=409, conflict=str(error))
    messages.success(request, f"You have answered the call to {ticket.key}.")
    return _back(request)


def _asked(
    request: HttpRequest, ticket: Ticket, form: AnswerForm, *, status: int, conflict: str = ""
) -> HttpResponse:  # fmt: skip
    part = "#dialog" if request.htmx else ""
    return render(
        request, f"tickets/call_answer.html{part}", {"ticket": ticket, "form": form, "conflict": conflict},
        status=status,
    )  # fmt: skip


def _back(request: HttpRequest) -> HttpResponse:
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("calls")})
    return see_other(reverse("calls"))
