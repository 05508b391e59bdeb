"""Signing in by another provider: known people only, by a verified address, with an answer meant for this browser."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client as Browser

from accounts import roles
from accounts.clock import database_now
from accounts.encryption import encrypt
from accounts.invitations import invite, token_of
from accounts.models import AccessChange, User
from accounts.oidc_config import IdentityProvider
from authenticator import totp
from fake_oidc import CLIENT_ID, SECRET, FakeProvider, new_key

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def there():
    provider = FakeProvider()
    yield provider
    provider.stop()


@pytest.fixture
def tied(there, settings):
    """The portal knows this provider; more are its options."""

    def know(**more):
        row = IdentityProvider(
            id="contoso", name="Contoso", issuer=there.url, client_id=CLIENT_ID, secret=SECRET, **more
        )
        settings.PUBLIC_URL = "http://testserver"
        settings.IDENTITY_PROVIDERS = (row,)
        registered = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {**registered, "APPS": [row.app]}}
        return row

    know()
    return know


def leave(browser, query=""):
    """Go to the provider and come back to the door: the URL with which the provider sends one back."""
    away = browser.get("/sign-in/with/contoso/" + query)
    assert away.status_code == 302, away.content.decode()
    return requests.get(away.url, allow_redirects=False, timeout=5).headers["Location"]


def come_in(browser, query=""):
    return browser.get(leave(browser, query))


def signed_in(browser):
    return browser.session.get("_auth_user_id")


def nothing_was_made(people=None):
    return SocialAccount.objects.count() == 0 and EmailAddress.objects.count() == 0


def test_the_sign_in_page_offers_the_provider(world, tied):
    page = Browser().get("/sign-in/?next=/tickets/").content.decode()
    assert 'href="/sign-in/with/contoso/?next=%2Ftickets%2F"' in page and "Sign in with Contoso" in page


def test_a_known_person_comes_in_and_goes_where_the_way_led(world, there, tied):
    browser = Browser()
    answer = come_in(browser, "?next=/tickets/")
    assert (answer.status_code, answer.url) == (302, "/tickets/")
    assert signed_in(browser) == str(world.l1.pk)
    assert SocialAccount.objects.get().extra_data == {}


def test_who_was_invited_and_comes_in_by_a_provider_has_joined_and_the_link_is_spent(world, there, tied):
    world.l1.set_unusable_password()
    world.l1.save()
    made = invite(world.l1, by=world.manager, now=database_now())
    browser = Browser()
    come_in(browser)
    assert signed_in(browser) == str(world.l1.pk)
    made.refresh_from_db()
    assert made.used_at and browser.get(f"/invitations/{token_of(made)}/").status_code == 404
    assert AccessChange.objects.filter(person=world.l1, what="JOINED").count() == 1


def test_the_address_counts_in_any_case(world, there, tied):
    there.person["email"] = "L1@MSP.example"
    browser = Browser()
    come_in(browser)
    assert signed_in(browser) == str(world.l1.pk)


def test_the_password_stays_when_somebody_comes_by_a_provider(world, there, tied):
    come_in(Browser())
    assert User.objects.get(pk=world.l1.pk).check_password("a good password")


def test_the_request_carries_state_nonce_and_a_code_challenge(world, there, tied):
    come_in(Browser(), "?auth_params=prompt%3Dnone&scope=everything&next=https://evil.example/")
    asked = there.asked[0]
    assert asked["code_challenge_method"] == "S256" and len(asked["nonce"]) == 32 and asked["state"]
    assert set(asked["scope"].split()) == {"openid", "email", "profile"} and "prompt" not in asked
    assert asked["redirect_uri"] == "http://testserver/sign-in/with/contoso/return/"


def test_a_foreign_next_leads_home(world, there, tied):
    assert come_in(Browser(), "?next=https://evil.example/").url == "/"


def refused(browser, answer, words, status=403):
    text = answer.content.decode()
    assert answer.status_code == status and words in text, (answer.status_code, text)
    assert signed_in(browser) is None
    return True


def test_an_unknown_address_is_told_so_and_nothing_is_made(world, there, tied):
    there.person["email"] = "stranger@elsewhere.example"
    people = User.objects.count()
    browser = Browser()
    assert refused(browser, come_in(browser), "Nobody with the address stranger@elsewhere.example may sign in here")
    assert User.objects.count() == people and nothing_was_made()


@pytest.mark.parametrize("verified", [False, None, "false", "yes", 1])
def test_an_unverified_address_is_refused_and_nothing_is_made(verified, world, there, tied):
    there.person["email_verified"] = verified
    browser = Browser()
    assert refused(browser, come_in(browser), "has not verified the address")
    assert nothing_was_made()


def test_an_address_may_be_trusted_by_configuration(world, there, tied):
    tied(addresses_verified=True)
    del there.person["email_verified"]
    browser = Browser()
    come_in(browser)
    assert signed_in(browser) == str(world.l1.pk)


def test_no_address_at_all_is_refused(world, there, tied):
    del there.person["email"]
    browser = Browser()
    assert refused(browser, come_in(browser), "did not tell us your mail address")


def test_an_inactive_person_is_nobody(world, there, tied):
    User.objects.filter(pk=world.l1.pk).update(is_active=False)
    browser = Browser()
    assert refused(browser, come_in(browser), "may sign in here")
    assert nothing_was_made()


def test_a_program_s_user_is_nobody(world, there, tied):
    User.objects.filter(pk=world.l1.pk).update(kind=User.Kind.API)
    browser = Browser()
    assert refused(browser, come_in(browser), "may sign in here")


def test_who_was_tied_before_and_is_inactive_now_is_nobody(world, there, tied):
    come_in(Browser())
    User.objects.filter(pk=world.l1.pk).update(is_active=False)
    browser = Browser()
    assert refused(browser, come_in(browser), "may sign in here")


def test_another_subject_with_the_same_address_is_refused(world, there, tied):
    come_in(Browser())
    there.person["sub"] = "subject-2"
    browser = Browser()
    assert refused(browser, come_in(browser), "is not the one that l1@msp.example signed in with before")


def test_a_subject_that_took_over_another_person_s_address_is_refused(world, there, tied):
    come_in(Browser())
    there.person["email"] = world.l2.email
    browser = Browser()
    assert refused(browser, come_in(browser), "is not the one that l2@msp.example signed in with before")


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another one"},
        {"nonce": None},
        {"nonce": ""},
    ],
)
def test_a_wrong_nonce_is_refused(wrong, world, there, tied):
    there.in_token = wrong
    browser = Browser()
    assert refused(browser, come_in(browser), "belongs to another attempt")
    assert nothing_was_made()


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "somebody else"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"sub": "subject-9"},
    ],
)
def test_a_token_for_others_or_too_old_or_of_another_person_is_refused(wrong, world, there, tied):
    there.in_token = wrong
    browser = Browser()
    assert refused(browser, come_in(browser), "gave no answer that can be believed", 401)
    assert nothing_was_made()


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_is_not_signed_by_the_key_is_refused(algorithm, world, there, tied):
    there.algorithm = algorithm
    browser = Browser()
    assert refused(browser, come_in(browser), "gave no answer that can be believed", 401)


def test_a_token_signed_by_another_key_is_refused(world, there, tied):
    there.signing_key = new_key()
    browser = Browser()
    assert refused(browser, come_in(browser), "gave no answer that can be believed", 401)


def test_an_answer_without_an_id_token_is_refused(world, there, tied):
    there.without_id_token = True
    browser = Browser()
    assert refused(browser, come_in(browser), "gave no answer that can be believed", 401)


def test_the_answer_to_another_browser_is_refused(world, there, tied):
    back = leave(Browser())
    other = Browser()
    assert refused(other, other.get(back), "gave no answer that can be believed", 401)
    assert there.redeemed == []


def test_a_wrong_state_is_refused(world, there, tied):
    browser = Browser()
    code = parse_qs(urlsplit(leave(browser)).query)["code"][0]
    answer = browser.get("/sign-in/with/contoso/return/", {"code": code, "state": "guessed"})
    assert refused(browser, answer, "gave no answer that can be believed", 401)
    assert there.redeemed == []


def test_an_answer_counts_once(world, there, tied):
    browser = Browser()
    back = leave(browser)
    browser.get(back)
    browser.post("/sign-out/")
    assert refused(browser, browser.get(back), "gave no answer that can be believed", 401)


def test_who_cancels_there_is_told(world, there, tied):
    there.error = "access_denied"
    browser = Browser()
    assert refused(browser, come_in(browser), "You did not sign in at Contoso", 401)


def test_an_error_there_is_told(world, there, tied):
    there.error = "server_error"
    browser = Browser()
    assert refused(browser, come_in(browser), "gave no answer that can be believed", 401)


def test_a_provider_that_is_down_is_told_in_words(world, there, tied):
    browser = Browser()
    there.server.shutdown()
    there.server.server_close()
    assert refused(browser, browser.get("/sign-in/with/contoso/"), "Contoso does not answer", 502)


def test_a_provider_that_goes_down_on_the_way_is_told_in_words(world, there, tied):
    browser = Browser()
    back = leave(browser)
    there.server.shutdown()
    there.server.server_close()
    assert refused(browser, browser.get(back), "Contoso does not answer", 502)


@pytest.mark.parametrize("broken", [{"issuer": "https://evil.example"}, {"token_endpoint": None}])
def test_a_discovery_document_of_somebody_else_is_not_followed(broken, world, there, tied):
    there.in_discovery = broken
    browser = Browser()
    assert refused(browser, browser.get("/sign-in/with/contoso/"), "gave no answer that can be believed", 401)


def test_whose_domain_demands_the_provider_cannot_come_by_password(world, there, tied):
    tied(required_for=("msp.example",))
    browser = Browser()
    for address in ("l1@msp.example", "nobody@MSP.example"):
        page = browser.post("/sign-in/", {"username": address, "password": "a good password"}).content.decode()
        assert "People with your address sign in with Contoso" in page
    assert signed_in(browser) is None
    come_in(browser)
    assert signed_in(browser) == str(world.l1.pk)


def test_others_go_on_using_their_password_beside_a_demanded_provider(world, there, tied):
    tied(required_for=("msp.example",))
    reader = world.reader(world.acme)
    browser = Browser()
    browser.post("/sign-in/", {"username": reader.email, "password": "a good password"})
    assert signed_in(browser) == str(reader.pk)


@pytest.mark.parametrize(("asks", "leads_to"), [(True, 200), (False, 302)])
def test_a_provider_that_asks_for_a_second_factor_counts_as_one(asks, leads_to, world, tied, settings):
    tied(second_factor=asks)
    settings.MFA_REQUIRED_FOR = [roles.TECHNICIAN]
    browser = Browser()
    come_in(browser)
    assert browser.get("/tickets/").status_code == leads_to


def test_its_second_factor_does_not_count_for_a_later_password(world, there, tied, settings):
    tied(second_factor=True)
    settings.MFA_REQUIRED_FOR = [roles.TECHNICIAN]
    browser = Browser()
    come_in(browser)
    browser.cookies.clear()
    browser.post("/sign-in/", {"username": "l1@msp.example", "password": "a good password"})
    assert browser.get("/tickets/").url == "/account/"


def test_who_has_a_second_factor_here_is_asked_for_it_after_the_provider(world, there, tied, settings):
    tied(required_for=("msp.example",), second_factor=True)
    Authenticator.objects.create(user=world.l1, type="totp", data={"secret": encrypt(KEY)})
    settings.MFA_REQUIRED_FOR = [roles.TECHNICIAN]
    browser = Browser()
    assert come_in(browser, "?next=/tickets/").url == "/sign-in/code/"
    assert signed_in(browser) is None
    assert browser.post("/sign-in/code/", {"code": totp(KEY)}).url == "/tickets/"
    assert browser.get("/tickets/").status_code == 200
