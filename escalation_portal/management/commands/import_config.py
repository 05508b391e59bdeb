"""`import_config FILE… [--dry-run]`, or `--schema`. Exit 2 says what is wrong, file and line; nothing was changed."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.clock import database_now
from escalation_portal.configuration import BadConfiguration, import_configuration, json_schema


class Command(BaseCommand):
    help = "Bring this provider's configuration to what YAML files say; absent keys are left untouched."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", help="YAML files, or folders of *.yaml")
        parser.add_argument("--dry-run", action="store_true", help="print the plan and change nothing")
        parser.add_argument("--schema", action="store_true", help="print the JSON Schema of such a file")

    def handle(self, *args: Any, files: list[str], dry_run: bool, schema: bool, **options: Any) -> None:
        if schema:
            self.stdout.write(json.dumps(json_schema(), indent=2))
            return
        if not files:
            raise CommandError("Name at least one FILE, or ask for --schema.", returncode=2)
        contents = [(str(path), _content(path)) for name in files for path in _paths(Path(name))]
        try:
            plan = import_configuration(contents, now=database_now(), environ=os.environ, dry_run=dry_run)
        except BadConfiguration as error:
            self.stderr.write(str(error))
            raise CommandError("Nothing was changed.", returncode=2) from None
        self.stdout.write(str(plan))
        if dry_run:
            self.stdout.write("This was a dry run: nothing was changed.")


def _paths(path: Path) -> list[Path]:
    """The file itself, or a folder's files in the order of their names."""
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.yaml"))
    if not found:
        raise CommandError(f"{path}: there is no *.yaml in this folder", returncode=2)
    return found


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=2) from None
