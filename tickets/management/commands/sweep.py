"""`manage.py sweep [--json]`: do what is due until nothing is."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand

from accounts.clock import database_now
from tickets.escalation import sweep_until_done


class Command(BaseCommand):
    """Escalate what is due, by hand."""

    help = "Escalate what is due, until nothing is."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, **options: Any) -> None:
        began = time.perf_counter()
        swept = sweep_until_done(now=database_now())
        spent = round((time.perf_counter() - began) * 1000, 1)
        if options["json"]:
            row = {"handled": swept.handled, "escalated": swept.escalated, "milliseconds": spent}
            self.stdout.write(json.dumps(row))
        else:
            self.stdout.write(f"{swept.handled} tickets handled, {swept.escalated} escalated, in {spent} ms.")
