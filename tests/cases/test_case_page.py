"""A case's page: what it tells, what may be done there, and what is refused in words."""

import psycopg2
import pytest
from django.db import connection

from accounts import roles
from accounts.clock import database_now
from accounts.encryption import encrypt
from clients.access import give_role
from outbox.models import Message
from tickets import lifecycle, merging
from tickets.cases import receiving
from tickets.models import CaseMessage, CaseTask, VendorCase
from vendors.models import ContactPoint, ServiceAccount, Vendor
from world import REQUIRED, TENANT, World

PIN = {"key": "pin", "label": "Support PIN", "source": "account.pin", "secret": True}


def lodge(desk, ticket, **answers):
    return desk.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers=answers, why="It is on their side")


def prepared(desk, ticket):
    """A complete case that waits for somebody to lodge it on the portal."""
    address = "https://portal.vendor.example/new"
    ContactPoint.objects.get_or_create(service=desk.m365, order=2, kind="PORTAL", value=address)
    desk.m365.lodge_by = "PORTAL"
    desk.m365.save()
    case = lodge(desk, ticket)
    assert (case.status, case.channel, case.contact_point.value) == ("PREPARED", "PORTAL", address)
    return case


def url(case, noun=""):
    return f"/tickets/ESC-{case.ticket_id}/cases/{case.pk}/{noun}"


def read(browser, case):
    return browser.get(url(case)).content.decode()


def do(browser, case, noun, /, **said):
    answer = browser.post(url(case, noun), said)
    return answer.status_code, answer.content.decode()


# what it tells --------------------------------------------------------------------------------------------------------


def test_an_incomplete_case_tells_what_is_known_from_where_and_what_is_missing(desk, ticket, browser):
    desk.m365.required = REQUIRED
    desk.m365.template = {"subject": "{{problem}}", "body": "{{users}} cannot work"}
    desk.m365.save()
    html = read(browser, lodge(desk, ticket))
    assert "Waits for 1 answer before it can go out." in html
    assert TENANT in html and "The client&#x27;s account: tenant id" in html and "The ticket: title" in html
    assert 'name="answer_users"' in html and "Asked of the technician" in html
    assert '<span class="letter-gap">[Affected users]</span> cannot work' in html
    assert "It is on their side" in html and "Mark as lodged" not in html


def test_who_answered_is_named_beside_the_answer(desk, ticket, browser):
    desk.m365.required = REQUIRED
    desk.m365.save()
    case = lodge(desk, ticket)
    desk.do(lifecycle.lodge_case, ticket, desk.l2, service="Microsoft 365", answers={"users": "40"}, why="")
    assert "L2 answered, " in read(browser, case)


def test_what_has_changed_at_its_source_is_said_to_be_of_then(desk, ticket, browser):
    case = lodge(desk, ticket)
    ServiceAccount.objects.update(facts={"tenant_id": TENANT.replace("1", "2")})
    html = read(browser, case)
    assert "tenant id, as it was then" in html and TENANT in html


def test_a_lodged_case_tells_since_when_and_by_when_and_shows_what_was_sent(desk, ticket, browser):
    case = lodge(desk, ticket)
    desk.tick()
    html = read(browser, case)
    assert "With Microsoft since " in html and "an answer is promised by " in html and "(Office)" in html
    assert "The case as it was lodged" in html and "support@vendor.example" in html
    assert "Mark as lodged" not in html and "The letter, as it stands" not in html


def test_a_mail_that_failed_says_so_and_offers_both_ways_on(desk, ticket, browser):
    case = lodge(desk, ticket)
    Message.objects.filter(pk=case.message_id).update(state="DEAD", last_error="550 no such mailbox")
    desk.tick()
    html = read(browser, case)
    assert "Could not be sent: 550 no such mailbox." in html
    assert "Send again" in html and "Mark as lodged" in html


def test_answers_automatic_replies_and_bounces_are_told_apart(desk, ticket, browser):
    case = lodge(desk, ticket)
    desk.tick()
    kinds = {"ANSWER": "We look at it", "AUTO_REPLY": "Out of office", "BOUNCE": "No such user"}
    for seq, (kind, body) in enumerate(kinds.items(), start=2):
        CaseMessage.objects.create(
            case=case, seq=seq, kind=kind, sender="help@vendor.example", body=f"{body}\n\n> quoted", at=desk.now
        )
    html = read(browser, case)
    first, second, third = (html.index(body) for body in kinds.values())
    assert first < second < third
    assert "The vendor&#x27;s answer" in html and "Automatic, no answer" in html and "It came back" in html
    assert html.count("Automatic, no answer") == 1 and "Show all" in html


