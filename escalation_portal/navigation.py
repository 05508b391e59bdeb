"""The rail at the left of the desk's pages: views of the queue with live counts, and the links of one's role."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from accounts.roles import ACCOUNT_MANAGER, ADMINISTRATOR, MANAGERS, STAFF
from tickets.queue import VIEWS, view_counts

Item = dict[str, Any]

LINKS = (
    ("Know", "Clients", "clients", "building-2", STAFF),
    ("Know", "Vendors", "vendors", "truck", STAFF),
    ("Know", "Documents", "documents", "book-open", STAFF),
    ("Steer", "Policies", "policies", "chevrons-up", STAFF),
    ("Steer", "Teams", "teams", "phone", STAFF),
    ("Steer", "Agreements", "agreements", "handshake", STAFF),
    ("Steer", "Calendars", "calendars", "calendar", STAFF),
    ("Steer", "Reports", "reports", "chart-column", MANAGERS | {ACCOUNT_MANAGER}),
    ("Steer", "People", "people", "users", MANAGERS),
    ("Steer", "API keys", "keys", "lock", frozenset({ADMINISTRATOR})),
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
        if user.roles & roles:
            url = reverse(name)
            yield _item(section, title, url, icon, current=request.path.startswith(url))


def _views(request: HttpRequest, user: User) -> Iterator[Item]:
    queue, counts = reverse("queue"), view_counts(user)
    viewed = request.GET.urlencode() if request.path == queue else None
    for view in VIEWS:
        url = f"{queue}?{view.query}" if view.query else queue
        yield _item("Queue", view.title, url, view.icon, current=view.query == viewed, count=counts[view.query])


def _item(section: str, title: str, url: str, icon: str, *, current: bool, count: int | None = None) -> Item:
    return {"section": section, "title": title, "url": url, "icon": icon, "current": current, "count": count}
