"""The form by which managers edit a team's people and rotation."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import MANAGERS, STAFF
from tiers.models import Team
from tiers.on_call_editing import EditedMeanwhile, NotDone, edit_team, mark, staffing_of
from tiers.on_call_form import ONLY_LAYER, LayerForm, StaffingForm, counted, filled_in
from tiers.rotation_form import LONGEST_PILE

NEW_LAYER = {"day": "mon", "clock": "09:00", "days": "7"}
SAVED, UNCHANGED, REFUSED, MEANWHILE = "saved", "unchanged", "refused", "meanwhile"


@for_roles(MANAGERS)
@never_cache
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Edit a team; `add` puts a layer on top of the others, and saves nothing."""
    row = get_object_or_404(Team.objects.select_related("edited_by"), slug=slug)
    if request.method != "POST":
        return _shown(request, row, _form_of(row, request.user))
    if "add" in request.POST:
        return _shown(request, row, _with_layer(request.POST))
    form = StaffingForm(request.POST)
    outcome, team = _saved(form, row, request.user) if form.is_filled_in() else (REFUSED, row)
    if outcome in (SAVED, UNCHANGED):
        said = f"{row} is saved." if outcome == SAVED else f"Nothing was saved: {row} is so already."
        messages.success(request, said)
        response = HttpResponseRedirect(reverse("team", args=[row.slug]))
        response.status_code = 303
        return response
    return _shown(request, team, form, outcome=outcome, status=409 if outcome == MEANWHILE else 422)


def _saved(form: StaffingForm, row: Team, by: User) -> tuple[str, Team]:
    """What came of it, with the team; what was refused is told at the form's fields."""
    staffing, base = form.staffing, form.cleaned_data["base"]
    try:
        changed = edit_team(team=row, staffing=staffing, base=base, by=by, now=database_now())
        return (SAVED if changed else UNCHANGED), row
    except NotDone as error:
        form.tell(error.problems)
        return REFUSED, row
    except EditedMeanwhile as error:
        form.data = form.data.copy()
        form.data["base"] = mark(staffing_of(error.team))  # saving again is a decision
        return MEANWHILE, error.team


def _form_of(row: Team, user: User) -> StaffingForm:
    present = staffing_of(row)
    initial, rows = filled_in(present, mark(present), user.timezone)
    return StaffingForm(initial=initial, rows=rows)


def _with_layer(posted: QueryDict) -> StaffingForm:
    """What was typed, looked at no further, and one layer more on top."""
    count = counted(posted.get("count", ""))
    typed = [_typed(posted, LayerForm, f"layer-{index}-") for index in range(count)]
    new = NEW_LAYER | {"start": database_now().date().isoformat(), "name": "" if typed else ONLY_LAYER}
    rows = [*typed, new][:LONGEST_PILE]
    return StaffingForm(initial=_typed(posted, StaffingForm) | {"count": len(rows)}, rows=rows)


def _typed(posted: QueryDict, form: type[Form], prefix: str = "") -> dict[str, Any]:
    return {name: posted.get(f"{prefix}{name}", "") for name in form.base_fields}


def _shown(
    request: HttpRequest, row: Team, form: StaffingForm, *, outcome: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    people = User.objects.filter(is_active=True, groups__name__in=STAFF).distinct().order_by("name")
    context: dict[str, Any] = {
        "team": row, "form": form, "outcome": outcome, "people": people, "zones": _zones(),
        "can_add": len(form.layers) < LONGEST_PILE,
    }  # fmt: skip
    return render(request, "tiers/on_call_edit.html", context, status=status)


@cache
def _zones() -> list[str]:
    return sorted(available_timezones())
