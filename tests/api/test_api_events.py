"""Monitoring events over the API."""

from datetime import timedelta

import pytest

from accounts.clock import database_now
from outbox.models import Alarm
from programs import at_once, counts, fields, problem, program_of
from tickets import lifecycle
from tickets.models import AlertGroup, EventSource, MonitoringEvent, Ticket
from tiers.models import PolicyVersion

EVENT = {
    "client": "Acme", "dedupe_key": "disk:FS01:C", "state": "firing", "severity": "high",
    "title": "FS01: less than 5 % free", "message": "C: has 2 GB left", "device": {"name": "FS01", "type": "server"},
}  # fmt: skip


@pytest.fixture
def send(program):
    """Send one event, or several; the results."""

    def post(*events, caller=program):
        response = caller.post("events/", {"events": list(events)} if len(events) > 1 else events[0])
        assert response.status_code == 202, response.content
        results = response.json()["results"]
        return results if len(events) > 1 else results[0]

    return post


def test_an_alert_opens_a_ticket_and_says_so(send, program):
    result = send(EVENT)
    assert result["stored"] and result["because"] == f"Opened {result['ticket']} for a new condition."
    assert MonitoringEvent.objects.get(pk=result["id"]).ticket.key == result["ticket"]
    ticket = program.get(f"tickets/{result['ticket']}/").json()
    assert (ticket["priority"], ticket["title"], ticket["device"]["name"]) == ("P2", EVENT["title"], "FS01")
    assert ticket["description"] == EVENT["message"]


def test_the_keys_own_source_is_made_on_first_use(send):
    send(EVENT), send(EVENT | {"dedupe_key": "other"})
    assert EventSource.objects.filter(kind="api").count() == 1


@pytest.mark.parametrize("name", ["NinjaOne", "ninjaone"])
def test_a_source_is_named_by_name_or_slug(send, name):
    send(EVENT | {"source": name})
    assert MonitoringEvent.objects.get().source.name == "NinjaOne"


def test_one_condition_has_one_ticket(send):
    first, second = send(EVENT), send(EVENT | {"title": "Less than 4 %"})
    assert first["ticket"] == second["ticket"] and second["stored"]
    assert AlertGroup.objects.get().count == 2 and Ticket.objects.count() == 1


def test_one_key_at_two_clients_is_two_conditions(send, beta):
    first, second = send(EVENT), send(EVENT | {"client": "Beta"})
    assert first["ticket"] != second["ticket"]
    send(EVENT | {"client": "Beta", "state": "RESOLVED"})
    assert sorted(Ticket.objects.values_list("client__name", "status")) == [("Acme", "NEW"), ("Beta", "RESOLVED")]


def test_a_replay_has_no_effect(send):
    event = EVENT | {"external_id": "e-1"}
    first, before = send(event), counts()
    again = send(event)
    assert (again["stored"], again["ticket"], again["id"]) == (False, first["ticket"], first["id"])
    assert counts() == before


@pytest.mark.parametrize("named", [{"external_id": "alert-77"}, {}])
def test_an_alert_that_comes_back_without_a_moment_is_not_taken_for_a_replay(send, named):
    event = EVENT | named
    first = send(event)
    send(event | {"state": "RESOLVED"})
    again = send(event)
    assert again["stored"] and again["ticket"] == first["ticket"]
    assert Ticket.objects.get().status == "NEW"


def test_an_event_without_an_id_is_told_by_all_that_it_says(send):
    event = EVENT | {"occurred_at": "2026-03-02T09:00:00Z"}
    assert [send(event)["stored"] for _ in range(2)] == [True, False]


def test_an_id_that_comes_again_in_another_state_is_no_replay(send):
    send(EVENT | {"external_id": "alert-7"})
    result = send(EVENT | {"external_id": "alert-7", "state": "RESOLVED"})
    assert result["stored"] and Ticket.objects.get().status == "RESOLVED"


def test_the_end_of_a_condition_resolves_a_ticket_that_nobody_touched(send):
    key = send(EVENT)["ticket"]
    result = send(EVENT | {"state": "resolved"})
    assert result["ticket"] == key and Ticket.objects.get().status == "RESOLVED"


def test_the_end_of_a_condition_only_notes_it_on_a_ticket_in_work(send, world):
    key = send(EVENT)["ticket"]
    lifecycle.acknowledge(key=key, by=world.l1, now=database_now())
    assert "stays open" in send(EVENT | {"state": "RESOLVED"})["because"]
    assert Ticket.objects.get().status == "IN_PROGRESS"


def test_a_condition_that_comes_back_within_half_an_hour_reopens_its_ticket(send):
    key = send(EVENT)["ticket"]
    send(EVENT | {"state": "RESOLVED"})
    assert send(EVENT)["ticket"] == key and Ticket.objects.get().status == "NEW"


def test_a_condition_that_comes_back_later_opens_a_new_ticket(send):
    key = send(EVENT)["ticket"]
    send(EVENT | {"state": "RESOLVED"})
    early = database_now() - timedelta(minutes=31)
    Ticket.objects.update(resolved_at=early)
    AlertGroup.objects.update(resolved_at=early)
    result = send(EVENT)
    assert result["ticket"] != key and key in result["because"]


def test_the_end_of_an_unknown_condition_is_stored_only(send):
    result = send(EVENT | {"state": "RESOLVED"})
    assert result["stored"] and result["ticket"] is None and not Ticket.objects.exists()


