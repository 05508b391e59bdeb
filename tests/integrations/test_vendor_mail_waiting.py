"""Mails about a case that are not the vendor's word: they wait for a manager, and who has the ticket is told."""

import pytest
from case_mails import at, come, fresh, kinds, lodged, ours_of
from mails import mail

from integrations.models import ReceivedMail
from tickets import lifecycle
from tickets.models import CaseTask, Notification
from vendors.models import ContactPoint, Service, Vendor


@pytest.fixture
def case(world):
    return lodged(world)


def waiting(world, to="l1@msp.example"):
    """What whoever has the ticket was told of mails that wait."""
    return [m for m in world.mails_to(to) if "waits to be looked at" in m.body]


def of_the_client(world, text="Does it work again? Which users did you ask about?", **headers):
    return mail(text, sender="dana@acme.example", **headers)


def test_the_client_s_own_reply_to_all_is_not_the_vendor_s_question(world, case):
    """The vendor answered to everybody, the client to all of them, and so to the case's own address."""
    told = len(world.mails_to("dana@acme.example"))
    outcome, because = come(world, of_the_client(world, To=f"support@vendor.example, {at(case)}"), to=[at(case)])
    assert outcome == "LOOK"
    assert because == (
        "It came to the address of the case with Microsoft, and dana@acme.example is not known as Microsoft's."
    )
    row = ReceivedMail.objects.get()
    assert row.ticket == case.ticket and row.text.startswith("Does it work again?")
    assert kinds(case) == ["LODGED"] and fresh(case).ball == "VENDOR" and not CaseTask.objects.exists()
    assert world.fresh(case.ticket).holder_kind == "VENDOR"
    assert not [kind for kind in world.kinds(case.ticket) if kind.startswith("VENDOR_")]
    assert len(world.mails_to("dana@acme.example")) == told


@pytest.mark.parametrize("sender", ["mia@else.example", "l1@msp.example", "boss@msp.example", "mia@vendor.example.org"])
@pytest.mark.parametrize("by", ["token", "reference"])
def test_whoever_is_not_known_as_the_vendor_s_waits_for_a_manager(world, case, sender, by):
    way = {"To": at(case)} if by == "token" else {"In_Reply_To": ours_of(case)}
    outcome, because = come(world, mail("It is solved.", sender=sender, **way))
    assert outcome == "LOOK" and f"the case with Microsoft, and {sender} is not known as Microsoft's" in because
    assert kinds(case) == ["LODGED"] and fresh(case).ball == "VENDOR"
    assert [m for m in world.mails_to("boss@msp.example") if "Look at a mail" in m.subject]


@pytest.mark.parametrize("who", ["colleague", "client"])
def test_at_the_vendor_s_own_domain_our_people_and_the_client_s_are_not_the_vendor(world, case, who):
    Vendor.objects.update(mail_domains=["msp.example", "acme.example"])
    sender = {"colleague": "L1@msp.example", "client": "Dana@acme.example"}[who]
    assert come(world, mail(sender=sender, To=at(case)))[0] == "LOOK"
    ContactPoint.objects.create(service=world.m365, order=2, kind="EMAIL", value=sender.lower())
    assert come(world, mail(sender=sender, To=at(case), Message_ID="<2@x>"))[0] == "CASE", "it is a contact of theirs"


def test_a_late_word_of_a_stranger_waits_too(world, case):
    world.do(lifecycle.resolve, case.ticket, summary="Done.")
    assert come(world, mail(sender="mia@else.example", To=at(case)))[0] == "LOOK"
    assert kinds(case) == ["LODGED"]


def test_a_program_of_a_stranger_s_is_recorded_and_shown_as_such(world, case):
    raw = mail("We have got it.", sender="noreply@desk.example", To=at(case), Auto_Submitted="auto-replied")
    assert come(world, raw)[0] == "CASE"
    assert (kinds(case), fresh(case).ball) == (["LODGED", "AUTO_REPLY"], "VENDOR")
    assert "an address that nobody knows as theirs" in world.said(case.ticket, "VENDOR_AUTO_REPLY")[0]


@pytest.mark.parametrize("sender", ["mia@else.example", "dana@acme.example", "l1@msp.example"])
def test_what_calls_itself_automatic_sets_no_number_unless_it_is_the_vendor_s(world, case, sender):
    Service.objects.update(number_pattern=r"CS\d{7}")
    Vendor.objects.update(mail_domains=["acme.example", "msp.example"])
    said = {"To": at(case), "Subject": "[CS0012345] We got it", "Auto_Submitted": "auto-replied"}
    assert come(world, mail(sender=sender, **said))[0] == "CASE"
    assert (kinds(case), fresh(case).number) == (["LODGED", "AUTO_REPLY"], "")
    assert "an address that nobody knows as theirs" in world.said(case.ticket, "VENDOR_AUTO_REPLY")[0]
    come(world, mail(Message_ID="<2@v>", **said))
    assert fresh(case).number == "CS0012345", "the vendor's own is taken"


def test_who_has_the_ticket_is_told_once_that_mails_wait_and_where(world, case, settings):
    world.do(lifecycle.assign, case.ticket, by=world.manager, to="l1@msp.example")
    for number in range(3):
        come(world, mail("Here.", sender="mia@new.example", To=at(case), Message_ID=f"<{number}@x>"))
    [told] = waiting(world)
    first = ReceivedMail.objects.order_by("pk").first()
    assert "A mail from mia@new.example about the case with Microsoft waits to be looked at. It came to" in told.body
    assert f"a manager puts it to the case: {settings.PUBLIC_URL}/calls/mails/{first.pk}/" in told.body
    ReceivedMail.objects.update(looked_by=world.manager, looked_at=world.now)
    come(world, mail("And now?", sender="mia@new.example", To=at(case), Message_ID="<later@x>"))
    assert len(waiting(world)) == 2, "what waited before was looked at"


def test_where_nobody_has_the_ticket_its_step_is_told(world, case):
    assert world.fresh(case.ticket).assignee is None
    come(world, mail("Here.", sender="mia@new.example", To=at(case)))
    assert len(waiting(world)) == 1
    assert [n.ticket for n in Notification.objects.filter(text__contains="waits to be looked at")] == [case.ticket]


def test_a_colleague_s_doubtful_call_does_not_hide_that_a_mail_waits(world, case):
    come(world, mail(sender="l1@msp.example", To="escalations@portal.example", Subject=f"[{case.ticket.key}] Help"))
    assert ReceivedMail.objects.get().outcome == "LOOK" and not waiting(world)
    come(world, mail("Here.", sender="mia@new.example", To=at(case), Message_ID="<2@x>"))
    assert len(waiting(world)) == 1
