"""The pauses after wrong passwords: for one address from one place, and from all places together."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core.management import call_command
from django.db.models import F
from django.test import Client as Browser

from accounts.clock import database_now
from accounts.lockout import note_place
from accounts.models import KnownPlace, WrongPassword
from integrations.mail.password_link import link_for

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


# from many places ----------------------------------------------------------------------------------------------------


def guessed_from_everywhere(address=ADDRESS, times=20):
    """One wrong password from each of so many networks; the answers' statuses."""
    return [attempt("wrong", address=address, ip=f"198.51.100.{n}")[0].status_code for n in range(times)]


@pytest.fixture
def besieged(world):
    """Strangers have tried twenty passwords for the first technician, who has signed in at home before."""
    assert came_in(ip="192.0.2.1")
    assert guessed_from_everywhere() == [200] * 20


def test_after_twenty_from_anywhere_strangers_are_not_heard(besieged):
    answer, inside = attempt(GOOD, ip="198.51.100.200")
    assert (answer.status_code, inside) == (429, False)
    page = answer.content.decode()
    assert "too many wrong passwords for this address lately" in page and "<time datetime=" in page
    assert int(answer.headers["Retry-After"]) in range(3590, 3601)


def test_nineteen_are_none_too_many(world):
    guessed_from_everywhere(times=19)
    assert came_in(ip="198.51.100.200")


def test_where_one_has_signed_in_before_one_goes_on(besieged):
    assert not attempt("wrong", ip="192.0.2.1")[1]
    assert came_in(ip="192.0.2.1")
    assert [attempt("wrong", ip="192.0.2.1")[0].status_code for _ in range(5)] == [200] * 4 + [429]


def test_what_is_known_of_one_person_helps_no_other(besieged):
    guessed_from_everywhere("l2@msp.example")
    assert attempt(GOOD, address="l2@msp.example", ip="192.0.2.1")[0].status_code == 429


def test_an_address_of_nobody_is_answered_in_the_same_words(besieged):
    assert guessed_from_everywhere("nobody@msp.example") == [200] * 20
    pages = [attempt(GOOD, address=who, ip="198.51.100.200")[0] for who in (ADDRESS, "nobody@msp.example")]
    assert [page.status_code for page in pages] == [429, 429]
    assert len({page.content.partition(b"You can try")[0][-200:] for page in pages}) == 1


def test_it_ends_an_hour_after_the_first_of_the_twenty_and_is_not_lengthened(besieged):
    WrongPassword.objects.update(at=F("at") - timedelta(minutes=50))
    answer, _ = attempt("wrong", ip="198.51.100.200")
    assert int(answer.headers["Retry-After"]) in range(590, 601) and WrongPassword.objects.count() == 20
    WrongPassword.objects.update(at=F("at") - timedelta(minutes=10))
    assert came_in(ip="198.51.100.201")


def test_what_is_too_old_to_count_is_forgotten(world):
    attempt("wrong")
    WrongPassword.objects.update(at=F("at") - timedelta(hours=1))
    attempt("wrong", address="l2@msp.example")
    assert [row.address for row in WrongPassword.objects.all()] == ["l2@msp.example"]


def test_who_chooses_a_new_password_by_mail_is_no_stranger_there(world, besieged, settings):
    browser = Browser(REMOTE_ADDR="192.0.2.77")
    world.l1.refresh_from_db()
    form = browser.get(link_for(world.l1).removeprefix(settings.PUBLIC_URL)).url
    new = {"new_password1": "seven green bottles", "new_password2": "seven green bottles"}
    assert browser.post(form, new).url == "/sign-in/"
    assert attempt("seven green bottles", ip="192.0.2.77")[1]


def test_an_ipv6_subscriber_is_one_place(world):
    note_place(world.l1, "2001:db8:1:2:aaaa::1", now=database_now())
    guessed_from_everywhere()
    assert came_in(ip="2001:db8:1:2:bbbb::9") and not came_in(ip="2001:db8:1:3::1")


def test_a_place_is_kept_once_and_not_for_ever(world):
    now = database_now()
    note_place(world.l1, "192.0.2.1", now=now - timedelta(days=181))
    for _ in range(2):
        note_place(world.l1, "192.0.2.2", now=now)
    assert [(row.network, row.last_at) for row in KnownPlace.objects.all()] == [("192.0.2.2", now)]


def test_an_operator_ends_it_sooner(besieged):
    call_command("axes_reset_username", ADDRESS)
    assert came_in(ip="198.51.100.200")


def test_no_wrong_password_is_kept_here_either(world):
    attempt("a secret mistyped")
    assert "mistyped" not in str(WrongPassword.objects.values().get())
