"""Policies, tiers and teams over the REST API."""

from datetime import timedelta

import pytest

from accounts.clock import database_now
from programs import Program, fields, problem, program_of
from tiers.models import Member, Policy, PolicyVersion, Team
from world import LADDER, PRIORITIES, ROUTING

PATHS = (
    "policies/", "policies/standard/", "policies/standard/versions/", "policies/standard/lint/", "tiers/", "teams/",
)  # fmt: skip


@pytest.fixture
def program(world) -> Program:
    return program_of(scopes=["config:read"])


@pytest.fixture
def edited(world) -> PolicyVersion:
    """An hour after its first version the policy was published again, by the manager, with one rule more."""
    more = {"name": "Fax", "when": {"keywords": ["fax"]}, "then": {"tier": "L2"}}
    document = {**PolicyVersion.live(world.policy).document, "routing": [*ROUTING, more]}
    world.now += timedelta(hours=1)
    return PolicyVersion.publish(world.policy, document, author=world.manager, note="Faxes to L2", now=world.now)


def told(program, path, **parameters):
    answer = program.get(path, **parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_policies_come_with_their_live_documents(program, edited):
    [policy] = told(program, "policies/")["results"]
    assert policy == {
        "name": "Standard", "slug": "standard", "version": 2, "published_at": "2026-03-02T10:00:00Z",
        "note": "Faxes to L2", "document": edited.document,
    }  # fmt: skip


def test_a_policy_that_is_only_drafted_is_not_there(program, world):
    row = Policy.objects.create(name="Drafted")
    PolicyVersion.objects.create(of=row, document={"ladders": {}})
    assert [policy["name"] for policy in told(program, "policies/")["results"]] == ["Standard"]
    for path in ("policies/drafted/", "policies/drafted/lint/", "policies/nowhere/", "policies/nowhere/versions/"):
        problem(program.get(path), 404)
    assert told(program, "policies/drafted/versions/")["results"] == []


def test_a_policy_is_read_as_it_applies_now(program, edited):
    assert told(program, "policies/standard/") == told(program, "policies/")["results"][0]


@pytest.mark.parametrize("as_of, versions", [
    ("2026-03-02T08:59:59Z", {}),
    ("2026-03-02T09:00:00Z", {"Standard": 1}),
    ("2026-03-02T11:00:00+01:00", {"Standard": 2, "Night": 1}),
])  # fmt: skip
def test_policies_are_listed_as_they_stood_at_a_moment(program, edited, as_of, versions):
    PolicyVersion.publish(Policy.objects.create(name="Night"), edited.document, author=None, note="",
                          now=edited.published_at)  # fmt: skip
    listed = told(program, "policies/", as_of=as_of)["results"]
    assert {policy["name"]: policy["version"] for policy in listed} == versions


def test_a_moment_before_the_first_version_is_told_as_such(program, edited):
    early = program.get("policies/standard/", as_of="2026-03-02T08:59:59Z")
    assert problem(early, 404)["detail"] == "No version of this policy was live then."
    nowhere = program.get("policies/nowhere/", as_of="2026-03-02T08:59:59Z")
    assert "nothing here" in problem(nowhere, 404)["detail"]


@pytest.mark.parametrize("path", ["policies/", "policies/standard/"])
@pytest.mark.parametrize("as_of, words", [
    ("2026-03-02T09:00:00", "no zone"), ("2026-03-02T09:00", "no zone"), ("2026-03-02", "no zone"), ("soon", "such as"),
])  # fmt: skip
def test_a_moment_without_a_zone_is_refused_in_words(program, edited, path, as_of, words):
    [error] = problem(program.get(path, as_of=as_of), 400)["errors"]
    assert error["field"] == "as_of" and words in error["message"]


@pytest.mark.parametrize("path, words", [
    ("tiers/", "There is no such parameter; there is only cursor."),
    ("policies/", "There is no such parameter; there are cursor, as_of."),
])  # fmt: skip
def test_what_parameters_there_are_is_said(program, world, path, words):
    assert problem(program.get(path, q="x"), 400)["errors"] == [{"field": "q", "message": words}]


@pytest.mark.parametrize("parameters, version", [
    ({"as_of": "2026-03-02T09:00:00Z"}, 1),
    ({"as_of": "2026-03-02T09:59:59Z"}, 1),
    ({"as_of": "2026-03-02T10:00:00Z"}, 2),
    ({"as_of": "2026-03-02T11:00:00+01:00"}, 2),
    ({"as_of": "2026-03-02T10:59:59+01:00"}, 1),
    ({"as_of": "2026-03-02T11:00:00 01:00"}, 2),
    ({"version": "1"}, 1),
    ({"version": "2"}, 2),
])  # fmt: skip
def test_what_applied_is_asked_by_moment_or_number(program, edited, parameters, version):
    policy = told(program, "policies/standard/", **parameters)
    assert policy["version"] == version
    assert len(policy["document"]["routing"]) == len(ROUTING) + version - 1


@pytest.mark.parametrize("parameters", [{"as_of": "2026-03-02T08:59:59Z"}, {"version": "3"}, {"version": "0"}])
def test_before_its_first_version_a_policy_is_not_there(program, edited, parameters):
    problem(program.get("policies/standard/", **parameters), 404)


@pytest.mark.parametrize("parameters, field", [
    ({"as_of": "then"}, "as_of"),
    ({"as_of": ""}, "as_of"),
    ({"version": "two"}, "version"),
    ({"version": "-1"}, "version"),
    ({"version": "²"}, "version"),
    ({"version": "12345678901"}, "version"),
    ({"version": "1", "as_of": "2026-03-02T09:00:00Z"}, "as_of"),
    ({"name": "Standard"}, "name"),
])  # fmt: skip
def test_a_parameter_that_cannot_be_taken_is_named(program, edited, parameters, field):
    assert fields(program.get("policies/standard/", **parameters)) == [field]


def test_versions_come_newest_first_with_who_and_why(program, edited):
    assert told(program, "policies/standard/versions/")["results"] == [
        {"version": 2, "published_at": "2026-03-02T10:00:00Z", "author": "Boss", "note": "Faxes to L2"},
        {"version": 1, "published_at": "2026-03-02T09:00:00Z", "author": "", "note": ""},
    ]


def test_versions_come_in_pages_and_a_draft_is_none(program, world):
    for number in range(51):
        world.now += timedelta(minutes=1)
        world.ladder(*LADDER, P4=[{"tier": "L1", "acknowledge_within": f"{number + 1}m"}])
    PolicyVersion.objects.create(of=world.policy, document={})
    first = told(program, "policies/standard/versions/")
    cursor = first["next"].partition("cursor=")[2].replace("%3D", "=")
    rest = told(program, "policies/standard/versions/", cursor=cursor)
    numbers = [row["version"] for page in (first, rest) for row in page["results"]]
    assert numbers == list(range(52, 0, -1))


def test_the_lint_says_what_is_dead_and_where(program, world):
    shadowed = {"name": "Ransom note", "when": {"keywords": ["ransom note"]}, "then": {"tier": "L2"}}
    document = {**PolicyVersion.live(world.policy).document, "routing": [*ROUTING, shadowed]}
    world.publish(document)
    checked = told(program, "policies/standard/lint/")
    assert {key: checked[key] for key in ("name", "slug", "version")} == {
        "name": "Standard", "slug": "standard", "version": 2,
    }  # fmt: skip
    found = {fault["code"]: fault for fault in checked["faults"]}
    assert found["shadowed-rule"] == {
        "code": "shadowed-rule", "level": "ERROR", "path": ["routing", 3],
        "words": "Rule 4 “Ransom note” never fires: rule 3 “Ransom” catches all that it would and stops.",
        "remedy": "Move it above rule 3, let rule 3 go on to the next rules, or take it away.",
    }  # fmt: skip
    before = told(program, "policies/standard/lint/", version="1")
    assert "shadowed-rule" not in {fault["code"] for fault in before["faults"]}


def test_the_lint_is_of_now_and_takes_no_moment(program, world):
    assert fields(program.get("policies/standard/lint/", as_of="2026-03-02T09:00:00Z")) == ["as_of"]


def test_tiers_come_with_their_teams(program, world):
    assert told(program, "tiers/")["results"][-1] == {
        "name": "L1", "slug": "l1", "level": 1, "title": "our helpdesk", "team": "L1 team", "ola": "OLA",
        "responsibilities": "",
    }  # fmt: skip


def test_teams_come_with_their_people_and_who_is_on_call(program, world):
    team = Team.objects.get(name="L1 team")
    Member.objects.create(team=team, user=world.l2, place=1)
    gone = world.person("gone@msp.example", "technician", team)
    gone.is_active = False
    gone.save()
    now = database_now()
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[now.weekday()]
    team.rotation = {"timezone": "UTC", "hand_over": f"{day} 00:00", "days": 1, "from": now.date().isoformat()}
    team.save()
    shown = next(row for row in told(program, "teams/")["results"] if row["slug"] == team.slug)
    assert shown["members"] == [{"name": "L1", "email": "l1@msp.example"}, {"name": "L2", "email": "l2@msp.example"}]
    assert shown["on_call"]["email"] == "l1@msp.example" and shown["next_on_call"]["email"] == "l2@msp.example"
    assert shown["on_call"]["ends_at"] == shown["next_on_call"]["begins_at"]
    assert shown["on_call"]["ends_at"].endswith("T00:00:00Z")
    assert (shown["rotation"], shown["managers"]) == (team.rotation, False)


def test_a_team_in_which_one_is_always_on_call_has_nobody_next(program, world):
    by_name = {row["name"]: row for row in told(program, "teams/")["results"]}
    assert by_name["Managers"]["on_call"]["name"] == "Boss" and by_name["Managers"]["next_on_call"] is None


def test_a_team_of_nobody_has_nobody_on_call(program, world):
    Team.objects.create(name="Empty")
    empty = told(program, "teams/")["results"][0]
    assert (empty["name"], empty["members"], empty["on_call"]["email"]) == ("Empty", [], "")


@pytest.mark.parametrize("path", PATHS)
def test_a_list_costs_a_fixed_number_of_queries(program, world, path, django_assert_max_num_queries):
    for number in range(8):
        team = Team.objects.create(name=f"Team {number}")
        world.person(f"p{number}@msp.example", "technician", team)
        row = Policy.objects.create(name=f"More {number}")
        document = {"clients": [f"C{number}"], "ladders": dict.fromkeys(PRIORITIES, LADDER)}
        PolicyVersion.publish(row, document, author=None, note="", now=world.now)
    with django_assert_max_num_queries(20 if "lint" in path else 11):
        told(program, path)


@pytest.mark.parametrize("path", PATHS)
def test_the_scope_is_needed_and_named(world, path):
    assert "config:read" in problem(program_of(scopes=["tickets:read"]).get(path), 403)["detail"]


@pytest.mark.parametrize("path", PATHS)
def test_a_client_s_key_reads_no_configuration(world, path):
    answer = program_of(scopes=["config:read"], client=world.acme).get(path)
    assert "every client" in problem(answer, 403)["detail"]


@pytest.mark.parametrize("path", PATHS)
def test_a_parameter_that_is_not_known_is_refused(program, path):
    assert fields(program.get(path, q="x")) == ["q"]
