"""Monitoring events: stored first, told apart by condition, turned into tickets or taken to the one that is open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from clients.models import Client
from outbox.alarms import raise_alarm
from tickets.handing import finish
from tickets.intake import NewTicket, Provider, open_ticket
from tickets.lifecycle import open_again
from tickets.loading import in_hand
from tickets.models import AlertGroup, EventSource, Mapping, MonitoringEvent, Ticket
from tickets.moves import event as timeline
from tickets.reported import FIRING, PRIORITY_OF, RESOLVED, ReportedEvent
from tickets.sentences import for_client, internal
from tickets.status import CLOSED, OPEN_STATUSES
from tickets.status import RESOLVED as TICKET_RESOLVED
from tickets.work import write
from tickets.working import telling_missed
from tiers.policies import NoPolicy

REOPEN_WINDOW = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an event: its row, whether it was new, the ticket it led to, and why."""

    event: MonitoringEvent
    stored: bool
    ticket: Ticket | None
    because: str


@transaction.atomic
def take_in(
    *, source: EventSource, reported: ReportedEvent, now: datetime, client: Client | None = None,
    served_by: Provider | None = None,
) -> Outcome:  # fmt: skip
    """Store the event and do what it asks for; a replay has no effect. Two of one condition are taken in turn.

    `client` is given by a sender that may name it itself; else the source's mapping says whose event it is. Who takes
    in many at once reads the provider once for them, as `served_by`.
    """
    in_turn(source, [reported.dedupe_key])
    known = MonitoringEvent.objects.filter(source=source, delivery_id=reported.delivery_id)
    if row := known.select_related("ticket").first():
        return Outcome(row, False, row.ticket, "This delivery was taken in before.")
    mapped = Client.objects.filter(mapping__source=source, mapping__external_org=reported.external_org)
    client = client or mapped.first()
    row = _store(source, reported, client, now=now)
    if client is None:
        text = f"Organisation “{reported.external_org}” of {source} is mapped to no client."
        raise_alarm(f"unmapped:{source.pk}:{reported.external_org}", text, now=now)
        ticket, because = None, text
    elif reported.state == FIRING:
        ticket, because = _fired(source, reported, client, served_by, now=now)
    else:
        ticket, because = _calm(source, reported, client, now=now)
    MonitoringEvent.objects.filter(pk=row.pk).update(ticket=ticket, because=because[:200])
    return Outcome(row, True, ticket, because)


