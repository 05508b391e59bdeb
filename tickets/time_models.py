"""What is kept of time: whose hands a ticket was in, where a case's ball was, and the clocks that follow from both."""

import pgtrigger
from django.db import models

from sla.models import AgreementVersion, CalendarVersion
from tickets.status import HOLDERS
from tiers.models import Tier

BALLS = [("VENDOR", "Vendor"), ("US", "Us")]


class BallChange(models.Model):
    """From `began_at` the case's ball is there, until the next change: what a vendor promised is measured by it."""

    case = models.ForeignKey("tickets.VendorCase", on_delete=models.CASCADE, related_name="balls")
    seq = models.PositiveSmallIntegerField()
    ball = models.CharField(max_length=6, choices=BALLS)
    began_at = models.DateTimeField()
    because = models.CharField(max_length=300)

    class Meta:
        ordering = ["case", "seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="one_ball_change_per_sequence_number")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.ball} since {self.began_at}"


class CustodyChange(models.Model):
    """From `began_at` the ticket is in these hands, until the next change begins: no gap and no overlap can exist.

    What a merged ticket had lived through before this one was opened stands at sequence numbers up to 0 (INHERITED);
    what happened before a ticket was brought in is IMPORTED: somebody had it, nobody here knows who.
    """

    class Origin(models.TextChoices):
        OWN = "OWN"
        INHERITED = "INHERITED"
        IMPORTED = "IMPORTED"

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="custody")
    seq = models.IntegerField()
    origin = models.CharField(max_length=9, choices=Origin.choices, default=Origin.OWN)
    holder_kind = models.CharField(max_length=8, choices=[(h, h) for h in HOLDERS])
    tier = models.ForeignKey(Tier, null=True, on_delete=models.PROTECT)
    vendor_case = models.ForeignKey("tickets.VendorCase", null=True, on_delete=models.PROTECT)
    held = models.BooleanField(default=False, help_text="The ticket was on hold: OLA clocks pause")
    began_at = models.DateTimeField()
    because = models.CharField(max_length=300)

    class Meta:
        ordering = ["ticket", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "seq"], name="one_custody_change_per_sequence_number"),
            models.CheckConstraint(
                condition=models.Q(holder_kind="TIER", tier__isnull=False, vendor_case__isnull=True)
                | models.Q(holder_kind="VENDOR", tier__isnull=True, vendor_case__isnull=False)
                | models.Q(holder_kind__in=["CLIENT", "NOBODY"], tier__isnull=True, vendor_case__isnull=True),
                name="a_holder_is_named_by_its_kind",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.holder_kind} since {self.began_at}"


class Clock(models.Model):
    """One promise that runs on a ticket: a projection of the custody ledger. Durations in seconds of its calendar."""

    class State(models.TextChoices):
        RUNNING = "RUNNING"
        PAUSED = "PAUSED"
        MET = "MET"
        BREACHED = "BREACHED"
        ENDED = "ENDED"
        SUPERSEDED = "SUPERSEDED"

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="clocks")
    metric = models.CharField(max_length=20)
    subject = models.CharField(max_length=40, blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    tier = models.ForeignKey(
        Tier, null=True, on_delete=models.PROTECT, db_index=False, help_text="Whose time between our teams it measures"
    )
    revision = models.PositiveSmallIntegerField(default=0, help_text="How often its terms had changed before this row")
    agreement_version = models.ForeignKey(AgreementVersion, null=True, on_delete=models.PROTECT, db_index=False)
    calendar_version = models.ForeignKey(
        CalendarVersion, null=True, on_delete=models.PROTECT, db_index=False, help_text="Empty for 24x7"
    )
    target_seconds = models.PositiveIntegerField()
    inherited_seconds = models.FloatField(default=0, help_text="What it had consumed at counted_from")
    consumed_seconds = models.FloatField(default=0, help_text="What it had consumed at running_since, or in all")
    started_at = models.DateTimeField(help_text="When what it measures began; terms that change leave it as it is")
    counted_from = models.DateTimeField(help_text="From when on this row counts")
    running_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices)
    warned_percent = models.PositiveSmallIntegerField(default=0)
    breached_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    because = models.CharField(max_length=200, blank=True, help_text="Why its terms changed, or it has no target now")

    class Meta:
        indexes = [
            models.Index(
                fields=["calendar_version"], name="clock_on_calendar", condition=models.Q(stopped_at__isnull=True)
            ),
            models.Index(
                fields=["agreement_version"], name="clock_of_agreement", condition=models.Q(stopped_at__isnull=True)
            ),
            models.Index(
                fields=["due_at"],
                name="clock_due",
                condition=models.Q(stopped_at__isnull=True, due_at__isnull=False, breached_at__isnull=True),
            ),
            models.Index(
                fields=["due_at"],
                name="clock_of_open_call",
                condition=models.Q(metric="MANAGER_RESPOND", stopped_at__isnull=True),
            ),
            models.Index(
                fields=["-stopped_at"],
                name="clock_of_ended_call",
                condition=models.Q(metric="MANAGER_RESPOND", stopped_at__isnull=False),
            ),
            models.Index(
                fields=["subject"],
                name="clock_of_case",
                condition=models.Q(metric__in=["VENDOR_RESPOND", "VENDOR_UPDATE", "VENDOR_RESOLVE"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "metric", "subject", "round", "revision"], name="one_clock_per_promise"
            ),
            models.CheckConstraint(
                condition=models.Q(running_since__isnull=True, due_at__isnull=True)
                | models.Q(running_since__isnull=False, due_at__isnull=False)
                | models.Q(stopped_at__isnull=False),
                name="a_running_clock_has_its_deadline",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="verdicts_never_change",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__stopped_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.subject} {self.state}"
