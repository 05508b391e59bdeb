"""Calendars and agreements over the REST API, to be read: their live documents, and sums of open time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_view import ApiView
from accounts.problems import Problem
from accounts.versions import NamedRow, Version
from sla.agreements import latest
from sla.calculator import Calculation
from sla.calculator_form import AddForm, BetweenForm
from sla.calendar_document import calendar_of
from sla.models import Agreement, AgreementVersion, Calendar, CalendarVersion

SUM_PARAMETERS = [
    OpenApiParameter("start", str, required=True, description="A local `2026-03-06T16:50`, or one with its offset"),
    OpenApiParameter("add", str, description="How much open time to add: `4h`, `1h30m`. Either this or `until`"),
    OpenApiParameter("until", str, description="Count the open time until this moment, written like `start`"),
]  # fmt: skip


class CalendarForm(serializers.Serializer):
    """A calendar with what its live version says."""

    name = serializers.CharField(source="of.name")
    slug = serializers.CharField(source="of.slug")
    version = serializers.IntegerField(source="number")
    published_at = serializers.DateTimeField()
    document = serializers.DictField(help_text="As in the configuration files, without the name")


class AgreementForm(CalendarForm):
    """An agreement with what its latest version says."""

    kind = serializers.ChoiceField(source="of.kind", choices=Agreement.Kind.values)


class SpanForm(serializers.Serializer):
    """Open time that counts, within one day."""

    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    seconds = serializers.FloatField()


class DayForm(serializers.Serializer):
    """What one day counts; of a long sum, one of these holds all days of its middle together."""

    first = serializers.DateField()
    last = serializers.DateField()
    seconds = serializers.FloatField()
    notes = serializers.CharField(help_text="The holiday or closure, and by how much the clocks change")
    spans = SpanForm(many=True)


class CalculationForm(serializers.Serializer):
    """A sum of open time with its reasons."""

    calendar = serializers.CharField()
    version = serializers.IntegerField()
    timezone = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    seconds = serializers.FloatField()
    sentence = serializers.CharField()
    days = DayForm(many=True)


class ConfigurationView(ApiView):
    """What the provider has configured is for the provider's own programs."""

    scopes = {"GET": "config:read"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.auth and self.bound:
            raise Problem(403, "This needs a key that sees every client.")

    def known(self, *names: str) -> None:
        """Refuse parameters other than these."""
        given = [name for name in self.request.query_params if name not in names]
        if given:
            there_are = f"there are {', '.join(names)}" if len(names) > 1 else f"there is only {names[0]}"
            words = f"There is no such parameter; {there_are}."
            raise Problem(400, "The parameters cannot be taken as they are.", errors=dict.fromkeys(given, words))

    def live(
        self, rows: type[NamedRow], versions: type[Version], form: type[serializers.Serializer], *,
        as_of: datetime | None = None,
    ) -> Response:  # fmt: skip
        """A page of rows, each with its live version, or with the one that was live at `as_of`."""
        found = latest(versions)
        if as_of is not None:
            found = found.filter(published_at__lte=as_of)
        published = rows._default_manager.filter(pk__in=found.values("of"))
        return self.page(published, lambda page: form(_live_of(page, found), many=True).data)


def _live_of(page: Sequence[NamedRow], live: QuerySet[Version]) -> list[Version]:
    found = {version.of_id: version for version in live.filter(of__in=[row.pk for row in page])}
    return [found[row.pk] for row in page]


class Calendars(ConfigurationView):
    """Every calendar."""

    @extend_schema(operation_id="list_calendars", responses=CalendarForm(many=True))
    def get(self, request: Request) -> Response:
        """List calendars with their live documents, newest first."""
        self.known("cursor")
        return self.live(Calendar, CalendarVersion, CalendarForm)


class Agreements(ConfigurationView):
    """Every agreement."""

    @extend_schema(operation_id="list_agreements", responses=AgreementForm(many=True))
    def get(self, request: Request) -> Response:
        """List agreements with the documents of their latest versions, newest first."""
        self.known("cursor")
        return self.live(Agreement, AgreementVersion, AgreementForm)


class CalendarCalculation(ConfigurationView):
    """Sums of a calendar's open time."""

    @extend_schema(operation_id="calculate_open_time", parameters=SUM_PARAMETERS, responses=CalculationForm)
    def get(self, request: Request, slug: str) -> Response:
        """Say where an amount of open time ends, or how much lies between two moments, and why."""
        self.known("start", "add", "until")
        version = get_object_or_404(latest(CalendarVersion), of__slug=slug)
        calendar = calendar_of(version.document, name=version.of.name, since=version.published_at)
        form = self._form()(request.query_params, calendar=calendar)
        done = form.done(calendar, version.document)
        if done is None:
            errors = {name: " ".join(messages) for name, messages in form.errors.items()}
            raise Problem(400, "The parameters cannot be taken as they are.", errors=errors)
        return Response(CalculationForm(_told(version, calendar.timezone, done)).data)

    def _form(self) -> type[AddForm] | type[BetweenForm]:
        asked = [name for name in ("add", "until") if name in self.request.query_params]
        if len(asked) != 1:
            raise Problem(
                400, "The parameters cannot be taken as they are.", errors={"add": "Give either add or until."}
            )
        return AddForm if asked == ["add"] else BetweenForm


def _told(version: Version, timezone: str, done: Calculation) -> dict[str, Any]:
    sums = {name: getattr(done, name) for name in ("start", "end", "seconds", "sentence")}
    return sums | {
        "calendar": version.of.name,
        "version": version.number,
        "timezone": timezone,
        "days": done.rows,
    }
