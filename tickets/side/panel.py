"""Side conversations, as the ticket's page shows them."""

from typing import Any

from accounts.models import User
from tickets.models import Ticket
from tickets.side.reading import threads
from tickets.status import MERGED


def panel(ticket: Ticket, *, user: User, may_work: bool) -> dict[str, Any]:  # noqa: ARG001 - as all panels
    """What the ticket's page shows of its side conversations; whoever may work the ticket may begin one."""
    return {"side": {"threads": threads(ticket), "may_begin": may_work and ticket.status != MERGED}}
