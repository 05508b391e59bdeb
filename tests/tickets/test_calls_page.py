"""The managers' list of calls: what waits, with which clock, what became of the others, and what mails wait beside."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import roles
from accounts.clock import database_now
from accounts.models import User
from clients.access import give_role
from integrations.mail.looking import looked_at
from integrations.models import ReceivedMail
from tickets import lifecycle, managing
from tickets.models import TicketEvent
from tickets.status import NotAllowedNow


@pytest.fixture
def desk(world):
    world.now = database_now()
    return world


def call(desk, ticket, why="The site is down", by=None):
    desk.do(managing.call_manager, ticket, why=why, by=by)


def page(client, user, url="/calls/"):
    client.force_login(user)
    return client.get(url).content.decode()


def post(client, user, url, **said):
    client.force_login(user)
    return client.post(url, said)


def received(**columns):
    row = {"mail_id": "<1@x>", "address": "escalations@portal.example", "sender": "x@evil.example",
           "subject": "<b>Help</b>", "text": "Call me", "received_at": database_now(), "outcome": "LOOK",
           "because": "It names no ticket."} | columns  # fmt: skip
    return ReceivedMail.objects.create(**row)


def test_nobody_waits(desk, client):
    assert "Nobody waits for a manager" in page(client, desk.manager)


def test_an_open_call_stands_there_with_its_why_its_caller_and_its_hour(desk, client):
    ticket = desk.open("Mail <i>down</i>")
    call(desk, ticket, why="The <b>site</b> is down")
    html = page(client, desk.manager)
    for words in (f"{ticket.key} Mail &lt;i&gt;down", "The &lt;b&gt;site&lt;/b&gt; is down", "L1 called", "Acme",
                  'data-metric="Manager"', "Nobody is assigned."):  # fmt: skip
        assert words in html, words
    assert f'{ticket.key}/answer/"' in html and '-count">1</span>' in html


def test_the_call_whose_hour_ends_first_stands_first(desk, client):
    first, second = desk.open("First"), desk.open("Second")
    call(desk, second)
    desk.now = database_now()
    call(desk, first)
    html = page(client, desk.manager)
    assert html.index("Second") < html.index("First")


def test_a_manager_answers_with_what_will_be_done_and_the_caller_is_told(desk, client):
    ticket = desk.open()
    call(desk, ticket)
    url = f"/calls/{ticket.key}/answer/"
    assert "Say what will be done." in post(client, desk.manager, url, text=" ").content.decode()
    answer = post(client, desk.manager, url, text="I am on my way.")
    assert (answer.status_code, answer.url) == (303, "/calls/")
    desk.now = database_now()
    desk.tick()
    [told] = [m for m in desk.mails_to("l1@msp.example") if "Manager answered" in m.subject]
    assert "Boss answered your call: I am on my way." in told.body
    html = page(client, desk.manager)
    assert "Nobody waits for a manager" in html and "In time" in html and "Boss, after" in html
    again = post(client, desk.manager, url, text="Once more")
    assert again.status_code == 409 and "has not answered yet" in again.content.decode()


def test_only_those_who_called_since_the_last_answer_hear_of_the_next(desk):
    ticket = desk.open()
    call(desk, ticket)
    desk.do(managing.answer_call, ticket, by=desk.manager, text="First answer")
    call(desk, ticket, by=desk.l2)
    desk.do(managing.answer_call, ticket, by=desk.manager, text="Second answer")
    desk.tick()
    told = {m.to[0] for m in desk.mails_to("l1@msp.example") if "Second answer" in m.body}
    assert told == set()
    assert [m for m in desk.mails_to("l2@msp.example") if "Second answer" in m.body]


def test_a_manager_takes_the_ticket_from_the_list(desk, client):
    ticket = desk.open()
    call(desk, ticket)
    answer = post(client, desk.manager, f"/tickets/{ticket.key}/assignment/", to="boss@msp.example", next="/calls/")
    assert (answer.status_code, answer.url) == (303, "/calls/")
    assert desk.fresh(ticket).assignee == desk.manager
    assert "Nobody waits for a manager" in page(client, desk.manager)


def test_taking_it_is_offered_to_managers_whom_a_ticket_can_be_given_to(desk, client):
    ticket = desk.open()
    call(desk, ticket)
    assert f'aria-label="Take {ticket.key}"' in page(client, desk.manager)
    alone = desk.person("alone@msp.example", roles.MANAGER)
    html = page(client, alone)
    assert "Answer…" in html and "Take it" not in html
    assert post(client, alone, f"/tickets/{ticket.key}/assignment/", to="alone@msp.example").status_code == 422


def test_a_late_answer_and_one_that_nobody_needs_any_more_are_told_apart(desk, client):
    late, needless = desk.open("Late one"), desk.open("Needless one")
    started = desk.now
    call(desk, late)
    desk.forward(minutes=61)
    desk.do(managing.answer_call, late, by=desk.manager, text="Sorry")
    call(desk, needless)
    desk.do(lifecycle.resolve, needless, summary="Done.")
    html = page(client, desk.manager)
    assert started and "Late</span>" in html and "Not needed any more" in html


def test_a_call_that_nobody_answered_within_its_hour_is_red(desk, client):
    ticket = desk.open()
    call(desk, ticket)
    ticket.clocks.filter(metric="MANAGER_RESPOND").update(due_at=desk.now, breached_at=desk.now)
    html = page(client, desk.manager)
    assert 'data-level="red"' in html[html.index('class="call"') :]


def test_an_account_manager_reads_the_calls_of_its_own_clients_alone(desk, client):
    keeper = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    call(desk, desk.open("Acme's trouble"))
    assert "Acme&#x27;s trouble" not in page(client, keeper)
    give_role(User.objects.get(pk=keeper.pk), roles.ACCOUNT_MANAGER, desk.acme)
    html = page(client, User.objects.get(pk=keeper.pk))
    assert "Acme&#x27;s trouble" in html and "Answer…" not in html and "Mails to look at" not in html


def test_mails_that_wait_are_read_harmless_and_taken_off_the_list_once(desk, client):
    ticket = desk.open()
    mail = received(ticket=ticket)
    html = page(client, desk.manager, "/calls/mails/")
    for words in ("&lt;b&gt;Help", "x@evil.example", "It names no ticket.", "Unverified", f"Open {ticket.key}"):
        assert words in html, words
    url = f"/calls/mails/{mail.pk}/looked-at/"
    assert post(client, desk.manager, url).status_code == 303
    mail.refresh_from_db()
    assert mail.looked_by == desk.manager and "Call me" not in page(client, desk.manager, "/calls/mails/")
    post(client, desk.manager, url)
    assert "Boss looked at it" in page(client, desk.manager, "/calls/mails/")
    mail.refresh_from_db()
    assert mail.text == "Call me", "it stays stored"


def test_fifty_long_mails_are_shown_by_their_beginnings_and_each_as_a_whole_on_its_page(desk, client):
    rows = [received(mail_id=f"<{n}>", text=f"<i>{'word ' * 40_000}end {n}") for n in range(50)]
    with CaptureQueriesContext(connection) as queries:
        html = page(client, desk.manager, "/calls/mails/")
    assert len(html) < 200_000 and html.count("Read all of it") == 50 and "&lt;i&gt;word word" in html
    [read] = [query["sql"] for query in queries if 'LEFT("integrations_receivedmail"."text"' in query["sql"]]
    assert not re.search(r'(?<!\()"integrations_receivedmail"\."text"', read), "no whole text is read"
    whole = page(client, desk.manager, f"/calls/mails/{rows[7].pk}/")
    assert "end 7" in whole and "&lt;i&gt;word" in whole and "Looked at" in whole


def test_a_short_mail_stands_in_the_list_as_a_whole(desk, client):
    received(text="x" * 1000)
    html = page(client, desk.manager, "/calls/mails/")
    assert "x" * 1000 in html and "Read all of it" not in html and " …" not in html


def test_only_mails_on_whose_word_nothing_was_done_have_a_page(desk, client):
    done, looked = received(outcome="ANSWER"), received(mail_id="<2>")
    post(client, desk.manager, f"/calls/mails/{looked.pk}/looked-at/")
    assert client.get(f"/calls/mails/{done.pk}/").status_code == 404
    html = page(client, desk.manager, f"/calls/mails/{looked.pk}/")
    assert "Boss looked at it" in html and "looked-at/" not in html


@pytest.mark.parametrize("days, said", [(0, "07:30"), (2, "Sat 07:30"), (20, "17 Nov")])
def test_who_was_quicker_is_said_with_the_day_on_the_reader_s_clock(desk, days, said):
    now = datetime(2026, 12, 6, 23, 0, tzinfo=UTC)  # a Monday morning in Tokyo
    row = received(looked_at=now - timedelta(days=days, minutes=30), looked_by=desk.manager)
    with timezone.override("Asia/Tokyo"), pytest.raises(NotAllowedNow) as refused:
        looked_at(mail=row.pk, by=desk.manager, now=now)
    assert str(refused.value) == f"Boss looked at it already ({said})."


def test_what_was_dealt_with_waits_for_nobody_and_what_was_only_stored_does(desk, client):
    for number, outcome in enumerate(("CALL", "ANSWER", "IGNORED", "STORED")):
        received(mail_id=f"<{number}>", outcome=outcome, subject=f"Mail {outcome}")
    html = page(client, desk.manager, "/calls/mails/")
    assert [o for o in ("CALL", "ANSWER", "IGNORED", "STORED") if f"Mail {o}" in html] == ["STORED"]


def test_the_list_of_calls_brings_the_mails_along(desk, client):
    received()
    html = page(client, desk.manager)
    assert 'hx-get="/calls/mails/"' in html and 'href="/calls/mails/"' in html
    part = client.get("/calls/mails/", HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in part and "&lt;b&gt;Help" in part


def test_fifty_calls_cost_six_queries(desk, client, django_assert_max_num_queries):
    for number in range(5):
        ticket = desk.open(f"Ticket {number}")
        for _ in range(5):
            call(desk, ticket)
    desk.do(managing.answer_call, ticket, by=desk.manager, text="Yes")
    assert TicketEvent.objects.filter(kind="MANAGER_CALLED").count() == 25
    client.force_login(desk.manager)
    with django_assert_max_num_queries(6):
        client.get("/calls/")
    received()
    with django_assert_max_num_queries(6):
        client.get("/calls/mails/")
