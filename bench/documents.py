"""How soon documents follow a publication: 200 clients, whose guides all change, and a look that finds nothing new.

Everything happens inside one transaction that is rolled back: the database is left as it was.
"""

import statistics
import time
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench.rows import Row, row
from clients.access import grant_defaults
from clients.models import Client
from documents.catch_up import catch_up
from documents.generated.reading import ground
from documents.generated.sources import sources
from documents.models import CatchUp, DocumentVersion
from escalation_portal.configuration import import_configuration
from escalation_portal.demo.loading import FOLDER
from sla.agreements import forget_parsed
from sla.durations import parse, text
from tiers.models import PolicyVersion
from tiers.policies import forget_documents, live_policies, live_policy
from vendors.models import Service, ServiceAccount

CLIENTS, LOOKS = 200, 50
GOAL_PUBLISHED_S, GOAL_READ_S, GOAL_QUERIES, GOAL_IDLE_MS = 30.0, 3.0, 30, 10.0


class _Undo(Exception):
    """Rolls a measurement back."""


def run(*, now: datetime, clients: int = CLIENTS) -> list[Row]:
    """The rows of the report; the database is left as it was."""
    rows: list[Row] = []
    try:
        with transaction.atomic():
            _seed(clients, now=now)
            _all(now=now)
            rows += [*_published(clients, now=now), *_read(now=now), _idle(now=now)]
            raise _Undo
    except _Undo:
        return rows
    finally:
        forget_parsed()
        forget_documents()


def _seed(clients: int, *, now: datetime) -> None:
    """So many clients more, with an account at every second service; the demo's provider where there is none."""
    if not live_policies():
        files = [(path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*.yaml"))]
        import_configuration(files, now=now, environ={})
    agreement = Client.objects.first().agreement
    services = list(Service.objects.all())[::2]
    for number in range(clients):
        client = Client.objects.create(name=f"Bench {number}", timezone="Europe/London", agreement=agreement)
        grant_defaults(client)
        ServiceAccount.objects.bulk_create(ServiceAccount(client=client, service=service) for service in services)


def _all(*, now: datetime) -> int:
    """Catch up until nothing is left; returns how many documents were renewed."""
    renewed = 0
    while more := catch_up(now=now):
        renewed += more
    return renewed


def _published(clients: int, *, now: datetime) -> list[Row]:
    _publish_shorter_first_step(now=now)
    before = DocumentVersion.objects.count()
    seconds, renewed = _timed(lambda: _all(now=now))
    if renewed < clients or DocumentVersion.objects.count() - before != renewed:
        raise RuntimeError(f"{renewed} documents were renewed for {clients} clients")
    return [row(f"{renewed} documents after a publication", seconds, goal=GOAL_PUBLISHED_S, unit="s")]


def _publish_shorter_first_step(*, now: datetime) -> None:
    """A minute less to hand over: every client on these ladders reads another time."""
    version = live_policy("Bench 0")
    document = deepcopy(version.document)
    for steps in document["ladders"].values():
        steps[0] = {**steps[0], "hand_over_after": text(parse(steps[0]["hand_over_after"]) - 60)}
    PolicyVersion.publish(version.of, document, author=None, note="Sooner", now=now)


def _read(*, now: datetime) -> list[Row]:
    """What is read and rendered to find out which documents differ."""
    with CaptureQueriesContext(connection) as asked:
        seconds, rendered = _timed(lambda: [source.render() for source in sources(ground(now=now))])
    what = f"reading and rendering {len(rendered)} documents"
    return [
        row(what, seconds, goal=GOAL_READ_S, unit="s"),
        row("queries for that", len(asked), goal=GOAL_QUERIES, unit="queries"),
    ]


def _idle(*, now: datetime) -> Row:
    looks = [_timed(lambda: catch_up(now=now))[0] for _ in range(LOOKS)]
    assert CatchUp.objects.get().retry_at is None
    return row("a look that finds nothing new", statistics.median(looks) * 1000, goal=GOAL_IDLE_MS, unit="ms")


def _timed(measured: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = measured()
    return time.perf_counter() - began, found
