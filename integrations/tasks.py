"""What beat wakes: the reading of the mailbox."""

from celery import shared_task

from accounts.clock import database_now
from integrations.mail import mailbox


@shared_task
def read_mailbox() -> None:
    """Take in what lies in the mailbox."""
    mailbox.read_mailbox(clock=database_now)
