"""What a key that belongs to a client may read: the client's form, and nothing else anywhere."""

import json

import pytest

from programs import fields, problem
from tickets import lifecycle
from tickets.models import Ticket, TicketEvent

# What stands in internal texts, names and notes of this world and must never reach a client's key.
INTERNAL = ("L1", "L2", "L3", "Standard", "secret note", "boss@", "msp.example", "OLA", "step", "routing")
LISTED = {
    "key", "url", "status", "priority", "holder", "clocks", "title", "description", "client", "contact", "category",
    "service", "device", "error_code", "external_id", "opened_at", "acknowledged_at", "resolved_at", "resolution",
    "next_update_due_at", "merged_into", "vendor_cases",
}  # fmt: skip


@pytest.fixture
def ticket(world):
    """A ticket that has seen a note, a climb and a vendor's case."""
    ticket = world.open("Mail does not arrive", error_code="0x8004de40")
    lifecycle.reply(key=ticket.key, text="secret note", public=False, by=world.l1, now=world.now)
    lifecycle.reply(key=ticket.key, text="Hello Dana", public=True, by=world.l1, now=world.now)
    world.forward(minutes=62)
    return ticket


def tells_nothing_internal(response):
    said = json.dumps(response.json(), ensure_ascii=False)
    assert [word for word in INTERNAL if word in said] == []
    return response.json()


def test_a_ticket_lists_what_a_client_may_read(acme, ticket):
    told = tells_nothing_internal(acme.get(f"tickets/{ticket.key}/"))
    assert set(told) == LISTED
    assert (told["holder"]["kind"], told["holder"]["name"]) == ("VENDOR", "Microsoft")
    assert {clock["metric"] for clock in told["clocks"]} == {"ACKNOWLEDGE", "RESOLVE"}
    assert [set(case) for case in told["vendor_cases"]] == [
        {"vendor", "service", "lodged_at", "answered_at", "closed_at"}
    ]


def test_a_tier_is_called_by_its_title(acme, world):
    told = tells_nothing_internal(acme.get(f"tickets/{world.open().key}/"))
    assert told["holder"]["name"] == "our helpdesk"


def test_a_case_that_did_not_go_out_is_not_told(acme, world):
    ticket = world.open()
    lifecycle.lodge_case(key=ticket.key, service="Microsoft 365", answers={}, why="w", by=world.l1, now=world.now)
    assert acme.get(f"tickets/{ticket.key}/").json()["vendor_cases"] == []


def test_lists_and_new_tickets_have_the_same_form(acme, ticket):
    listed = tells_nothing_internal(acme.get("tickets/"))["results"]
    opened = tells_nothing_internal(acme.post("tickets/", {"client": "Acme", "title": "t"}))
    assert {frozenset(t) for t in [*listed, opened]} == {frozenset(LISTED)}


def test_a_timeline_has_public_events_only_in_words_for_clients(acme, ticket):
    told = tells_nothing_internal(acme.get(f"tickets/{ticket.key}/timeline/"))["results"]
    assert {frozenset(event) for event in told} == {frozenset({"at", "kind", "client_text"})}
    public = TicketEvent.objects.filter(ticket=ticket).exclude(client_text="").order_by("seq")
    assert [e["client_text"] for e in told] == [e.client_text for e in public]
    assert "Hello Dana" in [e["client_text"] for e in told]


def test_an_explanation_is_the_clients_sentence_alone(acme, ticket):
    told = tells_nothing_internal(acme.get(f"tickets/{ticket.key}/explain/"))["results"]
    assert told and {frozenset(e) for e in told} == {frozenset({"at", "kind", "client"})}


def test_other_clients_do_not_exist(acme, world, beta):
    ticket = world.open()
    Ticket.objects.filter(pk=ticket.pk).update(client=beta)
    assert acme.get("tickets/").json()["results"] == []
    hidden, absent = (acme.get("tickets/", client=name) for name in ("Beta", "Nope"))
    assert hidden.status_code == 400 and hidden.content.replace(b"Beta", b"") == absent.content.replace(b"Nope", b"")
    foreign, unknown = (acme.post("tickets/", {"client": c, "title": "t"}) for c in ("Beta", "Nope"))
    assert fields(foreign) == ["client"]
    assert foreign.content.replace(b"Beta", b"") == unknown.content.replace(b"Nope", b"")


@pytest.mark.parametrize("name, value", [
    ("tier", "L1"), ("team", "L1 team"), ("assignee", "l1@msp.example"), ("assignee", "none"), ("radar", "none"),
])  # fmt: skip
def test_tiers_teams_and_people_are_no_filters_for_clients(acme, world, name, value):
    answer = acme.get("tickets/", **{name: value})
    assert fields(answer) == [name] and name not in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "name, known", [("vendor", "Microsoft"), ("service", "microsoft-365"), ("vendor", "Oracle,Microsoft")]
)
def test_whether_a_vendor_or_a_service_is_known_is_not_told(acme, world, name, known):
    world.open("Printer")
    answers = [acme.get("tickets/", **{name: said}) for said in (known, "Nobody")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json() == {"results": [], "next": None, "previous": None}


def test_a_service_of_the_own_ticket_is_a_filter(acme, world):
    ticket = world.open(error_code="0x8004de40")
    world.open("Printer")
    assert [one["key"] for one in acme.get("tickets/", service="Microsoft 365,Nobody").json()["results"]] == [
        ticket.key
    ]


def test_a_near_deadline_is_one_that_was_promised_to_the_client(acme, world):
    from accounts.clock import database_now

    world.now = database_now()
    world.open()
    assert acme.get("tickets/", breaching_within="16").json()["results"] == []
    assert len(acme.get("tickets/", breaching_within="21m").json()["results"]) == 1


@pytest.mark.parametrize("verb, body, status", [
    ("escalation", {"why": "w", "to": "L9"}, 400),
    ("assignment", {"to": "Nobody"}, 400),
    ("acknowledgement", {}, 409),
    ("resumption", {}, 409),
])  # fmt: skip
def test_a_refused_verb_names_no_tier_and_nobody(acme, world, verb, body, status):
    ticket = world.open()
    lifecycle.acknowledge(key=ticket.key, by=world.l1, now=world.now)
    answer = acme.post(f"tickets/{ticket.key}/{verb}/", body)
    problem(answer, status)
    tells_nothing_internal(answer)


def test_a_verb_answers_in_the_clients_form(acme, world):
    told = tells_nothing_internal(acme.post(f"tickets/{world.open().key}/escalation/", {"why": "w"}))
    assert set(told) == LISTED and told["holder"]["name"] == "our technical specialists"
