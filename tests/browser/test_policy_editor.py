"""The policy editor in a real browser: from draft to publish by mouse and by keyboard, and two managers at once."""

import re

import pytest
from axe import is_too_wide, problems

from accounts import roles
from tiers.drafts import open_draft, save_draft, start_draft
from tiers.models import PolicyVersion

PATH = "/policies/standard/draft/"


@pytest.fixture
def draft(world):
    exceptions = [{"client": "Acme", "priority": "P1", "start_tier": "L2", "reason": "Their contract"}]
    begun = start_draft(policy=world.policy, by=world.manager, now=world.now)
    document = {**begun.document, "exceptions": exceptions}
    return save_draft(policy=world.policy, document=document, revision=begun.revision, by=world.manager, now=world.now)


def field(page, name):
    return page.locator(f'[id="{name}"]')


def saved(page):
    page.wait_for_selector("#editor-saved:text-is('Saved')", timeout=9000)


def drag(page, row, before):
    """Take a row by its handle, as a hand does, and drop it at the upper edge of another."""
    page.locator("#routing-part").evaluate("part => part.scrollIntoView({ behavior: 'instant' })")
    grip = page.locator(f'[id="{row}"] summary [data-grip]').bounding_box()
    edge = page.locator(f'[id="{before}"]').bounding_box()
    page.mouse.move(grip["x"] + 7, grip["y"] + 7)
    page.mouse.down()
    page.mouse.move(grip["x"] + 7, grip["y"] - 5, steps=3)
    page.mouse.move(edge["x"] + 60, edge["y"] + 3, steps=5)
    page.mouse.up()


def names(world):
    return [rule.get("name") for rule in open_draft(world.policy).document["routing"]]


def live(world):
    return PolicyVersion.live(world.policy)


def test_a_manager_s_whole_way_by_mouse(world, visit):
    page = visit("/policies/standard/", world.manager)
    page.click("text=Edit")
    page.wait_for_url(f"**{PATH}")
    field(page, "ladders.P1.0.acknowledge_within").fill("5m")
    saved(page)
    page.click("#routing\\:add")
    field(page, "routing.3.name").fill("Printers")
    field(page, "routing.3.when.keywords").fill("printer, toner")
    field(page, "routing.3.then.tier").select_option("L2")
    saved(page)
    drag(page, "routing.3", "routing.0")
    page.wait_for_selector("text=is now at place 1 of 4", state="attached", timeout=9000)
    assert names(world) == ["Printers", "Sign-in code", "Firewalls", "Ransom"]
    page.click("text=Try it on a text")
    page.fill("[name=title]", "The printer wants toner")
    page.click("main form button.primary")
    page.wait_for_selector(".tried [data-state=FIRED], .tried > [data-state=FIRED]")
    assert "Begins at L2" in page.inner_text(".begins")
    page.click(".page-back")
    page.click("text=Review and publish")
    assert "L1 has 5 minutes to acknowledge (was 15 minutes)" in page.inner_text("main")
    page.fill("[name=note]", "Printers have a place of their own")
    page.click("text=Publish as version 2")
    page.wait_for_url("**/policies/standard/")
    assert (live(world).number, live(world).document["routing"][0]["name"]) == (2, "Printers")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def reach(page, wanted, key="Tab", most=80):
    """Go on by one key until the element with this id, or these words, has the focus."""
    for _ in range(most):
        page.keyboard.press(key)
        here = page.evaluate("[document.activeElement.id, document.activeElement.textContent.trim().slice(0, 60)]")
        if wanted == here[0] or wanted in here[1]:
            return
    raise AssertionError(f"{wanted} was not reached by {key}")


def test_the_same_way_by_keyboard_alone(world, visit):
    page = visit("/policies/standard/", world.manager)
    reach(page, "Edit")
    press(page, "Enter")
    page.wait_for_url(f"**{PATH}")
    reach(page, "ladders.P1.0.acknowledge_within")
    press(page, "Control+A")
    page.keyboard.type("5m")
    saved(page)
    assert page.evaluate("document.activeElement.id") == "ladders.P1.0.acknowledge_within"
    page.focus('[id="routing.2:fold"]')
    press(page, "Alt+ArrowUp")
    page.wait_for_selector("text=“Ransom” is now at place 2 of 3.", state="attached")
    press(page, "Alt+ArrowUp")
    page.wait_for_selector("text=“Ransom” is now at place 1 of 3.", state="attached")
    assert names(world) == ["Ransom", "Sign-in code", "Firewalls"]
    assert page.evaluate("document.activeElement.closest('[data-row]').dataset.row") == "routing.0"
    reach(page, "Review and publish")
    press(page, "Enter")
    page.wait_for_url("**/review/")
    reach(page, "id_note")
    page.keyboard.type("Ransom first")
    press(page, "Enter")
    page.wait_for_url("**/policies/standard/")
    assert (live(world).number, live(world).note) == (2, "Ransom first")


