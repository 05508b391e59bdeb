"""Where somebody is signed in: seen, ended, and ended by a new password."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.test import Client as Browser

from accounts.clock import database_now
from accounts.devices import device_words
from accounts.invitations import invite, token_of
from accounts.models import User
from accounts.sessions import SEEN_AT

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
)
EDGE = CHROME + " Edg/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18 Safari/604.1"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (CHROME, "Chrome on Mac"),
        (EDGE, "Edge on Mac"),
        (IPHONE, "Safari on iPhone"),
        ("curl/8.5", "curl"),
        ("", "An unknown browser"),
    ],
)
def test_a_device_is_named_as_its_owner_would(agent, words):
    assert device_words(agent) == words


def come_in(address="l1@msp.example", password="a good password", agent=FIREFOX, ip="203.0.113.7"):
    browser = Browser(HTTP_USER_AGENT=agent, REMOTE_ADDR=ip)
    browser.post("/sign-in/", {"username": address, "password": password})
    return browser


def inside(browser):
    return browser.get("/tickets/").status_code == 200


def page_of(browser):
    return browser.get("/account/sessions/").content.decode()


def session_of(browser):
    return UserSession.objects.get(session_key=browser.session.session_key).pk


def test_all_sessions_are_listed_with_device_and_address_and_this_one_first(world):
    come_in(agent=IPHONE, ip="198.51.100.1")
    here = come_in()
    page = page_of(here)
    assert page.index("Firefox on Windows") < page.index("this browser") < page.index("Safari on iPhone")
    assert "203.0.113.7" in page and "198.51.100.1" in page


def test_nobody_sees_another_person_s_sessions(world):
    come_in("l2@msp.example", agent=IPHONE)
    assert "iPhone" not in page_of(come_in())


def test_an_ended_session_is_out_at_once(world):
    other, here = come_in(agent=IPHONE), come_in()
    assert inside(other)
    assert here.post(f"/account/sessions/{session_of(other)}/ending/").url == "/account/sessions/"
    assert not inside(other) and inside(here)
    assert "iPhone" not in page_of(here)


def test_a_foreign_session_cannot_be_ended(world):
    foreign, here = come_in("l2@msp.example"), come_in()
    here.post(f"/account/sessions/{session_of(foreign)}/ending/")
    assert inside(foreign)
    assert "ended already" in page_of(here)


def test_all_others_are_ended_together_and_nobody_else_s(world):
    others, foreign, here = [come_in(), come_in(agent=IPHONE)], come_in("l2@msp.example"), come_in(agent=CHROME)
    here.post("/account/sessions/others/ending/")
    assert [inside(browser) for browser in (*others, foreign, here)] == [False, False, True, True]


def test_a_session_that_ran_out_or_was_signed_out_of_is_not_listed(world):
    gone, here = come_in(agent=IPHONE), come_in()
    gone.post("/sign-out/")
    assert "iPhone" not in page_of(here)


def test_a_new_password_ends_the_others_and_keeps_this_one(world):
    other, here = come_in(agent=IPHONE), come_in()
    fields = {
        "old_password": "a good password",
        "new_password1": "quite another one",
        "new_password2": "quite another one",
    }
    assert here.post("/account/password/", fields).url == "/account/"
    assert not inside(other) and inside(here)
    assert "this browser" in page_of(here) and "iPhone" not in page_of(here)
    assert inside(come_in(password="quite another one"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [("wrong", "quite another one", "entered incorrectly"), ("a good password", "short", "too short")],
)
def test_a_password_is_not_changed_without_the_old_one_or_to_a_poor_one(old, new, said, world):
    other, here = come_in(), come_in()
    page = here.post("/account/password/", {"old_password": old, "new_password1": new, "new_password2": new})
    assert said in page.content.decode()
    assert inside(other) and User.objects.get(pk=world.l1.pk).check_password("a good password")


def test_who_has_no_password_has_none_to_change(world):
    here = come_in()
    User.objects.filter(pk=world.l1.pk).update(password="!")
    here.force_login(User.objects.get(pk=world.l1.pk))
    answer = here.get("/account/password/")
    assert answer.status_code == 403 and "without a password of this portal" in answer.content.decode()


def later(browser, seconds):
    """The session was last looked at so many seconds ago."""
    session = browser.session
    session[SEEN_AT] = int(time.time()) - seconds
    session.save()


def test_a_session_in_use_is_written_down_every_five_minutes_and_no_more(world, django_assert_num_queries):
    here = come_in()
    UserSession.objects.update(ip="198.51.100.9")
    later(here, 290)
    here.get("/account/")
    assert UserSession.objects.get().ip == "198.51.100.9"
    later(here, 301)
    here.get("/account/")
    assert UserSession.objects.get().ip == "203.0.113.7"


def test_looking_for_nothing_costs_no_query(world, django_assert_num_queries):
    with django_assert_num_queries(0):
        Browser().get("/sign-in/")


def test_the_list_costs_the_same_for_many(world, django_assert_max_num_queries):
    for _ in range(6):
        come_in()
    reader = come_in()
    with django_assert_max_num_queries(2 + 7):
        reader.get("/account/sessions/")


def test_an_unused_door_leaves_no_session_unlisted(world):
    """Whoever signs people in must go through the one door, or their sessions could not be seen or ended."""
    from pathlib import Path

    source = Path(__file__).parents[2]
    apps = (
        "accounts",
        "clients",
        "documents",
        "escalation_portal",
        "integrations",
        "portal",
        "reports",
        "tiers",
        "tickets",
    )
    importers = [
        path.name
        for app in apps
        for path in (source / app).rglob("*.py")
        if "import" in (text := path.read_text()) and ("import login\n" in text or "auth import login" in text)
    ]
    assert importers == []


def test_who_comes_by_an_invitation_is_listed_too(world):
    User.objects.filter(pk=world.l3.pk).update(password=make_password(None))
    invitation = invite(world.l3, by=world.manager, now=database_now())
    browser = Browser(HTTP_USER_AGENT=FIREFOX)
    given = {"name": "Lena", "timezone": "UTC", "password": "quite another one", "again": "quite another one"}
    assert browser.post(f"/invitations/{token_of(invitation)}/", given).url == "/"
    assert "Firefox on Windows" in page_of(browser)


def test_an_invitation_does_not_pass_a_second_factor_by(world):
    Authenticator.objects.create(user=world.l3, type="totp", data={"secret": "kept"})
    User.objects.filter(pk=world.l3.pk).update(password=make_password(None))
    invitation = invite(world.l3, by=world.manager, now=database_now())
    browser = Browser()
    given = {"name": "Lena", "timezone": "UTC", "password": "quite another one", "again": "quite another one"}
    assert browser.post(f"/invitations/{token_of(invitation)}/", given).url == "/sign-in/code/"
    assert not inside(browser)
