"""Contact points in a real browser: a manager verifies them by keyboard, with scripts and without."""

import re
from datetime import timedelta

import pytest
from axe import is_too_wide, problems
from playwright.sync_api import expect

from accounts.clock import database_now
from sla.models import Calendar
from vendors.models import ContactPoint, Verification
from vendors.reminder_mail import mail_to
from vendors.verification import mark_bad

QUEUE = "/vendors/verification/"


@pytest.fixture
def points(world):
    """Four that are due: the manager's own, one of nobody's that does not hold, and two of L1's technician."""
    now = database_now()
    office = Calendar.objects.get(name="Office")
    world.m365.contact_points.update(owner=world.manager, calendar=office)
    long_one = "https://portal.a-very-long-name-of-a-vendor.example/support/cases/new?tenant=acme&plan=premier"
    rows = [
        world.m365.contact_points.get(),
        ContactPoint.objects.create(service=world.m365, order=2, kind="PORTAL", value=long_one),
        *(
            ContactPoint.objects.create(
                service=world.m365, order=order, kind="HOTLINE", value=f"+44 20 7946 000{order}", owner=world.l1,
                verified_on=(now - timedelta(days=100)).date(), hours="office hours in Leeds",
            )
            for order in (3, 4)
        ),
    ]  # fmt: skip
    mark_bad(rows[1], because="550 5.1.1 Recipient address rejected: User unknown", now=now)
    return rows


def pages(points) -> list[str]:
    own = f"{QUEUE}{points[1].pk}/"
    return [QUEUE, own, f"{own}correction/", f"{own}fault/"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages(world, points, visit, scheme):
    page = visit(QUEUE, world.manager, color_scheme=scheme)
    for path in pages(points):
        assert page.goto(path).status == 200
        assert (path, page.locator("h1").count(), problems(page)) == (path, 1, [])


def test_a_small_screen_needs_no_scrolling_sideways(world, points, visit):
    page = visit(QUEUE, world.manager, viewport={"width": 320, "height": 700})
    for path in pages(points):
        page.goto(path)
        assert (path, is_too_wide(page)) == (path, False)
    page.goto(QUEUE)
    assert page.evaluate("() => [...document.querySelectorAll('.scrolls')].every(e => e.scrollWidth <= e.clientWidth)")


def test_a_manager_verifies_by_single_keys_and_stays_where_she_was(world, points, visit):
    page = visit(QUEUE, world.manager)
    page.keyboard.press("j")
    expect(page.locator(f"#contact-{points[0].pk} [data-focus]")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_contain_text("Confirmed: support@vendor.example of Microsoft 365.")
    expect(page.locator(f"#contact-{points[1].pk} [data-focus]")).to_be_focused()
    for key in ("j", "x", "j", "x", "a"):
        page.keyboard.press(key)
    expect(page.locator("#toasts")).to_contain_text("2 contact points confirmed.")
    expect(page.locator(".contact-row")).to_have_count(1)
    expect(page.locator(f"#contact-{points[1].pk} [data-focus]")).to_be_focused()
    assert Verification.objects.filter(by=world.manager, outcome="CONFIRMED").count() == 3
    assert problems(page) == []
    page.keyboard.press("a")
    expect(page.locator("text=Every contact point is verified")).to_be_visible()


def test_she_verifies_by_tab_and_enter_without_scripts(world, points, visit):
    page = visit(QUEUE, world.manager, java_script_enabled=False)
    page.check(f"#tick-{points[2].pk}")
    page.check(f"#tick-{points[3].pk}")
    page.locator("button:has-text('Confirm those that are ticked')").press("Enter")
    page.wait_for_selector("text=2 contact points confirmed.")
    page.locator(f"#contact-{points[0].pk} a:has-text('Correct')").press("Enter")
    page.fill("[name=value]", "nobody")
    page.press("[name=value]", "Enter")
    expect(page.locator(".field-error, .errorlist")).to_contain_text("is not a mail address")
    page.fill("[name=value]", "help@vendor.example")
    page.press("[name=value]", "Enter")
    page.wait_for_selector("text=Corrected and confirmed: help@vendor.example of Microsoft 365.")
    page.locator("a:has-text('Does not hold')").last.press("Enter")
    page.fill("[name=why]", "I pressed the wrong row")
    page.press("[name=why]", "Enter")
    page.wait_for_selector("text=comes last now")
    assert list(Verification.objects.values_list("outcome", flat=True))[:2] == ["WRONG", "CHANGED"]


def test_a_link_of_a_mail_confirms_signed_out(world, points, visit, live_server, chromium):
    _, text = mail_to(world.manager, now=database_now())
    [link] = re.findall(r"(/confirmations/\S+)", text)
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(link)
    assert problems(page) == [] and not is_too_wide(page)
    page.locator("button.primary").press("Enter")
    page.wait_for_selector("text=It is confirmed, in the name of Boss.")
    page.goto(link)
    page.wait_for_selector("text=Boss has verified it since this mail was sent.")
    assert problems(page) == []
    context.close()
    assert Verification.objects.filter(outcome="CONFIRMED").get().by == world.manager
