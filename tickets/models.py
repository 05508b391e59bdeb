"""The work: tickets with their custody ledger, clocks, timeline and vendor cases."""

from collections.abc import Iterable
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from accounts.versions import NamedRow
from clients.models import Asset, Client, Contact, OfClient
from outbox.models import Message
from sla.models import AgreementVersion
from sla.priorities import PRIORITIES
from tickets.case_models import TO_LODGE, CaseMessage, CaseTask, new_token
from tickets.desk_models import (
    DeskProfile,
    Draft,
    HandOver,
    Notification,
    Presence,
    ReplyTemplate,
    SavedView,
    Snooze,
    UndoableAct,
)
from tickets.status import HOLDERS, OPEN_STATUSES, STATUSES
from tickets.talk_models import RadarEntry, SideConversation, SideMessage, TicketFile, TicketLink
from tickets.time_models import BallChange, Clock, CustodyChange
from tickets.words_models import CASE_NUMBERS, EVENT_WORDS, TRIGGERS, TicketWords
from tiers.models import PolicyVersion, Team, Tier
from vendors.models import ContactPoint, Service, Vendor

__all__ = [
    "TO_LODGE", "AlertGroup", "BallChange", "CaseMessage", "CaseTask", "Clock", "CustodyChange", "DeskProfile", "Draft",
    "EventSource", "HandOver", "Mapping", "MonitoringEvent", "Notification", "OfTicket", "Presence", "RadarEntry",
    "ReplyTemplate", "SavedView", "SideConversation", "SideMessage", "Snooze", "Ticket",
    "TicketEvent", "TicketFile", "TicketLink", "TicketQuerySet", "TicketWords", "UndoableAct", "VendorCase",
]  # fmt: skip
PRIORITY_CHOICES = [(p, p) for p in PRIORITIES]


class EventSource(NamedRow):
    """Where monitoring events come from: the row below an integration. It reaches only the clients mapped to it."""

    kind = models.CharField(max_length=40)


