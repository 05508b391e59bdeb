"""The vendor directory for programs: read whole, written in part or whole, nobody overwritten unseen."""

import pytest

from programs import program_of
from vendors.edits import last_edit
from vendors.models import ContactPoint, DirectoryEdit, Service, ServiceAccount, Vendor

ONE = "vendors/microsoft/"


@pytest.fixture
def program(world):
    return program_of(scopes=["config:read", "config:write"])


def etag(program) -> str:
    return program.get(ONE)["ETag"]


def put(program, body, match="*"):
    return program._send("PUT", ONE, body, None, {"If-Match": match})


def test_a_vendor_is_read_in_the_form_of_the_files(program):
    answer = program.get(ONE).json()
    assert (answer["name"], answer["slug"], answer["edit"], answer["retired_at"]) == ("Microsoft", "microsoft", 0, None)
    [service] = answer["document"]["services"]
    assert service["contacts"] == [{"kind": "email", "value": "support@vendor.example"}]
    assert service["commitment"]["targets"] == {"A": {"RESPOND": "1h"}}


def test_a_list_asks_the_same_number_of_queries_however_long(program, world, django_assert_max_num_queries):
    for number in range(8):
        vendor = Vendor.objects.create(name=f"Vendor {number}")
        service = Service.objects.create(name=f"Service {number}", vendor=vendor, commitment=world.uc)
        ContactPoint.objects.create(service=service, order=0, kind="EMAIL", value="a@b.example")
    with django_assert_max_num_queries(9):
        assert len(program.get("vendors/").json()["results"]) == 9
    with django_assert_max_num_queries(6):
        services = program.get("services/").json()["results"]
    assert len(services) == 9 and services[0]["vendor"] == "Vendor 7"


def test_no_secret_is_ever_read(program, world):
    ServiceAccount.objects.update(secrets={"pin": "sealed-words"})
    assert "sealed-words" not in program.get("vendors/").content.decode()


def test_a_part_is_changed_and_the_rest_stays(program, world):
    body = {"services": [{"name": "Microsoft 365", "plan": "Premier"}], "note": "Contract of May"}
    answer = program.patch(ONE, body, If_Match=etag(program))
    assert answer.status_code == 200 and answer.json()["document"]["services"][0]["plan"] == "Premier"
    edit = last_edit(Vendor.objects.get())
    assert answer["ETag"] == f'"{edit.pk}"' and edit.note == "Contract of May" and str(edit.by).startswith("Program")
    assert Service.objects.get().template["subject"] == "{{client}}: {{problem}}"


def test_writing_whole_empties_what_is_left_out_but_no_account(program, world):
    answer = put(program, {"services": [{"name": "Microsoft 365", "plan": "Basic"}]})
    service = Service.objects.get()
    assert answer.status_code == 200
    assert (service.plan, service.template, service.required, service.commitment) == ("Basic", {}, [], None)
    assert not service.contact_points.exists() and ServiceAccount.objects.count() == 1


def test_a_service_is_not_dropped_by_leaving_it_out(program):
    answer = put(program, {"services": []})
    assert answer.status_code == 400 and answer.json()["errors"][0]["field"] == "services"
    assert Service.objects.exists()


def test_without_the_state_that_was_read_nothing_is_written(program):
    answer = program.patch(ONE, {"website": "https://x.example"})
    assert answer.status_code == 428 and not DirectoryEdit.objects.exists()


@pytest.mark.parametrize(("match", "status"), [('"0"', 412), ('"99999"', 412), ("W/1", 400), ("a word", 400)])
def test_what_changed_since_it_was_read_is_not_overwritten(program, world, match, status):
    program.patch(ONE, {"website": "https://x.example"}, If_Match="*")
    answer = program.patch(ONE, {"protocol": "Mine"}, If_Match=match)
    assert answer.status_code == status and Vendor.objects.get().protocol == ""


def test_problems_name_their_places(program):
    body = {"services": [{"name": "Microsoft 365", "contacts": [{"kind": "email", "value": "x"}]}]}
    [error] = program.patch(ONE, body, If_Match="*").json()["errors"]
    assert error["field"] == "services.0.contacts.0.value" and "not a mail address" in error["message"]


@pytest.mark.parametrize("body", [[], "text", {"colour": "red"}, {"note": 7}, {"services": "all"}])
def test_what_is_no_vendor_is_refused(program, body):
    answer = program.patch(ONE, body, If_Match="*")
    assert answer.status_code == 400 and not DirectoryEdit.objects.exists()


ODD = (
    None, True, 10**30, 1.5, "a\0b", "\ud800", "x" * 5000, [], {}, [None], [[]], [{}], [{"name": []}],
    [{"name": "Microsoft 365"}] * 2, {"a": {"b": []}}, [{"client": [], "service": {}}],
)  # fmt: skip
VENDOR_KEYS = ("name", "website", "protocol", "mail_domains", "retired", "services", "accounts", "note", "colour")
SERVICE_KEYS = (
    "name", "category", "plan", "client_text", "client_text_in", "contacts", "commitment", "severity_of", "required",
    "engage_when", "template", "lodge_by", "number_pattern", "sources", "verify_first", "retired",
)  # fmt: skip
WELL_KNOWN = {"services": [{"name": "Microsoft 365"}]}
OF_VENDOR = [*ODD, *(WELL_KNOWN | {key: odd} for key in VENDOR_KEYS for odd in ODD)]
OF_SERVICE = [{"services": [{"name": "Microsoft 365", key: odd}]} for key in SERVICE_KEYS for odd in ODD]


@pytest.mark.parametrize(("method", "match", "bodies"), [
    ("PUT", "*", [*OF_VENDOR, *OF_SERVICE]), ("PATCH", '"0"', OF_VENDOR),
], ids=["PUT whatever it is", "PATCH what was read before an edit"])  # fmt: skip
def test_odd_json_is_refused_and_breaks_nothing(program, method, match, bodies):
    program.http.raise_request_exception = False
    program.patch(ONE, {"protocol": "Call them"}, If_Match="*")
    answers = [(body, program._send(method, ONE, body, None, {"If-Match": match}).status_code) for body in bodies]
    assert [(body, status) for body, status in answers if status not in (200, 400, 412)] == []
    assert Service.objects.filter(name="Microsoft 365").exists() and ServiceAccount.objects.exists()


@pytest.mark.parametrize("services", [5, "abc", [5], [{"name": []}], [{}], {"name": "Microsoft 365"}])
def test_services_that_are_none_are_named(program, services):
    answer = put(program, {"services": services})
    assert answer.status_code == 400 and answer.json()["errors"][0]["field"].startswith("services")


def test_there_is_no_such_vendor(program):
    assert program.get("vendors/nobody/").status_code == 404


def test_reading_is_not_writing(world):
    reader = program_of(scopes=["config:read"])
    assert reader.patch(ONE, {"website": ""}, If_Match="*").status_code == 403
