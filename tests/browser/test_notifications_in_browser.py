"""Notifications and the desk's preferences in a real browser: by keyboard, in the dark, narrow, without scripts."""

import pytest
from axe import is_too_wide, problems
from playwright.sync_api import expect

from accounts.clock import database_now
from tickets.desk_profile import choose
from tickets.models import Notification
from tickets.notified import unread

PAGES = ("/notifications/", "/notifications/?show=all", "/account/desk/")


@pytest.fixture
def told(world):
    """Two tickets that L1 was told of, the first of them read."""
    first, _ = world.open("Mail is slow"), world.open("Printer jams", priority="P3")
    Notification.objects.filter(user=world.l1, ticket=first).update(read_at=database_now())
    choose(world.l1, single_keys=False, mail="DAILY")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages(world, told, visit, scheme):
    page = visit("/notifications/", world.l1, color_scheme=scheme)
    for path in PAGES:
        assert page.goto(path).status == 200
        assert (path, page.locator("h1").count(), problems(page)) == (path, 1, [])
    page.goto("/account/desk/")
    page.get_by_label("Time of the daily mail").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Say at what time the daily mail is to come")
    assert problems(page) == []


def test_a_small_screen_without_scripts_reads_marks_and_chooses(world, told, visit):
    page = visit("/notifications/", world.l1, viewport={"width": 320, "height": 700}, java_script_enabled=False)
    page.get_by_role("button", name="Mark all read").click()
    expect(page.locator("main")).to_contain_text("You have read everything")
    page.get_by_role("link", name="Show all").click()
    expect(page.locator(".told-one")).to_have_count(2)
    page.get_by_role("link", name="Preferences").click()
    page.get_by_label("Never").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Never")).to_be_checked()
    assert not unread(world.l1)


def test_nothing_is_wider_than_a_small_screen(world, told, visit):
    page = visit("/notifications/", world.l1, viewport={"width": 320, "height": 700})
    for path in PAGES:
        page.goto(path)
        assert (path, is_too_wide(page)) == (path, False)


def test_the_bell_follows_the_queue_and_leads_by_keyboard_to_the_ticket(world, told, visit):
    page = visit("/tickets/", world.l1)
    expect(page.locator("#bell-count")).to_have_text("1")
    ticket = world.open("VPN drops", priority="P2")
    expect(page.locator("#bell-count")).to_have_text("2")
    page.locator("#bell").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="VPN drops").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{ticket.key}/")
    expect(page.locator("#bell-count")).to_have_text("1")
