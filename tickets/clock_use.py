"""Which tickets count time on a calendar; settings name it for the floor of calendars, which knows no tickets."""

from django.db.models import Count, Exists, OuterRef, Window

from tickets.models import Clock, Ticket


def tickets_on_calendar(calendar_id: int, limit: int = 20) -> tuple[list[str], int]:
    """Keys of the first tickets with an open clock on any version of this calendar, and how many there are in all."""
    open_clocks = Clock.objects.filter(
        ticket=OuterRef("pk"), stopped_at__isnull=True, calendar_version__of_id=calendar_id
    )
    found = Ticket.objects.filter(Exists(open_clocks)).annotate(total=Window(Count("pk"))).order_by("pk")[:limit]
    rows = list(found.only("pk"))
    return [ticket.key for ticket in rows], rows[0].total if rows else 0
