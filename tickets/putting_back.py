"""Putting a ticket back to what a snapshot says: cases, hands and clocks, each by a change that is appended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tickets.cases import tasks
from tickets.loading import case_in_hand, ended_clocks
from tickets.models import CustodyChange, VendorCase
from tickets.moves import follow_custody, pass_ball, stop_clock, take_custody
from tickets.snapshots import restore_columns
from tickets.work import CaseInHand, RunningClock, Work

Before = dict[str, Any]
# What a case says, beside its state.
CASE_COLUMNS = (
    "severity", "answers", "missing", "subject", "body", "because", "message_id", "channel", "contact_point_id",
)  # fmt: skip


def case_columns(work: Work) -> dict[str, dict[str, Any]]:
    """What the ticket's open cases say now, by their ids as text: what `put_back` gives them again."""
    ids = [case.id for case in work.cases]
    rows = VendorCase.objects.filter(pk__in=ids).values("pk", *CASE_COLUMNS) if ids else ()
    return {str(row.pop("pk")): row for row in map(dict, rows)}


def put_back(work: Work, before: Before, *, now: datetime, because: str) -> None:
    """Give the ticket back to whoever had it. Where it had moved, a new round begins: it may move there again."""
    moved = work.custody_count != before["custody_count"] or work.step != before["step"]
    _reopen_cases(work, before)
    restore_columns(work, before)
    work.round += moved
    ended = ended_clocks(work.id)
    _end_new_clocks(work, before, ended, now=now, because=because)
    if work.custody_count != before["custody_count"]:
        _give_back(work, before["custody_count"], now=now, because=because)
    for case in list(work.cases):
        _put_case_back(work, case, before, now=now, because=because)
    tasks.put_back([case.id for case in work.cases], before.get("tasks", ()), now=now)
    _go_on(work, before, ended, now=now)


def _reopen_cases(work: Work, before: Before) -> None:
    """Cases that the act closed are in hand again."""
    gone = set(map(int, before["cases"])) - {case.id for case in work.cases}
    rows = VendorCase.objects.filter(pk__in=gone).select_related("vendor", "service", "contact_point").order_by("pk")
    work.cases += [case_in_hand(row) for row in rows]


def _put_case_back(work: Work, case: CaseInHand, before: Before, *, now: datetime, because: str) -> None:
    was = before["cases"].get(str(case.id))
    if was is None:
        case.status, case.closed_at, case.dirty = "CLOSED", now, True
        return
    VendorCase.objects.filter(pk=case.id).update(**before["case_columns"][str(case.id)])
    answered_at = datetime.fromisoformat(was["answered_at"]) if was["answered_at"] else None
    if (case.status, case.answered_at) != (was["status"], answered_at):
        case.status, case.answered_at, case.dirty = was["status"], answered_at, True
    if case.ball != was["ball"]:
        pass_ball(work, case, was["ball"], now=now, because=because)


def _end_new_clocks(
    work: Work, before: Before, ended: Sequence[RunningClock], *, now: datetime, because: str
) -> None:  # fmt: skip
    """What the act began has ended without a verdict; what already goes on for a clock of before goes on."""
    kept = {_promise(clock) for clock in ended if clock.id in before["clocks"]}
    for clock in work.open_clocks:
        if clock.id not in before["clocks"] and _promise(clock) not in kept:
            stop_clock(clock, now=now, met=False)
            clock.because = because[:200]


def _give_back(work: Work, seq: int, *, now: datetime, because: str) -> None:
    held = CustodyChange.objects.get(ticket_id=work.id, seq=seq)
    take_custody(
        work, held.holder_kind, now=now, because=because, tier_id=held.tier_id, case_id=held.vendor_case_id,
        held=held.held,
    )  # fmt: skip


def _go_on(work: Work, before: Before, ended: Sequence[RunningClock], *, now: datetime) -> None:
    """Clocks that the act ended go on as new rows, with what they had consumed and what was told of them."""
    going = {_promise(clock) for clock in work.open_clocks}
    for clock in ended:
        if clock.id in before["clocks"] and _promise(clock) not in going:
            work.clocks.append(_anew(clock, ended, now=now))
    follow_custody(work, now=now)


def _anew(clock: RunningClock, ended: Sequence[RunningClock], *, now: datetime) -> RunningClock:
    revisions = [one.revision for one in ended if _promise(one) == _promise(clock)]
    return replace(
        clock, id=None, revision=max(revisions) + 1, inherited_seconds=clock.consumed_seconds, counted_from=now,
        running_since=None, due_at=None, state="BREACHED" if clock.breached_at else "PAUSED", stopped_at=None,
        because="", dirty=False,
    )  # fmt: skip


def _promise(clock: RunningClock) -> tuple[str, str, int]:
    return clock.metric, clock.subject, clock.round
