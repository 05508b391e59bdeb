"""The page that says who sees a client: read by those who answer for it, changed by managers."""

import re

import pytest
from django.test import Client as Browser

from accounts import roles
from accounts.models import User
from clients.access import give_role
from clients.keys import issue_key
from clients.models import Client, Contact
from outbox.models import Message
from tiers.models import Team
from tiers.team_access import kept_to

URL = "/clients/acme/access/"


def browser_of(user) -> Browser:
    opened = Browser()
    opened.force_login(user)
    return opened


@pytest.fixture
def manager(world):
    return browser_of(world.manager)


@pytest.fixture
def amy(world):
    user = world.person("amy@msp.example", roles.ACCOUNT_MANAGER)
    give_role(user, roles.ACCOUNT_MANAGER, world.acme)
    return user


@pytest.fixture
def dana(world):
    """A decision maker of Acme's, known as its contact."""
    user = world.reader(world.acme)
    Contact.objects.filter(name="Dana").update(user=user)
    return user


def text(answer) -> str:
    main = answer.content.decode().partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_the_page_tells_who_sees_the_client_and_through_what(world, manager, amy, dana):
    issue_key(name="Their script", scopes=["tickets:read"], client=world.acme, by=None, now=world.now)
    issue_key(name="Our script", scopes=["tickets:read"], client=None, by=None, now=world.now)
    said = text(manager.get(URL))
    for words in (
        "Reader decision@acme.example Decision maker Active", "Amy amy@msp.example", "All 3 technicians.",
        "All 1 manager and 0 administrators, always.", "bound to Acme: tickets:read", "sees all clients: tickets:read",
    ):  # fmt: skip
        assert words in said


def test_nothing_of_another_client_stands_there(world, manager):
    other = world.client("Other")
    world.reader(other)
    issue_key(name="Other's script", scopes=["tickets:read"], client=other, by=None, now=world.now)
    said = text(manager.get(URL))
    assert "decision@other.example" not in said and "Other" not in said


def test_an_empty_client_is_told_in_words(world, manager):
    world.client("Empty")
    said = text(manager.get("/clients/empty/access/"))
    for words in (
        "Nobody of Empty signs in yet.",
        "Nobody looks after Empty.",
        "No key that is in force",
        "Nothing has",
    ):
        assert words in said


def test_each_person_can_be_looked_at_as_by_managers(world, manager, amy, dana):
    link = f"/portal/acme/?see_as={dana.pk}"
    assert link in manager.get(URL).content.decode()
    assert link not in browser_of(amy).get(URL).content.decode()


def test_an_account_manager_reads_own_clients_and_may_only_invite(world, amy, dana):
    world.client("Other")
    browser = browser_of(amy)
    html = browser.get(URL).content.decode().partition("<main")[2]
    assert "Invite somebody of theirs" in html and "Save the teams" not in html and "Remove" not in html
    assert browser.get("/clients/other/access/").status_code == 404
    assert browser.get("/clients/other/access/new/").status_code == 404


def test_an_account_manager_who_sends_a_manager_s_form_is_refused(world, amy, dana):
    browser = browser_of(amy)
    team = Team.objects.get(name="L1 team")
    for path, form in (
        ("teams/", {"who": "True", "teams": [team.pk]}),
        ("account-managers/", {"person": world.l1.pk}),
        (f"people/{dana.pk}/role/", {"role": roles.CLIENT_USER}),
        (f"people/{dana.pk}/removal/", {"role": roles.DECISION_MAKER}),
    ):
        assert browser.post(f"{URL}{path}", form).status_code == 403
    assert kept_to(world.acme) == [] and "decision maker of acme" in User.objects.get(pk=dana.pk).roles


# inviting --------------------------------------------------------------------------------------------------------


def uma(**changes) -> dict[str, str]:
    return {"name": "Uma", "email": "Uma@acme.example", "role": roles.CLIENT_USER} | changes


def test_somebody_of_the_client_is_invited(world, amy):
    answer = browser_of(amy).post(f"{URL}new/", uma(), follow=True)
    assert "Uma is invited" in answer.content.decode() and "Uma uma@acme.example Client user Invited" in text(answer)
    assert Message.objects.get(kind="INVITATION").payload["to"] == ["uma@acme.example"]
    assert Contact.objects.get(name="Uma").user.email == "uma@acme.example"


def test_a_contact_without_a_sign_in_is_offered_and_filled_in(world, manager):
    Contact.objects.filter(name="Dana").update(decision_maker=True)
    pk = Contact.objects.get(name="Dana").pk
    assert f"{URL}new/?contact={pk}" in manager.get(URL).content.decode()
    html = manager.get(f"{URL}new/?contact={pk}").content.decode()
    assert 'value="dana@acme.example"' in html
    assert re.search(r'value="decision maker"[^>]*checked', html)


def test_a_contact_of_another_client_s_is_not_filled_in(world, manager):
    foreign = Contact.objects.create(client=world.client("Other"), name="Foreign", email="f@other.example")
    for pk in (foreign.pk, "x", "²", "-1", "9" * 30):
        answer = manager.get(f"{URL}new/", {"contact": pk})
        assert answer.status_code == 200 and "f@other.example" not in answer.content.decode()


