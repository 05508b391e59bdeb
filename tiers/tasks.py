"""What beat wakes: whether each promise can be kept, at night and soon after anything has changed; who sees whom."""

from celery import shared_task

from accounts.clock import database_now
from tiers import promise_alarms, team_access


@shared_task
def check_promises() -> None:
    """Check every promise."""
    promise_alarms.check_promises(now=database_now())


@shared_task
def check_changed_promises() -> None:
    """Check every promise if anything may have changed one."""
    promise_alarms.check_when_changed(now=database_now())


@shared_task
def follow_teams() -> None:
    """Let what technicians see follow the teams that they are in, and tell of tickets that nobody could see."""
    team_access.follow_teams()
    team_access.note_unseeing(now=database_now())
