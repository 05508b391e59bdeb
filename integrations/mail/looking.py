"""Mails that a manager must look at, and that somebody has."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Left, Length
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from accounts.models import User
from accounts.roles import MANAGERS
from integrations.models import ReceivedMail
from tickets.permissions import NotYours
from tickets.rows import clock_time
from tickets.status import NotAllowedNow

NOT_DONE = (ReceivedMail.Outcome.STORED, ReceivedMail.Outcome.LOOK)
EXCERPT = 1000  # characters of its text that a list of mails shows


def to_look_at() -> QuerySet[ReceivedMail]:
    """What came and was not dealt with, the latest first."""
    waiting = ReceivedMail.objects.filter(outcome__in=NOT_DONE, looked_at__isnull=True)
    return waiting.select_related("ticket").order_by("-received_at", "-pk")


def excerpted(mails: QuerySet[ReceivedMail]) -> QuerySet[ReceivedMail]:
    """With no more of each text than its beginning, as `excerpt`, and whether it `goes_on`: the rest is not read."""
    goes_on = GreaterThan(Length("text"), EXCERPT)
    return mails.defer("text").annotate(excerpt=Left("text", EXCERPT), goes_on=goes_on)


@transaction.atomic
def looked_at(*, mail: int, by: User, now: datetime) -> None:
    """`by` has looked at it: it leaves the list and stays stored.

    Raises ReceivedMail.DoesNotExist, NotYours for anybody but a manager, NotAllowedNow where somebody else was quicker.
    """
    if MANAGERS.isdisjoint(by.roles):
        raise NotYours("Only a manager says that a mail was looked at.")
    row = ReceivedMail.objects.select_for_update(of=("self",)).select_related("looked_by").get(pk=mail)
    check_not_looked_at(row, now=now)
    row.looked_by, row.looked_at = by, now
    row.save(update_fields=["looked_by", "looked_at"])


def check_not_looked_at(row: ReceivedMail, *, now: datetime) -> None:
    """Raise NotAllowedNow where somebody else was quicker."""
    if row.looked_at:
        at = clock_time(row.looked_at, now=now, zone=timezone.get_current_timezone())
        raise NotAllowedNow(f"{row.looked_by} looked at it already ({at}).")
