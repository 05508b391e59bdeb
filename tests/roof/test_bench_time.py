"""The bench of time: what it measures is what it says, and it leaves nothing behind."""

import json
from datetime import timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command

from bench import time
from bench.rows import Row, line, row
from clients.models import Client
from escalation_portal.management.commands.bench import exit_code, told
from sla.clocks import project
from sla.models import AgreementVersion, CalendarVersion
from world import NINE

pytestmark = pytest.mark.django_db
KEYS = set(Row.__annotations__)


@pytest.fixture(scope="module")
def measured(django_db_setup, django_db_blocker) -> list[Row]:
    """One run in an empty database."""
    with django_db_blocker.unblock():
        return time.run(now=NINE, projections=500)


def test_each_row_has_the_one_form(measured):
    assert [set(found) for found in measured] == [KEYS] * 4
    assert [found["unit"] for found in measured] == ["µs", "ms", "s", "s"]
    assert all(found["ours"] > 0 for found in measured)


def test_the_goals_are_those_that_were_set(measured):
    assert (measured[0]["goal"], measured[2]["goal"], measured[3]["goal"]) == (20.0, 2.0, 5.0)


def test_into_an_empty_database_the_demo_is_loaded_and_taken_away_again(measured):
    words = measured[2]["what"].split()
    assert (
        words[:4] == ["alignment", "of", "the", "demo's"]
        and int(words[4]) > 100
        and words[7:] == ["5", "clients,", "cold"]
    )
    assert not Client.objects.exists() and not CalendarVersion.objects.exists()


def test_another_provider_s_promises_are_measured_as_they_are(world):
    before = Client.objects.count(), AgreementVersion.objects.count()
    found = time._alignment(now=NINE)
    assert found["what"] == "alignment of this provider's 16 promises to 1 clients, cold"
    assert (Client.objects.count(), AgreementVersion.objects.count()) == before


@pytest.mark.parametrize("promises, goal", [(0, 2.0), (152, 2.0), (160, 2.0), (320, 4.0), (1000, 12.5)])
def test_who_has_given_more_promises_has_more_time(promises, goal):
    assert time.alignment_goal(promises) == goal


def test_what_cannot_be_checked_stops_no_measurement(world):
    world.publish({"clients": ["Somebody"], "ladders": {}, "exceptions": [], "routing": []})
    assert time._alignment(now=NINE)["what"] == "alignment of this provider's 0 promises to 0 clients, cold"


def test_a_ledger_has_all_its_spans_in_turn_and_still_runs():
    for spans, now in time.histories(200, seed=3):
        assert len(spans) == time.SPANS
        assert [span.counted for span in spans] == [True, False] * 4 + [True]
        assert all(a.ended_at == b.began_at for a, b in pairwise(spans))
        assert spans[-1].ended_at is None and spans[-1].began_at < now


def test_so_many_different_projections_are_made_as_is_said():
    histories = time.histories(1000, seed=1)
    assert (len(histories), len({spans for spans, _ in histories})) == (1000, 20)
    calendar = time.office()
    projected = {project(spans=s, calendar=calendar, target_seconds=3600, now=now) for s, now in histories}
    assert len(projected) > 250 and all(found.running for found in projected)


def test_the_same_seed_gives_the_same_ledgers():
    assert time.histories(100, seed=1) == time.histories(100, seed=1) != time.histories(100, seed=2)


def test_an_office_is_new_each_time_and_knows_nothing_yet():
    assert time.office() == time.office() and time.office() is not time.office()
    assert time.office().add(time.YEAR, 3600) == time.YEAR + timedelta(days=1, hours=8)


# How it is told


def test_a_row_is_met_up_to_its_goal():
    assert [row("it", ours, goal=2, unit="s")["met"] for ours in (1.9, 2.0, 2.001)] == [True, True, False]


def test_no_more_digits_are_told_than_were_measured():
    assert [row("it", ours, goal=9, unit="s")["ours"] for ours in (1.68412, 0.0612345, 151.8)] == [1.68, 0.0612, 152.0]


def test_a_missed_goal_is_said_loudly():
    missed, met = row("This", 3.5, goal=2, unit="s"), row("That", 1.0, goal=2, unit="ms")
    assert told([missed, met]) == "This: 3.5 s (goal 2, MISSED)\nThat: 1.0 ms (goal 2, met)"


def test_beside_a_floor_the_ratio_is_told():
    found: Row = {"what": "It", "ours": 6.0, "limit": 2.0, "ratio": 3.0, "goal": 2.0, "met": False, "unit": "ms"}
    assert line(found) == "It: 6.0 against 2.0 ms: 3.0 × (goal 2.0, MISSED)"


def test_the_command_ends_with_1_when_a_goal_was_missed():
    missed, met = row("This", 3.5, goal=2, unit="s"), row("That", 1.0, goal=2, unit="ms")
    assert [exit_code(rows) for rows in ([met], [met, missed], [])] == [0, 1, 0]


@pytest.mark.long
def test_the_command_answers_with_one_json_object():
    out, ended = StringIO(), 0
    try:
        call_command("bench", "time", "--json", stdout=out)
    except SystemExit as end:
        ended = end.code
    answer = json.loads(out.getvalue())
    assert len(answer["rows"]) == 4 and ended == exit_code(answer["rows"])
    assert set(answer["machine"]) == {"cpus", "system", "python", "postgresql"}
