"""Many cases with vendors, as if they had been lodged over two years: for measuring, never for real work.

Each has its clocks for the first answer, the updates and the solution, most of them ended with a verdict. They lie on
tickets of `tickets.load`, one each, with vendors of their own.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

import columnar
from columnar import Json
from tickets.facts import VENDOR_RESOLVE, VENDOR_RESPOND, VENDOR_UPDATE
from tickets.models import Clock, Ticket, VendorCase
from vendors.models import Service, Vendor

VENDORS, SERVICES, DAYS = 12, 3, 730
SEVERITIES = ("A", "B", "C")
TARGETS = {VENDOR_RESPOND: 3600, VENDOR_UPDATE: 4 * 3600, VENDOR_RESOLVE: 24 * 3600}
STILL_RUNNING = 0.03
BATCH = 10_000


@dataclass(frozen=True, slots=True)
class _Seeded:
    """One case: where, when lodged, and after how many seconds it was answered and closed; None while it runs."""

    ticket: int
    service: Service
    severity: str
    lodged_at: datetime
    seconds: float | None


def seed_cases(*, seed: int, now: datetime) -> int:
    """Give every ticket there is a case with a vendor; returns how many clocks were written."""
    chance = random.Random(seed)
    services = _services()
    tickets = list(Ticket.objects.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(tickets), BATCH):
        _write([_seeded(pk, chance, services, now=now) for pk in tickets[first : first + BATCH]])
    with connection.cursor() as cursor:
        for model in (VendorCase, Clock):
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')
    return len(tickets) * len(TARGETS)


def _services() -> list[Service]:
    found = []
    for number in range(VENDORS):
        vendor = Vendor.objects.create(name=f"Bench vendor {number:02}")
        names = [f"Bench service {number:02}-{place}" for place in range(SERVICES)]
        found += [Service.objects.create(name=name, vendor=vendor) for name in names]
    return found


def _seeded(ticket: int, chance: random.Random, services: Sequence[Service], *, now: datetime) -> _Seeded:
    runs = chance.random() < STILL_RUNNING
    lodged_at = now - timedelta(days=chance.uniform(2, DAYS))
    seconds = None if runs else chance.expovariate(1 / 2400)
    return _Seeded(ticket, chance.choice(services), chance.choice(SEVERITIES), lodged_at, seconds)


def _write(batch: Sequence[_Seeded]) -> None:
    """One statement for the cases, and one for the clocks of each kind."""
    ids = columnar.insert(
        VendorCase, returning="id", ticket_id=[one.ticket for one in batch],
        vendor_id=[one.service.vendor_id for one in batch], service_id=[one.service.pk for one in batch],
        status=["LODGED" if one.seconds is None else "CLOSED" for one in batch], ball="VENDOR", ball_count=1,
        severity=[one.severity for one in batch], answers=Json({}), missing=Json([]), step=3, because="Seeded",
        token="", opened_at=[one.lodged_at for one in batch], lodged_at=[one.lodged_at for one in batch],
        answered_at=[_after(one, 1) for one in batch], closed_at=[_after(one, 10) for one in batch],
    )  # fmt: skip
    for metric, target in TARGETS.items():
        _write_clocks(batch, ids, metric, target)


def _write_clocks(batch: Sequence[_Seeded], ids: Sequence[int], metric: str, target: int) -> None:
    times = 10 if metric == VENDOR_RESOLVE else 1
    consumed = [target + 1.0 if one.seconds is None else one.seconds * times for one in batch]
    late = [seconds >= target for seconds in consumed]
    due = [one.lodged_at + timedelta(seconds=target) for one in batch]
    columnar.insert(
        Clock, ticket_id=[one.ticket for one in batch], metric=metric, subject=[f"case:{pk}" for pk in ids],
        target_seconds=target, consumed_seconds=consumed, started_at=[one.lodged_at for one in batch],
        counted_from=[one.lodged_at for one in batch], state=["BREACHED" if missed else "MET" for missed in late],
        running_since=[one.lodged_at if one.seconds is None else None for one in batch],
        due_at=[at if one.seconds is None else None for one, at in zip(batch, due, strict=True)],
        breached_at=[at if missed else None for at, missed in zip(due, late, strict=True)],
        stopped_at=[_after(one, times) for one in batch],
    )  # fmt: skip


def _after(one: _Seeded, times: int) -> datetime | None:
    return None if one.seconds is None else one.lodged_at + timedelta(seconds=one.seconds * times)
