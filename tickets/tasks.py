"""What beat wakes: the sweep."""

from celery import shared_task

from accounts.clock import database_now
from tickets.escalation import sweep_until_done


@shared_task
def sweep() -> None:
    """Do everything that is due now."""
    sweep_until_done(now=database_now())
