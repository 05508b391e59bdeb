"""The rail at the left of the desk's pages: views of the queue with live counts, and the links of one's role."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from accounts.roles import MANAGERS, STAFF
from tickets.models import Ticket
from tickets.status import NOBODY, TIER, VENDOR

Item = dict[str, Any]

# Value of `?view=`, its words, its icon.
VIEWS = (
    ("", "Next deadline first", "inbox"),
    ("mine", "Mine", "user"),
    ("unassigned", "Nobody's", "user-x"),
    ("vendor", "With vendors", "truck"),
    ("breached", "Breached", "octagon-alert"),
)
LINKS = (
    ("Know", "Clients", "clients", "building-2", STAFF),
    ("Know", "Vendors", "vendors", "truck", STAFF),
    ("Steer", "Policies", "policies", "chevrons-up", STAFF),
    ("Steer", "Operations", "ops", "server", MANAGERS),
)


def rail(request: HttpRequest) -> dict[str, Callable[[], list[Item]]]:
    """`rail_items` for templates: read when a desk page asks for it, so that other pages cost no query."""
    return {"rail_items": lambda: list(_items(request))}


def _items(request: HttpRequest) -> Iterator[Item]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.roles & STAFF:
        return
    yield from _views(request, user)
    for section, title, name, icon, roles in LINKS:
        if user.roles & roles and (url := _known(name)):
            yield _item(section, title, url, icon, current=request.path.startswith(url))


def _views(request: HttpRequest, user: User) -> Iterator[Item]:
    if not (queue := _known("queue")):
        return
    counts = counts_for(user)
    viewed = request.GET.get("view", "") if request.path == queue else None
    for view, title, icon in VIEWS:
        url = f"{queue}?view={view}" if view else queue
        yield _item("Queue", title, url, icon, current=view == viewed, count=counts[view])


def counts_for(user: User) -> dict[str, int]:
    """How many open tickets that `user` may see stand in each view, in one query."""
    with_us = Q(holder_kind__in=(TIER, NOBODY))
    held = {
        "all": Count("pk"),
        "mine": Count("pk", filter=Q(assignee=user)),
        "unassigned": Count("pk", filter=with_us & Q(assignee=None)),
        "vendor": Count("pk", filter=Q(holder_kind=VENDOR)),
        "breached": Count("pk", filter=Q(next_due_at__lt=Now())),
    }
    counts = Ticket.objects.visible_to(user).open().aggregate(**held)
    return {"": counts.pop("all"), **counts}


def _item(section: str, title: str, url: str, icon: str, *, current: bool, count: int | None = None) -> Item:
    return {"section": section, "title": title, "url": url, "icon": icon, "current": current, "count": count}


def _known(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
