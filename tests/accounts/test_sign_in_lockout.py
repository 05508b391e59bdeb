"""The pause after wrong passwords: for one address from one place, told in words, ended by time."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db.models import F
from django.test import Client as Browser

GOOD, ADDRESS = "a good password", "l1@msp.example"


def attempt(password, address=ADDRESS, ip="203.0.113.7", agent="A browser"):
    browser = Browser(REMOTE_ADDR=ip, HTTP_USER_AGENT=agent)
    answer = browser.post("/sign-in/", {"username": address, "password": password})
    return answer, "_auth_user_id" in browser.session


def came_in(**where):
    return attempt(GOOD, **where)[1]


@pytest.fixture
def locked(world):
    """Five wrong passwords have been tried for the first technician."""
    for _ in range(5):
        answer, _ = attempt("wrong")
    return answer


def test_the_fifth_wrong_password_begins_a_pause(locked):
    assert locked.status_code == 429
    assert int(locked.headers["Retry-After"]) in range(895, 901)
    page = locked.content.decode()
    assert "wrong 5 times from where you are" in page and "in 15 minutes" in page and "<time datetime=" in page


def test_four_wrong_ones_do_not(world):
    assert [attempt("wrong")[0].status_code for _ in range(4)] == [200] * 4
    assert came_in()


def test_during_the_pause_the_right_password_is_refused_too(locked):
    answer, inside = attempt(GOOD)
    assert (answer.status_code, inside) == (429, False)


def test_another_case_or_another_browser_does_not_get_round_it(locked):
    assert not came_in(address="L1@MSP.example")
    assert not came_in(agent="Another browser")


def test_wrong_ones_are_summed_over_browsers_and_cases(world):
    tries = [attempt("wrong", agent=f"Browser {n}", address=ADDRESS.title()) for n in range(5)]
    assert tries[-1][0].status_code == 429


def test_others_and_the_same_person_elsewhere_are_not_held_up(locked):
    assert came_in(address="l2@msp.example")
    assert came_in(ip="198.51.100.1")


def test_the_pause_ends_by_itself(locked):
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=15, seconds=1))
    assert came_in()


def test_trying_on_does_not_lengthen_it(locked):
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=10))
    answer, _ = attempt("wrong")
    assert int(answer.headers["Retry-After"]) in range(290, 301)
    assert "in 5 minutes" in answer.content.decode()


def test_success_forgets_the_wrong_ones(world):
    for _ in range(4):
        attempt("wrong")
    assert came_in()
    assert [attempt("wrong")[0].status_code for _ in range(4)] == [200] * 4


def test_an_unknown_address_gets_the_same_pause(world):
    answers = [attempt("wrong", address="nobody@msp.example")[0] for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]


def test_a_proxy_s_word_counts_only_where_it_is_trusted(world, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]

    def through(proxy, client):
        browser = Browser(REMOTE_ADDR=proxy, HTTP_X_FORWARDED_FOR=client)
        return browser.post("/sign-in/", {"username": ADDRESS, "password": "wrong"}).status_code

    assert [through("10.0.0.1", f"198.51.100.{n}") for n in range(6)] == [200] * 6
    assert [through("203.0.113.9", f"198.51.100.{n}") for n in range(5)][-1] == 429


def test_no_password_is_written_down(world):
    attempt("a secret mistyped")
    kept = AccessAttempt.objects.get()
    assert "mistyped" not in kept.post_data + kept.get_data + kept.path_info


def test_a_wrong_password_when_confirming_counts_too(world):
    browser = Browser(REMOTE_ADDR="203.0.113.7")
    browser.force_login(world.l1)
    answers = [browser.post("/account/confirm/", {"password": "wrong"}).status_code for _ in range(5)]
    assert answers[-1] == 429
    assert not came_in()


def test_the_old_password_is_not_guessed_where_a_new_one_is_chosen(world):
    browser = Browser(REMOTE_ADDR="203.0.113.7")
    browser.force_login(world.l1)
    new = {"new_password1": "seven green bottles", "new_password2": "seven green bottles"}
    answers = [browser.post("/account/password/", {"old_password": f"x{n}", **new}).status_code for n in range(5)]
    assert answers == [200] * 4 + [429]
    assert browser.post("/account/password/", {"old_password": GOOD, **new}).status_code == 429
    assert not came_in() and not attempt("seven green bottles")[1]


def test_nor_from_many_networks_by_who_holds_a_session(world):
    browser = Browser()
    browser.force_login(world.l1)
    forms = [{"old_password": "x", "new_password1": "seven green bottles"} for _ in range(11)]
    answers = [browser.post("/account/password/", form, REMOTE_ADDR=f"203.0.113.{n}") for n, form in enumerate(forms)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
