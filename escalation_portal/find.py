"""The page on which anything is found: a plain search page, whose results the palette shows on Ctrl+K."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import STAFF
from escalation_portal.navigation import LINKS
from tickets.finding import Hit, find


@for_roles(STAFF)
@never_cache
@require_safe
def find_anything(request: HttpRequest) -> HttpResponse:
    """`q`: the words; `about`: the key of the ticket whose verbs are offered. The palette gets the results alone."""
    typed, about = request.GET.get("q", ""), request.GET.get("about", "")
    found = find(typed, user=request.user, about=about, pages=_pages(request.user))
    context = {"found": found, "typed": typed.strip(), "about": about, "as_options": bool(request.htmx)}
    return render(request, f"tickets/find.html{'#results' if request.htmx else ''}", context)


def _pages(user: User) -> Iterator[Hit]:
    """The pages of the rail that the user may open, and the own one."""
    for _, title, name, icon, roles in LINKS:
        if user.roles & roles:
            yield Hit(title, reverse(name), icon)
    yield Hit("Your account", reverse("account"), "user")
