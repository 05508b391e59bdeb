"""Lodging by hand: custody passes once, whoever is first; the vendor's number; a secret is seen by somebody named."""

from datetime import timedelta

import pytest

from accounts import roles
from accounts.encryption import encrypt
from clients.access import give_role
from outbox.models import Alarm, Message
from tickets import lifecycle
from tickets.cases import lodging
from tickets.cases.receiving import by_hand, receive
from tickets.cases.sending_on import hand_over
from tickets.models import CaseMessage, CaseTask, TicketEvent
from tickets.permissions import NotYours
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer
from vendors.models import ContactPoint, Service, ServiceAccount
from world import REQUIRED

PIN = {"key": "pin", "label": "Support PIN", "source": "account.pin", "secret": True}


@pytest.fixture
def ticket(world):
    return world.open(error_code="0x8004de40")


def lodge(world, ticket, by=None):
    """A case by hand; its mail waits in the outbox."""
    return world.do(lifecycle.lodge_case, ticket, by, service="Microsoft 365", answers={}, why="Theirs")


def prepared(world, ticket):
    """A complete case that waits for somebody to lodge it on the portal."""
    world.m365.contact_points.create(order=2, kind="PORTAL", value="https://portal.vendor.example/new")
    world.m365.lodge_by = "PORTAL"
    world.m365.save()
    case = lodge(world, ticket)
    assert (case.status, CaseTask.objects.get().kind) == ("PREPARED", "LODGE")
    return case


def failed(world, ticket):
    case = lodge(world, ticket)
    Message.objects.filter(pk=case.message_id).update(state="DEAD", last_error="550 no such mailbox")
    world.tick()
    case.refresh_from_db()
    assert case.status == "FAILED"
    return case


def mark(world, ticket, case, by=None, number="123"):
    return world.do(lodging.mark_lodged, ticket, by, case_id=case.pk, number=number)


def test_custody_passes_when_somebody_has_lodged_it_on_the_portal(world, ticket):
    case = prepared(world, ticket)
    world.forward(minutes=3)
    marked = mark(world, ticket, case)
    assert (marked.status, marked.ball, marked.number, marked.lodged_at) == ("LODGED", "VENDOR", "123", world.now)
    assert (world.fresh(ticket).status, world.custody(ticket)) == ("WAITING_ON_VENDOR", ["L1", "Microsoft"])
    assert world.clock(ticket, "VENDOR_RESPOND", f"case:{case.pk}").target_seconds == 3600
    assert world.said(ticket, "CASE_MARKED") == ["L1 lodged the case with Microsoft by hand, their number is 123."]
    assert [t.text for t in ticket.timeline.exclude(client_text="") if t.kind == "CASE_LODGED"]


def test_who_did_it_stands_at_the_task_and_the_correspondence(world, ticket):
    case = prepared(world, ticket)
    mark(world, ticket, case)
    task = CaseTask.objects.get(case=case)
    assert (task.done_by, task.done_at) == (world.l1, world.now)
    said = CaseMessage.objects.filter(case=case).last()
    assert (said.kind, said.author, said.body, said.message) == ("LODGED", world.l1, case.body, None)


def test_a_number_may_be_given_later(world, ticket):
    case = prepared(world, ticket)
    assert mark(world, ticket, case, number="  ").number == ""
    assert world.do(lodging.note_number, ticket, case_id=case.pk, number=" 12 \n 34 ").number == "12 34"
    assert world.said(ticket, "CASE_NUMBER") == ["L1 noted 12 34 as Microsoft's number."]


def test_of_two_who_lodge_it_the_second_is_told_who_and_when(world, ticket):
    case = prepared(world, ticket)
    mark(world, ticket, case)
    world.forward(minutes=1)
    with pytest.raises(lodging.AlreadyLodged, match="L1 lodged it at 2026-03-02 09:00 UTC already") as told:
        mark(world, ticket, case, by=world.l2, number="999")
    assert (told.value.how, told.value.at) == ("L1 lodged it", case.opened_at)
    case.refresh_from_db()
    assert case.number == "123" and world.custody(ticket) == ["L1", "Microsoft"]


