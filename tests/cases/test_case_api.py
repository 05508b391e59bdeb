"""Vendor cases over the REST API: listed, lodged by hand, answered; a client's key reads what its vendor has."""

import pytest

from accounts.clock import database_now
from programs import program_of
from tickets import lifecycle
from tickets.cases import receiving
from tickets.models import CaseMessage, VendorCase
from vendors.models import ServiceAccount
from world import TENANT


@pytest.fixture
def desk(world):
    world.now = database_now()
    world.m365.contact_points.create(order=2, kind="PORTAL", value="https://portal.vendor.example/new")
    world.m365.lodge_by = "PORTAL"
    world.m365.save()
    return world


@pytest.fixture
def ticket(desk):
    return desk.open(error_code="0x8004de40")


@pytest.fixture
def case(desk, ticket):
    return desk.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")


@pytest.fixture
def program(desk):
    return program_of()


def post(program, case, noun, body, **more):
    return program.post(f"tickets/ESC-{case.ticket_id}/vendor-cases/{case.pk}/{noun}/", body, **more)


def test_the_cases_of_a_ticket_are_listed_with_what_they_are(program, ticket, case):
    [shown] = program.get(f"tickets/{ticket.key}/vendor-cases/").json()
    assert (shown["id"], shown["status"], shown["channel"], shown["engaged_by"]) == (
        case.pk, "PREPARED", "PORTAL", "HAND",
    )  # fmt: skip
    assert shown["missing"] == [] and shown["number"] == ""
    assert program.get(f"tickets/{ticket.key}/").json()["vendor_cases"] == [shown]


def test_a_clients_key_reads_of_a_case_once_its_vendor_has_it_and_no_more(desk, program, ticket, case):
    bound = program_of(client=desk.acme)
    assert bound.get(f"tickets/{ticket.key}/vendor-cases/").json() == []
    post(program, case, "lodged", {"number": "4711"})
    [shown] = bound.get(f"tickets/{ticket.key}/vendor-cases/").json()
    assert set(shown) == {"vendor", "service", "lodged_at", "answered_at", "closed_at"}


def test_a_new_clients_key_reads_nothing_of_what_the_former_ones_vendor_was_asked(desk, program, ticket, case):
    post(program, case, "lodged", {"number": "4711"})
    desk.do(receiving.confirm_closed, ticket, case_id=case.pk)
    beta = desk.client("Beta")
    ServiceAccount.objects.create(client=beta, service=desk.m365, facts={"tenant_id": TENANT})
    moved = program.patch(f"tickets/{ticket.key}/", {"client": "Beta", "why": "Misfiled"}, If_Match="*")
    assert moved.status_code == 200
    bound, of_ticket = program_of(client=beta), f"tickets/{ticket.key}/"
    assert bound.get(f"{of_ticket}vendor-cases/").json() == bound.get(of_ticket).json()["vendor_cases"] == []
    assert len(program.get(f"{of_ticket}vendor-cases/").json()) == 1
    own = desk.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")
    post(program, own, "lodged", {})
    [shown] = bound.get(f"{of_ticket}vendor-cases/").json()
    assert shown == bound.get(of_ticket).json()["vendor_cases"][0] and shown["closed_at"] is None


def test_it_is_marked_as_lodged_once(program, ticket, case):
    answer = post(program, case, "lodged", {"number": "4711"})
    assert (answer.status_code, answer.json()["status"], answer.json()["number"]) == (200, "LODGED", "4711")
    again = post(program, case, "lodged", {"number": "4712"})
    assert again.status_code == 409 and "lodged it at" in again.json()["detail"]
    assert VendorCase.objects.get().number == "4711"


def test_the_same_request_twice_is_answered_alike_and_done_once(program, ticket, case):
    answers = [post(program, case, "lodged", {"number": "4711"}, idempotency_key="once") for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200] and answers[0].json() == answers[1].json()
    assert ticket.timeline.filter(kind="CASE_MARKED").count() == 1


def test_what_the_vendor_said_is_noted_and_passes_the_ball(program, ticket, case):
    post(program, case, "lodged", {})
    answer = post(program, case, "answers", {"kind": "question", "text": "Which version?", "number": "4711"})
    assert (answer.status_code, answer.json()["ball"], answer.json()["number"]) == (200, "US", "4711")
    assert CaseMessage.objects.filter(case=case, kind="QUESTION").get().body == "Which version?"


@pytest.mark.parametrize(
    ("noun", "body", "field"),
    [
        ("lodged", {"number": "9" * 81}, "number"),
        ("lodged", {"nummer": "1"}, "nummer"),
        ("answers", {"kind": "BOUNCE", "text": "x"}, "kind"),
        ("answers", {"kind": "ANSWER"}, "text"),
        ("answers", {"kind": "ANSWER", "text": "x", "number": "9" * 81}, "number"),
    ],
)
def test_a_malformed_body_names_the_field(program, case, noun, body, field):
    answer = post(program, case, noun, body)
    assert answer.status_code == 400 and [e["field"] for e in answer.json()["errors"]] == [field]


def test_what_misses_an_answer_is_not_lodged(desk, program):
    ServiceAccount.objects.update(facts={})
    other = desk.open(error_code="0x8004de40")
    incomplete = desk.do(lifecycle.lodge_case, other, service="Microsoft 365", answers={}, why="Theirs")
    for noun, body in (("lodged", {}), ("answers", {"kind": "ANSWER", "text": "x"})):
        answer = post(program, incomplete, noun, body)
        assert answer.status_code == 409 and "missing" in answer.json()["detail"]


def test_a_case_of_another_ticket_is_absent(desk, program, case):
    other = desk.open("Another")
    for pk in (case.pk, 99999999):
        assert program.post(f"tickets/{other.key}/vendor-cases/{pk}/lodged/", {}).status_code == 404
