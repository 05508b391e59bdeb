"""What beat wakes: the sweep, the digests, and forgetting what was read long ago."""

from celery import shared_task

from accounts.clock import database_now
from tickets.digests import send_due
from tickets.escalation import sweep_until_done
from tickets.notified import forget_old


@shared_task
def sweep() -> None:
    """Do everything that is due now."""
    sweep_until_done(now=database_now())


@shared_task
def send_digests() -> None:
    """Put the digests that are due into the outbox."""
    send_due(now=database_now())


@shared_task
def forget_notifications() -> None:
    """Once a day: what was read long ago is no longer listed."""
    forget_old(now=database_now())