class Mapping(models.Model):
    """An outside organisation's id at an event source, and our client that it stands for."""

    source = models.ForeignKey(EventSource, on_delete=models.CASCADE, related_name="mappings")
    external_org = models.CharField(max_length=120)
    client = models.ForeignKey(Client, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_org"], name="one_client_per_organisation")]

    def __str__(self) -> str:
        return f"{self.source} {self.external_org} → {self.client}"


class TicketQuerySet(OfClient):
    """Tickets; `visible_to` is inherited: what one may see follows from the client."""

    def open(self) -> Self:
        return self.filter(status__in=OPEN_STATUSES)

    def by_key(self, key: str) -> Self:
        """The ticket with the key `ESC-123`; nothing for anything else."""
        return self.by_keys([key])

    def by_keys(self, keys: Iterable[str]) -> Self:
        """The tickets with these keys; what is no key is passed over."""
        apart = [key.upper().partition("-") for key in keys]
        numbers = [number for prefix, _, number in apart if prefix == "ESC"]
        return self.filter(pk__in=[int(n) for n in numbers if n.isascii() and n.isdigit() and len(n) < 18])


class Ticket(models.Model):
    """One request for help or alert, in exactly one pair of hands at every moment of its life."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="tickets")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL)
    asset = models.ForeignKey(Asset, null=True, on_delete=models.SET_NULL)
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT)
    source = models.ForeignKey(EventSource, null=True, on_delete=models.PROTECT)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    priority = models.CharField(max_length=2, choices=PRIORITY_CHOICES)
    category = models.CharField(max_length=60, blank=True)
    tags = models.JSONField(default=list)
    error_code = models.CharField(max_length=80, blank=True)
    impact = models.CharField(max_length=6, blank=True, help_text="On the business, where somebody said so")
    device_name = models.CharField(max_length=120, blank=True)
    device_type = models.CharField(max_length=12, blank=True)
    device_os = models.CharField(max_length=80, blank=True)
    external_id = models.CharField(max_length=200, blank=True)

    status = models.CharField(max_length=20, choices=[(s, s) for s in STATUSES])
    holder_kind = models.CharField(max_length=8, choices=[(h, h) for h in HOLDERS])
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT)
    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    terms_version = models.ForeignKey(
        AgreementVersion, null=True, on_delete=models.PROTECT, db_index=False, related_name="+",
        help_text="What was promised to the client when its clocks were last looked at",
    )  # fmt: skip
    terms_lapsed = models.BooleanField(default=False, help_text="That version promised nothing then")
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)
    routed_because = models.JSONField(default=list)
    step = models.PositiveSmallIntegerField(default=0, help_text="Index of the ladder step that it stands on")
    round = models.PositiveSmallIntegerField(default=1)
    touched = models.BooleanField(default=False, help_text="A person has acted on it")
    bounces = models.PositiveSmallIntegerField(default=0, help_text="How often it was passed down to a lower tier")
    manager_calls = models.PositiveSmallIntegerField(default=0, help_text="How often a manager was called to it")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged_from")
    follows = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="followed_by",
        help_text="A closed one that it takes up",
    )

    opened_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    responded_at = models.DateTimeField(null=True, help_text="The first public reply by a person")
    updated_at = models.DateTimeField(null=True, help_text="The last public update by a person")
    resolved_at = models.DateTimeField(null=True)
    resolution = models.TextField(blank=True)
    wake_at = models.DateTimeField(null=True, help_text="A wait ends, or a resolved ticket closes")
    remind_at = models.DateTimeField(null=True, help_text="The client is reminded that we wait for its answer")
    reminders = models.PositiveSmallIntegerField(default=0, help_text="How often the client was reminded in this wait")
    public_from = models.PositiveIntegerField(
        default=0, help_text="Events up to this number are internal: it belonged to another client then"
    )
    last_event_at = models.DateTimeField()
    event_count = models.PositiveIntegerField(default=0)
    custody_count = models.PositiveIntegerField(default=0)

    check_at = models.DateTimeField(null=True, help_text="The earliest moment at which anything can become due")
    postponed = models.PositiveSmallIntegerField(default=0, help_text="How often the sweep failed on it")
    next_due_at = models.DateTimeField(null=True, help_text="The deadline that matters now")
    next_metric = models.CharField(max_length=20, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["check_at"], name="ticket_check_at", condition=models.Q(check_at__isnull=False)),
            models.Index(
                fields=["next_due_at", "id"], name="ticket_queue", condition=models.Q(status__in=OPEN_STATUSES)
            ),
            models.Index(
                fields=["next_due_at", "id"],
                name="ticket_escalated",
                condition=models.Q(status__in=OPEN_STATUSES) & (models.Q(step__gt=0) | models.Q(manager_calls__gt=0)),
            ),
            models.Index(fields=["client", "-opened_at"], name="ticket_of_client"),
            models.Index(fields=["error_code", "-id"], name="ticket_of_error_code", condition=~models.Q(error_code="")),
            models.Index(fields=["asset", "-id"], name="ticket_of_asset", condition=models.Q(asset__isnull=False)),
            models.Index(fields=["terms_version"], name="ticket_terms", condition=models.Q(status__in=OPEN_STATUSES)),
            models.Index(
                fields=["id"],
                name="ticket_without_terms",
                condition=models.Q(status__in=OPEN_STATUSES, terms_lapsed=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "external_id"],
                condition=~models.Q(external_id=""),
                name="one_ticket_per_external_id",
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledged_at__isnull=True) | models.Q(touched=True),
                name="acknowledged_means_touched",
            ),
            models.CheckConstraint(
                condition=models.Q(status="MERGED", merged_into__isnull=False)
                | (~models.Q(status="MERGED") & models.Q(merged_into__isnull=True)),
                name="merged_names_its_survivor",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["RESOLVED", "CLOSED"], resolved_at__isnull=False)
                | (~models.Q(status__in=["RESOLVED", "CLOSED"]) & models.Q(resolved_at__isnull=True)),
                name="resolved_has_its_moment",
            ),
        ]
        triggers = TRIGGERS

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def key(self) -> str:
        return f"ESC-{self.pk}"


class AlertGroup(models.Model):
    """One condition at one source: while it is open, its events belong to one ticket."""

    source = models.ForeignKey(EventSource, on_delete=models.CASCADE)
    dedupe_key = models.CharField(max_length=255)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="alert_groups")
    count = models.PositiveIntegerField(default=1)
    last_fired_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["source", "dedupe_key", "-id"], name="group_of_condition")]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "dedupe_key"],
                condition=models.Q(resolved_at__isnull=True),
                name="one_open_ticket_per_condition",
            )
        ]

    def __str__(self) -> str:
        return self.dedupe_key


class MonitoringEvent(models.Model):
    """What an outside system said, stored before anything is done about it."""

    source = models.ForeignKey(EventSource, on_delete=models.CASCADE)
    delivery_id = models.CharField(max_length=255)
    dedupe_key = models.CharField(max_length=255)
    state = models.CharField(max_length=12)
    severity = models.CharField(max_length=8)
    title = models.CharField(max_length=200)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    client = models.ForeignKey(Client, null=True, on_delete=models.SET_NULL)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.SET_NULL, related_name="events")
    facts = models.JSONField(default=dict)
    payload = models.JSONField()
    because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "delivery_id"], name="one_event_per_delivery")]

    def __str__(self) -> str:
        return f"{self.source}: {self.title}"


class OfTicket(models.QuerySet):
    """Rows that belong to a ticket, and so to its client."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(ticket__client__in=Client.objects.visible_to(user))


class TicketEvent(models.Model):
    """One thing that happened: append-only. `client_text` is what the client may read; empty = internal."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="timeline")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    client_text = models.TextField(blank=True)
    why = models.JSONField(default=dict, help_text="The facts, rule and versions that an automatic act followed")
    step = models.PositiveSmallIntegerField(null=True)
    round = models.PositiveSmallIntegerField(null=True)
    objects = OfTicket.as_manager()

    class Meta:
        ordering = ["ticket", "seq"]
        # Events are written in the order of time: a few bytes for each stretch of the table find a night.
        indexes = [
            EVENT_WORDS,
            BrinIndex(fields=["at"], name="event_by_time", pages_per_range=16, autosummarize=True),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "seq"], name="one_event_per_sequence_number"),
            models.UniqueConstraint(
                fields=["ticket", "step", "round"],
                condition=models.Q(kind="ESCALATED"),
                name="one_escalation_per_level_and_round",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


class VendorCase(models.Model):
    """A case with a vendor. `ball` says who must act on it, whatever else the ticket waits for."""

    class Status(models.TextChoices):
        INCOMPLETE = "INCOMPLETE"
        PREPARED = "PREPARED"  # complete, and waits for a person to lodge it on the vendor's portal
        QUEUED = "QUEUED"
        LODGED = "LODGED"
        ANSWERED = "ANSWERED"
        FAILED = "FAILED"
        CLOSED = "CLOSED"

    class Ball(models.TextChoices):
        VENDOR = "VENDOR"
        US = "US"

    class EngagedBy(models.TextChoices):
        RULE = "RULE", "A condition of the service"
        STEP = "STEP", "A step of the ladder"
        HAND = "HAND", "A person"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="vendor_cases")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="cases")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="cases")
    status = models.CharField(max_length=10, choices=Status.choices)
    ball = models.CharField(max_length=6, choices=Ball.choices, default=Ball.US)
    ball_count = models.PositiveSmallIntegerField(default=0, help_text="Changes of the ball so far")
    severity = models.CharField(max_length=20, blank=True)
    answers = models.JSONField(default=dict, help_text="What was gathered; secrets as references only")
    missing = models.JSONField(default=list, help_text="Of each datum that is missing: key, question, problem")
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    message = models.OneToOneField(Message, null=True, on_delete=models.PROTECT, related_name="vendor_case")
    number = models.CharField(max_length=80, blank=True, help_text="The vendor's own case number")
    step = models.PositiveSmallIntegerField(help_text="The ladder step that lodged it")
    because = models.CharField(max_length=300)
    engaged_by = models.CharField(max_length=4, choices=EngagedBy.choices, default=EngagedBy.STEP)
    channel = models.CharField(max_length=6, choices=Service.Channel.choices, default=Service.Channel.MAIL)
    contact_point = models.ForeignKey(
        ContactPoint, null=True, on_delete=models.SET_NULL, related_name="+", help_text="Whom it was sent to last"
    )
    token = models.CharField(
        max_length=40, blank=True, default=new_token, help_text="In the address that answers go to"
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: the portal"
    )
    overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="Who had it sent though something was missing",
    )  # fmt: skip
    override_why = models.CharField(max_length=300, blank=True)
    chases = models.PositiveSmallIntegerField(default=0, help_text="How often the vendor was chased so far")
    opened_at = models.DateTimeField()
    lodged_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    settle_after = models.DateTimeField(
        null=True, help_text="Its letter has ended, which could not be noted: tried again from then on"
    )
    objects = OfTicket.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["message"], name="case_to_settle", condition=models.Q(status__in=TO_LODGE)),
            CASE_NUMBERS,
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "vendor"],
                condition=~models.Q(status="CLOSED"),
                name="one_open_case_per_ticket_and_vendor",
            ),
            models.UniqueConstraint(fields=["token"], condition=~models.Q(token=""), name="one_case_per_token"),
            models.CheckConstraint(
                condition=~models.Q(status__in=["LODGED", "ANSWERED"]) | models.Q(lodged_at__isnull=False),
                name="lodged_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} case for {self.ticket_id}"
