"""Splitting: one request that is about two matters goes on as two tickets, and the client reads so on both."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from clients.models import Client, Contact
from sla.priorities import PRIORITIES
from tickets.intake import NewTicket, open_ticket
from tickets.loading import in_hand
from tickets.models import Ticket, TicketLink
from tickets.moves import event
from tickets.status import CLOSED, MERGED, NotAllowedNow, words
from tickets.work import Work, write
from tickets.working import BadAnswer, need, working
from vendors.models import Service


@dataclass(frozen=True, slots=True)
class Part:
    """What is split off: a matter of its own, with its own words, priority and contact."""

    title: str
    priority: str
    description: str = ""
    category: str = ""
    service: Service | None = None
    contact: Contact | None = None


@transaction.atomic
def split(*, key: str, part: Part, by: User, now: datetime) -> Ticket:
    """Open a ticket of the same client for `part`, routed like any other; both say where they come from.

    Raises Ticket.DoesNotExist, NotYours, BadAnswer for what the new one cannot be, NotAllowedNow for a ticket that has
    ended for good, NoPolicy.
    """
    with working(key, by=by, now=now) as (work, at):
        _check(work, part)
        client = Client.objects.get(pk=work.client_id)
        opened = open_ticket(client=client, wanted=_wanted(part), by=by, now=at)
        TicketLink.objects.create(
            ticket=opened, other_id=work.id, kind=TicketLink.Kind.SPLIT_FROM, made_by=by, made_at=at
        )  # fmt: skip
        told = work.say("We follow a part of this up as {key}.", key=opened.key)
        event(work, "SPLIT", f"{by} split {opened.key} off: {part.title}", now=at, by=by, client_text=told,
              why={"by_hand": part.title, "to": opened.key})  # fmt: skip
    _say_where_from(opened, work, by=by, now=at)
    return opened


def _check(work: Work, part: Part) -> None:
    if work.status in (CLOSED, MERGED):
        raise NotAllowedNow(f"{work.key} is {words(work.status)}; nothing is split off it any more.")
    need(part.title, "title", "Say in one line what the new ticket is about.")
    if part.priority not in PRIORITIES:
        raise BadAnswer("priority", f"Must be one of {', '.join(PRIORITIES)}.")
    if part.contact and part.contact.client_id != work.client_id:
        raise BadAnswer("contact", f"{part.contact} is nobody of {work.client}.")


def _wanted(part: Part) -> NewTicket:
    return NewTicket(
        title=part.title, description=part.description, priority=part.priority, category=part.category,
        service=part.service, contact=part.contact,
    )  # fmt: skip


def _say_where_from(opened: Ticket, origin: Work, *, by: User, now: datetime) -> None:
    [work] = in_hand([opened.pk], now=now)
    told = work.say("This was a part of {key}.", key=origin.key)
    event(work, "SPLIT", f"{by} split it off {origin.key}", now=now, by=by, client_text=told,
          why={"from": origin.key})  # fmt: skip
    write([work], now=now)
