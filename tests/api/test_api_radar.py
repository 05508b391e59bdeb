"""The radar over the REST API: placed and moved by the provider's programs, unknown to clients' keys."""

import pytest

from programs import fields, problem, program_of
from tickets.models import RadarEntry


@pytest.fixture
def ticket(world):
    return world.open()


@pytest.fixture
def program(world):
    return program_of()


def put(program, ticket, body, match="*"):
    headers = {"If-Match": match} if match else {}
    return program._send("PUT", f"tickets/{ticket.key}/radar/", body, None, headers)


def test_a_program_places_moves_and_takes_off(program, ticket):
    assert program.get(f"tickets/{ticket.key}/").json()["radar"] is None
    placed = put(program, ticket, {"score": 7, "jira_key": "abc-12", "why": "Product has it"})
    assert placed.status_code == 200
    assert placed.json()["radar"] == {"score": 7, "jira_key": "ABC-12"}
    assert put(program, ticket, {}).json()["radar"] == {"score": None, "jira_key": ""}
    gone = program._send("DELETE", f"tickets/{ticket.key}/radar/", None, None, {"If-Match": "*"})
    assert (gone.status_code, gone.json()["radar"]) == (200, None)


@pytest.mark.parametrize(
    "body, field",
    [({"score": 0}, "score"), ({"score": 11}, "score"), ({"jira_key": "the bug"}, "jira_key"), ({"lane": 1}, "lane")],
)
def test_what_cannot_be_taken_names_its_field(program, ticket, body, field):
    assert fields(put(program, ticket, body)) == [field]
    assert not RadarEntry.objects.exists()


def test_whoever_read_an_older_ticket_is_told(program, ticket):
    tag = program.get(f"tickets/{ticket.key}/")["ETag"]
    assert put(program, ticket, {"score": 3}, match=tag).status_code == 200
    problem(put(program, ticket, {"score": 4}, match=tag), 412)
    problem(put(program, ticket, {"score": 4}, match=""), 428)
    assert RadarEntry.objects.get().score == 3


def test_taking_off_what_is_not_there_is_refused(program, ticket):
    problem(program._send("DELETE", f"tickets/{ticket.key}/radar/", None, None, {"If-Match": "*"}), 409)


def test_a_client_s_key_neither_reads_nor_moves_it(world, program, ticket):
    put(program, ticket, {"score": 3, "jira_key": "ABC-1"})
    theirs = program_of(client=world.acme)
    answer = theirs.get(f"tickets/{ticket.key}/")
    assert answer.status_code == 200 and "radar" not in answer.json() and "ABC-1" not in answer.content.decode()
    assert "RADAR" not in theirs.get(f"tickets/{ticket.key}/timeline/").content.decode()
    problem(put(theirs, ticket, {"score": 9}), 404)
    problem(theirs.get("tickets/", radar="1-6"), 400)


def test_the_list_is_narrowed_to_a_lane(world, program, ticket):
    world.open("Another")
    put(program, ticket, {"score": 3})
    found = program.get("tickets/", radar="1-6").json()["results"]
    assert [row["key"] for row in found] == [ticket.key]
    assert fields(program.get("tickets/", radar="5")) == ["radar"]
