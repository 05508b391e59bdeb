"""Which tickets of a list are wanted: the same names in the queue's address and in the API's.

Where several are meant, commas part them: `priority=P1,P2`. What cannot be taken is told in words, filter by filter.
"""

from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from sla.durations import parse
from tickets.models import PRIORITY_CHOICES, Ticket, VendorCase
from tickets.radar.lanes import LANES
from tickets.radar.standing import in_lane
from tickets.search import matching
from tickets.search_words import Search, searched
from tickets.status import HOLDERS, STATUSES, words

NOBODY, ME = "none", "me"
ANY = "ANY"


class AnyCaseField(forms.MultipleChoiceField):
    """Stored choices, written in any case, parted by commas."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> list[str]:
        return [part.upper() for part in parts(value or "")]

    def validate(self, value: list[str]) -> None:
        known = [str(choice) for choice, _ in self.choices]
        if unknown := [part for part in value if part not in known]:
            raise forms.ValidationError(f"Select a valid choice: {unknown[0]} is not one of {', '.join(known)}.")


def parts(text: str) -> list[str]:
    """What commas part, without what is empty."""
    return [part.strip() for part in text.split(",") if part.strip()]


class AnyCase(django_filters.Filter):
    """Filters by stored choices."""

    field_class = AnyCaseField

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class Named(django_filters.CharFilter):
    """Filters by names in any case, or by slugs where `slugs` is set: the whole text, or what commas part in it."""

    def __init__(self, *args: Any, slugs: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slugs = slugs

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return qs.filter(named(self.field_name, value, slugs=self.slugs)) if value else qs


def named(field: str, value: str, *, slugs: bool = False) -> Q:
    """Rows whose `field` has one of the names, which stand in `value` by themselves or parted by commas."""
    wanted = Q()
    for name in dict.fromkeys([value.strip(), *parts(value)]):
        wanted |= called(field, name, slugs=slugs)
    return wanted


def called(field: str, name: str, *, slugs: bool) -> Q:
    """Rows whose `field` is this name, in any case, or with `slugs` whose slug it is."""
    wanted = Q(**{f"{field}__iexact": name})
    return wanted | Q(**{f"{field.removesuffix('name')}slug": name.lower()}) if slugs else wanted


def with_cases(cases: QuerySet[VendorCase], value: str) -> QuerySet:
    """The ids of the tickets about which these cases are, of the vendors that `value` names."""
    return cases.filter(named("vendor__name", value, slugs=True)).order_by().values("ticket_id")


class WithinField(forms.CharField):
    """A length of time such as `1h` or `30m`."""

    def clean(self, value: Any) -> timedelta | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return timedelta(seconds=parse(text))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class Within(django_filters.Filter):
    """Filters by a moment that lies at most so far ahead, or behind us already."""

    field_class = WithinField

    def filter(self, qs: QuerySet, value: timedelta | None) -> QuerySet:
        return qs if value is None else qs.filter(**{f"{self.field_name}__lte": Now() + value})


class MomentField(forms.CharField):
    """A day, which is its beginning, or a moment; on the reader's clock unless it has an offset of its own."""

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            day = parse_date(text)
            moment = datetime.combine(day, time()) if day else parse_datetime(text)
            if moment and 1900 < moment.year < 9000:
                return moment if moment.tzinfo else timezone.make_aware(moment)
        except (ValueError, OverflowError):
            pass
        raise forms.ValidationError("Write a day such as 2026-03-31, or a moment such as 2026-03-31T09:00.")


class Moment(django_filters.Filter):
    """Filters by a moment."""

    field_class = MomentField


class Ticked(django_filters.Filter):
    """On for any value but `false`."""

    field_class = forms.BooleanField


class SearchField(forms.CharField):
    """Words to be found. Control signs are blanks, and what is too long is cut, which the search then tells."""

    def clean(self, value: Any) -> Search | None:
        return searched(value) if value and value.strip() else None


class Words(django_filters.Filter):
    """Filters by words that must all be found; `bound`: in what a client may read."""

    field_class = SearchField

    def __init__(self, *args: Any, bound: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bound = bound

    def filter(self, qs: QuerySet, value: Search | None) -> QuerySet:
        return matching(qs, value, bound=self.bound) if value else qs


class TicketFilter(django_filters.FilterSet):
    """`mine` and `assignee=me` need the request's user. `notes` are sentences about what was not searched for."""

    status = AnyCase(choices=[(s, words(s)) for s in (*STATUSES, ANY)], method="with_status")
    tier = Named(field_name="tier__name", slugs=True)
    team = Named(field_name="team__name", slugs=True)
    client = Named(field_name="client__name", slugs=True)
    priority = AnyCase(choices=PRIORITY_CHOICES)
    holder = AnyCase(field_name="holder_kind", choices=[(h, h.lower()) for h in HOLDERS])
    assignee = django_filters.CharFilter(method="assigned_to")
    service = Named(field_name="service__name", slugs=True)
    vendor = django_filters.CharFilter(method="with_vendor")
    category = Named(field_name="category")
    opened_after = Moment(field_name="opened_at", lookup_expr="gte")
    opened_before = Moment(field_name="opened_at", lookup_expr="lt")
    breaching_within = Within(field_name="next_due_at")
    mine = Ticked(method="of_reader")
    radar = django_filters.ChoiceFilter(choices=[(lane.slug, lane.title) for lane in LANES], method="in_lane")
    q = Words()

    class Meta:
        model = Ticket
        fields: list[str] = []

    def with_status(self, tickets: QuerySet, name: str, value: list[str]) -> QuerySet:
        """Of one of these; `any` takes ended ones too where a list else shows open ones alone."""
        return tickets if ANY in value else tickets.filter(status__in=value)

    def of_reader(self, tickets: QuerySet, name: str, value: bool) -> QuerySet:
        return tickets.filter(assignee=self.request.user) if value else tickets

    def assigned_to(self, tickets: QuerySet, name: str, value: str) -> QuerySet:
        wanted = Q()
        for person in parts(value.lower()) or [value]:
            wanted |= self._assigned(person)
        return tickets.filter(wanted)

    def _assigned(self, person: str) -> Q:
        if person == ME:
            return Q(assignee=self.request.user)
        return Q(assignee=None) if person == NOBODY else Q(assignee__email__iexact=person)

    def in_lane(self, tickets: QuerySet, name: str, value: str) -> QuerySet:
        """On the radar, in the lane of these scores."""
        return in_lane(tickets, next(lane for lane in LANES if lane.slug == value))

    def with_vendor(self, tickets: QuerySet, name: str, value: str) -> QuerySet:
        """A case of it was opened with the vendor."""
        return tickets.filter(pk__in=with_cases(VendorCase.objects.all(), value))

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What of the search was left out, in sentences."""
        search = self.form.cleaned_data.get("q") if self.is_valid() else None
        return search.notes if search else ()
