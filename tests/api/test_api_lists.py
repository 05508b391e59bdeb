"""Lists: filters, cursors, timelines, explanations, and what they cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.clock import database_now
from programs import fields, problem, program_of
from tickets import lifecycle
from tickets.models import Clock, Ticket


@pytest.fixture
def many(world, beta):
    """Four tickets that differ in what lists are filtered by."""
    world.now = database_now()
    tickets = {
        "plain": world.open("Printer is out of paper", priority="P4"),
        "code": world.open("Mail", error_code="0x8004de40", priority="P1"),
        "network": world.open("Slow", device_type="NETWORK", priority="P2", description="It crawls"),
        "waiting": world.open("Question", priority="P3"),
    }
    Ticket.objects.filter(pk=tickets["plain"].pk).update(client=beta)
    lifecycle.wait(key=tickets["waiting"].key, on="CLIENT", why="w", by=world.l1, now=world.now)
    return {ticket.key: name for name, ticket in tickets.items()}


@pytest.fixture
def found(program, many):
    def names(caller=program, **parameters):
        return [many[ticket["key"]] for ticket in caller.get("tickets/", **parameters).json()["results"]]

    return names


def test_all_tickets_come_newest_first(found):
    assert found() == ["waiting", "network", "code", "plain"]


@pytest.mark.parametrize("parameters, expected", [
    ({"status": "waiting_on_client"}, ["waiting"]),
    ({"status": "NEW", "client": "acme"}, ["network", "code"]),
    ({"status": "any"}, ["waiting", "network", "code", "plain"]),
    ({"tier": "l2"}, ["network"]),
    ({"client": "Beta"}, ["plain"]),
    ({"client": "acme,BETA"}, ["waiting", "network", "code", "plain"]),
    ({"priority": "p1"}, ["code"]),
    ({"priority": "p1, P2,"}, ["network", "code"]),
    ({"status": "new,waiting_on_client", "priority": "P3,P4"}, ["waiting", "plain"]),
    ({"holder": "client"}, ["waiting"]),
    ({"holder": "CLIENT,VENDOR"}, ["waiting"]),
    ({"tier": "L1,L2", "priority": "P1,P2"}, ["network", "code"]),
    ({"team": "l2 team"}, ["network"]),
    ({"team": "l2-team,L1 team"}, ["waiting", "network", "code", "plain"]),
    ({"assignee": "l1@MSP.example"}, []),
    ({"assignee": "none", "priority": "P1"}, ["code"]),
    ({"assignee": "me"}, []),
    ({"assignee": "me,none", "priority": "P1"}, ["code"]),
    ({"service": "microsoft 365"}, ["code"]),
    ({"vendor": "Microsoft"}, []),
    ({"category": "hardware"}, []),
    ({"opened_after": "2020-01-01"}, ["waiting", "network", "code", "plain"]),
    ({"opened_before": "2020-01-01"}, []),
    ({"opened_after": "2020-01-01T09:00Z", "opened_before": "2999-12-31T23:59:59+02:00"},
     ["waiting", "network", "code", "plain"]),
    ({"breaching_within": "30m"}, ["waiting", "network", "code", "plain"]),
    ({"breaching_within": "16"}, ["network", "code", "plain"]),
    ({"breaching_within": "1m"}, []),
    ({"q": "PRINTER"}, ["plain"]),
    ({"q": "crawls"}, ["network"]),
    ({"q": "8004de"}, ["code"]),
    ({"q": "slow crawl"}, ["network"]),
    ({"q": '"out of" acme'}, []),
    ({"q": '"out of" beta'}, ["plain"]),
    ({"q": "100%"}, []),
])  # fmt: skip
def test_a_list_is_filtered(found, parameters, expected):
    if parameters == {"breaching_within": "30m"}:
        waiting = Clock.objects.filter(ticket__status="WAITING_ON_CLIENT", stopped_at=None)
        waiting.update(due_at=None, running_since=None)
        expected = [name for name in expected if name != "waiting"]
    assert found(**parameters) == expected


def test_a_missed_deadline_counts_as_near(found, many):
    Ticket.objects.filter(title="Slow").update(next_due_at=database_now() - timedelta(hours=1))
    assert found(breaching_within="1s") == ["network"]


@pytest.mark.parametrize("name, value", [
    ("status", "SLEEPING"), ("priority", "P9"), ("holder", "ME"), ("breaching_within", "2d"),
    ("breaching_within", "-5"), ("breaching_within", "9" * 30), ("colour", "red"), ("mine", "1"), ("cursor", "zzz"),
    ("status", "NEW,SLEEPING"), ("priority", "P1;P2"), ("client", "Nobody"), ("client", "Acme,Nobody"), ("tier", "L9"),
    ("team", "Nobody's"), ("service", "Nothing"), ("vendor", "Microsoft, Nobody"), ("assignee", "who@msp.example"),
    ("opened_after", "yesterday"), ("opened_before", "2026-02-30"), ("opened_after", "0001-01-01"),
    ("q", "x" * 201), ("q", "🔥"), ("q", "a b c d e f g h i"), ("q", "%"),
    ("cursor", "cD1hYmM="), ("cursor", "cD0xJm89LTE="), ("cursor", "é"), ("cursor", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk="),
])  # fmt: skip
def test_a_parameter_that_cannot_be_taken_is_named(program, many, name, value):
    assert fields(program.get("tickets/", **{name: value})) == [name]


def test_pages_follow_each_other_without_gap(program, world):
    keys = [world.open(f"Ticket {number}").key for number in range(53)]
    first = program.get("tickets/").json()
    assert set(first) == {"results", "next", "previous"} and first["previous"] is None
    second = program.http.get(first["next"], headers={"Authorization": f"Bearer {program.key}"}).json()
    assert [t["key"] for t in first["results"] + second["results"]] == keys[::-1]
    assert second["next"] is None
    back = program.http.get(second["previous"], headers={"Authorization": f"Bearer {program.key}"}).json()
    assert [t["key"] for t in back["results"]] == keys[:2:-1]


def cost(call):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert call().status_code in (200, 201)
    return len(queries)


@pytest.mark.parametrize("bound", [False, True])
def test_a_list_costs_six_queries_however_long_it_is(world, bound):
    caller = program_of(client=world.acme if bound else None)
    world.open()
    caller.get("tickets/")  # the key's use is noted, calendars are parsed
    one = cost(lambda: caller.get("tickets/"))
    for number in range(9):
        ticket = world.open(f"Ticket {number}", error_code="0x8004de40")
        lifecycle.lodge_case(key=ticket.key, service="Microsoft 365", answers={}, why="w", by=world.l1, now=world.now)
    assert (one, cost(lambda: caller.get("tickets/"))) == (6, 6)
    assert cost(lambda: caller.get(f"tickets/{ticket.key}/")) == 6


def test_a_timeline_costs_four_queries_however_long_it_is(world, program):
    ticket = world.open()
    program.get("tickets/")
    one = cost(lambda: program.get(f"tickets/{ticket.key}/timeline/"))
    for number in range(9):
        lifecycle.reply(key=ticket.key, text=str(number), public=True, by=world.l1, now=world.now)
    assert (one, cost(lambda: program.get(f"tickets/{ticket.key}/timeline/"))) == (4, 4)


def test_a_timeline_tells_what_happened_oldest_first(world, program):
    ticket = world.open()
    lifecycle.reply(key=ticket.key, text="Note", public=False, by=world.l1, now=world.now)
    events = program.get(f"tickets/{ticket.key}/timeline/").json()["results"]
    assert [(e["seq"], e["kind"], e["actor"]) for e in events] == [(1, "OPENED", None), (2, "WORK_NOTE", "L1")]
    assert events[1]["text"] == "Note" and events[1]["client_text"] == ""


def test_a_long_timeline_comes_in_pages(world, program):
    ticket = world.open()
    for number in range(60):
        lifecycle.reply(key=ticket.key, text=str(number), public=True, by=world.l1, now=world.now)
    first = program.get(f"tickets/{ticket.key}/timeline/").json()
    second = program.http.get(first["next"], headers={"Authorization": f"Bearer {program.key}"}).json()
    assert [e["seq"] for e in first["results"] + second["results"]] == list(range(1, 62))


def test_an_explanation_has_the_record_and_both_sentences(world, program):
    ticket = world.open()
    world.forward(minutes=16)
    results = program.get(f"tickets/{ticket.key}/explain/").json()["results"]
    climb = next(e for e in results if e["kind"] == "ESCALATED")
    assert climb["record"]["rule"] == "CLIMB" and climb["record"]["clock"]["target_seconds"] == 900
    assert climb["internal"].startswith("L1 → L2: not acknowledged within 15 minutes")
    assert climb["client"].startswith("Your request was passed to our technical specialists")


def test_parameters_are_not_taken_where_there_is_nothing_to_filter(program, world):
    problem(program.get("tickets/ESC-1/nothing/"), 404)