def test_a_case_that_is_being_sent_shows_its_letter_once_and_the_way_by_hand_folded(desk, ticket, browser):
    case = lodge(desk, ticket)
    html = read(browser, case)
    assert "Complete. It is being sent" in html and "The letter, as it stands" not in html
    folded = html[html.index('<section class="section case-lodging"') :]
    assert folded.index("<details") < folded.index("Mark as lodged") < folded.index("</details>")
    status, html = do(browser, case, "lodged/", number="9" * 81)
    assert status == 422 and '<details class="entry-details" open><summary>Do it instead' in html
    Message.objects.filter(pk=case.message_id).update(state="DEAD", last_error="550 no such mailbox")
    desk.tick()
    assert "Do it instead" not in read(browser, case)


def test_writing_stands_before_closing_and_first_of_all_while_the_vendor_has_asked(desk, ticket, browser):
    case = lodge(desk, ticket)
    desk.tick()

    def order():
        html = read(browser, case)
        return html, html.index('id="reply"') < html.index('id="done"')

    assert order()[1]
    for kind, words, written_first in (
        ("CLOSING", "Microsoft holds it for done.", False),
        ("QUESTION", "Microsoft holds it for done.", True),
    ):
        desk.do(receiving.by_hand, ticket, case_id=case.pk, kind=kind, text="So it is", number="")
        html, first = order()
        assert words in html and first == written_first


def test_a_question_is_told_as_a_question(desk, ticket, browser):
    case = lodge(desk, ticket)
    desk.tick()
    desk.do(receiving.by_hand, ticket, case_id=case.pk, kind="QUESTION", text="Which tenant?", number="")
    for page in (url(case), f"/tickets/{ticket.key}/"):
        html = browser.get(page).content.decode()
        assert "Microsoft has asked us a question." in html and "Microsoft has answered." not in html


def test_harmful_words_of_a_vendor_are_only_words(desk, ticket, browser):
    case = lodge(desk, ticket)
    CaseMessage.objects.create(
        case=case, seq=2, kind="ANSWER", sender="<b>x", body="<script>alert(1)</script>", at=desk.now
    )
    html = read(browser, case)
    assert "<script>alert" not in html and "&lt;script&gt;alert(1)" in html and "&lt;b&gt;x" in html


def test_a_retired_vendor_is_said_to_be_retired(desk, ticket, browser):
    case = lodge(desk, ticket)
    Vendor.objects.update(retired_at=desk.now)
    assert "This service is retired" in read(browser, case)


# lodging by hand ------------------------------------------------------------------------------------------------------


def test_the_portal_is_opened_the_fields_are_copied_and_the_case_is_marked(desk, ticket, browser):
    case = prepared(desk, ticket)
    html = read(browser, case)
    assert 'href="https://portal.vendor.example/new"' in html and 'rel="noopener noreferrer"' in html
    for field in ("copy-subject", "copy-severity", "copy-tenant_id", "copy-body"):
        assert f'id="{field}"' in html and f'data-copy="{field}"' in html
    assert do(browser, case, "lodged/", number="2603020030001234")[0] == 303
    html = read(browser, case)
    assert "With Microsoft since" in html and 'value="2603020030001234"' in html
    assert CaseTask.objects.get(case=case).done_by == desk.l1


def test_the_second_of_two_is_told_who_was_first_on_the_own_clock(desk, ticket, browser, client):
    case = prepared(desk, ticket)
    do(browser, case, "lodged/", number="1")
    client.force_login(desk.l2)
    status, html = do(client, case, "lodged/", number="2")
    assert status == 409 and "L1 lodged it at " in html and "Nothing was done." in html and 'role="alert"' in html
    assert VendorCase.objects.get(pk=case.pk).number == "1"


def test_a_number_that_is_too_long_comes_back_with_the_way_out(desk, ticket, browser):
    case = prepared(desk, ticket)
    status, html = do(browser, case, "lodged/", number="9" * 81)
    assert status == 422 and "at most 80 characters; it has 81" in html and f'value="{"9" * 81}"' in html
    assert VendorCase.objects.get(pk=case.pk).status == "PREPARED"


