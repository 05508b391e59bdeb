"""What others did to a ticket since somebody looked: whoever acts on an old picture is told before anything is done."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from tickets.models import TicketEvent
from tickets.rows import clock_time
from tickets.status import NotAllowedNow

# What changes whose it is, how far it has come, or what it is; words that others wrote count for who writes as well.
WEIGHTY = frozenset({
    "ACKNOWLEDGED", "ASSIGNED", "CASE_LODGED", "CHANGED", "CLOSED", "ESCALATED", "MERGED", "REOPENED", "RESOLVED",
    "RESUMED", "UNDONE", "VENDOR_ANSWERED", "WAITING", "WOKE",
})  # fmt: skip
WORDS = frozenset({"PUBLIC_REPLY", "WORK_NOTE"})
WRITING = frozenset({"replies", "resolution"})
# A change compares field by field, and lets pass what was not touched.
OWN_CHECK = {"change": frozenset({"CHANGED"})}
MOST = 3


class ChangedMeanwhile(NotAllowedNow):
    """The ticket is no more what the reader saw; the message says what happened, who did it and when."""


def check_unchanged(ticket_id: int, *, seen: int, until: int, noun: str, by: User, now: datetime) -> None:
    """Raise ChangedMeanwhile where others did something that matters after event `seen`, up to event `until`.

    Call it under the ticket's lock.
    """
    kinds = (WEIGHTY | WORDS if noun in WRITING else WEIGHTY) - OWN_CHECK.get(noun, frozenset())
    since = TicketEvent.objects.filter(ticket=ticket_id, seq__gt=seen, seq__lte=until, kind__in=kinds)
    news = list(since.exclude(actor=by).order_by("seq").select_related("actor"))
    if news:
        raise ChangedMeanwhile(_words(news, now=now))


def _words(news: Sequence[TicketEvent], *, now: datetime) -> str:
    zone = timezone.get_current_timezone()
    told = [f"{clock_time(one.at, now=now, zone=zone)} {_line(one)}" for one in news[-MOST:]]
    more = f" and {len(news) - MOST} more" if len(news) > MOST else ""
    return f"Meanwhile: {' · '.join(told)}{more}. Do it again if it still holds."


def _line(event: TicketEvent) -> str:
    """What happened, without the full stop that ends it."""
    written = {"PUBLIC_REPLY": "replied to the client", "WORK_NOTE": "wrote a note"}.get(event.kind)
    return f"{event.actor or 'Somebody'} {written}" if written else event.text.rstrip(".")
