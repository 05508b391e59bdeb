"""What the desk adds to the story: files with a note and a reply, a link between two clients' tickets, ready words."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from canary.planting import ACME, INTERNAL, OTHER
from tickets import drafts, lifecycle, presence
from tickets.linked import link
from tickets.models import ReplyTemplate
from tickets.reply_templates import keep
from tickets.saved_views import save_view
from tickets.snoozing import snooze
from tickets.splitting import Part, split
from tickets.undoing import undoably


def fill(world: Any) -> None:
    for whose in (ACME, OTHER):
        _enclose(world, whose)
        _begin(world, whose)
    _link(world)
    for use in ReplyTemplate.Use.values:
        name, text = world.named("tickets.ReplyTemplate.name"), world.named("tickets.ReplyTemplate.text")
        keep(ReplyTemplate(), name=name, use=use, text=text, team=None, by=world.manager)
    _put_aside(world)
    _do_undoably(world)


def _enclose(world: Any, whose: str) -> None:
    """A file that only the team reads, and one for the client, on the ticket that was worked in every way."""
    [_, worked, _] = world.tickets[whose]
    for public, reader in ((False, INTERNAL), (True, whose)):
        content = world.named("tickets.TicketFile.content", reader).encode()
        file = SimpleUploadedFile(f"{world.named('tickets.TicketFile.name', reader)}.txt", content)
        text = world.named("tickets.TicketEvent.client_text" if public else "tickets.TicketEvent.text", reader)
        world.do(lifecycle.reply, worked, text=text, public=public, files=[file])


def _begin(world: Any, whose: str) -> None:
    """Somebody has a ticket open, and has begun a reply that the client never gets."""
    ticket = world.tickets[whose][0]
    body = world.named("tickets.Draft.body")
    drafts.keep(ticket=ticket, by=world.l1, audience="public", body=body, known=None, now=world.now)
    presence.beat(ticket_id=ticket.pk, by=world.l1, writing=True, now=world.now)


def _link(world: Any) -> None:
    """Neither client may learn that its trouble has to do with the other's; a part that was split off is told."""
    ours, theirs = (world.tickets[whose][0] for whose in (ACME, OTHER))
    why = world.named("tickets.TicketEvent.why")
    world.do(link, ours, other=theirs.key, kind="CAUSED_BY", why=why)
    for whose, ticket in ((ACME, ours), (OTHER, theirs)):
        title = world.named("tickets.Ticket.title", whose)
        world.do(split, ticket, part=Part(title=title, priority="P3"))


def _put_aside(world: Any) -> None:
    """A saved view with words that are searched for, and a ticket that somebody has snoozed."""
    query = f"q={world.named('tickets.SavedView.query')}"
    save_view(name=world.named("tickets.SavedView.name"), query=query, team=None, by=world.l1, now=world.now)
    world.do(snooze, world.tickets[ACME][0], until=world.now + timedelta(hours=9))


def _do_undoably(world: Any) -> None:
    """What an act would put back is kept for a while."""
    ticket = world.tickets[ACME][0]
    act = partial(lifecycle.assign, key=ticket.key, to=world.l1.email, by=world.l1, now=world.now)
    undoably(act, key=ticket.key, noun="assignment", by=world.l1, now=world.now)
