"""Which tickets a list of the queue shows: the API's filters, and two of a person's own. Each list has one spelling."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet
from django.db.models.functions import Now
from django.http import QueryDict

from accounts.models import User
from clients.models import Client
from tickets.filters import Ticked, TicketFilter
from tickets.models import Snooze, Ticket
from tiers.models import Member

LONGEST_QUERY = 500


class QueueFilter(TicketFilter):
    """`my_team`: held by a team of the reader's. `snoozed`: what the reader has snoozed, which is hidden elsewhere.

    Open ones alone unless a status is asked for. What is snoozed is found by a search as well.
    """

    my_team = Ticked(method="of_own_team")
    snoozed = Ticked(method="still_snoozed")

    def filter_queryset(self, tickets: QuerySet) -> QuerySet:
        asked = self.form.cleaned_data
        if not asked.get("status"):
            tickets = tickets.open()
        if not (asked.get("q") or asked.get("snoozed")):
            tickets = tickets.filter(~Exists(snoozes(self.request.user)))
        return super().filter_queryset(tickets)

    def of_own_team(self, tickets: QuerySet, name: str, value: bool) -> QuerySet:
        teams = Member.objects.filter(user=self.request.user).values("team")
        return tickets.filter(team__in=teams) if value else tickets

    def still_snoozed(self, tickets: QuerySet, name: str, value: bool) -> QuerySet:
        return tickets.filter(Exists(snoozes(self.request.user))) if value else tickets


FILTERS = tuple(QueueFilter.base_filters)


class IsAmong(Func):
    """Whether a column is one of what a query gives, which is then asked once and not joined.

    A join with the grants is estimated far too low, and a list of 100,000 tickets is then read one by one.
    """

    template = "(%(expressions)s))"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


@dataclass(frozen=True, slots=True)
class AskedBy:
    """Who asks, where there is no request."""

    user: User


def snoozes(user: User) -> QuerySet[Snooze]:
    """The snooze of `user` that still hides an outer ticket: its moment is to come, and nothing has happened since."""
    return Snooze.objects.filter(
        ticket=OuterRef("pk"), user=user, until__gt=Now(), event_count=OuterRef("event_count")
    )  # fmt: skip


def given(asked: Mapping[str, str]) -> QueryDict:
    """The filters among `asked`, in one order, without empty ones."""
    params = QueryDict(mutable=True)
    for name in FILTERS:
        if value := asked.get(name, "").strip():
            params[name] = value
    return params


def canonical(query: str) -> str:
    """The one spelling of these filters: `priority=&q=x&status=NEW&after=…` → `status=NEW&q=x`."""
    return given(QueryDict(query)).urlencode()


def filtered(user: User, params: QueryDict) -> TicketFilter:
    """The reader's tickets as these parameters narrow them."""
    return QueueFilter(params, queryset=visible_to(user), request=AskedBy(user))


def visible_to(user: User) -> QuerySet[Ticket]:
    """The tickets that `user` may see: those of the clients that `user` may see."""
    clients = Client.objects.visible_to(user).order_by().values("pk")
    return Ticket.objects.filter(IsAmong(F("client_id"), ArraySubquery(clients)))


def problems(wanted: TicketFilter) -> list[str]:
    """What is wrong with the filters, a sentence each that names the filter; nothing for good ones."""
    if wanted.is_valid():
        return []
    return [f"{name}: {error}" for name, errors in wanted.errors.items() for error in errors]
