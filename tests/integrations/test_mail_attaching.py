"""A manager puts a mail that waits to be looked at to a vendor's case."""

import psycopg2
import pytest
from django.db import connection
from mails import mail

from integrations.mail.attaching import attach
from integrations.mail.inbound import take_in
from integrations.models import ReceivedMail
from tickets import lifecycle
from tickets.models import VendorCase
from tickets.permissions import NotYours


@pytest.fixture
def case(world):
    ticket = world.open(service=world.m365)
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", why="Theirs", answers={})
    world.tick()
    return VendorCase.objects.get(ticket=ticket)


@pytest.fixture
def waiting(world, case):
    """A mail of somebody whom nobody knows, about nothing that could be told."""
    raw = mail("Which users are affected?", sender="support@vendor.example", Subject="Hello", Message_ID="<1@x>")
    [row] = take_in(raw, now=world.now)
    assert row.outcome == "LOOK"
    return row


@pytest.fixture
def boss(client, world):
    client.force_login(world.manager)
    return client


def put(boss, row, case):
    return boss.post(f"/calls/mails/{row.pk}/case/", {"case": case if isinstance(case, str) else case.pk})


def test_the_page_offers_the_open_cases_and_the_list_leads_there(boss, waiting, case):
    assert f"/calls/mails/{waiting.pk}/#case" in boss.get("/calls/mails/").content.decode()
    html = boss.get(f"/calls/mails/{waiting.pk}/").content.decode()
    assert f"Microsoft: {case.ticket.key} Mail does not arrive, Acme" in html and "Put it to this case" in html


def test_a_mail_to_a_case_s_own_address_needs_one_click_more(boss, waiting, case, world):
    raw = mail("Found it.", sender="mia@new.example", To=f"reply+{case.token}@portal.example", Message_ID="<2@x>")
    [row] = take_in(raw, now=world.now)
    page, other = (boss.get(f"/calls/mails/{mail.pk}/").content.decode() for mail in (row, waiting))
    chosen = f'<option value="{case.pk}" selected'
    assert chosen in page and "mia@new.example is not known as Microsoft&#x27;s" in page
    assert chosen not in other, "nothing says which case that one is about"
    assert put(boss, row, case).status_code == 303
    kept = case.messages.get(kind="ANSWER")
    assert kept.sender == "mia@new.example" and VendorCase.objects.get(pk=case.pk).ball == "US"
    assert (
        "an address that nobody knows as theirs, put to the case by a manager"
        in world.said(case.ticket, "VENDOR_ANSWERED")[0]
    )


def test_what_answers_our_mail_about_the_ticket_s_only_case_needs_one_click_more(boss, case, world):
    ours = case.messages.get().mail_id
    raw = mail(sender="mia@new.example", To="support@portal.example", In_Reply_To=ours)
    [row] = take_in(raw, now=world.now)
    assert f'<option value="{case.pk}" selected' in boss.get(f"/calls/mails/{row.pk}/").content.decode()


def test_a_mail_to_the_managers_chooses_no_case_by_itself(boss, case, world):
    raw = mail(sender="x@y.example", To="escalations@portal.example", Subject=f"[{case.ticket.key}] Help")
    [row] = take_in(raw, now=world.now)
    page = boss.get(f"/calls/mails/{row.pk}/").content.decode()
    assert f'<option value="{case.pk}">' in page, "offered, and not chosen"


def test_what_came_with_it_is_named_in_the_case(boss, waiting, case):
    ReceivedMail.objects.update(files=["a.log", "b.png"])
    put(boss, waiting, case)
    assert case.messages.get(kind="QUESTION").body.endswith("(It came with a.log, b.png: ask for that another way.)")


def test_it_is_in_the_case_then_read_as_what_it_is_and_off_the_list(boss, waiting, case, world):
    answer = put(boss, waiting, case)
    assert (answer.status_code, answer["Location"]) == (303, f"/tickets/{case.ticket.key}/cases/{case.pk}/")
    kept = case.messages.get(kind="QUESTION")
    assert kept.body == "Which users are affected?" and kept.sender == "support@vendor.example" and kept.author is None
    waiting.refresh_from_db()
    assert (waiting.outcome, waiting.looked_by, waiting.ticket) == ("CASE", world.manager, case.ticket)
    assert "Boss put it to the case with Microsoft" in waiting.because
    assert "put to the case by a manager" in world.said(case.ticket, "VENDOR_ASKED")[0]
    assert "None. What comes" in boss.get("/calls/mails/").content.decode()


@pytest.mark.parametrize("chosen", ["", "999999", "x"])
def test_without_a_case_that_is_offered_it_stays_and_the_page_says_why(boss, waiting, case, chosen):
    answer = put(boss, waiting, chosen)
    assert answer.status_code == 422
    assert "Choose the case" in answer.content.decode() or "valid choice" in answer.content.decode()
    waiting.refresh_from_db()
    assert waiting.outcome == "LOOK" and not case.messages.exclude(kind="LODGED").exists()


def test_where_somebody_was_quicker_that_is_said(boss, waiting, case, world):
    ReceivedMail.objects.update(looked_by=world.manager, looked_at=world.now)
    answer = put(boss, waiting, case)
    assert answer.status_code == 409 and "looked at it already" in answer.content.decode()
    assert not case.messages.exclude(kind="LODGED").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["tickets_ticket", "integrations_receivedmail"])
def test_while_somebody_is_at_the_ticket_that_is_said_and_one_may_try_again(boss, waiting, case, table):
    pk = case.ticket_id if table == "tickets_ticket" else waiting.pk
    held = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    with held, held.cursor() as theirs, connection.cursor() as own:
        theirs.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [pk])
        own.execute("SET lock_timeout = '200ms'")
        answer = put(boss, waiting, case)
    held.close()
    assert answer.status_code == 409 and "Somebody else is at it at this moment" in answer.content.decode()
    assert not case.messages.exclude(kind="LODGED").exists()
    assert put(boss, waiting, case).status_code == 303


def test_a_mail_that_is_in_the_case_already_is_not_put_there_twice(boss, waiting, case, world):
    take_in(mail("Same.", To=f"reply+{case.token}@portal.example", Message_ID="<1@x>"), now=world.now)
    answer = put(boss, waiting, case)
    assert answer.status_code == 422 and "in that case already" in answer.content.decode()


def test_nobody_but_a_manager_puts_one_to_a_case(client, waiting, case, world):
    client.force_login(world.l1)
    assert put(client, waiting, case).status_code == 403
    with pytest.raises(NotYours):
        attach(mail=waiting.pk, case=case.pk, by=world.l1, now=world.now)


def test_where_no_vendor_has_a_case_none_is_offered(boss, waiting, case, world):
    world.do(lifecycle.resolve, case.ticket, summary="Done.")
    assert "Put it to this case" not in boss.get(f"/calls/mails/{waiting.pk}/").content.decode()
