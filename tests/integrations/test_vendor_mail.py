"""Mail about vendors' cases: which case it is put to and on whose word; what came back; who must look."""

from datetime import timedelta

import pytest
from case_mails import at, come, fresh, kinds, lodged, ours_of, why
from mails import OURS, mail, vouched

from integrations.mail.source import LARGEST_BYTES
from tickets import lifecycle
from tickets.models import CaseMessage, CaseTask, VendorCase
from tickets.side import talking
from vendors.models import ContactPoint, Service, Vendor


@pytest.fixture(autouse=True)
def our_server(settings):
    settings.TRUSTED_AUTHSERV_ID = OURS


@pytest.fixture
def case(world):
    return lodged(world)


def from_vendor(text="We look at it.", subject="Re: yours", **headers):
    """From the vendor, whom our server knows, to no address of a case."""
    said = {"To": "support@portal.example", "Authentication_Results": vouched("vendor.example")} | headers
    return mail(text, sender="mia@vendor.example", Subject=subject, **said)


@pytest.mark.parametrize("sender", ["mia@vendor.example", "robot@mail.vendor.example", "mia@eu.microsoft.example"])
def test_a_mail_of_the_vendor_s_to_the_address_of_a_case_is_in_it(world, case, sender):
    Vendor.objects.update(mail_domains=["microsoft.example"])
    outcome, because = come(world, mail("We look at it.", sender=sender, To=at(case).upper()))
    assert outcome == "CASE" and "the case with Microsoft, read as an answer" in because
    assert fresh(case).ball == "US" and kinds(case) == ["LODGED", "ANSWER"]
    assert why(case)["found"] == "TOKEN" and why(case)["stranger"] is False


@pytest.mark.parametrize("header", ["In_Reply_To", "References"])
def test_a_mail_that_answers_one_of_ours_is_in_its_case(world, case, header):
    raw = mail("Which users?", sender="mia@vendor.example", **{header: f"<x@y> {ours_of(case)}"})
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
    come(world, mail("One.", To=at(other), Message_ID="<1@f>", sender="tac@forti.example"))
    come(world, mail("Two.", In_Reply_To=ours_of(case), Message_ID="<2@v>"))
    assert come(world, mail("Three.", To=at(case), Message_ID="<3@f>", sender="tac@forti.example"))[0] == "LOOK"
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
