"""The files of a ticket, as its page shows them."""

from typing import Any

from accounts.models import User
from tickets.models import Ticket


def panel(ticket: Ticket, *, user: User, may_work: bool) -> dict[str, Any]:
    """What the ticket's page shows of its files."""
    return {}
