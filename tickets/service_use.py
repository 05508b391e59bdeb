"""Which tickets and cases lean on services; settings name it for the floor of vendors, which knows no tickets."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from tickets.models import Ticket, VendorCase
from tickets.status import OPEN_STATUSES


def tickets_about(
    services: Collection[int], *, reader: User | None, most: int
) -> tuple[list[tuple[str, str]], int, int]:
    """Key and title of the first open tickets about these services, how many there are, and how many ended ones.

    A ticket is about a service that it names or that has a case on it, and open as long as that case is. The titles
    are those that `reader` may see, or all of them without one; the counts are of all.
    """
    cases = VendorCase.objects.filter(ticket=OuterRef("pk"), service__in=services)
    about = Ticket.objects.filter(Q(service__in=services) | Q(Exists(cases)))
    waiting = VendorCase.objects.filter(ticket=OuterRef("pk"), service__in=services, closed_at=None)
    held = Ticket.objects.filter(Q(service__in=services, status__in=OPEN_STATUSES) | Q(Exists(waiting)))
    seen = held.filter(pk__in=Ticket.objects.visible_to(reader).values("pk")) if reader else held
    opened = held.count()
    return [(row.key, row.title) for row in seen.order_by("pk")[:most]], opened, about.count() - opened
