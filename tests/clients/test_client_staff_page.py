"""A client as staff know it: what is noted about it, whom that is shown, and which pages one may go on to."""

import pytest
from django.test import Client as Browser

from accounts import roles
from accounts.encryption import encrypt
from clients.access import give_role
from clients.models import Asset, Contact, Site

URL = "/clients/acme/"


def page(user, url=URL):
    browser = Browser()
    browser.force_login(user)
    return browser.get(url)


def test_everything_that_is_noted_stands_on_the_page(world):
    site = Site.objects.create(client=world.acme, name="Studio", address="9 Calvert Avenue", timezone="Europe/Berlin")
    Asset.objects.update(site=site, facts={"rack": "A2"})
    Contact.objects.update(user=world.reader(world.acme), decision_maker=True)
    html = page(world.l1).content.decode()
    for words in (
        "/agreements/gold/", "Europe/London", "Dana", "dana@acme.example", "decides for them", "Studio",
        "9 Calvert Avenue (Europe/Berlin)", "esx01", "rack: A2", "ESXi 8", "SN-1", "Microsoft 365",
        "11111111-2222-4333-8444-555555555555", "<td>Yes</td>",
    ):  # fmt: skip
        assert words in html


def test_secrets_stay_hidden(world):
    world.account.secrets = {"support_pin": encrypt("4711-secret")}
    world.account.save()
    html = page(world.manager).content.decode()
    assert "support pin" in html and "••••••" in html
    assert "4711-secret" not in html and world.account.secrets["support_pin"] not in html


def test_a_client_about_which_nothing_is_known_is_told_in_words(world):
    world.client("Empty")
    html = page(world.l1, "/clients/empty/").content.decode()
    for words in ("Nobody is known there yet.", "None is noted.", "None: a step that goes to a vendor is skipped"):
        assert words in html


@pytest.mark.parametrize(
    ("role", "links"),
    [
        (roles.TECHNICIAN, {"?client=acme", "/portal/acme/"}),
        (roles.ACCOUNT_MANAGER, {"?client=acme", "/portal/acme/", "/clients/acme/access/"}),
        (roles.MANAGER, {"?client=acme", "/portal/acme/", "/clients/acme/access/", "/clients/acme/promises/"}),
    ],
)
def test_only_pages_that_one_may_open_are_linked(world, role, links):
    user = world.person("x@msp.example", role)
    give_role(user, roles.ACCOUNT_MANAGER, world.acme) if role == roles.ACCOUNT_MANAGER else None
    html = page(user).content.decode()
    everything = {"?client=acme", "/portal/acme/", "/clients/acme/access/", "/clients/acme/promises/"}
    assert {link for link in everything if link in html} == links


def test_an_account_manager_finds_other_clients_nowhere(world):
    world.client("Other")
    amy = world.person("amy@msp.example", roles.ACCOUNT_MANAGER)
    give_role(amy, roles.ACCOUNT_MANAGER, world.acme)
    assert page(amy).status_code == 200
    assert page(amy, "/clients/other/").content == page(amy, "/clients/never/").content
    assert page(amy, "/clients/other/").status_code == 404


def test_a_client_s_own_people_do_not_read_it(world):
    assert page(world.reader(world.acme)).status_code == 403
