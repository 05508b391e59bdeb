"""Mail about vendors' cases: which case it is put to and on whose word; what came back; who must look."""

from datetime import timedelta

import pytest
from django.core import mail as sent
from mails import OURS, mail, report, vouched

from integrations.mail.inbound import take_in
from integrations.mail.source import LARGEST_BYTES
from integrations.models import ReceivedMail
from outbox.models import Alarm
from tickets import lifecycle
from tickets.models import CaseMessage, CaseTask, TicketEvent, VendorCase
from tickets.side import talking
from vendors.models import ContactPoint, Service, Vendor, Verification


@pytest.fixture(autouse=True)
def our_server(settings):
    settings.TRUSTED_AUTHSERV_ID = OURS


@pytest.fixture
def case(world):
    return lodged(world)


def lodged(world, service="Microsoft 365", ticket=None):
    ticket = ticket or world.open(service=world.m365)
    world.do(lifecycle.lodge_case, ticket, service=service, why="Theirs", answers={})
    world.tick()
    case = VendorCase.objects.get(ticket=ticket, service__name=service)
    assert (case.status, case.ball) == ("LODGED", "VENDOR")
    return case


def come(world, raw, **said):
    [row] = take_in(raw, now=world.now, **said)
    world.tick()
    return row.outcome, row.because


def at(case):
    return f"reply+{case.token}@portal.example"


def ours_of(case):
    return case.messages.get(seq=1).mail_id


def fresh(case):
    return VendorCase.objects.get(pk=case.pk)


def kinds(case):
    return list(case.messages.order_by("seq").values_list("kind", flat=True))


def why(case):
    return TicketEvent.objects.filter(ticket=case.ticket, kind__startswith="VENDOR_").latest("seq").why


def from_vendor(text="We look at it.", subject="Re: yours", **headers):
    """From the vendor, whom our server knows, to no address of a case."""
    said = {"To": "support@portal.example", "Authentication_Results": vouched("vendor.example")} | headers
    return mail(text, sender="mia@vendor.example", Subject=subject, **said)


def test_a_mail_to_the_address_of_a_case_is_in_it_whoever_sent_it(world, case):
    outcome, because = come(world, mail("We look at it.", sender="mia@else.example", To=at(case).upper()))
    assert outcome == "CASE" and "the case with Microsoft, read as an answer" in because
    assert fresh(case).ball == "US" and kinds(case) == ["LODGED", "ANSWER"]
    assert why(case)["found"] == "TOKEN" and why(case)["stranger"] is True
    assert "an address that nobody knows as theirs" in world.said(case.ticket, "VENDOR_ANSWERED")[0]


@pytest.mark.parametrize("header", ["In_Reply_To", "References"])
def test_a_mail_that_answers_one_of_ours_is_in_its_case(world, case, header):
    raw = mail("Which users?", sender="mia@else.example", **{header: f"<x@y> {ours_of(case)}"})
    outcome, because = come(world, raw)
    assert (outcome, why(case)["found"]) == ("CASE", "REFERENCE") and "a question" in because
    assert CaseTask.objects.get(case=case).kind == "ANSWER"


def test_a_vendor_s_own_message_id_leads_nowhere(world, case):
    """The vendor's ids are known to others; ours only to whom we wrote."""
    come(world, mail(To=at(case), Message_ID="<theirs@vendor.example>"))
    assert come(world, mail(sender="x@evil.example", In_Reply_To="<theirs@vendor.example>"))[0] == "IGNORED"
    assert kinds(case) == ["LODGED", "ANSWER"]


def test_an_id_that_only_looks_like_ours_leads_nowhere(world, case):
    guessed = f"<{'0' * 32}.{case.ticket.key.lower()}@portal.example>"
    assert come(world, mail(sender="x@evil.example", In_Reply_To=guessed))[0] == "IGNORED"