def test_a_number_unlike_the_vendor_s_is_asked_for_once_more_and_then_kept(desk, ticket, browser):
    desk.m365.number_pattern = "PT-([0-9]{6})"
    desk.m365.save()
    case = prepared(desk, ticket)
    for noun, number in (("lodged", "wrong 1"), ("number", "wrong 2")):
        status, html = do(browser, case, f"{noun}/", number=number)
        assert status == 422 and f'id="{noun}_number_error"' in html
        assert f"“{number}” does not look like the numbers of Microsoft 365, such as PT-012345." in html
        assert f'name="kept" value="{number}"' in html
        status, html = do(browser, case, f"{noun}/", number="another", kept=number)
        assert status == 422 and 'name="kept" value="another"' in html
        assert VendorCase.objects.get(pk=case.pk).number != number
        assert do(browser, case, f"{noun}/", number=number, kept=number)[0] == 303
        assert VendorCase.objects.get(pk=case.pk).number == number


def test_the_same_number_again_is_told(desk, ticket, browser):
    case = prepared(desk, ticket)
    do(browser, case, "number/", number="12")
    status, html = do(browser, case, "number/", number="12")
    assert status == 409 and "Their number is 12 already." in html


def test_a_secret_is_masked_until_somebody_reveals_it_once(desk, ticket, browser):
    desk.m365.required = [*desk.m365.required, PIN]
    desk.m365.save()
    ServiceAccount.objects.update(secrets={"pin": encrypt("97531")})
    case = prepared(desk, ticket)
    html = read(browser, case)
    assert "97531" not in html and "Reveal" in html and "••••••" in html
    answer = browser.post(url(case, "reveal/"), {"field": "pin"})
    assert "97531" in answer.content.decode() and "no-store" in answer.headers["Cache-Control"]
    assert "97531" not in read(browser, case)
    assert desk.said(ticket, "CASE_SECRET_SEEN") == ["L1 has seen Support PIN for the case with Microsoft."]


@pytest.mark.parametrize("field", ["tenant_id", "nothing", ""])
def test_what_is_no_secret_is_not_revealed(desk, ticket, browser, field):
    status, html = do(browser, prepared(desk, ticket), "reveal/", field=field)
    assert status == 422 and "is no secret of this case." in html


def test_lodging_is_not_ticked_off_but_done(desk, ticket, browser):
    case = prepared(desk, ticket)
    assert "Tick it off" not in read(browser, case)
    status, html = do(browser, case, "task/", kind="LODGE")
    assert status == 409 and "done by the act itself" in html


# what is said ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def lodged(desk, ticket):
    case = lodge(desk, ticket)
    desk.tick()
    case.refresh_from_db()
    return case


def test_what_they_said_on_the_telephone_is_noted_and_passes_the_ball(desk, ticket, lodged, browser):
    said = {"kind": "QUESTION", "text": "Which version?", "number": "4711"}
    assert do(browser, lodged, "by-hand/", **said)[0] == 303
    html = read(browser, lodged)
    assert "Our move since " in html and "Which version?" in html and "Answer the vendor" in html
    assert 'value="4711"' in html and "L1 noted:</span> The vendor&#x27;s question" in html


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"text": "x"}, "Say what it was."),
        ({"kind": "NONSENSE", "text": "x"}, "Select a valid choice"),
        ({"kind": "ANSWER", "text": ""}, "Write what the vendor said."),
        ({"kind": "ANSWER", "text": "Kept words", "number": "9" * 81}, "at most 80 characters"),
    ],
)
def test_what_cannot_be_noted_is_told_and_kept(lodged, browser, said, words):
    status, html = do(browser, lodged, "by-hand/", **said)
    assert status == 422 and words in html and said["text"] in html
    assert CaseMessage.objects.filter(case=lodged).count() == 1


def test_we_write_back_and_the_vendor_has_the_ball_unless_we_keep_it(desk, ticket, lodged, browser):
    do(browser, lodged, "by-hand/", kind="QUESTION", text="Which version?")
    assert "Goes to support@vendor.example." in read(browser, lodged)
    assert do(browser, lodged, "reply/", text="One moment", keep_ball="on")[0] == 303
    assert VendorCase.objects.get().ball == "US"
    assert do(browser, lodged, "reply/", text="Version 8")[0] == 303
    assert VendorCase.objects.get().ball == "VENDOR"
    assert "Version 8" in read(browser, lodged)


