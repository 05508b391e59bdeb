"""What the pages about verifying show of contact points: whose they are, how they stand, and who looked last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Case, Count, F, OuterRef, QuerySet, Subquery, When, Window
from django.db.models.functions import Now, TruncDate

from accounts.clock import moment
from accounts.models import User
from sla.agreements import CalendarRef
from vendors.calendars import calendars_of, with_calendars
from vendors.due import due_on
from vendors.models import ContactPoint, Verification
from vendors.vendor_page import contact, opening_of
from vendors.verification import PLACES, Outcome, due_points, may_verify

Shown = dict[str, Any]
PAGE_SIZE = 50
LATELY = timedelta(hours=24)
LOOKED = (Outcome.CONFIRMED, Outcome.CHANGED)


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of what is to be verified, by owner; how many there are on all pages, and `now`, None where none is."""

    groups: list[Shown]
    number: int
    total: int
    now: datetime | None


def queue(user: User, number: int) -> Queue:
    """The page with this number, else the first: the reader's own, then what nobody owns, then by name. One query.

    Calendars that this process has not met yet are one more.
    """
    points = _page(user, number)
    if not points and number > 1:
        return queue(user, 1)
    now, calendars = points[0].now if points else None, calendars_of(points)
    groups = [_group(list(own), user, calendars, now=now) for _, own in groupby(points, key=lambda p: p.owner_id)]
    return Queue(groups, number, points[0].total if points else 0, now)


def _page(user: User, number: int) -> list[ContactPoint]:
    whose = Case(When(owner=user, then=0), When(owner=None, then=1), default=2)
    counts = {"total": Window(Count("*")), "of_owner": Window(Count("*"), partition_by=F("owner"))}
    due = with_last(due_points(today=TruncDate(Now(), tzinfo=UTC))).annotate(now=moment(), **counts)
    first = (number - 1) * PAGE_SIZE
    return list(due.order_by(whose, "owner__name", "owner__email", *PLACES)[first : first + PAGE_SIZE])


def with_last(points: QuerySet[ContactPoint]) -> QuerySet[ContactPoint]:
    """Contact points with who has last seen that the address holds, and when."""
    last = Verification.objects.filter(contact_point=OuterRef("pk"), value=OuterRef("value"), outcome__in=LOOKED)
    found = with_calendars(points).select_related("service__vendor", "owner")
    return found.annotate(seen_at=Subquery(last.values("at")[:1]), seen_by=Subquery(last.values("by__name")[:1]))


def row(point: ContactPoint, user: User, calendars: Mapping[str, CalendarRef], *, now: datetime) -> Shown:
    """One contact point of `with_last`, with what `user` may do about it."""
    by_hand = point.seen_at is not None and point.seen_at.date() == point.verified_on
    return {
        **contact(point, today=now.date(), opening=opening_of(point, calendars, now=now)),
        "seen_at": point.seen_at if by_hand else None,
        "seen_by": point.seen_by if by_hand else "",
        "due_on": due_on(point.verified_on, point.interval_days),
        "may": may_verify(user, point),
    }


def _group(points: list[ContactPoint], user: User, calendars: Mapping[str, CalendarRef], *, now: datetime) -> Shown:
    rows, owner = [row(point, user, calendars, now=now) for point in points], points[0].owner
    may = any(shown["may"] for shown in rows)
    return {"owner": owner, "mine": owner == user, "rows": rows, "count": points[0].of_owner, "may": may}


def just_confirmed(user: User) -> QuerySet[Verification]:
    """What `user` has confirmed lately, the latest first, as long as it still counts; each with `now`."""
    said = Verification.objects.filter(by=user, outcome=Outcome.CONFIRMED, at__gte=Now() - LATELY)
    good = said.filter(contact_point__bad_since=None).select_related("contact_point__service__vendor")
    return good.annotate(now=moment()).order_by("-at", "-pk")[:PAGE_SIZE]
