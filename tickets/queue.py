"""The queue: open tickets, next deadline first, in pages that hold while tickets come and go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat, Now

from accounts.clock import database_now
from accounts.models import User
from clients.models import Client
from tickets.models import CaseTask, Clock, Draft, Presence, Ticket, VendorCase
from tickets.queue_filters import snoozes
from tickets.saved_views import Pinned, pinned
from tickets.shift import stays
from tiers.models import Tier

PAGE_SIZE = 50
PRESENT = timedelta(seconds=30)
FIRST_DUE = F("next_due_at").asc(nulls_last=True)
LAST_DUE = F("next_due_at").desc(nulls_first=True)
COLUMNS = (
    "pk", "title", "client__name", "priority", "status", "holder_kind", "tier__name", "tier__level", "assignee__name",
    "assignee__email", "next_due_at", "next_metric", "wake_at", "event_count", "target_seconds", "vendor",
    "clock_vendor", "workable", "snoozed_until", "radar__score", "on_radar", "drafted", "viewer", "vendor_task",
)  # fmt: skip

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, the cursors of the pages before and after, "" for none."""

    rows: list[Row]
    before: str = ""
    after: str = ""


def page(tickets: QuerySet, *, user: User, before: str = "", after: str = "") -> Page:
    """One page by keyset: after a cursor, before one, or the first. A damaged cursor is the first page."""
    rows = with_facts(tickets, user=user)
    if (place := _place(before)) is not None:
        found = list(rows.filter(_earlier(*place)).order_by(LAST_DUE, "-pk")[: PAGE_SIZE + 1])
        kept, more = found[:PAGE_SIZE][::-1], len(found) > PAGE_SIZE
        return Page(kept, before=cursor(kept[0]) if more else "", after=_end(kept))
    place = _place(after)
    if place is not None:
        rows = rows.filter(_later(*place))
    found = list(rows.order_by(FIRST_DUE, "pk")[: PAGE_SIZE + 1])
    kept, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    start = cursor(kept[0]) if place is not None and kept else ""
    return Page(kept, before=start, after=_end(kept) if more else "")


def following(tickets: QuerySet, *, after: int, at: str = "") -> Row | None:
    """The ticket of the list that comes after this one: after the place `at` where that is known, else where it is now.

    Whoever acts on a ticket moves it; the place that it was found at leads on from there. None at the end.
    """
    place = _place(at) or _place_of(after)
    rest = tickets.filter(_later(*place)) if place else tickets
    return rest.exclude(pk=after).order_by(FIRST_DUE, "pk").values("pk", "next_due_at").first()


def _place_of(pk: int) -> tuple[datetime | None, int] | None:
    due = Ticket.objects.filter(pk=pk).values_list("next_due_at", flat=True)
    return (due[0], pk) if due else None


def with_facts(tickets: QuerySet, *, user: User, **more: Any) -> QuerySet:
    """Everything that a row shows, as dicts, in one query; `more` are further columns."""
    clock = Clock.objects.filter(
        ticket=OuterRef("pk"), stopped_at__isnull=True, due_at=OuterRef("next_due_at"), metric=OuterRef("next_metric")
    )
    # Of several the latest whose ball is with its vendor: that one holds the ticket.
    cases = VendorCase.objects.filter(ticket=OuterRef("pk")).exclude(status="CLOSED").order_by("-ball", "-pk")
    subject = Concat(Value("case:"), Cast("pk", TextField()), output_field=TextField())
    timed = VendorCase.objects.filter(ticket=OuterRef("pk")).annotate(of_clock=subject)
    tasks = CaseTask.objects.filter(case__ticket=OuterRef("pk"), done_at=None).order_by("id")
    return tickets.annotate(
        target_seconds=Subquery(clock.values("target_seconds")[:1]),
        vendor=Subquery(cases.values("vendor__name")[:1]),
        clock_subject=Subquery(clock.values("subject")[:1]),
        clock_vendor=Subquery(timed.filter(of_clock=OuterRef("clock_subject")).values("vendor__name")[:1]),
        workable=Q(client__in=Client.objects.visible_to(user, "work_client")),
        snoozed_until=Subquery(snoozes(user).values("until")[:1]),
        on_radar=Q(radar__isnull=False),
        drafted=Exists(Draft.objects.filter(ticket=OuterRef("pk"), user=user)),
        viewer=viewers(user),
        vendor_task=Subquery(tasks.values("kind")[:1]),
        **more,
    ).values(*COLUMNS, *more)


def viewers(user: User) -> Subquery:
    """Who else has a ticket open, by name; of several whoever was heard of last."""
    others = Presence.objects.filter(ticket=OuterRef("pk"), seen_at__gt=Now() - PRESENT).exclude(user=user)
    return Subquery(others.order_by("-seen_at").values("user__name")[:1])


def _end(rows: list[Row]) -> str:
    return cursor(rows[-1]) if rows else ""


def cursor(row: Row) -> str:
    """A row's place in the order."""
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
    """What the filters offer, as (value, label), the moment at which it was read, and when the reader was last here."""

    clients: list[tuple[str, str]]
    tiers: list[tuple[str, str]]
    pinned: list[Pinned]
    now: datetime
    desk_seen_at: datetime | None


def choices(user: User) -> Choices:
    """The clients and tiers to choose from, the reader's pinned views and what else Choices holds, in one query."""
    at = Func(function="clock_timestamp", output_field=DateTimeField()), stays.seen_at(user)
    clients = Client.objects.visible_to(user).order_by().values_list(Value("client"), "slug", "name", *at)
    tiers = Tier.objects.order_by().values_list(Value("tier"), "name", "name", *at)
    kind = Concat(Value("view:"), Cast("pk", TextField()), output_field=TextField())
    views = pinned(user).order_by().values_list(kind, "query", "name", *at)
    rows = list(clients.union(tiers, views, all=True))
    now, desk_seen_at = rows[-1][3:] if rows else (database_now(), None)
    return Choices(_of("client", rows), _of("tier", rows), _pinned(rows), now, desk_seen_at)


def _of(kind: str, rows: Iterable[tuple[Any, ...]]) -> list[tuple[str, str]]:
    return sorted(((value, label) for k, value, label, *_ in rows if k == kind), key=lambda pair: pair[1].lower())


def _pinned(rows: Iterable[tuple[Any, ...]]) -> list[Pinned]:
    views = [Pinned(int(k.removeprefix("view:")), name, query) for k, query, name, *_ in rows if k.startswith("view:")]
    return sorted(views, key=lambda view: (view.name.lower(), view.id))
