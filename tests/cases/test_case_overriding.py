"""A case that is sent though something is missing: only by a manager, with a why; its letter says what is missing."""

import pytest

from tickets import lifecycle
from tickets.cases import overriding
from tickets.cases.lodging import NoSuchCase
from tickets.models import CaseTask, TicketEvent, VendorCase
from tickets.permissions import NotYours
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer
from vendors.models import ContactPoint, Service
from world import REQUIRED


@pytest.fixture
def ticket(world):
    """Its case waits for two answers."""
    world.account.delete()
    template = {"subject": "{{users}} users", "body": "Tenant {{tenant_id}}, {{problem}}, {{users}} users"}
    Service.objects.filter(pk=world.m365.pk).update(required=REQUIRED, template=template)
    ticket = world.open()
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")
    return ticket


def send(world, ticket, by=None, why="The site is down", case_id=None):
    case_id = case_id or VendorCase.objects.get(ticket=ticket).pk
    by = by or world.manager
    return world.do(overriding.send_incomplete, ticket, by, case_id=case_id, why=why)


def test_what_is_missing_is_said_to_be_not_known_and_custody_passes_once_it_is_sent(world, ticket):
    case = send(world, ticket)
    assert (case.status, case.overridden_by, case.override_why) == ("QUEUED", world.manager, "The site is down")
    assert world.custody(ticket) == ["L1"]
    world.tick()
    [mail] = world.mails_to("support@vendor.example")
    assert mail.body == "Tenant not known, Mail does not arrive, not known users"
    assert world.custody(ticket) == ["L1", "Microsoft"]


def test_the_timeline_and_the_case_keep_why_and_what_it_went_without(world, ticket):
    case = send(world, ticket)
    event = TicketEvent.objects.get(ticket=ticket, kind="CASE_OVERRIDDEN")
    assert event.text == "Boss has the case with Microsoft sent without Tenant id, Affected users: The site is down"
    assert event.why["without"] == ["Tenant id", "Affected users"] and event.actor == world.manager
    assert world.said(ticket, "CASE_QUEUED") == [
        "Case for Microsoft 365 is queued without 2 answers (The site is down), severity A."
    ]
    case.refresh_from_db()
    assert [one["key"] for one in case.missing] == ["tenant_id", "users"]


def test_for_a_portal_it_is_prepared(world, ticket):
    ContactPoint.objects.update(kind="PORTAL", value="https://admin.vendor.example")
    case = send(world, ticket)
    assert case.status == "PREPARED" and CaseTask.objects.get().kind == "LODGE"


def test_one_that_does_not_go_out_and_is_sent_anew_goes_without_as_before(world, ticket):
    case = send(world, ticket)
    type(case.message).objects.filter(pk=case.message_id).update(state="DEAD", last_error="550")
    world.tick()
    again = world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={"users": "40"}, why="")
    assert again.status == "QUEUED" and again.body == "Tenant not known, Mail does not arrive, 40 users"


@pytest.mark.parametrize("who", ["l1", "l2"])
def test_only_a_manager_may(world, ticket, who):
    with pytest.raises(NotYours, match="Only a manager"):
        send(world, ticket, by=getattr(world, who))
    assert VendorCase.objects.get().status == "INCOMPLETE" and "CASE_OVERRIDDEN" not in world.kinds(ticket)


@pytest.mark.parametrize(("why", "words"), [("", "Say why"), ("  ", "Say why"), ("x" * 301, "at most 300 characters")])
def test_it_needs_a_why_that_can_be_kept(world, ticket, why, words):
    with pytest.raises(BadAnswer, match=words) as refused:
        send(world, ticket, why=why)
    assert refused.value.field == "why" and VendorCase.objects.get().override_why == ""


def test_a_case_that_misses_nothing_needs_no_override(world, ticket):
    send(world, ticket)
    with pytest.raises(NotAllowedNow, match="Nothing is missing"):
        send(world, ticket)


def test_the_case_of_another_ticket_is_none(world, ticket):
    with pytest.raises(NoSuchCase):
        send(world, world.open(), case_id=VendorCase.objects.get().pk)


def test_an_ended_ticket_is_passed_to_nobody(world, ticket):
    case = VendorCase.objects.get()
    world.do(lifecycle.resolve, ticket, summary="Done.")
    with pytest.raises(NotAllowedNow):
        send(world, ticket, case_id=case.pk)
