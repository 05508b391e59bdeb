"""The start of a shift as a page: the first one of the day."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import for_roles
from accounts.roles import STAFF
from tickets.rows import row_of
from tickets.shift import start
from tickets.shift.form import SinceForm
from tickets.shift.stays import AtDesk, at_desk
from tickets.shift.told import LAST, greeting, since_of
from tickets.timeline import ICONS

Shown = dict[str, Any]


@for_roles(STAFF)
@never_cache
@require_safe
def shift(request: HttpRequest) -> HttpResponse:
    """What the reader must know before beginning to work."""
    desk, form = at_desk(request.user), SinceForm(request.GET if "since" in request.GET else {"since": LAST})
    since = _since(form, desk)
    context = {
        "now": desk.now,
        "since": since,
        "first": desk.left_at is None,
        "form": form,
        "greeting": greeting(desk.now, timezone.get_current_timezone()),
        "zone": timezone.get_current_timezone_name(),
        "changes": _changes(request, since, desk.now),
        **_notes(request, desk.now),
        "others": desk.others,
        **_ahead(request, desk.now),
        "vendor_tasks": start.vendor_tasks(request.user),
    }
    return render(request, "tickets/shift.html", context)


def _since(form: SinceForm, desk: AtDesk) -> datetime:
    """From when on; what cannot be read is told at its field, and leaves the last shift."""
    given = form.cleaned_data if form.is_valid() else {}
    return since_of(given.get("since") or LAST, given.get("moment"), left_at=desk.left_at, now=desk.now)


def _changes(request: HttpRequest, since: datetime, now: datetime) -> Shown:
    found = start.changes(request.user, since=since, now=now)
    rows = [{"told": ticket, "icon": ICONS.get(ticket.kind, "history")} for ticket in found.tickets]
    return {"rows": rows, "more": found.more, "counts": found.counts}


def _notes(request: HttpRequest, now: datetime) -> Shown:
    """The newest notes, who is on call, and the teams whose lists hold the notes that do not stand here."""
    found, duties = start.notes(request.user, now=now), start.duties(request.user, now=now)
    teams = {row["team__slug"]: row["team__name"] for row in found.rows}
    teams |= {duty.team.slug: duty.team.name for duty in duties}
    return {"notes": found.rows, "more_notes": sorted(teams.items()) if found.more else [], "duties": duties}


def _ahead(request: HttpRequest, now: datetime) -> Shown:
    found, zone = start.ahead(request.user, now=now), timezone.get_current_timezone()
    return {
        "own": [row_of(row, now=now, zone=zone) for row in found.own],
        "more_own": found.more_own,
        "due": [row_of(row, now=now, zone=zone) | {"own_team": not row["own_team"]} for row in found.due],
        "more_due": found.more_due,
    }
