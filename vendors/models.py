"""The vendor directory: whom we can engage, how, with what, and what they promised."""

import pgtrigger
from django.conf import settings
from django.db import models

from accounts.versions import NamedRow
from clients.models import Client, OfClient
from sla.models import Agreement, Calendar

USER = settings.AUTH_USER_MODEL
DAYS_TO_VERIFY = 90


class Offered(models.QuerySet):
    """Rows of the directory of which some may be retired."""

    def offered(self) -> "Offered":
        """Those that a ticket can still be passed to."""
        kept = self.filter(retired_at=None)
        return kept.filter(vendor__retired_at=None) if self.model is Service else kept


class Vendor(NamedRow):
    """A company outside that may hold the ball: Microsoft, an ISP, a hardware maker."""

    website = models.URLField(blank=True)
    protocol = models.TextField(blank=True, help_text="How this vendor wants to be engaged, in words")
    mail_domains = models.JSONField(
        default=list, blank=True, help_text="Domains that its mail comes from, beside those of its contact points"
    )
    retired_at = models.DateTimeField(null=True, help_text="Kept for the record, offered no more")
    objects = Offered.as_manager()


class Service(NamedRow):
    """What the vendor provides: Microsoft 365, an ISP line. The JSON documents have the form of the configuration."""

    class Channel(models.TextChoices):
        MAIL = "MAIL", "By mail"
        PORTAL = "PORTAL", "On the vendor's portal, by hand"
        API = "API", "Through the vendor's API"

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="services")
    category = models.CharField(max_length=40, blank=True)
    commitment = models.ForeignKey(Agreement, null=True, on_delete=models.PROTECT, related_name="committed_services")
    plan = models.CharField(max_length=80, blank=True)
    severity_of = models.JSONField(default=dict, help_text="Our priority → the vendor's own severity")
    required = models.JSONField(default=list, help_text="[{key, label, source, question, pattern, secret}]")
    engage_when = models.JSONField(
        default=list, help_text="[{error_codes, categories, tier_level, minutes, impact, automatic, words}]"
    )
    template = models.JSONField(default=dict, help_text="{subject, body} with flat {{key}} placeholders")
    client_text = models.CharField(max_length=300, blank=True, help_text="When and why it is engaged, for clients")
    client_text_in = models.JSONField(default=dict, blank=True, help_text="The same in other languages, by their code")
    lodge_by = models.CharField(max_length=6, choices=Channel.choices, default=Channel.MAIL)
    number_pattern = models.CharField(
        max_length=300, blank=True, help_text="What the vendor's own case numbers look like; its first group, if any"
    )
    sources = models.JSONField(default=list, blank=True, help_text="Where what is written here comes from")
    verify_first = models.BooleanField(default=False, help_text="From a pack, and nobody here has confirmed it yet")
    retired_at = models.DateTimeField(null=True, help_text="Kept for the record, offered no more")
    objects = Offered.as_manager()


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
    calendar = models.ForeignKey(Calendar, null=True, on_delete=models.PROTECT, related_name="contact_points")
    verified_on = models.DateField(null=True)
    owner = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL)
    interval_days = models.PositiveSmallIntegerField(default=DAYS_TO_VERIFY, help_text="How often it is to be verified")
    reminded_at = models.DateTimeField(null=True, help_text="When its owner was asked to verify it")
    bad_since = models.DateTimeField(
        null=True, help_text="Mail to it came back: the next one is used until it is mended"
    )
    bad_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["service", "order"]
        constraints = [models.UniqueConstraint(fields=["service", "order"], name="one_contact_point_per_place")]

    def __str__(self) -> str:
        return f"{self.kind.title()}: {self.value}"

    @property
    def alarm_key(self) -> str:
        """Under which it is told that this one does not work."""
        return f"contact:{self.pk}"


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


class Verification(models.Model):
    """Somebody looked whether a contact point still holds, or a mail to it came back. Never changed."""

    class Outcome(models.TextChoices):
        CONFIRMED = "CONFIRMED", "It holds"
        CHANGED = "CHANGED", "It was corrected"
        WRONG = "WRONG", "It does not hold"
        BOUNCED = "BOUNCED", "Mail to it came back"

    contact_point = models.ForeignKey(ContactPoint, on_delete=models.CASCADE, related_name="verifications")
    value = models.CharField(max_length=300, help_text="The address at that time")
    outcome = models.CharField(max_length=9, choices=Outcome.choices)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: the portal")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.value}: {self.get_outcome_display()}"


class DirectoryEdit(models.Model):
    """One change of a vendor in the directory, in the form of the configuration, before and after."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="edits")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: a file")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["vendor", "-at"], name="edits_of_a_vendor")]
        triggers = [pgtrigger.Protect(name="never_rewritten", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.vendor} at {self.at}"
