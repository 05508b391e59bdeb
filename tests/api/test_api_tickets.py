"""Opening and reading tickets."""

import json

import pytest

from accounts.models import IdempotentAnswer
from clients.models import Asset, Contact
from programs import counts, fields, problem
from tickets.models import Ticket
from tiers.models import PolicyVersion

FULL = {
    "key", "url", "status", "priority", "tier", "team", "assignee", "holder", "policy", "routed_because", "tags",
    "clocks", "title", "description", "client", "contact", "category", "service", "device", "error_code", "external_id",
    "opened_at", "acknowledged_at", "resolved_at", "resolution", "next_update_due_at", "merged_into", "vendor_cases",
    "superseded_clocks", "radar",
}  # fmt: skip
SMALLEST = {"client": "Acme", "title": "Mail does not arrive"}


def test_a_new_ticket_is_answered_with_who_must_act_why_and_by_when(program):
    response = program.post("tickets/", SMALLEST | {"priority": "p1"})
    ticket = response.json()
    assert response.status_code == 201 and set(ticket) == FULL
    assert ticket["url"].endswith(f"/tickets/{ticket['key']}/")
    assert (ticket["status"], ticket["priority"], ticket["tier"], ticket["team"]) == ("NEW", "P1", "L1", "L1 team")
    assert (ticket["holder"]["kind"], ticket["holder"]["name"]) == ("TIER", "L1")
    assert ticket["holder"]["since"] == ticket["opened_at"]
    assert ticket["policy"] == {"name": "Standard", "version": 1}
    assert ticket["routed_because"] == ["No routing rule matched."]
    clocks = {(c["metric"], c["subject"]): c for c in ticket["clocks"]}
    assert set(clocks) == {
        ("ACKNOWLEDGE", ""),
        ("RESOLVE", ""),
        ("OLA_ACKNOWLEDGE", "step:0"),
        ("OLA_RESOLVE", "step:0"),
    }
    first = clocks["ACKNOWLEDGE", ""]
    assert (first["target_seconds"], first["calendar"], first["state"], first["round"]) == (1200, "24x7", "RUNNING", 1)
    assert first["due_at"] and 0 <= first["consumed_seconds"] < 60


def test_everything_that_can_be_said_is_kept(program, world):
    body = SMALLEST | {
        "description": " Two lines.\nSecond. ", "impact": "high", "urgency": "Low", "category": "mail",
        "service": "microsoft-365", "device": {"name": "PC-1", "type": "workstation", "os": "Windows 11"},
        "error_code": "E-1", "contact": "dana@ACME.example", "external_id": "crm-1",
    }  # fmt: skip
    ticket = program.post("tickets/", body).json()
    assert ticket["description"] == body["description"] and ticket["priority"] == "P3"
    assert (ticket["category"], ticket["service"]) == ("mail", "Microsoft 365")
    assert ticket["device"] == {"name": "PC-1", "type": "WORKSTATION", "os": "Windows 11"}
    assert (ticket["error_code"], ticket["external_id"]) == ("E-1", "crm-1")
    assert ticket["contact"] == {"name": "Dana", "email": "dana@acme.example"}
    assert program.get(f"tickets/{ticket['key']}/").json()["external_id"] == "crm-1"


@pytest.mark.parametrize("said, expected", [
    ({}, "P3"), ({"priority": "p2"}, "P2"), ({"impact": "HIGH", "urgency": "HIGH"}, "P1"),
    ({"impact": "LOW", "urgency": "LOW"}, "P4"), ({"priority": "P4", "impact": "HIGH", "urgency": "HIGH"}, "P4"),
])  # fmt: skip
def test_a_priority_is_given_or_made_of_impact_and_urgency(program, said, expected):
    assert program.post("tickets/", SMALLEST | said).json()["priority"] == expected


@pytest.mark.parametrize("name", ["Acme", "acme"])
def test_a_client_is_named_by_name_or_slug(program, name):
    assert program.post("tickets/", SMALLEST | {"client": name}).json()["client"] == "Acme"


@pytest.mark.parametrize("address", ["victim@elsewhere.example", "bob@beta.example"])
def test_a_program_cannot_make_us_write_to_whom_the_client_does_not_know(program, beta, address):
    Contact.objects.create(client=beta, name="Bob", email="bob@beta.example")
    before = counts()
    assert fields(program.post("tickets/", SMALLEST | {"contact": address})) == ["contact"]
    assert counts() == before


def test_a_contact_is_named_by_address_whatever_its_case(program, world):
    ticket = program.post("tickets/", SMALLEST | {"contact": "Dana@ACME.example"}).json()
    assert ticket["contact"]["email"] == "dana@acme.example"


def test_a_contact_of_another_client_is_not_found_by_name(program, beta):
    Contact.objects.create(client=beta, name="Bob", email="bob@beta.example")
    before = counts()
    assert fields(program.post("tickets/", SMALLEST | {"contact": "Bob"})) == ["contact"]
    assert counts() == before


