"""`manage.py bench [sweep|all] [--json]`: timings beside a bare floor; exit 1 when a goal is missed."""

import json
import os
import platform
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts.clock import database_now
from bench import sweep
from tickets.load import NoTiers

BENCHES = {"sweep": sweep.run}


class Command(BaseCommand):
    """Measure on this machine and leave the database as it was."""

    help = "Measure speed beside a bare floor in the same run."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("what", nargs="?", default="all", choices=[*BENCHES, "all"])
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, **options: Any) -> None:
        wanted = BENCHES.values() if options["what"] == "all" else [BENCHES[options["what"]]]
        try:
            rows = [row for bench in wanted for row in bench(now=database_now())]
        except NoTiers as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps({"rows": rows, "machine": machine()}))
        else:
            for row in rows:
                self.stdout.write(_line(row))
        if not all(row["met"] for row in rows):
            sys.exit(1)


def _line(row: dict[str, Any]) -> str:
    beside = f" against {row['limit']} {row['unit']}: {row['ratio']} ×" if row["ratio"] else f" {row['unit']}"
    measured = f"{row['ours']}{beside}"
    verdict = "met" if row["met"] else "MISSED"
    return f"{row['what']}: {measured} (goal {row['goal']}, {verdict})"


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
