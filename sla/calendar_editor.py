"""The form that makes a calendar, or its next version; every publication is a use case of `editing`."""

from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import holidays
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from sla.calendar_document import calendar_of, check_calendar
from sla.calendar_form import CalendarForm, filled_in
from sla.calendar_page import monday_of, picture
from sla.editing import publish_calendar, stranded
from sla.models import Calendar, CalendarVersion
from sla.publishing import Attempt, attempted, published


@for_roles(MANAGERS)
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Make a calendar."""
    return _edit(request, Calendar(), {"timezone": request.user.timezone})


@for_roles(MANAGERS)
@never_cache
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish a calendar's next version."""
    row = get_object_or_404(Calendar, slug=slug)
    live = CalendarVersion.live(row)
    return _edit(request, row, filled_in(live.document, live.number) if live else {})


def _edit(request: HttpRequest, row: Calendar, initial: dict[str, Any]) -> HttpResponse:
    now, is_new = database_now(), row.pk is None
    form = CalendarForm(request.POST or None, is_new=is_new, initial=initial)
    context: dict[str, Any] = {"calendar": row, "is_new": is_new, "now": now}
    attempt = Attempt(form)
    previews = "preview" in request.POST
    if form.is_bound and not form.is_filled_in(note=not previews):
        form.tell(check_calendar(form.document, name="", now=now))
    elif form.is_bound:
        row.name = row.name or form.cleaned_data["name"]
        if previews:
            context |= _preview(form, row, now)
        else:
            attempt = attempted(form, publish_calendar, row=row, author=request.user, now=now)
    if attempt.version:
        return published(request, attempt.version, reverse("calendar", args=[attempt.version.of.slug]))
    context |= {"form": form, "attempt": attempt, **_known(form)}
    return render(request, "sla/calendar_form.html", context, status=attempt.status)


def _preview(form: CalendarForm, row: Calendar, now: datetime) -> dict[str, Any]:
    """This week as the form would have it; what is wrong with it stands at the fields."""
    document = form.document
    problems = [*check_calendar(document, name=row.name, now=now), *stranded(row, document, now=now)]
    form.tell(problems)
    if problems:
        return {}
    built = calendar_of(document, name=row.name, since=now)
    monday = monday_of(now.astimezone(ZoneInfo(built.timezone)).date())
    return {"preview": True, **picture(built, document, monday=monday, now=now)}


def _known(form: CalendarForm) -> dict[str, Any]:
    """What is offered while typing."""
    country = str(form["country"].value() or "").upper()
    return {"zones": _zones(), "countries": sorted(_countries()), "regions": _countries().get(country, ())}


@cache
def _zones() -> list[str]:
    return sorted(available_timezones())


@cache
def _countries() -> dict[str, list[str]]:
    return {code: regions for code, regions in holidays.list_supported_countries().items() if len(code) == 2}
