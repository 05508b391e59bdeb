"""Letting people of the configuration sign in."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse


def password(capsys, **options) -> str:
    call_command("create_sign_in", **options)
    return capsys.readouterr().out.strip()


def test_a_member_of_a_team_gets_a_password_that_works(world, client, capsys):
    told = password(capsys, email="L1@msp.example")
    client.post("/sign-in/", {"username": "l1@msp.example", "password": told})
    assert client.get(reverse("queue")).status_code == 200


def test_a_contact_becomes_a_reader_of_their_own_client_alone(world, client, capsys):
    world.client("Beta")
    told = password(capsys, email="dana@acme.example", role="decision maker", client="Acme")
    client.post("/sign-in/", {"username": "dana@acme.example", "password": told})
    assert client.get("/portal/acme/").status_code == 200
    assert client.get("/portal/beta/").status_code == 404
    assert client.get(reverse("queue")).status_code == 403


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"email": "nobody@x.example"}, "Nobody here has the address"),
        ({"email": "dana@acme.example", "role": "client user"}, "go together"),
        ({"email": "x@x.example", "role": "client user", "client": "Acme"}, "has no contact"),
        ({"email": "dana@acme.example", "role": "client user", "client": "Nope"}, "there is no client"),
    ],
)
def test_what_cannot_be_is_said_and_ends_with_two(world, options, said):
    with pytest.raises(CommandError, match=said) as refused:
        call_command("create_sign_in", **options)
    assert refused.value.returncode == 2
