"""Signing in, in a real browser: with a code, with a passkey, and out from elsewhere."""

import re

import pytest
from axe import is_too_wide, problems
from playwright.sync_api import expect

from authenticator import totp

PHONE = {"width": 320, "height": 640}
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def fresh(chromium, live_server, world):
    """A page in a browser that nobody is signed in with."""
    contexts, faults = [], []

    def opened(path="/sign-in/", **options):
        contexts.append(chromium.new_context(base_url=live_server.url, **options))
        contexts[-1].set_default_timeout(5000)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults, faults


def fill_password(page, user):
    page.get_by_label("Email address").fill(user.email)
    page.get_by_label("Password", exact=True).fill("a good password")
    page.keyboard.press("Enter")


def test_a_person_sets_an_app_up_and_signs_in_with_its_code(world, visit, fresh):
    page = visit("/account/", world.l1)
    assert problems(page) == []
    page.get_by_role("link", name="Set up an authenticator app").click()
    assert problems(page) == []
    key = page.locator("code.key").inner_text()
    page.get_by_label("code").fill(totp(key))
    page.get_by_role("button", name="Set up").click()
    expect(page.locator("[data-codes] code")).to_have_count(10)
    codes = page.locator("[data-codes] code").all_inner_texts()
    assert problems(page) == []
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    assert saved.value.path().read_text().split() == codes

    other = fresh("/sign-in/?next=/account/sessions/", viewport=PHONE)
    fill_password(other, world.l1)
    expect(other.get_by_role("heading", name="Second step")).to_be_visible()
    assert problems(other) == [] and not is_too_wide(other)
    expect(other.get_by_label("Code")).to_be_focused()
    other.keyboard.type(totp(key, steps=1))
    other.keyboard.press("Enter")
    expect(other.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    assert problems(other) == [] and not is_too_wide(other)


def test_a_passkey_is_added_and_signs_in_alone(world, visit, fresh):
    page = visit("/account/passkeys/", world.l1)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    assert problems(page) == []
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Work laptop")
    assert problems(page) == []
    page.get_by_role("button", name="Add").click()
    expect(page.locator("[data-codes] code")).to_have_count(10)
    page.goto("/account/passkeys/")
    expect(page.get_by_role("heading", name="Work laptop")).to_be_visible()
    assert problems(page) == []

    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in/?next=/account/passkeys/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("Last used")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    fill_password(page, world.l1)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile("/tickets/"))


def test_a_session_is_ended_from_another_browser(world, visit):
    lost = visit("/tickets/", world.l1)
    here = visit("/account/sessions/", world.l1)
    here.get_by_role("button", name=re.compile("End: ")).click()
    expect(here.get_by_text("Signed out there.")).to_be_visible()
    lost.goto("/tickets/")
    expect(lost.get_by_role("heading", name="Sign in")).to_be_visible()
    here.goto("/tickets/")
    expect(here).to_have_url(re.compile("/tickets/"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_doors_are_clean_on_a_phone_in_both_modes(scheme, world, fresh):
    page = fresh(viewport=PHONE, color_scheme=scheme)
    assert problems(page) == [] and not is_too_wide(page)
    page.get_by_label("Email address").fill("l1@msp.example")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not match")
    assert problems(page) == [] and not is_too_wide(page)
    page.goto("/sign-in/forgotten/")
    assert problems(page) == [] and not is_too_wide(page)
    page.get_by_label("Email address").fill("l1@msp.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
    assert problems(page) == [] and not is_too_wide(page)