BAD = [
    ({"title": None}, ["title"]),
    ({"title": ""}, ["title"]),
    ({"title": "  "}, ["title"]),
    ({"title": 7}, ["title"]),
    ({"title": ["a"]}, ["title"]),
    ({"title": "x" * 201}, ["title"]),
    ({"client": "Nobody"}, ["client"]),
    ({"client": True}, ["client"]),
    ({"priority": "P5"}, ["priority"]),
    ({"priority": 1}, ["priority"]),
    ({"impact": "HIGH"}, ["urgency"]),
    ({"urgency": "HIGH"}, ["impact"]),
    ({"impact": "HUGE", "urgency": "HIGH"}, ["impact"]),
    ({"category": "c" * 61}, ["category"]),
    ({"service": "Nothing 365"}, ["service"]),
    ({"device": "PC-1"}, ["device"]),
    ({"device": {"type": "toaster"}}, ["device.type"]),
    ({"device": {"name": 1, "colour": "red"}}, ["device.colour"]),
    ({"device": {"os": "o" * 81}}, ["device.os"]),
    ({"error_code": "e" * 81}, ["error_code"]),
    ({"contact": "Nobody"}, ["contact"]),
    ({"contact": "not@an@address"}, ["contact"]),
    ({"external_id": "i" * 201}, ["external_id"]),
    ({"colour": "red"}, ["colour"]),
]


@pytest.mark.parametrize("change, expected", BAD)
def test_a_bad_field_is_named_and_nothing_is_left_behind(program, change, expected):
    before = counts()
    assert fields(program.post("tickets/", SMALLEST | change, Idempotency_Key="k")) == expected
    assert counts() == before


@pytest.mark.parametrize("body", [{}, [], "text", 3, None, [SMALLEST]])
def test_a_body_that_is_no_ticket_leaves_nothing_behind(program, body):
    before = counts()
    problem(program.post("tickets/", raw=json.dumps(body).encode()), 400)
    assert counts() == before


def test_an_external_id_is_taken_once_per_client(program, world, beta):
    first = program.post("tickets/", SMALLEST | {"external_id": "x-1"}).json()
    before = counts()
    refused = problem(program.post("tickets/", SMALLEST | {"external_id": "x-1"}), 409)
    assert refused["ticket"] == first["key"] and first["key"] in refused["detail"]
    assert counts() == before
    other = program.post("tickets/", SMALLEST | {"client": "Beta", "external_id": "x-1"})
    assert other.status_code == 201


def test_without_a_policy_nobody_would_know_who_acts(program, world):
    world.publish(PolicyVersion.objects.get().document | {"clients": ["Somebody else"]})
    before = counts()
    assert "policy" in problem(program.post("tickets/", SMALLEST), 409)["detail"].lower()
    assert counts() == before


@pytest.mark.parametrize("said, tier, reason", [
    ({"title": "A ransom note on every screen"}, "L3", "the keyword “ransom”"),
    ({"device": {"type": "network"}}, "L2", "the device type NETWORK"),
    ({"device": {"name": "PC-9", "os": "Windows 11"}}, "L2", "the operating system Windows 11"),
    ({"error_code": "0X8004DE40"}, "L1", "the error code 0x8004de40 in the field"),
    ({"description": "It says (0x8004de40), again."}, "L1", "the error code 0x8004de40 in the text"),
])  # fmt: skip
def test_a_ticket_is_routed_by_what_it_says(program, world, said, tier, reason):
    document = PolicyVersion.objects.get().document
    system = {"name": "Windows", "when": {"os": "windows"}, "then": {"tier": "L2"}}
    world.publish(document | {"routing": [*document["routing"], system]})
    ticket = program.post("tickets/", SMALLEST | said).json()
    assert ticket["tier"] == tier and any(reason in because for because in ticket["routed_because"])


def test_a_code_in_human_text_brings_its_service_along(program):
    ticket = program.post("tickets/", SMALLEST | {"description": "OneDrive says 0x8004de40!"}).json()
    assert (ticket["service"], ticket["error_code"]) == ("Microsoft 365", "0x8004de40")


def test_a_longer_code_is_another_code(program):
    ticket = program.post("tickets/", SMALLEST | {"description": "It says 0x8004de401."}).json()
    assert ticket["service"] is None


def test_a_known_device_brings_its_type_along(program, world):
    Asset.objects.create(client=world.acme, name="FW-1", type="NETWORK", os="FortiOS")
    ticket = program.post("tickets/", SMALLEST | {"device": {"name": "fw-1"}}).json()
    assert ticket["tier"] == "L2" and ticket["device"] == {"name": "fw-1", "type": "NETWORK", "os": "FortiOS"}


def test_a_foreign_ticket_is_byte_for_byte_like_none(acme, world, beta):
    foreign = Ticket.objects.get(pk=world.open().pk)
    Ticket.objects.filter(pk=foreign.pk).update(client=beta)
    for part in ("", "timeline/", "explain/"):
        one, other = (acme.get(f"tickets/{key}/{part}") for key in (foreign.key, "ESC-999999999"))
        problem(one, 404)
        assert one.content == other.content and dict(one.headers) == dict(other.headers)


@pytest.mark.parametrize("key", ["ESC-0", "ESC-99999999999999999", "ABC-1", "ESC-1x", "1", "ESC-१"])
def test_a_key_that_is_none_is_not_found(program, key):
    problem(program.get(f"tickets/{key}/"), 404)


def test_a_key_is_found_in_any_case(program, world):
    assert program.get(f"tickets/{world.open().key.lower()}/").status_code == 200


def test_nothing_is_kept_of_a_reading(program):
    program.get("tickets/")
    assert not IdempotentAnswer.objects.exists()
