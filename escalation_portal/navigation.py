"""The rail at the left of the desk's pages: views of the queue with live counts, and the links of one's role."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.roles import ACCOUNT_MANAGER, ADMINISTRATOR, MANAGERS, STAFF
from tickets.queue_filters import given
from tickets.rail import items
from tickets.standing import Standing, standing

Item = dict[str, Any]

LINKS = (
    ("Queue", "Calls", "calls", "phone", MANAGERS | {ACCOUNT_MANAGER}),
    ("Queue", "Mails", "mails-to-look-at", "mail", MANAGERS),
    ("Queue", "Radar", "radar", "radar", STAFF),
    ("Queue", "Shift", "shift", "sunrise", STAFF),
    ("Know", "Clients", "clients", "building-2", STAFF),
    ("Know", "Vendors", "vendors", "truck", STAFF),
    ("Know", "Verification", "verification", "check", STAFF),
    ("Know", "Documents", "documents", "book-open", STAFF),
    ("Know", "Reply templates", "reply-templates", "message-square", STAFF),
    ("Steer", "Policies", "policies", "chevrons-up", STAFF),
    ("Steer", "Teams", "teams", "phone", STAFF),
    ("Steer", "Agreements", "agreements", "handshake", STAFF),
    ("Steer", "Calendars", "calendars", "calendar", STAFF),
    ("Steer", "Reports", "reports", "chart-column", MANAGERS | {ACCOUNT_MANAGER}),
    ("Steer", "Scorecards", "vendor-scorecards", "circle-check", MANAGERS | {ACCOUNT_MANAGER}),
    ("Steer", "People", "people", "users", MANAGERS),
    ("Steer", "API keys", "keys", "lock", frozenset({ADMINISTRATOR})),
    ("Steer", "Operations", "ops", "server", MANAGERS),
)


def rail(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    """`rail_items` and `desk` for templates: read when a desk page asks for them, so that others cost no query.

    `desk` tells of the reader what `tickets.standing.Standing` holds: unread notifications, whether single keys are on.
    """
    return {"rail_items": lambda: list(_items(request)), "desk": lambda: _standing(request)}


def _items(request: HttpRequest) -> Iterator[Item]:
    stands = _standing(request)
    if stands is None:
        return
    yield from _views(request, stands)
    urls = {name: reverse(name) for _, _, name, _, _ in LINKS}
    nearest = max((url for url in urls.values() if request.path.startswith(url)), key=len, default="")
    for section, title, name, icon, roles in LINKS:
        if request.user.roles & roles:
            item = _item(section, title, urls[name], icon, current=urls[name] == nearest)
            yield {**item, "count": stands.beside.get(name), "id": name}


def _standing(request: HttpRequest) -> Standing | None:
    """Read once for a request, and by the queue's page itself; None for whoever has no desk."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.roles & STAFF:
        return None
    if not hasattr(request, "standing"):
        request.standing = standing(user)
    return request.standing


def _views(request: HttpRequest, stands: Standing) -> Iterator[Item]:
    viewed = given(request.GET).urlencode() if request.path == reverse("queue") else None
    for view in items(stands, viewed):
        yield {"section": "Queue", **view}
    all_views = reverse("saved-views")
    yield _item("Queue", "All views", all_views, "list", current=request.path.startswith(all_views))


def _item(section: str, title: str, url: str, icon: str, *, current: bool) -> Item:
    return {"section": section, "title": title, "url": url, "icon": icon, "current": current, "count": None}
