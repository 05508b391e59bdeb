"""The pages of people: the list, a person, leaving and coming back, and what stands on record there."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts import roles
from accounts.clock import database_now
from accounts.invitations import invite
from accounts.models import AccessChange, User
from clients.access import give_role
from outbox.models import Message
from tickets import lifecycle
from tiers.models import Override, Team
from vendors.models import ContactPoint


@pytest.fixture
def admin(world):
    return world.person("admin@msp.example", roles.ADMINISTRATOR)


@pytest.fixture
def browser(admin):
    opened = Browser()
    opened.force_login(admin)
    return opened


@pytest.fixture
def manager(world):
    opened = Browser()
    opened.force_login(world.manager)
    return opened


def text(answer) -> str:
    """The words of a page's main part."""
    main = answer.content.decode().partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def rows(browser, query="") -> dict[str, str]:
    """Each row of the list in words, by address."""
    html = browser.get(f"/people/{query}").content.decode()
    found = re.findall(r"<tr>\s*(<th scope=\"row\".*?)</tr>", html, re.DOTALL)
    words = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]
    return {re.search(r"\S+@\S+", row)[0]: row for row in words}


# the list --------------------------------------------------------------------------------------------------------


def test_each_person_has_role_teams_clients_and_state(world, browser):
    give_role(world.reader(world.acme), roles.CLIENT_USER, world.client("Other"))
    amy = world.person("amy@msp.example", roles.ACCOUNT_MANAGER)
    give_role(amy, roles.ACCOUNT_MANAGER, world.acme)
    found = rows(browser)
    assert found["l1@msp.example"].startswith("L1 l1@msp.example Technician L1 team All Never Active")
    assert "Account manager - Acme Never" in found["amy@msp.example"]
    assert "Decision maker and client user - All" in found["decision@acme.example"]


def test_the_list_is_the_same_for_managers_but_for_the_buttons(world, browser, manager):
    assert rows(browser).keys() == {*rows(manager)}
    assert "Invite a colleague" in text(browser.get("/people/"))
    assert "Invite a colleague" not in text(manager.get("/people/"))


def test_programs_are_no_people(world, browser):
    User.objects.create_user("p@api.invalid", name="P", kind=User.Kind.API)
    assert "p@api.invalid" not in rows(browser)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=l2", {"l2@msp.example"}),
        ("?q=BOSS", {"boss@msp.example"}),
        ("?role=manager", {"boss@msp.example"}),
        ("?state=deactivated", {"l3@msp.example"}),
        ("?q=l3&state=all", {"l3@msp.example"}),
        ("?q=l3", set()),
        ("?q=%25%27%22%3B--", set()),
    ],
)
def test_the_list_is_narrowed_by_words_role_and_state(world, browser, query, found):
    User.objects.filter(pk=world.l3.pk).update(is_active=False)
    assert set(rows(browser, query)) == found


def test_nobody_found_is_told_with_a_way_out(browser):
    assert "Nobody matches" in text(browser.get("/people/?q=nobody-of-this-name"))


@pytest.mark.parametrize("page", ["0", "-1", "x", "999999999999", "²"])
def test_a_page_that_is_no_number_is_the_first_or_empty(browser, page):
    assert browser.get("/people/", {"page": page}).status_code == 200


def test_invited_and_forgotten_people_are_told_apart(world, browser, admin):
    for name in ("invited", "waiting", "late"):
        user = world.person(f"{name}@msp.example", roles.TECHNICIAN)
        user.set_unusable_password()
        user.save()
    now = database_now()
    invite(User.objects.get(email="invited@msp.example"), by=admin, now=now)
    invite(User.objects.get(email="late@msp.example"), by=admin, now=now - timedelta(days=8))
    found = rows(browser)
    assert "Invited until" in found["invited@msp.example"]
    assert "Not joined" in found["waiting@msp.example"] and "Not joined" in found["late@msp.example"]
    assert set(rows(browser, "?state=waiting")) == {"waiting@msp.example", "late@msp.example"}
    assert set(rows(browser, "?state=invited")) == {"invited@msp.example"}


def test_fifty_people_fit_on_a_page(world, browser):
    User.objects.bulk_create(User(email=f"u{i}@msp.example", name=f"Z{i:03}", password="x") for i in range(60))
    assert len(rows(browser)) == 50
    assert len(rows(browser, "?page=2")) == 60 + 5 - 50