def test_an_end_that_is_older_than_the_last_alert_changes_nothing(send):
    send(EVENT)
    send(EVENT | {"state": "RESOLVED", "occurred_at": "2026-01-01T00:00:00Z"})
    assert Ticket.objects.get().status == "NEW"


@pytest.mark.parametrize("change, tier", [
    ({"message": "ransom note"}, "L3"), ({"device": {"type": "NETWORK"}}, "L2"), ({}, "L1"),
])  # fmt: skip
def test_an_alert_is_routed_like_any_ticket(send, change, tier):
    send(EVENT | change)
    assert Ticket.objects.get().tier.name == tier


BAD = [
    ({"client": "Nobody"}, "client"), ({"source": "Nowhere"}, "source"), ({"state": "BURNING"}, "state"),
    ({"severity": 1}, "severity"), ({"title": ""}, "title"), ({"title": "t" * 201}, "title"),
    ({"dedupe_key": ""}, "dedupe_key"), ({"dedupe_key": "d" * 501}, "dedupe_key"),
    ({"device": {"type": "x"}}, "device.type"),
    ({"occurred_at": "noon"}, "occurred_at"), ({"occurred_at": 1}, "occurred_at"), ({"colour": "red"}, "colour"),
    ({"error_code": "e" * 81}, "error_code"), ({"external_id": ["a"]}, "external_id"),
]  # fmt: skip


@pytest.mark.parametrize("change, field", BAD)
def test_a_bad_event_is_refused_and_leaves_nothing(program, change, field):
    before = counts()
    assert fields(program.post("events/", EVENT | change, Idempotency_Key="k")) == [field]
    assert counts() == before


@pytest.mark.parametrize("change, field", BAD)
def test_a_bad_event_in_a_batch_says_why_and_the_others_are_stored(send, change, field):
    good = [EVENT | {"dedupe_key": key} for key in ("a", "b")]
    first, bad, last = send(good[0], EVENT | change, good[1])
    assert first["ticket"] and last["ticket"] and first["ticket"] != last["ticket"]
    assert (bad["id"], bad["stored"], bad["ticket"]) == (None, False, None) and field in bad["because"]
    assert bad["errors"][0]["field"] == field
    assert MonitoringEvent.objects.count() == 2


@pytest.mark.parametrize("event", [None, 3, "text", [], {}])
def test_what_is_no_event_is_refused(program, send, event):
    results = send(EVENT, event)
    assert [r["stored"] for r in results] == [True, False]


def test_long_keys_stay_apart(send):
    first, second = (send(EVENT | {"dedupe_key": "d" * 400 + end}) for end in "ab")
    assert first["ticket"] != second["ticket"] and AlertGroup.objects.count() == 2


@pytest.mark.parametrize("body", [
    {"events": "none"}, {"events": {}}, {"events": [{}] * 1001}, {"events": [], "more": 1},
])  # fmt: skip
def test_a_batch_that_is_none_is_refused(program, body):
    before = counts()
    assert fields(program.post("events/", body))
    assert counts() == before


def test_an_empty_batch_has_no_results(program):
    assert program.post("events/", {"events": []}).json() == {"results": []}


def test_a_client_without_a_policy_keeps_its_event_and_raises_an_alarm(send, world):
    world.publish(PolicyVersion.objects.get().document | {"clients": ["Somebody else"]})
    result = send(EVENT)
    assert result["stored"] and result["ticket"] is None and "policy" in result["because"].lower()
    assert MonitoringEvent.objects.count() == 1 and Alarm.objects.filter(key__startswith="no-policy").count() == 1


def test_a_clients_key_reaches_its_own_client_and_source_only(acme, send, world, beta):
    answers = [acme.post("events/", EVENT | {"client": name}) for name in ("Beta", "Nope")]
    assert fields(answers[0]) == ["client"]
    assert answers[0].content.replace(b"Beta", b"") == answers[1].content.replace(b"Nope", b"")
    assert fields(acme.post("events/", EVENT | {"source": "NinjaOne"})) == ["source"]
    result = send(EVENT, caller=acme)
    own = MonitoringEvent.objects.get(pk=result["id"]).source
    assert send(EVENT | {"source": own.slug}, caller=acme)["ticket"] == result["ticket"]


def test_a_clients_key_does_not_end_the_alerts_of_others(acme, send, world, beta):
    key = send(EVENT | {"client": "Beta"})["ticket"]
    own = EventSource.objects.get(kind="api").slug
    problem(acme.post("events/", EVENT | {"source": own, "state": "RESOLVED"}), 400)
    assert send(EVENT | {"state": "RESOLVED"}, caller=acme)["ticket"] is None
    assert Ticket.objects.get().key == key and Ticket.objects.get().status == "NEW"


@pytest.mark.django_db(transaction=True)
def test_batches_that_meet_open_one_ticket_per_condition(world):
    callers = [program_of() for _ in range(4)]
    there = [EVENT | {"source": "NinjaOne", "dedupe_key": f"d-{number}"} for number in range(8)]

    def post(caller, events):
        return lambda: caller.post("events/", {"events": events})

    answers = at_once(*[post(c, there if i % 2 else there[::-1]) for i, c in enumerate(callers)])
    assert {a.status_code for a in answers} <= {202, 503} and 202 in {a.status_code for a in answers}
    assert Ticket.objects.count() == AlertGroup.objects.count() == 8
