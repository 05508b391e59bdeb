"""Answering what a case misses, on the case's own page: wrong answers, the last one, and a look before it goes out."""

from tickets import lifecycle
from tickets.models import VendorCase
from vendors.models import ServiceAccount
from world import REQUIRED


def lodge(desk, ticket, **answers):
    return desk.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers=answers, why="It is on their side")


def url(case, noun=""):
    return f"/tickets/ESC-{case.ticket_id}/cases/{case.pk}/{noun}"


def do(browser, case, noun, /, **said):
    answer = browser.post(url(case, noun), said)
    return answer.status_code, answer.content.decode()


def test_a_wrong_answer_stays_on_the_case_with_its_field_and_both_ways_on(desk, ticket, browser):
    ServiceAccount.objects.update(facts={})
    case = lodge(desk, ticket)
    for pressed in ({}, {"preview": "yes"}):
        status, html = do(browser, case, "answers/", case=case.pk, answer_tenant_id="no tenant", **pressed)
        assert status == 422 and "<h1>Case with Microsoft</h1>" in html and 'value="no tenant"' in html
        assert f'id="case{case.pk}_answer_tenant_id_error"' in html and ">Answer</button>" in html
        field = html[html.index('for="case') : html.index('class="buttons"')]
        assert "is not known" not in field and "optional" not in field
    assert VendorCase.objects.get(pk=case.pk).status == "INCOMPLETE"


def test_the_last_answer_sends_the_case_and_says_so(desk, ticket, browser):
    desk.m365.required = REQUIRED
    desk.m365.save()
    case = lodge(desk, ticket)
    answer = browser.post(
        url(case, "answers/"), {"case": case.pk, "answer_users": "40", "next": url(case)}, follow=True
    )
    assert "The case is being sent to Microsoft." in answer.content.decode()
    assert VendorCase.objects.get(pk=case.pk).status == "QUEUED"
    status, html = do(browser, case, "answers/", case=case.pk, answer_users="41")
    assert status == 409 and "Nothing is missing any more." in html
    assert VendorCase.objects.get(pk=case.pk).answers["users"] == "40"


def test_a_preview_of_the_answers_leads_to_sending_or_answering(desk, ticket, browser):
    desk.m365.required = REQUIRED
    desk.m365.save()
    case = lodge(desk, ticket)
    status, html = do(browser, case, "answers/", case=case.pk, answer_users="40", preview="yes")
    assert status == 200 and "This goes out" in html and VendorCase.objects.get(pk=case.pk).status == "INCOMPLETE"
