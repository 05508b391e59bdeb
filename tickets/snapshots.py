"""What a ticket in hand was before an act, as JSON: enough to put it back. Pure but for what it is given."""

from datetime import datetime
from typing import Any

from tickets.work import CaseInHand, Work

MOMENTS = ("acknowledged_at", "responded_at", "updated_at", "resolved_at", "wake_at", "remind_at")
PLAIN = (
    "status", "tier_id", "team_id", "assignee_id", "assignee", "step", "touched", "bounces", "manager_calls",
    "acknowledged_by_id", "resolution", "reminders",
)  # fmt: skip


def snapshot(work: Work) -> dict[str, Any]:
    """The ticket's columns, its open clocks' ids, its open cases' states, and how long its ledgers are."""
    columns = {name: getattr(work, name) for name in PLAIN}
    return {
        **columns,
        **{name: _written(getattr(work, name)) for name in MOMENTS},
        "clocks": [clock.id for clock in work.open_clocks],
        "cases": {str(case.id): _case(case) for case in work.cases},
        "custody_count": work.custody_count,
        "event_count": work.event_count,
    }


def restore_columns(work: Work, before: dict[str, Any]) -> None:
    """Give the ticket in hand its former columns; custody, clocks and cases are not among them."""
    for name in PLAIN:
        setattr(work, name, before[name])
    for name in MOMENTS:
        setattr(work, name, datetime.fromisoformat(before[name]) if before[name] else None)


def _case(case: CaseInHand) -> dict[str, Any]:
    return {"status": case.status, "ball": case.ball, "answered_at": _written(case.answered_at)}


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
