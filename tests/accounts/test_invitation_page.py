"""The page behind an invitation's link: what it asks, whom it lets in, and how little it tells the others."""

from datetime import timedelta

import pytest
from django.test import Client as Browser

from accounts import roles
from accounts.clock import database_now
from accounts.invitations import invite, token_of
from accounts.models import Invitation, User
from accounts.oidc_config import IdentityProvider

GOOD = {"name": "Nora Ray", "timezone": "Europe/Berlin", "password": "seven green bottles",
        "again": "seven green bottles"}  # fmt: skip


@pytest.fixture
def link(world):
    """The link of Nora's, who is to be a technician."""
    nora = world.person("nora@msp.example", roles.TECHNICIAN)
    nora.set_unusable_password()
    nora.save()
    return f"/invitations/{token_of(invite(nora, by=world.manager, now=database_now()))}/"


def test_the_page_says_who_invites_and_as_whom(client, link):
    html = client.get(link).content.decode()
    assert "Boss has invited you" in html and "nora@msp.example" in html and "noindex" in html


def test_reading_the_page_does_not_use_the_link_up(client, link):
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert client.head(link).status_code == 200
    assert client.post(link, GOOD).status_code == 303


def test_who_accepts_is_in(client, link):
    assert client.post(link, GOOD, follow=True).redirect_chain[-1][0] == "/tickets/"
    nora = User.objects.get(email="nora@msp.example")
    assert (nora.name, nora.timezone, nora.check_password(GOOD["password"])) == ("Nora Ray", "Europe/Berlin", True)
    assert nora.last_login is not None


def test_who_accepts_in_somebody_else_s_browser_is_oneself_there(client, link, world):
    client.force_login(world.l1)
    client.post(link, GOOD)
    assert int(client.session["_auth_user_id"]) == User.objects.get(email="nora@msp.example").pk


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": "password123", "again": "password123"}, "too common"),
        ({"password": "nora@msp.example", "again": "nora@msp.example"}, "too similar"),
        ({"password": "nora ray nora", "again": "nora ray nora", "name": "Nora Ray Nora"}, "too similar"),
        ({"again": "seven brown bottles"}, "The two passwords differ"),
        ({"password": "", "again": ""}, "Choose a password."),
        ({"name": " "}, "Say what people call you."),
        ({"timezone": "Mars/Base"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_told_and_the_link_goes_on_working(client, link, changes, words):
    answer = client.post(link, GOOD | changes)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not User.objects.get(email="nora@msp.example").has_usable_password()
    assert client.post(link, GOOD).status_code == 303


def test_a_password_is_never_written_back(client, link):
    html = client.post(link, GOOD | {"again": "another one entirely"}).content.decode()
    assert GOOD["password"] not in html and "another one entirely" not in html


def gone(link, how) -> str:
    rows = Invitation.objects
    if how == "guessed":
        return "/invitations/0123456789abcdef/"
    if how == "used":
        Browser().post(link, GOOD)
    elif how == "revoked":
        rows.update(revoked_at=database_now())
    elif how == "expired":
        rows.update(expires_at=database_now() - timedelta(seconds=1))
    elif how == "closed":
        User.objects.filter(email="nora@msp.example").update(is_active=False)
    return link


@pytest.mark.parametrize("how", ["used", "revoked", "expired", "closed", "guessed"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_link_that_opens_nothing_is_answered_alike(client, link, how, method):
    never = getattr(client, method)(f"/invitations/{'a' * 64}/", GOOD)
    answer = getattr(client, method)(gone(link, how), GOOD)
    assert answer.status_code == never.status_code == 404
    assert answer.content == never.content and b"ask whoever invited you for a new one" in answer.content
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("token", ["x" * 5000, "%00", "..", "é", "' OR 1=1"])
def test_nonsense_in_the_place_of_a_link_is_answered_like_any_other(client, db, token):
    assert client.get(f"/invitations/{token}/").status_code == 404


@pytest.fixture
def elsewhere(settings):
    """People at msp.example sign in with Contoso."""
    row = IdentityProvider("contoso", "Contoso", "https://c.example", "portal", "s", required_for=("msp.example",))
    settings.IDENTITY_PROVIDERS = (row,)


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_must_come_by_another_provider_is_led_there_and_keeps_the_link(client, link, elsewhere, method):
    answer = getattr(client, method)(link, GOOD)
    html = answer.content.decode()
    assert answer.status_code == 200 and 'href="/sign-in/with/contoso/"' in html and "nora@msp.example" in html
    assert "password" not in html.replace("no password to choose", "")
    nora = User.objects.get(email="nora@msp.example")
    assert (nora.name, nora.has_usable_password()) == ("Nora", False)
    assert Invitation.objects.get().used_at is None and "_auth_user_id" not in client.session


def test_another_domain_s_people_choose_a_password_as_before(client, link, elsewhere):
    User.objects.filter(email="nora@msp.example").update(email="nora@freelance.example")
    assert client.post(link, GOOD).status_code == 303
