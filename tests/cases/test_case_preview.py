"""A case is seen before it is sent: what is shown is what goes out, or it is shown again."""

from accounts.encryption import decrypt, encrypt
from outbox.models import Message
from tickets.models import CaseMessage, TicketEvent, VendorCase
from vendors.models import Service, ServiceAccount, Vendor
from world import REQUIRED, TENANT

PIN = {"key": "pin", "label": "Support PIN", "source": "account.pin", "secret": True}


def do(browser, ticket, **said):
    said = {"service": "Microsoft 365", "why": "Theirs"} | said
    answer = browser.post(f"/tickets/{ticket.key}/vendor-cases/", said)
    return answer.status_code, answer.content.decode()


def letter_of(html):
    return html.partition('name="letter" value="')[2].partition('"')[0]


def test_a_preview_shows_the_letter_and_does_nothing(desk, ticket, browser):
    before = TicketEvent.objects.count()
    status, html = do(browser, ticket, preview="yes")
    assert status == 200 and "This goes out" in html
    assert "Microsoft, support@vendor.example" in html and f"Acme: Mail down [{ticket.key}]" in html
    assert f"Tenant {TENANT}" in html and "for our P1" in html and "The service sets no condition." in html
    assert not VendorCase.objects.exists() and TicketEvent.objects.count() == before
    assert not Message.objects.filter(kind="CASE_MAIL").exists()


def test_the_form_leads_to_the_preview_and_the_preview_to_sending(desk, ticket, browser):
    form = browser.get(f"/tickets/{ticket.key}/vendor-cases/").content.decode()
    assert 'name="preview" value="yes">Preview</button>' in form and ">Vendor case</button>" not in form
    _, html = do(browser, ticket, preview="yes")
    assert ">Send</button>" in html and ">Preview again</button>" in html


def test_what_was_shown_is_what_is_sent(desk, ticket, browser):
    _, html = do(browser, ticket, preview="yes")
    assert do(browser, ticket, letter=letter_of(html))[0] == 303
    sent = CaseMessage.objects.get()
    assert f"Tenant {TENANT}" in sent.body and sent.to == "support@vendor.example"


def test_what_has_become_another_letter_is_shown_again(desk, ticket, browser):
    _, html = do(browser, ticket, preview="yes")
    ServiceAccount.objects.update(facts={"tenant_id": TENANT.replace("1", "2")})
    status, again = do(browser, ticket, letter=letter_of(html))
    assert status == 409 and "It has changed since you looked." in again and TENANT.replace("1", "2") in again
    assert not VendorCase.objects.exists()
    assert do(browser, ticket, letter=letter_of(again))[0] == 303


def test_another_address_is_another_letter(desk, ticket, browser):
    _, html = do(browser, ticket, preview="yes")
    desk.m365.contact_points.update(value="new@vendor.example")
    assert do(browser, ticket, letter=letter_of(html))[0] == 409


def test_what_is_missing_is_asked_for_in_the_preview_and_stands_in_brackets(desk, ticket, browser):
    desk.m365.required = REQUIRED
    desk.m365.template = {"subject": "x", "body": "{{users}} cannot work"}
    desk.m365.save()
    _, html = do(browser, ticket, preview="yes")
    assert "It would wait for 1 answer" in html and 'name="answer_users"' in html
    assert '<span class="letter-gap">[Affected users]</span> cannot work' in html
    _, html = do(browser, ticket, preview="yes", answer_users="Forty")
    assert "Forty cannot work" in html and "This goes out" in html and 'value="Forty"' in html
    assert do(browser, ticket, letter=letter_of(html), answer_users="Forty")[0] == 303
    assert VendorCase.objects.get().status == "QUEUED"


def test_an_answer_of_the_wrong_form_is_told_at_its_field(desk, ticket, browser):
    ServiceAccount.objects.update(facts={})
    status, html = do(browser, ticket, preview="yes", answer_tenant_id="no tenant")
    assert status == 422 and 'value="no tenant"' in html and 'id="verb_answer_tenant_id_error"' in html
    assert not VendorCase.objects.exists()


def test_secrets_are_masked_in_the_letter_hidden_in_their_field_and_not_stored_by_a_preview(desk, ticket, browser):
    desk.m365.required = [*desk.m365.required, PIN]
    desk.m365.template = {"subject": "x", "body": "PIN {{pin}}"}
    desk.m365.save()
    _, html = do(browser, ticket, preview="yes", answer_pin="97531")
    assert "PIN ••••••" in html and "PIN 97531" not in html and 'type="password" name="answer_pin"' in html
    assert ServiceAccount.objects.get().secrets == {}
    do(browser, ticket, letter=letter_of(html), answer_pin="97531")
    assert decrypt(ServiceAccount.objects.get().secrets["pin"]) == "97531"


def test_a_secret_given_away_in_an_open_answer_is_told_at_its_field(desk, ticket, browser):
    desk.m365.required = [*REQUIRED, PIN]
    desk.m365.save()
    ServiceAccount.objects.update(secrets={"pin": encrypt("97531")})
    status, html = do(browser, ticket, preview="yes", answer_users="40, PIN 97531")
    assert status == 422 and "This gives away the pin" in html and 'id="verb_answer_users_error"' in html


def test_the_answers_of_an_open_case_are_previewed_as_well(desk, ticket, browser):
    desk.m365.required = REQUIRED
    desk.m365.save()
    do(browser, ticket)
    case = VendorCase.objects.get()
    _, html = do(browser, ticket, case=case.pk, preview="yes", answer_users="40")
    assert "This goes out" in html and VendorCase.objects.get().status == "INCOMPLETE"
    assert do(browser, ticket, case=case.pk, letter=letter_of(html), answer_users="40")[0] == 303
    assert VendorCase.objects.get().status == "QUEUED"


def test_of_two_vendors_each_case_gets_its_own_answers(desk, ticket, browser):
    line = Service.objects.create(
        name="Line", vendor=Vendor.objects.create(name="Carrier"), required=[REQUIRED[2]],
        template={"subject": "x", "body": "{{users}}"},
    )  # fmt: skip
    line.contact_points.create(order=1, kind="EMAIL", value="noc@carrier.example")
    desk.m365.required = REQUIRED
    desk.m365.save()
    do(browser, ticket)
    first = VendorCase.objects.get()
    do(browser, ticket, case="0", service="Line")
    assert VendorCase.objects.count() == 2
    do(browser, ticket, case=first.pk, answer_users="40")
    assert {c.vendor.name: c.status for c in VendorCase.objects.all()} == {
        "Microsoft": "QUEUED",
        "Carrier": "INCOMPLETE",
    }


def test_a_retired_service_is_offered_no_more_and_refused_in_words(desk, ticket, browser):
    Service.objects.update(retired_at=desk.now)
    assert ">Microsoft 365</option>" not in browser.get(f"/tickets/{ticket.key}/vendor-cases/").content.decode()
    status, html = do(browser, ticket, preview="yes")
    assert status == 422 and "is no service that is still offered" in html


def test_nothing_is_previewed_on_an_ended_ticket(desk, ticket, browser):
    type(ticket).objects.filter(pk=ticket.pk).update(status="CLOSED", resolved_at=desk.now)
    assert do(browser, ticket, preview="yes")[0] == 409
