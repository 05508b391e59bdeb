"""Undoing: for eight seconds what a person did can be taken back, unless something that it caused has left.

Nothing is erased. The ticket is given back to whoever had it, in a new round; clocks that the act had ended go on as
new rows with what they had consumed; what it put into the outbox is cancelled; the timeline says both. The seconds
between act and undo count for no clock that the act had ended.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q, Value
from django.db.models.functions import Concat

from accounts.models import User
from outbox.models import Message
from tickets.cases import tasks
from tickets.loading import locked
from tickets.models import CaseMessage, Notification, Ticket, TicketEvent, UndoableAct
from tickets.moves import event
from tickets.putting_back import case_columns, put_back
from tickets.snapshots import snapshot
from tickets.status import NotAllowedNow
from tickets.work import Work, write
from tickets.working import telling_missed

SECONDS = 8
KEPT = timedelta(days=1)
# What the sweep may add to a ticket in those seconds without standing in the way.
HARMLESS = frozenset({"THRESHOLD", "REMINDED", "RUNG"})
# A promise that was missed before the act, and is told of with it, stays missed and told.
MISSED = ":breach:"
DONE = {
    "acknowledgement": "the acknowledgement", "assignment": "the assignment", "escalation": "the escalation",
    "resolution": "the resolution", "resumption": "the end of the wait", "vendor-cases": "the vendor case",
    "wait": "the wait",
}  # fmt: skip


@transaction.atomic
def undoably(act: Callable[[], object], *, key: str, noun: str, by: User, now: datetime) -> UndoableAct | None:
    """Carry out `act` on the ticket so that it can be undone: what it sends waits. None where it cannot be undone.

    Raises whatever `act` raises, and Ticket.DoesNotExist.
    """
    work = locked(key, by=by, now=now)
    waiting = tasks.open_ids([case.id for case in work.cases])
    before = snapshot(work) | {"case_columns": case_columns(work), "tasks": waiting}
    earlier = Message.objects.aggregate(last=Max("pk"))["last"] or 0
    act()
    if noun not in DONE or _sends_again(noun, before):
        return None
    ticket = Ticket.objects.by_key(key).get()
    caused = Message.objects.filter(key__startswith=f"{ticket.key}:", pk__gt=earlier)
    messages = list(caused.exclude(key__contains=MISSED).values_list("pk", flat=True))
    until = max(now, ticket.last_event_at) + timedelta(seconds=SECONDS)
    Message.objects.filter(pk__in=messages).update(not_before=until)
    UndoableAct.objects.filter(until__lt=now - KEPT).delete()
    return UndoableAct.objects.create(
        ticket=ticket, by=by, noun=noun, at=ticket.last_event_at, until=until, event_count=ticket.event_count,
        before=before, messages=messages,
    )  # fmt: skip


def _sends_again(noun: str, before: dict[str, Any]) -> bool:
    """A case that could not be sent goes out again as the message that it was, which nothing holds back."""
    unsent = {pk for pk, case in before["cases"].items() if case["status"] in ("FAILED", "INCOMPLETE")}
    return noun == "vendor-cases" and any(before["case_columns"][pk]["message_id"] for pk in unsent)


@transaction.atomic
def undo(pk: int, *, by: User, now: datetime) -> UndoableAct:
    """Take back one's own act. Raises NotAllowedNow: too late, something has left, or somebody acted since."""
    act = UndoableAct.objects.filter(pk=pk, by=by).select_related("ticket").first()
    if act is None:
        raise NotAllowedNow("There is nothing of yours to undo here.")
    work = locked(act.ticket.key, by=by, now=now)
    act.refresh_from_db()
    now = max(now, work.last_event_at)
    _check(act, now=now)
    _cancel(act)
    with telling_missed(work, now=now):
        put_back(work, act.before, now=now, because=f"{by} undid {DONE[act.noun]}")
    _tell(work, act, by=by, now=now)
    write([work], now=now)
    UndoableAct.objects.filter(pk=act.pk).update(undone_at=now)
    return act


def _check(act: UndoableAct, *, now: datetime) -> None:
    if act.undone_at:
        raise NotAllowedNow("It was undone already.")
    if now > act.until:
        raise NotAllowedNow(f"It can be undone for {SECONDS} seconds; they are over.")
    since = TicketEvent.objects.filter(ticket=act.ticket_id, seq__gt=act.event_count).exclude(kind__in=HARMLESS)
    if later := since.exclude(_taken_back(act)).order_by("seq").first():
        raise NotAllowedNow(f"It cannot be undone any more, for since then: {later.text}")


def _taken_back(act: UndoableAct) -> Q:
    """The events of one's own later acts that were undone, and of their undoing."""
    found = Q(kind="UNDONE", actor=act.by_id)
    for one in UndoableAct.objects.filter(ticket=act.ticket_id, by=act.by_id, pk__gt=act.pk, undone_at__isnull=False):
        found |= Q(seq__gt=one.before["event_count"], seq__lte=one.event_count)
    return found


def _cancel(act: UndoableAct) -> None:
    """What it put into the outbox is never sent. Raises NotAllowedNow where something was claimed for sending.

    The key of what is cancelled is free again, for the same may be done anew.
    """
    held = Message.objects.filter(pk__in=act.messages).select_for_update()
    if any(message.state != Message.State.PENDING or message.leased_until for message in held):
        raise NotAllowedNow("It cannot be undone any more: somebody is being told of it already.")
    CaseMessage.objects.filter(message__in=act.messages).delete()  # a letter that never left was never said
    undone = Concat(F("key"), Value(f":undone:{act.pk}"))
    Message.objects.filter(pk__in=act.messages).update(state=Message.State.CANCELLED, key=undone)
    told = Notification.objects.filter(ticket=act.ticket_id, at=act.at, read_at__isnull=True)
    told.exclude(key__contains=MISSED).delete()


def _tell(work: Work, act: UndoableAct, *, by: User, now: datetime) -> None:
    before = act.before["event_count"]
    of_act = TicketEvent.objects.filter(ticket=act.ticket_id, seq__gt=before, seq__lte=act.event_count)
    told = of_act.exclude(client_text="").exists()
    told_client = work.say("Please disregard our last message: it was a mistake of ours.") if told else ""
    why: dict[str, Any] = {"undone": act.noun, "from_event": before + 1}
    event(work, "UNDONE", f"{by} undid {DONE[act.noun]}.", now=now, by=by, client_text=told_client, why=why)
