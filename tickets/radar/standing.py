"""Which tickets stand in which lane of the radar: those that were put there, and those that nobody has looked at."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from tickets.models import RadarEntry, Ticket, TicketEvent
from tickets.radar.lanes import INVESTIGATE, Lane
from tickets.status import OPEN_STATUSES, RESOLVED

STANDING = (*OPEN_STATUSES, RESOLVED)


def in_lane(tickets: QuerySet, lane: Lane) -> QuerySet:
    """Those of the tickets that stand in the lane."""
    entries = RadarEntry.objects.filter(ticket=OuterRef("pk"), **_scored(lane))
    put = Exists(entries)
    if lane is INVESTIGATE:
        return tickets.filter(put | Q(pk__in=unplaced(Ticket.objects.all()).values("pk")))
    return tickets.filter(put)


def placed(tickets: QuerySet, lane: Lane) -> QuerySet:
    """Those that somebody put into the lane, until they are closed."""
    entries = RadarEntry.objects.filter(**_scored(lane))
    return tickets.filter(pk__in=entries.values("ticket"), status__in=STANDING)


def _scored(lane: Lane) -> dict[str, int | None]:
    return {"score": None} if lane is INVESTIGATE else {"score__gte": lane.lowest, "score__lte": lane.highest}


def unplaced(tickets: QuerySet) -> QuerySet:
    """Open tickets that nobody has put on the radar, and that have climbed, or to which a manager was called.

    One that a rule has sent to a higher tier at once has not climbed.
    """
    climbed = Exists(TicketEvent.objects.filter(ticket=OuterRef("pk"), kind="ESCALATED"))
    high = tickets.filter(Q(step__gt=0) | Q(manager_calls__gt=0), status__in=OPEN_STATUSES, radar__isnull=True)
    return high.filter(Q(manager_calls__gt=0) | climbed)
