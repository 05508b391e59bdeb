"""The auditor: recomputes what is stored from the ledger, by another path than the one that wrote it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Count, Q

from outbox.models import Message
from sla.agreements import ALWAYS, Rules, calendars_by_version, rules_by_version
from sla.business_time import BusinessCalendar
from sla.clocks import Span, consumed
from tickets.facts import VENDORS
from tickets.ledger import balls_by_case, custody_by_ticket
from tickets.models import Clock, CustodyChange, Ticket, TicketEvent, VendorCase
from tickets.projection import Ball, Held, spans
from tickets.status import OPEN_STATUSES

OVERDUE = timedelta(seconds=60)
STUCK = timedelta(minutes=10)
CHUNK = 2000
TOLERANCE = 0.001


def audit(*, now: datetime) -> dict[str, Any]:
    """Everything that is not as it should be; empty lists when all is well.

    `chain` is None: the timeline is append-only by trigger but not yet hash-chained.
    """
    report: dict[str, Any] = {"clocks_checked": 0, "differences": [], "ledger_faults": []}
    for ids in _chunks():
        ledgers = _ledgers(ids)
        report["ledger_faults"] += _ledger_faults(ids, ledgers)
        held, balls = custody_by_ticket(ids), balls_by_case(ids)
        clocks = list(Clock.objects.filter(ticket_id__in=ids, stopped_at__isnull=True))
        rules = rules_by_version({c.agreement_version_id for c in clocks if c.agreement_version_id})
        for clock in clocks:
            report["clocks_checked"] += 1
            report["differences"] += _difference(clock, held[clock.ticket_id], balls, rules)
    report["overdue"] = overdue(now=now, grace=OVERDUE)
    report["duplicates"] = _duplicates()
    report["outbox_stuck"] = _stuck(now=now)
    report["chain"] = None
    return report


def is_clean(report: dict[str, Any]) -> bool:
    return not any(report[key] for key in ("differences", "ledger_faults", "overdue", "duplicates", "outbox_stuck"))


def overdue(*, now: datetime, grace: timedelta) -> list[dict[str, Any]]:
    """Running clocks that have been due for longer than `grace` without anybody noticing; found by their own index."""
    late = Clock.objects.filter(stopped_at__isnull=True, breached_at__isnull=True, due_at__lt=now - grace)
    rows = late.order_by("due_at").values_list("ticket_id", "metric", "due_at")[:1000]
    return [
        {"ticket": f"ESC-{t}", "metric": metric, "seconds": round((now - due).total_seconds())}
        for t, metric, due in rows
    ]


def _chunks() -> Iterator[list[int]]:
    """The open tickets' ids, some thousand at a time."""
    last = 0
    while True:
        following = Ticket.objects.filter(pk__gt=last, status__in=OPEN_STATUSES).order_by("pk")
        ids = list(following.values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return
        yield ids
        last = ids[-1]


def _ledgers(ids: Sequence[int]) -> dict[int, list[CustodyChange]]:
    ledgers: dict[int, list[CustodyChange]] = defaultdict(list)
    for change in CustodyChange.objects.filter(ticket_id__in=ids).order_by("ticket_id", "seq"):
        ledgers[change.ticket_id].append(change)
    return ledgers


def _ledger_faults(ids: Sequence[int], ledgers: dict[int, list[CustodyChange]]) -> list[dict[str, Any]]:
    faults = []
    for pk, holder, count, opened in Ticket.objects.filter(pk__in=ids).values_list(
        "pk", "holder_kind", "custody_count", "opened_at"
    ):
        if fault := _fault(ledgers[pk], holder, count, opened):
            faults.append({"ticket": f"ESC-{pk}", "fault": fault})
    return faults


def _fault(ledger: Sequence[CustodyChange], holder: str, count: int, opened: datetime) -> str:
    own = [change for change in ledger if change.seq > 0]
    inherited = len(ledger) - len(own)
    if [change.seq for change in ledger] != list(range(1 - inherited, count + 1)):
        return "the sequence of its custody changes has a gap"
    if any(a.began_at > b.began_at for a, b in pairwise(ledger)):
        return "its custody runs backwards"
    if own[0].began_at != opened:
        return "its custody does not begin when it was opened"
    return "" if ledger[-1].holder_kind == holder else "its holder is not the last of the ledger"


def _difference(
    clock: Clock, custody: Sequence[Held], balls: Mapping[int, Sequence[Ball]], rules: Mapping[int | None, Rules]
) -> list[dict[str, Any]]:
    stored = (clock.running_since, clock.consumed_seconds, clock.due_at, clock.state)
    counts_vendor = rules[clock.agreement_version_id].vendor_time_counts
    of_case = balls.get(int(clock.subject.partition(":")[2]), ()) if clock.metric in VENDORS else ()
    stretches = spans(
        clock.metric, custody=custody, balls=of_case, vendor_time_counts=counts_vendor, since=clock.counted_from
    )
    computed = _computed(clock, stretches)
    close = abs(stored[1] - computed[1]) < TOLERANCE and _close(stored[2], computed[2])
    if close and _close(stored[0], computed[0]) and stored[3] == computed[3]:
        return []
    names = ("running_since", "consumed_seconds", "due_at", "state")
    return [
        {
            "ticket": f"ESC-{clock.ticket_id}",
            "metric": clock.metric,
            "subject": clock.subject,
            "stored": dict(zip(names, map(str, stored), strict=True)),
            "computed": dict(zip(names, map(str, computed), strict=True)),
        }
    ]


def _computed(clock: Clock, stretches: Sequence[Span]) -> tuple[datetime | None, float, datetime | None, str]:
    """Since when it runs, what it had consumed by then, its deadline and state: from the ledgers alone."""
    calendar = _calendar(clock)
    running = bool(stretches) and stretches[-1].counted
    until = _running_since(stretches) if running else (stretches[-1].began_at if stretches else clock.counted_from)
    spent = clock.inherited_seconds + consumed(spans=stretches, calendar=calendar, now=until)
    due = clock.breached_at or calendar.add(until, max(clock.target_seconds - spent, 0))
    state = "BREACHED" if clock.breached_at else "RUNNING" if running else "PAUSED"
    return (until, spent, due, state) if running else (None, spent, None, state)


def _calendar(clock: Clock) -> BusinessCalendar:
    pk = clock.calendar_version_id
    return calendars_by_version({pk})[pk].calendar if pk else ALWAYS.calendar


def _running_since(stretches: Sequence[Span]) -> datetime:
    """Where the last unbroken run of counted spans began."""
    began = stretches[-1].began_at
    for span in reversed(stretches):
        if not span.counted:
            break
        began = span.began_at
    return began


def _close(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs((one - other).total_seconds()) < TOLERANCE


def _duplicates() -> list[dict[str, Any]]:
    """Rows that may exist once only; constraints hold them, this asks the tables all the same."""
    escalations = TicketEvent.objects.filter(kind="ESCALATED").values("ticket_id", "step", "round")
    twice = escalations.annotate(n=Count("pk")).filter(n__gt=1)
    cases = VendorCase.objects.exclude(status="CLOSED").values("ticket_id", "vendor_id")
    return [*twice, *cases.annotate(n=Count("pk")).filter(n__gt=1)]


def _stuck(*, now: datetime) -> list[dict[str, Any]]:
    late = Q(state="PENDING", not_before__lt=now - STUCK) | Q(state="DEAD")
    rows = Message.objects.filter(late).order_by("pk").values_list("key", "state", "attempts", "last_error")[:1000]
    return [{"key": k, "state": state, "attempts": n, "last_error": error} for k, state, n, error in rows]
