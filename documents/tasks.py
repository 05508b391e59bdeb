"""What beat wakes: documents that follow from what has changed, and people who have not read what they must."""

from celery import shared_task

from accounts.clock import database_now
from documents import catch_up as catching_up
from documents import receipts


@shared_task
def catch_up() -> None:
    """Bring every generated document up to date."""
    catching_up.catch_up(now=database_now())


@shared_task
def remind_readers() -> None:
    """Ask and remind whoever is due to read something."""
    receipts.remind(now=database_now())
