"""A ticket's timeline a page at a time: which events, in which order, how many of each sort, and what else there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet

from tickets.models import Ticket, TicketEvent
from tickets.policy_links import policy_links
from tickets.timeline import MESSAGES, OUTSIDE, entry

Shown = dict[str, Any]

PAGE = 200
# How many later events stand above one that a link leads to.
ABOVE = 20
SORTS = {"all": "All", "messages": "Messages", "public": "Client reads", "automatic": "Automatic"}
ORDERS = {"newest": "Newest first", "oldest": "Oldest first"}
_OF_SORT = {
    "all": Q(),
    "messages": Q(kind__in=MESSAGES),
    "public": ~Q(client_text=""),
    "automatic": Q(actor__isnull=True) & ~Q(kind__in=[*MESSAGES, *OUTSIDE]),
}
COLUMNS = ("seq", "kind", "at", "text", "client_text", "why")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the timeline is wanted: its sort, order, and where a page begins; `at` is an event it must show.

    `came_from` is the list that the reader works through, as the ticket's address names it; it stays in all links.
    """

    show: str = "all"
    order: str = "newest"
    start: int | None = None
    at: int | None = None
    came_from: str = ""


def asked(params: Mapping[str, str]) -> Asked:
    """What the address asks for; what it says wrongly counts as not said."""
    show, order = params.get("show", ""), params.get("order", "")
    return Asked(
        show if show in SORTS else "all",
        order if order in ORDERS else "newest",
        _number(params.get("start", "")),
        _number(params.get("event", "")),
        params.get("from", ""),
    )


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def story(ticket: Ticket, wanted: Asked, files: Mapping[int, Sequence[Shown]]) -> Shown:
    """The timeline's page: `entries`, `sorts` and `orders` as links with counts, and where it goes on.

    `here_url` is the beginning of the list as it is shown.

    In: `files` by the event that they came with.
    """
    rows = list(_page(ticket, wanted))
    more, rows = len(rows) > PAGE, rows[:PAGE]
    links = policy_links(ticket, [row["why"].get("policy", "") for row in rows if row["why"]])
    return {
        "entries": [_entry(row, files, links) for row in rows],
        "sorts": _sorts(ticket, wanted),
        "orders": _orders(wanted),
        "on_url": _going_on(wanted, rows) if more else "",
        "on_words": "Show older" if wanted.order == "newest" else "Show newer",
        "here_url": _url(wanted, start=None),
        "first_url": _url(wanted, start=None) if _begins_within(ticket, wanted, rows) else "",
        "wanted": wanted,
    }  # fmt: skip


def _page(ticket: Ticket, wanted: Asked) -> QuerySet[TicketEvent, Shown]:
    """One more than a page holds, so that it shows whether there is more."""
    events = _of_sort(ticket, wanted)
    start = wanted.start if wanted.at is None else _around(wanted)
    newest = wanted.order == "newest"
    if start is not None:
        events = events.filter(seq__lte=start) if newest else events.filter(seq__gte=start)
    return _read(events.order_by("-seq" if newest else "seq"))[: PAGE + 1]


def _of_sort(ticket: Ticket, wanted: Asked) -> QuerySet[TicketEvent]:
    return TicketEvent.objects.filter(_OF_SORT[wanted.show], ticket=ticket)


def _read(events: QuerySet[TicketEvent]) -> QuerySet[TicketEvent, Shown]:
    return events.values(*COLUMNS, actor_name=F("actor__name"), actor_email=F("actor__email"))


def _around(wanted: Asked) -> int:
    """Where a page begins that shows the event which a link leads to, with some around it."""
    at = wanted.at or 0
    return at + ABOVE if wanted.order == "newest" else max(at - ABOVE, 0)


def _entry(row: Shown, files: Mapping[int, Sequence[Shown]], links: Mapping[str, str]) -> Shown:
    policy = str(row["why"].get("policy", "")) if row["why"] else ""
    return {**_told(row), "files": files.get(row["seq"], ()), "policy": policy, "policy_url": links.get(policy, "")}


def _sorts(ticket: Ticket, wanted: Asked) -> list[Shown]:
    """The filters, each with how many events it shows."""
    counts = {f"of_{sort}": Count("pk", filter=q) if q else Count("pk") for sort, q in _OF_SORT.items()}
    found = TicketEvent.objects.filter(ticket=ticket).aggregate(**counts)
    return [
        _link(wanted, show=sort) | {"label": label, "count": found[f"of_{sort}"], "current": sort == wanted.show}
        for sort, label in SORTS.items()
    ]


def _orders(wanted: Asked) -> list[Shown]:
    return [
        _link(wanted, order=order) | {"label": label, "current": order == wanted.order}
        for order, label in ORDERS.items()
    ]


def _link(wanted: Asked, **changed: Any) -> Shown:
    return {"url": _url(wanted, start=None, **changed)}


def _url(wanted: Asked, *, start: int | None, **changed: str) -> str:
    """The address of another part, without what goes without saying."""
    said = {"show": wanted.show, "order": wanted.order} | changed
    kept = {name: value for name, value in said.items() if value not in ("all", "newest")}
    kept |= {"from": wanted.came_from} if wanted.came_from else {}
    return "?" + urlencode(kept | ({"start": start} if start is not None else {}))


def _going_on(wanted: Asked, rows: Sequence[Shown]) -> str:
    return _url(wanted, start=rows[-1]["seq"] + (-1 if wanted.order == "newest" else 1))


def _begins_within(ticket: Ticket, wanted: Asked, rows: Sequence[Shown]) -> bool:
    """Whether the page leaves out something of its sort that stands before it."""
    if wanted.start is None and wanted.at is None:
        return False
    events = _of_sort(ticket, wanted)
    if rows:
        first = rows[0]["seq"]
        events = events.filter(seq__gt=first) if wanted.order == "newest" else events.filter(seq__lt=first)
    return events.exists()


def _told(row: Shown) -> Shown:
    return entry({**row, "actor": row["actor_name"] or row["actor_email"] or ""})


def since(ticket_id: int, seen: int, *, most: int = 3) -> list[Shown]:
    """What was written after the events that a reader has seen, the newest last; at most so many."""
    rows = _read(TicketEvent.objects.filter(ticket=ticket_id, seq__gt=seen).order_by("-seq"))[:most]
    return [_told(row) for row in rows][::-1]


def latest_call(ticket: Ticket) -> Shown | None:
    """The last call of a manager, as the timeline tells it."""
    row = _read(TicketEvent.objects.filter(ticket=ticket, kind="MANAGER_CALLED").order_by("-seq")).first()
    return _told(row) if row else None
