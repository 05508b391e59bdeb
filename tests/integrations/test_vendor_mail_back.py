"""Mails to vendors that came back: whose contact is marked, where the case goes, and what a forged report does."""

import pytest
from case_mails import at, come, fresh, kinds, lodged, ours_of
from django.core import mail as sent
from mails import mail, report

from integrations.models import ReceivedMail
from outbox.models import Alarm
from tickets import lifecycle
from tickets.cases.writing import write
from tickets.models import CaseMessage, CaseTask
from vendors.models import ContactPoint, Verification


@pytest.fixture
def case(world):
    return lodged(world)


def second_contact(world, kind="EMAIL", value="second@vendor.example"):
    return ContactPoint.objects.create(service=world.m365, order=2, kind=kind, value=value)


def back(case, **said):
    said.setdefault("delivered", at(case))
    return report(ours=ours_of(case), **said)


def test_mail_that_came_back_marks_the_contact_and_goes_to_the_next(world, case):
    second_contact(world)
    outcome, because = come(world, back(case))
    assert outcome == "CASE" and "came back" in because and "550 No such user" in because
    first = world.m365.contact_points.get(order=1)
    assert first.bad_since == world.now and "550" in first.bad_because
    assert Verification.objects.get().outcome == "BOUNCED" and Alarm.objects.filter(cleared_at=None).exists()
    assert [m.to for m in sent.outbox if "vendor.example" in m.to[0]][-1] == ["second@vendor.example"]
    assert fresh(case).contact_point.value == "second@vendor.example" and fresh(case).ball == "VENDOR"
    assert "VENDOR_BOUNCED" in world.kinds(case.ticket)


def test_where_no_contact_is_left_the_ball_is_ours_and_somebody_must_find_one(world, case):
    come(world, back(case))
    assert CaseTask.objects.get(case=case, done_at=None).kind == "CONTACT"
    assert fresh(case).ball == "US" and world.fresh(case.ticket).holder_kind == "TIER"


def test_what_is_only_late_is_recorded_and_changes_nothing(world, case):
    second_contact(world)
    outcome, because = come(world, back(case, action="delayed", status="4.4.1"))
    assert outcome == "CASE" and "is late" in because
    assert kinds(case) == ["LODGED", "AUTO_REPLY"] and not ContactPoint.objects.filter(bad_since__isnull=False).exists()
    assert fresh(case).ball == "VENDOR"


def test_what_was_given_up_after_days_goes_to_the_next_contact_and_blames_no_address(world, case):
    second_contact(world)
    come(world, back(case, status="4.4.7", words="expired"))
    assert fresh(case).contact_point.value == "second@vendor.example"
    assert not ContactPoint.objects.filter(bad_since__isnull=False).exists()


@pytest.mark.parametrize("named", ["", "field", "message"])
@pytest.mark.parametrize("delivered", ["support@portal.example", None])
def test_a_forged_bounce_marks_nothing_and_waits_for_a_manager(world, case, named, delivered):
    forged = f"<{'0' * 32}.{case.ticket.key.lower()}@portal.example>"
    outcome, because = come(world, report(ours=forged, named=named, delivered=delivered or at(case)))
    assert outcome == "LOOK" and "names none of ours" in because
    assert kinds(case) == ["LODGED"] and not ContactPoint.objects.filter(bad_since__isnull=False).exists()


def told_of_doubt(world):
    return [m for m in world.mails_to("l1@msp.example") if "may not have arrived" in m.body]


def test_of_an_address_that_we_did_not_write_to_no_contact_is_marked_and_who_has_the_ticket_is_told(world, case):
    """Theirs has rewritten our recipient's address or passed the mail on; which, the report does not say."""
    second_contact(world)
    outcome, because = come(world, back(case, to="paul@internal.vendor.example"))
    assert outcome == "CASE" and "did not reach an address that we did not write to: paul@internal" in because
    assert kinds(case) == ["LODGED", "AUTO_REPLY"] and fresh(case).ball == "VENDOR"
    assert not ContactPoint.objects.filter(bad_since__isnull=False).exists()
    assert not world.mails_to("second@vendor.example")
    [told] = told_of_doubt(world)
    assert "Our mail to Microsoft may not have arrived: paul@internal.vendor.example could not be reached" in told.body


