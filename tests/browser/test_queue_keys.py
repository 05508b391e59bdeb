"""The queue by keys alone: triage, selections, undo, the sheet of keys, the switch that turns them off."""

from dataclasses import dataclass

import pytest
from axe import is_too_wide, problems
from playwright.sync_api import expect

from tickets import lifecycle
from tickets.models import DeskProfile, ReplyTemplate, Snooze, Ticket, TicketEvent, VendorCase

PHONE = {"width": 320, "height": 640}
WORDS = {
    "ESCALATION": "It is beyond the helpdesk.",
    "TRIED": "Restarted it; no change.",
    "WAIT": "They call back.",
    "RESOLUTION": "The service was restarted and works again.",
}


@pytest.fixture
def ready_words(world):
    """One text for each thing that verbs ask for."""
    for use, text in WORDS.items():
        ReplyTemplate.objects.create(name=use.capitalize(), use=use, text=text)


class Keyboard:
    """Presses keys on a page and counts them; typed text counts by character."""

    def __init__(self, page):
        self.page, self.presses = page, 0

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def in_dialog(self, *keys):
        """Keys for the dialog that the one before has opened, and until it has closed."""
        dialog = self.page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        self.press(*keys)
        expect(dialog).to_be_hidden()


def focused(page):
    return page.evaluate("document.activeElement.closest('.queue-row')?.dataset.key")


def row(page, ticket):
    return page.locator(f"#row-{ticket.key}")


def expect_focus(page, ticket):
    expect(row(page, ticket).locator(".ticket-subject")).to_be_focused()


@dataclass(frozen=True)
class Alerts:
    """Ten tickets, by what is to become of them."""

    taken: Ticket
    up: Ticket
    quiet: Ticket
    done: Ticket
    mistaken: Ticket
    mine: Ticket
    first: Ticket
    second: Ticket
    with_vendor: Ticket
    asked: Ticket


@pytest.fixture
def alerts(world, ready_words):
    """Ten alerts in the order in which their deadlines come; a vendor had been asked about the last one."""
    eight = [world.open(f"Alert {i}", priority="P2") for i in range(8)]
    two = [world.open(title, priority="P2", service=world.m365) for title in ("Sign-in fails", "No licences")]
    case = {"service": "Microsoft 365", "answers": {}, "why": "x"}
    lifecycle.lodge_case(key=two[1].key, by=world.l1, now=world.now, **case)
    world.tick()
    lifecycle.resume(key=two[1].key, why="They have answered", by=world.l1, now=world.now)
    return Alerts(*eight, *two)


def decide(page, keys, alerts):
    """Triage, by keys alone."""
    keys.press("a")
    expect(row(page, alerts.taken)).to_contain_text("In progress")
    keys.press("e")
    keys.in_dialog("1", "1", "Enter")
    expect(row(page, alerts.up)).to_contain_text("L2")
    keys.press("s")
    keys.in_dialog("1", "Enter")
    expect(row(page, alerts.quiet)).to_contain_text("Snoozed until")
    keys.press("r")
    keys.in_dialog("1", "Enter")
    expect(row(page, alerts.done)).to_contain_text("Resolved")
    keys.press("a")
    expect(row(page, alerts.mistaken)).to_contain_text("In progress")
    keys.press("z")
    expect(row(page, alerts.mistaken)).to_contain_text("New")
    expect_focus(page, alerts.mistaken)
    keys.press("j", "m")
    expect(row(page, alerts.mine).locator(".ticket-assignee")).to_have_text("L1")
    keys.press("x", "J", "a")
    expect(row(page, alerts.second)).to_contain_text("In progress")
    expect_focus(page, alerts.with_vendor)
    keys.press("v")
    keys.in_dialog(*"Down", "Control+Enter")
    expect_focus(page, alerts.asked)
    keys.press("w")
    keys.in_dialog("2", "1", "Enter")
    expect(row(page, alerts.asked)).to_contain_text("Microsoft")


def test_ten_alerts_are_decided_in_under_forty_key_presses(world, visit, alerts):
    page = visit("/tickets/", world.l1)
    keys = Keyboard(page)
    decide(page, keys, alerts)
    assert keys.presses < 40, keys.presses
    now = {name: world.fresh(getattr(alerts, name)) for name in Alerts.__annotations__}
    assert all(now[name].acknowledged_by == world.l1 for name in ("taken", "first", "second"))
    assert now["mine"].assignee == world.l1
    assert now["up"].tier == world.tiers["L2"]
    [told] = world.said(alerts.up, "ESCALATED")
    assert WORDS["ESCALATION"] in told and WORDS["TRIED"] in told
    snooze = Snooze.objects.get()
    assert (snooze.ticket_id, snooze.user) == (alerts.quiet.pk, world.l1)
    assert (now["done"].status, now["done"].resolution) == ("RESOLVED", WORDS["RESOLUTION"])
    assert now["mistaken"].status == "NEW" and "UNDONE" in world.kinds(alerts.mistaken)
    assert VendorCase.objects.filter(ticket=alerts.with_vendor).exclude(status="CLOSED").count() == 1
    assert now["asked"].status == "WAITING_ON_VENDOR"
    assert WORDS["WAIT"] in world.said(alerts.asked, "WAITING")[-1]


