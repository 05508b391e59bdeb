"""`export_config [FILE]`: the whole configuration in the form that `import_config` takes, without secrets."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from escalation_portal.configuration import export_configuration


class Command(BaseCommand):
    help = "Write this provider's configuration as YAML, to standard output or to FILE; secrets are left out."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", metavar="FILE", type=Path)

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        text = export_configuration()
        if file is None:
            self.stdout.write(text, ending="")
            return
        try:
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=2) from None
