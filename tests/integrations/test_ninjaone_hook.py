"""NinjaOne's webhook, from its raw request to the ticket. The bodies have the form of the vendor's own `Activity`."""

import copy
import json
from datetime import timedelta

import pytest
from django.test import Client as Http

from accounts.clock import database_now
from accounts.keys import digest
from integrations.allowance import BURST
from integrations.models import Integration
from outbox.models import Alarm
from programs import at_once, counts, problem
from tickets import lifecycle
from tickets.models import AlertGroup, Mapping, MonitoringEvent, Ticket
from tiers.models import PolicyVersion

TOKEN, OLD = "a long random token", "the token before"
TRIGGERED = {
    "id": 100001, "activityTime": 1742391675.556, "deviceId": 7, "seriesUid": "11111111-2222-4333-8444-555555555555",
    "activityType": "CONDITION", "statusCode": "TRIGGERED", "status": "Ausgelöst",
    "sourceConfigUid": "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee", "sourceName": "_average_", "subject": "",
    "message": "Memory Utilization is greater than or equal to 80% for 5 minutes", "type": "Condition",
    "severity": "MAJOR", "priority": "HIGH",
    "data": {"message": {"code": "vmm_cond_memory_usage_ge", "params": {"threshold": 80, "unit": "%"}}},
    "device": {
        "id": 7, "organizationId": 2, "locationId": 2, "nodeClass": "VMWARE_VM_HOST", "displayName": "esx01",
        "systemName": "esx01.acme.test", "references": {"organization": {"name": "Acme", "id": 2}},
    },
}  # fmt: skip
RESET = TRIGGERED | {"id": 100002, "activityTime": 1742392275.1, "statusCode": "RESET"}


class Sender:
    """NinjaOne as it knocks."""

    def __init__(self, integration):
        self.path = f"/hooks/ninjaone/{integration.pk}/"

    def __call__(self, body, *, path="", raw=None, **headers):
        content = json.dumps(body).encode() if raw is None else raw
        given = {n.replace("_", "-"): v for n, v in headers.items()} or {"Authorization": f"Bearer {TOKEN}"}
        return Http().generic("POST", path or self.path, content, content_type="application/json", headers=given)


@pytest.fixture
def integration(world):
    return Integration.objects.create(source=world.ninja, system="ninjaone", token_digests=[digest(TOKEN), digest(OLD)])


@pytest.fixture
def send(integration):
    return Sender(integration)


def test_an_alert_opens_a_ticket_for_the_organisations_client(send, integration, world):
    answer = send(TRIGGERED)
    assert answer.status_code == 200 and answer.json()["stored"] is True
    ticket = Ticket.objects.get()
    assert answer.json()["ticket"] == ticket.key and ticket.client == world.acme
    assert (ticket.priority, ticket.error_code, ticket.device_name) == ("P2", "vmm_cond_memory_usage_ge", "esx01")
    integration.refresh_from_db()
    assert integration.last_success_at and not integration.last_error


@pytest.mark.parametrize("headers", [
    {"Authorization": f"Bearer {TOKEN}"}, {"Authorization": f"bearer {OLD}"}, {"X_Portal_Token": TOKEN},
    {"X_Portal_Token": OLD, "Authorization": "Bearer wrong"},
])  # fmt: skip
def test_either_of_two_live_tokens_lets_in(send, headers):
    assert send(TRIGGERED, **headers).status_code == 200


