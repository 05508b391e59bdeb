"""The calendars as pages, to be read: the week, what comes, who counts on it, and sums of its open time."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import STAFF
from sla.agreements import latest
from sla.business_time import BusinessCalendar, NeverOpens
from sla.calculator import full_day
from sla.calculator_form import AddForm, BetweenForm, SumForm
from sla.calendar_document import calendar_of
from sla.closed_days import holiday_names
from sla.history import for_managers, history_of
from sla.models import Calendar, CalendarVersion
from sla.usage import agreements_by_calendar
from sla.week_picture import coming, next_change, usual_hours, week

Shown = dict[str, Any]
WEEK = timedelta(days=7)
YEAR = timedelta(days=365)


@for_roles(STAFF)
@never_cache
@require_safe
def calendars(request: HttpRequest) -> HttpResponse:
    """Every calendar: whether it is open, and which agreements count on it."""
    now = database_now()
    used = agreements_by_calendar(now=now)
    versions = sorted(latest(CalendarVersion), key=lambda version: version.of.name)
    rows = [_row(version, now) | {"agreements": used[version.of.name]} for version in versions]
    actions = [{"label": "New calendar", "url": reverse("new-calendar"), "name": "plus"}]
    return render(request, "sla/calendars.html", {"rows": rows, "now": now, "actions": for_managers(request, actions)})


@for_roles(STAFF)
@never_cache
@require_safe
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """One calendar in its live version, or with `?version=` in an earlier one."""
    row = get_object_or_404(Calendar, slug=slug)
    found, now = history_of(CalendarVersion, row, request), database_now()
    actions = [{"label": "Edit", "url": reverse("edit-calendar", args=[slug])}]
    context = {"calendar": row, "history": found, "now": now, "actions": for_managers(request, actions)}
    if found.shown:
        context |= _content(request, found.shown, now)
    context["agreements"] = agreements_by_calendar(now=now)[row.name]
    return render(request, "sla/calendar.html", context, status=422 if _is_refused(context) else 200)


def _row(version: CalendarVersion, now: datetime) -> Shown:
    built = calendar_of(version.document, name=version.of.name, since=version.published_at)
    return {"version": version, "zone": built.timezone, "hours": usual_hours(built), **state(built, now)}


def state(calendar: BusinessCalendar, now: datetime) -> Shown:
    """Whether it is open, and until when, told by its own clocks."""
    try:
        is_open, changes_at = next_change(calendar, now)
    except NeverOpens:
        return {"is_open": False, "changes_at": None, "state": "Never opens"}
    if changes_at is None:
        return {"is_open": True, "changes_at": None, "state": "Always open"}
    local, today = (at.astimezone(ZoneInfo(calendar.timezone)) for at in (changes_at, now))
    day = (
        "" if local.date() == today.date() else f"{local:%a} " if local - today < WEEK else f"{full_day(local.date())} "
    )
    return {
        "is_open": is_open,
        "changes_at": changes_at,
        "state": f"{'Open' if is_open else 'Closed'} until {day}{local:%H:%M}",
    }


def _content(request: HttpRequest, version: CalendarVersion, now: datetime) -> Shown:
    document = version.document
    built = calendar_of(document, name=version.of.name, since=version.published_at)
    today = now.astimezone(ZoneInfo(built.timezone)).date()
    forms = _sums(request, built, now)
    asked = next((form for form in forms.values() if form.is_bound), None)
    return {
        "document": document,
        "zone": built.timezone,
        "coming": coming(built, today, today + YEAR, _names(document, today, today + YEAR)),
        "forms": forms,
        "answer": asked.done(built, document) if asked else None,
        **picture(built, document, monday=_monday(request, today), now=now),
        **state(built, now),
    }


def picture(calendar: BusinessCalendar, document: Shown, *, monday: date, now: datetime) -> Shown:
    """The week from `monday` on, as `sla/week.html` draws it, and its neighbours."""
    local = now.astimezone(ZoneInfo(calendar.timezone))
    return {
        "week": week(calendar, monday, _names(document, monday, monday + WEEK)),
        "monday": monday,
        "week_before": monday - WEEK,
        "week_after": monday + WEEK,
        "today": local.date(),
        "now_x": f"{(local.hour * 60 + local.minute) / 14.4:.2f}",
        "always": calendar.always_open,
    }


def monday_of(on: date) -> date:
    return on - timedelta(days=on.weekday())


def _monday(request: HttpRequest, today: date) -> date:
    """The Monday of the week that was asked for; of this week where none, or no date, was."""
    try:
        asked = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return monday_of(today)
    return monday_of(asked if 2000 <= asked.year <= 2100 else today)


def _names(document: Shown, first: date, last: date) -> dict[date, str]:
    return holiday_names(document, range(first.year, last.year + 1))


def _sums(request: HttpRequest, built: BusinessCalendar, now: datetime) -> dict[str, SumForm]:
    """The two forms of the calculator, the one that was sent with what was sent."""
    local = now.astimezone(ZoneInfo(built.timezone)).replace(second=0, microsecond=0, tzinfo=None)
    initial = {"start": request.GET.get("start") or local.isoformat(timespec="minutes")}
    return {
        name: form(request.GET if name in request.GET else None, calendar=built, initial=initial, auto_id=f"{name}_%s")
        for name, form in {"add": AddForm, "until": BetweenForm}.items()
    }


def _is_refused(context: Shown) -> bool:
    return any(form.errors for form in context.get("forms", {}).values())