@pytest.mark.parametrize(
    "subject, text, pattern",
    [
        ("Update on CS0012345", "Working on it.", r"CS\d{7}"),
        ("Update", "Your case CS0012345 is in work.", r"\b(CS\d{7})\b"),
        ("[cs0012345] Update", "Working on it.", ""),
    ],
)
def test_a_vendor_whom_our_server_knows_finds_its_case_by_its_number(world, case, subject, text, pattern):
    Service.objects.update(number_pattern=pattern)
    VendorCase.objects.update(number="CS0012345")
    outcome, _ = come(world, from_vendor(text, subject))
    assert (outcome, why(case)["found"]) == ("CASE", "NUMBER") and fresh(case).ball == "US"


def test_mail_domains_of_a_vendor_count_as_its_contacts_do(world, case):
    VendorCase.objects.update(number="CS0012345")
    Vendor.objects.update(mail_domains=["microsoft.example"])
    raw = mail(sender="a@microsoft.example", Subject="CS0012345", Authentication_Results=vouched("microsoft.example"))
    assert come(world, raw)[0] == "CASE"


def test_of_a_vendor_with_an_address_that_anybody_can_have_only_that_address_counts(world, case):
    VendorCase.objects.update(number="CS0012345")
    ContactPoint.objects.update(value="support@gmail.com")
    vouch = {"Authentication_Results": vouched("gmail.com"), "Subject": "CS0012345"}
    assert come(world, mail(sender="evil@gmail.com", Message_ID="<1@x>", **vouch))[0] == "LOOK"
    assert come(world, mail(sender="support@gmail.com", Message_ID="<2@x>", **vouch))[0] == "CASE"


def test_a_number_finds_an_open_case_before_a_closed_one(world, case):
    world.do(lifecycle.resolve, case.ticket, summary="Done.")
    again = lodged(world)
    VendorCase.objects.update(number="CS0012345")
    come(world, from_vendor(subject="CS0012345"))
    assert kinds(again) == ["LODGED", "ANSWER"] and kinds(case) == ["LODGED"]


@pytest.mark.parametrize(
    "change, words",
    [
        ({"Authentication_Results": None}, "does not vouch"),
        ({"Authentication_Results": vouched("vendor.example", server="mx.evil.example")}, "does not vouch"),
        ({"From": "mia@vendor.example, x@evil.example"}, "does not vouch"),
        ({"From": "x@evil.example", "Authentication_Results": vouched("evil.example")}, "is not known as Microsoft's"),
        ({"Subject": "Hello"}, "names no case of ours"),
        ({"Subject": "CS7777777"}, "names no case of ours"),
    ],
)
def test_strangers_and_what_names_no_case_wait_for_a_manager_and_are_in_no_case(world, case, change, words):
    VendorCase.objects.update(number="CS0012345")
    headers = {"subject": change.pop("Subject", "CS0012345")}
    outcome, because = come(world, from_vendor(**headers, **change))
    assert outcome == "LOOK" and words in because
    assert kinds(case) == ["LODGED"] and fresh(case).ball == "VENDOR"
    assert [m for m in world.mails_to("boss@msp.example") if "Look at a mail" in m.subject]


def test_a_vendor_s_newsletter_bothers_nobody(world, case):
    assert come(world, from_vendor(subject="News", Precedence="bulk"))[0] == "IGNORED"
    assert not world.mails_to("boss@msp.example")


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "auto_reply"}, {"X_Autoreply": "yes"}, {"Return_Path": "<>"}],
)
def test_an_automatic_reply_is_recorded_with_its_number_and_is_never_an_answer(world, case, headers):
    Service.objects.update(number_pattern=r"CS\d{7}")
    raw = mail("We have closed for today. Is it urgent?", To=at(case), Subject="[CS0012345] We got it", **headers)
    assert come(world, raw)[0] == "CASE"
    case = fresh(case)
    assert (kinds(case), case.ball, case.number) == (["LODGED", "AUTO_REPLY"], "VENDOR", "CS0012345")
    assert not CaseTask.objects.filter(case=case).exists()


