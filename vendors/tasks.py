"""What beat wakes: people who are to verify contact points."""

from celery import shared_task

from accounts.clock import database_now
from vendors import reminders


@shared_task
def remind_verifiers() -> None:
    """Ask whoever is to be asked."""
    reminders.remind(now=database_now())
