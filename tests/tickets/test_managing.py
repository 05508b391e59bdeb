"""Calling a manager: who may, who is told, and what answers the call."""

import pytest
from django.core import mail

from accounts import roles
from clients.access import give_role
from tickets import lifecycle, managing
from tickets.models import Ticket, TicketEvent
from tickets.permissions import NotYours
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer
from tiers.models import Member
from world import march


def call(world, ticket, **said):
    world.do(managing.call_manager, ticket, **({"why": "The whole site is down"} | said))


def clocks(ticket):
    return [(c.subject, c.state) for c in ticket.clocks.filter(metric="MANAGER_RESPOND").order_by("id")]


def test_the_call_is_on_the_timeline_with_its_why_and_the_manager_is_told_at_once(world):
    ticket = world.open()
    call(world, ticket)
    world.tick()
    event = TicketEvent.objects.get(ticket=ticket, kind="MANAGER_CALLED")
    assert event.actor == world.l1 and event.why["by_hand"] == "The whole site is down"
    assert event.client_text == ""
    [told] = [m for m in world.mails_to("boss@msp.example") if m.subject.startswith(f"[{ticket.key}] Manager called")]
    assert "The whole site is down" in told.body


def test_without_a_why_nobody_is_called(world):
    ticket = world.open()
    with pytest.raises(BadAnswer) as refused:
        call(world, ticket, why="  ")
    assert refused.value.field == "why" and clocks(ticket) == []


def test_to_a_ticket_that_has_ended_nobody_is_called(world):
    ticket = world.open()
    world.do(lifecycle.resolve, ticket, summary="Done.")
    with pytest.raises(NotAllowedNow, match="resolved cannot be escalated"):
        call(world, ticket)


def test_staff_who_may_only_read_the_ticket_may_call_one(world):
    ticket = world.open()
    account_manager = world.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(account_manager, roles.ACCOUNT_MANAGER, world.acme)
    with pytest.raises(NotYours):
        world.do(lifecycle.reply, ticket, by=account_manager, text="Hello", public=False)
    call(world, ticket, by=account_manager)
    assert clocks(ticket) == [("escalation:1", "RUNNING")]


def test_the_clients_own_people_find_no_ticket_to_call_anybody_to(world):
    ticket = world.open()
    with pytest.raises(Ticket.DoesNotExist):
        call(world, ticket, by=world.reader(world.acme))
    assert clocks(ticket) == []


def told(world, words):
    """To whom mails with these words went."""
    return {address for m in mail.outbox if words in f"{m.subject} {m.body}" for address in m.to}


def test_the_one_on_call_is_told_first_and_all_others_an_hour_later(world):
    second = world.person("second@msp.example", roles.MANAGER, Member.objects.get(user=world.manager).team)
    ticket = world.open()
    call(world, ticket)
    world.tick()
    assert told(world, "Manager called") == {"boss@msp.example"}
    world.until(march(2, 9, 59))
    assert second.email not in told(world, "Manager answers target missed")
    world.until(march(2, 10))
    assert told(world, "Manager answers target missed") == {"boss@msp.example", second.email}


@pytest.mark.parametrize(
    "act",
    [
        lambda w, t: w.do(managing.answer_call, t, by=w.manager, text="I am on my way."),
        lambda w, t: w.do(lifecycle.reply, t, by=w.manager, text="On it", public=True),
        lambda w, t: w.do(lifecycle.acknowledge, t, by=w.manager),
        lambda w, t: w.do(lifecycle.resolve, t, by=w.manager, summary="Done."),
    ],
)
def test_whatever_a_manager_does_on_it_answers_the_call(world, act):
    ticket = world.open()
    call(world, ticket)
    act(world, ticket)
    assert TicketEvent.objects.filter(ticket=ticket, kind="MANAGER_ANSWERED").count() == 1
    assert not ticket.clocks.filter(metric="MANAGER_RESPOND", stopped_at=None).exists()


def test_what_a_technician_does_answers_no_call(world):
    ticket = world.open()
    call(world, ticket)
    world.do(lifecycle.acknowledge, ticket)
    assert clocks(ticket) == [("escalation:1", "RUNNING")]


def test_a_manager_who_calls_has_not_answered(world):
    ticket = world.open()
    call(world, ticket, by=world.manager)
    assert clocks(ticket) == [("escalation:1", "RUNNING")]


def test_an_answer_needs_words_and_an_open_ticket(world):
    ticket = world.open()
    call(world, ticket)
    with pytest.raises(BadAnswer):
        world.do(managing.answer_call, ticket, by=world.manager, text=" ")
    assert clocks(ticket) == [("escalation:1", "RUNNING")]


def test_a_second_call_is_one_of_its_own_and_one_answer_ends_both(world):
    ticket = world.open()
    call(world, ticket)
    call(world, ticket, why="Still down")
    assert clocks(ticket) == [("escalation:1", "RUNNING"), ("escalation:2", "RUNNING")]
    world.do(managing.answer_call, ticket, by=world.manager, text="I am on my way.")
    assert [state for _, state in clocks(ticket)] == ["MET", "MET"]


def test_calling_is_not_working_on_it(world):
    """A condition that ends by itself still ends the ticket: nobody has touched it."""
    ticket = world.open()
    call(world, ticket)
    assert world.fresh(ticket).touched is False
