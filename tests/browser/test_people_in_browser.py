"""People, access and keys in a real browser: the way in, a key that is copied, and pages that everybody can read."""

import pytest
from axe import is_too_wide, problems

from accounts import roles
from accounts.invitations import token_of
from accounts.models import ApiKey, Invitation, User


@pytest.fixture
def admin(world):
    return world.person("admin@msp.example", roles.ADMINISTRATOR)


@pytest.fixture
def guest(chromium, live_server):
    """Opens a page for somebody who is not signed in."""
    context = chromium.new_context(base_url=live_server.url)
    context.set_default_timeout(5000)

    def opened(path):
        page = context.new_page()
        page.goto(path)
        return page

    yield opened
    context.close()


def test_a_colleague_is_invited_by_keyboard_and_comes_in(world, visit, admin, guest):
    page = visit("/people/new/", admin)
    page.locator("[name=name]").focus()
    page.keyboard.type("Nora")
    page.keyboard.press("Tab")
    page.keyboard.type("nora@msp.example")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_text("Nora is invited").wait_for()
    page = guest(f"/invitations/{token_of(Invitation.objects.get())}/")
    assert problems(page) == []
    for name in ("password", "again"):
        page.fill(f"[name={name}]", "seven green bottles")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("/tickets/"))
    assert User.objects.get(email="nora@msp.example").check_password("seven green bottles")


def test_a_new_key_is_copied_by_its_button(world, visit, admin):
    page = visit("/keys/new/", admin, permissions=["clipboard-read", "clipboard-write"])
    page.fill("[name=name]", "Script")
    page.check("[value='tickets:read']")
    page.click("main button[type=submit]")
    page.click("[data-copies]")
    page.locator(".toast", has_text="Copied.").wait_for()
    key = page.evaluate("navigator.clipboard.readText()")
    assert key.startswith(ApiKey.objects.get().prefix) and key == page.locator("#key").input_value()
    assert problems(page) == []


WITHIN = "() => [...document.querySelectorAll('.scrolls')].every(e => e.scrollWidth <= e.clientWidth)"


def test_people_on_a_narrow_screen_are_blocks_whose_values_have_labels(world, visit, admin):
    page = visit("/people/", admin, viewport={"width": 320, "height": 700})
    labels = (
        page.locator(".people tbody tr")
        .first.locator("td")
        .evaluate_all("cells => cells.map(cell => getComputedStyle(cell, '::before').content)")
    )
    assert labels == ['"Role"', '"Teams"', '"Clients"', '"Last sign-in"', '"State"'] and page.evaluate(WITHIN)


def test_a_long_address_is_not_broken_within_a_word(world, visit, admin):
    world.person("isabelle.moreau@harbour-lights.example", roles.TECHNICIAN)
    page = visit("/people/", admin, viewport={"width": 1280, "height": 800})
    assert page.locator("text=isabelle.moreau@").evaluate("e => e.getClientRects().length") == 1


@pytest.mark.parametrize("path", ["/people/", "/clients/acme/access/", "/clients/acme/", "/keys/"])
def test_everybody_can_read_the_pages_in_the_dark_and_on_a_small_screen(world, visit, admin, path):
    world.reader(world.acme)
    page = visit(path, admin, color_scheme="dark")
    assert problems(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert not is_too_wide(page)
