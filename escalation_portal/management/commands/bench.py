"""`manage.py bench [NAME|all] [--json]`: timings and their goals; exit 1 when one is missed."""

import json
import os
import platform
import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts.clock import database_now
from bench import documents, queue, reports, sweep, time
from bench.rows import Row, line
from tickets.load import NoTiers

BENCHES = {"time": time.run, "sweep": sweep.run, "queue": queue.run, "documents": documents.run, "reports": reports.run}


class Command(BaseCommand):
    """Measure on this machine and leave the database as it was."""

    help = "Measure speed: time's arithmetic, the sweep beside a bare floor in the same run, pages, documents."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("what", nargs="?", default="all", choices=[*BENCHES, "all"])
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, **options: Any) -> None:
        wanted = BENCHES.values() if options["what"] == "all" else [BENCHES[options["what"]]]
        try:
            rows = [row for bench in wanted for row in bench(now=database_now())]
        except NoTiers as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(json.dumps({"rows": rows, "machine": machine()}) if options["json"] else told(rows))
        if code := exit_code(rows):
            sys.exit(code)


def told(rows: Sequence[Row]) -> str:
    """A line for each."""
    return "\n".join(map(line, rows))


def exit_code(rows: Sequence[Row]) -> int:
    """1 when a goal was missed."""
    return 0 if all(row["met"] for row in rows) else 1


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
    return {
        "cpus": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "postgresql": version,
    }