def test_an_address_that_signs_in_already_is_told_and_added(world, manager):
    bea = world.reader(world.client("Other"))
    answer = manager.post(f"{URL}new/", uma(name="Bea", email=bea.email), follow=True)
    assert "has a sign-in already, so no mail was sent. Acme was added" in answer.content.decode()
    assert Client.objects.visible_to(bea, "read_client_page").count() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "boss@msp.example"}, "works for the provider"),
        ({"email": "dana"}, "Write it like dana@client.example."),
        ({"name": "Dana", "email": "d2@acme.example"}, "with another address"),
        ({"role": ""}, "Choose what they may see."),
        ({"role": roles.MANAGER}, "Choose one of these roles."),
        ({"name": ""}, "Say what people call them."),
    ],
)
def test_what_is_wrong_with_an_invitation_is_told(world, manager, changes, words):
    answer = manager.post(f"{URL}new/", uma(**changes))
    assert answer.status_code == 422 and words in text(answer)
    assert not Message.objects.filter(kind="INVITATION").exists()


def test_an_invitation_is_renewed_and_revoked(world, amy):
    browser = browser_of(amy)
    browser.post(f"{URL}new/", uma())
    person = f"{URL}people/{User.objects.get(email='uma@acme.example').pk}/"
    assert browser.post(f"{person}invitation/").status_code == 303
    assert Message.objects.filter(kind="INVITATION").count() == 2
    revoked = browser.post(f"{person}revocation/", follow=True).content.decode()
    assert "Uma is not invited for Acme any more." in revoked and "Deactivated" in revoked
    assert browser.post(f"{person}revocation/").status_code == 409


@pytest.mark.parametrize("who", ["colleague", "stranger"])
@pytest.mark.parametrize("act", ["invitation", "revocation", "role"])
def test_people_of_another_client_s_and_colleagues_are_nobody_here(world, manager, who, act):
    stranger = world.reader(world.client("Other"))
    Contact.objects.create(client=Client.objects.get(slug="other"), name="S", email="s@x.example", user=stranger)
    person = world.l1 if who == "colleague" else stranger
    answer = manager.post(f"{URL}people/{person.pk}/{act}/", {"role": roles.CLIENT_USER})
    assert answer.status_code == 404
    assert not Client.objects.visible_to(stranger, "read_client_page").filter(slug="acme").exists()


# granting --------------------------------------------------------------------------------------------------------


def test_a_person_gets_another_role_or_none(world, manager, dana):
    person = f"{URL}people/{dana.pk}/"
    assert "Client user Active" in text(manager.post(f"{person}role/", {"role": roles.CLIENT_USER}, follow=True))
    assert manager.post(f"{person}role/", {"role": roles.CLIENT_USER}).status_code == 409
    said = text(manager.post(f"{person}removal/", {"role": roles.CLIENT_USER}, follow=True))
    assert "Nobody of Acme signs in yet." in said and "Without a sign-in: Dana" in said
    assert "Access: Reader: no longer client user" in said


def test_account_managers_come_and_go(world, manager):
    amy = world.person("amy@msp.example", roles.ACCOUNT_MANAGER)
    assert "Amy amy@msp.example Remove" in text(
        manager.post(f"{URL}account-managers/", {"person": amy.pk}, follow=True)
    )
    assert manager.post(f"{URL}account-managers/", {"person": amy.pk}).status_code == 409
    manager.post(f"{URL}people/{amy.pk}/removal/", {"role": roles.ACCOUNT_MANAGER})
    assert not Client.objects.visible_to(amy).exists()


def test_only_active_colleagues_can_be_chosen_as_account_manager(world, manager, dana):
    User.objects.filter(pk=world.l3.pk).update(is_active=False)
    offered = re.findall(r'<option value="(\d+)"', manager.get(URL).content.decode())
    assert {int(pk) for pk in offered} == {world.l1.pk, world.l2.pk, world.manager.pk}
    for pk in (dana.pk, world.l3.pk, 999_999, "x"):
        assert manager.post(f"{URL}account-managers/", {"person": pk}).status_code == 422


def test_the_client_is_kept_to_a_team_with_a_warning_and_opened_again(world, manager):
    team = Team.objects.get(name="L1 team")
    said = text(manager.post(f"{URL}teams/", {"who": "True", "teams": [team.pk]}, follow=True))
    assert "Technicians of L1 team alone" in said
    assert "Tickets of Acme climb to L2 (L2 team), L3 (L3 team), where nobody may see them." in said
    assert "Teams: all technicians → L1 team" in said
    assert browser_of(world.l2).get("/clients/acme/").status_code == 404
    assert "All 3 technicians." in text(manager.post(f"{URL}teams/", {"who": "False"}, follow=True))


def test_no_team_at_all_is_refused_at_the_field(world, manager):
    answer = manager.post(f"{URL}teams/", {"who": "True"})
    assert answer.status_code == 422 and "Choose one team at least" in text(answer)
    assert kept_to(world.acme) == []


def test_the_page_costs_the_same_for_many_people(world, manager, django_assert_num_queries):
    def add(name: str) -> None:
        user = User.objects.create_user(f"{name}@acme.example", "a good password", name=name)
        Contact.objects.create(client=world.acme, name=name, email=user.email, user=user)
        give_role(user, roles.CLIENT_USER, world.acme)
        give_role(world.person(f"{name}@msp.example", roles.ACCOUNT_MANAGER), roles.ACCOUNT_MANAGER, world.acme)
        issue_key(name=name, scopes=["tickets:read"], client=world.acme, by=None, now=world.now)

    add("first")
    for more in range(2):
        with django_assert_num_queries(20):
            assert manager.get(URL).status_code == 200
        for i in range(10):
            add(f"u{more}-{i}")
