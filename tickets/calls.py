"""Calls to managers: which are open, and how those of the last days ended. Found by index, read in one query."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, NullIf

from accounts.models import User
from clients.models import Client
from tickets.facts import MANAGER_RESPOND
from tickets.models import Clock, TicketEvent
from tickets.rows import level, warn_at
from tiers.models import Member

Shown = dict[str, Any]
KEPT = timedelta(days=14)
MOST = 200
COLUMNS = (
    "pk", "ticket_id", "ticket__title", "ticket__priority", "ticket__client__name", "ticket__assignee__name",
    "ticket__assignee__email", "started_at", "due_at", "target_seconds", "breached_at", "stopped_at", "state",
    "caller", "why", "answerer", "takeable",
)  # fmt: skip


def open_calls(user: User) -> QuerySet[Clock]:
    """The calls that wait for an answer, on tickets that `user` may see."""
    return _of(user).filter(stopped_at__isnull=True)


def calls(user: User, *, now: datetime) -> tuple[list[Shown], list[Shown]]:
    """Open calls, the next deadline first, and those that ended within the last 14 days, the latest first."""
    lately = Q(stopped_at__isnull=True) | Q(stopped_at__isnull=False, stopped_at__gte=now - KEPT)
    first = (F("stopped_at").desc(nulls_first=True), F("due_at").asc(nulls_last=True), "pk")
    in_a_team = Exists(Member.objects.filter(user=user))  # nobody else can be given a ticket
    shown = _told(_of(user).filter(lately)).annotate(takeable=in_a_team)
    rows = list(shown.order_by(*first).values(*COLUMNS)[:MOST])
    waiting = [_open(row, now=now) for row in rows if row["stopped_at"] is None]
    return waiting, [_ended(row) for row in rows if row["stopped_at"] is not None]


def _of(user: User) -> QuerySet[Clock]:
    return Clock.objects.filter(metric=MANAGER_RESPOND, ticket__client__in=Client.objects.visible_to(user))


def _told(clocks: QuerySet[Clock]) -> QuerySet[Clock]:
    """With who called and why, and who answered: the timeline's events of the very moments."""
    events = TicketEvent.objects.filter(ticket=OuterRef("ticket")).order_by("-seq")
    called = events.filter(kind="MANAGER_CALLED", at=OuterRef("started_at"))
    answered = events.filter(kind="MANAGER_ANSWERED", at=OuterRef("stopped_at"))
    name = Coalesce(NullIf("actor__name", Value("")), "actor__email", output_field=TextField())
    return clocks.annotate(
        caller=Subquery(called.values_list(name)[:1]),
        why=Subquery(called.annotate(given=KT("why__by_hand")).values("given")[:1]),
        answerer=Subquery(answered.values_list(name)[:1]),
    )


def _open(row: Mapping[str, Any], *, now: datetime) -> Shown:
    warn = warn_at(row["due_at"], row["target_seconds"])
    return {
        **_call(row),
        "due_at": row["due_at"],
        "warn_at": warn,
        "level": level(row["due_at"], warn, now=now),
        "takeable": row["takeable"],
        "assignee": row["ticket__assignee__name"] or row["ticket__assignee__email"] or "",
    }


def _ended(row: Mapping[str, Any]) -> Shown:
    return {
        **_call(row),
        "stopped_at": row["stopped_at"],
        "answerer": row["answerer"] or "",
        "missed": row["breached_at"] is not None,
        "took_seconds": (row["stopped_at"] - row["started_at"]).total_seconds(),
    }


def _call(row: Mapping[str, Any]) -> Shown:
    return {
        "pk": row["pk"],
        "key": f"ESC-{row['ticket_id']}",
        "title": row["ticket__title"],
        "priority": row["ticket__priority"][1:],
        "client": row["ticket__client__name"],
        "caller": row["caller"] or "Somebody",
        "why": row["why"] or "",
        "called_at": row["started_at"],
    }
