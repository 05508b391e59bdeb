"""`manage.py audit [--json]`: recompute what is stored; exit 1 when anything differs."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from accounts.clock import database_now
from tickets.auditing import audit, is_clean


class Command(BaseCommand):
    """Check clocks, ledger, deadlines and outbox."""

    help = "Recompute every open clock from the custody ledger and list whatever is not as it should be."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, **options: Any) -> None:
        report = audit(now=database_now())
        if options["json"]:
            self.stdout.write(json.dumps(report, default=str))
        else:
            self._tell(report)
        if not is_clean(report):
            sys.exit(1)

    def _tell(self, report: dict[str, Any]) -> None:
        self.stdout.write(f"{report['clocks_checked']} open clocks were recomputed from the ledger.")
        for key in ("differences", "ledger_faults", "overdue", "duplicates", "outbox_stuck"):
            self.stdout.write(f"{key.replace('_', ' ')}: {len(report[key])}")
            for row in report[key][:20]:
                self.stdout.write(f"  {row}")
