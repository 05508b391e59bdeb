"""The first page of the day: what was left, what changed, what one owns, what breaches soon, who is on call.

Read in nine queries, however much happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, When

from accounts.models import User
from clients.models import Client
from tickets.models import CaseTask, HandOver, Ticket, TicketEvent
from tickets.queue import FIRST_DUE, with_facts
from tickets.shift.told import WEIGHTS, Changed, counted, grouped
from tiers.models import Member, Team
from tiers.on_call import Shift
from tiers.on_call_schedule import Schedule, present_and_next, schedules

SOON = timedelta(hours=1)
MOST_EVENTS = 300
MOST_TICKETS = 50
MOST_DUE = 20
MOST_NOTES = 10
MOST_TASKS = 20
ROTA_AHEAD = timedelta(days=14)
GIVEN_AGO = timedelta(hours=24)
NOTE = (
    "pk", "text", "at", "team__name", "team__slug", "by_id", "by__name", "to_id", "to__name", "read_at",
    "read_by__name",
)  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened on tickets that one may see: the most important, how many events more, and all of them counted."""

    tickets: Sequence[Changed]
    more: int
    counts: Sequence[str]


def changes(user: User, *, since: datetime, now: datetime) -> Changes:
    """What others, and the ladder, have done since. Two queries, by the index of time."""
    happened = _happened(user, since=since, now=now)
    counts = dict(happened.order_by().values_list("kind").annotate(n=Count("pk")))
    rank = Case(*(When(kind=kind, then=weight) for kind, weight in WEIGHTS.items()), default=len(WEIGHTS))
    names = {"priority": F("ticket__priority"), "client": F("ticket__client__name"), "title": F("ticket__title")}
    ranked = happened.annotate(rank=rank).order_by("rank", "-at", "-pk")
    rows = list(ranked.values("ticket_id", "kind", "at", "text", **names)[:MOST_EVENTS]) if counts else []
    tickets = grouped(rows, most=MOST_TICKETS)
    shown = {ticket.key for ticket in tickets}
    told = sum(f"ESC-{row['ticket_id']}" in shown for row in rows)
    return Changes(tickets, sum(counts.values()) - told, counted(counts))


def _happened(user: User, *, since: datetime, now: datetime) -> QuerySet[TicketEvent]:
    events = TicketEvent.objects.filter(at__gt=since, at__lte=now, kind__in=WEIGHTS)
    theirs = events.exclude(actor=user).filter(~Q(kind="ASSIGNED") | Q(ticket__assignee=user))
    return theirs.filter(ticket__client__in=Client.objects.visible_to(user))


@dataclass(frozen=True, slots=True)
class Ahead:
    """What the reader owns, next deadline first, and what is due within the hour, that of own teams first."""

    own: Sequence[Row]
    more_own: bool
    due: Sequence[Row]
    more_due: bool


def ahead(user: User, *, now: datetime) -> Ahead:
    """Rows with the columns of the queue, in one query."""
    tickets = Ticket.objects.visible_to(user).open()
    mine = tickets.filter(assignee=user).order_by(FIRST_DUE, "pk").values("pk")[: MOST_TICKETS + 1]
    work = Client.objects.visible_to(user, "work_client")
    soon = tickets.filter(client__in=work, next_due_at__gt=now, next_due_at__lte=now + SOON)
    in_team = Q(team__in=Member.objects.filter(user=user).values("team"))
    own_first = Case(When(in_team, then=0), default=1)
    due = soon.order_by(own_first, "next_due_at", "pk").values("pk")[: MOST_DUE + 1]
    found = Ticket.objects.filter(Q(pk__in=mine) | Q(pk__in=due))
    facts = with_facts(found, user=user, owner=F("assignee"), own_team=own_first)
    rows = list(facts.order_by(FIRST_DUE, "pk"))
    own = [row for row in rows if row["owner"] == user.pk]
    near = [row for row in rows if row["workable"] and row["next_due_at"] and now < row["next_due_at"] <= now + SOON]
    near.sort(key=lambda row: row["own_team"])
    return Ahead(own[:MOST_TICKETS], len(own) > MOST_TICKETS, near[:MOST_DUE], len(near) > MOST_DUE)


@dataclass(frozen=True, slots=True)
class VendorTasks:
    """What must be done about vendors' cases, that of own tickets and teams first; `more`: there are others."""

    rows: Sequence[CaseTask]
    more: bool


def vendor_tasks(user: User) -> VendorTasks:
    """Of the tickets that the reader may work, in one query."""
    tickets = Ticket.objects.open().filter(client__in=Client.objects.visible_to(user, "work_client"))
    in_team = Q(case__ticket__team__in=Member.objects.filter(user=user).values("team"))
    first = Case(When(case__ticket__assignee=user, then=0), When(in_team, then=1), default=2)
    waiting = CaseTask.objects.filter(done_at=None, case__ticket__in=tickets).select_related(
        "case__vendor", "case__ticket"
    )
    rows = list(waiting.order_by(first, "opened_at", "id")[: MOST_TASKS + 1])
    return VendorTasks(rows[:MOST_TASKS], len(rows) > MOST_TASKS)


@dataclass(frozen=True, slots=True)
class Notes:
    """The newest hand-over notes; `more` says that there are others."""

    rows: Sequence[Row]
    more: bool


def notes(user: User, *, now: datetime) -> Notes:
    """Hand-over notes for the reader or its teams that nobody has read, and what became of those it left today."""
    teams = Member.objects.filter(user=user).values("team")
    unread = Q(read_at=None) & (Q(team__in=teams) | Q(to=user)) & ~Q(by=user)
    given = Q(by=user, at__gt=now - GIVEN_AGO)
    seen = Ticket.objects.visible_to(user).values("pk")
    ticked = HandOver.tickets.through.objects.filter(handover=OuterRef("pk"), ticket__in=seen)
    ids = ArraySubquery(ticked.order_by("ticket_id").values("ticket_id"))
    found = HandOver.objects.filter(unread | given).order_by("-at", "-pk").annotate(ids=ids).values(*NOTE, "ids")
    rows = [row | {"keys": [f"ESC-{pk}" for pk in row["ids"]]} for row in found[: MOST_NOTES + 1]]
    return Notes(rows[:MOST_NOTES], len(rows) > MOST_NOTES)


@dataclass(frozen=True, slots=True)
class Duty:
    """A team of the reader's: who is on call until when, and who is next; names, "" for nobody."""

    team: Team
    now: Shift
    name: str
    following: Shift | None
    next_name: str


def duties(user: User, *, now: datetime) -> list[Duty]:
    """Who is on call in the reader's teams. Three queries."""
    teams = Team.objects.filter(members__user=user).order_by("name")
    return [duty(schedule, now) for schedule in schedules(teams, since=now)]


def duty(schedule: Schedule, now: datetime) -> Duty:
    here, following = present_and_next(schedule.shifts(now, now + ROTA_AHEAD))
    names = schedule.names
    next_name = names.get(following.who, following.who) if following else ""
    return Duty(schedule.team, here, names.get(here.who, here.who), following, next_name)
