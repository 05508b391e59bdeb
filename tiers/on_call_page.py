"""Teams as pages: who is on call now and next, the coming 14 days, and taking a team's duty for a time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import MANAGERS, STAFF
from tiers import on_call_picture
from tiers.models import Feed, Override, Team
from tiers.on_call import Shift, zone_of
from tiers.on_call_editing import NotDone, end_override, may_end, may_take, take_over
from tiers.on_call_form import TakeOverForm
from tiers.on_call_schedule import Schedule, present_and_next, schedules
from tiers.rotation_form import layers_of
from tiers.rotation_words import hours_words

AHEAD = timedelta(days=14)
Shown = dict[str, Any]


@for_roles(STAFF)
def teams(request: HttpRequest) -> HttpResponse:
    """Every team with its people, who is on call now and next, and when nobody is in the coming 14 days."""
    now = database_now()
    rows = [_row(schedule, now) for schedule in schedules(Team.objects.order_by("name"), since=now)]
    feed = Feed.objects.filter(user=request.user, team=None, revoked_at__isnull=True).first()
    return render(request, "tiers/teams.html", {"rows": rows, "now": now, "feed": feed})


def _row(schedule: Schedule, now: datetime) -> Shown:
    found = schedule.shifts(now, now + AHEAD)
    here, following = present_and_next(found)
    return {
        "schedule": schedule,
        "here": _person(here, schedule),
        "following": _person(following, schedule) if following else None,
        "gaps": [_person(shift, schedule) for shift in found if not shift.who],
        "all_gap": all(not shift.who for shift in found),
    }


def _person(shift: Shift, schedule: Schedule) -> Shown:
    """A shift with who has it by name, and from when to when with weekday and date, which a fortnight needs."""
    zone = timezone.get_current_timezone()
    return {
        "shift": shift,
        "name": schedule.names.get(shift.who, shift.who),
        "kind": on_call_picture.kind(shift),
        "begins": on_call_picture.moment_words(shift.begins_at, zone),
        "ends": on_call_picture.moment_words(shift.ends_at, zone),
    }


@for_roles(STAFF)
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """One team: the schedule of the next 14 days as a picture and a table, its layers, overrides and people."""
    now = database_now()
    schedule = _schedule(slug, now)
    form = _form(schedule, request.user)
    return render(request, "tiers/team.html", _context(schedule, request.user, form, now=now))


@require_POST
@for_roles(STAFF)
def take(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the team's duty for a time, or give it to one of its people."""
    now = database_now()
    schedule = _schedule(slug, now)
    form = _form(schedule, request.user, request.POST)
    if not may_take(request.user, schedule.team):
        raise PermissionDenied
    if form.is_valid() and (made := _taken(form, schedule, request.user, now=now)):
        until = on_call_picture.moment_words(made.ends_at, timezone.get_current_timezone())
        messages.success(request, f"{made.user} is on call for {schedule.team} until {until}.")
        return _back(schedule.team)
    return render(request, "tiers/team.html", _context(schedule, request.user, form, now=now), status=422)


def _taken(form: TakeOverForm, schedule: Schedule, by: User, *, now: datetime) -> Override | None:
    given = form.cleaned_data
    who = next((user for user in schedule.people if str(user.pk) == given.get("who")), by)
    try:
        return take_over(
            team=schedule.team, who=who, by=by, now=now, begins_at=given["begins_at"], ends_at=given["ends_at"],
            why=given["why"],
        )  # fmt: skip
    except NotDone as error:
        form.tell(error.problems)
        return None


@require_POST
@for_roles(STAFF)
def give_back(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let the rotation hold again, from now on."""
    override = get_object_or_404(Override.objects.select_related("team", "user"), pk=pk, team__slug=slug)
    try:
        end_override(override=override, by=request.user, now=database_now())
        messages.success(request, f"The override of {override.user} is over.")
    except NotDone as error:
        messages.error(request, str(error))
    return _back(override.team)


def _schedule(slug: str, now: datetime) -> Schedule:
    row = get_object_or_404(Team, slug=slug)
    (found,) = schedules(Team.objects.filter(pk=row.pk).select_related("edited_by"), since=now)
    return found


def _back(row: Team) -> HttpResponse:
    response = HttpResponseRedirect(reverse("team", args=[row.slug]))
    response.status_code = 303
    return response


def _form(schedule: Schedule, user: User, data: Any = None) -> TakeOverForm:
    anybody = bool(user.roles & MANAGERS)
    own = str(user.pk) if user in schedule.people else ""
    return TakeOverForm(data, schedule=schedule, anybody=anybody, initial={"who": own})


def _context(schedule: Schedule, user: User, form: TakeOverForm, *, now: datetime) -> Shown:
    zone, found = timezone.get_current_timezone(), schedule.shifts(now, now + AHEAD)
    here, following = present_and_next(found)
    return {
        "team": schedule.team,
        "schedule": schedule,
        "now": now,
        "here": _person(here, schedule),
        "following": _person(following, schedule) if following else None,
        "gaps": [_person(shift, schedule) for shift in found if not shift.who],
        "all_gap": all(not shift.who for shift in found),
        "shifts": [_person(shift, schedule) for shift in found],
        "lanes": on_call_picture.lanes(found, schedule.names, zone),
        "ticks": on_call_picture.ticks(now, now + AHEAD, zone),
        "has_turns": bool(schedule.rotation),
        "reader_zone": timezone.get_current_timezone_name(),
        "rotation_zone": zone_of(schedule.rotation),
        "layers": [_layer(row, schedule) for row in reversed(layers_of(schedule.rotation))],
        "overrides": _overrides(schedule, user, now),
        "form": form if may_take(user, schedule.team) and schedule.people else None,
        "may_edit": bool(user.roles & MANAGERS),
        "feed": Feed.objects.filter(user=user, team=schedule.team, revoked_at__isnull=True).first(),
    }


def _layer(row: Mapping[str, Any], schedule: Schedule) -> Shown:
    """A layer in words; those of its order who are not in the team any more stand out."""
    names, order = schedule.names, row.get("order") or list(schedule.names)
    day, _, clock = row["hand_over"].partition(" ")
    return {
        "name": row["name"],
        "hand_over": f"{day.capitalize()} {clock}",
        "days": row.get("days", 7),
        "order": [{"name": names.get(address, address), "gone": address not in names} for address in order],
        "hours": hours_words(row.get("hours") or {}).splitlines(),
        "timezone": row.get("timezone", ""),
    }


def _overrides(schedule: Schedule, user: User, now: datetime) -> list[Shown]:
    """Those that have not ended, the next first, each with the later one that lies above a part of it."""
    rows = [row for row in schedule.overrides if row.removed_at is None and row.ends_at > now]
    return [
        {
            "row": row,
            "is_now": row.begins_at <= now,
            "may_end": may_end(user, row),
            "gone": row.user not in schedule.people,
            "above": [other for other in rows if _lies_above(other, row)],
        }
        for row in sorted(rows, key=lambda row: (row.begins_at, row.pk))
    ]


def _lies_above(other: Override, row: Override) -> bool:
    return other.pk > row.pk and other.begins_at < row.ends_at and row.begins_at < other.ends_at
