"""The radar and the start of a shift in a real browser: by mouse, by keys, without scripts, on a small screen."""

import pytest
from axe import is_too_wide, problems

from accounts.clock import database_now
from tickets.models import RadarEntry
from tickets.radar.placing import place
from tickets.shift.handing_over import leave

PAGES = ("/radar/", "/shift/", "/shift/hand-over/", "/shift/hand-overs/l1-team/")


@pytest.fixture
def cards(world):
    """One card in each lane, and a note for the first technician."""
    tickets = [world.open(f"Ticket of lane {n}") for n in range(3)]
    for ticket, score in zip(tickets, (None, 4, 9), strict=True):
        place(key=ticket.key, score=score, jira_key="ABC-1" if score else "", by=world.l1, now=world.now)
    leave(team=world.tiers["L2"].team, text="Mind Acme", to=world.l1, keys=[tickets[0].key], assign=True, by=world.l2,
          now=world.now)  # fmt: skip
    return tickets


def score(ticket):
    return RadarEntry.objects.get(ticket=ticket).score


def in_lane(page, slug, ticket):
    return page.locator(f"[data-lane='{slug}'] #radar-{ticket.key}")


def said(page, words):
    page.wait_for_function("words => document.getElementById('announce').textContent.includes(words)", arg=words)


def test_a_card_is_dragged_and_asked_for_its_score(world, cards, visit):
    page = visit("/radar/", world.l1)
    first = cards[0]
    page.drag_and_drop(f"#radar-{first.key} .radar-title", "[data-lane='1-6'] h2")
    page.wait_for_selector("#radar-score[open]")
    assert page.input_value("#radar-score-number") == "3" and problems(page) == []
    page.click("[data-by='1']")
    page.fill("#radar-score-jira", "abc-7")
    page.click("#radar-score button[value=place]")
    said(page, "is in “Active bug being prioritised”, score 4.")
    in_lane(page, "1-6", first).wait_for()
    entry = RadarEntry.objects.get(ticket=first)
    assert (entry.score, entry.jira_key) == (4, "ABC-7")
    page.drag_and_drop(f"#radar-{first.key} .radar-title", "[data-lane='7-10'] h2")
    page.wait_for_selector("#radar-score[open]")
    page.keyboard.press("Escape")
    said(page, "is back in Active bug being prioritised")
    assert in_lane(page, "1-6", first).count() == 1 and score(first) == 4


def test_a_card_is_moved_by_keys_alone_and_each_step_is_told(world, cards, visit):
    page = visit("/radar/", world.l1)
    first = cards[0]
    page.focus(f"#radar-{first.key} [data-grip]")
    page.keyboard.press("Space")
    said(page, f"{first.key} lifted from Needs investigation, no score.")
    page.keyboard.press("ArrowRight")
    said(page, "over Active bug being prioritised, score 3.")
    page.keyboard.press("ArrowRight")
    said(page, "over Under review by Product/Dev, score 8.")
    page.keyboard.press("ArrowUp")
    said(page, "Score 9.")
    page.keyboard.press("Escape")
    said(page, f"{first.key} is back in Needs investigation.")
    assert score(first) is None and in_lane(page, "none", first).count() == 1
    for key in ("Space", "ArrowRight", "ArrowDown", "Space"):
        page.keyboard.press(key)
    said(page, "is in “Active bug being prioritised”, score 2.")
    assert score(first) == 2
    assert page.evaluate("document.activeElement.closest('[data-key]').dataset.key") == first.key


def test_the_later_of_two_is_told_who_was_faster(world, cards, visit):
    page = visit("/radar/", world.l1)
    first = cards[0]
    place(key=first.key, score=10, jira_key="", by=world.l2, now=database_now())
    page.focus(f"#radar-{first.key} [data-grip]")
    for key in ("Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    said(page, f"{first.key} was not moved. L2 moved it")
    in_lane(page, "7-10", first).wait_for()
    assert score(first) == 10


def test_a_lost_network_puts_the_card_back(world, cards, visit):
    page = visit("/radar/", world.l1)
    first = cards[0]
    page.route(f"**/tickets/{first.key}/radar/", lambda route: route.abort())
    page.focus(f"#radar-{first.key} [data-grip]")
    for key in ("Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    said(page, f"{first.key} was not moved.")
    assert in_lane(page, "none", first).count() == 1 and score(first) is None


def test_without_scripts_a_button_moves_a_card_and_a_note_is_read(world, cards, visit):
    page = visit("/radar/", world.l1, java_script_enabled=False)
    first = cards[0]
    page.click(f"#radar-{first.key} summary")
    page.click(f"#radar-{first.key} button:has-text('Move to Under review')")
    page.wait_for_selector(f"[data-lane='7-10'] #radar-{first.key}")
    assert score(first) == 8
    page.goto("/shift/")
    page.click("text=I have read it")
    page.wait_for_selector("text=You have read the note of L2.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages(world, cards, visit, scheme):
    page = visit("/radar/", world.l1, color_scheme=scheme)
    for path in PAGES:
        assert page.goto(path).status == 200
        page.evaluate("document.querySelectorAll('details').forEach(part => (part.open = true))")
        assert (path, page.locator("h1").count(), problems(page)) == (path, 1, [])


def test_a_small_screen_needs_no_scrolling_sideways(world, cards, visit):
    page = visit("/radar/", world.l1, viewport={"width": 320, "height": 700})
    for path in PAGES:
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(part => (part.open = true))")
        assert (path, is_too_wide(page)) == (path, False)