def test_of_one_letter_it_is_told_once_and_of_the_next_again(world, case):
    come(world, back(case, to="paul@in.vendor.example", action="delayed", status="4.4.1"))
    assert not told_of_doubt(world), "it may arrive yet"
    for number, to in enumerate(("paul@in.vendor.example", "mia@in.vendor.example")):
        come(world, back(case, to=to, mail_id=f"<{number}@mx>"))
    assert len(told_of_doubt(world)) == 1 and kinds(case) == ["LODGED", *["AUTO_REPLY"] * 3]
    world.do(write, case.ticket, case_id=case.pk, text="Is it there?", keep_ball=False)
    reply = case.messages.get(kind="REPLY")
    come(world, report(ours=reply.mail_id, to="paul@in.vendor.example", mail_id="<9@mx>"))
    assert len(told_of_doubt(world)) == 2


def test_of_a_case_that_is_over_nobody_is_told_so(world, case):
    world.do(lifecycle.resolve, case.ticket, summary="Done.")
    come(world, back(case, to="paul@in.vendor.example"))
    assert kinds(case) == ["LODGED", "AUTO_REPLY"] and not told_of_doubt(world)


@pytest.mark.parametrize(
    "said", [{"to": "SUPPORT@Vendor.example"}, {"to": "x@in.example", "original": "support@vendor.example"}]
)
def test_however_it_is_written_or_rewritten_our_recipient_s_report_is_a_bounce(world, case, said):
    second_contact(world)
    come(world, back(case, **said))
    assert "BOUNCE" in kinds(case) and ContactPoint.objects.get(order=1).bad_since


def test_a_flood_of_reports_on_one_case_waits_for_a_manager_too(world, case):
    rows = [
        CaseMessage(case=case, seq=n, kind="BOUNCE", body="x", at=world.now, sender="x@y", mail_id=f"<{n}>")
        for n in range(2, 62)
    ]
    CaseMessage.objects.bulk_create(rows)
    outcome, because = come(world, back(case))
    assert outcome == "LOOK" and "60 mails about the case with Microsoft came within an hour" in because
    assert case.messages.count() == 61 and not ContactPoint.objects.filter(bad_since__isnull=False).exists()


def test_the_same_bounce_twice_goes_to_the_next_contact_once(world, case):
    second_contact(world)
    third = ContactPoint.objects.create(service=world.m365, order=3, kind="EMAIL", value="third@vendor.example")
    for delivered in (at(case), "support@portal.example"):
        come(world, back(case, delivered=delivered))
    assert fresh(case).contact_point.value == "second@vendor.example" and third.bad_since is None


def test_a_bounce_of_an_address_that_the_case_has_left_does_not_send_it_on(world, case):
    second_contact(world)
    come(world, back(case))
    come(world, back(case, mail_id="<again@mx>"))
    assert fresh(case).contact_point.value == "second@vendor.example"
    assert kinds(case) == ["LODGED", "BOUNCE", "LODGED", "BOUNCE"]


def test_a_bounce_about_a_case_that_is_over_is_only_recorded(world, case):
    second_contact(world)
    world.do(lifecycle.resolve, case.ticket, summary="Done.")
    come(world, back(case))
    assert kinds(case) == ["LODGED", "BOUNCE"] and not world.mails_to("second@vendor.example")
    assert ContactPoint.objects.get(order=1).bad_since, "the address is wrong all the same"


def test_a_report_about_a_mail_to_a_colleague_is_nothing_to_look_at(world, case):
    raw = report(ours="<x@portal.example>", to="l1@msp.example")
    assert come(world, raw)[0] == "IGNORED"


def test_a_case_is_sent_back_to_its_own_address(world, case):
    [ours] = [m for m in sent.outbox if m.to == ["support@vendor.example"]]
    assert ours.from_email == at(case) and ours.message()["From"] == "Escalation Portal <support@portal.example>"


def test_a_mail_is_stored_with_its_case_s_ticket(world, case):
    come(world, mail(To=at(case)))
    assert ReceivedMail.objects.get().ticket == case.ticket
