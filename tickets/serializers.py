"""What programs read of a ticket: one form for the provider's own, and one for clients, which lists less.

No form says more than it lists, so a new column is told to nobody by accident.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from sla.agreements import ALWAYS, CalendarRef, calendars_by_version
from sla.clocks import pause
from tickets.cases.public import known_to_client
from tickets.facts import ACKNOWLEDGE, RESOLVE, RESPOND, UPDATE
from tickets.models import Clock, CustodyChange, Ticket, VendorCase
from tickets.status import HOLDERS, STATUSES
from vendors.models import Service

FOR_CLIENTS = (ACKNOWLEDGE, RESPOND, UPDATE, RESOLVE)
SUPERSEDED = Clock.State.SUPERSEDED


def readable(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """The tickets with all that their forms say, in four queries whatever their number."""
    one_row = tickets.select_related(
        "client", "contact", "service", "tier", "team", "assignee", "policy_version__of", "merged_into",
        "radar",
    )  # fmt: skip
    cases = VendorCase.objects.order_by("id").select_related("vendor", "service").annotate(public=known_to_client())
    hands = CustodyChange.objects.order_by("seq").select_related("tier", "vendor_case__vendor")
    return one_row.defer("policy_version__document").prefetch_related(
        Prefetch("clocks", queryset=Clock.objects.order_by("id")),
        Prefetch("custody", queryset=hands),
        Prefetch("vendor_cases", queryset=cases),
    )


def context_for(tickets: Iterable[Ticket], *, now: Any, bound: bool) -> dict[str, Any]:
    """What the forms need beside the rows; the calendars cost a query only when a version is new to this process."""
    versions = {clock.calendar_version_id for t in tickets for clock in t.clocks.all()}
    calendars: dict[int | None, CalendarRef] = {None: ALWAYS, **calendars_by_version(versions - {None})}
    return {"now": now, "calendars": calendars, "bound": bound}


class HolderForm(serializers.Serializer):
    """In whose hands the ticket is, since when."""

    kind = serializers.ChoiceField(choices=HOLDERS)
    name = serializers.CharField(allow_null=True)
    since = serializers.DateTimeField()


def holder(ticket: Ticket, *, bound: bool) -> dict[str, Any]:
    """Who holds it; a hold that begins or ends does not change hands. Clients read a tier's title, not its name."""
    *earlier, last = ticket.custody.all()
    since = last.began_at
    for change in reversed(earlier):
        if _hands(change) != _hands(last):
            break
        since = change.began_at
    return {"kind": last.holder_kind, "name": _name(ticket, last, bound=bound), "since": since}


def _hands(change: CustodyChange) -> tuple[Any, ...]:
    return change.holder_kind, change.tier_id, change.vendor_case_id


def _name(ticket: Ticket, change: CustodyChange, *, bound: bool) -> str | None:
    if change.tier:
        return (change.tier.title or "our service desk") if bound else change.tier.name
    if change.vendor_case:
        return change.vendor_case.vendor.name
    return ticket.client.name if change.holder_kind == "CLIENT" else None


class PolicyForm(serializers.Serializer):
    """The version of the policy that routed it."""

    name = serializers.CharField(source="of.name")
    version = serializers.IntegerField(source="number")


class DeviceForm(serializers.Serializer):
    """The device that it is about."""

    name = serializers.CharField(source="device_name")
    type = serializers.CharField(source="device_type")
    os = serializers.CharField(source="device_os")


class ContactForm(serializers.Serializer):
    """Who asked."""

    name = serializers.CharField()
    email = serializers.EmailField()


class ClientClockForm(serializers.Serializer):
    """One promise to the client. Seconds are open time of the calendar; `due_at` is empty while it is paused."""

    metric = serializers.CharField()
    round = serializers.IntegerField()
    target_seconds = serializers.IntegerField()
    calendar = serializers.SerializerMethodField()
    due_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(choices=Clock.State.choices)
    consumed_seconds = serializers.SerializerMethodField(help_text="Up to now")

    def get_calendar(self, clock: Clock) -> str:
        return str(self.context["calendars"][clock.calendar_version_id].name)

    def get_consumed_seconds(self, clock: Clock) -> float:
        """What a running clock has consumed until this moment."""
        if clock.running_since is None or clock.stopped_at is not None:
            return clock.consumed_seconds
        calendar = self.context["calendars"][clock.calendar_version_id].calendar
        return pause(
            consumed_seconds=clock.consumed_seconds, running_since=clock.running_since,
            now=max(self.context["now"], clock.running_since), calendar=calendar,
        )  # fmt: skip


class ClockForm(ClientClockForm):
    """One promise that runs on the ticket: to the client, between tiers (OLA), by a vendor, or by a called manager.

    `because` says why one was replaced, or ended without a verdict.
    """

    subject = serializers.CharField()
    breached_at = serializers.DateTimeField(allow_null=True)
    because = serializers.CharField()


def holding(ticket: Ticket) -> list[Clock]:
    """The ticket's clocks without those that went on as others."""
    return [clock for clock in ticket.clocks.all() if clock.state != SUPERSEDED]


class ClientCaseForm(serializers.Serializer):
    """A case that a vendor has or had, lodged while the ticket was this client's."""

    vendor = serializers.CharField(source="vendor.name")
    service = serializers.CharField(source="service.name")
    lodged_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class MissingForm(serializers.Serializer):
    """What a vendor's case still needs."""

    key = serializers.CharField()
    question = serializers.CharField()
    problem = serializers.CharField()


