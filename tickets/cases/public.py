"""Which cases with vendors a client may know of."""

from django.db.models import OuterRef, Q, Subquery

from tickets.models import TicketEvent


def known_to_client() -> Q:
    """Of cases in a query: those that were lodged while the ticket was its present client's, not a former one's.

    No case is open when a ticket changes its client.
    """
    came = TicketEvent.objects.filter(ticket=OuterRef("ticket"), seq=OuterRef("ticket__public_from")).values("at")
    own = Q(ticket__public_from=0) | Q(lodged_at__gt=Subquery(came[:1]))
    return Q(lodged_at__isnull=False) & own
