"""What the desk keeps for its people: views, snoozes, drafts, who is looking, what can be undone, notifications."""

from django.conf import settings
from django.db import models

from sla.models import Calendar
from tiers.models import Team

USER = settings.AUTH_USER_MODEL


class DeskProfile(models.Model):
    """What a person chose for the desk, and when it was last there. Who has none has the defaults."""

    class Mail(models.TextChoices):
        AT_ONCE = "AT_ONCE", "At once"
        HOURLY = "HOURLY", "Once an hour"
        DAILY = "DAILY", "Once a day"
        NEVER = "NEVER", "Never"

    user = models.OneToOneField(USER, on_delete=models.CASCADE, related_name="desk")
    single_keys = models.BooleanField(default=True, help_text="One key per decision in the queue")
    mail = models.CharField(max_length=8, choices=Mail.choices, default=Mail.AT_ONCE)
    digest_at = models.TimeField(null=True, blank=True, help_text="Of a daily digest, on the person's clock")
    mail_hours = models.ForeignKey(
        Calendar, null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text="Outside its hours it is quiet; empty: never quiet",
    )  # fmt: skip
    seen_at = models.DateTimeField(null=True, help_text="When the person last looked at the desk")
    left_at = models.DateTimeField(null=True, help_text="When the stay before this one ended")

    def __str__(self) -> str:
        return f"Desk of {self.user}"


class SavedView(models.Model):
    """Named filters of the queue, as its address has them: its owner's alone, or a team's."""

    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500, blank=True)
    owner = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="saved_views")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="saved_views")
    pinned_by = models.ManyToManyField(USER, related_name="pinned_views", blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], condition=models.Q(team__isnull=True), name="one_private_view_per_name"
            ),
            models.UniqueConstraint(
                fields=["team", "name"], condition=models.Q(team__isnull=False), name="one_team_view_per_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Snooze(models.Model):
    """A ticket that a person does not want to see until a moment, or until anything happens on it. Clocks go on."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="snoozes")
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()
    event_count = models.PositiveIntegerField(help_text="Events of the ticket then: one more, and it is back")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="one_snooze_per_person_and_ticket")]

    def __str__(self) -> str:
        return f"ESC-{self.ticket_id} until {self.until}"


class UndoableAct(models.Model):
    """One act of a person that can be undone while nothing that it caused has left."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+")
    noun = models.CharField(max_length=30)
    at = models.DateTimeField()
    until = models.DateTimeField()
    event_count = models.PositiveIntegerField(help_text="Events of the ticket right after it")
    before = models.JSONField(help_text="What the ticket, its clocks and cases were before it")
    messages = models.JSONField(default=list, help_text="What it put into the outbox")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["until"], name="act_until")]

    def __str__(self) -> str:
        return f"{self.noun} of ESC-{self.ticket_id}"


class Draft(models.Model):
    """What a person has begun to write on a ticket."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+")
    audience = models.CharField(max_length=8, choices=[("note", "Work note"), ("public", "Public reply")])
    body = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="one_draft_per_person_and_ticket")]

    def __str__(self) -> str:
        return f"Draft on ESC-{self.ticket_id}"


class Presence(models.Model):
    """When a person last had a ticket before it, and whether it was writing."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    writing = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="one_presence_per_person_and_ticket")]

    def __str__(self) -> str:
        return f"{self.user} at ESC-{self.ticket_id}"


class ReplyTemplate(models.Model):
    """Words kept ready, with placeholders, for replies, notes and the words that verbs ask for; a team's, or all's."""

    class Use(models.TextChoices):
        REPLY = "REPLY", "Public reply"
        NOTE = "NOTE", "Work note"
        ESCALATION = "ESCALATION", "Why it is escalated"
        TRIED = "TRIED", "What was tried"
        WAIT = "WAIT", "Why it waits"
        RESOLUTION = "RESOLUTION", "What was done"

    name = models.CharField(max_length=60)
    use = models.CharField(max_length=10, choices=Use.choices)
    text = models.TextField()
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["use", "order", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["use", "name", "team"], nulls_distinct=False, name="one_reply_template_per_use_name_and_team"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Notification(models.Model):
    """What one person is told of one ticket: in the page, and by mail as the person chose."""

    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="notifications")
    ticket = models.ForeignKey("tickets.Ticket", null=True, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200, help_text="The same occasion has the same key, and is told once")
    title = models.CharField(max_length=300)
    text = models.TextField()
    at = models.DateTimeField()
    urgent = models.BooleanField(default=False, help_text="Goes through at any hour")
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True, help_text="When its mail was queued, by itself or in a digest")
    to_mail = models.BooleanField(default=False, help_text="A digest, or a mail after quiet hours, still tells it")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="told_once_per_person")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_list"),
            models.Index(fields=["user"], name="notification_unread", condition=models.Q(read_at__isnull=True)),
            models.Index(fields=["user", "at"], name="notification_to_mail", condition=models.Q(to_mail=True)),
        ]

    def __str__(self) -> str:
        return self.title


class HandOver(models.Model):
    """What somebody who ends a shift leaves to the next on call of a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="hand_overs")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    tickets = models.ManyToManyField("tickets.Ticket", related_name="+", blank=True)
    at = models.DateTimeField()
    read_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Hand-over of {self.team} at {self.at}"
