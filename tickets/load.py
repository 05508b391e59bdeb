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
from tickets.load_words import Said, said
from tickets.models import Clock, CustodyChange, Ticket, TicketEvent, TicketWords
from tiers.models import Member, Policy, PolicyVersion
from tiers.roster import TierInfo, roster

CLIENTS = 20
BATCH = 10_000
FIRST_WAIT = 8 * 3600
TARGETS = {"ACKNOWLEDGE": 72 * 3600, "RESOLVE": 240 * 3600, "OLA_ACKNOWLEDGE": FIRST_WAIT, "OLA_RESOLVE": 48 * 3600}
NAME = "Load"
NOTED = 5  # every so many of those that are not due has a note
ASSIGNED = 3  # and every so many an assignee


@dataclass(frozen=True, slots=True)
class Ground:
    """What all seeded tickets stand on."""

    clients: Sequence[Client]
    version: PolicyVersion
    agreement: AgreementVersion
    calendar: CalendarRef
    tier: TierInfo
    people: Sequence[int]


@dataclass(frozen=True, slots=True)
class Seeded:
    """One ticket to be written."""

    number: int
    opened_at: datetime
    said: Said
    assignee_id: int | None


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
        _write([_seeded(number, chance, ground, is_late=number in late, now=now) for number in numbers], ground)
    with connection.cursor() as cursor:
        for model in (Ticket, TicketWords, Clock, CustodyChange, TicketEvent):
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')


def _seeded(number: int, chance: random.Random, ground: Ground, *, is_late: bool, now: datetime) -> Seeded:
    """One of them. What is due has nothing that a sweep would act on besides: no note and no assignee."""
    noted = not is_late and number % NOTED == 0
    assigned = ground.people and not is_late and number % ASSIGNED == 0
    return Seeded(
        number=number,
        opened_at=_opened(is_late, chance, now),
        said=said(number, chance, noted=noted),
        assignee_id=chance.choice(ground.people) if assigned else None,
    )


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
    people = list(Member.objects.filter(team=tiers[0].team.id).order_by("user_id").values_list("user_id", flat=True))
    return Ground(clients, version, terms, live_calendars()[calendar.name], tiers[0], people)


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


def _write(batch: Sequence[Seeded], ground: Ground) -> None:
    """One batch, one statement per table, and one for the notes."""
    opened = [one.opened_at for one in batch]
    ids = _write_tickets(batch, ground)
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
    _write_notes([(pk, one) for pk, one in zip(ids, batch, strict=True) if one.said.note])
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


def _write_tickets(batch: Sequence[Seeded], ground: Ground) -> list[int]:
    opened = [one.opened_at for one in batch]
    first_due = [at + timedelta(seconds=FIRST_WAIT) for at in opened]
    return columnar.insert(
        Ticket, returning="id", client_id=[ground.clients[one.number % CLIENTS].pk for one in batch],
        title=[one.said.title for one in batch], description=[one.said.description for one in batch],
        error_code=[one.said.error_code for one in batch], device_name=[one.said.device_name for one in batch],
        priority=[f"P{1 + one.number % 4}" for one in batch], status="NEW",
        holder_kind="TIER", tier_id=ground.tier.id, team_id=ground.tier.team.id,
        assignee_id=[one.assignee_id for one in batch],
        policy_version_id=ground.version.pk, terms_version_id=ground.agreement.pk, opened_at=opened,
        last_event_at=opened, event_count=[2 if one.said.note else 1 for one in batch], custody_count=1,
        check_at=first_due, next_due_at=first_due, next_metric="OLA_ACKNOWLEDGE",
    )  # fmt: skip


def _write_notes(noted: Sequence[tuple[int, Seeded]]) -> None:
    if noted:
        columnar.insert(
            TicketEvent, ticket_id=[pk for pk, _ in noted], seq=2, kind="WORK_NOTE",
            at=[one.opened_at for _, one in noted], text=[one.said.note for _, one in noted], why=Json({}),
        )  # fmt: skip
