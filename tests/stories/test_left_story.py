"""Who has left hears of no ticket any more, and somebody who is here hears of it instead."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import roles
from accounts.models import User
from outbox.models import Message
from tickets import lifecycle
from tickets.loading import in_hand
from tickets.models import Notification, TicketEvent
from tickets.notices import tell_assigned, tell_step
from tickets.telling import tell_apart
from tiers.models import Team

GONE = "gone@msp.example"
STEP = {"tier": "L1", "acknowledge_within": "10h", "hand_over_after": "12h"}


@pytest.fixture
def office(world):
    """L1 has two people, and one of them will leave; each step tells the person by name."""
    world.gone = world.person(GONE, roles.TECHNICIAN, world.tiers["L1"].team)
    world.ladder(STEP | {"notify": [GONE]})
    return world


def leaves(office):
    User.objects.filter(pk=office.gone.pk).update(is_active=False)


def mailed():
    """Everybody to whom mail was queued, in small letters."""
    return {address.lower() for message in Message.objects.filter(kind="MAIL") for address in message.payload["to"]}


def instead(office, ticket):
    return [words for words in office.said(ticket, "RUNG") if "instead" in words]


def is_told_nothing():
    return GONE not in mailed() and not Notification.objects.filter(user__email=GONE)


@pytest.mark.parametrize("priority", ["P1", "P3"])
def test_where_a_step_names_nobody_else_its_team_is_told_and_the_timeline_says_so(office, priority):
    leaves(office)
    ticket = office.open(priority=priority)
    assert is_told_nothing() and mailed() == {"l1@msp.example"}
    assert instead(office, ticket) == ["Told L1 team instead: everybody who should hear of it has left."]
    [why] = TicketEvent.objects.filter(ticket=ticket, kind="RUNG").values_list("why", flat=True)
    assert why == {"told": ["l1@msp.example"], "left": [GONE]}


def test_the_address_counts_however_the_policy_writes_it(office):
    office.ladder(STEP | {"notify": ["Gone@MSP.example"]})
    leaves(office)
    office.open(priority="P3")
    assert is_told_nothing() and mailed() == {"l1@msp.example"}


def test_where_others_hear_of_it_nothing_is_said(office):
    office.ladder(STEP | {"notify": [GONE, "l2@msp.example", "noc@partner.example"]})
    leaves(office)
    ticket = office.open(priority="P3")
    assert is_told_nothing() and mailed() == {"l2@msp.example", "noc@partner.example"}
    assert not instead(office, ticket)


def test_a_team_without_people_leaves_it_to_its_mailbox_and_else_to_the_managers(office):
    leaves(office)
    User.objects.filter(pk=office.l1.pk).update(is_active=False)
    ticket = office.open(priority="P3")
    assert mailed() == {"boss@msp.example"} and "Told the managers instead" in instead(office, ticket)[0]
    Team.objects.filter(name="L1 team").update(email="helpdesk@msp.example")
    other = office.open("Other", priority="P3")
    assert "helpdesk@msp.example" in mailed() and "Told L1 team instead" in instead(office, other)[0]


def test_a_mailbox_that_was_once_a_person_s_address_still_gets_its_mail(office):
    office.ladder(STEP | {"notify": ["team"]})
    Team.objects.filter(name="L1 team").update(email=GONE)
    leaves(office)
    office.open(priority="P3")
    assert mailed() == {GONE} and not Notification.objects.exists()


@pytest.fixture
def theirs(office):
    """A ticket of the one who has left; nobody was told of anything yet."""
    office.ladder(STEP | {"notify": ["on_call"]}, STEP | {"tier": "L2", "notify": ["team"]})
    ticket = office.open(priority="P3")
    office.do(lifecycle.assign, ticket, by=office.manager, to=GONE)
    leaves(office)
    Message.objects.all().delete()
    Notification.objects.all().delete()
    return ticket


def test_what_is_written_on_the_ticket_of_one_who_has_left_is_told_to_its_team(office, theirs):
    office.do(lifecycle.reply, theirs, by=office.l2, text="Have you tried the switch?", public=False)
    assert is_told_nothing() and mailed() == {"l1@msp.example"} and instead(office, theirs)
    assert "tried the switch?" in Notification.objects.get(user=office.l1).text


def test_who_writes_on_it_is_not_told_of_the_own_words(office, theirs):
    office.do(lifecycle.reply, theirs, by=office.l1, text="I look after it.", public=False)
    assert is_told_nothing() and mailed() == {"boss@msp.example"}


def test_a_ticket_that_is_taken_from_one_who_has_left_is_told_to_nobody(office, theirs):
    office.do(lifecycle.assign, theirs, by=office.manager, to="l1@msp.example")
    assert is_told_nothing() and mailed() == {"l1@msp.example"} and not instead(office, theirs)
    assert [row.title for row in Notification.objects.all()] == ["P3 Acme: Mail does not arrive"]


def test_a_ticket_that_climbs_from_one_who_has_left_is_told_to_those_who_have_it_next(office, theirs):
    office.do(lifecycle.escalate, theirs, to="L2", why="Somebody else must do it")
    assert is_told_nothing() and mailed() == {"l2@msp.example"} and not instead(office, theirs)


def test_a_step_that_tells_the_assignee_tells_the_team_where_that_one_has_left(office, theirs):
    [work] = in_hand([theirs.pk], now=office.now)
    step = replace(work.ladder.steps[0], notify=("assignee",))
    assert tell_step(work, step, because="Look at it.", now=office.now, occasion=":again") == ("l1@msp.example",)
    assert {row["user_id"] for row in work.notifications} == {office.l1.pk}


def test_who_left_while_a_ticket_was_being_given_to_them_is_told_nothing(office, theirs):
    [work] = in_hand([theirs.pk], now=office.now)
    tell_assigned(work, office.gone, by=office.manager, now=office.now)
    assert [row["payload"]["to"] for row in work.messages] == [["l1@msp.example"]]
    assert office.gone.pk not in {row["user_id"] for row in work.notifications}


def test_what_belongs_to_no_ticket_reaches_nobody_who_has_left(office):
    leaves(office)
    tell_apart("hand-over:1", people=(GONE, "l2@msp.example"), subject="Hand-over", lines=["x"], now=office.now)
    assert is_told_nothing() and mailed() == {"l2@msp.example"}


def test_a_ticket_is_taken_in_hand_in_as_many_queries_however_many_have_left(office, django_assert_num_queries):
    ticket = office.open(priority="P3")
    in_hand([ticket.pk], now=office.now)  # what is kept in memory is read
    with CaptureQueriesContext(connection) as before:
        in_hand([ticket.pk], now=office.now)
    for number in range(20):
        office.person(f"left{number}@msp.example", roles.TECHNICIAN)
    User.objects.filter(email__startswith="left").update(is_active=False)
    with django_assert_num_queries(len(before)):
        [work] = in_hand([ticket.pk], now=office.now)
    assert sum(one.has_left for one in work.listeners.values()) == 20
