"""What beat wakes: delivery of what is due, and a sign of life."""

from celery import shared_task

from accounts.clock import database_now
from outbox.alarms import beat
from outbox.delivery import deliver as deliver_due


@shared_task
def deliver() -> None:
    """Send until nothing is due."""
    while deliver_due(now=database_now(), clock=database_now):
        pass


@shared_task
def heartbeat() -> None:
    """Beat → broker → worker → database works."""
    beat("worker", now=database_now())
