"""`manage.py receive_mail`: take in one mail from standard input, for a mail server's pipe.

Exit 0: it was taken in, or nothing is to be done about it; the words say which. Exit 75 (EX_TEMPFAIL): keep it, try
again. A mail server sends a mail back to its sender on any other code, so there is no other, whatever goes wrong.
"""

import sys
import traceback
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandParser

from accounts.clock import database_now
from integrations.mail.inbound import take_in
from integrations.mail.source import LARGEST_BYTES

TRY_AGAIN = 75
CHUNK = 1024 * 1024


class Command(BaseCommand):
    help = "Take in one mail from standard input. Exit 0: done; 75: try again."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", action="append", default=[], metavar="ADDRESS", help="whom it was delivered to")

    def handle(self, *args: Any, **options: Any) -> None:
        taken = False
        try:
            for row in take_in(read_mail(sys.stdin.buffer), to=options["to"], now=database_now()):
                self.stdout.write(f"{row.get_outcome_display()}: {row.because}")
            taken = True
        finally:
            if not taken:
                traceback.print_exc()
                sys.exit(TRY_AGAIN)


def read_mail(source: BinaryIO) -> bytes:
    """All of a mail, or of one that is too large one byte too many; the rest is read and let go."""
    raw = source.read(LARGEST_BYTES + 1)
    while source.read(CHUNK):
        pass
    return raw
