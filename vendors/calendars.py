"""The calendars on which somebody answers at contact points: read once by each process, since versions never change."""

from collections.abc import Iterable

from django.db.models import OuterRef, QuerySet, Subquery

from sla.agreements import CalendarRef, calendars_by_version
from sla.models import CalendarVersion
from vendors.models import ContactPoint


def with_calendars(points: QuerySet[ContactPoint]) -> QuerySet[ContactPoint]:
    """Contact points with their calendars, and the `calendar_version` that each of them has now."""
    live = CalendarVersion.objects.filter(of=OuterRef("calendar"), number__isnull=False).order_by("-number")
    return points.select_related("calendar").annotate(calendar_version=Subquery(live.values("pk")[:1]))


def calendars_of(points: Iterable[ContactPoint]) -> dict[str, CalendarRef]:
    """The calendars of these rows of `with_calendars`, by name; those that were met before cost no query."""
    found = calendars_by_version({point.calendar_version for point in points} - {None})
    return {ref.name: ref for ref in found.values()}
