"""Tickets that have to do with one: linked by hand, each telling the other, and what the client never learns of."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from clients.models import Client
from tickets.loading import in_hand
from tickets.models import Ticket, TicketLink
from tickets.moves import event
from tickets.permissions import check_can_work
from tickets.status import CLIENT, MERGED, OPEN_STATUSES, TIER, VENDOR, NotAllowedNow, words
from tickets.work import Work, write
from tickets.working import BadAnswer, observed

Kind = TicketLink.Kind
CAUSES = "CAUSES"
# What people choose from; a cause is kept as what the other was caused by.
KINDS = ((Kind.RELATED, "Related to"), (Kind.CAUSED_BY, "Caused by"), (CAUSES, "Cause of"))
# How a link reads from the ticket that it was made on, and from the other one.
FROM_HERE = {Kind.RELATED: "Related to", Kind.CAUSED_BY: "Caused by", Kind.SPLIT_FROM: "Split from"}
FROM_THERE = {Kind.RELATED: "Related to", Kind.CAUSED_BY: "Cause of", Kind.SPLIT_FROM: "Split off as"}


@transaction.atomic
def link(*, key: str, other: str, kind: str, by: User, now: datetime, why: str = "") -> TicketLink:
    """Link two tickets that `by` may work, of any clients; both timelines say it, to our own people alone.

    In: `kind`, RELATED, CAUSED_BY, or CAUSES for the other way round. Raises Ticket.DoesNotExist, NotYours, BadAnswer
    for a ticket or kind that cannot be, NotAllowedNow where they are linked already or one goes on as another.
    """
    this, that = both(key, other, by=by, now=now)
    _check(this, that, kind)
    at = max(now, this.last_event_at, that.last_event_at)
    first, second, stored = (that, this, Kind.CAUSED_BY) if kind == CAUSES else (this, that, Kind(kind))
    made = TicketLink.objects.create(ticket_id=first.id, other_id=second.id, kind=stored, made_by=by, made_at=at)
    with observed(this, by=by, now=at):
        _say(this, that, "LINKED", f"{by} linked it: {_words(made, this.id).lower()} {that.key}", why, by=by, now=at)
    _say(that, this, "LINKED", f"{by} linked it: {_words(made, that.id).lower()} {this.key}", why, by=by, now=at)
    write([this, that], now=at)
    return made


@transaction.atomic
def unlink(*, key: str, pk: int, by: User, now: datetime) -> None:
    """Take a link away; both timelines say it. Raises TicketLink.DoesNotExist, also for a link that `by` may not see,
    NotYours, and NotAllowedNow for what a split has left, which stays."""
    ticket = Ticket.objects.visible_to(by).by_key(key).get()
    found = of_ticket(ticket, user=by).get(pk=pk)
    other = found.other_id if found.ticket_id == ticket.pk else found.ticket_id
    this, that = both(key, _key(other), by=by, now=now)
    if found.kind == Kind.SPLIT_FROM:
        raise NotAllowedNow("One was split from the other; that stays, as both clients' timelines tell it.")
    at = max(now, this.last_event_at, that.last_event_at)
    if not TicketLink.objects.filter(pk=pk).delete()[0]:
        raise TicketLink.DoesNotExist
    with observed(this, by=by, now=at):
        _say(this, that, "UNLINKED", f"{by} took the link with {that.key} away.", "", by=by, now=at)
    _say(that, this, "UNLINKED", f"{by} took the link with {this.key} away.", "", by=by, now=at)
    write([this, that], now=at)


def both(key: str, other: str, *, by: User, now: datetime) -> tuple[Work, Work]:
    """Both tickets, locked in one order by all, and workable by `by`."""
    visible = Ticket.objects.visible_to(by)
    ids = [visible.by_key(k).values_list("pk", flat=True).first() for k in (key, other)]
    if ids[0] is None:
        raise Ticket.DoesNotExist(f"{key} does not exist.")
    if ids[1] is None:
        raise BadAnswer("other", f"There is no ticket {other}." if other else "Say which ticket.")
    if ids[0] == ids[1]:
        raise BadAnswer("other", "A ticket cannot be linked with itself.")
    list(Ticket.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    works = {work.id: work for work in in_hand(ids, now=now)}
    for work in works.values():
        check_can_work(by, work)
    return works[ids[0]], works[ids[1]]


def _check(this: Work, that: Work, kind: str) -> None:
    if kind not in dict(KINDS):
        raise BadAnswer("kind", f"Must be one of {', '.join(dict(KINDS))}.")
    for work in (this, that):
        if work.status == MERGED:
            raise NotAllowedNow(f"{work.key} goes on as {_key(work.merged_into_id)}; link that one.")
    if TicketLink.objects.filter(_between(this.id, that.id)).exists():
        raise NotAllowedNow(f"{this.key} and {that.key} are linked already; take that link away first.")


def _between(one: int, other: int) -> Q:
    return Q(ticket=one, other=other) | Q(ticket=other, other=one)


def _say(work: Work, other: Work, kind: str, what: str, why: str, *, by: User, now: datetime) -> None:
    """No title and no client of the other stand in it: who reads this timeline may not see that ticket."""
    text = f"{what}: {why}" if why.strip() else what
    event(work, kind, text, now=now, by=by, why={"with": other.key} | ({"by_hand": why} if why.strip() else {}))


def _words(link_: TicketLink, seen_from: int) -> str:
    directed = FROM_HERE if link_.ticket_id == seen_from else FROM_THERE
    return directed[Kind(link_.kind)]


def _key(pk: int | None) -> str:
    return f"ESC-{pk}"


def of_ticket(ticket: Ticket, *, user: User) -> Any:
    """The links of a ticket whose other end `user` may see as well."""
    visible = Ticket.objects.visible_to(user).values("pk")
    return TicketLink.objects.filter(Q(ticket=ticket.pk, other__in=visible) | Q(other=ticket.pk, ticket__in=visible))


def panel(ticket: Ticket, *, user: User, may_work: bool) -> dict[str, Any]:
    """What the ticket's page shows of linked tickets: `links`, rows of `pk`, `words`, `other` (the ticket, with its
    client), `status` and `holder` in words, `open`, and `removable` by who may work both; in one query."""
    workable = Client.objects.visible_to(user, "work_client").values("pk")
    rows = of_ticket(ticket, user=user).select_related(*_ENDS).order_by("pk")
    rows = rows.annotate(workable=Q(ticket__client__in=workable, other__client__in=workable))
    return {"links": list(_rows(rows, ticket.pk, may_work=may_work)), "link_kinds": KINDS}


_ENDS = ("ticket__client", "ticket__tier", "other__client", "other__tier")


def _rows(links: Sequence[TicketLink], seen_from: int, *, may_work: bool) -> Iterator[dict[str, Any]]:
    for row in links:
        other = row.other if row.ticket_id == seen_from else row.ticket
        yield {
            "pk": row.pk, "words": _words(row, seen_from), "other": other, "status": words(other.status),
            "holder": _holder(other), "open": other.status in OPEN_STATUSES,
            "removable": may_work and row.workable and row.kind != Kind.SPLIT_FROM,
        }  # fmt: skip


def _holder(ticket: Ticket) -> str:
    return {TIER: ticket.tier.name, CLIENT: "the client", VENDOR: "the vendor"}.get(ticket.holder_kind, "nobody")


def named_as_cause(ticket_id: int) -> int:
    """How many open tickets say that this one is their cause."""
    caused = TicketLink.objects.filter(other=ticket_id, kind=Kind.CAUSED_BY, ticket__status__in=OPEN_STATUSES)
    return caused.count()


def cause_note(ticket_id: int) -> str:
    """What is said to whoever resolves a ticket that open ones name as their cause; "" where none does."""
    count = named_as_cause(ticket_id)
    if not count:
        return ""
    whose = "1 open ticket names" if count == 1 else f"{count} open tickets name"
    return f"{whose} this one as {'its' if count == 1 else 'their'} cause. They stay open; look at them afterwards."
