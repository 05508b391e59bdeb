"""What must be done about vendors' cases is seen where people look: at the ticket, in the queue, at shift start."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import roles
from clients.access import give_role
from tickets import lifecycle
from tickets.cases import lodging, tasks
from tickets.models import CaseMessage, Notification, VendorCase
from tickets.shift import start
from world import REQUIRED


def lodge(desk, ticket):
    return desk.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")


def prepared(desk, ticket):
    desk.m365.contact_points.get_or_create(order=2, kind="PORTAL", value="https://portal.vendor.example/new")
    desk.m365.lodge_by = "PORTAL"
    desk.m365.save()
    return lodge(desk, ticket)


def page(client, user, url):
    client.force_login(user)
    return client.get(url).content.decode()


def test_a_task_stands_on_the_ticket_with_its_button_until_it_is_done(desk, ticket, client):
    case = prepared(desk, ticket)
    html = page(client, desk.l1, f"/tickets/{ticket.key}/")
    assert f'href="/tickets/{ticket.key}/cases/{case.pk}/#lodge">Lodge it</a>' in html
    assert "https://portal.vendor.example/new" in html
    desk.do(lodging.mark_lodged, ticket, case_id=case.pk, number="1")
    assert "Lodge it</a>" not in page(client, desk.l1, f"/tickets/{ticket.key}/")


def test_who_holds_the_ticket_is_told_that_there_is_something_to_lodge(desk, ticket):
    prepared(desk, ticket)
    assert Notification.objects.filter(user=desk.l1, ticket=ticket, text__contains="portal.vendor.example").exists()


def test_the_queue_marks_the_row_and_costs_no_query_more(desk, ticket, client):
    def asked():
        page(client, desk.l1, "/tickets/")
        with CaptureQueriesContext(connection) as found:
            html = page(client, desk.l1, "/tickets/")
        return len(found), html

    before, html = asked()
    assert "To be lodged by hand" not in html
    prepared(desk, ticket)
    after, html = asked()
    assert "To be lodged by hand" in html and after == before


def test_a_shift_begins_with_what_is_to_be_done_own_tickets_first(desk, ticket, client):
    other = desk.open("Not mine", error_code="0x8004de40")
    for one in (other, ticket):
        prepared(desk, one)
    desk.do(lifecycle.assign, ticket, to=desk.l1.email)
    assert [task.case.ticket_id for task in start.vendor_tasks(desk.l1).rows] == [ticket.pk, other.pk]
    html = page(client, desk.l1, "/shift/")
    assert "Vendor tasks" in html and f"{ticket.key} Mail down" in html


def test_tasks_of_tickets_that_one_may_not_work_or_that_have_ended_are_not_listed(desk, ticket, client):
    prepared(desk, ticket)
    reader = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(reader, roles.ACCOUNT_MANAGER, desk.acme)
    assert start.vendor_tasks(reader).rows == []
    assert "Vendor tasks" not in page(client, reader, "/shift/")
    desk.do(lifecycle.resolve, ticket, summary="done")
    assert start.vendor_tasks(desk.l1).rows == []


def test_more_tasks_than_are_listed_are_mentioned(desk, client):
    for n in range(5):
        case = prepared(desk, desk.open(f"Ticket {n}", error_code="0x8004de40"))
        for kind in ("CALL", "ANSWER", "CONFIRM", "CONTACT"):
            tasks.open_task(case, kind, "x", now=desk.now)
    found = start.vendor_tasks(desk.l1)
    assert (len(found.rows), found.more) == (start.MOST_TASKS, True)
    assert "and more on other tickets." in page(client, desk.l1, "/shift/")


# notifications --------------------------------------------------------------------------------------------------------


def test_what_a_case_waits_for_is_answered_where_one_was_told_of_it(desk, ticket, client):
    desk.m365.required = REQUIRED
    desk.m365.save()
    case = lodge(desk, ticket)
    html = page(client, desk.l1, "/notifications/")
    assert html.count('name="answer_users"') == 1 and "Answer what Microsoft needs to know" in html
    said = {"case": case.pk, "next": "/notifications/", "answer_users": "40"}
    answer = client.post(f"/tickets/{ticket.key}/vendor-cases/", said)
    assert (answer.status_code, answer.url) == (303, "/notifications/")
    assert VendorCase.objects.get().status == "QUEUED"
    assert 'name="answer_users"' not in page(client, desk.l1, "/notifications/?show=all")


@pytest.mark.parametrize("tickets", [1, 4])
def test_asking_there_costs_one_query_more_whatever_is_asked(desk, client, django_assert_max_num_queries, tickets):
    desk.m365.required = REQUIRED
    desk.m365.save()
    for n in range(tickets):
        lodge(desk, desk.open(f"Ticket {n}", error_code="0x8004de40"))
    client.force_login(desk.l1)
    with django_assert_max_num_queries(7):
        assert client.get("/notifications/").content.decode().count("told-asks") == tickets


def test_who_may_only_read_the_ticket_is_told_and_not_asked(desk, ticket, client):
    desk.m365.required = REQUIRED
    desk.m365.save()
    lodge(desk, ticket)
    reader = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(reader, roles.ACCOUNT_MANAGER, desk.acme)
    Notification.objects.filter(user=desk.l1).update(user=reader)
    html = page(client, reader, "/notifications/")
    assert ticket.key in html and 'name="answer_users"' not in html


def test_the_ticket_page_costs_two_queries_more_for_its_cases_whatever_was_said(desk, ticket, client):
    def asked():
        page(client, desk.l1, f"/tickets/{ticket.key}/")
        with CaptureQueriesContext(connection) as found:
            page(client, desk.l1, f"/tickets/{ticket.key}/")
        own = ('SELECT "tickets_casetask"', 'SELECT "tickets_casemessage"')
        return [query["sql"] for query in found if query["sql"].startswith(own)]

    assert asked() == []
    case = prepared(desk, ticket)
    assert len(asked()) == 2
    for seq in range(1, 20):
        CaseMessage.objects.create(case=case, seq=seq, kind="ANSWER", body="x", at=desk.now)
    assert len(asked()) == 2
