"""Who may do what to a ticket; what its state allows is said in `status.py`."""

from accounts.models import User
from clients.models import Client
from tickets.work import Work


class NotYours(Exception):
    """This user may see the ticket but not work it."""


def can_work(user: User, client_id: int) -> bool:
    """Whether this user may work tickets of the client."""
    return Client.objects.visible_to(user, "work_client").filter(pk=client_id).exists()


def check_can_work(user: User, work: Work) -> None:
    """Raise NotYours unless `user` may work this ticket."""
    if not can_work(user, work.client_id):
        raise NotYours(f"You may read {work.key} but not work on it.")
