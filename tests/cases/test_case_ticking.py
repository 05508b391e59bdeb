"""What no other act about a case does is ticked off, by the form that stands at it."""

import re

import pytest

from outbox.models import Message
from tickets import lifecycle
from tickets.cases import tasks
from tickets.facts import case_subject
from tickets.models import CaseTask
from vendors.models import ContactPoint


@pytest.fixture
def lodged(desk, ticket):
    case = desk.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="It is on their side")
    desk.tick()
    case.refresh_from_db()
    return case


def url(case):
    return f"/tickets/ESC-{case.ticket_id}/cases/{case.pk}/"


def read(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def tick(browser, html, kind, note):
    """Send the form that a page has for ticking off a task, as the page has it."""
    forms = re.findall(r'<form method="post" action="([^"]*/task/)"(.*?)</form>', html, re.DOTALL)
    [(action, fields)] = [(action, fields) for action, fields in forms if f'value="{kind}"' in fields]
    assert re.search(r'<input type="text" name="note"', fields)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', fields))
    return browser.post(action, hidden | {"note": note})


def test_a_call_that_nobody_took_is_ticked_off_and_the_vendor_is_awaited_all_the_same(desk, ticket, lodged, browser):
    tasks.open_task(lodged, "CALL", "Call 0800 1234.", now=desk.now)
    answer = tick(browser, read(browser, url(lodged)), "CALL", "Nobody took it")
    assert (answer.status_code, answer.url) == (303, url(lodged))
    assert desk.said(ticket, "CASE_TASK_DONE") == ["L1 has done it, call the vendor: Nobody took it"]
    assert "With Microsoft since " in read(browser, url(lodged)) and "Call 0800 1234." not in read(browser, url(lodged))
    assert desk.clock(ticket, "VENDOR_RESPOND", case_subject(lodged.pk)).stopped_at is None
    again = browser.post(f"{url(lodged)}task/", {"kind": "CALL"})
    assert again.status_code == 409 and "somebody has seen to it" in again.content.decode()


def test_a_number_that_needs_no_change_is_ticked_off(desk, ticket, lodged, browser):
    tasks.open_task(lodged, "NUMBER", "Check it.", now=desk.now)
    tick(browser, read(browser, url(lodged)), "NUMBER", "They do look so now")
    assert desk.said(ticket, "CASE_TASK_DONE") == ["L1 has done it, note the vendor's number: They do look so now"]


def test_it_is_ticked_off_on_the_ticket_which_is_shown_again(desk, ticket, lodged, browser):
    tasks.open_task(lodged, "CONTACT", "Find a contact.", now=desk.now)
    tasks.open_task(lodged, "CALL", "Call 0800 1234.", now=desk.now)
    answer = tick(browser, read(browser, f"/tickets/{ticket.key}/"), "CONTACT", "")
    assert (answer.status_code, answer.url) == (303, f"/tickets/{ticket.key}/")
    assert list(CaseTask.objects.filter(case=lodged, done_at=None).values_list("kind", flat=True)) == ["CALL"]


def test_a_note_that_is_too_long_comes_back_at_its_task(desk, ticket, lodged, browser):
    for kind in ("CALL", "CONTACT"):
        tasks.open_task(lodged, kind, "See to it.", now=desk.now)
    answer = tick(browser, read(browser, url(lodged)), "CONTACT", "x" * 201)
    html = answer.content.decode()
    assert answer.status_code == 422 and "at most 200 characters" in html and html.count("x" * 201) == 1
    assert html.count("<summary>Tick it off") == 2 and html.count('<details class="entry-details" open>') == 1


def places(html):
    """Where the links of tasks lead, each of which must be on the page."""
    found = re.findall(r'<a class="button small" href="#([\w-]+)"', html)
    assert all(f'id="{place}"' in html for place in found)
    return found


def test_every_task_leads_to_a_place_that_is_on_the_page(desk, ticket, lodged, browser):
    for kind in ("CALL", "CONTACT", "ANSWER", "CONFIRM", "NUMBER"):
        tasks.open_task(lodged, kind, "See to it.", now=desk.now)
    assert places(read(browser, url(lodged))) == ["by-hand", "reach", "reply", "done", "number"]


def test_of_a_case_that_did_not_reach_its_vendor_they_lead_to_where_it_is_sent_on(desk, ticket, lodged, browser):
    for kind in ("CALL", "CONTACT"):
        tasks.open_task(lodged, kind, "See to it.", now=desk.now)
    ContactPoint.objects.update(bad_since=desk.now)
    assert places(read(browser, url(lodged))) == ["next-contact", "next-contact"]


def test_of_a_case_that_could_not_be_sent_it_leads_to_where_it_is_lodged(desk, ticket, browser):
    case = desk.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="It is on their side")
    Message.objects.filter(pk=case.message_id).update(state="DEAD", last_error="550 no such mailbox")
    desk.tick()
    assert places(read(browser, url(case))) == ["lodge"]
