"""Who gets in: keys, scopes, ends, and the command that makes keys."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.clock import database_now
from accounts.keys import digest
from accounts.models import ApiKey, User
from programs import Program, fields, problem, program_of


def test_without_a_key_the_answer_says_how_to_show_one(world):
    response = Program("").get("tickets/")
    problem(response, 401)
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("key", ["ep_unknown", "no mark", "ep_", "ep_\u00e9"])
def test_a_key_that_is_not_known_is_refused(world, key):
    problem(Program(key).get("tickets/"), 401)


@pytest.mark.parametrize("change", [
    {"revoked_at": timedelta(seconds=-1)}, {"expires_at": timedelta(seconds=-1)},
])  # fmt: skip
def test_a_revoked_or_expired_key_is_refused_like_an_unknown_one(program, change):
    ApiKey.objects.update(**{name: database_now() + by for name, by in change.items()})
    assert program.get("tickets/").content == Program("ep_unknown").get("tickets/").content


def test_a_key_whose_program_was_switched_off_is_refused(program):
    User.objects.filter(kind="API").update(is_active=False)
    problem(program.get("tickets/"), 401)


def test_a_key_that_expires_later_is_taken(program):
    ApiKey.objects.update(expires_at=database_now() + timedelta(hours=1))
    assert program.get("tickets/").status_code == 200


def test_a_missing_scope_is_named(world):
    reader = program_of(scopes=["tickets:read"])
    assert "tickets:write" in problem(reader.post("tickets/", {}), 403)["detail"]
    assert "events:write" in problem(reader.post("events/", {}), 403)["detail"]
    ticket = world.open()
    assert "tickets:work" in problem(reader.post(f"tickets/{ticket.key}/acknowledgement/"), 403)["detail"]


def test_the_scope_is_asked_for_before_the_ticket(world):
    reader = program_of(scopes=["tickets:read"])
    ticket = world.open()
    answers = {reader.post(f"tickets/{key}/wait/", {}).content for key in (ticket.key, "ESC-999999")}
    assert len(answers) == 1


def test_the_key_is_stored_as_a_digest_only(program):
    row = ApiKey.objects.get()
    assert row.digest == digest(program.key) and row.prefix == program.key[:10]
    assert program.key not in str(ApiKey.objects.values())


def test_the_last_use_is_noted_at_most_once_a_minute(program):
    program.get("tickets/")
    first = ApiKey.objects.get().last_used_at
    program.get("tickets/")
    assert first is not None and ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(seconds=61))
    program.get("tickets/")
    assert ApiKey.objects.get().last_used_at > first


def make(**options):
    out = StringIO()
    call_command("create_api_key", stdout=out, **options)
    return out.getvalue()


def test_the_command_prints_the_key_alone_and_it_works(world):
    printed = make(name="Robot", scopes="tickets:read,tickets:write")
    assert printed.startswith("ep_") and printed.count("\n") == 1
    assert Program(printed.strip()).get("tickets/").status_code == 200


def test_the_command_binds_a_key_to_a_client(world, beta):
    world.open()
    bound = Program(make(name="Beta's robot", scopes="tickets:read", client="Beta").strip())
    assert bound.get("tickets/").json()["results"] == []


@pytest.mark.parametrize("wrong", [
    {"scopes": "tickets:fly"}, {"scopes": " , "}, {"client": "Nobody"}, {"name": " "}, {"days": 0},
])  # fmt: skip
def test_the_command_refuses_what_it_does_not_know_and_leaves_nothing(world, wrong):
    before = User.objects.count()
    with pytest.raises(CommandError) as refusal:
        make(**({"name": "Robot", "scopes": "tickets:read"} | wrong))
    assert refusal.value.returncode == 2
    assert (User.objects.count(), ApiKey.objects.count()) == (before, 0)


def test_a_parameter_with_a_nul_is_refused(program):
    assert fields(program.get("tickets/", q="a\x00b")) == ["query"]
