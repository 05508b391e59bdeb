"""Calendars and agreements over the REST API."""

import pytest

from programs import Program, fields, problem, program_of
from sla.models import Calendar

SUM = "calendars/office/calculation/"
PATHS = ("calendars/", "agreements/", SUM)


@pytest.fixture
def program(world) -> Program:
    return program_of(scopes=["config:read"])


def results(program, path, **parameters):
    answer = program.get(path, **parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_calendars_come_with_their_live_documents(program, world):
    nights = {"timezone": "Europe/Berlin", "hours": {"mon": ["22:00-06:00"]}}
    world.calendar("Office", nights)
    always, office = results(program, "calendars/")
    assert (always["name"], always["document"]) == ("24x7", {"timezone": "UTC", "always": True})
    assert office == {
        "name": "Office", "slug": "office", "version": 2, "published_at": "2026-03-02T09:00:00Z", "document": nights,
    }  # fmt: skip


def test_agreements_come_with_their_kind(program):
    assert [(row["name"], row["kind"], row["version"]) for row in results(program, "agreements/")] == [
        ("M365", "UC", 1), ("OLA", "OLA", 1), ("Gold", "SLA", 1),
    ]  # fmt: skip
    assert results(program, "agreements/")[0]["document"] == {"calendar": "Office", "targets": {"A": {"RESPOND": "1h"}}}


def test_what_was_never_published_is_not_listed(program):
    Calendar.objects.create(name="Drafted")
    assert [row["name"] for row in results(program, "calendars/")] == ["24x7", "Office"]


def test_lists_come_in_pages(program, world):
    for number in range(55):
        world.calendar(f"More {number}", {"timezone": "UTC", "always": True})
    first = program.get("calendars/").json()
    assert len(first["results"]) == 50 and first["previous"] is None
    cursor = first["next"].partition("cursor=")[2].replace("%3D", "=")
    rest = results(program, "calendars/", cursor=cursor)
    assert [row["name"] for row in rest][-2:] == ["24x7", "Office"] and len(rest) == 7


def test_a_list_costs_a_fixed_number_of_queries(program, world, django_assert_max_num_queries):
    for number in range(10):
        world.agreement(f"More {number}", "SLA", {"calendar": "Office", "targets": {"P1": {"RESOLVE": "1h"}}})
    with django_assert_max_num_queries(5):
        results(program, "agreements/")


def test_a_sum_says_where_it_ends_and_why(program):
    told = program.get(SUM, start="2026-03-06T16:50", add="4h").json()
    assert told["sentence"] == (
        "4 h from Friday 16:50, open 09:00–17:30, is Monday 12:20, because: Friday 16:50–17:30 counts 40 min, "
        "Saturday and Sunday are closed, Monday 09:00–12:20 counts 3 h 20 min."
    )
    assert (told["start"], told["end"]) == ("2026-03-06T16:50:00Z", "2026-03-09T12:20:00Z")
    assert (told["calendar"], told["version"], told["timezone"], told["seconds"]) == (
        "Office", 1, "Europe/London", 14400,
    )  # fmt: skip
    assert [(day["first"], day["seconds"], day["notes"]) for day in told["days"]] == [
        ("2026-03-06", 2400, ""), ("2026-03-07", 0, ""), ("2026-03-08", 0, ""), ("2026-03-09", 12000, ""),
    ]  # fmt: skip
    assert told["days"][0]["spans"] == [
        {"begins_at": "2026-03-06T16:50:00Z", "ends_at": "2026-03-06T17:30:00Z", "seconds": 2400.0}
    ]


def test_a_sum_in_summer_is_told_in_utc(program):
    told = program.get(SUM, start="2026-07-06T10:00", add="30m").json()
    assert (told["start"], told["end"]) == ("2026-07-06T09:00:00Z", "2026-07-06T09:30:00Z")
    assert program.get(SUM, start="2026-07-06T09:00:00Z", add="30m").json()["end"] == told["end"]


def test_the_time_between_two_moments_is_counted(program):
    told = program.get(SUM, start="2026-03-06T16:50", until="2026-03-09T12:20").json()
    assert told["seconds"] == 14400 and "4 h of open time" in told["sentence"]


@pytest.mark.parametrize("parameters, field", [
    ({}, "add"),
    ({"start": "2026-03-06T16:50"}, "add"),
    ({"start": "2026-03-06T16:50", "add": "4h", "until": "2026-03-09T12:20"}, "add"),
    ({"add": "4h"}, "start"),
    ({"start": "now", "add": "4h"}, "start"),
    ({"start": "2026-03-29T01:30", "add": "4h"}, "start"),
    ({"start": "2026-03-06T16:50", "add": "4"}, "add"),
    ({"start": "2026-03-06T16:50", "add": "0s"}, "add"),
    ({"start": "2026-03-06T16:50", "until": "2026-03-06T16:49"}, "until"),
    ({"start": "2026-03-06T16:50", "add": "4h", "stop": "x"}, "stop"),
    ({"start": "2026-03-06T16:50\x00", "add": "4h"}, "query"),
])  # fmt: skip
def test_a_sum_that_cannot_be_done_names_its_parameter(program, parameters, field):
    assert fields(program.get(SUM, **parameters)) == [field]


@pytest.mark.parametrize("path", ["calendars/", "agreements/"])
def test_a_parameter_that_is_not_known_is_refused(program, path):
    assert fields(program.get(path, name="Office")) == ["name"]


def test_an_unknown_calendar_is_nowhere(program):
    problem(program.get("calendars/nowhere/calculation/", start="2026-03-06T16:50", add="4h"), 404)


@pytest.mark.parametrize("path", PATHS)
def test_the_scope_is_needed_and_named(world, path):
    answer = program_of(scopes=["tickets:read"]).get(path)
    assert "config:read" in problem(answer, 403)["detail"]


@pytest.mark.parametrize("path", PATHS)
def test_a_client_s_key_reads_no_configuration(world, path):
    answer = program_of(scopes=["config:read"], client=world.acme).get(path, start="2026-03-06T16:50", add="4h")
    assert "sees every client" in problem(answer, 403)["detail"]


@pytest.mark.parametrize("path", PATHS)
def test_it_is_only_read(program, path):
    problem(program.post(path, {}), 405)
