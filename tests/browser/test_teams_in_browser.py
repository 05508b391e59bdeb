"""Teams in a real browser: read by everybody, taken and edited by keyboard and without scripts."""

import pytest
from axe import is_too_wide, problems

from accounts.clock import database_now
from tiers.models import Override, Team

NIGHTS = {
    "timezone": "Europe/Berlin",
    "layers": [{"name": "Nights", "hand_over": "mon 18:00", "from": "2026-03-02", "hours": {"mon": ["18:00-24:00"]}}],
}
PAGES = ("/teams/", "/teams/l1-team/", "/teams/l1-team/edit/", "/teams/l2-team/")


@pytest.fixture
def team(world):
    """A team with gaps and an override."""
    row = world.tiers["L1"].team
    Team.objects.filter(pk=row.pk).update(rotation=NIGHTS)
    now = database_now()
    Override.objects.create(
        team=row, user=world.l1, begins_at=now, ends_at=now.replace(year=now.year + 1), why="Holidays of the others",
        made_by=world.manager, made_at=now,
    )  # fmt: skip
    return row


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages(world, team, visit, scheme):
    page = visit("/teams/", world.manager, color_scheme=scheme)
    for path in PAGES:
        assert page.goto(path).status == 200
        assert (path, page.locator("h1").count(), problems(page)) == (path, 1, [])


def test_a_small_screen_needs_no_scrolling_sideways(world, team, visit):
    page = visit("/teams/", world.manager, viewport={"width": 320, "height": 700})
    for path in PAGES:
        page.goto(path)
        assert (path, is_too_wide(page)) == (path, False)


def test_a_narrow_table_stands_in_blocks_with_its_verb_in_sight(world, team, visit):
    page = visit("/teams/l1-team/", world.l1, viewport={"width": 320, "height": 700})
    ends = page.locator("button:has-text('End it now')").bounding_box()
    assert ends["x"] >= 0 and ends["x"] + ends["width"] <= 320
    assert page.evaluate("() => [...document.querySelectorAll('.scrolls')].every(e => e.scrollWidth <= e.clientWidth)")
    label = "() => getComputedStyle(document.querySelector('.stacked td[data-label]'), '::before').content"
    assert page.evaluate(label) == '"From"'


def test_the_calendar_s_address_is_copied_by_its_button(world, team, visit):
    page = visit("/teams/l1-team/", world.l1, permissions=["clipboard-read", "clipboard-write"])
    page.click("text=Make an address")
    page.click("[data-copy=address]")
    page.wait_for_selector("text=Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.input_value("#address")
    assert problems(page) == []


def test_a_technician_takes_the_night_by_keyboard_without_scripts(world, team, visit):
    Override.objects.update(removed_at=database_now(), removed_by=world.manager)
    page = visit("/teams/l1-team/", world.l1, java_script_enabled=False)
    page.fill("[name=why]", "I am awake anyway")
    page.press("[name=why]", "Enter")
    page.wait_for_selector("text=I am awake anyway")
    assert Override.objects.get(removed_at=None).user == world.l1
    page.click("button:has-text('End it now')")
    page.wait_for_selector("text=The override of L1 is over.")


def test_a_manager_adds_a_layer_and_is_told_what_is_wrong(world, team, visit):
    page = visit("/teams/l1-team/edit/", world.manager, java_script_enabled=False)
    page.click("button[name=add]")
    assert page.input_value("[name=layer-0-hours]") == "Mon 18:00-24:00"
    page.fill("[name=layer-1-name]", "Days")
    page.fill("[name=layer-1-hours]", "weekdays")
    page.click("button.primary")
    assert page.locator(".field-error").count() == 1
    page.fill("[name=layer-1-hours]", "Mon-Fri 09:00-17:00")
    page.click("button.primary")
    page.wait_for_url("**/teams/l1-team/")
    assert [layer["name"] for layer in Team.objects.get(pk=team.pk).rotation["layers"]] == ["Nights", "Days"]
