"""Which tickets of a list are wanted: the same names in the queue's address and in the API's."""

from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from sla.durations import parse
from tickets.models import PRIORITY_CHOICES, Ticket
from tickets.status import HOLDERS, STATUSES, words


class AnyCaseField(forms.ChoiceField):
    """A stored choice, written in any case."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).upper()


class AnyCase(django_filters.Filter):
    """Filters by a stored choice."""

    field_class = AnyCaseField


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


class Ticked(django_filters.Filter):
    """On for any value but `false`."""

    field_class = forms.BooleanField


class TicketFilter(django_filters.FilterSet):
    """`client` is an exact name or slug, `tier` a name; `mine` needs the request's user."""

    status = AnyCase(choices=[(s, words(s)) for s in STATUSES])
    tier = django_filters.CharFilter(field_name="tier__name", lookup_expr="iexact")
    client = django_filters.CharFilter(method="of_client")
    priority = AnyCase(choices=PRIORITY_CHOICES)
    holder = AnyCase(field_name="holder_kind", choices=[(h, h.lower()) for h in HOLDERS])
    breaching_within = Within(field_name="next_due_at")
    mine = Ticked(method="of_reader")
    q = django_filters.CharFilter(method="with_words")

    class Meta:
        model = Ticket
        fields: list[str] = []

    def of_client(self, tickets: QuerySet, name: str, value: str) -> QuerySet:
        return tickets.filter(Q(client__name=value) | Q(client__slug=value))

    def of_reader(self, tickets: QuerySet, name: str, value: bool) -> QuerySet:
        return tickets.filter(assignee=self.request.user) if value else tickets

    def with_words(self, tickets: QuerySet, name: str, value: str) -> QuerySet:
        """Every word stands somewhere in it, or the value is its key."""
        found = tickets
        for word in value.split()[:8]:
            found = found.filter(
                Q(title__icontains=word)
                | Q(client__name__icontains=word)
                | Q(device_name__icontains=word)
                | Q(error_code__icontains=word)
                | Q(pk__in=Ticket.objects.by_key(word).values("pk"))
            )
        return found
