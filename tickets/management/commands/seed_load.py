"""`manage.py seed_load --tickets N --due K --seed S`: many open tickets, for measuring."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.clock import database_now
from tickets.load import NoTiers, seed


class Command(BaseCommand):
    """Write open tickets of clients named “Load 00” and so on."""

    help = "Write many open tickets, some of them due, the same ones for the same seed."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--tickets", type=int, required=True)
        parser.add_argument("--due", type=int, default=0)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, **options: Any) -> None:
        began = time.perf_counter()
        try:
            with transaction.atomic():
                seed(tickets=options["tickets"], due=options["due"], seed=options["seed"], now=database_now())
        except (NoTiers, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
        spent = time.perf_counter() - began
        self.stdout.write(f"{options['tickets']} tickets, {options['due']} of them due, in {spent:.1f} s.")