def test_who_comes_after_the_mail_is_told_that_it_went_out(world, ticket):
    case = lodge(world, ticket)
    world.tick()
    with pytest.raises(lodging.AlreadyLodged, match="It went out by mail at 2026-03-02 09:00 UTC"):
        mark(world, ticket, case)


def test_who_comes_after_what_was_noted_by_telephone_is_told_who_noted_it(world, ticket):
    case = lodge(world, ticket)
    world.do(by_hand, ticket, world.l2, case_id=case.pk, kind="ANSWER", text="They see it too.", number="")
    with pytest.raises(lodging.AlreadyLodged, match="L2 lodged it at 2026-03-02 09:00 UTC already"):
        mark(world, ticket, case)


def test_who_comes_after_the_vendor_s_own_mail_is_told_that_it_wrote(world, ticket):
    case = prepared(world, ticket)
    receive(
        case_id=case.pk, kind="ANSWER", text="Yes.", sender="mia@vendor.example", subject="", mail_id="<1@v>",
        number="", now=world.now,
    )  # fmt: skip
    with pytest.raises(lodging.AlreadyLodged, match="Microsoft wrote about it at 2026-03-02 09:00 UTC already"):
        mark(world, ticket, case)


def test_a_case_that_was_handed_over_once_more_went_out_by_mail_all_the_same(world, ticket):
    case = lodge(world, ticket)
    world.tick()
    ContactPoint.objects.update(bad_since=world.now)
    world.forward(minutes=5)
    world.do(hand_over, ticket, case_id=case.pk, number="")
    with pytest.raises(lodging.AlreadyLodged, match="It went out by mail at 2026-03-02 09:00 UTC"):
        mark(world, ticket, case)


def test_a_mail_that_has_just_gone_out_is_told_as_such_until_it_has_settled(world, ticket):
    case = lodge(world, ticket)
    Message.objects.filter(pk=case.message_id).update(state="SENT", sent_at=world.now)
    with pytest.raises(NotAllowedNow, match="has gone out after all"):
        mark(world, ticket, case)
    world.tick()
    with pytest.raises(lodging.AlreadyLodged, match="It went out by mail"):
        mark(world, ticket, case)


def test_a_mail_whose_sender_died_is_withdrawn_once_its_lease_is_over(world, ticket):
    case = lodge(world, ticket)
    Message.objects.filter(pk=case.message_id).update(leased_until=world.now - timedelta(seconds=1))
    assert mark(world, ticket, case).status == "LODGED"
    assert Message.objects.get(pk=case.message_id).state == "CANCELLED"


def test_a_mail_that_waits_is_withdrawn_by_who_lodges_it_by_telephone(world, ticket):
    case = lodge(world, ticket)
    mark(world, ticket, case)
    world.forward(minutes=30)
    assert Message.objects.get(pk=case.message_id).state == "CANCELLED"
    assert world.mails_to("support@vendor.example") == []
    assert world.custody(ticket) == ["L1", "Microsoft"]


def test_a_mail_that_is_just_leaving_is_not_overtaken(world, ticket):
    case = lodge(world, ticket)
    Message.objects.filter(pk=case.message_id).update(leased_until=world.now)
    with pytest.raises(NotAllowedNow, match="leaving at this moment"):
        mark(world, ticket, case)
    assert world.open_case(ticket).status == "QUEUED"


def test_a_mail_that_came_to_nothing_is_lodged_by_hand_and_never_sent_on_a_retry(world, ticket):
    case = failed(world, ticket)
    mark(world, ticket, case)
    assert not Alarm.objects.filter(key=f"case:{case.pk}", cleared_at=None).exists()
    Message.objects.filter(state="DEAD").update(state="PENDING")
    world.forward(minutes=5)
    assert world.mails_to("support@vendor.example") == []


def test_what_misses_an_answer_cannot_be_marked(world, ticket):
    world.m365.required = REQUIRED
    world.m365.save()
    case = lodge(world, ticket)
    with pytest.raises(NotAllowedNow, match="1 answer is still missing"):
        mark(world, ticket, case)


def test_on_an_ended_ticket_nothing_is_lodged(world, ticket):
    case = prepared(world, ticket)
    world.do(lifecycle.resolve, ticket, summary="done")
    with pytest.raises(NotAllowedNow):
        mark(world, ticket, case)
    assert world.fresh(ticket).status == "RESOLVED"


