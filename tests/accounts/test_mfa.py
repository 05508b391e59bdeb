"""The second factor: set up, asked for, guessed at, lost, demanded."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.test import Client as Browser

from accounts import roles
from accounts.second_factor import SecondFactorAdapter
from authenticator import totp

GOOD, ADDRESS = "a good password", "l1@msp.example"


def with_password(browser=None, address=ADDRESS):
    browser = browser or Browser()
    browser.post("/sign-in/", {"username": address, "password": GOOD})
    return browser


def inside(browser):
    return "_auth_user_id" in browser.session


def set_up(browser):
    """Set an authenticator app up; its key."""
    key = re.search(r'<code class="key">(\w+)</code>', browser.get("/account/codes/").content.decode())[1]
    answer = browser.post("/account/codes/", {"code": totp(key)})
    assert answer.url == "/account/recovery-codes/", answer.content.decode()
    return key


def recovery_codes(browser):
    return re.findall(r"<li><code>(\d{8})</code></li>", browser.get("/account/recovery-codes/").content.decode())


@pytest.fixture
def key(world):
    """The first technician has an app; its key. The code of setting up is spent, so the next one is used."""
    return set_up(with_password())


def test_the_page_shows_a_picture_and_the_key(world):
    page = with_password().get("/account/codes/").content.decode()
    assert "<svg" in page and "<?xml" not in page and 'style="' not in page
    assert re.search(r'<code class="key">[A-Z2-7]{32}</code>', page)


def test_a_wrong_code_sets_nothing_up_and_the_key_stays(world):
    browser = with_password()
    browser.get("/account/codes/")
    page = browser.post("/account/codes/", {"code": "000000"}).content.decode()
    assert "This is not right" in page and not Authenticator.objects.exists()
    key = re.search(r'<code class="key">(\w+)</code>', page)[1]
    assert browser.post("/account/codes/", {"code": totp(key)}).url == "/account/recovery-codes/"


def test_after_the_password_a_code_is_asked_for(key):
    browser = Browser()
    answer = browser.post("/sign-in/?next=/tickets/", {"username": ADDRESS, "password": GOOD})
    assert answer.url == "/sign-in/code/" and not inside(browser)
    assert browser.get("/tickets/").status_code == 302
    assert browser.get("/sign-in/").url == "/sign-in/code/"
    assert browser.post("/sign-in/code/", {"code": totp(key, steps=1)}).url == "/tickets/"
    assert inside(browser)


def test_a_code_counts_once(key):
    code = totp(key, steps=1)
    first, second = with_password(), with_password()
    first.post("/sign-in/code/", {"code": code})
    page = second.post("/sign-in/code/", {"code": f"{code[:3]} {code[3:]}"}).content.decode()
    assert inside(first) and not inside(second) and "was used before" in page


@pytest.mark.parametrize("code", ["000000", "", "abcdef", "1" * 21, "12\x003"])
def test_a_wrong_code_is_refused_in_words(code, key):
    browser = with_password()
    page = browser.post("/sign-in/code/", {"code": code})
    assert page.status_code == 200 and 'id="id_code_error"' in page.content.decode()
    assert not inside(browser)


def test_a_code_of_long_ago_is_refused(key):
    browser = with_password()
    browser.post("/sign-in/code/", {"code": totp(key, steps=-3)})
    assert not inside(browser)


def test_codes_cannot_be_guessed(key):
    browser = with_password()
    for _ in range(5):
        browser.post("/sign-in/code/", {"code": "000000"})
    fresh = with_password()
    page = fresh.post("/sign-in/code/", {"code": totp(key, steps=1)}).content.decode()
    assert "Too many attempts" in page and not inside(fresh)


def test_the_code_page_is_nothing_without_the_password(key):
    assert Browser().get("/sign-in/code/").url == "/sign-in/"
    browser = Browser()
    browser.post("/sign-in/code/", {"code": totp(key, steps=1)})
    assert not inside(browser)


def test_one_can_step_back_and_be_somebody_else(key):
    browser = with_password()
    browser.post("/sign-out/")
    with_password(browser, "l2@msp.example")
    assert inside(browser)


def test_the_key_is_encrypted_at_rest(key):
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert key not in kept


def test_recovery_codes_are_shown_once(key, world):
    assert Authenticator.objects.filter(user=world.l1, type="recovery_codes").exists()
    browser = with_password()
    browser.post("/sign-in/code/", {"code": totp(key, steps=1)})
    assert len(recovery_codes(browser)) == 10
    assert recovery_codes(browser) == []
    assert "They were shown once. 10 of 10 are left." in browser.get("/account/recovery-codes/").content.decode()


def test_each_recovery_code_signs_in_once(world):
    browser = with_password()
    set_up(browser)
    code = recovery_codes(browser)[0]
    first, second = with_password(), with_password()
    first.post("/sign-in/code/", {"code": code})
    second.post("/sign-in/code/", {"code": code})
    assert inside(first) and not inside(second)


def test_new_recovery_codes_end_the_old_ones(world):
    browser = with_password()
    set_up(browser)
    old = recovery_codes(browser)
    browser.post("/account/recovery-codes/new/")
    new = recovery_codes(browser)
    assert len(new) == 10 and not set(old) & set(new)
    other = with_password()
    other.post("/sign-in/code/", {"code": old[0]})
    assert not inside(other)


def forget_when(browser):
    """The session was confirmed long ago."""
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()


SENSITIVE = ("/account/codes/", "/account/passkeys/new/", "/account/recovery-codes/new/")


@pytest.mark.parametrize("path", SENSITIVE)
def test_who_has_just_signed_in_need_not_confirm(path, world):
    assert with_password().get(path).status_code == 200


@pytest.mark.parametrize("path", SENSITIVE)
def test_later_the_password_is_asked_for_once_more(path, world):
    browser = with_password()
    forget_when(browser)
    answer = browser.get(path)
    assert answer.url == f"/account/confirm/?next={path}".replace("/", "%2F").replace(
        "%2Faccount%2Fconfirm%2F", "/account/confirm/", 1
    )
    wrong = browser.post(answer.url, {"password": "wrong", "next": path})
    assert "This is not your password" in wrong.content.decode()
    assert browser.post(answer.url, {"password": GOOD, "next": path}).url == path
    assert browser.get(path).status_code == 200


def test_a_code_confirms_as_well(key):
    browser = with_password()
    browser.post("/sign-in/code/", {"code": totp(key, steps=1)})
    forget_when(browser)
    page = browser.get("/account/confirm/?next=/account/passkeys/new/").content.decode()
    assert "/account/confirm/code/?next=" in page
    wrong = browser.post("/account/confirm/code/?next=/account/passkeys/new/", {"code": "000000"})
    assert wrong.status_code == 200
    code = totp(key, steps=-1)
    assert browser.post("/account/confirm/code/?next=/account/passkeys/new/", {"code": code}).status_code == 302
    assert browser.get("/account/passkeys/new/").status_code == 200


def test_the_app_can_be_removed_and_is_not_asked_for_any_more(key):
    browser = with_password()
    browser.post("/sign-in/code/", {"code": totp(key, steps=1)})
    assert browser.get("/account/codes/").url == "/account/codes/removal/"
    assert browser.post("/account/codes/removal/").url == "/account/"
    assert not Authenticator.objects.exists()
    assert inside(with_password())


# roles that demand one -----------------------------------------------------------------------------------------------


@pytest.fixture
def demanded(settings):
    settings.MFA_REQUIRED_FOR = [roles.TECHNICIAN]


@pytest.mark.parametrize("path", ["/", "/tickets/", "/clients/", "/portal/", "/admin/", "/tickets/nowhere/"])
def test_who_lacks_a_demanded_factor_is_led_to_set_it_up(path, world, demanded):
    browser = with_password()
    assert browser.get(path).url == "/account/"
    assert "Your role demands a second factor" in browser.get("/account/").content.decode()


def test_nothing_can_be_posted_before_it(world, demanded):
    browser = with_password()
    ticket = world.open()
    assert browser.post(f"/tickets/{ticket.key}/acknowledgement/").url == "/account/"
    ticket.refresh_from_db()
    assert ticket.status == "NEW"


def test_setting_one_up_opens_the_rest(world, demanded):
    browser = with_password()
    set_up(browser)
    assert browser.get("/tickets/").status_code == 200
    assert "Your role demands" not in browser.get("/account/").content.decode()


def test_signing_out_is_possible_before_it(world, demanded):
    assert with_password().post("/sign-out/").url == "/sign-in/"


def test_other_roles_are_not_asked(world, demanded):
    assert with_password(address="boss@msp.example").get("/tickets/").status_code == 200


def test_a_demanded_factor_cannot_be_removed_if_it_is_the_last(key, demanded):
    browser = with_password()
    browser.post("/sign-in/code/", {"code": totp(key, steps=1)})
    page = browser.post("/account/codes/removal/")
    assert "Add another one before you remove this one" in page.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_the_last_of_two_demanded_factors_stays(key, world, demanded):
    passkey = Authenticator.objects.create(user=world.l1, type="webauthn", data={"name": "Laptop", "credential": {}})
    app = Authenticator.objects.get(type="totp")
    assert SecondFactorAdapter().can_delete_authenticator(app)
    app.delete()
    assert not SecondFactorAdapter().can_delete_authenticator(passkey)
    browser = Browser()
    browser.force_login(world.l1)
    session = browser.session
    records = [{"method": "password", "at": 9e12, "reauthenticated": True}]
    session["account_authentication_methods"], session["account_authentication_methods_user"] = (
        records,
        str(world.l1.pk),
    )
    session.save()
    assert browser.post(f"/account/passkeys/{passkey.pk}/removal/").url == "/account/passkeys/"
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_an_api_key_needs_no_second_factor(world, demanded):
    assert Browser().get("/api/v1/tickets/").status_code == 401


# passkeys, as far as they go without a browser -----------------------------------------------------------------------


def test_a_passkey_that_is_none_signs_nobody_in(world):
    for credential in (
        "",
        "{}",
        "[]",
        "null",
        "{",
        '{"response": {"userHandle": "MQ"}}',
        '{"id": 1, "type": "public-key"}',
    ):
        browser = Browser()
        answer = browser.post("/sign-in/passkey/", {"credential": credential})
        assert answer.status_code == 403 and not inside(browser), credential


def test_a_challenge_is_given_as_json_and_differs_each_time(world):
    challenges = {
        Browser()
        .get("/sign-in/passkey/", headers={"accept": "application/json"})
        .json()["request_options"]["publicKey"]["challenge"]
        for _ in range(3)
    }
    assert len(challenges) == 3


def test_a_passkey_that_is_none_is_not_added(world):
    browser = with_password()
    browser.get("/account/passkeys/new/")
    for credential in ("", "{}", "{", '{"id": "x"}'):
        page = browser.post("/account/passkeys/new/", {"name": "Laptop", "credential": credential})
        assert "could not be added" in page.content.decode(), credential
    assert not Authenticator.objects.exists()


def test_another_person_s_passkey_does_not_exist(world):
    theirs = Authenticator.objects.create(user=world.l2, type="webauthn", data={"name": "Theirs", "credential": {}})
    browser = with_password()
    for path in (f"/account/passkeys/{theirs.pk}/", f"/account/passkeys/{theirs.pk}/removal/"):
        assert (browser.get(path).status_code, browser.post(path).status_code) == (404, 404)


def test_passkeys_are_not_offered_at_a_bare_address(world, settings):
    settings.ALLOWED_HOSTS = ["*"]
    browser = Browser(HTTP_HOST="127.0.0.1:8000")
    with_password(browser)
    assert "bare IP address" in browser.get("/account/passkeys/new/").content.decode()


def test_errors_have_words_of_our_own():
    problem = SecondFactorAdapter().validation_error("incorrect_code")
    assert isinstance(problem, ValidationError) and "This is not right" in problem.messages[0]
