"""Answers to what a case asks: who gave them is kept, and no secret is written down in the open."""

import pytest

from accounts.encryption import decrypt, encrypt
from outbox.models import Message
from tickets import answering, lifecycle, merging
from tickets.cases.overriding import send_incomplete
from tickets.models import TicketEvent, VendorCase
from tickets.undoing import undo, undoably
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


# what is gathered and what is answered -------------------------------------------------------------------------------


NEW_TENANT = "99999999-2222-4333-8444-555555555555"


def failed(world, ticket):
    """Its mail comes to nothing; the case can be sent again."""
    case = world.open_case(ticket)
    Message.objects.filter(pk=case.message_id).update(state="DEAD", last_error="550 no such mailbox")
    world.tick()


def test_a_service_account_without_the_tenant_id_becomes_a_question(world, ticket):
    ServiceAccount.objects.update(facts={})
    case = lodge(world, ticket, why="Theirs", users="40")
    asked = {"key": "tenant_id", "question": "Tenant id?", "problem": "Tenant id is not known"}
    assert (case.status, case.missing) == ("INCOMPLETE", [asked])
    assert "Tenant id?" in world.said(ticket, "CASE_INCOMPLETE")[0] and not Message.objects.filter(kind="CASE_MAIL")
    assert lodge(world, ticket, tenant_id=TENANT).status == "QUEUED"


def test_sent_again_it_has_what_the_account_says_by_now_and_what_people_answered(world, ticket):
    lodge(world, ticket, why="Theirs", users="40")
    failed(world, ticket)
    ServiceAccount.objects.update(facts={"tenant_id": NEW_TENANT})
    case = lodge(world, ticket)
    assert case.answers["tenant_id"] == NEW_TENANT and NEW_TENANT in case.body and case.answers["users"] == "40"
    world.tick()
    [mail] = world.mails_to("support@vendor.example")
    assert NEW_TENANT in mail.body and TENANT not in mail.body


def test_sent_without_what_is_missing_it_has_what_is_known_by_now(world, ticket):
    case = lodge(world, ticket, why="Theirs")
    ServiceAccount.objects.update(facts={"tenant_id": NEW_TENANT})
    world.do(send_incomplete, ticket, world.manager, case_id=case.pk, why="The site is down")
    assert world.open_case(ticket).answers["tenant_id"] == NEW_TENANT


def test_the_latest_of_two_answers_is_sent_again(world, ticket):
    lodge(world, ticket, why="Theirs", users="40")
    failed(world, ticket)
    ServiceAccount.objects.update(facts={})
    lodge(world, ticket, users="41")
    assert world.open_case(ticket).status == "INCOMPLETE"
    case = lodge(world, ticket, tenant_id=TENANT)
    assert (case.status, case.answers["users"]) == ("QUEUED", "41")


def test_an_answer_that_was_undone_is_asked_for_again(world, ticket):
    ServiceAccount.objects.update(facts={})
    lodge(world, ticket, why="Theirs")

    def answer():
        lodge(world, ticket, users="40")

    act = undoably(answer, key=ticket.key, noun="vendor-cases", by=world.l1, now=world.now)
    undo(act.pk, by=world.l1, now=world.now)
    assert [one["key"] for one in lodge(world, ticket, tenant_id=TENANT).missing] == ["users"]


def test_answers_go_along_with_a_case_whose_ticket_is_merged(world, ticket):
    ServiceAccount.objects.update(facts={})
    world.do(answering.answer_ahead, ticket, answers={"tenant_id": TENANT})
    lodge(world, ticket, why="Theirs", users="40")
    failed(world, ticket)
    survivor = world.open(error_code="0x8004de40")
    world.do(merging.merge, ticket, into=survivor.key, why="The same")
    case = lodge(world, survivor)
    assert (case.status, case.answers["tenant_id"], case.answers["users"]) == ("QUEUED", TENANT, "40")
