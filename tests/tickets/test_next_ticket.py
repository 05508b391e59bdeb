"""From one ticket on to the next of the list that it was found in."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.clock import database_now
from tickets import lifecycle
from tickets.models import Ticket


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


@pytest.fixture
def three(desk, client):
    """Three tickets in the order of their deadlines, and the technician signed in."""
    client.force_login(desk.l1)
    tickets = []
    for minutes, title in ((10, "First"), (20, "Second"), (30, "Third")):
        ticket = desk.open(title)
        Ticket.objects.filter(pk=ticket.pk).update(next_due_at=desk.now + timedelta(minutes=minutes))
        tickets.append(ticket)
    return tickets


def on(client, ticket, **more):
    answer = client.get("/tickets/next/", {"after": ticket.key, **more})
    assert answer.status_code == 303
    return answer["Location"]


def path_of(url):
    return urlsplit(url).path


def from_of(url):
    """What a ticket's address says of the list."""
    return parse_qs(urlsplit(url).query)["from"][0]


def test_one_goes_through_the_list_in_its_order_and_is_told_the_end(three, client):
    first, second, third = three
    there = on(client, first)
    assert path_of(there) == f"/tickets/{second.key}/"
    there = on(client, second, **{"from": from_of(there)})
    assert path_of(there) == f"/tickets/{third.key}/"
    assert on(client, third, **{"from": from_of(there)}) == "/tickets/"
    assert "That was the last one." in client.get("/tickets/").content.decode()


def test_a_row_s_address_knows_the_list_and_the_place(desk, three, client):
    rows = client.get("/tickets/?status=NEW").context["rows"]
    there = on(client, three[0], **{"from": from_of(rows[0]["href"])})
    assert path_of(there) == f"/tickets/{three[1].key}/" and from_of(there).startswith("status=NEW&at=")


def test_acting_on_a_ticket_moves_it_and_skips_none(desk, three, client):
    first, second, _ = three
    came_by = client.get("/tickets/").context["rows"][0]["href"]
    lifecycle.acknowledge(key=first.key, by=desk.l1, now=database_now())
    Ticket.objects.filter(pk=first.pk).update(next_due_at=desk.now + timedelta(hours=9))
    assert path_of(on(client, first, **{"from": from_of(came_by)})) == f"/tickets/{second.key}/"
    assert on(client, first) == "/tickets/"  # by where it stands now, it is the last


def test_a_ticket_that_left_the_list_leads_on_from_where_it_was(desk, three, client):
    first, second, _ = three
    came_by = client.get("/tickets/?status=NEW").context["rows"][0]["href"]
    lifecycle.resolve(key=first.key, summary="x", by=desk.l1, now=database_now())
    assert path_of(on(client, first, **{"from": from_of(came_by)})) == f"/tickets/{second.key}/"


def test_the_filters_may_stand_by_themselves(three, client):
    assert on(client, three[0], q="third").startswith(f"/tickets/{three[2].key}/")
    assert on(client, three[2], q="third") == "/tickets/?q=third"


@pytest.mark.parametrize("place", ["nonsense", "~", "2026-01-01~x", "~99999999999999999999999"])
def test_a_damaged_place_is_where_it_stands_now(three, client, place):
    there = on(client, three[0], **{"from": f"at={place}"})
    assert path_of(there) in {f"/tickets/{three[1].key}/", "/tickets/"}


def test_filters_that_cannot_be_read_lead_back_to_the_list_that_says_so(three, client):
    assert on(client, three[0], status="LOST") == "/tickets/?status=LOST"


@pytest.mark.parametrize("after", ["", "ESC-999999", "nonsense"])
def test_after_no_ticket_there_is_nothing(three, client, after):
    assert client.get("/tickets/next/", {"after": after}).status_code == 404
