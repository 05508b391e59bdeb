"""What beat wakes: documents that follow from what has changed."""

from celery import shared_task

from accounts.clock import database_now
from documents import catch_up as catching_up


@shared_task
def catch_up() -> None:
    """Bring every generated document up to date."""
    catching_up.catch_up(now=database_now())
