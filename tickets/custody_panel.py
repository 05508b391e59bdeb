"""In whose hands a ticket was, and for how long, as its page shows it."""

from datetime import datetime
from typing import Any

from sla.durations import words as duration_words
from tickets.attribution import Change, shares, unknown_seconds
from tickets.models import CustodyChange, Ticket
from tickets.status import NOBODY, TIER, VENDOR

Shown = dict[str, Any]


def custody(ticket: Ticket, *, now: datetime) -> Shown:
    """The custody bar's parts: wall time until now, or until nobody had to act any more; and what no one here knows."""
    rows = CustodyChange.objects.filter(ticket=ticket).select_related("tier", "vendor_case__vendor").order_by("seq")
    changes = [_change(row, ticket) for row in rows]
    until = changes[-1].began_at if changes and changes[-1].kind == NOBODY else now
    parts = [part for part in shares(changes, until) if part.seconds or part.kind != NOBODY]
    unknown = unknown_seconds(changes, until)
    return {
        "shares": [
            {"kind": p.kind, "name": p.name, "level": p.level, "percent": p.percent, "words": _wall(p.seconds)}
            for p in parts
        ],
        "brought_in_after": _wall(unknown) if unknown else "",
    }


def _change(row: CustodyChange, ticket: Ticket) -> Change:
    known = row.origin != CustodyChange.Origin.IMPORTED
    if row.holder_kind == TIER:
        return Change(TIER, row.tier.name, row.tier.level, row.began_at, known)
    if row.holder_kind == VENDOR:
        return Change(VENDOR, row.vendor_case.vendor.name, None, row.began_at, known)
    return Change(row.holder_kind, ticket.client.name if row.holder_kind != NOBODY else "", None, row.began_at, known)


def _wall(seconds: float) -> str:
    return duration_words(_coarse(seconds))


def _coarse(seconds: float) -> int:
    whole = int(seconds)
    return whole if whole < 60 else whole - whole % 60
