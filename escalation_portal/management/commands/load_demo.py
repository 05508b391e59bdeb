"""`manage.py load_demo [--write FILE]`: the demo provider, into an empty database only."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.clock import database_now
from escalation_portal.demo.loading import NotTheDemo, given_anew, is_empty, load_demo, moved, write_private


class Command(BaseCommand):
    """Load it once; at a later start only tell where it runs now."""

    help = "Load the demo provider into an empty database, with random passwords, and write down how to sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", metavar="FILE", help="where to write addresses and sign-ins")
        parser.add_argument("--or-skip", action="store_true", help="a database that holds other data is left in peace")

    def handle(self, *args: Any, write: str | None, **options: Any) -> None:
        path = Path(write) if write else None
        if is_empty():
            described = load_demo(now=database_now())
        elif path and path.exists():
            described = moved(json.loads(path.read_text()), settings.PUBLIC_URL)
        else:
            described = self._given_anew(or_skip=options["or_skip"])
        if described is None:
            return
        if path:
            write_private(path, described)
        for role, sign_in in described["sign_ins"].items():
            self.stdout.write(f"{role.replace('_', ' '):16} {sign_in['email']:36} {sign_in['password']}")

    def _given_anew(self, *, or_skip: bool) -> dict[str, Any] | None:
        try:
            return given_anew()
        except NotTheDemo as error:
            if or_skip:
                return None
            raise CommandError(str(error), returncode=2) from error
