"""The ticked tickets of a list, from a page: asks the verb's words once, does it to each, and says what became of each.

Over htmx the answer is either the dialog that asks (`tickets/bulk.html#dialog`), or the summary (`#summary`, for
`#bulk-summary`) with the rows of all these tickets swapped where the page shows them. Without scripts both are pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.redirects import came_from
from accounts.roles import DESK, STAFF
from tickets.bulk import (
    DONE,
    OFFERED,
    SNOOZE,
    WAKE,
    CannotChoose,
    Chosen,
    Outcome,
    bulk_of,
    carry_out,
    chosen,
    put_to_sleep,
    wake_all,
)
from tickets.models import Ticket
from tickets.queue import with_facts
from tickets.rows import Row, row_of
from tickets.snooze_form import SnoozeForm

# Said by the form that asks, so that empty words are a fault there and no question here.
ASKED = "asked"


@for_roles(STAFF)
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """One verb, `do`, on the tickets of `key`."""
    noun = request.POST.get("do", "")
    try:
        if noun not in OFFERED:
            raise CannotChoose("Choose what is to be done with the selected tickets.")
        ticked = chosen(request.POST.getlist("key"))
    except CannotChoose as error:
        return _not_begun(request, str(error))
    if not (OFFERED[noun][1] or request.user.roles & DESK):
        raise PermissionDenied("You may read these tickets but not work on them.")
    if noun == SNOOZE:
        return _snooze(request, ticked)
    if noun == WAKE:
        return _summary(request, noun, wake_all(ticked, by=request.user))
    return _verb(request, noun, ticked)


def _verb(request: HttpRequest, noun: str, ticked: Sequence[Chosen]) -> HttpResponse:
    asked = ASKED in request.POST
    together = bulk_of(noun, ticked, request.POST if asked else None, by=request.user, now=database_now())
    if together.verb.asks and not asked and together.forms:
        seen = [Chosen(one.key, one.seen if one.seen is not None else _events(together.tickets, one)) for one in ticked]
        return _asks(request, noun, seen, together.asks)
    if asked and together.forms and not any(form.is_valid() for form in together.forms.values()):
        return _asks(request, noun, ticked, together.asks, status=422)
    if not asked:
        together = bulk_of(noun, ticked, request.POST, by=request.user, now=database_now())
    return _summary(request, noun, carry_out(together, clock=database_now))


def _events(tickets: Mapping[str, Ticket], one: Chosen) -> int | None:
    return tickets[one.key].event_count if one.key in tickets else None


def _snooze(request: HttpRequest, ticked: Sequence[Chosen]) -> HttpResponse:
    now = database_now()
    form = SnoozeForm(request.POST if ASKED in request.POST else None, now=now)
    if not form.is_bound or not form.is_valid():
        return _asks(request, SNOOZE, ticked, form, status=422 if form.is_bound else 200)
    return _summary(request, SNOOZE, put_to_sleep(form, ticked, by=request.user, now=now))


def _asks(
    request: HttpRequest, noun: str, ticked: Sequence[Chosen], form: forms.Form, *, status: int = 200
) -> HttpResponse:
    """The form for all of them; what was typed is kept."""
    label = OFFERED[noun][0].rstrip("…")
    keys = [one.key if one.seen is None else f"{one.key}:{one.seen}" for one in ticked]
    context = {"noun": noun, "button": label, "title": f"{label} {_counted(len(keys))}", "keys": keys, "form": form,
               "names": [one.key for one in ticked], "back": back_to(request), "asked": ASKED}  # fmt: skip
    part = "#dialog" if request.htmx else ""
    response = render(request, f"tickets/bulk.html{part}", context, status=status)
    return reswap(retarget(response, "#dialog"), "innerHTML") if request.htmx else response


def _counted(count: int) -> str:
    return f"{count} ticket{'s' if count != 1 else ''}"


def _not_begun(request: HttpRequest, words: str) -> HttpResponse:
    context = {"title": "Nothing was done", "words": words, "refused": [], "back": back_to(request)}
    return _answer(request, context, status=422)


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket on which nothing was done, and why."""

    key: str
    url: str
    title: str
    reason: str


def _summary(request: HttpRequest, noun: str, outcomes: Sequence[Outcome]) -> HttpResponse:
    """How many, and each that was refused with its reason; with the rows as they stand now."""
    rows = _rows(request, noun, outcomes)
    titles = {row["key"]: row["title"] for row in rows}
    refused = [
        Line(one.key, reverse("ticket", args=[one.key]) if one.key in titles else "", titles.get(one.key, ""),
             one.refused)
        for one in outcomes if one.refused
    ]  # fmt: skip
    done = len(outcomes) - len(refused)
    words = f"{done} {DONE[noun]}." if done else "Nothing was done."
    failed = f" {len(refused)} failed:" if refused else ""
    acts = [one.act for one in outcomes if one.act]
    title = f"{OFFERED[noun][0].rstrip('…')} {_counted(len(outcomes))}"
    context = {"title": title, "words": words + failed, "refused": refused, "acts": acts, "rows": rows,
               "back": back_to(request), "now": database_now(), "done": done}  # fmt: skip
    return _answer(request, context)


def _answer(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    if not request.htmx:
        return render(request, "tickets/bulk.html", context, status=status)
    response = render(request, "tickets/bulk.html#answer", context, status=status)
    return trigger_client_event(reswap(retarget(response, "#bulk-summary"), "innerHTML"), "acted")


def _rows(request: HttpRequest, noun: str, outcomes: Sequence[Outcome]) -> list[Row]:
    """The rows of these tickets, each with what was said of it."""
    told = {one.key: one for one in outcomes}
    found = with_facts(Ticket.objects.visible_to(request.user).by_keys(told), user=request.user)
    now, zone = database_now(), timezone.get_current_timezone()
    shown = {row["key"]: row for row in (row_of(values, now=now, zone=zone) for values in found)}
    for key, row in shown.items():
        one = told[key]
        row["notice"], row["act"] = one.refused, one.act or ""
        row["said"] = "" if one.refused else f"{key} {DONE[noun]}: {row['title']}"
    return [shown[key] for key in told if key in shown]


def back_to(request: HttpRequest) -> str:
    """The list that the reader came from; the queue where that is no page of ours."""
    return came_from(request, otherwise=reverse("queue"))
