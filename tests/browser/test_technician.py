"""A technician's day in a real browser: keys, dialogs, dark mode, a narrow screen, no scripts."""

import pytest
from axe import is_too_wide, problems
from playwright.sync_api import expect

from accounts.clock import database_now
from tickets import changing, lifecycle, managing, merging
from tickets.changing import Changes

PHONE = {"width": 320, "height": 640}


@pytest.fixture
def tickets(world):
    """Three tickets, the first deadline first."""
    return [world.open(title, priority=p) for title, p in (("Mail", "P1"), ("VPN", "P2"), ("Printer", "P3"))]


def focused_row(page):
    return page.evaluate("document.activeElement.closest('.queue-row')?.dataset.key")


def seldom(page, name):
    """Choose a verb that stands in the menu of those that are seldom needed."""
    page.locator("#ticket .more summary").first.click()
    page.get_by_role("link", name=name).click()


def test_a_technician_takes_a_ticket_by_key_and_brings_it_to_its_end(world, visit, tickets):
    page = visit("/", world.l1, viewport={"width": 1200, "height": 800})
    expect(page).to_have_title("All open · Escalation Portal")
    assert focused_row(page) == tickets[0].key
    page.keyboard.press("a")
    expect(page.locator(f"#row-{tickets[0].key}")).to_contain_text("In progress")
    expect(page.locator("#announce")).to_have_text(f"{tickets[0].key} is yours. Mail")
    assert focused_row(page) == tickets[1].key
    assert world.fresh(tickets[0]).acknowledged_by == world.l1
    page.keyboard.press("k")
    assert focused_row(page) == tickets[0].key
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{tickets[0].key}/**")
    page.get_by_role("link", name="Escalate…").click()
    page.get_by_role("dialog").get_by_label("Why, for those who get it").fill("Needs the network team")
    page.get_by_role("dialog").get_by_label("What was tried", exact=True).fill("Restarted it")
    page.get_by_role("dialog").get_by_role("button", name="Escalate").click()
    expect(page.locator(".timeline")).to_contain_text("L1 escalated it: Needs the network team")
    page.get_by_role("link", name="Resolve…").click()
    page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("dialog")).to_contain_text("Say in a sentence what was done; the client reads it.")
    page.get_by_role("dialog").get_by_label("What was done").fill("A new certificate")
    page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    expect(page.locator(".ticket-line")).to_contain_text("Resolved")
    assert world.fresh(tickets[0]).resolution == "A new certificate"


def test_a_ticket_is_changed_merged_and_a_manager_called_in_dialogs(world, visit, tickets):
    page = visit(f"/tickets/{tickets[0].key}/", world.l1)
    dialog = page.get_by_role("dialog")
    seldom(page, "Change…")
    dialog.get_by_label("Priority").select_option("P2")
    dialog.get_by_role("button", name="Change").click()
    expect(dialog).to_contain_text("Say why: its promises may change with it.")
    dialog.get_by_label("Why").fill("One person only")
    dialog.get_by_role("button", name="Change").click()
    expect(page.locator(".ticket-line")).to_contain_text("P2")
    expect(page.locator(".entry-moved").first).to_contain_text("4 hours (24x7 v1) → 8 hours (24x7 v1)")
    seldom(page, "Call a manager…")
    dialog.get_by_label("Why, for the manager").fill("The director calls")
    dialog.get_by_role("button", name="Call a manager").click()
    expect(page.locator(".story .alert")).to_contain_text("called a manager")
    seldom(page, "Merge…")
    expect(dialog.locator("datalist option")).to_have_count(2)
    dialog.get_by_label("Into").fill(tickets[1].key)
    dialog.get_by_label("Why").fill("One trouble")
    dialog.get_by_role("button", name="Merge").click()
    page.get_by_role("link", name=f"{tickets[1].key} VPN").click()
    expect(page.get_by_role("link", name=f"{tickets[0].key} Mail")).to_be_visible()


def test_who_comes_second_is_told_in_the_row_and_stays_there(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    lifecycle.acknowledge(key=tickets[0].key, by=world.l2, now=world.now)
    page.keyboard.press("a")
    expect(page.locator(f"#row-{tickets[0].key}")).to_contain_text("L2 took it at")
    expect(page.locator("#announce")).to_contain_text("L2 took it at")
    assert focused_row(page) == tickets[0].key


def test_keys_are_keys_only_in_the_queue(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    page.keyboard.press("j")
    assert focused_row(page) == tickets[1].key
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".ticket-subject").first.focus()
    page.keyboard.press("/")
    page.keyboard.type("jaka?")
    assert page.locator(".search-input").input_value() == "jaka?"
    assert world.fresh(tickets[0]).status == "NEW"


def test_news_wait_behind_a_bar_and_a_silent_server_is_told(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    world.now = database_now()
    world.open("A fourth one")
    expect(page.locator("#news")).to_contain_text("1 new", timeout=8000)
    assert page.locator(".queue-row").count() == 3
    page.get_by_role("link", name="Show").click()
    expect(page.locator(".queue-row")).to_have_count(4)
    page.route("**/tickets/changes/**", lambda route: route.abort())
    expect(page.locator("#live")).to_contain_text("Stale since", timeout=8000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_queue_and_ticket_are_free_of_obstacles(world, visit, tickets, scheme):
    world.account.delete()
    lifecycle.lodge_case(key=tickets[0].key, service="Microsoft 365", answers={}, why="x", by=world.l1, now=world.now)
    lifecycle.reply(key=tickets[0].key, text="Half an hour", public=True, by=world.l1, now=world.now)
    page = visit("/tickets/", world.l1, color_scheme=scheme, reduced_motion="reduce")
    assert problems(page) == []
    changing.change(key=tickets[0].key, changes=Changes(priority="P2"), why="x", by=world.l1, now=world.now)
    managing.call_manager(key=tickets[0].key, why="The director calls", by=world.l1, now=world.now)
    merging.merge(key=tickets[2].key, into=tickets[0].key, why="x", by=world.l1, now=world.now)
    for path in ("", "escalation/", "wait/", "change/", "merge/", "manager-calls/"):
        page.goto(f"/tickets/{tickets[0].key}/{path}")
        assert problems(page) == [], path
    page.goto(f"/tickets/{tickets[0].key}/")
    page.get_by_role("link", name="Wait…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert problems(page) == []
    page.goto("/tickets/new/")
    assert problems(page) == []


def test_nothing_scrolls_sideways_on_a_narrow_screen(world, visit, tickets):
    long = world.open(
        "Outlook asks for the password again and again in " + "Llanfairpwllgwyngyllgogerychwyrndrobwll" * 3
    )
    changing.change(key=long.key, changes=Changes(priority="P2"), why="x" * 90, by=world.l1, now=world.now)
    merging.merge(key=tickets[2].key, into=long.key, why="x" * 90, by=world.l1, now=world.now)
    page = visit("/tickets/", world.l1, viewport=PHONE)
    verbs = [f"/tickets/{long.key}/{noun}" for noun in ("", "escalation/", "change/", "merge/", "manager-calls/")]
    for path in ("/tickets/", *verbs, f"/tickets/{tickets[2].key}/", "/tickets/new/"):
        page.goto(path)
        assert not is_too_wide(page), path


def test_everything_works_without_scripts(world, visit, tickets):
    page = visit("/tickets/", world.l1, java_script_enabled=False)
    page.get_by_role("button", name=f"Acknowledge {tickets[0].key}").click()
    expect(page.locator(f"#row-{tickets[0].key}")).to_contain_text("In progress")
    page.get_by_role("link", name="Mail").click()
    page.get_by_role("link", name="Escalate…").click()
    page.get_by_label("Why, for those who get it").fill("Needs more")
    page.get_by_label("What was tried", exact=True).fill("Restarted it")
    page.get_by_role("button", name="Escalate").click()
    expect(page.locator(".timeline")).to_contain_text("Needs more")
    page.get_by_label("Public reply").check()
    page.get_by_role("textbox", name="Text").fill("We are at it")
    page.get_by_role("button", name="Send to Acme").click()
    expect(page.locator(".entry.public")).to_contain_text("We are at it")


def test_words_that_were_written_before_the_scripts_came_are_kept(world, visit, tickets):
    page = visit("/account/", world.l1)
    held = []

    def hold(route):
        held.append(route)

    page.route("**/ticket-draft*.js", hold)
    with page.expect_request("**/ticket-draft*.js"):
        page.goto(f"/tickets/{tickets[0].key}/", wait_until="commit")
    page.get_by_role("textbox", name="Text").fill("I have found")
    held[0].continue_()
    page.wait_for_load_state("load")
    page.unroute("**/ticket-draft*.js")
    page.goto(f"/tickets/{tickets[0].key}/")
    expect(page.get_by_role("textbox", name="Text")).to_have_value("I have found")


def test_half_written_words_outlive_another_verb(world, visit, tickets):
    page = visit(f"/tickets/{tickets[0].key}/", world.l1)
    page.get_by_role("textbox", name="Text").fill("I have found")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator(".ticket-line")).to_contain_text("In progress")
    expect(page.get_by_role("textbox", name="Text")).to_have_value("I have found")
