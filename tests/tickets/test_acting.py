"""Acting from pages: undo, and what others did meanwhile."""

import re
from datetime import timedelta

import psycopg2
import pytest
from django.db import connection

from accounts.clock import database_now
from outbox.models import Message
from tickets import lifecycle
from tickets.models import Ticket, UndoableAct
from world import World

HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


@pytest.fixture
def signed_in(desk, client):
    client.force_login(desk.l1)
    return client


def do(client, ticket, noun, headers=None, **said):
    return client.post(f"/tickets/{ticket.key}/{noun}/", said, headers=headers or {})


def in_row(client, ticket, noun, **said):
    return do(client, ticket, noun, headers={**HTMX, "HX-Target": f"row-{ticket.key}"}, row="1", **said)


def later(world):
    world.now = database_now()
    return world.now


ESCALATED = {"why": "Too deep", "tried": "A restart"}


# undo ---------------------------------------------------------------------------------------------------------------


def test_a_verb_of_the_page_offers_to_be_undone(desk, signed_in):
    ticket = desk.open()
    page = signed_in.get(do(signed_in, ticket, "acknowledgement")["Location"]).content.decode()
    act = UndoableAct.objects.get()
    assert f'name="act" value="{act.pk}"' in page and 'action="/tickets/undo/"' in page


def test_undo_of_the_page_takes_it_back_and_leads_to_the_ticket(desk, signed_in):
    ticket = desk.open()
    do(signed_in, ticket, "acknowledgement")
    answer = signed_in.post("/tickets/undo/", {"act": UndoableAct.objects.get().pk})
    assert (answer.status_code, answer["Location"]) == (303, f"/tickets/{ticket.key}/")
    assert desk.fresh(ticket).status == "NEW"
    assert f"{ticket.key} the acknowledgement was undone." in signed_in.get(answer["Location"]).content.decode()


