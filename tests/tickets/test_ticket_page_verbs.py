"""Each verb through its form: done, refused in words, and what was typed is kept."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.clock import database_now
from sla.priorities import DEFAULT, P1, P4
from tickets import lifecycle
from tickets.models import Ticket
from vendors.models import Service
from world import TENANT


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


@pytest.fixture
def signed_in(desk, client):
    client.force_login(desk.l1)
    return client


def do(client, ticket, noun, **said):
    return client.post(f"/tickets/{ticket.key}/{noun}/", said)


def done(answer, ticket):
    return (answer.status_code, answer["Location"]) == (303, f"/tickets/{ticket.key}/")


def test_escalating_passes_it_on_with_its_why(desk, signed_in):
    ticket = desk.open()
    assert done(do(signed_in, ticket, "escalation", why="Needs a look at the server", tried="A restart"), ticket)
    assert desk.fresh(ticket).tier.name == "L2"
    assert "Needs a look at the server" in signed_in.get(f"/tickets/{ticket.key}/").content.decode()


def test_escalating_to_a_named_step_skips_others(desk, signed_in):
    ticket = desk.open()
    assert done(do(signed_in, ticket, "escalation", why="x", tried="y", to="L3"), ticket)
    assert desk.fresh(ticket).tier.name == "L3"


def test_the_escalation_form_says_who_gets_it_and_what_cannot_be_reached(desk, signed_in):
    ticket = desk.open()
    html = signed_in.get(f"/tickets/{ticket.key}/escalation/").content.decode()
    assert "L2: L2 team, L2 is on call, 15 minutes to acknowledge" in html
    assert "The vendor cannot be reached: no vendor service is known for this ticket" in html


@pytest.mark.parametrize(
    ("noun", "said", "words"),
    [
        ("escalation", {"why": " ", "to": "L3"}, "Say why: the next tier reads it first."),
        ("escalation", {"why": "kept", "to": "L9"}, "Select a valid choice"),
        ("assignment", {"to": ""}, "Choose who gets it."),
        ("assignment", {"to": "nobody@msp.example"}, "Select a valid choice"),
        ("wait", {"on": "HOLD", "why": "kept"}, "Say until when; a hold ends by itself."),
        ("wait", {"on": "HOLD", "why": "kept", "until": "2020-01-01T10:00"}, "Give a moment that lies ahead."),
        ("wait", {"on": "HOLD", "why": "kept", "until": "soon"}, "Enter a valid date/time."),
        ("wait", {"on": "CLIENT", "why": ""}, "Say what you are waiting for."),
        ("wait", {"on": "VENDOR", "why": "kept"}, "Select a valid choice"),
        ("resolution", {"summary": ""}, "Say in a sentence what was done; the client reads it."),
        ("replies", {"audience": "public", "body": " "}, "Write something."),
        ("vendor-cases", {"service": "Nothing", "why": "kept"}, "Select a valid choice"),
    ],
)
def test_bad_input_is_told_at_its_field_and_keeps_what_was_typed(desk, signed_in, noun, said, words):
    ticket = desk.open()
    answer = do(signed_in, ticket, noun, **said)
    html = answer.content.decode()
    assert answer.status_code == 422 and words in html
    assert 'aria-invalid="true"' in html
    assert "kept" not in said.values() or ">\nkept</textarea>" in html
    assert desk.fresh(ticket).event_count == 1


@pytest.mark.parametrize(
    ("noun", "said", "words"),
    [
        ("acknowledgement", {}, "A ticket that is resolved cannot be acknowledged."),
        ("escalation", {"why": "kept", "tried": "y"}, "A ticket that is resolved cannot be escalated."),
        ("assignment", {"to": "l2@msp.example"}, "A ticket that is resolved cannot be assigned."),
        ("wait", {"on": "CLIENT", "why": "kept"}, "A ticket that is resolved cannot become waiting on client."),
        ("resumption", {"why": "kept"}, "A ticket that is resolved is not waiting."),
        ("resolution", {"summary": "kept"}, "A ticket that is resolved cannot become resolved."),
    ],
)
def test_what_the_state_forbids_is_a_409_in_words_that_keeps_the_text(desk, signed_in, noun, said, words):
    ticket = desk.open()
    lifecycle.resolve(key=ticket.key, summary="done", by=desk.l2, now=desk.now)
    answer = do(signed_in, ticket, noun, **said)
    html = answer.content.decode()
    assert answer.status_code == 409 and words in html
    assert "kept" not in said.values() or "kept</textarea>" in html


def test_a_dialog_gets_the_form_alone_and_then_leads_to_the_ticket(desk, signed_in):
    ticket = desk.open()
    htmx = {"HX-Request": "true", "HX-Target": "dialog"}
    url = f"/tickets/{ticket.key}/escalation/"
    asked = signed_in.get(url, headers=htmx)
    assert "<form" in asked.content.decode() and "<html" not in asked.content.decode()
    refused = signed_in.post(url, {"why": ""}, headers=htmx)
    assert refused.status_code == 422 and "<html" not in refused.content.decode()
    answer = signed_in.post(url, {"why": "x", "tried": "y"}, headers=htmx)
    assert answer["HX-Redirect"] == f"/tickets/{ticket.key}/"


def test_assigning_gives_it_to_a_person(desk, signed_in):
    ticket = desk.open()
    assert done(do(signed_in, ticket, "assignment", to="l2@msp.example"), ticket)
    assert desk.fresh(ticket).assignee == desk.l2


def test_a_hold_ends_at_the_moment_on_the_reader_s_clock(desk, signed_in):
    desk.l1.timezone = "Asia/Tokyo"
    desk.l1.save()
    ticket = desk.open()
    local = (desk.now + timedelta(days=2)).astimezone(ZoneInfo("Asia/Tokyo")).replace(second=0, microsecond=0)
    assert done(do(signed_in, ticket, "wait", on="HOLD", why="Part comes", until=f"{local:%Y-%m-%dT%H:%M}"), ticket)
    assert desk.fresh(ticket).wake_at == local
    assert "Your time, Asia/Tokyo. A hold needs it" in signed_in.get(f"/tickets/{ticket.key}/wait/").content.decode()


def test_a_wait_for_the_client_ends_when_it_has_answered(desk, signed_in):
    ticket = desk.open()
    assert done(do(signed_in, ticket, "wait", on="CLIENT", why="Which server?"), ticket)
    assert desk.fresh(ticket).status == "WAITING_ON_CLIENT"
    assert done(do(signed_in, ticket, "resumption"), ticket)
    assert desk.fresh(ticket).status == "NEW"


@pytest.mark.parametrize(("audience", "told"), [("public", "Half an hour"), ("note", "")])
def test_a_reply_is_read_by_whom_the_form_says(desk, signed_in, audience, told):
    ticket = desk.open()
    assert done(do(signed_in, ticket, "replies", audience=audience, body="Half an hour"), ticket)
    assert ticket.timeline.latest("seq").client_text == told


def test_resolving_and_reopening(desk, signed_in):
    ticket = desk.open()
    assert done(do(signed_in, ticket, "resolution", summary="Restarted it"), ticket)
    assert desk.fresh(ticket).resolution == "Restarted it"
    assert done(do(signed_in, ticket, "reopening", why="Still down"), ticket)
    assert desk.fresh(ticket).status == "NEW"


def test_a_case_by_hand_asks_for_what_is_missing_and_goes_out_once_answered(desk, signed_in):
    desk.account.delete()
    ticket = desk.open()
    assert done(do(signed_in, ticket, "vendor-cases", service="Microsoft 365", why="Theirs"), ticket)
    assert desk.open_case(ticket).status == "INCOMPLETE"
    wrong = do(signed_in, ticket, "vendor-cases", answer_tenant_id="not a tenant")
    page = wrong.content.decode()
    assert (
        wrong.status_code == 422
        and "does not have the form that they ask for" in page
        and 'value="not a tenant"' in page
    )
    assert done(do(signed_in, ticket, "vendor-cases", answer_tenant_id=TENANT), ticket)
    assert desk.open_case(ticket).status == "QUEUED"
    desk.now = database_now()
    desk.forward(seconds=9)  # what a person caused to be sent waits that long
    busy = do(signed_in, ticket, "vendor-cases", service="Microsoft 365", why="Again")
    assert busy.status_code == 409 and "is lodged already" in busy.content.decode()


def test_a_case_about_no_known_service_preselects_none_and_offers_the_client_s_own_first(desk, signed_in):
    Service.objects.create(name="Aardvark line", vendor=desk.m365.vendor)
    ticket = desk.open()
    page = signed_in.get(f"/tickets/{ticket.key}/vendor-cases/").content.decode()
    assert page.index("Choose a service") < page.index(">Microsoft 365<") < page.index(">Aardvark line<")
    answer = do(signed_in, ticket, "vendor-cases", service="", why="Theirs")
    assert answer.status_code == 422 and "Choose the vendor&#x27;s service." in answer.content.decode()


# by hand --------------------------------------------------------------------------------------------------------------


def given(**changed):
    return {"client": "acme", "title": "Screen stays dark"} | changed


@pytest.mark.parametrize(
    ("said", "priority"),
    [
        ({}, DEFAULT),
        ({"priority": "P1"}, P1),
        ({"impact": "HIGH", "urgency": "HIGH"}, P1),
        ({"impact": "LOW", "urgency": "LOW"}, P4),
    ],
)
def test_a_ticket_by_hand_is_routed_like_any_other(desk, signed_in, said, priority):
    answer = signed_in.post("/tickets/new/", given(contact="dana", device_name="esx01", **said))
    ticket = Ticket.objects.get()
    assert done(answer, ticket)
    assert (ticket.priority, ticket.contact.name, ticket.asset.name) == (priority, "Dana", "esx01")
    assert ticket.timeline.get().actor == desk.l1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"client": ""}, "This field is required."),
        ({"client": "nobody"}, "Select a valid choice"),
        ({"title": " "}, "This field is required."),
        ({"impact": "HIGH"}, "Give both impact and urgency, or a priority."),
        ({"contact": "Eve"}, "Acme has no contact “Eve”. Known: Dana."),
        ({"title": "x" * 201}, "at most 200 characters"),
    ],
)
def test_a_ticket_by_hand_is_refused_in_words(desk, signed_in, said, words):
    answer = signed_in.post("/tickets/new/", given(description="typed", **said))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert "typed</textarea>" in answer.content.decode() and not Ticket.objects.exists()


def test_a_client_without_a_policy_is_told_instead_of_a_failure(desk, signed_in):
    desk.publish({"ladders": {}, "exceptions": [], "routing": [], "clients": ["Other"]})
    answer = signed_in.post("/tickets/new/", given())
    assert answer.status_code == 422 and "No published policy covers Acme" in answer.content.decode()


def test_contacts_and_devices_of_the_chosen_client_are_offered(desk, signed_in):
    html = signed_in.get("/tickets/new/?client=acme").content.decode()
    assert '<option value="Dana">' in html and '<option value="esx01">' in html
    assert '<option value="Dana">' not in signed_in.get("/tickets/new/").content.decode()
