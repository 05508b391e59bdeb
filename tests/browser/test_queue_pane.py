"""The reading pane beside the queue, and finding anything from any page."""

import pytest
from axe import problems
from playwright.sync_api import expect


@pytest.fixture
def tickets(world):
    return [world.open(title, priority=p) for title, p in (("Mail", "P1"), ("VPN", "P2"), ("Printer", "P3"))]


def link(page, ticket):
    return page.locator(f"#row-{ticket.key} .ticket-subject")


def test_a_ticket_opens_beside_the_list_and_the_address_says_which(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    page.keyboard.press("Enter")
    pane = page.get_by_role("region", name="Reading pane")
    expect(pane.get_by_role("heading", name="Mail")).to_be_visible()
    page.wait_for_url(f"**/tickets/?open={tickets[0].key}")
    expect(link(page, tickets[0])).to_be_focused()
    page.keyboard.press("j")
    expect(pane.get_by_role("heading", name="VPN")).to_be_visible()
    page.wait_for_url(f"**/tickets/?open={tickets[1].key}")
    page.keyboard.press("Enter")
    expect(pane).to_be_focused()
    page.keyboard.press("Escape")
    expect(pane.get_by_role("heading")).to_have_count(0)
    expect(link(page, tickets[1])).to_be_focused()
    assert "open=" not in page.url


def test_an_address_with_an_open_ticket_opens_it_and_the_way_back_closes_it(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    page.keyboard.press("Enter")
    pane = page.get_by_role("region", name="Reading pane")
    expect(pane.get_by_role("heading", name="Mail")).to_be_visible()
    page.reload()
    expect(pane.get_by_role("heading", name="Mail")).to_be_visible()
    expect(link(page, tickets[0])).to_be_focused()
    page.go_back()
    expect(pane.get_by_role("heading")).to_have_count(0)


def test_what_is_decided_with_the_pane_open_shows_in_both(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    page.keyboard.press("Enter")
    pane = page.get_by_role("region", name="Reading pane")
    expect(pane.get_by_role("heading", name="Mail")).to_be_visible()
    assert problems(page) == []
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What was done").fill("A new certificate")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#row-{tickets[0].key}")).to_contain_text("Resolved")
    expect(pane).to_contain_text("A new certificate")
    assert world.fresh(tickets[0]).status == "RESOLVED"


def test_below_1280_a_ticket_opens_on_its_own_page(world, visit, tickets):
    page = visit("/tickets/", world.l1, viewport={"width": 1279, "height": 800})
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{tickets[0].key}/**")


def test_anything_is_found_from_any_page_by_keys(world, visit, tickets):
    page = visit("/vendors/", world.l1)
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Find anything")
    expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.type(tickets[1].key)
    expect(palette.locator("#palette-results a").first).to_contain_text("VPN")
    expect(palette.get_by_role("status")).to_contain_text(" found.")
    assert problems(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{tickets[1].key}/**")


def test_the_palette_is_a_plain_page_without_scripts(world, visit, tickets):
    page = visit("/vendors/", world.l1, java_script_enabled=False)
    page.get_by_role("link", name="Find").click()
    page.locator("main [name=q]").fill("VPN")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(tickets[1].key)
