"""A ticket open in real browsers: what one writes is kept, who else is there is told, and news come in place."""

import re

import pytest
from axe import is_too_wide, problems
from playwright.sync_api import expect

from accounts.clock import database_now
from tickets import lifecycle, presence
from tickets.models import Draft

PHONE = {"width": 320, "height": 640}


@pytest.fixture
def ticket(world):
    return world.open("Mail", error_code="0x8004de40")


def test_a_draft_is_kept_restored_on_another_machine_and_gone_when_sent(world, visit, ticket):
    page = visit(f"/tickets/{ticket.key}/", world.l1)
    page.get_by_text("Public reply").click()
    page.get_by_role("textbox", name="Text").fill("We are at it")
    expect(page.locator(".draft-said")).to_contain_text("Draft of")
    other = visit(f"/tickets/{ticket.key}/", world.l1)
    expect(other.get_by_role("textbox", name="Text")).to_have_value("We are at it")
    expect(other.get_by_role("button", name="Send to Acme")).to_be_visible()
    other.get_by_role("textbox", name="Text").press("Control+Enter")
    expect(other.locator(".entry.public")).to_contain_text("We are at it")
    expect(other.get_by_role("textbox", name="Text")).to_have_value("")
    assert not Draft.objects.exists()


def test_a_refused_reply_stays_in_the_box_and_the_second_try_goes_through(world, visit, ticket):
    page = visit(f"/tickets/{ticket.key}/", world.l1)
    page.get_by_role("textbox", name="Text").fill("Half an hour")
    world.now = database_now()
    lifecycle.acknowledge(key=ticket.key, by=world.l2, now=world.now)
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#composer-said")).to_contain_text("L2 acknowledged it")
    expect(page.get_by_role("textbox", name="Text")).to_have_value("Half an hour")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".entry.message")).to_contain_text("Half an hour")


def test_who_else_is_there_and_what_is_new_is_told_and_shown_in_place(world, visit, ticket):
    presence.beat(ticket_id=ticket.pk, by=world.l2, writing=True, now=database_now())
    page = visit(f"/tickets/{ticket.key}/", world.l1)
    expect(page.locator("#presence")).to_contain_text("L2 is writing")
    page.get_by_role("textbox", name="Text").fill("I was just about to")
    lifecycle.acknowledge(key=ticket.key, by=world.l2, now=database_now())
    expect(page.locator("#ticket-news")).to_contain_text("1 new: L2 acknowledged it", timeout=15000)
    page.locator("[data-show-news]").click()
    expect(page.locator("#timeline")).to_contain_text("L2 acknowledged it")
    expect(page.locator(".ticket-line")).to_contain_text("In progress")
    expect(page.locator("#ticket-news")).to_be_hidden()
    expect(page.get_by_role("textbox", name="Text")).to_have_value("I was just about to")


def test_news_are_shown_in_the_list_that_one_came_by(world, visit, ticket):
    page = visit(f"/tickets/{ticket.key}/?show=messages&from=status%3DNEW", world.l1)
    lifecycle.reply(key=ticket.key, text="Half an hour", public=False, by=world.l2, now=database_now())
    expect(page.locator("#ticket-news")).to_contain_text("1 new")
    page.locator("[data-show-news]").click()
    expect(page.locator(".entry.message")).to_contain_text("Half an hour")
    expect(page.locator(".entry")).to_have_count(1)
    expect(page.locator(".timeline-sorts [aria-current]")).to_contain_text("Messages")
    expect(page.get_by_role("link", name="Next ticket")).to_have_attribute("href", re.compile("from=status%3DNEW"))
    expect(page.locator(".page-way .page-back").first).to_have_attribute("href", "/tickets/?status=NEW")


def test_unsent_words_are_no_business_of_whoever_signs_in_next(world, visit, ticket):
    page = visit(f"/tickets/{ticket.key}/", world.l1)
    page.route("**/draft/", lambda route: route.abort())
    page.get_by_role("textbox", name="Text").fill("Between us")
    expect(page.locator(".draft-said")).to_contain_text("kept in this browser")
    [kept] = page.evaluate("Object.entries(sessionStorage).filter(([place]) => place.startsWith('draft '))")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "/tickets/" not in url)
    assert "Between us" not in page.evaluate("JSON.stringify(sessionStorage)")
    page = visit("/tickets/", world.l2)
    page.evaluate("kept => sessionStorage.setItem(...kept)", kept)  # as a tab keeps it whose session ended by itself
    page.goto(f"/tickets/{ticket.key}/")
    expect(page.locator(".composer-hint")).to_be_visible()  # which scripts show
    expect(page.get_by_role("textbox", name="Text")).to_have_value("")


