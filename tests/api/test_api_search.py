"""The same words find the same tickets on the queue's page and over the API; a client's key finds by what it reads."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.clock import database_now
from programs import fields
from tickets import lifecycle
from tickets.models import VendorCase


@pytest.fixture
def tickets(world):
    """Three open ones; of the second there is a note, a reply and a vendor's case."""
    world.now = database_now()
    opened = [
        world.open("Printer is out of paper", device_name="PRN-17"),
        world.open("Mail is slow", error_code="0x8004de40", description="Since the printer came"),
        world.open("100% of the disk is used"),
    ]
    do = {"key": opened[1].key, "by": world.l1, "now": world.now}
    lifecycle.reply(text="He shouts at everybody", public=False, **do)
    lifecycle.reply(text="We asked the operator", public=True, **do)
    lifecycle.lodge_case(service="Microsoft 365", answers={}, why="w", **do)
    VendorCase.objects.update(number="TRK-0099")
    return [ticket.key for ticket in opened]


@pytest.fixture
def on_page(world, client):
    """The keys of the tickets that the queue's page shows for a search."""

    def found(typed):
        client.force_login(world.l1)
        page = client.get("/tickets/", {"q": typed})
        assert page.status_code == 200
        return set(re.findall(r'id="row-(ESC-\d+)"', page.content.decode()))

    return found


@pytest.mark.parametrize("typed, expected", [
    ("printer", [0, 1]), ("PRINTERS", [0, 1]), ("printer slow", [1]), ("acme", [0, 1, 2]), ("8004de", [1]),
    ("prn-17", [0]), ("shouts", [1]), ("operator", [1]), ("trk-0099", [1]), ("shout operator mail", [1]), ("toner", []),
    ("100", [2]), ('"is slow"', [1]), ('"slow is"', []), ("dis", [2]),
])  # fmt: skip
def test_the_same_words_find_the_same_on_the_page_and_over_the_api(on_page, program, tickets, typed, expected):
    wanted = {tickets[number] for number in expected}
    answer = program.get("tickets/", q=typed)
    assert {ticket["key"] for ticket in answer.json()["results"]} == wanted == on_page(typed)


@pytest.mark.parametrize("typed", ["x" * 10_000, "%'\"; DROP", "🔥", " ".join("abcdefghij")])
def test_a_program_is_refused_with_what_a_page_only_leaves_out(on_page, program, tickets, typed):
    assert on_page(typed) == set()
    assert fields(program.get("tickets/", q=typed)) == ["q"]


def test_signs_that_no_keyboard_has_part_words(on_page, tickets):
    assert on_page("\x00slow\x00mail\x07") == {tickets[1]}


@pytest.mark.parametrize("typed, expected", [
    ("printer", [0, 1]), ("operator", [1]), ("8004de", [1]), ("prn", [0]), ("shouts", []), ("trk-0099", []), ("L1", []),
    ("l1@msp.example", []), ("operator shouts", []),
])  # fmt: skip
def test_a_clients_key_finds_by_what_it_may_read(acme, tickets, typed, expected):
    answer = acme.get("tickets/", q=typed)
    assert {ticket["key"] for ticket in answer.json()["results"]} == {tickets[number] for number in expected}


def test_a_clients_key_finds_no_case_that_was_not_lodged(acme, program, tickets):
    assert len(program.get("tickets/", vendor="Microsoft").json()["results"]) == 1
    assert acme.get("tickets/", vendor="Microsoft").json()["results"] == []
    VendorCase.objects.update(lodged_at=database_now())
    assert [ticket["key"] for ticket in acme.get("tickets/", vendor="microsoft").json()["results"]] == [tickets[1]]


def test_who_finds_nobody_by_a_name_is_told_who_is_not_known(program, world):
    for name, value, words in (
        ("tier", "L1,L9", "There is no tier “L9”."),
        ("vendor", "Oracle", "There is no vendor “Oracle”."),
        ("assignee", "me,who@msp.example", "Nobody has the address “who@msp.example”; write an address, me or none."),
        ("priority", "P1,P9", "Select a valid choice: P9 is not one of P1, P2, P3, P4."),
        ("opened_after", "soon", "Write a day such as 2026-03-31, or a moment such as 2026-03-31T09:00."),
    ):
        [error] = program.get("tickets/", **{name: value}).json()["errors"]
        assert error == {"field": name, "message": words}


def test_names_are_looked_up_in_one_query(program, world):
    def cost(**named):
        with CaptureQueriesContext(connection) as queries:
            assert program.get("tickets/", **named).status_code == 200
        return len(queries)

    cost()
    every = {"tier": "L1", "team": "L1 team", "client": "acme", "assignee": "l1@msp.example", "vendor": "Microsoft"}
    assert cost(**every) == cost() + 1
