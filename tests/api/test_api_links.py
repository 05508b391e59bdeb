"""Linking and splitting over REST."""

import pytest

from clients.models import Contact
from programs import problem, program_of
from tickets.models import Ticket, TicketLink


@pytest.fixture
def program(world):
    return program_of()


@pytest.fixture
def ticket(world):
    return world.open("Mail and printer", priority="P2", contact=Contact.objects.get(name="Dana"))


@pytest.mark.parametrize(("kind", "stored"), [("related", "RELATED"), ("CAUSED_BY", "CAUSED_BY")])
def test_tickets_are_linked_and_the_ticket_is_answered(world, program, ticket, kind, stored):
    other = world.open("Disk")
    answer = program.post(f"tickets/{ticket.key}/links/", {"other": other.key.lower(), "kind": kind, "why": "Same"})
    assert answer.status_code == 200 and answer.json()["key"] == ticket.key
    made = TicketLink.objects.get()
    assert (made.kind, made.ticket, made.other) == (stored, ticket, other)


def test_a_cause_is_kept_at_the_other_end(world, program, ticket):
    other = world.open("Disk")
    program.post(f"tickets/{ticket.key}/links/", {"other": other.key, "kind": "CAUSES"})
    assert (TicketLink.objects.get().ticket, TicketLink.objects.get().kind) == (other, "CAUSED_BY")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"other": "ESC-999999", "kind": "RELATED"}, 400, "other"),
        ({"other": "ESC-1", "kind": "SPLIT_FROM"}, 400, "kind"),
        ({"kind": "RELATED"}, 400, "other"),
        ({"other": "ESC-1", "kind": "RELATED", "colour": "red"}, 400, "colour"),
    ],
)
def test_what_is_no_link_is_refused_at_its_field(program, ticket, body, status, field):
    told = problem(program.post(f"tickets/{ticket.key}/links/", body), status)
    assert [error["field"] for error in told["errors"]] == [field] and not TicketLink.objects.exists()


def test_a_second_link_is_a_409(world, program, ticket):
    body = {"other": world.open("Disk").key, "kind": "RELATED"}
    assert program.post(f"tickets/{ticket.key}/links/", body).status_code == 200
    problem(program.post(f"tickets/{ticket.key}/links/", body), 409)


def test_a_part_is_split_off_and_answered(program, ticket):
    answer = program.post(f"tickets/{ticket.key}/split/", {"title": "The printer", "contact": "dana"})
    opened = Ticket.objects.exclude(pk=ticket.pk).get()
    assert answer.status_code == 201 and answer.json()["key"] == opened.key
    assert (opened.title, opened.priority, opened.contact.name) == ("The printer", "P2", "Dana")
    assert TicketLink.objects.get().kind == "SPLIT_FROM"


def test_the_same_split_sent_twice_opens_one_ticket(program, ticket):
    sent = [
        program.post(f"tickets/{ticket.key}/split/", {"title": "The printer"}, Idempotency_Key="k") for _ in range(2)
    ]  # fmt: skip
    assert sent[0].json()["key"] == sent[1].json()["key"] and Ticket.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "title"), ({"title": "x", "priority": "P9"}, "priority"), ({"title": "x", "contact": "Nobody"}, "contact"),
     ({"title": "x", "service": "Nothing"}, "service")],
)  # fmt: skip
def test_what_cannot_be_split_off_is_refused_at_its_field(program, ticket, body, field):
    told = problem(program.post(f"tickets/{ticket.key}/split/", body), 400)
    assert [error["field"] for error in told["errors"]] == [field] and Ticket.objects.count() == 1


def test_a_client_s_key_links_nothing_and_writes_no_internal_why(world, ticket):
    other = world.open("Disk")
    body = {"other": other.key, "kind": "RELATED", "why": "Words for our people"}
    for client in (world.acme, world.client("Beta")):
        assert program_of(client=client).post(f"tickets/{ticket.key}/links/", body).status_code == 404
    assert not TicketLink.objects.exists() and "LINKED" not in world.kinds(ticket)


def test_a_client_s_key_splits_its_own_tickets_alone(world, ticket):
    theirs = program_of(client=world.client("Beta"))
    assert theirs.post(f"tickets/{ticket.key}/split/", {"title": "The printer"}).status_code == 404
    assert Ticket.objects.count() == 1
