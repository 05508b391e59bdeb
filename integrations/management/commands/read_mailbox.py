"""`manage.py read_mailbox`: take in what lies in the mailbox of IMAP_URL, every so often, or `--once`.

The worker does the same where IMAP_URL is set; this is for trying it, and for machines without a worker.
"""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.clock import database_now
from integrations.mail.mailbox import Reading, read_mailbox


class Command(BaseCommand):
    help = "Take in the mails of the mailbox in IMAP_URL; they are moved to its folder “Portal”."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="read once and end; exit code 1 where that fails")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IMAP_URL:
            raise CommandError("IMAP_URL is not set, so there is no mailbox to read.")
        while True:
            reading = read_mailbox(clock=database_now)
            self.stdout.write(words(reading))
            if options["once"]:
                if reading.trouble:
                    raise CommandError(reading.trouble)
                return
            time.sleep(settings.IMAP_INTERVAL_SECONDS)


def words(reading: Reading) -> str:
    """What a reading brought, in a sentence."""
    taken = "1 mail was taken in" if reading.taken == 1 else f"{reading.taken} mails were taken in"
    left = f", {reading.left} could not be and stay with a flag" if reading.left else ""
    return f"{taken}{left}."
