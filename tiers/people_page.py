"""People: everybody who signs in, with role, teams, clients and how they stand; changed by administrators."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import people_editing, roles
from accounts.clock import database_now
from accounts.models import User
from accounts.people_editing import NotChanged
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from clients import inviting
from clients.inviting import NotInvited
from tiers import people_list, person_page
from tiers.people_form import NewPersonForm, RoleForm
from tiers.team_access import follow_teams

ADMINISTRATORS = frozenset({roles.ADMINISTRATOR})


@for_roles(MANAGERS)
@never_cache
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The list, filtered by words, role and state."""
    context = people_list.context(request.GET)
    return render(request, "accounts/people.html", {**context, **_may(request)})


@for_roles(ADMINISTRATORS)
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Invite somebody who works for the provider."""
    form = NewPersonForm(request.POST or None, initial={"timezone": request.user.timezone})
    if form.is_bound and form.is_valid():
        try:
            person = inviting.invite_staff(**form.cleaned_data, by=request.user, now=database_now())
        except NotInvited as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, f"{person} is invited: a mail with the way in is going to {person.email}.")
            return _to(person)
    return render(request, "accounts/people_new.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(MANAGERS)
@never_cache
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: what they are, see and hold, and what was changed."""
    return _shown(request, _person(pk), now=database_now())


@for_roles(ADMINISTRATORS)
@require_POST
def role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the person another role."""
    found, now = _person(pk), database_now()
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, now=now, refusal="Choose one of the roles.", status=422)
    chosen = form.cleaned_data["role"]
    return _done(
        request, found, now, lambda: _change_role(found, chosen, by=request.user, now=now),
        f"{found} is {chosen} from now on.",
    )  # fmt: skip


@for_roles(ADMINISTRATORS)
@never_cache
def departure(request: HttpRequest, pk: int) -> HttpResponse:
    """What the person holds (GET), and letting them in no more (POST)."""
    found, now = _person(pk), database_now()
    refusal = ""
    if request.method == "POST":
        try:
            people_editing.deactivate(person=found, by=request.user, now=now)
        except NotChanged as error:
            refusal = str(error)
        else:
            messages.success(request, f"{found} is deactivated and signed out everywhere.")
            return _to(found)
    context = {"person": found, "refusal": refusal, **person_page.held(found, reader=request.user, now=now)}
    return render(request, "accounts/people_departure.html", context, status=409 if refusal else 200)


@for_roles(ADMINISTRATORS)
@require_POST
def comeback(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the person in again."""
    found, now = _person(pk), database_now()
    return _done(
        request, found, now, lambda: people_editing.reactivate(person=found, by=request.user, now=now),
        f"{found} is active again, with the role, teams and clients of before.",
    )  # fmt: skip


@for_roles(ADMINISTRATORS)
@require_POST
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the way in, for the first time or again."""
    found, now = _person(pk), database_now()
    return _done(
        request, found, now, lambda: inviting.send(found, by=request.user, now=now),
        f"A new invitation is going to {found.email}. Earlier ones work no more.",
    )  # fmt: skip


@for_roles(ADMINISTRATORS)
@require_POST
def revocation(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the open invitation work no more."""
    found, now = _person(pk), database_now()
    return _done(
        request, found, now, lambda: inviting.revoke(found, by=request.user, now=now),
        f"The invitation of {found} works no more, and their account is closed.",
    )  # fmt: skip


def _change_role(found: User, role: str, *, by: User, now: datetime) -> None:
    people_editing.change_role(person=found, role=role, by=by, now=now)
    follow_teams()


def _done(request: HttpRequest, found: User, now: datetime, act: Callable[[], object], said: str) -> HttpResponse:
    """Do it and go back to the person's page, or show the page with the reason why not."""
    try:
        act()
    except (NotChanged, NotInvited) as error:
        return _shown(request, found, now=now, refusal=str(error), status=409)
    messages.success(request, said)
    return _to(found)


def _shown(request: HttpRequest, found: User, *, now: datetime, refusal: str = "", status: int = 200) -> HttpResponse:
    context = person_page.context(found, reader=request.user, now=now)
    form = RoleForm(initial={"role": context["role"]})
    context |= {"refusal": refusal, "role_form": form, **_may(request)}
    return render(request, "accounts/people_person.html", context, status=status)


def _may(request: HttpRequest) -> dict[str, Any]:
    return {"may_edit": roles.ADMINISTRATOR in request.user.roles}


def _person(pk: int) -> User:
    return get_object_or_404(User, pk=pk, kind=User.Kind.PERSON)


def _to(found: User) -> HttpResponse:
    response = HttpResponseRedirect(reverse("person", args=[found.pk]))
    response.status_code = 303
    return response
