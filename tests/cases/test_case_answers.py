"""Answers to what a case asks: who gave them is kept, and no secret is written down in the open."""

import pytest

from accounts.encryption import decrypt, encrypt
from tickets import answering, lifecycle
from tickets.models import TicketEvent, VendorCase
from tickets.working import BadAnswer
from vendors.models import ServiceAccount
from world import REQUIRED, TENANT

PIN = {"key": "pin", "label": "Support PIN", "source": "account.pin", "secret": True}


@pytest.fixture
def ticket(world):
    world.m365.required = [*REQUIRED, PIN]
    world.m365.save()
    ServiceAccount.objects.update(secrets={"pin": encrypt("97531")})
    return world.open(error_code="0x8004de40")


def lodge(world, ticket, why="", by=None, **answers):
    return world.do(lifecycle.lodge_case, ticket, by, service="Microsoft 365", answers=answers, why=why)


def test_who_answered_what_stands_on_the_timeline(world, ticket):
    lodge(world, ticket, why="Theirs")
    lodge(world, ticket, by=world.l2, users=" 40 ")
    assert world.said(ticket, "CASE_DATA") == ["L2 answered for the case with Microsoft: Affected users."]
    event = ticket.timeline.get(kind="CASE_DATA")
    assert event.why == {"case": world.open_case(ticket).pk, "answers": {"users": " 40 "}}
    assert (event.actor, event.client_text) == (world.l2, "")


def test_an_answer_that_was_not_taken_is_not_said_to_be_given(world, ticket):
    ServiceAccount.objects.update(facts={})
    lodge(world, ticket, why="Theirs", tenant_id="no tenant", nonsense="x")
    assert world.said(ticket, "CASE_DATA") == []


@pytest.mark.parametrize("given", ["97531", "forty, the PIN is 97531."])
def test_a_stored_secret_in_an_open_answer_is_refused(world, ticket, given):
    with pytest.raises(BadAnswer, match="gives away the pin") as told:
        lodge(world, ticket, why="Theirs", users=given)
    assert told.value.field == "users"
    assert not VendorCase.objects.exists()


def test_a_secret_that_is_given_right_now_counts_as_well(world, ticket):
    with pytest.raises(BadAnswer, match="gives away"):
        lodge(world, ticket, why="Theirs", pin="86420", users="40, and 86420")
    assert decrypt(ServiceAccount.objects.get().secrets["pin"]) == "97531"


def test_answering_ahead_refuses_it_too(world, ticket):
    with pytest.raises(BadAnswer, match="gives away"):
        world.do(answering.answer_ahead, ticket, answers={"users": "97531"})
    assert not TicketEvent.objects.filter(kind="CASE_ANSWERED").exists()


@pytest.mark.parametrize(("secret", "answer"), [("40", "40"), ("97531", "9753 and 1")])
def test_what_only_looks_a_little_like_a_secret_is_an_answer(world, ticket, secret, answer):
    ServiceAccount.objects.update(secrets={"pin": encrypt(secret)}, facts={"tenant_id": TENANT})
    assert lodge(world, ticket, why="Theirs", users=answer).answers["users"] == answer