class CaseForm(serializers.Serializer):
    """A vendor case. INCOMPLETE ones say what is missing; custody passes once the case was really sent."""

    id = serializers.IntegerField()
    vendor = serializers.CharField(source="vendor.name")
    service = serializers.CharField(source="service.name")
    status = serializers.ChoiceField(choices=VendorCase.Status.choices)
    ball = serializers.ChoiceField(choices=VendorCase.Ball.choices)
    severity = serializers.CharField()
    number = serializers.CharField(help_text="The vendor's own case number")
    missing = MissingForm(many=True)
    engaged_by = serializers.ChoiceField(
        choices=VendorCase.EngagedBy.choices, help_text="A condition of the service, a step of the ladder, or a person"
    )
    channel = serializers.ChoiceField(choices=Service.Channel.choices, help_text="By which way it is lodged")
    because = serializers.CharField()
    opened_at = serializers.DateTimeField()
    lodged_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class ClientTicketForm(serializers.Serializer):
    """A ticket as its client may read it: no internal name, note, target or reason."""

    key = serializers.CharField()
    url = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=STATUSES)
    priority = serializers.CharField()
    holder = serializers.SerializerMethodField()
    clocks = serializers.SerializerMethodField()
    title = serializers.CharField()
    description = serializers.CharField()
    client = serializers.CharField(source="client.name")
    contact = ContactForm(allow_null=True)
    category = serializers.CharField()
    service = serializers.CharField(source="service.name", allow_null=True)
    device = DeviceForm(source="*")
    error_code = serializers.CharField()
    external_id = serializers.CharField()
    opened_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolution = serializers.CharField()
    next_update_due_at = serializers.SerializerMethodField(help_text="By when the next public update is promised")
    merged_into = serializers.SerializerMethodField(help_text="Key of the ticket that goes on for this one")
    vendor_cases = serializers.SerializerMethodField()

    def get_url(self, ticket: Ticket) -> str:
        return f"{settings.PUBLIC_URL}/tickets/{ticket.key}/"

    @extend_schema_field(HolderForm)
    def get_holder(self, ticket: Ticket) -> Any:
        return HolderForm(holder(ticket, bound=self.context["bound"])).data

    @extend_schema_field(ClientClockForm(many=True))
    def get_clocks(self, ticket: Ticket) -> Any:
        promised = [clock for clock in holding(ticket) if clock.metric in FOR_CLIENTS]
        return ClientClockForm(promised, many=True, context=self.context).data

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_next_update_due_at(self, ticket: Ticket) -> Any:
        due = next((c.due_at for c in ticket.clocks.all() if c.metric == UPDATE and c.stopped_at is None), None)
        return serializers.DateTimeField().to_representation(due) if due else None

    def get_merged_into(self, ticket: Ticket) -> str | None:
        survivor = ticket.merged_into
        hidden = survivor is None or (self.context["bound"] and survivor.client_id != ticket.client_id)
        return None if hidden else survivor.key

    @extend_schema_field(ClientCaseForm(many=True))
    def get_vendor_cases(self, ticket: Ticket) -> Any:
        known = [case for case in ticket.vendor_cases.all() if case.public]
        return ClientCaseForm(known, many=True).data


class RadarForm(serializers.Serializer):
    """A place on the escalation radar."""

    score = serializers.IntegerField(allow_null=True)
    jira_key = serializers.CharField()


class TicketForm(ClientTicketForm):
    """A ticket with whose hands it is in, every clock, and why it was routed as it was."""

    tier = serializers.CharField(source="tier.name")
    team = serializers.CharField(source="team.name")
    assignee = serializers.CharField(source="assignee.email", allow_null=True)
    policy = PolicyForm(source="policy_version")
    routed_because = serializers.ListField(child=serializers.CharField())
    tags = serializers.ListField(child=serializers.CharField())
    radar = serializers.SerializerMethodField(help_text="Its place on the escalation radar, if it has one")
    superseded_clocks = serializers.SerializerMethodField(help_text="Clocks that went on as others when terms changed")

    @extend_schema_field(RadarForm(allow_null=True))
    def get_radar(self, ticket: Ticket) -> Any:
        entry = getattr(ticket, "radar", None)
        return RadarForm(entry).data if entry else None

    @extend_schema_field(ClockForm(many=True))
    def get_clocks(self, ticket: Ticket) -> Any:
        return ClockForm(holding(ticket), many=True, context=self.context).data

    @extend_schema_field(ClockForm(many=True))
    def get_superseded_clocks(self, ticket: Ticket) -> Any:
        replaced = [clock for clock in ticket.clocks.all() if clock.state == SUPERSEDED]
        return ClockForm(replaced, many=True, context=self.context).data

    @extend_schema_field(CaseForm(many=True))
    def get_vendor_cases(self, ticket: Ticket) -> Any:
        return CaseForm(ticket.vendor_cases.all(), many=True).data


class ClientEventForm(serializers.Serializer):
    """One thing that happened, as the client may read it."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    client_text = serializers.CharField()


class EventForm(serializers.Serializer):
    """One thing that happened; `client_text` is what the client reads of it, empty for what is internal."""

    seq = serializers.IntegerField()
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    actor = serializers.CharField(source="actor.name", allow_null=True)
    text = serializers.CharField()
    client_text = serializers.CharField()


class ExplanationForm(serializers.Serializer):
    """Why something was done: the record of facts, rule and versions, and its two sentences."""

    seq = serializers.IntegerField()
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    record = serializers.JSONField(source="why")
    internal = serializers.CharField(source="text")
    client = serializers.CharField(source="client_text")


class ClientExplanationForm(serializers.Serializer):
    """Why something was done, in the sentence that the client may read."""

    kind = serializers.CharField()
    at = serializers.DateTimeField()
    client = serializers.CharField(source="client_text")
