"""The list's parameters over the API: the pages' filters, taken strictly."""

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from accounts.problems import Problem
from sla.priorities import PRIORITIES
from tickets.filters import TicketFilter, Within, WithinField
from tickets.models import Clock, Ticket
from tickets.serializers import FOR_CLIENTS
from tickets.status import HOLDERS, STATUSES

PAGING = {"cursor"}
NOT_FOR_CLIENTS = {"tier", "mine"}


class MinutesOrDurationField(WithinField):
    """A length of time such as `2h`, or a number of minutes."""

    def clean(self, value: Any) -> timedelta | None:
        text = (value or "").strip()
        whole = text.isascii() and text.isdigit()
        return super().clean(f"{text}m" if whole else text)


class MinutesOrDuration(Within):
    """Filters by the deadline that matters now."""

    field_class = MinutesOrDurationField


class ApiTicketFilter(TicketFilter):
    """The pages' filters; `q` is one text that stands in the title, the description or the error code."""

    breaching_within = MinutesOrDuration(field_name="next_due_at")
    mine = None

    def with_words(self, tickets: QuerySet, name: str, value: str) -> QuerySet:
        here = Q(title__icontains=value) | Q(description__icontains=value) | Q(error_code__icontains=value)
        return tickets.filter(here | Q(pk__in=Ticket.objects.by_key(value).values("pk")))


class ClientTicketFilter(ApiTicketFilter):
    """For a client's key: nothing of tiers, and only the deadlines that were promised to the client."""

    tier = None
    breaching_within = django_filters.Filter(method="by_promise")
    breaching_within.field_class = MinutesOrDurationField

    def by_promise(self, tickets: QuerySet, name: str, value: timedelta) -> QuerySet:
        promised = Clock.objects.filter(ticket=OuterRef("pk"), metric__in=FOR_CLIENTS, stopped_at__isnull=True)
        return tickets.filter(Exists(promised.filter(due_at__lte=Now() + value)))


def wanted(tickets: QuerySet[Ticket], request: Request, *, bound: bool) -> QuerySet[Ticket]:
    """The tickets that the request's parameters ask for. Raises Problem 400 naming what cannot be taken."""
    form = ClientTicketFilter if bound else ApiTicketFilter
    given, known = request.query_params, {*form.base_filters, *PAGING}
    errors = {name: f"There is no such parameter; there are {', '.join(sorted(known))}." for name in given
              if name not in known}  # fmt: skip
    chosen = form(given, queryset=tickets, request=request)
    if not chosen.is_valid():
        errors |= {name: " ".join(messages) for name, messages in chosen.errors.items()}
    if errors:
        raise Problem(400, "The parameters cannot be taken as they are.", errors=errors)
    return chosen.qs


def _parameter(name: str, words: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=words, **more)


LIST_PARAMETERS = [
    _parameter("status", "In any case", enum=STATUSES),
    _parameter("tier", "Name of the tier that holds it; not for a client's key"),
    _parameter("client", "Exact name or slug"),
    _parameter("priority", "In any case", enum=PRIORITIES),
    _parameter("holder", "In whose hands, in any case", enum=HOLDERS),
    _parameter("breaching_within", "Its next deadline lies at most so far ahead, or is missed: `2h`, or minutes"),
    _parameter("q", "A text in the title, description or error code, or a key"),
]
