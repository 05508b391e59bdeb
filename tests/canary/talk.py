"""What is said beside the clients: side conversations with their answers, and mails that came."""

from typing import Any

from canary.planting import ACME, OTHER
from integrations.mail.inbound import take_in
from tickets.models import SideConversation
from tickets.radar.placing import place
from tickets.shift.handing_over import leave
from tickets.side import talking


def fill(world: Any) -> None:
    for whose in (ACME, OTHER):
        _ask_beside(world, whose)
    _write_to_managers(world)
    _hand_over(world)
    world.tick()


def _ask_beside(world: Any, whose: str) -> None:
    """A vendor was asked about each client's ticket, and has answered."""
    named = world.named
    ticket = world.tickets[whose][0]
    thread = talking.open_conversation(
        key=ticket.key, to=[f"{named('tickets.SideConversation.to')}@vendor.example"], by=world.l1, now=world.now,
        subject=named("tickets.SideConversation.subject"), body=named("tickets.SideMessage.body"),
    )  # fmt: skip
    SideConversation.objects.filter(pk=thread.pk).update(token=named("tickets.SideConversation.token"))
    thread.refresh_from_db()
    said = (
        f"From: {named('tickets.SideMessage.sender')}@vendor.example\nTo: reply+{thread.token}@portal.example\n"
        f"Subject: {named('integrations.ReceivedMail.subject')}\nMessage-ID: <{named('tickets.SideMessage.mail_id')}@x>"
        f"\n\n{named('tickets.SideMessage.body')}\n"
    )
    [row] = take_in(said.encode(), now=world.now)
    assert row.outcome == row.Outcome.ANSWER, row.because


def _write_to_managers(world: Any) -> None:
    """A mail of which nobody knows who sent it waits for a manager."""
    named, key = world.named, world.tickets[ACME][0].key
    sender = f"{named('integrations.ReceivedMail.sender')}@else.example"
    said = (
        f"From: {sender}\nTo: escalations@portal.example\n"
        f"Subject: [{key}] {named('integrations.ReceivedMail.subject')}\n\n{named('integrations.ReceivedMail.text')}\n"
    )
    [row] = take_in(said.encode(), now=world.now)
    assert row.outcome == row.Outcome.LOOK, row.because


def _hand_over(world: Any) -> None:
    """A ticket of each client stands on the radar, and a note tells the next on call of both."""
    for whose in (ACME, OTHER):
        why = world.named("tickets.TicketEvent.why")
        world.do(place, world.tickets[whose][0], score=7, jira_key="ABC-1", why=why)
    keys = [world.tickets[whose][0].key for whose in (ACME, OTHER)]
    leave(team=world.tiers["L1"].team, text=world.named("tickets.HandOver.text"), to=world.l2, keys=keys, assign=False,
          by=world.l1, now=world.now)  # fmt: skip
