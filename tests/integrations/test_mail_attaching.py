"""A manager puts a mail that waits to be looked at to a vendor's case."""

import pytest
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
    answer = boss.post(f"/calls/mails/{waiting.pk}/case/", {"case": case.pk}, follow=True)
    assert "looked at it already" in answer.content.decode()
    assert not case.messages.exclude(kind="LODGED").exists()


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
