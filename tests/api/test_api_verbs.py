"""Verbs as sub-resources."""

from datetime import timedelta

import pytest

from accounts.clock import database_now
from programs import counts, fields, problem, program_of
from tickets.models import Ticket, TicketEvent, VendorCase
from vendors.models import ServiceAccount

VERBS = {
    "acknowledgement": {},
    "escalation": {"why": "w"},
    "assignment": {"to": "l2@msp.example"},
    "wait": {"on": "CLIENT", "why": "w"},
    "resumption": {},
    "resolution": {"summary": "s"},
    "reopening": {"why": "w"},
    "replies": {"body": "b", "public": True},
    "vendor-cases": {"service": "Microsoft 365", "why": "w"},
    "merge": {"into": "ESC-1", "why": "w"},
}


@pytest.fixture
def ticket(world):
    return world.open()


@pytest.fixture
def do(program, ticket):
    return lambda verb, body=None: program.post(f"tickets/{ticket.key}/{verb}/", body)


def test_acknowledging_takes_the_ticket(do, ticket):
    answer = do("acknowledgement").json()
    assert (answer["status"], answer["assignee"]) == ("IN_PROGRESS", None) and answer["acknowledged_at"]
    assert next(c for c in answer["clocks"] if c["metric"] == "ACKNOWLEDGE")["state"] in ("MET", "BREACHED")
    ticket.refresh_from_db()
    assert ticket.touched


def test_who_comes_second_hears_who_was_first(do):
    do("acknowledgement", {})
    assert "Program of all took it" in problem(do("acknowledgement"), 409)["detail"]


def test_escalating_goes_to_the_next_step_or_the_one_named(do):
    assert do("escalation", {"why": "Too hard"}).json()["tier"] == "L2"
    assert do("escalation", {"why": "Harder", "to": "l3", "kind": "functional"}).json()["holder"]["name"] == "L3"


def test_assigning_names_a_person(do):
    assert do("assignment", {"to": "L2@msp.example"}).json()["assignee"] == "l2@msp.example"
    assert fields(do("assignment", {"to": "Nobody"})) == ["to"]


def test_waiting_on_the_client_and_going_on(do):
    waiting = do("wait", {"on": "client", "why": "A question"}).json()
    assert waiting["status"] == "WAITING_ON_CLIENT"
    assert (waiting["holder"]["kind"], waiting["holder"]["name"]) == ("CLIENT", "Acme")
    assert do("resumption", {"why": "She called"}).json()["holder"]["name"] == "L1"
    problem(do("resumption"), 409)


def test_a_hold_has_an_end_and_changes_no_hands(do):
    until = (database_now() + timedelta(hours=2)).isoformat()
    before = do("acknowledgement").json()["holder"]
    held = do("wait", {"on": "HOLD", "why": "Window", "until": until}).json()
    assert held["status"] == "ON_HOLD" and held["holder"] == before
    assert do("resumption").json()["holder"] == before


