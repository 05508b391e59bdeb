"""Mails that a manager must look at, and that somebody has."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import MANAGERS
from integrations.models import ReceivedMail
from tickets.permissions import NotYours
from tickets.status import NotAllowedNow


def to_look_at() -> QuerySet[ReceivedMail]:
    """What came and was not dealt with, the latest first."""
    outcomes = (ReceivedMail.Outcome.STORED, ReceivedMail.Outcome.LOOK)
    waiting = ReceivedMail.objects.filter(outcome__in=outcomes, looked_at__isnull=True)
    return waiting.select_related("ticket").order_by("-received_at", "-pk")


@transaction.atomic
def looked_at(*, mail: int, by: User, now: datetime) -> None:
    """`by` has looked at it: it leaves the list and stays stored.

    Raises ReceivedMail.DoesNotExist, NotYours for anybody but a manager, NotAllowedNow where somebody else was quicker.
    """
    if MANAGERS.isdisjoint(by.roles):
        raise NotYours("Only a manager says that a mail was looked at.")
    row = ReceivedMail.objects.select_for_update(of=("self",)).select_related("looked_by").get(pk=mail)
    if row.looked_at:
        raise NotAllowedNow(f"{row.looked_by} looked at it at {row.looked_at:%H:%M} UTC.")
    row.looked_by, row.looked_at = by, now
    row.save(update_fields=["looked_by", "looked_at"])
