"""Calendars and agreements with their immutable versions. Knows nobody: clients, tiers and vendors point down at it."""

from django.db import models

from accounts.versions import NamedRow, Version


class Calendar(NamedRow):
    """When somebody works."""


class CalendarVersion(Version):
    """One version of a calendar; `sla/calendar_document.py` knows its form."""

    of = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="versions")

    class Meta(Version.Meta):
        pass


class Agreement(NamedRow):
    """A promise about time: to a client (SLA), between our teams (OLA), or by a vendor (UC, underpinning contract)."""

    class Kind(models.TextChoices):
        SLA = "SLA"
        OLA = "OLA"
        UC = "UC"

    kind = models.CharField(max_length=3, choices=Kind.choices)


class AgreementVersion(Version):
    """One version of an agreement; `sla/agreement_document.py` knows its form, `sla/effective.py` when it holds."""

    of = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="versions")

    class Meta(Version.Meta):
        pass
