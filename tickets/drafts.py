"""What somebody has begun to write on a ticket: kept as it is typed, on any machine, until it is sent or discarded."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from tickets.models import Draft, Ticket, TicketEvent

WRITTEN = ("PUBLIC_REPLY", "WORK_NOTE", "RESOLVED")
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Kept:
    """How a draft stands: when it was kept last, None where there is none.

    `replaced` is when another window of the same person had kept something else, which is gone now.
    """

    saved_at: datetime | None
    replaced: datetime | None = None


@transaction.atomic
def keep(
    *, ticket: Ticket, by: User, audience: str, body: str, known: datetime | None, now: datetime
) -> Kept:  # fmt: skip
    """Keep what is written; nothing, or what was sent just now, is no draft. Of two windows the later one holds.

    In: `known`, when the window that writes believes it was kept last; `audience` is note or public.
    """
    before = Draft.objects.select_for_update().filter(ticket=ticket, user=by).first()
    foreign = before.saved_at if before and before.saved_at != known and before.body != body else None
    if not body.strip() or _is_sent(ticket, by, body.strip()):
        discard(ticket_id=ticket.pk, by=by)
        return Kept(None, foreign)
    at = max(now, before.saved_at) if before else now
    said = {"audience": audience, "body": body[:LONGEST], "saved_at": at}
    Draft.objects.update_or_create(ticket=ticket, user=by, defaults=said)
    return Kept(at, foreign)


def _is_sent(ticket: Ticket, by: User, words: str) -> bool:
    """Whether `by` wrote just that last on the timeline: a draft that comes late."""
    own = TicketEvent.objects.filter(ticket=ticket, actor=by, kind__in=WRITTEN).order_by("-seq")
    last = str(own.values_list("text", flat=True).first() or "").strip()
    return last == words or last.endswith(f"resolved it: {words}")


def discard(*, ticket_id: int, by: User) -> None:
    """There is no draft any more: it was sent, or nobody wants it."""
    Draft.objects.filter(ticket=ticket_id, user=by).delete()


def draft_of(ticket: Ticket, *, user: User) -> Draft | None:
    """What `user` has begun to write there."""
    return Draft.objects.filter(ticket=ticket, user=user).first()