def test_several_rows_are_decided_at_once_and_taken_back_at_once(world, visit):
    tickets = [world.open(f"Alert {i}", priority="P2") for i in range(4)]
    page = visit("/tickets/", world.l1)
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator("#bulk-count")).to_have_text("3 selected")
    lifecycle.acknowledge(key=tickets[1].key, by=world.l2, now=world.now)
    page.keyboard.press("a")
    summary = page.locator("#bulk-result")
    expect(summary).to_contain_text("2 acknowledged. 1 failed:")
    expect(summary).to_contain_text(f"{tickets[1].key} Alert 1: L2 took it at")
    expect_focus(page, tickets[3])
    expect(page.locator("#bulk-bar")).to_be_hidden()
    assert problems(page) == []
    page.keyboard.press("z")
    expect(row(page, tickets[0])).to_contain_text("New")
    expect(row(page, tickets[2])).to_contain_text("New")
    expect(row(page, tickets[1])).to_contain_text("In progress")
    assert {world.fresh(t).acknowledged_by for t in tickets} == {None, world.l2}


def test_the_toast_takes_an_act_back_and_then_leaves(world, visit):
    ticket = world.open()
    page = visit("/tickets/", world.l1)
    page.keyboard.press("a")
    toast = page.locator(".toast.undoable")
    expect(toast).to_contain_text(f"{ticket.key} is yours.")
    toast.get_by_role("button", name="Undo").click()
    expect(row(page, ticket)).to_contain_text("New")
    expect(toast).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator("#announce")).to_have_text("Nothing to undo: an act can be undone for 8 seconds.")
    assert world.fresh(ticket).status == "NEW"


def test_escape_closes_a_dialog_and_leaves_the_row_as_it_was(world, visit, ready_words):
    first, second = world.open("One"), world.open("Two")
    page = visit("/tickets/", world.l1)
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect_focus(page, second)
    assert world.fresh(first).status == world.fresh(second).status == "NEW"


def test_g_and_a_letter_lead_elsewhere_and_the_sheet_tells_all_keys(world, visit):
    world.open()
    page = visit("/tickets/", world.l1)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    for words in (
        "Acknowledge",
        "Escalate…",
        "Vendor case…",
        "Undo the last act",
        "Select up to here",
        "Unacknowledged",
    ):
        expect(sheet).to_contain_text(words)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.locator(".ticket-subject").first.focus()
    page.keyboard.press("g")
    page.keyboard.press("u")
    page.wait_for_url("**/tickets/?status=NEW")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/documents/")


def test_who_has_switched_keys_off_moves_by_arrows_and_loses_nothing_else(world, visit):
    DeskProfile.objects.create(user=world.l1, single_keys=False)
    tickets = [world.open("One"), world.open("Two")]
    page = visit("/tickets/", world.l1, viewport={"width": 1200, "height": 800})
    page.keyboard.press("a")
    page.keyboard.press("j")
    assert focused(page) == tickets[0].key and world.fresh(tickets[0]).status == "NEW"
    page.keyboard.press("ArrowDown")
    assert focused(page) == tickets[1].key
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{tickets[1].key}/**")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dialogs_bars_and_the_sheet_are_free_of_obstacles(world, visit, ready_words, scheme):
    world.open("One")
    world.open("Two")
    page = visit("/tickets/", world.l1, color_scheme=scheme, reduced_motion="reduce")
    page.keyboard.press("x")
    assert problems(page) == []
    page.keyboard.press("Escape")
    for key in ("e", "s", "?"):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        assert problems(page) == [], key
        page.keyboard.press("Escape")
        page.locator(".ticket-subject").first.focus()
    page.keyboard.press("a")
    expect(page.locator(".toast.undoable")).to_be_visible()
    assert problems(page) == []


def test_a_narrow_screen_shows_two_lines_a_row_and_scrolls_only_down(world, visit):
    long = world.open("Outlook asks for the password again and again in " + "Llanfairpwllgwyngyllgogerych" * 3)
    page = visit("/tickets/", world.l1, viewport=PHONE)
    assert not is_too_wide(page)
    assert row(page, long).bounding_box()["height"] <= 60
    told = row(page, long).locator(".clock time")
    told.evaluate("time => time.replaceWith('Microsoft answers by Tue 03:13')")
    for width in (320, 400, 720):
        page.set_viewport_size({"width": width, "height": 640})
        assert not is_too_wide(page)
        clock, holder = (row(page, long).locator(one).bounding_box() for one in (".clock", ".holder"))
        assert holder["x"] + holder["width"] <= clock["x"] and clock["x"] + clock["width"] <= width
        assert row(page, long).locator(".ticket-key").evaluate("key => key.scrollWidth <= key.offsetWidth")
    page.set_viewport_size(PHONE)
    row(page, long).get_by_role("checkbox").check()
    expect(page.locator("#bulk-bar")).to_be_visible()
    assert not is_too_wide(page)


def test_many_are_decided_without_scripts(world, visit):
    tickets = [world.open("One"), world.open("Two"), world.open("Three")]
    page = visit("/tickets/", world.l1, java_script_enabled=False)
    for ticket in tickets[:2]:
        page.get_by_role("checkbox", name=f"Select {ticket.key}").check()
    page.locator("[name=do]").select_option("resolution")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("What was done").fill("Restarted")
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator("main")).to_contain_text("2 resolved.")
    assert [world.fresh(t).status for t in tickets] == ["RESOLVED", "RESOLVED", "NEW"]


def test_keys_typed_in_a_row_of_ten_hit_one_row_each(world, visit):
    tickets = [world.open(f"Alert {i}", priority="P2") for i in range(10)]
    page = visit("/tickets/", world.l1)
    for _ in tickets:
        page.keyboard.press("a")
    for ticket in tickets:
        expect(row(page, ticket)).to_contain_text("In progress")
    assert TicketEvent.objects.filter(kind="ACKNOWLEDGED", actor=world.l1).count() == len(tickets)
