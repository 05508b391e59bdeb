"""A POST that is sent twice under one key is done once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import IdempotentAnswer
from accounts.rest_schema import ScopedSchema
from clients.models import Contact
from escalation_portal.urls import urlpatterns
from programs import Program, at_once, counts, problem, program_of
from tickets.models import MonitoringEvent, Ticket, TicketEvent

TICKET = {"client": "Acme", "title": "Mail does not arrive", "contact": "dana@acme.example"}


def test_the_same_body_gets_the_same_answer_and_is_done_once(program):
    first = program.post("tickets/", TICKET, Idempotency_Key="k-1")
    after = counts()
    again = program.post("tickets/", TICKET, Idempotency_Key="k-1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first
    assert again["Content-Type"] == "application/json"
    assert counts() == after and Ticket.objects.count() == 1


def test_the_same_json_in_another_spelling_is_the_same_body(program):
    program.post("tickets/", raw=b'{"client":"Acme","title":"t"}', Idempotency_Key="k")
    again = program.post("tickets/", raw=b'{ "title": "t", "client": "Acme" }', Idempotency_Key="k")
    assert again["Idempotent-Replayed"] == "true"


def test_another_body_is_refused(program):
    program.post("tickets/", TICKET, Idempotency_Key="k-1")
    before = counts()
    problem(program.post("tickets/", TICKET | {"title": "Other"}, Idempotency_Key="k-1"), 422)
    assert counts() == before


def test_a_key_counts_for_its_program_and_path_only(program, acme, world):
    for caller in (program, acme):
        assert caller.post("tickets/", {"client": "Acme", "title": "t"}, Idempotency_Key="k").status_code == 201
    one, two = Ticket.objects.all()
    for ticket in (one, two):
        answer = program.post(f"tickets/{ticket.key}/acknowledgement/", Idempotency_Key="k")
        assert answer.json()["key"] == ticket.key


def test_an_answer_is_kept_for_a_day(program):
    program.post("tickets/", TICKET, Idempotency_Key="k")
    row = IdempotentAnswer.objects.get()
    IdempotentAnswer.objects.update(created_at=row.created_at - timedelta(hours=23, minutes=59))
    assert "Idempotent-Replayed" in program.post("tickets/", TICKET, Idempotency_Key="k")
    IdempotentAnswer.objects.update(created_at=row.created_at - timedelta(hours=24))
    assert "Idempotent-Replayed" not in program.post("tickets/", TICKET, Idempotency_Key="k")
    assert Ticket.objects.count() == 2 and IdempotentAnswer.objects.count() == 1


def test_an_error_is_not_kept_and_can_be_tried_again(program, world):
    ticket = world.open()
    path = f"tickets/{ticket.key}/resumption/"
    problem(program.post(path, {}, Idempotency_Key="k"), 409)
    assert not IdempotentAnswer.objects.exists()
    program.post(f"tickets/{ticket.key}/wait/", {"on": "CLIENT", "why": "A question"})
    assert program.post(path, {}, Idempotency_Key="k").status_code == 200


@pytest.mark.parametrize("value", ["", "x" * 201, "é", "a\tb"])
def test_a_key_that_is_none_is_refused(program, value):
    before = counts()
    problem(program.post("tickets/", TICKET, Idempotency_Key=value), 400)
    assert counts() == before


@pytest.mark.parametrize("verb, body", [
    ("acknowledgement", {}), ("escalation", {"why": "w"}), ("replies", {"body": "b", "public": True}),
    ("resolution", {"summary": "s"}), ("wait", {"on": "CLIENT", "why": "w"}),
])  # fmt: skip
def test_a_verb_that_is_sent_twice_is_done_once(program, world, verb, body):
    path = f"tickets/{world.open().key}/{verb}/"
    first = program.post(path, body, Idempotency_Key="k")
    happened = TicketEvent.objects.count()
    again = program.post(path, body, Idempotency_Key="k")
    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)
    assert TicketEvent.objects.count() == happened


def test_events_that_are_sent_twice_are_stored_once(program):
    event = {"client": "Acme", "dedupe_key": "d", "state": "FIRING", "severity": "LOW", "title": "t"}
    answers = {program.post("events/", event, Idempotency_Key="k").content for _ in range(2)}
    assert len(answers) == 1 and MonitoringEvent.objects.count() == 1


def posts(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from posts(pattern.url_patterns)
        view = getattr(getattr(pattern, "callback", None), "cls", None)
        if view is not None and isinstance(getattr(view, "schema", None), ScopedSchema) and hasattr(view, "post"):
            yield view


def test_every_post_of_the_api_is_done_once_per_key():
    views = list(posts(urlpatterns))
    assert len(views) == 16
    assert [view for view in views if not getattr(view.post, "once_per_key", False)] == []


# two at once -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_at_once_under_one_key_write_once(world):
    key = program_of().key
    answers = at_once(*[lambda: Program(key).post("tickets/", TICKET, Idempotency_Key="k")] * 6)
    assert {a.status_code for a in answers} <= {201, 409} and 201 in {a.status_code for a in answers}
    assert len({a.content for a in answers if a.status_code == 201}) == 1
    assert (Ticket.objects.count(), IdempotentAnswer.objects.count()) == (1, 1)
    assert Contact.objects.filter(email="dana@acme.example").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_external_id_open_one_ticket(world):
    key = program_of().key
    answers = at_once(*[lambda: Program(key).post("tickets/", TICKET | {"external_id": "x"})] * 4)
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    assert Ticket.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_twin_that_takes_too_long_is_not_waited_for(world):
    program, held, done = program_of(), threading.Event(), threading.Event()
    answer = program.post("tickets/", TICKET, Idempotency_Key="other")
    row = IdempotentAnswer.objects.get()

    def hold():
        with transaction.atomic():
            row.pk, row.value = None, "k"
            row.save(force_insert=True)
            held.set()
            done.wait(20)
            transaction.set_rollback(True)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    refused = program.post("tickets/", TICKET, Idempotency_Key="k")
    done.set()
    thread.join()
    assert problem(refused, 409)["detail"] and refused["Retry-After"] == "1"
    assert answer.status_code == 201 and Ticket.objects.count() == 1
    assert program.post("tickets/", TICKET, Idempotency_Key="k").status_code == 201
