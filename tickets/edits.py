"""Edits of agreements and calendars, as open tickets notice them: their clocks go on under what holds now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from clients.models import Client
from sla.agreements import Standing, standing
from tickets.facts import SLAS
from tickets.models import Clock, Ticket
from tickets.moves import event
from tickets.sentences import for_client, internal
from tickets.status import OPEN_STATUSES
from tickets.terms import Moved
from tickets.work import Work

AT_ONCE = 2000


def notice_edits(*, now: datetime) -> int:
    """Make tickets due whose terms, or whose clocks' calendars, hold no more; returns how many. Found by indexes.

    Nobody calls this when something is published: it looks, so that nothing that was published can be forgotten. Some
    thousand at a time, so that what falls due meanwhile does not wait behind them.
    """
    found = standing(now=now)
    return _of_clocks(found, now=now) + _of_terms(found, now=now) + _of_clients(now=now)


def _of_clocks(found: Standing, *, now: datetime) -> int:
    running = Clock.objects.filter(stopped_at__isnull=True)
    by_calendar = running.filter(calendar_version__in=found.calendars)
    by_agreement = running.filter(agreement_version__in=found.replaced | found.ended)
    return sum(_due(clocks.values("ticket_id"), now=now) for clocks in (by_calendar, by_agreement))


def _of_terms(found: Standing, *, now: datetime) -> int:
    """Tickets whose agreement has another version now, or has ended, or holds again."""
    open_now = Ticket.objects.filter(status__in=OPEN_STATUSES)
    replaced = open_now.filter(terms_version__in=found.replaced)
    over = open_now.filter(terms_version__in=found.lapsed, terms_lapsed=False)
    again = open_now.filter(terms_lapsed=True).exclude(terms_version__in=found.lapsed)
    return sum(_due(tickets.values("pk"), now=now) for tickets in (replaced, over, again))


def _of_clients(*, now: datetime) -> int:
    """Clients that were given another agreement: their open tickets follow it."""
    changed = Client.objects.exclude(followed_agreement__isnull=False, followed_agreement=F("agreement"))
    ids = list(changed.values_list("pk", flat=True))
    if not ids:
        return 0
    tickets = Ticket.objects.filter(client_id__in=ids, status__in=OPEN_STATUSES)
    count = _due(tickets.values("pk"), now=now)
    if not tickets.exclude(check_at__lte=now).filter(postponed=0).exists():
        Client.objects.filter(pk__in=ids).update(followed_agreement=F("agreement"))
    return count


def _due(ids: QuerySet[Any], *, now: datetime) -> int:
    """Due now, unless they are due already, put aside, or held by somebody at this moment; the next look sees to it."""
    waiting = Ticket.objects.filter(pk__in=ids, postponed=0).exclude(check_at__lte=now).order_by("pk")
    free = list(waiting.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)[:AT_ONCE])
    return Ticket.objects.filter(pk__in=free).update(check_at=now) if free else 0


def edits(work: Work, moved: Sequence[Moved]) -> str:
    """What was edited, in the words that the clocks which it ended keep; each once."""
    words = [m.ended_because.removeprefix("No target: ").rstrip(".") for m in moved]
    return "; ".join(dict.fromkeys(word or f"{work.terms.title} holds now" for word in words))


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
    client_text = for_client(why, work.say) if any(m.before.metric in SLAS for m in moved) else ""
    event(work, "TERMS_CHANGED", internal(why), now=now, client_text=client_text, why=why)