@pytest.mark.parametrize("headers", [
    {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Authorization": f"Basic {TOKEN}"},
    {"X_Portal_Token": ""}, {"Authorization": "Bearer "}, {"X_Nothing": "x"}, {"X_Portal_Token": "\u00e9"},
    {"Authorization": f"Bearer {digest(TOKEN)}"},
])  # fmt: skip
def test_without_a_live_token_nothing_is_read_or_told(send, headers):
    before = counts()
    answers = [send(body, **headers) for body in (TRIGGERED, {}, "no object")]
    unknown = [send(TRIGGERED, path=path, **headers) for path in (
        "/hooks/ninjaone/999999/", "/hooks/ninjaone/abc/", "/hooks/ninjaone/99999999999999999999999/",
        "/hooks/slack/1/", send.path.replace("ninjaone", "jira"),
    )]  # fmt: skip
    assert {a.content for a in [*answers, *unknown]} == {answers[0].content}
    assert {tuple(sorted(a.headers.items())) for a in [*answers, *unknown]} == {
        tuple(sorted(answers[0].headers.items()))
    }
    problem(answers[0], 401)
    assert counts() == before


def test_a_right_token_at_another_integration_is_wrong(send, integration, world):
    Integration.objects.update(system="slack")
    problem(send(TRIGGERED), 401)


def test_an_integration_without_tokens_lets_nobody_in(send):
    Integration.objects.update(token_digests=[])
    problem(send(TRIGGERED), 401)
    problem(send(TRIGGERED, Authorization="Bearer nobody"), 401)


def test_a_replay_has_the_same_outcome_and_no_effect(send):
    first = send(TRIGGERED).json()
    before = counts()
    again = send(TRIGGERED)
    assert again.status_code == 200 and again.json()["ticket"] == first["ticket"]
    assert counts() == before


def test_one_series_is_one_condition(send):
    keys = {send(TRIGGERED | {"id": number}).json()["ticket"] for number in (1, 2, 3)}
    assert len(keys) == 1 and AlertGroup.objects.get().count == 3


def test_another_series_on_the_same_device_is_another_condition(send):
    one, other = send(TRIGGERED), send(TRIGGERED | {"id": 5, "seriesUid": "another"})
    assert one.json()["ticket"] != other.json()["ticket"]


def test_a_reset_resolves_a_ticket_that_nobody_touched(send):
    send(TRIGGERED)
    send(RESET)
    assert Ticket.objects.get().status == "RESOLVED"


def test_a_reset_leaves_a_ticket_in_work_open(send, world):
    key = send(TRIGGERED).json()["ticket"]
    lifecycle.acknowledge(key=key, by=world.l1, now=database_now())
    assert "stays open" in send(RESET).json()["because"]
    assert Ticket.objects.get().status == "IN_PROGRESS"


def test_what_comes_back_within_half_an_hour_reopens_its_ticket(send):
    send(TRIGGERED), send(RESET)
    send(TRIGGERED | {"id": 100003, "activityTime": 1742392300})
    assert Ticket.objects.get().status == "NEW" and AlertGroup.objects.count() == 2


def test_what_comes_back_later_is_a_new_ticket(send):
    send(TRIGGERED), send(RESET)
    Ticket.objects.update(resolved_at=database_now() - timedelta(minutes=31))
    send(TRIGGERED | {"id": 100003, "activityTime": 1742394300})
    assert Ticket.objects.count() == 2


def test_an_activity_that_is_no_alert_is_answered_and_not_stored(send, integration):
    before = counts()
    answer = send(TRIGGERED | {"statusCode": "SOFTWARE_ADDED"})
    assert (answer.status_code, answer.json()["stored"]) == (200, False) and answer.json()["because"]
    assert counts() == before
    integration.refresh_from_db()
    assert integration.last_success_at


def test_an_alert_without_severity_is_of_medium_severity(send):
    send({key: value for key, value in TRIGGERED.items() if key not in ("severity", "priority")})
    assert Ticket.objects.get().priority == "P3"


def test_an_organisation_that_is_mapped_to_nobody_raises_an_alarm(send):
    Mapping.objects.all().delete()
    answer = send(TRIGGERED).json()
    assert answer["stored"] and answer["ticket"] is None
    assert MonitoringEvent.objects.count() == 1 and Alarm.objects.filter(key__startswith="unmapped").count() == 1


def test_an_alert_that_no_policy_covers_is_kept_and_raises_an_alarm(send, world):
    world.publish(PolicyVersion.objects.get().document | {"clients": ["Somebody else"]})
    answer = send(TRIGGERED)
    assert answer.status_code == 200 and answer.json()["ticket"] is None
    assert MonitoringEvent.objects.count() == 1 and Alarm.objects.filter(key__startswith="no-policy").count() == 1


def test_credentials_in_a_payload_are_not_stored(send):
    body = copy.deepcopy(TRIGGERED)
    body["data"]["params"] = [{"apiToken": "hush-1", "Authorization": "hush-2", "routing_key": "hush-3"}]
    body["device"]["password"] = {"local": "hush-4"}
    send(body)
    payload = MonitoringEvent.objects.get().payload
    assert "hush" not in json.dumps(payload) and payload["device"]["password"] == "(removed)"
    assert payload["message"] == TRIGGERED["message"]


def without(*names):
    return {key: value for key, value in TRIGGERED.items() if key not in names}


BAD = [
    (without("id"), "id"),
    (without("activityTime"), "activityTime"),
    (TRIGGERED | {"activityTime": "noon"}, "activityTime"),
    (TRIGGERED | {"activityTime": 1e300}, "activityTime"),
    (without("seriesUid", "sourceConfigUid"), "sourceConfigUid"),
    (TRIGGERED | {"device": "esx01"}, "device"),
    (TRIGGERED | {"data": [1]}, "data"),
    (TRIGGERED | {"id": "9" * 300}, "delivery_id"),
    (TRIGGERED | {"device": {"organizationId": "o" * 200}}, "external_org"),
]


@pytest.mark.parametrize("body, field", BAD)
def test_a_body_that_cannot_be_read_names_the_field_and_leaves_nothing(send, integration, body, field):
    before = counts()
    assert [e["field"] for e in problem(send(body), 400)["errors"]] == [field]
    assert counts() == before
    integration.refresh_from_db()
    assert field in integration.last_error and integration.last_error_at


@pytest.mark.parametrize("raw", [
    b"", b"{", b"[]", b"null", b'"x"', b'{"id": 1, "id": 2}', b'{"id": NaN}', b"\xff", b'{"message": "\\u0000"}',
    b'{"a":' * 21 + b"1" + b"}" * 21,
])  # fmt: skip
def test_a_body_that_is_no_json_object_is_refused(send, raw):
    before = counts()
    problem(send(None, raw=raw), 400)
    assert counts() == before


def test_more_than_a_megabyte_is_refused(send):
    problem(send(TRIGGERED | {"message": "x" * 1_100_000}), 413)
    assert not MonitoringEvent.objects.exists()


def test_a_hook_cannot_be_read(send):
    problem(Http().get(send.path), 405)


def test_who_delivers_too_much_is_told_when_to_come_again(send, integration):
    now = database_now()
    Integration.objects.update(allowance=1.5, allowance_at=now + timedelta(seconds=30))
    assert send(TRIGGERED).status_code == 200
    before = counts()
    refused = send(TRIGGERED | {"id": 2})
    problem(refused, 429)
    assert int(refused["Retry-After"]) >= 1 and counts() == before


def test_what_may_be_delivered_is_refilled_to_its_full_measure(send, integration):
    Integration.objects.update(allowance=0, allowance_at=database_now() - timedelta(days=1))
    assert send(TRIGGERED).status_code == 200
    integration.refresh_from_db()
    assert integration.allowance == BURST - 1


def test_a_stranger_uses_nothing_up(send, integration):
    send(TRIGGERED, Authorization="Bearer wrong")
    integration.refresh_from_db()
    assert integration.allowance == BURST and integration.allowance_at is None


@pytest.mark.django_db(transaction=True)
def test_one_delivery_that_comes_twice_at_once_opens_one_ticket(send):
    answers = at_once(*[lambda: send(TRIGGERED)] * 6)
    assert [a.status_code for a in answers] == [200] * 6
    assert sorted(a.json()["stored"] for a in answers) == [False] * 5 + [True]
    assert len({a.json()["ticket"] for a in answers}) == 1
    assert (Ticket.objects.count(), MonitoringEvent.objects.count(), AlertGroup.objects.get().count) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_alerts_of_one_condition_that_come_at_once_open_one_ticket(send, integration):
    Integration.objects.update(allowance_at=database_now() + timedelta(hours=1))  # so nothing is refilled meanwhile
    answers = at_once(*[lambda number=number: send(TRIGGERED | {"id": number}) for number in range(6)])
    assert {a.status_code for a in answers} == {200}
    assert Ticket.objects.count() == 1 and AlertGroup.objects.get().count == 6
    integration.refresh_from_db()
    assert integration.allowance == BURST - 6