def test_in_the_reading_pane_a_ticket_is_as_live_as_on_its_page(world, visit, ticket):
    presence.beat(ticket_id=ticket.pk, by=world.l2, writing=True, now=database_now())
    wide = {"width": 1440, "height": 900}
    page = visit(f"/tickets/?status=NEW&open={ticket.key}", world.l1, viewport=wide)
    pane = page.get_by_role("region", name="Reading pane")
    expect(pane.locator("#presence")).to_contain_text("L2 is writing")
    pane.get_by_role("textbox", name="Text").fill("I was just about to")
    expect(pane.locator(".draft-said")).to_contain_text("Draft of")
    pane.get_by_role("link", name="Messages").click()
    expect(pane.locator("#timeline")).to_contain_text("Nothing of this sort has happened")
    lifecycle.reply(key=ticket.key, text="Half an hour", public=False, by=world.l2, now=database_now())
    expect(pane.locator("#ticket-news")).to_contain_text("1 new")
    pane.locator("[data-show-news]").click()
    expect(pane.locator(".entry")).to_have_count(1)
    expect(pane.get_by_role("textbox", name="Text")).to_have_value("I was just about to")
    assert page.url.endswith(f"open={ticket.key}") and Draft.objects.get().body == "I was just about to"


def test_the_server_s_silence_is_told_and_the_words_stay(world, visit, ticket):
    page = visit(f"/tickets/{ticket.key}/", world.l1)
    page.route("**/draft/", lambda route: route.abort())
    page.route("**/replies/", lambda route: route.abort())
    page.get_by_role("textbox", name="Text").fill("Kept here")
    expect(page.locator(".draft-said")).to_contain_text("kept in this browser")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#composer-said")).to_contain_text("Not sent")
    page.reload()
    expect(page.get_by_role("textbox", name="Text")).to_have_value("Kept here")


def test_keys_filters_and_the_menu(world, visit, ticket):
    lifecycle.reply(key=ticket.key, text="For us", public=False, by=world.l1, now=world.now)
    page = visit(f"/tickets/{ticket.key}/", world.l1)
    page.get_by_role("link", name="Client reads").click()
    expect(page.locator(".entry")).to_have_count(1)
    assert "show=public" in page.url
    page.keyboard.press("c")
    expect(page.get_by_role("textbox", name="Text")).to_be_focused()
    page.keyboard.type("aew")
    page.locator("h1").click()
    page.keyboard.press("e")
    expect(page.get_by_role("dialog")).to_contain_text(f"Escalate {ticket.key}")
    page.keyboard.press("Escape")
    page.locator(".more > summary").click()
    expect(page.get_by_role("link", name="Merge…")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Merge…")).to_be_hidden()
    assert world.fresh(ticket).status == "NEW"


def full(world, ticket):
    """A ticket with everything that its page can show."""
    world.account.delete()
    world.open("The same", error_code="0x8004de40")
    lifecycle.reply(key=ticket.key, text="Half an hour", public=True, by=world.l1, now=world.now)
    lifecycle.reply(key=ticket.key, text="x" * 200, public=False, by=world.l1, now=world.now)
    presence.beat(ticket_id=ticket.pk, by=world.l2, writing=True, now=database_now())
    Draft.objects.create(ticket=ticket, user=world.l1, audience="public", body="y" * 120, saved_at=world.now)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_free_of_obstacles_and_fits_a_phone(world, visit, ticket, scheme):
    full(world, ticket)
    page = visit(f"/tickets/{ticket.key}/", world.l1, color_scheme=scheme, reduced_motion="reduce")
    assert problems(page) == []
    page.locator(".more > summary").click()
    page.locator(".entry-details summary").first.click()
    assert problems(page) == []
    page.set_viewport_size(PHONE)
    assert not is_too_wide(page)
    assert problems(page) == []


def test_without_scripts_the_same_can_be_done(world, visit, ticket):
    full(world, ticket)
    page = visit(f"/tickets/{ticket.key}/", world.l1, java_script_enabled=False)
    page.get_by_role("link", name="Messages").click()
    expect(page.locator(".entry")).to_have_count(2)
    page.get_by_role("button", name="Send and wait on client").click()
    expect(page.locator(".ticket-line")).to_contain_text("Waiting on client")
    assert not Draft.objects.exists()
    page.locator(".more > summary").click()
    expect(page.get_by_role("link", name="Merge…")).to_be_visible()
