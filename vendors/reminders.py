"""Asking people by mail to verify what they own: when a contact point falls due, and each week while it stays so.

One mail a day to each person at most, with all that is due when it leaves. What nobody owns, or whose owner has left,
is asked of the managers. What is due is found, never scheduled; mail and mark change in one transaction.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q

from accounts.models import User
from outbox.models import Message
from vendors.due import REMIND_AFTER, mail_at
from vendors.models import ContactPoint
from vendors.verification import due_points, managers

KIND = "VERIFY_MAIL"
Askees = Mapping[int, Collection[User]]  # by contact point


@transaction.atomic
def remind(*, now: datetime) -> int:
    """Put a mail into the outbox for everybody who is to be asked; returns how many. One query while nobody is.

    Whose mail still waits for the morning is asked by that one; who had one on that day is asked on the next.
    """
    askees = _askees(_claimed(now))
    people = {person.pk: person for asked in askees.values() for person in asked}
    if not people:
        return 0
    waiting, told = _mails_of_that_day(people.values(), now=now)
    fresh = {pk for pk, asked in askees.items() if not told & {person.pk for person in asked}}
    asked = {person.pk for pk in fresh for person in askees[pk]}
    Message.objects.bulk_create([_mail(people[pk], now=now) for pk in sorted(asked - waiting)])
    due_points(today=now.date()).filter(Q(pk__in=fresh) | Q(owner__in=asked)).update(reminded_at=now)
    return len(asked - waiting)


def _claimed(now: datetime) -> list[ContactPoint]:
    """What is to be asked for, held until the end of the transaction: who looks at once with us finds it asked for."""
    silent = Q(reminded_at=None) | Q(reminded_at__lte=now - REMIND_AFTER)
    rows = due_points(today=now.date()).filter(silent).select_related("owner")
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))


def _askees(points: Iterable[ContactPoint]) -> Askees:
    """Who is to be asked, by contact point; those that nobody can be asked about are left out."""
    owners = {point.pk: [point.owner] if point.owner and point.owner.is_active else [] for point in points}
    everybody = managers() if [] in owners.values() else []
    return {pk: asked for pk, owner in owners.items() if (asked := owner or everybody)}


def _mails_of_that_day(people: Iterable[User], *, now: datetime) -> tuple[set[int], set[int]]:
    """Whose mail waits to be sent, and who had one, of the day on which one would be sent."""
    keys = {_key(person, now): person.pk for person in people}
    waits = Q(state=Message.State.PENDING, not_before__gt=now)
    found = Message.objects.filter(key__in=keys).annotate(waits=ExpressionWrapper(waits, BooleanField()))
    rows = list(found.values_list("key", "waits"))
    return {keys[key] for key, waits in rows if waits}, {keys[key] for key, waits in rows if not waits}


def _key(person: User, now: datetime) -> str:
    day = mail_at(now, person.timezone).astimezone(ZoneInfo(person.timezone))
    return f"verify-contacts:{person.pk}:{day:%Y-%m-%d}"


def _mail(person: User, *, now: datetime) -> Message:
    payload = {"to": [person.email], "person": person.pk}
    at = mail_at(now, person.timezone)
    return Message(key=_key(person, now), kind=KIND, payload=payload, not_before=at, created_at=now)
