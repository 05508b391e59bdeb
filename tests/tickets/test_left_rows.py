"""Rows that have left a list say what took them out of it; whoever asks again for its own act is told so."""

import re
from datetime import timedelta

import pytest

from accounts import roles
from accounts.clock import database_now
from tickets import lifecycle
from tickets.left import LEFT, MOST, took
from tickets.models import Ticket
from tickets.snoozing import snooze


@pytest.fixture
def desk(world, client):
    """The world at this very moment, and its first technician signed in."""
    world.now = database_now()
    client.force_login(world.l1)
    return world


def left(client, *keys):
    return client.get("/tickets/left/", {"key": keys})


def statuses(answer):
    return re.findall(r'<span class="ticket-status"[^>]*>([^<]*)<', answer.content.decode())


@pytest.mark.parametrize(
    ("kind", "actor", "words"),
    [
        ("ACKNOWLEDGED", "Lena", "Acknowledged by Lena"),
        ("ESCALATED", None, "Escalated"),
        ("RESOLVED", "", "Resolved"),
        ("WORK_NOTE", "Lena", LEFT),
        (None, None, LEFT),
    ],
)
def test_it_says_what_happened_and_by_whom(kind, actor, words):
    assert took({"last_kind": kind, "last_actor": actor}) == words


def test_each_row_tells_what_took_it(desk, client):
    taken, resolved, noted = (desk.open(title) for title in ("One", "Two", "Three"))
    desk.do(lifecycle.acknowledge, taken, by=desk.l2)
    desk.do(lifecycle.resolve, resolved, by=desk.l2, summary="done")
    desk.do(lifecycle.reply, noted, by=desk.l2, text="x", public=False)
    answer = left(client, taken.key, resolved.key, noted.key)
    assert sorted(statuses(answer)) == sorted(["Acknowledged by L2", "Resolved by L2", LEFT])


def test_what_one_snoozed_oneself_says_until_when(desk, client):
    ticket = desk.open()
    snooze(key=ticket.key, until=desk.now + timedelta(hours=1), by=desk.l1, now=desk.now)
    assert statuses(left(client, ticket.key))[0].startswith("Snoozed until")


def test_a_ticket_that_one_may_not_see_is_as_one_that_never_was(desk, client):
    other = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    ticket = desk.open()
    client.force_login(other)
    assert statuses(left(client, ticket.key, "ESC-999999")) == []


@pytest.mark.parametrize("key", ["", "ESC-", "ESC-x", "ESC-" + "9" * 40, "'; DROP", "ESC-٣"])
def test_a_key_that_is_none_is_passed_over(desk, client, key):
    answer = left(client, key)
    assert answer.status_code == 200 and statuses(answer) == []


def test_keys_name_tickets_in_any_case_and_what_is_no_key_names_none(desk):
    one, two, _ = (desk.open(title) for title in ("One", "Two", "Three"))
    named = [one.key.lower(), two.key, one.key, str(one.pk), f"#{one.pk}", "ESC-²", "ESC-999999", ""]
    assert set(Ticket.objects.by_keys(named)) == {one, two}
    assert not Ticket.objects.by_keys([]).exists()


def test_many_rows_cost_as_many_queries_as_one(desk, client, django_assert_max_num_queries):
    tickets = [desk.open(priority="P4") for _ in range(MOST + 1)]
    with django_assert_max_num_queries(5):
        answer = left(client, *(ticket.key for ticket in tickets))
    assert len(statuses(answer)) == MOST


def test_who_asks_twice_is_told_that_it_is_theirs_already(desk, client):
    ticket = desk.open()
    headers = {"HX-Request": "true", "HX-Target": f"row-{ticket.key}"}
    client.post(f"/tickets/{ticket.key}/acknowledgement/", headers=headers)
    again = client.post(f"/tickets/{ticket.key}/acknowledgement/", headers=headers)
    assert again.status_code == 409 and "It is yours already, since" in again.content.decode()
    assert desk.kinds(ticket).count("ACKNOWLEDGED") == 1