def test_the_whole_way_needs_no_script(world, visit):
    page = visit("/policies/standard/", world.manager, java_script_enabled=False)
    page.click("text=Edit")
    field(page, "ladders.P1.0.acknowledge_within").fill("5x")
    page.click("#routing\\:add")
    field(page, "routing.3.name").fill("Printers")
    assert "is not a duration" in page.inner_text("main")
    field(page, "ladders.P1.0.acknowledge_within").fill("5m")
    page.locator('[id="routing.3.then.tier"]').select_option("L2")
    field(page, "routing.3.when.keywords").fill("printer")
    page.click('[id="routing.3:up"]')
    page.click("text=Review and publish")
    page.fill("[name=note]", "By forms")
    page.click("text=Publish as version 2")
    assert [rule["name"] for rule in live(world).document["routing"]][2] == "Printers"


def test_two_managers_at_once_and_the_second_is_told(world, draft, visit):
    dana = world.person("dana@msp.example", roles.MANAGER)
    first, second = visit(PATH, world.manager), visit(PATH, dana)
    field(first, "ladders.P1.0.acknowledge_within").fill("5m")
    saved(first)
    field(second, "ladders.P1.1.acknowledge_within").fill("9m")
    second.wait_for_selector("text=Boss saved this draft")
    assert field(second, "ladders.P1.1.acknowledge_within").input_value() == "9m"
    assert second.inner_text("#editor-saved") == "Not saved" and problems(second) == []
    steps = open_draft(world.policy).document["ladders"]["P1"]
    assert (steps[0]["acknowledge_within"], steps[1]["acknowledge_within"]) == ("5m", "15m")
    second.click("text=Put mine in its place")
    second.wait_for_selector("text=Boss saved this draft", state="detached")
    steps = open_draft(world.policy).document["ladders"]["P1"]
    assert (steps[0]["acknowledge_within"], steps[1]["acknowledge_within"]) == ("15m", "9m")


def test_what_is_typed_while_it_is_saved_is_not_lost(world, draft, visit):
    page = visit(PATH, world.manager)
    page.route(re.compile(PATH), lambda route: (page.wait_for_timeout(600), route.continue_()))
    field(page, "ladders.P1.0.acknowledge_within").fill("5m")
    page.wait_for_selector("#editor-saved:text-is('Saving…')")
    field(page, "ladders.P1.1.acknowledge_within").fill("6m")
    field(page, "ladders.P1.2.acknowledge_within").fill("7m")
    saved(page)
    steps = open_draft(world.policy).document["ladders"]["P1"]
    assert [step["acknowledge_within"] for step in steps[:3]] == ["5m", "6m", "7m"]
    assert field(page, "ladders.P1.1.acknowledge_within").input_value() == "6m"


def test_what_was_saved_is_told_as_past_by_a_browser_whose_clock_is_behind(world, draft, visit):
    page = visit(PATH, world.manager)
    page.evaluate("() => document.querySelectorAll('.editor-state time').forEach(t => { t.dateTime = '2999-01-01' })")
    page.wait_for_function("() => document.querySelector('.editor-state time').textContent === 'just now'")


def test_a_server_that_does_not_answer_is_told_and_nothing_is_lost(world, draft, visit):
    page = visit(PATH, world.manager)
    page.route(re.compile(PATH), lambda route: route.abort())
    field(page, "ladders.P1.0.acknowledge_within").fill("5m")
    page.wait_for_selector("text=Not saved: the server cannot be reached")
    page.unroute(re.compile(PATH))
    saved(page)
    assert open_draft(world.policy).document["ladders"]["P1"][0]["acknowledge_within"] == "5m"


PAGES = ("", "trial/", "review/", "discard/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages(world, draft, visit, scheme):
    page = visit(PATH, world.manager, color_scheme=scheme)
    for fold in ("ladders.P1", "exceptions.0", "routing.1"):
        page.evaluate("id => { document.querySelector(`[data-fold='${id}']`).open = true }", fold)
    field(page, "routing.1.when.regex").fill("(vpn")
    page.wait_for_selector("text=missing )")
    assert problems(page) == []
    for path in (*(PATH + end for end in PAGES), "/policies/standard/", "/policies/", "/policies/new/"):
        page.goto(path)
        assert (path, page.locator("h1").count(), problems(page)) == (path, 1, [])
    page.goto(f"{PATH}trial/")
    page.fill("[name=title]", "ransom")
    page.click("main form button.primary")
    page.wait_for_selector(".tried")
    assert problems(page) == []


def test_a_small_screen_needs_no_scrolling_sideways(world, draft, visit):
    page = visit(PATH, world.manager, viewport={"width": 320, "height": 700})
    for path in (*(PATH + end for end in PAGES), f"{PATH}?at=exceptions.0", f"{PATH}?at=routing.1", "/policies/new/"):
        page.goto(path)
        assert (path, is_too_wide(page)) == (path, False)