def test_the_list_costs_the_same_for_many_as_for_few(world, browser, django_assert_max_num_queries):
    def counted():
        with django_assert_max_num_queries(8) as captured:  # session, user, and six more
            assert browser.get("/people/").status_code == 200
        return len(captured)

    few = counted()
    for i in range(20):
        world.person(f"u{i}@msp.example", roles.TECHNICIAN, Team.objects.get(name="L1 team"))
        world.client(f"Client {i}")
    assert counted() == few


# inviting --------------------------------------------------------------------------------------------------------


def nora(**changes) -> dict[str, str]:
    return {
        "name": "Nora", "email": "Nora@msp.example", "role": "technician", "timezone": "Europe/London",
    } | changes  # fmt: skip


def test_an_administrator_invites_a_colleague(world, browser):
    answer = browser.post("/people/new/", nora(), follow=True)
    assert answer.redirect_chain[0][1] == 303
    assert "Nora is invited: a mail with the way in is going to nora@msp.example." in answer.content.decode()
    assert Message.objects.get(kind="INVITATION").payload["to"] == ["nora@msp.example"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": ""}, "Where does the invitation go?"),
        ({"email": "nora"}, "Write it like ann@provider.example."),
        ({"name": ""}, "Say what people call them."),
        ({"role": ""}, "Choose what they may do."),
        ({"role": "king"}, "Choose one of these roles."),
        ({"timezone": ""}, "Choose where they work."),
        ({"timezone": "Mars/Base"}, "Choose one of these time zones."),
        ({"email": "boss@msp.example"}, "has an account already"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(world, browser, changes, words):
    answer = browser.post("/people/new/", nora(**changes))
    assert answer.status_code == 422 and words in text(answer)
    assert not User.objects.filter(name="Nora").exists()


# one person ------------------------------------------------------------------------------------------------------


def test_a_person_s_page_tells_what_they_hold(world, browser):
    ticket = world.open()
    world.do(lifecycle.acknowledge, ticket)
    ContactPoint.objects.update(owner=world.l1)
    give_role(world.l1, roles.ACCOUNT_MANAGER, world.acme)
    world.ladder({"tier": "L1", "notify": ["l1@msp.example"]})
    team, now = Team.objects.get(name="L1 team"), database_now()
    team.rotation = {"timezone": "UTC", "hand_over": "mon 09:00", "from": "2026-01-05", "days": 7}
    team.save()
    for days in (-1, 2):
        Override.objects.create(
            team=team, user=world.l1, begins_at=now - timedelta(days=3), ends_at=now + timedelta(days=days),
            made_by=world.l1, made_at=now,
        )  # fmt: skip
    said = text(browser.get(f"/people/{world.l1.pk}/"))
    for words in (
        f"Has 1 open ticket: {ticket.key}",
        "Is in the team L1 team, alone, and in its rotation.",
        f"Has taken the on-call duty of L1 team until {now + timedelta(days=2):%A %d %B, %H:%M}.",
        "Verifies “support@vendor.example” of Microsoft, Microsoft 365.",
        "Is account manager of Acme, and the only one.",
        "Is named in the policy Standard",
        "Acme as account manager",
    ):
        assert words in said
    assert said.count("Has taken the on-call duty") == 1


def test_who_holds_nothing_is_told_so(world, browser):
    amy = world.person("amy@msp.example", roles.ACCOUNT_MANAGER)
    said = text(browser.get(f"/people/{amy.pk}/"))
    assert "Nothing: no open ticket" in said and "Sees none." in said and "Nothing has been changed yet." in said


def test_managers_read_a_person_s_page_and_find_nothing_to_press(world, browser, manager):
    url = f"/people/{world.l1.pk}/"
    assert "Change the role" in text(browser.get(url)) and "Deactivate…" in text(browser.get(url))
    html = manager.get(url).content.decode().partition("<main")[2].partition("</main>")[0]
    assert html and "<form" not in html and "departure" not in html


def test_programs_and_nobody_have_no_page(world, browser):
    program = User.objects.create_user("p@api.invalid", name="P", kind=User.Kind.API)
    for pk in (program.pk, 999_999):
        assert browser.get(f"/people/{pk}/").status_code == 404
        assert browser.post(f"/people/{pk}/role/", {"role": "manager"}).status_code == 404


def test_a_new_role_is_told_and_stands_on_record(world, browser):
    answer = browser.post(f"/people/{world.l1.pk}/role/", {"role": "manager"}, follow=True)
    said = text(answer)
    assert "Role: technician → manager" in said and "by Admin" in said


def test_the_last_administrator_is_told_why_nothing_happened(admin, browser):
    answer = browser.post(f"/people/{admin.pk}/role/", {"role": "manager"})
    assert answer.status_code == 409 and "only administrator who can sign in" in text(answer)
    answer = browser.post(f"/people/{admin.pk}/departure/")
    assert answer.status_code == 409 and "Make somebody else administrator first" in text(answer)
    assert User.objects.get(pk=admin.pk).is_active


def test_who_leaves_is_asked_about_first_and_can_come_back(world, browser):
    url = f"/people/{world.l1.pk}/"
    asked = text(browser.get(f"{url}departure/"))
    assert "Is in the team L1 team, alone." in asked and User.objects.get(pk=world.l1.pk).is_active
    assert "Deactivated" in text(browser.post(f"{url}departure/", follow=True))
    assert not User.objects.get(pk=world.l1.pk).is_active
    assert "Reactivated: deactivated → active" in text(browser.post(f"{url}comeback/", follow=True))


def test_a_client_s_person_has_no_role_to_choose(world, browser):
    reader = world.reader(world.acme)
    said = text(browser.get(f"/people/{reader.pk}/"))
    assert "Change the role" not in said and "Acme as decision maker" in said


def test_an_invitation_is_sent_again_and_revoked_from_the_page(world, browser, admin):
    browser.post("/people/new/", nora())
    user = User.objects.get(email="nora@msp.example")
    url = f"/people/{user.pk}/"
    assert "Send it again" in text(browser.get(url))
    assert browser.post(f"{url}invitation/").status_code == 303
    assert "Deactivated" in text(browser.post(f"{url}revocation/", follow=True))
    assert browser.post(f"{url}revocation/").status_code == 409
    kinds = list(AccessChange.objects.filter(person=user).order_by("pk").values_list("what", flat=True))
    assert kinds == ["ROLE", "INVITED", "INVITED", "INVITATION_REVOKED", "DEACTIVATED"]


def test_a_changed_role_changes_at_once_what_the_team_shows(world, browser):
    from clients.models import Client
    from tiers.team_access import keep_to_teams

    team = Team.objects.get(name="L1 team")
    keep_to_teams(client=world.acme, teams=[team], by=world.manager, now=world.now)
    assert Client.objects.visible_to(world.l1).exists()
    browser.post(f"/people/{world.l1.pk}/role/", {"role": "account manager"})
    assert not Client.objects.visible_to(world.l1).exists()


def test_a_person_s_page_says_through_which_role_or_team_each_client_is_seen(world, browser):
    from tiers.team_access import keep_to_teams

    world.client("Other")
    keep_to_teams(client=world.acme, teams=[Team.objects.get(name="L1 team")], by=world.manager, now=world.now)
    said = text(browser.get(f"/people/{world.l1.pk}/"))
    assert "Acme as team l1-team" in said and "Other as technician" in said
    assert "Acme" not in text(browser.get(f"/people/{world.l2.pk}/"))


def test_a_person_with_many_clients_costs_no_more_queries(world, browser, django_assert_num_queries):
    amy = world.person("amy@msp.example", roles.ACCOUNT_MANAGER)
    give_role(amy, roles.ACCOUNT_MANAGER, world.acme)
    with CaptureQueriesContext(connection) as few:
        browser.get(f"/people/{amy.pk}/")
    for n in range(6):
        give_role(amy, roles.ACCOUNT_MANAGER, world.client(f"Client {n}"))
    give_role(world.person("bob@msp.example", roles.ACCOUNT_MANAGER), roles.ACCOUNT_MANAGER, world.acme)
    with django_assert_num_queries(len(few)):
        said = text(browser.get(f"/people/{amy.pk}/"))
    assert "Is account manager of Acme, with others." in said
    assert "Is account manager of Client 5, and the only one." in said
