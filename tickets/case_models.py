"""What passes between us and a vendor about a case, and what a person here must do about it."""

import secrets

from django.conf import settings
from django.db import models

from outbox.models import Message

USER = settings.AUTH_USER_MODEL
TOKEN_BYTES = 16
# How a case stands that is complete, while the vendor does not have it as far as we know.
TO_LODGE = ["PREPARED", "QUEUED", "FAILED"]


def new_token() -> str:
    """A word that nobody can guess: whoever knows it may answer for the vendor."""
    return secrets.token_hex(TOKEN_BYTES)


class CaseMessage(models.Model):
    """One thing that was said about a case, ours or the vendor's. The client never sees it."""

    class Kind(models.TextChoices):
        LODGED = "LODGED", "The case as it was lodged"
        NUDGE = "NUDGE", "A reminder that we wait"
        REPLY = "REPLY", "Our reply"
        ANSWER = "ANSWER", "The vendor's answer"
        QUESTION = "QUESTION", "The vendor's question"
        CLOSING = "CLOSING", "The vendor holds it for done"
        AUTO_REPLY = "AUTO_REPLY", "An automatic reply"
        BOUNCE = "BOUNCE", "It came back"
        LATE = "LATE", "It came after the case was closed"

    FROM_US = frozenset({Kind.LODGED, Kind.NUDGE, Kind.REPLY})

    case = models.ForeignKey("tickets.VendorCase", on_delete=models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    sender = models.CharField(max_length=254, blank=True, help_text="The address that it came from; empty: ours")
    to = models.CharField(max_length=300, blank=True, help_text="Where ours went")
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(help_text="Secrets as references only")
    at = models.DateTimeField()
    author = models.ForeignKey(
        USER, null=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: nobody here"
    )
    message = models.OneToOneField(Message, null=True, on_delete=models.PROTECT, related_name="case_message")
    mail_id = models.CharField(max_length=255, blank=True, help_text="Its Message-ID; of a webhook, its delivery id")

    class Meta:
        ordering = ["case", "seq"]
        indexes = [models.Index(fields=["mail_id"], name="case_message_by_mail", condition=~models.Q(mail_id=""))]
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="one_case_message_per_sequence_number"),
            models.UniqueConstraint(
                fields=["case", "mail_id"], condition=~models.Q(mail_id=""), name="one_case_message_per_mail"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.body[:40]}"


class CaseTask(models.Model):
    """What a person here must do about a case; one open task of a kind per case."""

    class Kind(models.TextChoices):
        LODGE = "LODGE", "Lodge it on the vendor's portal"
        CALL = "CALL", "Call the vendor"
        ANSWER = "ANSWER", "Answer the vendor"
        CONFIRM = "CONFIRM", "Confirm that it is done"
        CONTACT = "CONTACT", "Find a contact that works"
        NUMBER = "NUMBER", "Note the vendor's number"

    case = models.ForeignKey("tickets.VendorCase", on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    text = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["case", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=models.Q(done_at__isnull=True),
                name="one_open_task_per_case_and_kind",
            )
        ]

    def __str__(self) -> str:
        return self.text