def test_undo_of_the_queue_answers_with_the_row_as_it_stands_now(desk, signed_in):
    ticket = desk.open()
    act = re.search(r'data-act="(\d+)"', in_row(signed_in, ticket, "acknowledgement").content.decode())[1]
    answer = signed_in.post("/tickets/undo/", {"act": act}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200 and f'id="row-{ticket.key}"' in page and "hx-swap-oob" in page
    assert "was undone" in page


def test_undo_of_a_ticket_s_page_shows_the_page_anew(desk, signed_in):
    ticket = desk.open()
    do(signed_in, ticket, "acknowledgement")
    there = {**HTMX, "HX-Current-URL": f"http://testserver/tickets/{ticket.key}/?from=mine%3Dtrue"}
    answer = signed_in.post("/tickets/undo/", {"act": UndoableAct.objects.get().pk}, headers=there)
    assert answer["HX-Refresh"] == "true" and desk.fresh(ticket).status == "NEW"
    assert "the acknowledgement was undone." in signed_in.get(f"/tickets/{ticket.key}/").content.decode()


def test_many_acts_are_undone_at_once_and_each_that_stands_says_why(desk, signed_in):
    one, other = desk.open(), desk.open()
    for ticket in (one, other):
        do(signed_in, ticket, "acknowledgement")
    desk.do(lifecycle.assign, other, by=desk.l2, to="l2@msp.example")
    acts = list(UndoableAct.objects.order_by("pk").values_list("pk", flat=True))
    answer = signed_in.post("/tickets/undo/", {"act": acts}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200 and page.count("was undone") == 1
    assert "since then: L2 assigned it to L2" in page
    assert (desk.fresh(one).status, desk.fresh(other).status) == ("NEW", "IN_PROGRESS")


@pytest.mark.parametrize("act", ["", "x", "-1", "99999999999999999999", "²"])
def test_an_act_that_there_is_none_of_is_refused_in_words(desk, signed_in, act):
    answer = signed_in.post("/tickets/undo/", {"act": act}, headers=HTMX)
    assert answer.status_code == 409


def test_nobody_undoes_a_foreign_act(desk, client):
    ticket = desk.open()
    client.force_login(desk.l2)
    do(client, ticket, "acknowledgement")
    client.force_login(desk.l1)
    answer = client.post("/tickets/undo/", {"act": UndoableAct.objects.get().pk}, headers=HTMX)
    assert answer.status_code == 409 and "nothing of yours" in answer.content.decode()
    assert desk.fresh(ticket).status == "IN_PROGRESS"


def test_undo_leads_nowhere_else(desk, signed_in):
    answer = signed_in.post("/tickets/undo/", {"act": "1", "next": "https://evil.example/"})
    assert answer["Location"] == "/tickets/"


def test_what_a_page_sends_waits_and_what_a_program_sends_does_not(desk, signed_in):
    by_page, by_program = desk.open(), desk.open()
    sent = set(Message.objects.values_list("pk", flat=True))
    do(signed_in, by_page, "escalation", **ESCALATED)
    desk.do(lifecycle.escalate, by_program, why="x")
    new = Message.objects.exclude(pk__in=sent)
    waits = {m.key.partition(":")[0]: m.not_before - m.created_at for m in new}
    assert waits[by_page.key] >= timedelta(seconds=8) and waits[by_program.key] == timedelta(0)


# meanwhile ----------------------------------------------------------------------------------------------------------


def test_who_acts_on_an_old_picture_is_told_what_happened_and_nothing_is_done(desk, signed_in):
    ticket = desk.open()
    seen = desk.fresh(ticket).event_count
    lifecycle.escalate(key=ticket.key, why="Known trouble", by=desk.l2, now=later(desk))
    answer = do(signed_in, ticket, "assignment", to="l1@msp.example", seen=seen)
    page = answer.content.decode()
    assert answer.status_code == 409 and "Meanwhile:" in page and "L2 escalated it: Known trouble" in page
    assert desk.fresh(ticket).assignee is None


def test_the_second_try_is_made_knowing_it(desk, signed_in):
    ticket = desk.open()
    lifecycle.escalate(key=ticket.key, why="Known trouble", by=desk.l2, now=later(desk))
    page = do(signed_in, ticket, "assignment", to="l1@msp.example", seen=1).content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    assert do(signed_in, ticket, "assignment", to="l1@msp.example", seen=seen).status_code == 303
    assert desk.fresh(ticket).assignee == desk.l1


def test_acknowledging_in_a_row_what_was_passed_on_meanwhile_is_refused_in_the_row(desk, signed_in):
    ticket = desk.open()
    lifecycle.escalate(key=ticket.key, why="Known trouble", by=desk.l2, now=later(desk))
    answer = in_row(signed_in, ticket, "acknowledgement", seen=1)
    assert answer.status_code == 409 and f'id="row-{ticket.key}"' in answer.content.decode()
    assert "Meanwhile:" in answer.content.decode() and desk.fresh(ticket).status == "NEW"


def test_who_took_it_is_told_before_what_else_happened(desk, signed_in):
    ticket = desk.open()
    lifecycle.acknowledge(key=ticket.key, by=desk.l2, now=later(desk))
    page = in_row(signed_in, ticket, "acknowledgement", seen=1).content.decode()
    assert "L2 took it at" in page and "Meanwhile" not in page


@pytest.mark.parametrize(("noun", "said", "status"), [
    ("replies", {"audience": "public", "body": "Hello"}, 409),
    ("resolution", {"summary": "Done"}, 409),
    ("assignment", {"to": "l1@msp.example"}, 303),
])  # fmt: skip
def test_what_others_wrote_meanwhile_matters_to_who_writes(desk, signed_in, noun, said, status):
    ticket = desk.open()
    lifecycle.reply(key=ticket.key, text="We are on it", public=True, by=desk.l2, now=later(desk))
    assert do(signed_in, ticket, noun, seen=1, **said).status_code == status


def test_who_is_only_told_of_a_field_still_learns_what_happened(desk, signed_in):
    ticket = desk.open()
    lifecycle.escalate(key=ticket.key, why="Known trouble", by=desk.l2, now=later(desk))
    page = do(signed_in, ticket, "escalation", why="x", tried="", seen=1)
    seen = re.search(r'name="seen" value="(\d+)"', page.content.decode())[1]
    assert (page.status_code, seen) == (422, "1")
    assert do(signed_in, ticket, "escalation", seen=seen, **ESCALATED).status_code == 409


def test_what_one_did_oneself_is_no_news(desk, signed_in):
    ticket = desk.open()
    lifecycle.assign(key=ticket.key, to="l1@msp.example", by=desk.l1, now=later(desk))
    assert do(signed_in, ticket, "escalation", seen=1, **ESCALATED).status_code == 303


@pytest.mark.parametrize("seen", ["", "x", "-1", "1e9", "9" * 30])
def test_who_says_nothing_readable_of_what_was_seen_is_not_held_up(desk, signed_in, seen):
    ticket = desk.open()
    lifecycle.assign(key=ticket.key, to="l2@msp.example", by=desk.l2, now=later(desk))
    assert do(signed_in, ticket, "escalation", seen=seen, **ESCALATED).status_code == 303


def test_of_much_that_happened_the_last_is_told_and_the_rest_is_counted(desk, signed_in):
    ticket = desk.open()
    for _ in range(3):
        lifecycle.assign(key=ticket.key, to="l2@msp.example", by=desk.l2, now=later(desk))
        lifecycle.assign(key=ticket.key, to="l3@msp.example", by=desk.l2, now=later(desk))
    page = do(signed_in, ticket, "escalation", seen=1, **ESCALATED).content.decode()
    assert page.count("assigned it to") == 3 and "and 3 more" in page


# a dialog of the queue ----------------------------------------------------------------------------------------------


def test_a_dialog_of_the_queue_is_answered_with_the_row(desk, signed_in):
    ticket = desk.open()
    asked = signed_in.get(f"/tickets/{ticket.key}/escalation/?row=1", headers=HTMX).content.decode()
    assert 'name="row" value="1"' in asked
    answer = do(signed_in, ticket, "escalation", headers=HTMX, row="1", **ESCALATED)
    assert answer["HX-Retarget"] == f"#row-{ticket.key}" and "acted" in answer["HX-Trigger"]
    assert f'id="row-{ticket.key}"' in answer.content.decode()


def test_a_refused_dialog_of_the_queue_stays_with_what_was_typed(desk, signed_in):
    ticket = desk.open()
    answer = do(signed_in, ticket, "escalation", headers=HTMX, row="1", why="kept", tried="")
    assert answer.status_code == 422 and answer["HX-Retarget"] == "#dialog"
    assert ">\nkept</textarea>" in answer.content.decode()


# escalating by hand -------------------------------------------------------------------------------------------------


def form(client, ticket):
    return client.get(f"/tickets/{ticket.key}/escalation/").content.decode()


def test_the_form_shows_who_gets_it_and_on_which_clock(desk, signed_in):
    page = form(signed_in, desk.open())
    assert re.search(r"L2: L2 team, L2 is on call, 15 minutes to acknowledge, by \d\d:\d\d \(next\)", page)


def test_the_form_warns_of_steps_that_are_skipped(desk, signed_in):
    page = form(signed_in, desk.open(service=desk.m365))
    assert "Microsoft 365: a case is lodged. Skips L2 and L3, which could be reached" in page
    assert re.search(r"L3: L3 team[^<]*Skips L2, which could be reached", page)


def test_what_was_tried_is_asked_for_and_reaches_the_next_tier(desk, signed_in):
    ticket = desk.open()
    assert do(signed_in, ticket, "escalation", why="Deep").status_code == 422
    do(signed_in, ticket, "escalation", why="Deep", tried="A restart of the server")
    assert desk.said(ticket, "ESCALATED") == ["L1 → L2: L1 escalated it: Deep Tried: A restart of the server"]
    mail = Message.objects.filter(key__startswith=f"{ticket.key}:step:1").get()
    assert "A restart of the server" in mail.payload["text"]


def test_what_was_skipped_stands_on_the_record(desk, signed_in):
    ticket = desk.open()
    do(signed_in, ticket, "escalation", to="L3", **ESCALATED)
    event = ticket.timeline.get(kind="ESCALATED")
    assert event.why["skipping"] == ["L2"] and event.why["tried"] == "A restart"


# at the same moment -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_who_comes_while_another_is_at_the_ticket_is_told_so_and_may_try_again(transactional_db, client, settings):
    desk = World()
    ticket = desk.open()
    client.force_login(desk.l1)
    held = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    with held, held.cursor() as cursor:
        cursor.execute("SELECT 1 FROM tickets_ticket WHERE id = %s FOR UPDATE", [ticket.pk])
        with connection.cursor() as own:
            own.execute("SET lock_timeout = '200ms'")
        answer = do(client, ticket, "acknowledgement")
        assert answer.status_code == 409 and "Somebody else is at it at this moment" in answer.content.decode()
    assert do(client, ticket, "acknowledgement").status_code == 303
    with held, held.cursor() as cursor:
        cursor.execute("SELECT 1 FROM tickets_ticket WHERE id = %s FOR UPDATE", [ticket.pk])
        answer = client.post("/tickets/undo/", {"act": UndoableAct.objects.get().pk}, headers=HTMX)
        assert answer.status_code == 409 and "Somebody else is at it at this moment" in answer.content.decode()
    held.close()


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(), r"at \d\d:\d\d"),
        (timedelta(days=3), r"on \w{3} at \d\d:\d\d"),
        (timedelta(days=30), r"on \d{1,2} \w{3}"),
    ],
)
def test_who_took_it_on_another_day_is_told_with_that_day(desk, signed_in, ago, words):
    ticket = desk.open()
    lifecycle.acknowledge(key=ticket.key, by=desk.l2, now=desk.now)
    Ticket.objects.update(acknowledged_at=desk.now - ago)
    assert re.search(rf"L2 took it {words}\.", in_row(signed_in, ticket, "acknowledgement").content.decode())
    many = signed_in.post("/tickets/bulk/", {"do": "acknowledgement", "key": ticket.key}).content.decode()
    assert re.search(rf"L2 took it {words}\.", many)


def test_that_it_is_one_s_own_since_another_day_is_told_with_that_day(desk, signed_in):
    ticket = desk.open()
    lifecycle.acknowledge(key=ticket.key, by=desk.l1, now=desk.now)
    Ticket.objects.update(acknowledged_at=desk.now - timedelta(days=3))
    page = in_row(signed_in, ticket, "acknowledgement").content.decode()
    assert re.search(r"It is yours already, since \w{3} \d\d:\d\d\.", page)


def test_a_program_is_told_the_date_on_which_somebody_took_it(desk):
    ticket = desk.open()
    lifecycle.acknowledge(key=ticket.key, by=desk.l2, now=desk.now)
    with pytest.raises(lifecycle.AlreadyAcknowledged, match=r"L2 took it at \d{4}-\d\d-\d\d \d\d:\d\d UTC"):
        lifecycle.acknowledge(key=ticket.key, by=desk.l1, now=desk.now)
