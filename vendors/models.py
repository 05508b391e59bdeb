"""The vendor directory: whom we can engage, how, with what, and what they promised."""

from django.conf import settings
from django.db import models

from accounts.versions import NamedRow
from clients.models import Client, OfClient
from sla.models import Agreement


class Vendor(NamedRow):
    """A company outside that may hold the ball: Microsoft, an ISP, a hardware maker."""

    website = models.URLField(blank=True)
    protocol = models.TextField(blank=True, help_text="How this vendor wants to be engaged, in words")


class Service(NamedRow):
    """What the vendor provides: Microsoft 365, an ISP line. The JSON documents have the form of the configuration."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="services")
    category = models.CharField(max_length=40, blank=True)
    commitment = models.ForeignKey(Agreement, null=True, on_delete=models.PROTECT, related_name="committed_services")
    plan = models.CharField(max_length=80, blank=True)
    severity_of = models.JSONField(default=dict, help_text="Our priority → the vendor's own severity")
    required = models.JSONField(default=list, help_text="[{key, label, source, question, pattern, secret}]")
    engage_when = models.JSONField(default=list, help_text="[{error_codes, categories, tier_level, minutes, words}]")
    template = models.JSONField(default=dict, help_text="{subject, body} with flat {{key}} placeholders")
    client_text = models.CharField(max_length=300, blank=True, help_text="When and why it is engaged, for clients")
    client_text_in = models.JSONField(default=dict, blank=True, help_text="The same in other languages, by their code")


class ContactPoint(models.Model):
    """One way to reach a service's support."""

    class Kind(models.TextChoices):
        EMAIL = "EMAIL"
        PORTAL = "PORTAL"
        HOTLINE = "HOTLINE"

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="contact_points")
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=300)
    language = models.CharField(max_length=20, blank=True)
    hours = models.CharField(max_length=120, blank=True)
    verified_on = models.DateField(null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)

    class Meta:
        ordering = ["service", "order"]
        constraints = [models.UniqueConstraint(fields=["service", "order"], name="one_contact_point_per_place")]

    def __str__(self) -> str:
        return f"{self.kind.title()}: {self.value}"


class ServiceAccount(models.Model):
    """A client's account with a service: tenant id, contract number; secrets are encrypted and stay here."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="service_accounts")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="accounts")
    facts = models.JSONField(default=dict)
    secrets = models.JSONField(default=dict, help_text="key → ciphertext")
    objects = OfClient.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "service"], name="one_account_per_client_and_service")]

    def __str__(self) -> str:
        return f"{self.client} at {self.service}"
