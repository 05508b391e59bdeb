"""What the mail says that asks somebody to verify contact points: all that is due by the moment when it leaves."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from vendors.confirm_links import LASTS, token_of
from vendors.models import ContactPoint
from vendors.verification import PLACES, asked_of, managers

MOST = 50  # so many stand in a mail, the rest on the page
Points = Sequence[ContactPoint]


def mail_to(person: User, *, now: datetime) -> tuple[str, str] | None:
    """Subject and text; None where nothing is due of them any more."""
    due = asked_of(person, today=now.date(), nobodys=person in managers())
    points = list(due.select_related("service__vendor").order_by(*PLACES))
    return (_subject(points), _text(person, points, now=now)) if points else None


def _subject(points: Points) -> str:
    if len(points) == 1:
        return f"Does this still hold? {points[0].service}: {points[0].value}"
    return f"{len(points)} contact points of vendors to verify"


def _text(person: User, points: Points, *, now: datetime) -> str:
    by_service: dict[str, list[ContactPoint]] = defaultdict(list)
    for point in points[:MOST]:
        by_service[f"{point.service} ({point.service.vendor})"].append(point)
    parts = [f"{name}\n{_lines(person, own, now=now)}" for name, own in by_service.items()]
    return "\n\n".join([_opening(points), *parts, _closing(len(points) - MOST)]) + "\n"


def _closing(more: int) -> str:
    queue = f"{settings.PUBLIC_URL}{reverse('verification')}"
    also = f"{more} more are to be verified. To see them, to correct one," if more > 0 else "To correct one,"
    return f"{also} or say that it does not hold:\n{queue}"


def _opening(points: Points) -> str:
    if len(points) == 1:
        what, how = "This contact point of a vendor is", "Try it, then confirm it by its link, which is yours alone"
    else:
        what = f"These {min(len(points), MOST)} contact points of vendors are"
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
