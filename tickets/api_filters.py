"""The list's parameters over the API: the pages' filters, taken strictly."""

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from accounts.problems import Problem
from sla.priorities import PRIORITIES
from tickets.filter_names import ASSIGNEE, NAMING, unknown
from tickets.filters import ANY, TicketFilter, Within, WithinField, Words, with_cases
from tickets.models import Clock, Ticket, VendorCase
from tickets.radar.lanes import LANES
from tickets.search_words import LONGEST, MOST
from tickets.serializers import FOR_CLIENTS
from tickets.status import HOLDERS, STATUSES

PAGING = {"cursor"}


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
    """The pages' filters, taken strictly: what of a search would be left out is refused."""

    breaching_within = MinutesOrDuration(field_name="next_due_at")
    mine = None
    # The filters whose names nobody may have, which is told.
    told = (*NAMING, ASSIGNEE)


class ClientTicketFilter(ApiTicketFilter):
    """For a client's key: nothing of tiers, teams and people, and only what was promised or told to the client.

    Whether a vendor or a service is known is not told either: one without a ticket is as one that never was.
    """

    tier = team = assignee = radar = None
    told = ("client",)
    breaching_within = django_filters.Filter(method="by_promise")
    breaching_within.field_class = MinutesOrDurationField
    q = Words(bound=True)

    def by_promise(self, tickets: QuerySet, name: str, value: timedelta) -> QuerySet:
        promised = Clock.objects.filter(ticket=OuterRef("pk"), metric__in=FOR_CLIENTS, stopped_at__isnull=True)
        return tickets.filter(Exists(promised.filter(due_at__lte=Now() + value)))

    def with_vendor(self, tickets: QuerySet, name: str, value: str) -> QuerySet:
        return tickets.filter(pk__in=with_cases(VendorCase.objects.filter(lodged_at__isnull=False), value))


def wanted(tickets: QuerySet[Ticket], request: Request, *, bound: bool) -> QuerySet[Ticket]:
    """The tickets that the request's parameters ask for. Raises Problem 400 naming what cannot be taken."""
    form = ClientTicketFilter if bound else ApiTicketFilter
    given, known = request.query_params, {*form.base_filters, *PAGING}
    errors = {name: f"There is no such parameter; there are {', '.join(sorted(known))}." for name in given
              if name not in known}  # fmt: skip
    chosen = form(given, queryset=tickets, request=request)
    if errors := errors | _problems(chosen):
        raise Problem(400, "The parameters cannot be taken as they are.", errors=errors)
    return chosen.qs


def _problems(chosen: ApiTicketFilter) -> dict[str, str]:
    """What is wrong with the values, by parameter."""
    if not chosen.is_valid():
        return {name: " ".join(messages) for name, messages in chosen.errors.items()}
    unread = {"q": " ".join(chosen.notes)} if chosen.notes else {}
    return unread | unknown(chosen, among=chosen.told)


def _parameter(name: str, words: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=words, **more)


LIST_PARAMETERS = [
    _parameter("status", f"One or several of {', '.join((*STATUSES, ANY))}, parted by commas, in any case"),
    _parameter("tier", "Names of tiers, parted by commas; not for a client's key"),
    _parameter("team", "Names of the teams that hold it, parted by commas; not for a client's key"),
    _parameter("client", "Names or slugs of clients, parted by commas"),
    _parameter("priority", f"One or several of {', '.join(PRIORITIES)}, parted by commas, in any case"),
    _parameter("holder", f"In whose hands: one or several of {', '.join(HOLDERS)}, parted by commas, in any case"),
    _parameter("assignee", "Mail addresses, `me` or `none`, parted by commas; not for a client's key"),
    _parameter("service", "Names or slugs of vendors' services, parted by commas"),
    _parameter("vendor", "Names or slugs of vendors that have, or had, a case of it, parted by commas"),
    _parameter("category", "Categories, parted by commas"),
    _parameter("opened_after", "Opened at this moment or later: `2026-03-31T09:00Z`, or a day, from its beginning"),
    _parameter("opened_before", "Opened earlier than this moment, or than this day"),
    _parameter("breaching_within", "Its next deadline lies at most so far ahead, or is missed: `2h`, or minutes"),
    _parameter(
        "radar",
        f"On the escalation radar, in this lane: {', '.join(lane.slug for lane in LANES)}; not for a client's key",
    ),
    _parameter(
        "q",
        f"Words, all of which are found in its title, description, resolution, error code, external id, device, "
        f"replies or notes, or in the name of its client, contact or asset, or are a vendor's case number, or its key. "
        f'At most {MOST} words and {LONGEST} characters; "in quotes" a phrase. '
        "A client's key finds by what it may read.",
    ),
]
