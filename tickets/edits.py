"""Edits of agreements and calendars, as open tickets notice them: their clocks go on under what holds now."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from clients.models import Client
from sla.agreements import stale_versions
from tickets.facts import SLAS
from tickets.models import Clock, Ticket
from tickets.moves import event
from tickets.sentences import for_client, internal
from tickets.status import OPEN_STATUSES
from tickets.terms import Moved
from tickets.work import Work


def notice_edits(*, now: datetime) -> int:
    """Make tickets due whose clocks run by terms that hold no more; returns how many. Found by the clocks' indexes.

    Nobody calls this when something is published: it looks, so that nothing that was published can be forgotten.
    """
    calendars, agreements = stale_versions(now=now)
    running = Clock.objects.filter(stopped_at__isnull=True)
    ids: set[int] = set()
    if calendars:
        ids |= set(running.filter(calendar_version__in=calendars).values_list("ticket_id", flat=True))
    if agreements:
        ids |= set(running.filter(agreement_version__in=agreements).values_list("ticket_id", flat=True))
    return _due(ids, now=now) + _notice_clients(now=now)


def _notice_clients(*, now: datetime) -> int:
    """Clients that were given another agreement: their open tickets follow it."""
    changed = Client.objects.exclude(followed_agreement__isnull=False, followed_agreement=F("agreement"))
    ids = list(changed.values_list("pk", flat=True))
    if not ids:
        return 0
    tickets = Ticket.objects.filter(client_id__in=ids, status__in=OPEN_STATUSES).values_list("pk", flat=True)
    count = _due(set(tickets), now=now)
    Client.objects.filter(pk__in=ids).update(followed_agreement=F("agreement"))
    return count


def _due(ids: set[int], *, now: datetime) -> int:
    """Due now, unless they are due already or put aside."""
    waiting = Ticket.objects.filter(pk__in=ids, postponed=0).exclude(check_at__lte=now)
    return waiting.update(check_at=now) if ids else 0


def edits(moved: Sequence[Moved]) -> str:
    """What was edited, in the words that the clocks which it ended keep; each once."""
    return "; ".join(dict.fromkeys(m.ended_because.removeprefix("No target: ").rstrip(".") for m in moved))


def tell_terms(work: Work, moved: Sequence[Moved], *, because: str, now: datetime, told: str = "") -> None:
    """The timeline names what changed, and each clock with its new deadline."""
    why = {
        "rule": "TERMS",
        "decided_at": now.isoformat(),
        "because": because,
        "priority": work.priority,
        "agreement": work.terms.title,
        "clocks": [m.record() for m in moved],
        "told": told,
    }
    client_text = for_client(why) if any(m.before.metric in SLAS for m in moved) else ""
    event(work, "TERMS_CHANGED", internal(why), now=now, client_text=client_text, why=why)
