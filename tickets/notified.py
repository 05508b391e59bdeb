"""What a person was told in the page: what of it is shown, unread, and read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.models import User
from clients.models import Client
from tickets.models import Notification, Ticket

PAGE_SIZE = 50
KEPT = timedelta(days=90)
# Whoever reads by mail alone, or has left, marks nothing as read.
UNREAD_KEPT = timedelta(days=180)
AT_ONCE = 1000


def notifications_of(user: User) -> QuerySet[Notification]:
    """What this person was told of tickets that it may still see, and of no ticket at all."""
    seen = Q(ticket__isnull=True) | Q(ticket__client__in=Client.objects.visible_to(user))
    return Notification.objects.filter(seen, user=user)


def unread(user: User) -> QuerySet[Notification]:
    """What of it the person has not read."""
    return notifications_of(user).filter(read_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Page:
    """Notifications, the newest first, and the ids to go on from: before the page and after it, 0 for none."""

    rows: Sequence[Notification]
    newer: int = 0
    older: int = 0


def page(found: QuerySet[Notification], *, before: int = 0, after: int = 0) -> Page:
    """One page of these: older than `before`, newer than `after`, or the newest."""
    rows = found.select_related("ticket")
    if after:
        kept = list(rows.filter(pk__gt=after).order_by("pk")[: PAGE_SIZE + 1])
        more, kept = len(kept) > PAGE_SIZE, kept[:PAGE_SIZE][::-1]
        return Page(kept, newer=kept[0].pk if more else 0, older=kept[-1].pk if kept else after + 1)
    kept = list((rows.filter(pk__lt=before) if before else rows).order_by("-pk")[: PAGE_SIZE + 1])
    more, kept = len(kept) > PAGE_SIZE, kept[:PAGE_SIZE]
    newer = kept[0].pk if kept else before - 1
    return Page(kept, newer=newer if before else 0, older=kept[-1].pk if more else 0)


def leads_to(notification: Notification) -> str:
    """The address of what it is about: of the page that its last line names, else its ticket's; "" where there is none.

    Only the last line is asked: it is ours, whatever others have written above it.
    """
    last = notification.text.rstrip().rpartition("\n")[2]
    if last.startswith(f"{settings.PUBLIC_URL}/"):
        return last.removeprefix(settings.PUBLIC_URL)
    return reverse("ticket", args=[notification.ticket.key]) if notification.ticket else ""


def read(notification: Notification, *, now: datetime) -> None:
    """The person has opened it; it is not mailed any more. The first time counts."""
    Notification.objects.filter(pk=notification.pk, read_at__isnull=True).update(read_at=now)


def read_all(user: User, *, up_to: int, now: datetime) -> int:
    """Everything that the person had before it, up to the notification `up_to`, is read; returns how many were not."""
    return Notification.objects.filter(user=user, pk__lte=up_to, read_at__isnull=True).update(read_at=now)


def read_ticket(user: User, ticket: Ticket, *, now: datetime) -> int:
    """Whoever has the ticket open knows what it was told of it; returns how many that were."""
    return Notification.objects.filter(user=user, ticket=ticket, read_at__isnull=True).update(read_at=now)


def forget_old(*, now: datetime) -> int:
    """Delete what was read and is older than 90 days, and all that is older than 180; returns how many that were.

    Rows are walked in the order in which they were made, a bounded number at a time, up to the first that are young.
    The tickets' own timelines keep what happened.
    """
    read_ones = Q(at__lt=now - KEPT, read_at__isnull=False)
    old = Notification.objects.filter(read_ones | Q(at__lt=now - UNREAD_KEPT))
    forgotten, last = 0, 0
    while stretch := list(_after(last)):
        if min(at for _, at in stretch) >= now - KEPT:
            break
        first, last = last, stretch[-1][0]
        forgotten += old.filter(pk__gt=first, pk__lte=last).delete()[0]
    return forgotten


def _after(last: int) -> QuerySet[Notification, tuple[int, datetime]]:
    """The next rows after the id `last`, each with its moment."""
    return Notification.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "at")[:AT_ONCE]
