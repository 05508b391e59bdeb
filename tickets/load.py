"""Many tickets at once, as if they had been opened over the last hours: for measuring, never for real work.

They belong to clients of their own, on a policy with long waits, so that only those meant to be due are.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

import columnar
from clients.access import grant_defaults
from clients.models import Client
from columnar import Json
from sla.agreements import CalendarRef, live_calendars
from sla.models import Agreement, AgreementVersion, Calendar, CalendarVersion
from tickets.facts import OLAS
from tickets.models import Clock, CustodyChange, Ticket, TicketEvent
from tiers.models import Policy, PolicyVersion
from tiers.roster import TierInfo, roster

CLIENTS = 20
BATCH = 10_000
FIRST_WAIT = 8 * 3600
TARGETS = {"ACKNOWLEDGE": 72 * 3600, "RESOLVE": 240 * 3600, "OLA_ACKNOWLEDGE": FIRST_WAIT, "OLA_RESOLVE": 48 * 3600}
NAME = "Load"


@dataclass(frozen=True, slots=True)
class Ground:
    """What all seeded tickets stand on."""

    clients: Sequence[Client]
    version: PolicyVersion
    agreement: AgreementVersion
    calendar: CalendarRef
    tier: TierInfo


class NoTiers(Exception):
    """Nothing can be escalated where there are no tiers."""


def seed(*, tickets: int, due: int, seed: int, now: datetime) -> None:
    """Write so many open tickets, `due` of them past their first wait, spread evenly and the same for the same seed.

    Raises NoTiers when no tier exists, ValueError when more are to be due than there are.
    """
    if due > tickets or tickets < 1:
        raise ValueError("there must be at least one ticket, and no more due than there are")
    staff = roster(now=now)
    if not staff.tiers:
        raise NoTiers("There are no tiers yet; import a configuration first.")
    tiers = sorted(staff.tiers.values(), key=lambda tier: tier.level)
    ground = _ground(tiers, now=now)
    chance = random.Random(seed)
    late = set(chance.sample(range(tickets), due))
    for first in range(0, tickets, BATCH):
        numbers = range(first, min(first + BATCH, tickets))
        opened = [_opened(number in late, chance, now) for number in numbers]
        _write(numbers, opened, ground)
    with connection.cursor() as cursor:
        for model in (Ticket, Clock, CustodyChange, TicketEvent):
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')


def _opened(is_late: bool, chance: random.Random, now: datetime) -> datetime:
    age = FIRST_WAIT + chance.uniform(1, 50) if is_late else chance.uniform(0, FIRST_WAIT / 2)
    return now - timedelta(seconds=age)


def _ground(tiers: Sequence[TierInfo], *, now: datetime) -> Ground:
    calendar, made = Calendar.objects.get_or_create(name=f"{NAME} 24x7")
    if made:
        CalendarVersion.publish(calendar, {"timezone": "UTC", "always": True}, author=None, note=NAME, now=now)
    agreement, made = Agreement.objects.get_or_create(name=NAME, defaults={"kind": "SLA"})
    targets = {p: {"ACKNOWLEDGE": "72h", "RESOLVE": "240h"} for p in ("P1", "P2", "P3", "P4")}
    if made:
        document = {"calendar": calendar.name, "targets": targets}
        AgreementVersion.publish(agreement, document, author=None, note=NAME, now=now)
    policy, made = Policy.objects.get_or_create(name=NAME)
    if made:
        PolicyVersion.publish(policy, _policy(tiers, calendar.name), author=None, note=NAME, now=now)
    version = PolicyVersion.live(policy)
    terms = AgreementVersion.live(agreement)
    assert version is not None and terms is not None
    clients = [_client(number, terms) for number in range(CLIENTS)]
    return Ground(clients, version, terms, live_calendars()[calendar.name], tiers[0])


def _policy(tiers: Sequence[TierInfo], calendar: str) -> dict[str, Any]:
    steps = [{"tier": t.name, "acknowledge_within": "8h", "hand_over_after": "48h", "notify": ["team"]} for t in tiers]
    clients = [f"{NAME} {number:02}" for number in range(CLIENTS)]
    exceptions = [{"client": name, "calendar": calendar, "reason": "Measured at any hour"} for name in clients]
    ladders = dict.fromkeys(("P1", "P2", "P3", "P4"), steps)
    return {"clients": clients, "ladders": ladders, "exceptions": exceptions, "routing": []}


def _client(number: int, agreement: AgreementVersion) -> Client:
    defaults = {"timezone": "UTC", "agreement": agreement.of, "followed_agreement": agreement.of}
    client, made = Client.objects.get_or_create(name=f"{NAME} {number:02}", defaults=defaults)
    if made:
        grant_defaults(client)
    return client


def _write(numbers: range, opened: list[datetime], ground: Ground) -> None:
    """One batch, one statement per table."""
    first_due = [at + timedelta(seconds=FIRST_WAIT) for at in opened]
    ids = columnar.insert(
        Ticket, returning="id", client_id=[ground.clients[n % CLIENTS].pk for n in numbers],
        title=[f"Load ticket {n}" for n in numbers], priority=[f"P{1 + n % 4}" for n in numbers], status="NEW",
        holder_kind="TIER", tier_id=ground.tier.id, team_id=ground.tier.team.id,
        policy_version_id=ground.version.pk, terms_version_id=ground.agreement.pk, opened_at=opened,
        last_event_at=opened, event_count=1, custody_count=1, check_at=first_due, next_due_at=first_due,
        next_metric="OLA_ACKNOWLEDGE",
    )  # fmt: skip
    columnar.insert(
        CustodyChange,
        ticket_id=ids,
        seq=1,
        holder_kind="TIER",
        tier_id=ground.tier.id,
        began_at=opened,
        because="Seeded",
    )
    columnar.insert(
        TicketEvent, ticket_id=ids, seq=1, kind="OPENED", at=opened, text="Opened for a measurement.", why=Json({})
    )
    for metric, seconds in TARGETS.items():
        ours = metric in OLAS
        columnar.insert(
            Clock, ticket_id=ids, metric=metric, subject="step:0" if ours else "",
            tier_id=ground.tier.id if ours else None,
            agreement_version_id=ground.tier.ola.version_id if ours else ground.agreement.pk,
            calendar_version_id=ground.calendar.version_id,
            target_seconds=seconds,
            started_at=opened, counted_from=opened, running_since=opened,
            due_at=[at + timedelta(seconds=seconds) for at in opened],
            state="RUNNING",
        )  # fmt: skip
