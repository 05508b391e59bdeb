"""Snoozing: a ticket leaves one person's queue until a moment, or until anything happens on it. Its clocks go on."""

from datetime import datetime

from accounts.models import User
from tickets.models import Snooze, Ticket
from tickets.snooze_times import check
from tickets.status import OPEN_STATUSES, NotAllowedNow, words
from tickets.working import BadAnswer


def snooze(*, key: str, until: datetime, by: User, now: datetime) -> Snooze:
    """Hide the ticket from the queue of `by` alone. Raises NotAllowedNow for one that is not open, and BadAnswer for
    a moment that is over or too far ahead; Ticket.DoesNotExist, for a foreign one too."""
    ticket = Ticket.objects.visible_to(by).by_key(key).get()
    if ticket.status not in OPEN_STATUSES:
        raise NotAllowedNow(f"A ticket that is {words(ticket.status)} cannot be snoozed: it is in no queue.")
    try:
        kept = {"until": check(until, now=now), "event_count": ticket.event_count, "made_at": now}
    except ValueError as error:
        raise BadAnswer("until", str(error)) from error
    return Snooze.objects.update_or_create(ticket=ticket, user=by, defaults=kept)[0]


def wake(*, key: str, by: User) -> bool:
    """Show the ticket to `by` again. Whether it was snoozed: to wake one that is awake is no fault."""
    gone, _ = Snooze.objects.filter(ticket__in=Ticket.objects.visible_to(by).by_key(key), user=by).delete()
    return bool(gone)


def snoozed_until(ticket_id: int, *, by: User, now: datetime) -> datetime | None:
    """Until when `by` has snoozed it, where that still holds; None for one that is awake."""
    kept = Snooze.objects.filter(ticket=ticket_id, user=by, until__gt=now).select_related("ticket").first()
    return kept.until if kept and kept.event_count == kept.ticket.event_count else None
