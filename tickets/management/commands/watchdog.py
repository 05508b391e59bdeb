"""`manage.py watchdog`: the process that sees to it that nothing due is forgotten, whatever the broker does."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from accounts.clock import database_now
from tickets.watching import watch

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Look every few seconds until told to stop."""

    help = "Watch the deadlines by an independent path and sweep when the sweep is late."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--interval", type=float, default=5.0, help="seconds between two looks")
        parser.add_argument("--once", action="store_true", help="look once and end")

    def handle(self, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while True:
            self._look()
            if options["once"] or stop.wait(options["interval"]):
                return

    def _look(self) -> None:
        """A database that is away is waited for; the next look asks again."""
        close_old_connections()
        try:
            late = watch(now=database_now(), clock=database_now)
        except Error as error:
            log.error("the watchdog cannot ask the database: %s", error)
        else:
            if late:
                log.warning("the sweep was late on %s tickets; the watchdog did its work", late)
