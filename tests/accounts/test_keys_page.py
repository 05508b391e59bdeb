"""The page of API keys: made and shown once, listed without their secret, replaced and revoked."""

import re
from datetime import timedelta

import pytest

from accounts import roles
from accounts.clock import database_now
from accounts.keys import live_key
from accounts.models import ApiKey
from clients.models import Client
from programs import Program, program_of


@pytest.fixture
def browser(client, world):
    client.force_login(world.person("admin@msp.example", roles.ADMINISTRATOR))
    return client


def given(**changes):
    return {"name": "Monitoring", "scopes": ["tickets:read"], "client": "", "days": "30"} | changes


def made(answer) -> str:
    """The key on the page that shows it."""
    return re.search(r'id="key"[^>]*value="(ep_[^"]+)"', answer.content.decode())[1]


def test_a_key_is_shown_once_with_an_example_and_works(browser, world):
    answer = browser.post("/keys/new/", given())
    key, html = made(answer), answer.content.decode()
    assert answer.status_code == 201 and "no-store" in answer["Cache-Control"]
    assert f"Authorization: Bearer {key}" in html.replace("&quot;", '"') and "/api/v1/tickets/" in html
    assert key not in browser.get("/keys/").content.decode()
    assert Program(key).get("tickets/").status_code == 200
    assert Program(key).get("calendars/").status_code == 403


def test_a_key_ends_when_it_was_to_end(browser, world):
    now = database_now()
    key = made(browser.post("/keys/new/", given(days="30")))
    assert live_key(key, now=now + timedelta(days=29)) and live_key(key, now=now + timedelta(days=31)) is None
    endless = made(browser.post("/keys/new/", given(days="")))
    assert live_key(endless, now=now + timedelta(days=9999))


def test_a_bound_key_reads_its_client_alone_in_the_client_s_form(browser, world):
    other = world.client("Other")
    ticket = world.open("Ours")
    program = Program(made(browser.post("/keys/new/", given(client=world.acme.pk))))
    told = program.get(f"tickets/{ticket.key}/").json()
    assert told["holder"]["name"] == "our helpdesk" and "tier" not in told and "assignee" not in told
    assert list(Client.objects.visible_to(ApiKey.objects.get().user)) == [world.acme]
    assert other.name not in str(program.get("tickets/").json())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Say which system will hold it."),
        ({"scopes": []}, "Choose one thing at least."),
        ({"scopes": ["tickets:eat"]}, "Select a valid choice"),
        ({"client": "999999"}, "Select a valid choice"),
        ({"days": "7000"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_told_and_no_key_is_made(browser, world, changes, words):
    answer = browser.post("/keys/new/", given(**changes))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_the_list_tells_what_each_key_opens_and_who_it_sees(browser, world):
    program_of(client=world.acme, scopes=["events:write"])
    program_of(scopes=["reports:read"])
    ApiKey.objects.filter(name="Program of all").update(expires_at=database_now() + timedelta(days=3, minutes=1))
    html = browser.get("/keys/").content.decode()
    for words in ("Program of Acme", "events:write", "All clients", "<td>Acme</td>", "Never", 'data-level="amber"'):
        assert words in html


def test_without_a_key_the_page_says_what_one_is_for(browser):
    assert "No key is in force" in browser.get("/keys/").content.decode()


def test_a_replaced_key_is_told_with_its_end(browser, world):
    old = program_of(scopes=["tickets:read"])
    row = ApiKey.objects.get()
    answer = browser.post(f"/keys/{row.pk}/rotation/")
    assert answer.status_code == 201 and f"The old key {row.prefix}… works until" in answer.content.decode()
    assert old.get("tickets/").status_code == Program(made(answer)).get("tickets/").status_code == 200


def test_a_revoked_key_is_listed_as_ended_and_cannot_be_revoked_again(browser, world):
    program = program_of(scopes=["tickets:read"])
    row = ApiKey.objects.get()
    html = browser.post(f"/keys/{row.pk}/revocation/", follow=True).content.decode()
    assert "opens nothing any more" in html and "Revoked" in html and "Key revoked" in html
    assert program.get("tickets/").status_code == 401
    for act in ("revocation", "rotation"):
        answer = browser.post(f"/keys/{row.pk}/{act}/")
        assert answer.status_code == 409 and "Make a new key instead" in answer.content.decode()


def test_keys_are_made_and_ended_by_post_alone(browser, world):
    program_of()
    pk = ApiKey.objects.get().pk
    assert {browser.get(f"/keys/{pk}/{act}/").status_code for act in ("rotation", "revocation")} == {405}
    assert browser.post("/keys/999999/revocation/").status_code == 404


def test_the_page_costs_the_same_for_many_keys(browser, world, django_assert_num_queries):
    program_of(client=world.acme)
    for _ in range(2):
        with django_assert_num_queries(8):  # session, user, and six more
            browser.get("/keys/")
        for _ in range(10):
            program_of(client=world.acme)
