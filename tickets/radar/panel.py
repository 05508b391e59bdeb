"""A ticket's place on the radar, as its page shows it."""

from typing import Any

from accounts.models import User
from tickets.models import Ticket


def panel(ticket: Ticket, *, user: User, may_work: bool) -> dict[str, Any]:
    """What the ticket's page shows of the radar."""
    return {}
