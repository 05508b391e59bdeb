"""What beat wakes: the sweep, and the digests."""

from celery import shared_task

from accounts.clock import database_now
from tickets.digests import send_due
from tickets.escalation import sweep_until_done


@shared_task
def sweep() -> None:
    """Do everything that is due now."""
    sweep_until_done(now=database_now())


@shared_task
def send_digests() -> None:
    """Put the digests that are due into the outbox."""
    send_due(now=database_now())
