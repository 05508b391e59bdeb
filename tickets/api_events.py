"""Monitoring events over the REST API, one or up to a thousand: each is stored and answered for by itself."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from hashlib import sha256
from typing import Any

from django.db.models import Q
from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_view import ApiView
from accounts.fields import Body
from accounts.idempotency import once_per_key
from accounts.models import User
from accounts.problems import Problem, flattened, refused
from clients.models import Client
from tickets.bodies import EventBody
from tickets.events import in_turn, take_in, turn
from tickets.intake import Provider, provider
from tickets.models import EventSource
from tickets.reported import ReportedEvent
from tickets.scrubbing import scrubbed

MOST = 1000


class Rejected(Exception):
    """An event that cannot be taken in; `errors` says why, field by field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors


class EventBatch(Body):
    """Up to 1,000 events."""

    events = EventBody(many=True)


class ErrorForm(serializers.Serializer):
    """What is wrong with one field of an event."""

    field = serializers.CharField(allow_blank=True)
    message = serializers.CharField()


class ResultForm(serializers.Serializer):
    """What became of one event. `stored` is false for a replay, and for an event that was not taken, with `errors`."""

    id = serializers.IntegerField(allow_null=True)
    stored = serializers.BooleanField()
    ticket = serializers.CharField(allow_null=True)
    because = serializers.CharField()
    errors = ErrorForm(many=True, required=False)


class ResultsForm(serializers.Serializer):
    """One result for each event, in their order."""

    results = ResultForm(many=True)


@dataclass(frozen=True, slots=True)
class Report:
    """One event that can be taken in."""

    client: Client
    source: EventSource
    event: ReportedEvent


@dataclass
class Desk:
    """What the events of one request are looked up in; each name is looked up once."""

    user: User
    bound: bool
    now: datetime
    client: Any = field(init=False)
    source: Any = field(init=False)

    @cached_property
    def provider(self) -> Provider:
        return provider(now=self.now)

    def __post_init__(self) -> None:
        self.client, self.source = cache(self._client), cache(self._source)

    def _client(self, name: str) -> Client | None:
        visible = Client.objects.visible_to(self.user)
        return visible.filter(Q(name=name) | Q(slug=name)).order_by("pk").first()

    def _source(self, name: str) -> EventSource | None:
        """The source of this name; a client's key reaches its own only, so that it learns of no other."""
        own = f"api-{self.user.pk}"
        if not name:
            title = f"{self.user.name[:90]} (API {self.user.pk})"
            return EventSource.objects.get_or_create(slug=own, defaults={"name": title, "kind": "api"})[0]
        known = EventSource.objects.filter(slug=own) if self.bound else EventSource.objects.all()
        return known.filter(Q(name=name) | Q(slug=name)).order_by("pk").first()

    def read(self, said: Any) -> Report:
        """The event as the core takes it. Raises Rejected."""
        checked = EventBody(data=said)
        if not checked.is_valid():
            raise Rejected({field: message for field, message in flattened(checked.errors)})
        values = dict(checked.validated_data)
        client, source = self.client(values["client"]), self.source(values.get("source", ""))
        if client is None:
            raise Rejected({"client": f"There is no client “{values['client']}”."})
        if source is None:
            raise Rejected({"source": f"There is no event source “{values['source']}”."})
        return Report(client, source, _reported(said, values, client, source, now=self.now))


def _reported(
    said: Any, values: dict[str, Any], client: Client, source: EventSource, *, now: datetime
) -> ReportedEvent:  # fmt: skip
    occurred_at, device = values.get("occurred_at", now), values["device"]
    condition = _identity(client, values["dedupe_key"])
    return ReportedEvent(
        delivery_id=_identity(client, *_delivery(said, values, source, condition)),
        dedupe_key=condition,
        state=values["state"],
        severity=values["severity"],
        title=values["title"],
        occurred_at=occurred_at,
        external_org="",
        message=values["message"],
        error_code=values["error_code"],
        device_name=device.get("name", ""),
        device_type=device.get("type", ""),
        device_os=device.get("os", ""),
        impact=values.get("impact", ""),
        facts={**values["facts"], "message": values["message"], "code": values["error_code"]},
        payload=scrubbed(said),
    )


