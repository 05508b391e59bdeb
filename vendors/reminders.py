"""Asking people by mail to verify what they own: when a contact point falls due, and each week while it stays so.

One mail a day to each person at most, with all that is due. What nobody owns, or whose owner has left, is asked of the
managers. What is due is found, never scheduled; mail and mark change in one transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from outbox.models import Message
from vendors.confirm_links import LASTS, token_of
from vendors.due import is_to_remind, mail_at
from vendors.models import ContactPoint
from vendors.verification import due_points, managers

Points = Sequence[ContactPoint]


@transaction.atomic
def remind(*, now: datetime) -> int:
    """Put a mail into the outbox for everybody who is to be asked; returns how many. One query while nothing is due."""
    points = list(_claimed(now))
    if not any(is_to_remind(point.reminded_at, now=now) for point in points):
        return 0
    asked = _by_person(points)
    told = _mailed_today(asked, now=now)
    fresh = [point for point in points if is_to_remind(point.reminded_at, now=now) and not _askees(point, asked) & told]
    people = {pk for point in fresh for pk in _askees(point, asked)}
    Message.objects.bulk_create([_mail(*asked[pk], now=now) for pk in sorted(people)])
    own = [point.pk for point in points if point.owner_id in people]
    ContactPoint.objects.filter(pk__in=[*own, *(point.pk for point in fresh)]).update(reminded_at=now)
    return len(people)


def _claimed(now: datetime) -> Iterable[ContactPoint]:
    """What is due, held until the end of the transaction: who looks at once with us finds it asked for."""
    rows = due_points(today=now.date()).select_related("service__vendor", "owner")
    return rows.select_for_update(of=("self",), no_key=True).order_by("service__vendor__name", "service__name", "order")


def _by_person(points: Points) -> Mapping[int, tuple[User, Points]]:
    """Each person who is to be asked with all that is due of them."""
    found: dict[int, tuple[User, list[ContactPoint]]] = {}
    everybody = managers() if any(_owner(point) is None for point in points) else []
    for point in points:
        for person in [owner] if (owner := _owner(point)) else everybody:
            found.setdefault(person.pk, (person, []))[1].append(point)
    return found


def _owner(point: ContactPoint) -> User | None:
    return point.owner if point.owner and point.owner.is_active else None


def _askees(point: ContactPoint, asked: Mapping[int, tuple[User, Points]]) -> set[int]:
    return {pk for pk, (_, points) in asked.items() if point in points}


def _mailed_today(asked: Iterable[int], *, now: datetime) -> set[int]:
    keys = {_key(pk, now): pk for pk in asked}
    return {keys[key] for key in Message.objects.filter(key__in=keys).values_list("key", flat=True)}


def _key(person_id: int, now: datetime) -> str:
    return f"verify-contacts:{person_id}:{now:%Y-%m-%d}"


def _mail(person: User, points: Points, *, now: datetime) -> Message:
    payload = {"to": [person.email], "subject": _subject(points), "text": _text(person, points, now=now)}
    return Message(
        key=_key(person.pk, now), kind="MAIL", payload=payload, not_before=mail_at(now, person.timezone), created_at=now
    )


def _subject(points: Points) -> str:
    if len(points) == 1:
        return f"Does this still hold? {points[0].service}: {points[0].value}"
    return f"{len(points)} contact points of vendors to verify"


def _text(person: User, points: Points, *, now: datetime) -> str:
    by_service: dict[str, list[ContactPoint]] = defaultdict(list)
    for point in points:
        by_service[f"{point.service} ({point.service.vendor})"].append(point)
    parts = [f"{name}\n{_lines(person, own, now=now)}" for name, own in by_service.items()]
    queue = f"{settings.PUBLIC_URL}{reverse('verification')}"
    return "\n\n".join([_opening(points), *parts, f"To correct one, or say that it does not hold:\n{queue}"]) + "\n"


def _opening(points: Points) -> str:
    if len(points) == 1:
        what, how = "This contact point of a vendor is", "Try it, then confirm it by its link, which is yours alone"
    else:
        what = f"These {len(points)} contact points of vendors are"
        how = "Try each, then confirm it by its link; the links are yours alone"
    return (
        f"{what} to be verified, so that a ticket that needs them finds somebody. {how}, good for {LASTS.days} days, "
        "and without a sign-in."
    )


def _lines(person: User, points: Points, *, now: datetime) -> str:
    return "\n".join(
        f"- {point.get_kind_display().capitalize()} {point.value}: {_since(point)}\n  {_link(person, point, now=now)}"
        for point in points
    )


def _since(point: ContactPoint) -> str:
    if point.bad_since:
        return f"does not hold since {_day(point.bad_since.date())} ({point.bad_because})"
    if point.verified_on is None:
        return "never verified"
    often = "each day" if point.interval_days == 1 else f"every {point.interval_days} days"
    return f"last verified on {_day(point.verified_on)}, to be verified {often}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _link(person: User, point: ContactPoint, *, now: datetime) -> str:
    if point.bad_since:
        return f"{settings.PUBLIC_URL}{reverse('contact-point', args=[point.pk])}"
    path = reverse("confirm-contact", args=[token_of(point, person, now=now)])
    return f"It holds: {settings.PUBLIC_URL}{path}"
