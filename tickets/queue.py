"""The queue: open tickets, next deadline first, in pages that hold while tickets come and go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, DateTimeField, F, Func, OuterRef, Q, QuerySet, Subquery, Sum, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, Now
from django.http import HttpRequest, QueryDict

from accounts.clock import database_now
from accounts.models import User
from clients.models import Client
from tickets.filters import TicketFilter
from tickets.models import Clock, Ticket, VendorCase
from tickets.status import NEW, VENDOR
from tiers.models import Tier

PAGE_SIZE = 50
SOON = "1h"
NO_TICKETS = "0.0"
FIRST_DUE = F("next_due_at").asc(nulls_last=True)
LAST_DUE = F("next_due_at").desc(nulls_first=True)
COLUMNS = (
    "pk", "title", "client__name", "priority", "status", "holder_kind", "tier__name", "tier__level", "assignee__name",
    "assignee__email", "next_due_at", "next_metric", "wake_at", "event_count", "target_seconds", "vendor",
    "clock_vendor", "workable",
)  # fmt: skip

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """A named view of the queue: the filters that make it, its title and icon."""

    query: str
    title: str
    icon: str


VIEWS = (
    View("", "All open", "inbox"),
    View("mine=true", "Mine", "user"),
    View("status=NEW", "Unacknowledged", "user-x"),
    View("holder=VENDOR", "With vendors", "truck"),
    View(f"breaching_within={SOON}", f"Breaching within {SOON[:-1]} h", "octagon-alert"),
)


def view_counts(user: User) -> dict[str, int]:
    """How many open tickets stand in each view, by the view's query; one query for all."""
    soon = TicketFilter.declared_filters["breaching_within"].field.clean(SOON)
    held = (
        Q(),
        Q(assignee=user),
        Q(status=NEW),
        Q(holder_kind=VENDOR),
        Q(next_due_at__lte=Now() + soon),
    )
    counts = {f"view_{i}": Count("pk", filter=q) if q else Count("pk") for i, q in enumerate(held)}
    found = Ticket.objects.visible_to(user).open().aggregate(**counts)
    return {view.query: found[f"view_{i}"] for i, view in enumerate(VIEWS)}


def filtered(request: HttpRequest, params: QueryDict) -> TicketFilter:
    """The reader's tickets as these parameters narrow them; open ones unless a status is asked for."""
    tickets = Ticket.objects.visible_to(request.user)
    if not params.get("status"):
        tickets = tickets.open()
    return TicketFilter(params, queryset=tickets, request=request)


def current_version(tickets: QuerySet) -> str:
    """What a list of tickets is compared by: any event on any of them changes it."""
    return next(iter(_version_of(tickets)), NO_TICKETS)


def _version_of(tickets: QuerySet) -> QuerySet:
    """Count and sum of events, as one value of one row."""
    text = TextField()
    parts = (Cast(Count("pk"), text), Value(".", output_field=text), Cast(Coalesce(Sum("event_count"), 0), text))
    whole = tickets.order_by().annotate(whole=Value(1)).values("whole")
    return whole.annotate(version=Concat(*parts)).values_list("version", flat=True)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, the version of the whole list, the cursors of the pages before and after, "" for none."""

    rows: list[Row]
    version: str = NO_TICKETS
    before: str = ""
    after: str = ""


def page(tickets: QuerySet, *, user: User, before: str = "", after: str = "") -> Page:
    """One page by keyset: after a cursor, before one, or the first. A damaged cursor is the first page."""
    rows = with_facts(tickets, user=user, version=Subquery(_version_of(tickets)))
    if (place := _place(before)) is not None:
        found = list(rows.filter(_earlier(*place)).order_by(LAST_DUE, "-pk")[: PAGE_SIZE + 1])
        kept, more = found[:PAGE_SIZE][::-1], len(found) > PAGE_SIZE
        return Page(kept, _version(kept), before=_cursor(kept[0]) if more else "", after=_end(kept))
    place = _place(after)
    if place is not None:
        rows = rows.filter(_later(*place))
    found = list(rows.order_by(FIRST_DUE, "pk")[: PAGE_SIZE + 1])
    kept, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    start = _cursor(kept[0]) if place is not None and kept else ""
    return Page(kept, _version(kept), before=start, after=_end(kept) if more else "")


def with_facts(tickets: QuerySet, *, user: User, **more: Any) -> QuerySet:
    """Everything that a row shows, as dicts, in one query; `more` are further columns."""
    clock = Clock.objects.filter(
        ticket=OuterRef("pk"), stopped_at__isnull=True, due_at=OuterRef("next_due_at"), metric=OuterRef("next_metric")
    )
    # Of several the latest whose ball is with its vendor: that one holds the ticket.
    cases = VendorCase.objects.filter(ticket=OuterRef("pk")).exclude(status="CLOSED").order_by("-ball", "-pk")
    subject = Concat(Value("case:"), Cast("pk", TextField()), output_field=TextField())
    timed = VendorCase.objects.filter(ticket=OuterRef("pk")).annotate(of_clock=subject)
    return tickets.annotate(
        target_seconds=Subquery(clock.values("target_seconds")[:1]),
        vendor=Subquery(cases.values("vendor__name")[:1]),
        clock_subject=Subquery(clock.values("subject")[:1]),
        clock_vendor=Subquery(timed.filter(of_clock=OuterRef("clock_subject")).values("vendor__name")[:1]),
        workable=Q(client__in=Client.objects.visible_to(user, "work_client")),
        **more,
    ).values(*COLUMNS, *more)


def _version(rows: list[Row]) -> str:
    return rows[0]["version"] if rows else NO_TICKETS


def _end(rows: list[Row]) -> str:
    return _cursor(rows[-1]) if rows else ""


def _cursor(row: Row) -> str:
    due = row["next_due_at"]
    return f"{due.isoformat() if due else ''}~{row['pk']}"


def _place(cursor: str) -> tuple[datetime | None, int] | None:
    moment, _, pk = cursor.rpartition("~")
    try:
        due = datetime.fromisoformat(moment) if moment else None
        return (due, int(pk)) if due is None or due.tzinfo else None
    except ValueError:
        return None


def _later(due: datetime | None, pk: int) -> Q:
    if due is None:
        return Q(next_due_at__isnull=True, pk__gt=pk)
    return Q(next_due_at__gt=due) | Q(next_due_at=due, pk__gt=pk) | Q(next_due_at__isnull=True)


def _earlier(due: datetime | None, pk: int) -> Q:
    if due is None:
        return Q(next_due_at__isnull=False) | Q(pk__lt=pk)
    return Q(next_due_at__lt=due) | Q(next_due_at=due, pk__lt=pk)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer, as (value, label), and the moment at which it was read."""

    clients: list[tuple[str, str]]
    tiers: list[tuple[str, str]]
    now: datetime


def choices(user: User) -> Choices:
    """The clients and tiers to choose from, and the database's time, in one query."""
    at = Func(function="clock_timestamp", output_field=DateTimeField())
    clients = Client.objects.visible_to(user).order_by().values_list(Value("client"), "slug", "name", at)
    tiers = Tier.objects.order_by().values_list(Value("tier"), "name", "name", at)
    rows = list(clients.union(tiers, all=True))
    return Choices(_of("client", rows), _of("tier", rows), rows[-1][3] if rows else database_now())


def _of(kind: str, rows: Iterable[tuple[str, str, str, datetime]]) -> list[tuple[str, str]]:
    return sorted(((value, label) for k, value, label, _ in rows if k == kind), key=lambda pair: pair[1].lower())