def in_turn(source: EventSource, dedupe_keys: Iterable[str]) -> None:
    """Wait for whoever is at one of these conditions; held until the transaction ends, taken in one order by all."""
    with connection.cursor() as cursor:
        for key in sorted(set(dedupe_keys)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{source.pk}:{key}"])


def _store(source: EventSource, reported: ReportedEvent, client: Client | None, *, now: datetime) -> MonitoringEvent:
    return MonitoringEvent.objects.create(
        source=source,
        delivery_id=reported.delivery_id,
        dedupe_key=reported.dedupe_key,
        state=reported.state,
        severity=reported.severity,
        title=reported.title[:200],
        occurred_at=reported.occurred_at,
        received_at=now,
        client=client,
        facts=dict(reported.facts),
        payload=dict(reported.payload),
    )


def _fired(
    source: EventSource, reported: ReportedEvent, client: Client, served_by: Provider | None, *, now: datetime
) -> tuple[Ticket | None, str]:
    """What `_fire` says; where no policy covers the client the event is kept and somebody is told."""
    try:
        return _fire(source, reported, client, served_by, now=now)
    except NoPolicy as error:
        raise_alarm(f"no-policy:{client.pk}", str(error), now=now)
        return None, str(error)


def _fire(
    source: EventSource, reported: ReportedEvent, client: Client, served_by: Provider | None, *, now: datetime
) -> tuple[Ticket, str]:
    """A condition holds: count it on its open ticket, reopen one resolved lately, or open a new one."""
    group = _held(_latest(source, reported), client)
    if group and group.ticket.status in OPEN_STATUSES:
        if group.resolved_at:
            _came_back(group.ticket, source, now=now)
        group.count, group.resolved_at = group.count + 1, None
        group.last_fired_at = max(group.last_fired_at, min(reported.occurred_at, now))
        group.save(update_fields=["count", "last_fired_at", "resolved_at"])
        return group.ticket, f"The same condition is open as {group.ticket.key}; it fired {group.count} times."
    if group and group.resolved_at is None:
        AlertGroup.objects.filter(pk=group.pk).update(resolved_at=group.ticket.resolved_at or now)
    ticket, because = _reopened(group, now=now) if group else (None, "")
    if ticket is None:
        earlier = f" It was {group.ticket.key} before." if group else ""
        wanted = _wanted(source, reported, group.ticket if group and group.ticket.status == CLOSED else None)
        ticket = open_ticket(client=client, wanted=wanted, by=None, now=now, served_by=served_by)
        because = f"Opened {ticket.key} for a new condition.{earlier}"
    AlertGroup.objects.create(
        source=source, dedupe_key=reported.dedupe_key, ticket=ticket, last_fired_at=min(reported.occurred_at, now)
    )
    return ticket, because


def _came_back(ticket: Ticket, source: EventSource, *, now: datetime) -> None:
    """The timeline says that the condition had ended; now it must say that it is back."""
    [work] = in_hand([ticket.pk], now=now)
    record = {"rule": "REPORTED", "source": source.name, "state": FIRING}
    timeline(work, "SOURCE_REPORTED", internal(record), now=now, why=record)
    write([work], now=now)


def _reopened(group: AlertGroup, *, now: datetime) -> tuple[Ticket | None, str]:
    resolved_at = group.ticket.resolved_at
    if group.ticket.status != TICKET_RESOLVED or resolved_at is None or now - resolved_at > REOPEN_WINDOW:
        return None, ""
    [work] = in_hand([group.ticket_id], now=now)
    why = "The condition came back within 30 minutes of its resolution."
    open_again(work, why, by=None, now=max(now, work.last_event_at))
    write([work], now=now)
    return group.ticket, f"Reopened {group.ticket.key}: {why}"


def _calm(source: EventSource, reported: ReportedEvent, client: Client, *, now: datetime) -> tuple[Ticket | None, str]:
    """A condition has ended or was acknowledged over there: only a ticket that nobody touched resolves by itself."""
    group = _held(_latest(source, reported), client)
    if group is None or group.resolved_at is not None:
        return None, "No ticket is open for this condition."
    if reported.occurred_at < group.last_fired_at:
        return group.ticket, "Older than the last alert of this condition; nothing was changed."
    [work] = in_hand([group.ticket_id], now=now)
    at = max(now, work.last_event_at)
    if reported.state == RESOLVED:
        AlertGroup.objects.filter(pk=group.pk).update(resolved_at=now)
    if work.status not in OPEN_STATUSES:
        return group.ticket, f"{group.ticket.key} had ended already."
    if reported.state == RESOLVED and not work.touched:
        with telling_missed(work, now=at):
            finish(work, "The condition ended by itself.", now=at, by_person=False)
        record = {"rule": "CONDITION_ENDED", "source": source.name, "delivery": reported.delivery_id}
        timeline(work, "RESOLVED", internal(record), now=at, client_text=for_client(record, work.say), why=record)
    else:
        record = {"rule": "REPORTED", "source": source.name, "title": reported.title, "state": reported.state}
        timeline(work, "SOURCE_REPORTED", internal(record), now=at, why=record)
    because = internal(record)
    write([work], now=now)
    return group.ticket, because


def _held(group: AlertGroup | None, client: Client) -> AlertGroup | None:
    """The group under the lock of its ticket, since somebody may be resolving or merging that; None where the ticket
    has gone to another client, for whom this source does not speak."""
    if group is None:
        return None
    group.ticket = Ticket.objects.select_for_update(no_key=True).get(pk=group.ticket_id)
    if group.ticket.merged_into_id:  # it was merged while we waited, and its groups went along
        group.refresh_from_db()
        group.ticket = Ticket.objects.select_for_update(no_key=True).get(pk=group.ticket_id)
    return group if group.ticket.client_id == client.pk else None


def _latest(source: EventSource, reported: ReportedEvent) -> AlertGroup | None:
    groups = AlertGroup.objects.filter(source=source, dedupe_key=reported.dedupe_key)
    return groups.select_related("ticket").order_by("-id").first()


def _wanted(source: EventSource, reported: ReportedEvent, follows: Ticket | None) -> NewTicket:
    return NewTicket(
        title=reported.title[:200],
        description=reported.message,
        fallback_priority=PRIORITY_OF[reported.severity],
        device_name=reported.device_name,
        device_type=reported.device_type,
        device_os=reported.device_os,
        error_code=reported.error_code,
        impact=reported.impact,
        source=source,
        follows=follows,
    )


def mapped_clients(source: EventSource) -> list[str]:
    """The names of the clients that this source reaches."""
    return list(Mapping.objects.filter(source=source).order_by("client__name").values_list("client__name", flat=True))


def turn(*, source: EventSource, dedupe_key: str, state: str) -> int:
    """How often this condition has ended (for one that fires) or begun (for one that ends): tells a retry of an event
    that carries no moment from its coming again."""
    groups = AlertGroup.objects.filter(source=source, dedupe_key=dedupe_key)
    if state == FIRING:
        groups = groups.exclude(resolved_at=None, ticket__status__in=OPEN_STATUSES)
    return groups.count()
