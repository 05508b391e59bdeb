"""A vendor's own system tells of its cases: only of its own, only with its token, each delivery once."""

import json

import pytest
from django.test import Client as Http

from accounts.keys import digest
from integrations.configuration import VENDOR
from integrations.models import Integration
from integrations.vendor_hook.source import parse
from programs import at_once, problem
from tickets import lifecycle
from tickets.merging import merge
from tickets.models import CaseMessage, CaseTask, EventSource, VendorCase
from tickets.reported import CannotRead
from vendors.models import ContactPoint, Service, Vendor

TOKEN = "a long random token"
SAID = {"delivery_id": "77", "reference": "ESC-0", "number": "CS1", "state": "answered", "text": "We look at it."}


def lodged(world, service="Microsoft 365", ticket=None):
    ticket = ticket or world.open(service=world.m365)
    world.do(lifecycle.lodge_case, ticket, service=service, why="Theirs", answers={})
    world.tick()
    return VendorCase.objects.get(ticket=ticket, service__name=service)


@pytest.fixture
def case(world):
    return lodged(world)


@pytest.fixture
def integration(world):
    source = EventSource.objects.create(name="Microsoft's cases", kind=VENDOR)
    microsoft = Vendor.objects.get(name="Microsoft")
    return Integration.objects.create(source=source, system=VENDOR, vendor=microsoft, token_digests=[digest(TOKEN)])


@pytest.fixture
def send(integration, case):
    def sent(raw=None, token=TOKEN, path=f"/hooks/vendor/{integration.pk}/", **said):
        body = json.dumps(SAID | {"reference": case.ticket.key} | said).encode() if raw is None else raw
        headers = {"Authorization": f"Bearer {token}"}
        return Http().generic("POST", path, body, content_type="application/json", headers=headers)

    return sent


def kinds(case):
    return list(case.messages.order_by("seq").values_list("kind", flat=True))


def fresh(case):
    return VendorCase.objects.get(pk=case.pk)


def test_an_answer_is_in_its_case_with_the_vendor_s_number(send, case, integration, world):
    answer = send()
    assert answer.status_code == 200, answer.content
    assert answer.json() == {"stored": True, "ticket": case.ticket.key, "because": "It is in the case."}
    assert (fresh(case).ball, fresh(case).number) == ("US", "CS1")
    kept = case.messages.get(kind="ANSWER")
    assert (kept.body, kept.mail_id) == ("We look at it.", f"hook:{integration.pk}:77")
    assert "reported by their own system" in world.said(case.ticket, "VENDOR_ANSWERED")[0]
    integration.refresh_from_db()
    assert integration.last_success_at and not integration.last_error


@pytest.mark.parametrize(
    "state, kind, tasks",
    [
        ("received", "AUTO_REPLY", []), ("answered", "ANSWER", []), ("question", "QUESTION", ["ANSWER"]),
        ("closed", "CLOSING", ["CONFIRM"]), ("Closed", "CLOSING", ["CONFIRM"]),
    ],
)  # fmt: skip
def test_each_state_does_what_a_mail_of_that_kind_would(send, case, state, kind, tasks):
    send(state=state)
    assert kinds(case) == ["LODGED", kind] and fresh(case).ball == ("VENDOR" if kind == "AUTO_REPLY" else "US")
    assert list(CaseTask.objects.filter(case=case).values_list("kind", flat=True)) == tasks


def test_the_case_is_found_by_its_token_and_by_the_vendor_s_number_too(send, case):
    assert send(reference=case.token.upper(), delivery_id="1").status_code == 200
    assert send(reference=None, number="cs1", delivery_id="2").status_code == 200
    assert kinds(case) == ["LODGED", "ANSWER", "ANSWER"]


def test_by_the_key_of_a_ticket_that_was_merged_the_case_is_found_where_it_goes_on(send, case, world):
    """The loser's key stands in every subject that the vendor has."""
    between, last = world.open("Also"), world.open("Again")
    for loser, into in ((case.ticket, between), (between, last)):
        world.do(merge, loser, into=into.key, why="The same")
    answer = send(reference=case.ticket.key)
    assert answer.status_code == 200 and answer.json()["ticket"] == last.key
    assert (kinds(case), fresh(case).ticket) == (["LODGED", "ANSWER"], last)


