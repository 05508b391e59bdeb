"""Outside systems that are connected, one row each with the credentials that let them in; and the mails that came."""

from django.conf import settings
from django.db import models

from tickets.models import EventSource, Ticket
from vendors.models import Service, Vendor


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
    vendor = models.ForeignKey(
        Vendor, null=True, on_delete=models.CASCADE, related_name="integrations",
        help_text="Whose cases it may tell of; for the system “vendor” alone",
    )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.system}: {self.source}"


class ReceivedMail(models.Model):
    """One mail that came to one address of ours, stored before anything is done about it; the same mail comes once."""

    class Outcome(models.TextChoices):
        STORED = "STORED", "Not dealt with yet"
        ANSWER = "ANSWER", "It is in its side conversation"
        CALL = "CALL", "A manager was called"
        CASE = "CASE", "It is in its vendor case"
        LOOK = "LOOK", "Somebody must look at it"
        IGNORED = "IGNORED", "Nothing was done"

    mail_id = models.CharField(max_length=255, help_text="Its Message-ID, or a digest of its bytes")
    address = models.CharField(max_length=254, help_text="To which address of ours it came")
    sender = models.CharField(max_length=254, blank=True, help_text="Who it says that it is from")
    verified = models.BooleanField(default=False, help_text="Our mail server vouches for that")
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    files = models.JSONField(default=list, help_text="The names of what was enclosed; it is not kept")
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.STORED)
    because = models.CharField(max_length=300, blank=True)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.SET_NULL, related_name="+")
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    looked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["-received_at"],
                name="mail_to_look_at",
                condition=models.Q(outcome__in=["STORED", "LOOK"], looked_at__isnull=True),
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["mail_id", "address"], name="one_row_per_mail_and_address")]

    def __str__(self) -> str:
        return f"{self.sender}: {self.subject}"


class Mailbox(models.Model):
    """A mailbox that the portal reads, and how its reading goes. Who holds the lease reads; nobody else does then."""

    name = models.CharField(max_length=300, unique=True, help_text="Whose it is and where, without the password")
    leased_until = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_error_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="In a row; none once it was read")

    def __str__(self) -> str:
        return self.name


class CaseConnection(models.Model):
    """The API of a vendor at which cases about one service are lodged. Its secret stands in the environment alone."""

    name = models.CharField(max_length=120)
    service = models.OneToOneField(Service, on_delete=models.CASCADE, related_name="case_connection")
    url = models.CharField(max_length=500)
    secret_name = models.CharField(max_length=80, help_text="The environment variable that holds the secret")
    number_at = models.CharField(max_length=120, blank=True, help_text="Where an answer has the vendor's case number")

    def __str__(self) -> str:
        return self.name


class Destination(models.Model):
    """A place that we ask over HTTP, and how often in a row that failed: its breaker, which all processes see."""

    name = models.CharField(max_length=300, unique=True, help_text="Name or address, and port")
    failures = models.PositiveSmallIntegerField(default=0)
    shut_until = models.DateTimeField(null=True, help_text="Until when it is left alone")

    def __str__(self) -> str:
        return self.name
