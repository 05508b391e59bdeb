"""The scorecards over the REST API: the numbers of the pages, for the provider's own programs."""

from datetime import timedelta

import pytest

from programs import fields, problem, program_of
from tickets import lifecycle

PATH = "reports/vendors/"
TENANT = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def lived(world):
    """A case that was lodged at nine and answered at half past ten, with an hour promised."""
    ticket = world.open()
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={"tenant_id": TENANT}, why="Theirs")
    world.tick()
    world.forward(minutes=90)
    world.do(lifecycle.resume, ticket)
    return ticket


def moments(since, until):
    return {"since": since.isoformat(), "until": until.isoformat()}


def test_a_program_reads_what_the_page_shows(world, lived):
    answer = program_of().get(PATH, **moments(world.now - timedelta(days=1), world.now))
    assert answer.status_code == 200
    [vendor] = answer.json()["results"]
    assert (vendor["vendor"], vendor["slug"], vendor["score"]["cases"], vendor["before"]["cases"]) == (
        "Microsoft", "microsoft", 1, 0,
    )  # fmt: skip
    assert vendor["score"]["answer"] == {
        "decided": 1, "kept": 0, "open": 0, "not_needed": 0, "percent": 0.0, "promised_seconds": [3600],
    }  # fmt: skip
    assert vendor["score"]["answer_open"] == {"count": 1, "median": None, "p90": None, "values": [5400.0]}
    assert vendor["score"]["update_open"] == {"count": 0, "median": None, "p90": None, "values": []}
    assert vendor["score"]["solution"]["percent"] is None
    [part] = vendor["parts"]
    assert (part["service"], part["severity"], part["score"]["answer"]["decided"]) == ("Microsoft 365", "A", 1)


def test_a_case_of_the_period_before_stands_there(world, lived):
    answer = program_of().get(PATH, **moments(world.now, world.now + timedelta(hours=2)))
    [vendor] = answer.json()["results"]
    assert (vendor["score"]["cases"], vendor["before"]["cases"]) == (0, 1)


def test_without_moments_it_is_the_last_thirty_days(world, lived):
    body = program_of().get(PATH).json()
    assert body["results"][0]["score"]["cases"] == 0  # the world lives in March
    assert set(body) == {"since", "until", "results"}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-03-02T09:00:00"}, "since"),
        ({"until": "2026-13-01T00:00:00Z"}, "until"),
        ({"since": "2026-03-03T00:00:00Z", "until": "2026-03-02T00:00:00Z"}, "since"),
        ({"since": "2010-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "since"),
        ({"vendor": "microsoft"}, "vendor"),
    ],
)
def test_what_is_no_stretch_of_time_is_refused_by_field(world, said, field):
    assert fields(program_of().get(PATH, **said)) == [field]


def test_a_key_of_a_client_reads_no_scorecard(world, lived):
    assert "every client" in problem(program_of(client=world.acme).get(PATH), 403)["detail"]


def test_the_answer_costs_as_many_queries_whatever_it_holds(world, lived, django_assert_max_num_queries):
    program = program_of()
    with django_assert_max_num_queries(7):
        program.get(PATH, **moments(world.now - timedelta(days=1), world.now))