def test_what_the_vendor_holds_for_done_is_confirmed_or_refused_with_a_why(desk, ticket, lodged, browser):
    do(browser, lodged, "by-hand/", kind="CLOSING", text="All done")
    html = read(browser, lodged)
    assert "Microsoft holds it for done. Is it?" in html and "Yes, close the case" in html
    assert do(browser, lodged, "refusal/", why="")[0] == 422
    assert do(browser, lodged, "refusal/", why="Still down")[0] == 303
    assert VendorCase.objects.get().ball == "VENDOR"
    do(browser, lodged, "by-hand/", kind="CLOSING", text="Now it is")
    assert do(browser, lodged, "confirmation/")[0] == 303
    assert VendorCase.objects.get().status == "CLOSED"
    assert "Closed since " in read(browser, lodged)
    assert do(browser, lodged, "confirmation/")[0] == 409


def test_only_a_manager_has_it_sent_although_something_is_missing(desk, ticket, browser, client):
    desk.m365.required = REQUIRED
    desk.m365.save()
    case = lodge(desk, ticket)
    assert "Send without" not in read(browser, case) and do(browser, case, "override/", why="Urgent")[0] == 403
    client.force_login(desk.manager)
    assert "Send it although something is missing" in read(client, case)
    assert do(client, case, "override/", why=" ")[0] == 422
    assert do(client, case, "override/", why="Nobody can be reached")[0] == 303
    html = read(client, case)
    assert VendorCase.objects.get().status == "QUEUED" and "Boss: Nobody can be reached" in html


# who, and what is not there -------------------------------------------------------------------------------------------


def test_a_case_of_another_ticket_and_none_are_answered_alike(desk, ticket, browser):
    case, other = lodge(desk, ticket), desk.open("Another")
    for address in (f"/tickets/{other.key}/cases/{case.pk}/", f"/tickets/{ticket.key}/cases/{case.pk + 999}/"):
        assert browser.get(address).status_code == 404
        assert browser.post(f"{address}lodged/", {"number": "1"}).status_code == 404


def test_a_case_that_went_along_with_a_merge_is_found_by_its_old_address(desk, ticket, browser):
    case, other = lodge(desk, ticket), desk.open("Another")
    desk.do(merging.merge, ticket, into=other.key, why="The same")
    answer = browser.get(f"/tickets/{ticket.key}/cases/{case.pk}/")
    assert (answer.status_code, answer.url) == (302, f"/tickets/{other.key}/cases/{case.pk}/")
    assert browser.get(answer.url).status_code == 200


def test_who_may_only_read_sees_no_form_and_is_refused(desk, ticket, client):
    case = prepared(desk, ticket)
    reader = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(reader, roles.ACCOUNT_MANAGER, desk.acme)
    client.force_login(reader)
    html = read(client, case)
    assert "Mark as lodged" not in html and "Reveal" not in html
    assert do(client, case, "lodged/", number="1")[0] == 403


def test_the_case_of_an_ended_ticket_is_read_and_not_lodged(desk, ticket, browser):
    case = prepared(desk, ticket)
    desk.do(lifecycle.resolve, ticket, summary="done")
    assert "Mark as lodged" not in read(browser, case)
    assert do(browser, case, "lodged/", number="1")[0] == 409


def test_a_long_correspondence_costs_no_more_queries(desk, ticket, browser, django_assert_max_num_queries):
    case = lodge(desk, ticket)
    read(browser, case)
    for seq in range(2, 40):
        CaseMessage.objects.create(case=case, seq=seq, kind="ANSWER", body="x", at=desk.now)
    with django_assert_max_num_queries(30):
        read(browser, case)


# at the same moment ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_who_comes_while_another_is_at_the_ticket_is_told_so_and_may_try_again(transactional_db, client):
    desk = World()
    desk.now = database_now()
    case = prepared(desk, desk.open("Mail down", error_code="0x8004de40"))
    client.force_login(desk.l1)
    held = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    with held, held.cursor() as cursor:
        cursor.execute("SELECT 1 FROM tickets_ticket WHERE id = %s FOR UPDATE", [case.ticket_id])
        with connection.cursor() as own:
            own.execute("SET lock_timeout = '200ms'")
        for noun, said in (("lodged/", {"number": "4711"}), ("reveal/", {"field": "tenant_id"})):
            status, html = do(client, case, noun, **said)
            assert status == 409 and "Somebody else is at it at this moment" in html, noun
            assert said.get("number", "") in html
    assert do(client, case, "lodged/", number="4711")[0] == 303
    held.close()
