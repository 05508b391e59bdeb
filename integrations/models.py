"""Outside systems that are connected: one row each, with the credentials that let them in."""

from django.db import models

from tickets.models import EventSource


class Integration(models.Model):
    """One connected system. Two live tokens allow rotation; only their digests are stored."""

    source = models.OneToOneField(EventSource, on_delete=models.CASCADE, related_name="integration")
    system = models.CharField(max_length=40)
    token_digests = models.JSONField(default=list)
    last_success_at = models.DateTimeField(null=True)
    last_error_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    allowance = models.FloatField(default=600, help_text="Deliveries that may come now; refilled as time passes")
    allowance_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.system}: {self.source}"
