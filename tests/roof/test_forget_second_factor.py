"""The way out for who has lost every second factor."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from accounts.models import AccessChange


def sign_in():
    browser = Browser()
    browser.post("/sign-in/", {"username": "l1@msp.example", "password": "a good password"})
    return browser


def inside(browser):
    return browser.get("/tickets/").status_code == 200


def test_it_forgets_factors_and_ties_and_ends_sessions_of_one_person(world, capsys):
    lost = sign_in()
    for user in (world.l1, world.l2):
        Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
        SocialAccount.objects.create(user=user, provider="contoso", uid=str(user.pk))
    assert inside(lost) and not inside(sign_in())
    call_command("forget_second_factor", email="L1@msp.example")
    assert "1 factors, 1 ties to other providers; 1 sessions ended" in capsys.readouterr().out
    assert not inside(lost) and inside(sign_in())
    kept = AccessChange.objects.get()
    assert (kept.what, kept.person, kept.by) == ("FACTORS_FORGOTTEN", world.l1, None)
    assert kept.before == "1 factors, 1 ties to other providers"
    assert [row.user for row in Authenticator.objects.all()] == [world.l2]
    assert [row.user for row in SocialAccount.objects.all()] == [world.l2]


def test_an_unknown_address_is_told(world):
    with pytest.raises(CommandError, match="Nobody here has the address") as told:
        call_command("forget_second_factor", email="nobody@msp.example")
    assert told.value.returncode == 2
