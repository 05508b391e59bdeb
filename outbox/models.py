"""What must leave the portal, exactly once, and what somebody must be told is wrong."""

from django.db import models


class Message(models.Model):
    """One thing to send. Written in the transaction that causes it, sent outside any."""

    class State(models.TextChoices):
        PENDING = "PENDING"
        SENT = "SENT"
        DEAD = "DEAD"
        CANCELLED = "CANCELLED"

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["not_before"], name="message_pending", condition=models.Q(state="PENDING")),
            models.Index(fields=["-created_at"], name="message_dead", condition=models.Q(state="DEAD")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="SENT", sent_at__isnull=False)
                | (~models.Q(state="SENT") & models.Q(sent_at__isnull=True)),
                name="sent_has_its_moment",
            )
        ]

    def __str__(self) -> str:
        return self.key


class Alarm(models.Model):
    """Something that a person must look at; one open alarm per key."""

    key = models.CharField(max_length=200)
    text = models.CharField(max_length=500)
    raised_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=models.Q(cleared_at__isnull=True), name="one_open_alarm")
        ]

    def __str__(self) -> str:
        return self.text


class Heartbeat(models.Model):
    """When each part of the machinery last showed life."""

    name = models.CharField(max_length=40, unique=True)
    beaten_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
