"""Which open tickets wait for one person: what must be passed on when that person leaves."""

from accounts.models import User
from tickets.models import Ticket


def assigned_to(person: User, *, reader: User, most: int) -> tuple[list[tuple[str, str]], int]:
    """Key and title of the first open tickets that are assigned to `person` and seen by `reader`; how many there are.

    The count is of all of them, also of those that the reader may not see.
    """
    held = Ticket.objects.open().filter(assignee=person)
    seen = held.filter(pk__in=Ticket.objects.visible_to(reader).values("pk")).order_by("pk")[:most]
    return [(ticket.key, ticket.title) for ticket in seen], held.count()
