"""Snoozing: a ticket leaves one person's queue until a moment, or until anything happens on it. Its clocks go on."""

from datetime import datetime
from textwrap import shorten

from django.utils import timezone

from accounts.models import User
from tickets.meanwhile import WORDS
from tickets.models import Snooze, Ticket, TicketEvent
from tickets.rows import when
from tickets.snooze_times import check
from tickets.status import OPEN_STATUSES, NotAllowedNow, words
from tickets.working import BadAnswer

LONGEST_NEWS = 160


def snooze(*, key: str, until: datetime, by: User, now: datetime, seen: int | None = None) -> Snooze:
    """Hide the ticket from the queue of `by` alone.

    In: `seen`, how many of its events `by` was shown, None where nobody says. Raises NotAllowedNow for one that is not
    open, or on which others did something after that; BadAnswer for a moment that is over or too far ahead;
    Ticket.DoesNotExist, for a foreign one too.
    """
    ticket = Ticket.objects.visible_to(by).by_key(key).get()
    if ticket.status not in OPEN_STATUSES:
        raise NotAllowedNow(f"A ticket that is {words(ticket.status)} cannot be snoozed: it is in no queue.")
    if seen is not None:
        _check_seen(ticket, seen, by=by, now=now)
    try:
        kept = {"until": check(until, now=now), "event_count": ticket.event_count, "made_at": now}
    except ValueError as error:
        raise BadAnswer("until", str(error)) from error
    return Snooze.objects.update_or_create(ticket=ticket, user=by, defaults=kept)[0]


def _check_seen(ticket: Ticket, seen: int, *, by: User, now: datetime) -> None:
    """Raise NotAllowedNow, with the last of it, where the snooze would hide what `by` was never shown."""
    since = TicketEvent.objects.filter(ticket=ticket, seq__gt=seen, seq__lte=ticket.event_count).exclude(actor=by)
    last = since.select_related("actor").order_by("-seq").first()
    if last is None:
        return
    at = when(last.at, now=now, zone=timezone.get_current_timezone())
    text = f"{last.actor or 'Somebody'}: {last.text}" if last.kind in WORDS else last.text
    said = shorten(text, LONGEST_NEWS, placeholder=" …").rstrip(".")
    raise NotAllowedNow(f"Meanwhile, {at}: {said}. Snooze it again if it may still wait.")


def wake(*, key: str, by: User) -> bool:
    """Show the ticket to `by` again. Whether it was snoozed: to wake one that is awake is no fault."""
    gone, _ = Snooze.objects.filter(ticket__in=Ticket.objects.visible_to(by).by_key(key), user=by).delete()
    return bool(gone)


def snoozed_until(ticket_id: int, *, by: User, now: datetime) -> datetime | None:
    """Until when `by` has snoozed it, where that still holds; None for one that is awake."""
    kept = Snooze.objects.filter(ticket=ticket_id, user=by, until__gt=now).select_related("ticket").first()
    return kept.until if kept and kept.event_count == kept.ticket.event_count else None
