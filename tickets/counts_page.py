"""What stands beside the work on the desk's pages, as it is: the rail's counts, the bell, who is at which ticket."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import STAFF
from tickets.left import named
from tickets.queue import viewers
from tickets.rail import items
from tickets.standing import standing


@for_roles(STAFF)
@never_cache
@require_safe
def view_counts(request: HttpRequest) -> HttpResponse:
    """The counts, and of the tickets named by `key` those that somebody else has open."""
    stands = standing(request.user)
    viewed = _viewed(named(request), request.user) if "key" in request.GET else []
    context = {"views": items(stands, None), "beside": stands.beside, "unread": stands.unread, "viewed": viewed}
    return render(request, "tickets/counts.html", context)


def _viewed(tickets: QuerySet, user: User) -> list[tuple[str, str]]:
    found = tickets.annotate(viewer=viewers(user)).exclude(viewer=None).exclude(viewer="")
    return [(f"ESC-{pk}", viewer) for pk, viewer in found.order_by("pk").values_list("pk", "viewer")]
