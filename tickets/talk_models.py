"""What goes with a ticket: side conversations, files, links to other tickets, its place on the radar."""

from django.conf import settings
from django.db import models

from outbox.models import Message
from tiers.models import Team
from vendors.models import Vendor

USER = settings.AUTH_USER_MODEL


class SideConversation(models.Model):
    """A thread about a ticket with a team, a vendor or a third person, by mail. The client never sees it."""

    class Kind(models.TextChoices):
        TEAM = "TEAM", "A team"
        VENDOR = "VENDOR", "A vendor"
        PERSON = "PERSON", "Somebody else"

    class State(models.TextChoices):
        OPEN = "OPEN"
        CLOSED = "CLOSED"

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="side_conversations")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    vendor = models.ForeignKey(Vendor, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=200)
    to = models.JSONField(default=list, help_text="Mail addresses")
    token = models.CharField(max_length=40, unique=True, help_text="In the address that answers go to")
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    opened_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    awaited = models.BooleanField(default=True, help_text="The last word was ours")

    class Meta:
        ordering = ["ticket", "id"]

    def __str__(self) -> str:
        return self.subject


class SideMessage(models.Model):
    """One mail of a side conversation, ours or theirs."""

    conversation = models.ForeignKey(SideConversation, on_delete=models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField()
    author = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: theirs")
    sender = models.CharField(max_length=254, help_text="The address that it came from")
    body = models.TextField()
    at = models.DateTimeField()
    message = models.OneToOneField(Message, null=True, on_delete=models.PROTECT, related_name="+")
    mail_id = models.CharField(max_length=255, blank=True, help_text="The Message-ID of a mail that came in")
    automatic = models.BooleanField(default=False, help_text="A program wrote it: it answers nothing")

    class Meta:
        ordering = ["conversation", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="one_side_message_per_sequence_number"),
            models.UniqueConstraint(
                fields=["conversation", "mail_id"], condition=~models.Q(mail_id=""), name="one_side_message_per_mail"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender}: {self.body[:40]}"


class TicketFile(models.Model):
    """A file that goes with a ticket's note (for the team alone) or public reply (for the client as well)."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="files")
    seq = models.PositiveIntegerField(help_text="The timeline's event that it came with")
    public = models.BooleanField(default=False)
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="Bytes")
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["ticket", "id"]

    def __str__(self) -> str:
        return self.name


class TicketLink(models.Model):
    """Two tickets that have to do with each other."""

    class Kind(models.TextChoices):
        RELATED = "RELATED", "Related to"
        CAUSED_BY = "CAUSED_BY", "Caused by"
        SPLIT_FROM = "SPLIT_FROM", "Split from"

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    made_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "other"], name="one_link_per_pair"),
            models.CheckConstraint(condition=~models.Q(ticket=models.F("other")), name="no_ticket_is_linked_to_itself"),
        ]

    def __str__(self) -> str:
        return f"ESC-{self.ticket_id} {self.get_kind_display().lower()} ESC-{self.other_id}"


class RadarEntry(models.Model):
    """A ticket on the escalation radar. No score: it needs investigation; 1 to 6: an active bug that is being
    prioritised; above 6: under review by product and development."""

    HIGHEST = 10

    ticket = models.OneToOneField("tickets.Ticket", on_delete=models.CASCADE, related_name="radar")
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    jira_key = models.CharField(max_length=40, blank=True)
    changed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__gte=1, score__lte=10),
                name="a_radar_score_is_1_to_10",
            )
        ]

    def __str__(self) -> str:
        return f"ESC-{self.ticket_id} at {self.score or 'no score'}"
