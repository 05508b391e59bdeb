"""What the pages about verifying show of contact points: whose they are, how they stand, and who looked last."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import User
from sla.agreements import CalendarRef
from vendors.due import due_on
from vendors.models import ContactPoint, Verification
from vendors.vendor_page import contact, opening_of
from vendors.verification import PLACES, Outcome, due_points, may_verify

Shown = dict[str, Any]
LOOKED = (Outcome.CONFIRMED, Outcome.CHANGED)


def queue(user: User, calendars: Mapping[str, CalendarRef], *, now: datetime) -> list[Shown]:
    """What is to be verified, by owner: the reader's own first, then what nobody owns, then by name. One query."""
    points = with_last(due_points(today=now.date())).order_by("owner__name", "owner", *PLACES)
    groups = [_group(list(own), user, calendars, now=now) for _, own in groupby(points, key=lambda p: p.owner_id)]
    return sorted(groups, key=lambda group: (not group["mine"], group["owner"] is not None, str(group["owner"])))


def with_last(points: QuerySet[ContactPoint]) -> QuerySet[ContactPoint]:
    """Contact points with who has last seen that the address holds, and when."""
    last = Verification.objects.filter(contact_point=OuterRef("pk"), value=OuterRef("value"), outcome__in=LOOKED)
    found = points.select_related("service__vendor", "owner", "calendar")
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
    rows = [row(point, user, calendars, now=now) for point in points]
    owner = points[0].owner
    return {"owner": owner, "mine": owner == user, "rows": rows, "may": any(shown["may"] for shown in rows)}


def just_confirmed(user: User, *, since: datetime) -> Iterable[Verification]:
    """What `user` has confirmed since, the latest first, as long as it still counts."""
    said = Verification.objects.filter(by=user, outcome=Outcome.CONFIRMED, at__gte=since)
    good = said.filter(contact_point__bad_since=None).select_related("contact_point__service__vendor")
    return good.order_by("-at", "-pk")
