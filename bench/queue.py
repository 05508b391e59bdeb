"""How fast the queue is among 100,000 open tickets: its first page, the poll while nothing changes, and searches.

The pages are asked for as a browser does, past the network: every middleware runs, the person is signed in. All of it
happens inside one transaction that is rolled back: the database is left as it was.
"""

import gzip
import re
import statistics
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import TECHNICIAN
from bench.rows import Row, row
from tickets.load import seed
from tickets.load_words import CODES
from tickets.models import Ticket
from tickets.queue import FIRST_DUE, PAGE_SIZE
from tickets.search import matching
from tickets.search_words import searched

TICKETS, RUNS = 100_000, 9
GOAL_QUERIES, GOAL_PAGE_MS, GOAL_PAGE_BYTES = 6, 300.0, 100_000
GOAL_POLL_MS, GOAL_SEARCH_MS = 100.0, 150.0
QUEUE = "/tickets/"
LOADED = re.compile(r'<(?:script|link)[^>]* (?:src|href)="(/static/[^"?#]+)"')
IMPORTED = re.compile(r'(?:from|import)\s*"(\./[^"]+)"|url\("?([^")]+)"?\)')


class _Undo(Exception):
    """Rolls a measurement back."""


class NotAsExpected(RuntimeError):
    """What was measured is not what was meant: another status, or a search that finds nothing."""


def run(*, now: datetime, tickets: int = TICKETS) -> list[Row]:
    """The rows of the report; the database is left as it was. Raises NoTiers, NotAsExpected."""
    rows: list[Row] = []
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
            seed(tickets=tickets, due=0, seed=1, now=now)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = DEFAULT")
            user = _technician()
            browser = browser_of(user)
            rows = [*_page(browser, tickets), *_poll(browser), *_searches(browser, user)]
            raise _Undo
    except _Undo:
        return rows


def _technician() -> User:
    user = User.objects.create_user("bench@provider.example", name="Bench")
    user.groups.add(Group.objects.get_or_create(name=TECHNICIAN)[0])
    return user


def browser_of(user: User) -> Browser:
    """Signed in at the portal's own address."""
    here = urlsplit(settings.PUBLIC_URL)
    browser = Browser(headers={"host": here.netloc}, **{"wsgi.url_scheme": here.scheme})
    browser.force_login(user)
    return browser


def _answered(answer: HttpResponse, status: int) -> HttpResponse:
    if answer.status_code != status:
        raise NotAsExpected(f"the answer was {answer.status_code}, not {status}")
    return answer


def measured(ask: Callable[[], HttpResponse], status: int = 200) -> tuple[float, int]:
    """Milliseconds of the median of several answers, and the queries of one, after one that warms what is kept."""
    _answered(ask(), status)
    with CaptureQueriesContext(connection) as queries:
        _answered(ask(), status)
    count = len(_reading(queries.captured_queries))  # read now: the next request empties the log
    return statistics.median(_milliseconds(ask) for _ in range(RUNS)), count


def _reading(queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the savepoints that stand for transactions inside of ours."""
    return [query for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))]


def _milliseconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


# The page


def _page(browser: Browser, tickets: int) -> list[Row]:
    took, queries = measured(lambda: browser.get(QUEUE))
    page = browser.get(QUEUE).content.decode()
    weighs = weight(browser, page)
    if page.count('id="row-ESC-') != 50:
        raise NotAsExpected("the first page has no 50 rows")
    among = f"of {tickets:,} open tickets"
    return [
        row(f"queries of the first page {among}", queries, goal=GOAL_QUERIES, unit="queries"),
        row(f"the first page {among}", took, goal=GOAL_PAGE_MS, unit="ms"),
        row("a first visit: page, styles, scripts and font, gzipped", weighs, goal=GOAL_PAGE_BYTES, unit="bytes"),
    ]


def weight(browser: Browser, page: str) -> int:
    """Bytes of the page and of all that it loads, gzipped but for fonts, which are compressed already."""
    files = loaded(browser, page)
    return len(gzip.compress(page.encode())) + sum(_weighed(url, content) for url, content in files.items())


def loaded(browser: Browser, page: str) -> dict[str, bytes]:
    """The files that a page has its browser load: those that it names, and those that these name in their turn."""
    found: dict[str, bytes] = {}
    ahead = LOADED.findall(page)
    while ahead:
        url = ahead.pop()
        if url in found:
            continue
        found[url] = b"".join(_answered(browser.get(url), 200))
        if url.endswith((".js", ".css")):
            named = IMPORTED.findall(found[url].decode())
            addresses = [module or file for module, file in named if not file.startswith(("data:", "#"))]
            ahead += [urldefrag(urljoin(url, address)).url for address in addresses]
    return found


def _weighed(url: str, content: bytes) -> int:
    return len(content) if url.endswith(".woff2") else len(gzip.compress(content))


# The poll


def _poll(browser: Browser) -> list[Row]:
    page = browser.get(QUEUE).content.decode()
    asked = {name: _said(page, name) for name in ("version", "since", "pass")}
    took, queries = measured(lambda: browser.get(f"{QUEUE}changes/", asked), status=204)
    return [
        row("queries of the poll while nothing changes", queries, goal=1, unit="queries"),
        row("the poll while nothing changes", took, goal=GOAL_POLL_MS, unit="ms"),
    ]


def _said(page: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', page)
    if not found:
        raise NotAsExpected(f"the page says no {name}")
    return found[1]


# Searches


def _searches(browser: Browser, user: User) -> list[Row]:
    device = Ticket.objects.filter(device_name__startswith="FW-").values_list("device_name", flat=True).latest("pk")
    wanted = {
        "a rare word": device, "a common word": "printer", "two words": "backup leeds", "an error code": CODES[0],
        "a part of a word": CODES[0][3:], "a word that stands nowhere": "zanzibar",
    }  # fmt: skip
    took, _ = measured(lambda: browser.get(QUEUE, {"q": "printer"}))
    whole = row("the page of a search for a common word", took, goal=GOAL_PAGE_MS, unit="ms")
    return [*(_search(user, what, typed) for what, typed in wanted.items()), whole]


def _search(user: User, what: str, typed: str) -> Row:
    tickets = matching(Ticket.objects.visible_to(user).open(), searched(typed)).order_by(FIRST_DUE, "pk")

    def look() -> list[tuple[Any, ...]]:
        return list(tickets.values_list("pk", "title")[: PAGE_SIZE + 1])

    if bool(look()) == (typed == "zanzibar"):
        raise NotAsExpected(f"{len(look())} tickets were found by “{typed}”")
    took = statistics.median(_milliseconds(look) for _ in range(RUNS))
    return row(f"the first {PAGE_SIZE} by {what} (“{typed}”)", took, goal=GOAL_SEARCH_MS, unit="ms")
