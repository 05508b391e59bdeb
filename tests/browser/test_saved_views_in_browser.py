"""Views, snoozing and many tickets at once in a real browser: for everybody, narrow, dark and without scripts."""

import pytest
from axe import is_too_wide, problems

from tickets.models import SavedView, Snooze
from tickets.saved_views import save_view
from tiers.models import Team


@pytest.fixture
def pages(world):
    """The pages, with a view of one's own, one of the team, and one that needs mending."""
    ticket = world.open()
    for name, query, team in (("Urgent", "priority=P1", None), ("Ours", "q=mail", Team.objects.get(name="L1 team"))):
        save_view(name=name, query=query, team=team, by=world.l1, now=world.now)
    broken = save_view(name="Old", query="", team=None, by=world.l1, now=world.now)
    SavedView.objects.filter(pk=broken.pk).update(query="team=Gone")
    return [
        "/tickets/views/", "/tickets/views/new/?priority=P1", f"/tickets/views/{broken.pk}/",
        f"/tickets/{ticket.key}/snooze/",
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_them_in_light_and_dark_and_where_it_is_narrow(world, visit, pages, scheme):
    page = visit(pages[0], world.l1, color_scheme=scheme, viewport={"width": 320, "height": 800})
    for path in pages:
        page.goto(path)
        assert problems(page) == [] and not is_too_wide(page), path


def test_without_scripts_tickets_are_ticked_snoozed_and_woken(world, visit):
    keys = [world.open(f"T{n}").key for n in range(3)]
    page = visit("/tickets/", world.l1, java_script_enabled=False)
    for key in keys[:2]:
        page.locator(f"#row-{key} [name=key]").check()
    page.select_option("[name=do]", "snooze")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("4 hours").check()
    page.get_by_role("button", name="Snooze", exact=True).click()
    page.get_by_text("2 snoozed.").wait_for()
    page.get_by_role("link", name="Back to the list").click()
    assert page.locator(".queue-row").count() == 1
    page.get_by_role("link", name="Snoozed").click()
    for key in keys[:2]:
        page.locator(f"#row-{key} [name=key]").check()
    page.select_option("[name=do]", "wake")
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("2 back in your queue.").wait_for()
    assert not Snooze.objects.exists()


def test_filters_are_saved_as_a_view_from_the_queue(world, visit):
    world.open()
    page = visit("/tickets/?priority=P1", world.l1)
    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name").fill("Burning")
    page.keyboard.press("Enter")
    page.locator(".rail-link", has_text="Burning").wait_for()
    assert page.url.endswith("/tickets/?priority=P1")
    assert page.locator(".rail-link[aria-current=page] .rail-title").inner_text() == "Burning"
    assert page.locator(".rail-link[aria-current=page] .rail-count").inner_text() == "1"
