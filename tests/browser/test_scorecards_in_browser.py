"""The vendors' scorecards in a real browser: light, dark, small, printed, without scripts."""

from datetime import timedelta

import pytest
from axe import is_too_wide, problems

from tickets import lifecycle
from vendors.models import Vendor

ALL, ONE = "/reports/vendors/", "/reports/vendors/microsoft/"
TENANT = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def lived(world):
    """A case that was answered too late, one that waits, and a vendor without any."""
    world.now -= timedelta(hours=4)
    targets = {"A": {"RESPOND": "1h", "UPDATE": "2h", "RESOLVE": "8h"}}
    world.agreement("M365", "UC", {"calendar": "24x7", "targets": targets})
    Vendor.objects.create(name="Quiet Ltd")
    tickets = [world.open(f"Mail does not arrive {number}") for number in (1, 2)]
    for ticket in tickets:
        world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={"tenant_id": TENANT}, why="Theirs")
    world.tick()
    world.now += timedelta(minutes=90)
    world.do(lifecycle.resume, tickets[0], why="They have found it")
    return tickets


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_pages_are_clean_and_fit_a_small_screen(world, lived, visit, scheme):
    page = visit(ALL, world.manager, color_scheme=scheme)
    for path in (ALL, ONE, "/reports/vendors/quiet-ltd/", f"{ALL}?from=nonsense"):
        page.goto(path)
        page.click("summary") if page.locator("summary").count() else None
        assert (path, problems(page)) == (path, [])
    page.set_viewport_size({"width": 320, "height": 800})
    for path in (ALL, ONE):
        page.goto(path)
        assert (path, is_too_wide(page), problems(page)) == (path, False, [])


def test_a_manager_goes_from_the_rail_to_a_case_and_takes_a_file_along_without_scripts(world, lived, visit):
    page = visit("/tickets/", world.manager, java_script_enabled=False)
    page.click("nav >> text=Scorecards")
    page.click("nav[aria-label='Period'] >> text=This year")
    page.click("main >> text=Microsoft")
    assert page.locator("h1").inner_text() == "Microsoft"
    late = page.locator(".evidence .late").all_inner_texts()
    assert [text.strip().replace("\u00a0", " ") for text in late] == ["3 h", "30 min"]
    page.check("input[name=clients]")
    with page.expect_download() as saved:
        page.click("main button:has-text('CSV')")
    text = saved.value.path().read_text()
    assert text.splitlines()[0].endswith("client") and "Acme" in text
    page.click(f".evidence >> text={lived[0].key}")
    page.wait_for_url(f"**/tickets/{lived[0].key}/")


def test_days_of_one_s_own_choice_are_asked_for_by_the_form(world, lived, visit):
    page = visit(ONE, world.manager)
    page.fill("input[name=from]", "2026-01-01")
    page.fill("input[name=to]", "2026-01-31")
    page.click("main >> text=Show")
    page.get_by_text("No case in this period").wait_for()
    assert "1 Jan 2026 to 31 Jan 2026" in page.locator("main").inner_text()


def test_on_paper_there_is_no_form_and_no_rail_and_nothing_is_cut(world, lived, visit):
    page = visit(ONE, world.manager)
    page.emulate_media(media="print")
    for hidden in ("nav.rail", ".period", ".files"):
        assert not page.locator(hidden).is_visible(), hidden
    assert page.locator(".evidence").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.scrolls')).overflowX") == "visible"