def test_the_same_delivery_twice_is_dealt_with_once(send, case):
    first, again = send(), send(text="Something else.")
    assert (first.json()["stored"], again.json()["stored"]) == (True, False)
    assert again.status_code == 200 and again.json()["ticket"] == case.ticket.key
    assert kinds(case) == ["LODGED", "ANSWER"]


def test_after_the_case_was_closed_it_is_kept_as_late(send, case, world):
    world.do(lifecycle.resolve, case.ticket, summary="Done.")
    assert "after the case was closed" in send().json()["because"]
    assert kinds(case) == ["LODGED", "LATE"]


def test_it_reaches_the_cases_of_its_own_vendor_alone(send, case, world):
    forti = Vendor.objects.create(name="Fortinet")
    service = Service.objects.create(name="Firewalls", vendor=forti, template={"subject": "F", "body": "F"})
    ContactPoint.objects.create(service=service, order=1, kind="EMAIL", value="tac@forti.example")
    ticket = world.open("Tunnel down", service=service)
    other = lodged(world, "Firewalls", ticket)
    VendorCase.objects.filter(pk=other.pk).update(number="F1")
    answers = [send(reference=ticket.key), send(reference=other.token), send(reference="", number="F1")]
    answers += [send(reference="ESC-999999"), send(reference="ESC-x"), send(reference="ESC-" + "9" * 40)]
    for answer in answers:
        assert problem(answer, 404)["detail"] == "No case of yours has this reference."
    assert kinds(other) == ["LODGED"] and kinds(case) == ["LODGED"]


def test_an_integration_of_no_vendor_reaches_none(send, integration):
    Integration.objects.update(vendor=None)
    problem(send(), 404)


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_the_token_nothing_is_read_or_told(send, case, token):
    answers = [send(token=token), send(token=token, raw=b"no json"), send(token=token, path="/hooks/vendor/999999/")]
    assert {a.status_code for a in answers} == {401} and len({a.content for a in answers}) == 1
    assert kinds(case) == ["LODGED"]


def test_another_system_s_token_is_not_let_in_here_nor_this_one_s_there(send, integration):
    problem(send(path=f"/hooks/ninjaone/{integration.pk}/"), 401)
    Integration.objects.update(system="ninjaone")
    problem(send(), 401)


@pytest.mark.parametrize(
    "said, field",
    [
        ({"delivery_id": ""}, "delivery_id"), ({"delivery_id": None}, "delivery_id"),
        ({"delivery_id": "x" * 201}, "delivery_id"), ({"state": "done"}, "state"), ({"state": None}, "state"),
        ({"reference": "", "number": ""}, "reference"), ({"text": ""}, "text"), ({"text": ["x"]}, "text"),
        ({"number": True}, "number"), ({"number": "9" * 81}, "number"), ({"text": "x" * 20_001}, "text"),
        ({"state": "x" * 30}, "state"),
    ],
)  # fmt: skip
def test_what_is_missing_wrong_or_too_long_is_named(send, case, integration, said, field):
    body = problem(send(**said), 400)
    assert [error["field"] for error in body["errors"]] == [field]
    assert kinds(case) == ["LODGED"]
    integration.refresh_from_db()
    assert field in integration.last_error


@pytest.mark.parametrize("raw", [b"", b"[]", b'"x"', b"{", b"\xff"])
def test_a_body_that_is_no_object_is_refused(send, raw):
    problem(send(raw=raw), 400)


def test_a_number_may_be_a_number():
    assert parse(SAID | {"number": 12345}).number == "12345"
    with pytest.raises(CannotRead):
        parse(SAID | {"number": 1.5})


@pytest.mark.django_db(transaction=True)
def test_of_one_delivery_that_comes_many_times_at_once_one_is_kept(send, case):
    answers = at_once(*[send] * 6)
    assert sorted(a.json()["stored"] for a in answers) == [False] * 5 + [True]
    assert CaseMessage.objects.filter(case=case).exclude(kind="LODGED").count() == 1