def test_words_of_an_absence_do_not_make_a_mail_automatic(world, case):
    """What a person writes is an answer, however it sounds: only what the mail says of itself counts."""
    come(world, mail("I am out of office today, Mia looks at it.", To=at(case)))
    assert kinds(case) == ["LODGED", "ANSWER"]


def test_the_same_mail_twice_and_at_two_addresses_of_ours_is_in_the_case_once(world, case):
    raw = mail("Yes.", To=at(case))
    assert come(world, raw) == come(world, raw)
    again = mail("Yes.", To="support@portal.example", In_Reply_To=ours_of(case))
    assert come(world, again) == ("CASE", "It is in its case already.")
    assert kinds(case) == ["LODGED", "ANSWER"]


def test_a_reply_to_a_closed_case_is_kept_as_late(world, case):
    world.do(lifecycle.resolve, case.ticket, summary="Done.")
    outcome, because = come(world, mail("We have found it.", To=at(case)))
    assert outcome == "CASE" and "after the case was closed" in because
    assert kinds(case) == ["LODGED", "LATE"] and world.fresh(case.ticket).status == "RESOLVED"


def test_two_vendors_on_one_ticket_get_each_its_own(world, case):
    forti = Vendor.objects.create(name="Fortinet")
    service = Service.objects.create(name="Firewalls", vendor=forti, template={"subject": "F", "body": "F"})
    ContactPoint.objects.create(service=service, order=1, kind="EMAIL", value="tac@forti.example")
    other = lodged(world, "Firewalls", case.ticket)
    come(world, mail("One.", To=at(other), Message_ID="<1@f>"))
    come(world, mail("Two.", In_Reply_To=ours_of(case), Message_ID="<2@v>", sender="tac@forti.example"))
    assert [m.body for m in other.messages.filter(kind="ANSWER")] == ["One."]
    assert [m.body for m in case.messages.filter(kind="ANSWER")] == ["Two."]


def test_an_answer_to_a_side_conversation_with_the_vendor_is_in_no_case(world, case):
    thread = talking.open_conversation(
        key=case.ticket.key, to=["support@vendor.example"], subject="Beside", body="?", by=world.l1, now=world.now
    )
    raw = from_vendor(subject="CS0012345", To=f"reply+{thread.token}@portal.example")
    VendorCase.objects.update(number="CS0012345")
    assert come(world, raw)[0] == "ANSWER" and kinds(case) == ["LODGED"]


def test_what_is_enclosed_is_named_and_what_is_too_large_is_told(world, case):
    enclosed = (
        f"From: a@vendor.example\nTo: {at(case)}\nContent-Type: multipart/mixed; boundary=X\n\n--X\n\nSee log."
        "\n--X\nContent-Disposition: attachment; filename=a.log\n\nlog\n--X--\n"
    )
    come(world, enclosed.encode())
    come(world, mail(To=at(case), Message_ID="<2@x>") + b"x" * LARGEST_BYTES)
    first, second = case.messages.filter(kind="ANSWER").order_by("seq")
    assert "(It came with a.log" in first.body and "larger than 25 MB" in second.body


def test_a_flood_to_one_case_waits_for_a_manager(world, case):
    rows = [
        CaseMessage(case=case, seq=n, kind="AUTO_REPLY", body="x", at=world.now, sender="x@y", mail_id=f"<{n}>")
        for n in range(2, 62)
    ]
    CaseMessage.objects.bulk_create(rows)
    outcome, because = come(world, mail(To=at(case)))
    assert outcome == "LOOK" and "within an hour" in because
    world.now += timedelta(hours=2)
    assert come(world, mail(To=at(case), Message_ID="<later@x>"))[0] == "CASE"


# what came back ------------------------------------------------------------------------------------------------------


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
