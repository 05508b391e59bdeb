"""Verifying contact points as pages: what is due, one contact point with its history, and what is said about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import STAFF
from vendors import verification
from vendors.calendars import calendars_of
from vendors.due import MAIL_TIMES
from vendors.models import ContactPoint
from vendors.verification import NotVerified
from vendors.verification_form import CorrectForm, WrongForm
from vendors.verification_rows import PAGE_SIZE, just_confirmed, queue, row, with_last

Shown = dict[str, Any]
MOST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Result:
    """What became of confirming some contact points: those that were, and a sentence for each that was not."""

    confirmed: list[ContactPoint]
    refused: list[str]

    @property
    def said(self) -> str:
        """What was done, in a sentence; "" when nothing was."""
        if len(self.confirmed) == 1:
            return f"Confirmed: {self.confirmed[0].value} of {self.confirmed[0].service}."
        return f"{len(self.confirmed)} contact points confirmed." if self.confirmed else ""


@for_roles(STAFF)
@never_cache
@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """Every contact point that is to be verified, by owner."""
    context = _queue(request.user, _number(request.GET.get("page"))) | {"mail_times": MAIL_TIMES}
    return render(request, "vendors/verification.html", context)


@for_roles(STAFF)
@require_POST
def confirmations(request: HttpRequest) -> HttpResponse:
    """Confirm one contact point (`only`) or those that are ticked (`point`); each that cannot be is told."""
    number, result = _number(request.POST.get("page")), _confirm(request, now=database_now())
    if request.htmx:
        context = _queue(request.user, number) | {"said": result.said, "refused": result.refused}
        return render(request, "vendors/verification.html#queue", context)
    if result.said:
        messages.success(request, result.said)
    for words in result.refused:
        messages.error(request, words)
    back = request.POST.get("back", "")
    return redirect("contact-point", pk=int(back)) if back.isdecimal() else redirect(_url(number))


@for_roles(STAFF)
@never_cache
@require_safe
def contact_point(request: HttpRequest, pk: int) -> HttpResponse:
    """One contact point: how it stands, and everything that was ever said about it."""
    now = database_now()
    point = get_object_or_404(with_last(ContactPoint.objects.all()), pk=pk)
    history = point.verifications.select_related("by")
    shown = {"shown": row(point, request.user, calendars_of([point]), now=now), "history": history, "now": now}
    return render(request, "vendors/contact_point.html", shown)


@for_roles(STAFF)
@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how a contact point is right."""

    def correct(point: ContactPoint, form: CorrectForm, now: datetime) -> str:
        given = form.cleaned_data
        verification.correct(
            point, changes=form.changes(), note=given["note"], seen=form.looked_at, by=request.user, now=now
        )
        return f"Corrected and confirmed: {given['value']} of {point.service}."

    return _asked(request, pk, CorrectForm, correct, title="Correct", verb="Save and confirm")


@for_roles(STAFF)
@require_http_methods(["GET", "POST"])
def fault(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a contact point does not hold."""

    def wrong(point: ContactPoint, form: WrongForm, now: datetime) -> str:
        given = form.cleaned_data
        verification.wrong(point, why=given["why"], seen=given["seen"], by=request.user, now=now)
        return f"{point.value} of {point.service} comes last now, until somebody verifies it again."

    return _asked(request, pk, WrongForm, wrong, title="Does not hold:", verb="It does not hold", danger=True)


def _queue(user: User, number: int) -> Shown:
    found = queue(user, number)
    first, last = (found.number - 1) * PAGE_SIZE, found.number * PAGE_SIZE
    return {
        "groups": found.groups, "may_any": any(group["may"] for group in found.groups), "lately": just_confirmed(user),
        "now": found.now, "number": found.number, "words": f"{first + 1}-{min(last, found.total)} of {found.total}",
        "previous_url": _url(found.number - 1) if found.number > 1 else "",
        "next_url": _url(found.number + 1) if last < found.total else "",
    }  # fmt: skip


def _number(text: str | None) -> int:
    """The number of a page as it was asked for; the first where it is none."""
    return max(int(text), 1) if text and text.isdecimal() and len(text) < MOST_DIGITS else 1


def _url(number: int) -> str:
    return reverse("verification") + (f"?page={number}" if number > 1 else "")


def _confirm(request: HttpRequest, *, now: datetime) -> Result:
    only = request.POST.get("only")
    asked = [only] if only else request.POST.getlist("point")
    ids = [int(pk) for pk in asked if pk.isdecimal()]
    points = ContactPoint.objects.filter(pk__in=ids).select_related("service")
    result = Result([], [] if ids else ["Tick the contact points that hold, or press Confirm beside one."])
    if len(points) < len(set(ids)):
        result.refused.append("A contact point that you confirmed is no longer in the directory.")
    for point in points:
        _confirm_one(point, request, result, now=now)
    return result


def _confirm_one(point: ContactPoint, request: HttpRequest, result: Result, *, now: datetime) -> None:
    try:
        verification.confirm(point, by=request.user, seen=request.POST.get(f"seen-{point.pk}"), now=now)
    except (NotVerified, PermissionDenied) as error:
        result.refused.append(f"{point.service}, {point.value} was not confirmed. {error}")
    else:
        result.confirmed.append(point)


def _asked(
    request: HttpRequest, pk: int, form_of: type[forms.Form], act: Callable[[ContactPoint, Any, datetime], str],
    **words: Any,
) -> HttpResponse:  # fmt: skip
    """Ask with a form, and act; what cannot be done stands at its field."""
    point = get_object_or_404(ContactPoint.objects.select_related("service__vendor", "owner", "calendar"), pk=pk)
    if not verification.may_verify(request.user, point):
        raise PermissionDenied(f"{point} is looked after by {point.owner or 'the managers'}.")
    form = form_of(request.POST or None, point=point)
    if form.is_valid():
        try:
            messages.success(request, act(point, form, database_now()))
            return redirect("verification")
        except NotVerified as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
    context = {"point": point, "form": form, "back": reverse("contact-point", args=[pk]), **words}
    return render(request, "vendors/contact_point_form.html", context, status=422 if form.errors else 200)