@pytest.mark.parametrize("number, taken", [("x" * 80, True), ("x" * 81, False)])
def test_a_number_has_eighty_characters_at_most(world, ticket, number, taken):
    case = prepared(world, ticket)
    if taken:
        assert mark(world, ticket, case, number=number).number == number
        return
    with pytest.raises(BadAnswer, match="at most 80 characters; it has 81") as told:
        mark(world, ticket, case, number=number)
    assert told.value.field == "number" and world.open_case(ticket).status == "PREPARED"


def test_a_case_of_another_ticket_is_none(world, ticket):
    case, other = prepared(world, ticket), world.open("Another")
    for act in (lodging.mark_lodged, lodging.note_number):
        with pytest.raises(lodging.NoSuchCase):
            world.do(act, other, case_id=case.pk, number="1")
    with pytest.raises(lodging.NoSuchCase):
        world.do(lodging.reveal, ticket, case_id=case.pk + 999, field="pin")


def test_who_may_only_read_the_ticket_lodges_nothing(world, ticket):
    case = prepared(world, ticket)
    reader = world.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(reader, roles.ACCOUNT_MANAGER, world.acme)
    with pytest.raises(NotYours):
        mark(world, ticket, case, by=reader)


def test_a_number_is_changed_and_taken_away_with_what_it_was(world, ticket):
    case = lodge(world, ticket)
    for number in ("1", "2", ""):
        world.do(lodging.note_number, ticket, case_id=case.pk, number=number)
    assert world.said(ticket, "CASE_NUMBER") == [
        "L1 noted 1 as Microsoft's number.",
        "L1 noted 2 instead of 1 as Microsoft's number.",
        "L1 took 2 away.",
    ]
    with pytest.raises(NotAllowedNow, match="No number is noted"):
        world.do(lodging.note_number, ticket, case_id=case.pk, number="")


@pytest.mark.parametrize(
    "pattern, number, doubted",
    [
        (r"TrackingID#(\d{16})", "TrackingID#2603020030001234", False),
        (r"\d{16}", "2603020030001234", False),
        (r"\d{16}", "260302003000123", True),
        (r"\d{16}", "", False),
        ("", "anything", False),
    ],
)
def test_a_number_that_is_unlike_the_vendor_s_is_doubted_and_not_refused(pattern, number, doubted):
    said = lodging.number_doubt(Service(name="Microsoft 365", number_pattern=pattern), number)
    assert ("does not look like" in said) == doubted


# secrets --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def secretive(world, ticket):
    world.m365.required = [*world.m365.required, PIN]
    world.m365.save()
    ServiceAccount.objects.update(secrets={"pin": encrypt("9753")})
    return prepared(world, ticket)


def test_a_secret_is_seen_by_somebody_whom_the_timeline_names(world, ticket, secretive):
    assert world.do(lodging.reveal, ticket, case_id=secretive.pk, field="pin") == "9753"
    assert world.said(ticket, "CASE_SECRET_SEEN") == ["L1 has seen Support PIN for the case with Microsoft."]
    assert "9753" not in str(list(TicketEvent.objects.values("text", "client_text", "why")))


def test_what_is_no_secret_is_not_revealed(world, ticket, secretive):
    for field in ("tenant_id", "nothing"):
        with pytest.raises(BadAnswer, match="is no secret"):
            world.do(lodging.reveal, ticket, case_id=secretive.pk, field=field)
    assert world.said(ticket, "CASE_SECRET_SEEN") == []


def test_a_secret_that_is_gone_is_told_in_words(world, ticket, secretive):
    ServiceAccount.objects.update(secrets={})
    with pytest.raises(BadAnswer, match="is not kept any more"):
        world.do(lodging.reveal, ticket, case_id=secretive.pk, field="pin")
    assert world.said(ticket, "CASE_SECRET_SEEN") == []


def test_nobody_needs_the_secrets_of_a_closed_case(world, ticket, secretive):
    world.do(lifecycle.resolve, ticket, summary="done")
    with pytest.raises(NotAllowedNow, match="closed"):
        world.do(lodging.reveal, ticket, case_id=secretive.pk, field="pin")