def _delivery(said: Any, values: dict[str, Any], source: EventSource, condition: str) -> Sequence[str]:
    """What tells a replay: an id may come again when its condition changes, so its moment belongs to it.

    Without a moment it is the turn of the condition: the same id after the condition had ended is a new alert.
    """
    moment = values.get("occurred_at")
    when = str(moment) if moment else f"turn {turn(source=source, dedupe_key=condition, state=values['state'])}"
    if values["external_id"]:
        return values["external_id"], values["state"], when
    return json.dumps(said, sort_keys=True), when


def _identity(client: Client, *parts: str) -> str:
    """One client's identity never meets another's, and however long it is, it fits."""
    text = f"{client.slug}/{'/'.join(parts)}"
    return text if len(text) <= 255 else f"sha256:{sha256(text.encode()).hexdigest()}"


class Events(ApiView):
    """Monitoring events."""

    scopes = {"POST": "events:write"}

    @extend_schema(
        operation_id="report_events",
        request=PolymorphicProxySerializer(
            component_name="EventOrBatch", serializers=[EventBody, EventBatch], resource_type_field_name=None
        ),
        responses={202: ResultsForm},
        examples=[
            OpenApiExample(
                "One event",
                value={
                    "client": "Fast Lane Ltd",
                    "dedupe_key": "disk:FS01:C",
                    "state": "FIRING",
                    "severity": "HIGH",
                    "title": "FS01: less than 5 % free on C:",
                    "device": {"name": "FS01", "type": "SERVER"},
                },
                request_only=True,
            )
        ],
    )
    @once_per_key
    def post(self, request: Request) -> Response:
        """Report events. One condition has one open ticket; RESOLVED ends it when nobody has touched it.

        In a batch each event has its own result: one that cannot be taken says why, the others are stored.
        """
        said = request.data
        desk = Desk(request.user, self.bound, self.now)
        if not (isinstance(said, dict) and "events" in said):
            return _one(said, desk)
        return Response({"results": _many(_listed(said), desk)}, status=202)


def _one(said: Any, desk: Desk) -> Response:
    try:
        report = desk.read(said)
    except Rejected as rejected:
        raise Problem(400, "The event cannot be taken as it is.", errors=rejected.errors) from None
    return Response({"results": [_taken(report, desk)]}, status=202)


def _listed(said: dict[str, Any]) -> list[Any]:
    for key in said:
        if key != "events":
            raise refused(key, "There is no such field beside `events`.")
    events = said["events"]
    if not isinstance(events, list) or len(events) > MOST:
        raise refused("events", f"Must be a list of at most {MOST:,} events.")
    return events


def _many(events: list[Any], desk: Desk) -> list[dict[str, Any]]:
    """Read all, take every condition's turn in one order (two batches must not wait for each other), then take in."""
    read = [_read(said, desk) for said in events]
    reports = [report for report in read if isinstance(report, Report)]
    for source in sorted({r.source for r in reports}, key=lambda source: source.pk):
        in_turn(source, [r.event.dedupe_key for r in reports if r.source == source])
    return [_taken(r, desk) if isinstance(r, Report) else _rejected(r) for r in read]


def _read(said: Any, desk: Desk) -> Report | Rejected:
    try:
        return desk.read(said)
    except Rejected as rejected:
        return rejected


def _taken(report: Report, desk: Desk) -> dict[str, Any]:
    outcome = take_in(
        source=report.source, reported=report.event, client=report.client, now=desk.now, served_by=desk.provider
    )
    ticket = outcome.ticket.key if outcome.ticket else None
    return {"id": outcome.event.pk, "stored": outcome.stored, "ticket": ticket, "because": outcome.because}


def _rejected(rejected: Rejected) -> dict[str, Any]:
    because = " ".join(f"{field}: {message}" for field, message in rejected.errors.items())
    errors = [{"field": field, "message": message} for field, message in rejected.errors.items()]
    return {"id": None, "stored": False, "ticket": None, "because": because, "errors": errors}
