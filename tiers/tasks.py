"""What beat wakes: whether each promise can be kept, at night and soon after anything has changed."""

from celery import shared_task

from accounts.clock import database_now
from tiers import promise_alarms


@shared_task
def check_promises() -> None:
    """Check every promise."""
    promise_alarms.check_promises(now=database_now())


@shared_task
def check_changed_promises() -> None:
    """Check every promise if anything may have changed one."""
    promise_alarms.check_when_changed(now=database_now())
