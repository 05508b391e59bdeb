"""Merging: one trouble that was opened twice goes on as one ticket, with all that the other had lived through."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from tickets.belongings import hand_over
from tickets.facts import VENDORS
from tickets.handing import give_to_vendor
from tickets.loading import in_hand
from tickets.models import CustodyChange, Ticket, VendorCase
from tickets.moves import event, follow_custody, pass_in_silence, start_clock, stop_clock, take_custody
from tickets.permissions import check_can_work
from tickets.status import CLOSED, MERGED, NOBODY, OPEN_STATUSES, WAITING_ON_CLIENT, NotAllowedNow, words
from tickets.terms import owed
from tickets.work import RunningClock, Work, write
from tickets.working import BadAnswer, need, observed


@transaction.atomic
def merge(*, key: str, into: str, why: str, by: User, now: datetime) -> None:
    """`key` ends, `into` goes on: its earlier custody is inherited, its cases and all that belongs to it move.

    Raises Ticket.DoesNotExist, NotYours, BadAnswer for another client's ticket or a missing why, and NotAllowedNow
    when one has ended, or when both have an open case with the same vendor.
    """
    loser, survivor = _both(key, into, by=by, now=now)
    _check(loser, survivor, why)
    now = max(now, loser.last_event_at, survivor.last_event_at)
    with observed(loser, by=by, now=now), observed(survivor, by=by, now=now):
        _end(loser, survivor, why, by=by, now=now)
        _go_on(survivor, loser, why, by=by, now=now)
    write([loser, survivor], now=now)


def _both(key: str, into: str, *, by: User, now: datetime) -> tuple[Work, Work]:
    """Both tickets, locked in one order by all, with those that had gone on as the one that ends."""
    visible = Ticket.objects.visible_to(by)
    ids = [visible.by_key(k).values_list("pk", flat=True).first() for k in (key, into)]
    if ids[0] is None:
        raise Ticket.DoesNotExist(f"{key} does not exist.")
    if ids[1] is None:
        raise BadAnswer("into", f"There is no ticket {into}.")
    concerned = Ticket.objects.filter(Q(pk__in=ids) | Q(merged_into=ids[0]))
    list(concerned.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    works = {work.id: work for work in in_hand(ids, now=now)}
    for work in works.values():
        check_can_work(by, work)
    return works[ids[0]], works[ids[1]]


def _check(loser: Work, survivor: Work, why: str) -> None:
    if loser.id == survivor.id:
        raise BadAnswer("into", "A ticket cannot be merged into itself.")
    if loser.client_id != survivor.client_id:
        raise BadAnswer("into", f"{survivor.key} belongs to another client; only tickets of one client are merged.")
    need(why, "why", "Say why they are one.")
    if loser.status in (CLOSED, MERGED):
        raise NotAllowedNow(f"{loser.key} is {words(loser.status)} and cannot be merged.")
    if survivor.status not in OPEN_STATUSES:
        raise NotAllowedNow(f"{survivor.key} is {words(survivor.status)}; merge into an open ticket.")
    if both := {c.vendor for c in loser.cases} & {c.vendor for c in survivor.cases}:
        vendors = ", ".join(sorted(both))
        raise NotAllowedNow(f"Both have an open case with {vendors}; close one of them first.")


def _end(loser: Work, survivor: Work, why: str, *, by: User, now: datetime) -> None:
    for clock in loser.open_clocks:
        stop_clock(clock, now=now, met=False)
        clock.because = f"Merged into {survivor.key}"
    loser.status, loser.merged_into_id = MERGED, survivor.id
    loser.resolved_at = loser.wake_at = loser.remind_at = None
    take_custody(loser, NOBODY, now=now, because=f"Merged into {survivor.key}")
    told = loser.say("We go on with this request together with another one of yours.")
    event(loser, "MERGED", f"{by} merged it into {survivor.key}: {why}", now=now, by=by, client_text=told,
          why={"by_hand": why, "into": survivor.key})  # fmt: skip


def _go_on(survivor: Work, loser: Work, why: str, *, by: User, now: datetime) -> None:
    _inherit(survivor, loser)
    _take_cases(survivor, loser, now=now)
    text = f"{by} merged {loser.key} into it: {why}"
    told = survivor.say("Another one of your requests goes on here.")
    event(survivor, "MERGED", text, now=now, by=by, client_text=told,
          why={"by_hand": why, "from": loser.key})  # fmt: skip
    hand_over(loser, survivor, by=by, now=now)
    case = survivor.case_with_vendor
    if case and survivor.status != WAITING_ON_CLIENT and case.id in {c.id for c in loser.cases}:
        give_to_vendor(survivor, case, now=now, because=text)
    follow_custody(survivor, now=now)


def _inherit(survivor: Work, loser: Work) -> None:
    """What the loser had lived through before the survivor's ledger begins stands before it."""
    ledger = list(CustodyChange.objects.filter(ticket_id__in=(survivor.id, loser.id)).order_by("seq"))
    own = [row for row in ledger if row.ticket_id == survivor.id]
    begins = own[0].began_at
    earlier = [row for row in ledger if row.ticket_id == loser.id and row.began_at < begins]
    survivor.custody += _inherited(earlier, survivor.id, own[0].seq)


def _inherited(rows: Sequence[CustodyChange], ticket_id: int, before: int) -> list[dict[str, object]]:
    first = before - len(rows)
    return [
        {
            "ticket_id": ticket_id, "seq": first + place, "origin": _origin(row),
            "holder_kind": row.holder_kind, "tier_id": row.tier_id, "vendor_case_id": row.vendor_case_id,
            "held": row.held, "began_at": row.began_at, "because": row.because,
        }
        for place, row in enumerate(rows)
    ]  # fmt: skip


def _origin(row: CustodyChange) -> str:
    """A stretch in hands that nobody here knows stays one."""
    unknown = row.origin == CustodyChange.Origin.IMPORTED
    return CustodyChange.Origin.IMPORTED if unknown else CustodyChange.Origin.INHERITED


def _take_cases(survivor: Work, loser: Work, *, now: datetime) -> None:
    """The loser's cases move with what was promised about them; what had been consumed is consumed."""
    VendorCase.objects.filter(pk__in=[case.id for case in loser.cases]).update(ticket_id=survivor.id)
    survivor.cases += loser.cases
    for clock in loser.clocks:
        if clock.metric in VENDORS and clock.stopped_at == now and clock.state in ("ENDED", "BREACHED"):
            begun = start_clock(
                survivor, clock.metric, owed(survivor, clock), now=now, subject=clock.subject,
                consumed=clock.consumed_seconds, round=clock.round, started_at=clock.started_at,
            )  # fmt: skip
            if begun:
                _carry_on(clock, begun, survivor, now=now)


def _carry_on(clock: RunningClock, begun: RunningClock, survivor: Work, *, now: datetime) -> None:
    """One promise, two rows: the loser's keeps its verdict, and what was missed is not missed once more."""
    pass_in_silence(begun, now=now)
    clock.state, clock.because = "SUPERSEDED", f"Goes on at {survivor.key}"
    if clock.breached_at:
        begun.breached_at, begun.state = clock.breached_at, "BREACHED"
        begun.due_at = clock.breached_at if begun.running_since else None
