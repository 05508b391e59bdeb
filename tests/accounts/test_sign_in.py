"""The sign-in page: who comes in, where the way leads, and that nothing tells which addresses exist."""

import pytest
from django.test import Client as Browser

from accounts.models import User
from accounts.sign_in import NO_MATCH

GOOD = "a good password"


def try_in(browser, address, password=GOOD, **more):
    return browser.post("/sign-in/", {"username": address, "password": password, **more})


def who(browser):
    return browser.session.get("_auth_user_id")


@pytest.mark.parametrize("written", ["l1@msp.example", "L1@MSP.Example", " l1@msp.example "])
def test_a_person_comes_in_by_address_and_password(written, world):
    browser = Browser()
    assert try_in(browser, written).url == "/"
    assert who(browser) == str(world.l1.pk)


def test_the_way_leads_to_where_one_wanted_to_go(world):
    assert try_in(Browser(), "l1@msp.example", next="/tickets/?q=vpn").url == "/tickets/?q=vpn"


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_no_foreign_way_is_taken(next, world):
    assert try_in(Browser(), "l1@msp.example", next=next).url == "/"
    assert next not in Browser().get("/sign-in/", {"next": next}).content.decode()


def test_who_is_signed_in_already_goes_on(world):
    browser = Browser()
    browser.force_login(world.l1)
    assert browser.get("/sign-in/").url == "/"
    assert browser.get("/sign-in/?next=/tickets/").url == "/tickets/"


def test_an_unknown_address_and_a_wrong_password_are_answered_alike(world):
    known, unknown = (try_in(Browser(), address, "wrong") for address in ("l1@msp.example", "l9@msp.example"))
    texts = [answer.content.decode().replace("l1@", "l9@") for answer in (known, unknown)]
    strip = [text.split('name="csrfmiddlewaretoken"')[0] + text.split("id_username")[1][:200] for text in texts]
    assert known.status_code == unknown.status_code == 200
    assert strip[0] == strip[1] and NO_MATCH in texts[0]


def test_an_inactive_person_is_told_no_more_than_anybody(world):
    User.objects.filter(pk=world.l1.pk).update(is_active=False)
    browser = Browser()
    assert NO_MATCH in try_in(browser, "l1@msp.example").content.decode()
    assert who(browser) is None


def test_a_program_has_no_password_door(world):
    User.objects.create_user("robot@msp.example", GOOD, name="Robot", kind=User.Kind.API)
    browser = Browser()
    try_in(browser, "robot@msp.example")
    assert who(browser) is None


def test_who_is_made_inactive_is_out_at_once(world):
    browser = Browser()
    try_in(browser, "l1@msp.example")
    assert browser.get("/tickets/").status_code == 200
    User.objects.filter(pk=world.l1.pk).update(is_active=False)
    assert browser.get("/tickets/").status_code == 302


@pytest.mark.parametrize(
    ("address", "password", "said"),
    [
        ("", GOOD, "This field is required."),
        ("l1@msp.example", "", "This field is required."),
        ("l1", GOOD, "Enter a valid email address."),
        ("a\0b@msp.example", GOOD, "Null characters are not allowed."),
        ("l" * 300 + "@msp.example", GOOD, "at most 254 characters"),
    ],
)
def test_what_cannot_be_is_named_at_its_field(address, password, said, world):
    page = try_in(Browser(), address, password).content.decode()
    assert said in page and NO_MATCH not in page


def test_the_admin_pages_lead_through_the_same_door(world):
    answer = Browser().get("/admin/")
    assert Browser().get(answer.url).url.startswith("/sign-in/?next=/admin/")
    posted = Browser().post("/admin/login/", {"username": "l1@msp.example", "password": GOOD})
    assert posted.url.startswith("/sign-in/")


@pytest.mark.parametrize(
    "path", ["/accounts/signup/", "/sign-up/", "/accounts/login/", "/account/email/", "/accounts/social/signup/"]
)
def test_nobody_can_sign_up_anywhere(path, world):
    assert Browser().get(path).status_code == 404


def test_a_form_from_elsewhere_is_refused(world):
    strict = Browser(enforce_csrf_checks=True)
    assert try_in(strict, "l1@msp.example").status_code == 403


def test_signing_out_ends_the_session_and_leads_to_the_door(world):
    browser = Browser()
    try_in(browser, "l1@msp.example")
    assert browser.post("/sign-out/").url == "/sign-in/"
    assert who(browser) is None


def test_more_attempts_than_a_hand_can_make_are_held_up(world, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip"}
    browser = Browser()
    answers = [try_in(browser, f"l{n}@nowhere.example").status_code for n in range(4)]
    assert answers == [200, 200, 200, 429]


def test_a_person_changes_name_and_zone(world):
    browser = Browser()
    browser.force_login(world.l1)
    assert browser.post("/account/", {"name": "Lee", "timezone": "Asia/Tokyo"}).url == "/account/"
    changed = User.objects.get(pk=world.l1.pk)
    assert (changed.name, changed.timezone) == ("Lee", "Asia/Tokyo")


@pytest.mark.parametrize(
    ("field", "value"), [("timezone", "Mars/Olympus"), ("timezone", ""), ("name", ""), ("name", "x" * 121)]
)
def test_what_is_no_name_or_zone_is_refused_at_its_field(field, value, world):
    browser = Browser()
    browser.force_login(world.l1)
    page = browser.post("/account/", {"name": "Lee", "timezone": "UTC", field: value})
    assert page.status_code == 200 and f'id="id_{field}_error"' in page.content.decode()
    assert User.objects.get(pk=world.l1.pk).name == world.l1.name


def test_a_kept_old_zone_name_is_not_lost_by_saving(world):
    User.objects.filter(pk=world.l1.pk).update(timezone="GB")
    browser = Browser()
    browser.force_login(world.l1)
    assert '<option value="GB" selected>' in browser.get("/account/").content.decode()


def test_a_client_s_person_sees_the_account_in_the_client_s_frame(world):
    browser = Browser()
    browser.force_login(world.reader(world.acme))
    page = browser.get("/account/").content.decode()
    assert 'class="client"' in page and "rail" not in page


def test_the_account_page_asks_the_database_little(world, django_assert_max_num_queries):
    browser = Browser()
    browser.force_login(world.reader(world.acme))
    with django_assert_max_num_queries(2 + 6):
        browser.get("/account/")
