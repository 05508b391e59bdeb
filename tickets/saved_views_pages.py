"""The pages of saved views: all that one may use, saving the list's filters as one, and changing it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.redirects import see_other
from accounts.roles import STAFF
from tickets import saved_views
from tickets.models import SavedView
from tickets.queue_filters import LONGEST_QUERY, canonical, given
from tickets.saved_views import CannotSave, change_view, may_change, own_teams, remove_view, save_view
from tiers.models import Team

ON_A_PAGE = 50


class ViewForm(forms.Form):
    """Name, filters and whose: its owner's alone where no team is chosen."""

    name = forms.CharField(max_length=60, error_messages={"required": "Give the view a name."})
    team = forms.ModelChoiceField(
        Team.objects.none(), required=False, label="Who sees it", empty_label="Only you",
        error_messages={"invalid_choice": "Choose a team of yours, or yourself."},
    )  # fmt: skip
    query = forms.CharField(
        label="Filters", required=False, max_length=4 * LONGEST_QUERY,
        help_text="As the queue's address has them: status=NEW&priority=P1. None at all shows all open tickets.",
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="view_%s", **kwargs)
        self.fields["team"].queryset = own_teams(user)
        if owner != user:
            self.fields["team"].empty_label = f"Only {owner}"


@for_roles(STAFF)
@never_cache
@require_safe
def views(request: HttpRequest) -> HttpResponse:
    """The saved views that the reader may use, so many on a page."""
    found = saved_views.visible_to(request.user).select_related("team", "owner")
    pins = saved_views.pinned(request.user).order_by().values("pk")
    listed = found.annotate(is_pinned=Q(pk__in=pins)).order_by("name", "pk")
    page = Paginator(listed, ON_A_PAGE).get_page(request.GET.get("page"))
    faults = saved_views.faults(request.user, [view.query for view in page])
    rows = [_row(view, request.user, wrong) for view, wrong in zip(page, faults, strict=True)]
    return render(request, "tickets/views.html", {"rows": rows, "page": page, **_neighbours(page)})


def _row(view: SavedView, user: User, faults: list[str]) -> dict[str, Any]:
    return {
        "view": view,
        "url": _queue(view.query),
        "words": in_words(view.query),
        "faults": faults,
        "pinned": view.is_pinned,
        "mine": may_change(user, view),
    }


def _neighbours(page: Page) -> dict[str, str]:
    """The addresses of the pages beside, "" for none."""
    return {
        "previous_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
        "place": f"{page.start_index()}-{page.end_index()} of {page.paginator.count}",
    }


def in_words(query: str) -> str:
    """What a view's filters are, for people: "status NEW, priority P1"."""
    params = given(QueryDict(query))
    parts = [_filter(name.replace("_", " "), params[name]) for name in params]
    return ", ".join(parts) or "All open tickets"


def _filter(name: str, value: str) -> str:
    if name == "q":
        return f"search for “{value}”"
    return name if value == "true" else f"{name} {value}"


def _queue(query: str) -> str:
    return f"{reverse('queue')}?{query}" if query else reverse("queue")


@for_roles(STAFF)
def new_view(request: HttpRequest) -> HttpResponse:
    """Save the filters of this address as a view."""
    form = _form(request, {"query": given(request.GET).urlencode()}, owner=request.user)
    if not form.is_bound or not form.is_valid():
        return _asked(request, form, None)
    try:
        view = save_view(**form.cleaned_data, by=request.user, now=database_now())
    except CannotSave as error:
        return _wrong(request, form, None, error)
    messages.success(request, f"“{view.name}” is saved, and stands at the left.")
    return see_other(_queue(view.query))


@for_roles(STAFF)
def view(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a view, or change its filters."""
    found = _found(request, pk)
    if not may_change(request.user, found):
        raise PermissionDenied(f"“{found.name}” belongs to {found.owner}; save one of your own.")
    form = _form(request, {"name": found.name, "team": found.team_id, "query": found.query}, owner=found.owner)
    if not form.is_bound or not form.is_valid():
        return _asked(request, form, found)
    try:
        change_view(found, **form.cleaned_data, by=request.user)
    except CannotSave as error:
        return _wrong(request, form, found, error)
    lost = found.team is None and found.owner != request.user
    said = f"is seen by {found.owner} alone now" if lost else "was changed"
    messages.success(request, f"“{found.name}” {said}.")
    return see_other(reverse("saved-views"))


@for_roles(STAFF)
@require_POST
def view_removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a view."""
    found = _found(request, pk)
    try:
        remove_view(found, by=request.user)
    except CannotSave as error:
        raise PermissionDenied(str(error)) from None
    messages.success(request, f"“{found.name}” was deleted. No ticket was touched.")
    return see_other(reverse("saved-views"))


@for_roles(STAFF)
@require_POST
def view_pin(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a view into one's rail."""
    found = _found(request, pk)
    saved_views.pin(found, by=request.user)
    messages.success(request, f"“{found.name}” stands at the left now.")
    return see_other(reverse("saved-views"))


@for_roles(STAFF)
@require_POST
def view_unpin(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a view out of one's rail."""
    found = _found(request, pk)
    saved_views.unpin(found, by=request.user)
    messages.success(request, f"“{found.name}” stands at the left no more.")
    return see_other(reverse("saved-views"))


def _found(request: HttpRequest, pk: int) -> SavedView:
    return get_object_or_404(saved_views.visible_to(request.user).select_related("team", "owner"), pk=pk)


def _form(request: HttpRequest, initial: dict[str, Any], *, owner: User) -> ViewForm:
    said = request.POST if request.method == "POST" else None
    return ViewForm(said, initial=initial, user=request.user, owner=owner)


def _asked(request: HttpRequest, form: ViewForm, found: SavedView | None) -> HttpResponse:
    query = canonical(str(form["query"].value() or ""))
    context = {"form": form, "view": found, "words": in_words(query), "url": _queue(query),
               "title": f"Change “{found.name}”" if found else "Save this view"}  # fmt: skip
    return render(request, "tickets/view.html", context, status=422 if form.is_bound else 200)


def _wrong(request: HttpRequest, form: ViewForm, found: SavedView | None, error: CannotSave) -> HttpResponse:
    form.add_error(error.field, str(error))
    return _asked(request, form, found)