@pytest.mark.parametrize("until", [None, "yesterday", 7, "2020-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_hold_without_a_good_end_is_refused(do, until):
    before = counts()
    body = {"on": "HOLD", "why": "w"} | ({"until": until} if until else {})
    assert fields(do("wait", body)) == ["until"]
    assert counts() == before


def test_waiting_on_a_vendor_needs_a_lodged_case(do):
    problem(do("wait", {"on": "VENDOR", "why": "w"}), 409)


def test_resolving_and_reopening(do):
    done = do("resolution", {"summary": "Restarted it"}).json()
    assert (done["status"], done["holder"]["kind"], done["holder"]["name"]) == ("RESOLVED", "NOBODY", None)
    assert done["resolution"] == "Restarted it" and done["resolved_at"]
    again = do("reopening", {"why": "It came back"}).json()
    assert (again["status"], again["resolved_at"], again["tier"]) == ("NEW", None, "L1")
    problem(do("reopening", {"why": "Once more"}), 409)


def test_a_reply_is_public_or_a_note(do, ticket):
    do("replies", {"body": "Hello Dana", "public": True})
    do("replies", {"body": "She is angry", "public": False})
    written = TicketEvent.objects.filter(ticket=ticket, kind__in=["PUBLIC_REPLY", "WORK_NOTE"]).order_by("seq")
    assert [e.client_text for e in written] == ["Hello Dana", ""]


@pytest.mark.parametrize("verb, body", [
    ("replies", {"body": "b", "public": True}), ("resolution", {"summary": "s"}),
])  # fmt: skip
def test_what_is_automatic_is_no_persons_act(do, ticket, verb, body):
    do(verb, body | {"automatic": True})
    ticket.refresh_from_db()
    assert not ticket.touched
    assert do("acknowledgement", {"automatic": "yes"}).status_code == 400


def test_a_vendor_case_is_created_and_asks_for_what_is_missing(do, world, program, ticket):
    ServiceAccount.objects.update(facts={})
    answer = do("vendor-cases", {"service": "microsoft 365", "why": "Their side"})
    case = answer.json()
    assert answer.status_code == 201 and (case["status"], case["ball"]) == ("INCOMPLETE", "US")
    assert [missing["key"] for missing in case["missing"]] == ["tenant_id"]
    tenant = "11111111-2222-4333-8444-555555555555"
    case = do("vendor-cases", {"service": "Microsoft 365", "answers": {"tenant_id": tenant}}).json()
    assert (case["status"], case["missing"], case["severity"]) == ("QUEUED", [], "A")
    problem(do("vendor-cases", {"service": "Microsoft 365", "why": "Again"}), 409)
    shown = program.get(f"tickets/{ticket.key}/").json()["vendor_cases"]
    assert [c["vendor"] for c in shown] == ["Microsoft"] and VendorCase.objects.count() == 1


def test_an_answer_cannot_ask_for_a_secret(do):
    ServiceAccount.objects.update(facts={})
    answer = do("vendor-cases", {"service": "Microsoft 365", "why": "w", "answers": {"problem": "[[secret:1:pin]]"}})
    assert answer.status_code == 201
    assert VendorCase.objects.get().answers == {"problem": "Mail does not arrive"}


BAD = [
    ("acknowledgement", {"automatic": 1}, ["automatic"]),
    ("acknowledgement", {"why": "w"}, ["why"]),
    ("escalation", {}, ["why"]),
    ("escalation", {"why": " "}, ["why"]),
    ("escalation", {"why": "w", "to": "L9"}, ["to"]),
    ("escalation", {"why": "w", "kind": "DIAGONAL"}, ["kind"]),
    ("assignment", {"to": 7}, ["to"]),
    ("wait", {"on": "GODOT", "why": "w"}, ["on"]),
    ("wait", {"on": "CLIENT"}, ["why"]),
    ("wait", {"on": "CLIENT", "why": "w", "until": "2020-01-01T00:00:00Z"}, ["until"]),
    ("resolution", {"summary": ""}, ["summary"]),
    ("replies", {"body": "b"}, ["public"]),
    ("replies", {"body": "  ", "public": True}, ["body"]),
    ("replies", {"body": "b", "public": "true"}, ["public"]),
    ("merge", {"why": "w"}, ["into"]),
    ("merge", {"into": "ESC-1"}, ["why"]),
    ("merge", {"into": 7, "why": "w"}, ["into"]),
    ("vendor-cases", {"service": "Nothing", "why": "w"}, ["service"]),
    ("vendor-cases", {"service": "Microsoft 365"}, ["why"]),
    ("vendor-cases", {"service": "Microsoft 365", "why": "w", "answers": {"a": 1}}, ["answers.a"]),
    ("vendor-cases", {"service": "Microsoft 365", "why": "w", "answers": ["a"]}, ["answers"]),
    ("vendor-cases", {"service": "Microsoft 365", "why": "w", "answers": {"k" * 81: "v"}}, ["answers"]),
]


@pytest.mark.parametrize("verb, body, expected", BAD)
def test_a_bad_field_of_a_verb_is_named_and_nothing_is_left_behind(do, ticket, verb, body, expected):
    before, row = counts(), Ticket.objects.filter(pk=ticket.pk).values().get()
    assert fields(do(verb, body)) == expected
    assert counts() == before and Ticket.objects.filter(pk=ticket.pk).values().get() == row


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_on_a_foreign_ticket_is_byte_for_byte_like_on_none(acme, world, ticket, beta, verb):
    Ticket.objects.filter(pk=ticket.pk).update(client=beta)
    before = counts()
    answers = [acme.post(f"tickets/{key}/{verb}/", VERBS[verb]) for key in (ticket.key, "ESC-999999")]
    assert problem(answers[0], 404) and answers[0].content == answers[1].content
    assert counts() == before


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_needs_the_scope_to_work(world, ticket, verb):
    reader = program_of(scopes=["tickets:read", "tickets:write", "events:write"])
    assert "tickets:work" in problem(reader.post(f"tickets/{ticket.key}/{verb}/", VERBS[verb]), 403)["detail"]


@pytest.mark.parametrize("verb", ["escalation", "assignment", "wait", "resolution", "vendor-cases", "acknowledgement"])
def test_a_resolved_ticket_takes_no_work(do, verb):
    do("resolution", {"summary": "Done"})
    before = counts()
    problem(do(verb, VERBS[verb]), 409)
    assert counts() == before
