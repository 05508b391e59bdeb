"""Makes an API key and prints it, once, alone on standard output."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from accounts.clock import database_now
from accounts.keys import SCOPES, UnknownScope
from clients.keys import issue_key
from clients.models import Client


class Command(BaseCommand):
    """create_api_key --name N --scopes a,b [--client NAME] [--days N]"""

    help = "Make an API key and print it: the only time that it is seen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument("--scopes", required=True, help=f"separated by commas, of: {', '.join(SCOPES)}")
        parser.add_argument("--client", help="bind the key to this client (name or slug); it sees no other")
        parser.add_argument("--days", type=int, help="let the key expire after so many days")

    def handle(self, *args: Any, **options: Any) -> None:
        now = database_now()
        expires_at = now + timedelta(days=_days(options["days"])) if options["days"] is not None else None
        given = {"client": _client(options["client"]), "name": _name(options["name"])}
        try:
            key = issue_key(**given, scopes=_scopes(options["scopes"]), expires_at=expires_at, by=None, now=now)
        except UnknownScope as error:
            raise _wrong(f"--scopes: {error}") from None
        self.stdout.write(key)


def _scopes(written: str) -> list[str]:
    scopes = list(dict.fromkeys(scope.strip() for scope in written.split(",") if scope.strip()))
    if not scopes:
        raise _wrong("--scopes names no scope.")
    return scopes


def _client(name: str | None) -> Client | None:
    if name is None:
        return None
    found = Client.objects.filter(Q(name=name) | Q(slug=name)).order_by("pk").first()
    if found is None:
        raise _wrong(f"--client: there is no client “{name}”.")
    return found


def _name(name: str) -> str:
    if not 1 <= len(name.strip()) <= 120:
        raise _wrong("--name must have 1 to 120 characters.")
    return name.strip()


def _days(days: int) -> int:
    if not 1 <= days <= 3650:
        raise _wrong("--days must be 1 to 3650.")
    return days


def _wrong(message: str) -> CommandError:
    return CommandError(message, returncode=2)
