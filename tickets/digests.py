"""Digests: one mail for what a person was told and has not read, once its hour or the end of its quiet hours is there.

What is due is found, never scheduled: what still waits for mail is marked, and when it leaves follows from the oldest
of it and from what the person chose, also since. Mark and mail change in one transaction: nothing is mailed twice.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q
from django.urls import reverse

from accounts.models import User
from outbox.alarms import clear_alarm, raise_alarm
from outbox.models import Message
from sla.agreements import live_calendars
from tickets.desk_profile import Listener, listeners
from tickets.digest_text import Reader, State, Subject, Told, headline, text
from tickets.digest_times import NEVER
from tickets.models import Notification, Ticket
from tickets.notified import unread
from tickets.undoing import SECONDS

log = logging.getLogger(__name__)
# What could still be undone is not mailed: it is left for a later run.
SETTLED_AFTER = timedelta(seconds=SECONDS)
STATE = ("pk", "title", "client__name", "priority", "status", "holder_kind", "tier__name", "assignee__name",
         "next_due_at", "next_metric")  # fmt: skip


def send_due(*, now: datetime, late: timedelta = timedelta()) -> int:
    """Put every digest that is due into the outbox, or has been for `late`; returns how many mails that made.

    One query while nobody waits for mail. What keeps one person's digest from being made keeps back no other's.
    """
    settled = now - SETTLED_AFTER
    waiting = list(_waiting(settled))
    if not waiting:
        return 0
    known = {one.user_id: one for one in listeners(live_calendars()).values() if not one.has_left}
    _forget([user_id for user_id, *_ in waiting if not _wants(known.get(user_id))])
    due = [known[pk] for pk, oldest, fresh in waiting if _is_due(known.get(pk), oldest, fresh, now - late)]
    return sum(_tried(listener, settled, now=now) for listener in due)


def _waiting(settled: datetime) -> Iterable[tuple[int, datetime, datetime | None]]:
    """Who waits for mail about what has `settled`, with the moment of its oldest, and of the oldest that has not."""
    marked = Notification.objects.filter(to_mail=True).order_by("user").values("user")
    waiting = marked.annotate(oldest=Min("at"), fresh=Min("at", filter=Q(at__gt=settled))).filter(oldest__lte=settled)
    return waiting.values_list("user", "oldest", "fresh")


def _wants(listener: Listener | None) -> bool:
    """Whether somebody wants mail at all: who has left does not."""
    return listener is not None and listener.choice.mail != NEVER


def _forget(users: Sequence[int]) -> None:
    if users:
        Notification.objects.filter(user__in=users, to_mail=True).update(to_mail=False)


def _is_due(listener: Listener | None, oldest: datetime, fresh: datetime | None, now: datetime) -> bool:
    """Whether the mail leaves now. What was told before its moment, and settles after it, is still waited for."""
    leaves_at = listener.choice.leaves_at(oldest) if listener else None
    return leaves_at is not None and leaves_at <= now and (fresh is None or leaves_at <= fresh)


def _tried(listener: Listener, settled: datetime, *, now: datetime) -> bool:
    """Whether the person gets a mail. What fails raises an alarm, and is tried again by the next run."""
    trouble = f"digest:{listener.user_id}"
    try:
        with transaction.atomic():
            sent = _send(listener, settled, now=now)
    except Exception:
        log.exception("the digest of %s could not be made", listener.user_id)
        raise_alarm(trouble, f"No digest can be made for {listener.email}; see the log.", now=now)
        return False
    clear_alarm(trouble, now=now)
    return sent


def _send(listener: Listener, settled: datetime, *, now: datetime) -> bool:
    """Take what has waited since `settled` or longer, and mail what of it was not read in the page meanwhile.

    False where nothing is left.
    """
    marked = Notification.objects.filter(user=listener.user_id, to_mail=True, at__lte=settled)
    taken = list(marked.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    Notification.objects.filter(pk__in=taken).update(to_mail=False)
    user = User.objects.get(pk=listener.user_id)
    told = list(unread(user).filter(pk__in=taken).order_by("pk").values("pk", "ticket_id", "at", "title", "text"))
    if not told:
        return False
    Notification.objects.filter(pk__in=[row["pk"] for row in told]).update(mailed_at=now)
    subjects = _subjects(told, _states(user, told))
    payload = {"to": [listener.email], "subject": headline(subjects), "text": text(subjects, _reader(listener, now))}
    key = f"digest:{listener.user_id}:{told[0]['pk']}"
    Message.objects.create(key=key, kind="MAIL", payload=payload, not_before=now, created_at=now)
    return True


def _subjects(told: Sequence[Mapping[str, Any]], states: Mapping[int, State]) -> list[Subject]:
    """The tickets, the one of which was told last first; what belongs to none stands before them."""
    by_ticket: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in told:
        by_ticket[row["ticket_id"] or 0].append(row)
    latest = sorted(by_ticket.items(), key=lambda pair: (pair[0] == 0, pair[1][-1]["at"]), reverse=True)
    return [
        Subject(states.get(pk), tuple(Told(r["at"], r["title"], r["text"]) for r in rows), _url(pk))
        for pk, rows in latest
    ]


def _states(user: User, told: Sequence[Mapping[str, Any]]) -> dict[int, State]:
    """How the tickets stand now."""
    wanted = {row["ticket_id"] for row in told if row["ticket_id"]}
    rows = Ticket.objects.visible_to(user).filter(pk__in=wanted).values_list(*STATE)
    return {row[0]: State(f"ESC-{row[0]}", *row[1:7], row[7] or "", *row[8:]) for row in rows}


def _reader(listener: Listener, now: datetime) -> Reader:
    zone = ZoneInfo(listener.choice.timezone)
    return Reader(now, zone, listener.choice.mail, _page("notifications"), _page("desk-profile"))


def _url(ticket_id: int) -> str:
    return _page("ticket", key=f"ESC-{ticket_id}") if ticket_id else _page("notifications")


def _page(name: str, **which: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, kwargs=which)}"
