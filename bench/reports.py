"""How soon the vendors' scorecards are there among 100,000 clocks of their cases, spread over two years.

The pages are asked for as a browser does, past the network. All of it happens inside one transaction that is rolled
back: the database is left as it was.
"""

from datetime import datetime

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client as Browser

from accounts.models import User
from accounts.roles import MANAGER
from bench.queue import NotAsExpected, browser_of, measured
from bench.rows import Row, row
from bench.vendor_cases import seed_cases
from tickets.load import seed

CASES = 33_400
GOAL_MS, GOAL_QUERIES = 1000.0, 6
ALL, ONE = "/reports/vendors/", "/reports/vendors/bench-vendor-00/"


class _Undo(Exception):
    """Rolls a measurement back."""


def run(*, now: datetime, cases: int = CASES) -> list[Row]:
    """The rows of the report; the database is left as it was. Raises NoTiers, NotAsExpected."""
    rows: list[Row] = []
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
            seed(tickets=cases, due=0, seed=1, now=now)
            clocks = seed_cases(seed=1, now=now)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = DEFAULT")
            rows = _pages(browser_of(_manager()), clocks, since=f"{now.year - 1}-{now:%m-%d}", until=f"{now:%Y-%m-%d}")
            raise _Undo
    except _Undo:
        return rows


def _manager() -> User:
    user = User.objects.create_user("bench-manager@provider.example", name="Bench")
    user.groups.add(Group.objects.get_or_create(name=MANAGER)[0])
    return user


def _pages(browser: Browser, clocks: int, *, since: str, until: str) -> list[Row]:
    """All vendors over the last year, which is compared with the year before it, so that everything is read."""
    year = {"from": since, "to": until}
    page = browser.get(ALL, year).content.decode()
    if "Bench vendor 00" not in page.partition("<tbody>")[2].partition("</tbody>")[0]:
        raise NotAsExpected("the page has no numbers")
    among = f"among {clocks:,} clocks"
    found = []
    for what, path, asked in (
        (f"all vendors, a year against the year before, {among}", ALL, year),
        (f"all vendors, 30 days, {among}", ALL, {}),
        (f"one vendor, a year, {among}", ONE, year),
    ):
        took, queries = measured(lambda path=path, asked=asked: browser.get(path, asked))
        found += [
            row(what, took, goal=GOAL_MS, unit="ms"),
            row(f"queries of {what}", queries, goal=GOAL_QUERIES, unit="queries"),
        ]
    return found
