"""How fast the sweep is, beside the same rows written by one bare SQL statement in the same run.

Everything happens inside one transaction that is rolled back: the database is left as it was.
"""

import statistics
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from outbox.models import Message
from tickets.escalation import sweep
from tickets.load import seed
from tickets.models import Clock, CustodyChange, Ticket, TicketEvent

TICKETS, DUE, RUNS = 100_000, 1_000, 7
GOAL_RATIO, GOAL_IDLE_MS = 2.0, 10.0

# The same work as a sweep of K tickets that climb from step 0 to step 1, with nothing decided: per ticket one row of
# custody, two clocks ended, two begun, one event with a why of the usual length, one message, and the ticket itself.
BARE = """
WITH due AS MATERIALIZED (
    SELECT id, client_id FROM tickets_ticket WHERE check_at <= %(now)s ORDER BY check_at LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED),
moved AS (UPDATE tickets_ticket t SET tier_id = %(tier)s, team_id = %(team)s, status = 'NEW', step = 1,
    event_count = 2, custody_count = 2, last_event_at = %(now)s, check_at = %(later)s, next_due_at = %(later)s,
    next_metric = 'OLA_ACKNOWLEDGE' FROM due WHERE t.id = due.id RETURNING t.id),
custody AS (INSERT INTO tickets_custodychange (ticket_id, seq, origin, holder_kind, tier_id, held, began_at, because)
    SELECT id, 2, 'OWN', 'TIER', %(tier)s, false, %(now)s, %(text)s FROM due RETURNING 1),
ended AS (UPDATE tickets_clock c SET stopped_at = %(now)s, state = 'BREACHED', breached_at = c.due_at,
    consumed_seconds = 28800, running_since = NULL, due_at = NULL FROM due
    WHERE c.ticket_id = due.id AND c.metric IN ('OLA_ACKNOWLEDGE', 'OLA_RESOLVE') RETURNING c.agreement_version_id),
begun AS (INSERT INTO tickets_clock (ticket_id, metric, subject, round, agreement_version_id, calendar_version_id,
    target_seconds, inherited_seconds, consumed_seconds, started_at, counted_from, revision, because, running_since,
    due_at, state, warned_percent)
    SELECT due.id, m.metric, 'step:1', 1, NULL, %(calendar)s, m.seconds, 0, 0, %(now)s, %(now)s, 0, '', %(now)s,
    %(later)s, 'RUNNING', 0
    FROM due, (VALUES ('OLA_ACKNOWLEDGE', 28800), ('OLA_RESOLVE', 172800)) AS m(metric, seconds) RETURNING 1),
told AS (INSERT INTO tickets_ticketevent (ticket_id, seq, kind, at, text, client_text, why, step, round)
    SELECT id, 2, 'ESCALATED', %(now)s, %(text)s, %(text)s, %(why)s::jsonb, 1, 1 FROM due RETURNING 1),
mailed AS (INSERT INTO outbox_message (key, kind, payload, state, attempts, not_before, last_error, created_at)
    SELECT 'ESC-' || id || ':bare', 'MAIL', %(payload)s::jsonb, 'PENDING', 0, %(now)s, '', %(now)s FROM due RETURNING 1)
SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM custody), (SELECT count(*) FROM ended),
       (SELECT count(*) FROM begun), (SELECT count(*) FROM told), (SELECT count(*) FROM mailed)
"""
EXPECTED = (DUE, DUE, 2 * DUE, 2 * DUE, DUE, DUE)


class _Undo(Exception):
    """Rolls a measurement back."""


def run(*, now: datetime) -> list[dict[str, Any]]:
    """The rows of the report; the database is left as it was."""
    rows: list[dict[str, Any]] = []
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
                cursor.execute("UPDATE tickets_ticket SET check_at = NULL WHERE check_at <= %s", [now])
            began = time.perf_counter()
            seed(tickets=TICKETS, due=DUE, seed=1, now=now)
            rows.append(_row("seed 100,000 tickets", time.perf_counter() - began, 60, unit="s"))
            rows += _measured(now=now)
            raise _Undo
    except _Undo:
        return rows


def _measured(*, now: datetime) -> list[dict[str, Any]]:
    parameters = _parameters(now)
    _undone(lambda: _ours(now))  # checks the rows once, and warms plans, parsed versions and calendars
    ours, bare = [], []
    for _ in range(RUNS):
        bare.append(_undone(lambda: _bare(parameters)))
        ours.append(_undone(lambda: sweep(now=now, limit=DUE)))
    idle = [_undone(lambda: sweep(now=parameters["before"])) for _ in range(RUNS * 3)]
    sweep_ms, bare_ms = (statistics.median(series) * 1000 for series in (ours, bare))
    ratio = sweep_ms / bare_ms
    return [
        {"what": f"sweep of {DUE} due of {TICKETS}, beside bare SQL", "ours": round(sweep_ms, 1),
         "limit": round(bare_ms, 1), "ratio": round(ratio, 2), "goal": GOAL_RATIO, "met": ratio <= GOAL_RATIO,
         "unit": "ms"},
        _row("sweep with nothing due", statistics.median(idle) * 1000, GOAL_IDLE_MS, unit="ms"),
    ]  # fmt: skip


def _ours(now: datetime) -> None:
    before = _counts()
    swept = sweep(now=now, limit=DUE)
    if swept.escalated != DUE:
        raise RuntimeError(f"the sweep escalated {swept.escalated} of {DUE} tickets")
    _check(before)


def _check(before: tuple[int, ...]) -> None:
    """The sweep wrote the rows that the bare statement writes, no fewer."""
    written = tuple(now - then for now, then in zip(_counts(), before, strict=True))
    if written != (DUE, 2 * DUE, DUE, DUE):
        raise RuntimeError(f"the sweep wrote other rows than the bare statement: {written}")


def _counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (CustodyChange, Clock, TicketEvent, Message))


def _bare(parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BARE, parameters)
        if cursor.fetchone() != EXPECTED:
            raise RuntimeError("the bare statement wrote other rows than expected")


def _undone(measured: Callable[[], Any]) -> float:
    """Seconds that it took, with all that it wrote taken back."""
    spent = 0.0
    try:
        with transaction.atomic():
            began = time.perf_counter()
            measured()
            spent = time.perf_counter() - began
            raise _Undo
    except _Undo:
        return spent


def _parameters(now: datetime) -> dict[str, Any]:
    late = Ticket.objects.filter(check_at__lte=now).select_related("tier__team").first()
    clock = Clock.objects.filter(ticket=late, metric="OLA_ACKNOWLEDGE").first()
    assert late is not None and clock is not None
    why = '{"rule": "CLIMB", "policy": "Load v1", "clock": "' + "x" * 380 + '"}'
    payload = '{"to": ["team@provider.example"], "subject": "' + "s" * 60 + '", "text": "' + "t" * 300 + '"}'
    return {
        "now": now, "before": datetime(2000, 1, 1, tzinfo=now.tzinfo), "limit": DUE,
        "later": clock.due_at + (clock.due_at - clock.started_at), "tier": late.tier_id, "team": late.team_id,
        "calendar": clock.calendar_version_id, "text": "L1 → L2: not acknowledged within 8h of business time",
        "why": why, "payload": payload,
    }  # fmt: skip


def _row(what: str, ours: float, goal: float, *, unit: str) -> dict[str, Any]:
    row = {"what": what, "ours": round(ours, 2), "limit": None, "ratio": None, "goal": goal, "met": ours <= goal}
    return row | {"unit": unit}
