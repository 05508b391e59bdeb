"""Documents in a real browser: written with a live preview, opened to a client, and read there."""

import pytest
from axe import is_too_wide, problems
from playwright.sync_api import expect

from documents.models import Document, DocumentVersion
from papers import again, opened, paper

LONG = (
    "# Before\n\nCall **us**.\n\n| what | who |\n|--|--:|\n| " + "verylongword" * 20 + " | you |\n\n# Then\n\n# After\n"
)
DESK = (
    "/documents/", "/documents/?q=plug", "/documents/restart-the-router/", "/documents/restart-the-router/edit/",
    "/documents/restart-the-router/versions/2/", "/documents/restart-the-router/audience/",
    "/documents/agreed/readers/", "/documents/new/",
)  # fmt: skip
CLIENT = ("/portal/acme/documents/", "/portal/acme/documents/agreed/")


@pytest.fixture
def shelf(world):
    document = paper(world, asks_receipt=True)
    again(world, document, "Pull the cable.\n\n- [ ] plug\n\n" + LONG, base=1, asks_receipt=True)
    opened(world, world.acme, "Agreed", body=LONG)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages(world, shelf, visit, scheme):
    page = visit("/documents/", world.manager, color_scheme=scheme)
    for path in DESK:
        assert page.goto(path).status == 200
        assert (path, page.locator("h1").count(), problems(page)) == (path, 1, [])
    page = visit("/", world.reader(world.acme), color_scheme=scheme)
    for path in CLIENT:
        assert page.goto(path).status == 200
        assert (path, page.locator("h1").count(), problems(page)) == (path, 1, [])


def test_a_small_screen_needs_no_scrolling_sideways(world, shelf, visit):
    small = {"width": 320, "height": 700}
    for user, paths in ((world.manager, DESK), (world.reader(world.acme), CLIENT)):
        page = visit("/", user, viewport=small)
        for path in paths:
            page.goto(path)
            assert (path, is_too_wide(page)) == (path, False)


def test_the_list_on_a_narrow_screen_cuts_no_audience(world, shelf, visit):
    page = visit("/documents/", world.manager, viewport={"width": 320, "height": 700})
    chips = page.locator("main .audience").evaluate_all("all => all.map(e => e.getBoundingClientRect().right)")
    assert len(chips) == 2 and max(chips) <= 320
    assert page.evaluate("() => [...document.querySelectorAll('.scrolls')].every(e => e.scrollWidth <= e.clientWidth)")


def test_a_runbook_is_written_by_keyboard_with_a_live_preview(world, visit):
    page = visit("/documents/new/", world.l1)
    page.fill("[name=name]", "Reset the router")
    page.focus("[name=body]")
    page.keyboard.type("Pull the **plug**, <b>not</b> the cable.")
    expect(page.locator("#preview strong")).to_have_text("plug")
    expect(page.locator("#preview")).to_contain_text("<b>not</b>")
    page.fill("[name=note]", "It was missing")
    page.press("[name=note]", "Control+Home")
    page.get_by_role("button", name="Publish").press("Enter")
    page.wait_for_url("**/documents/reset-the-router/")
    assert DocumentVersion.live(Document.objects.get()).body == "Pull the **plug**, <b>not</b> the cable."


def test_what_was_half_written_is_still_there_after_a_reload(world, shelf, visit):
    page = visit("/documents/restart-the-router/edit/", world.l1)
    page.fill("[name=body]", "Half a thought")
    page.reload()
    expect(page.locator("[name=body]")).to_have_value("Half a thought")


def test_without_scripts_a_preview_needs_a_button_and_keeps_what_was_written(world, shelf, visit):
    page = visit("/documents/restart-the-router/edit/", world.l1, java_script_enabled=False)
    page.fill("[name=body]", "Now **this**.")
    page.get_by_role("button", name="Preview").click()
    assert page.inner_text("#preview strong") == "this" and page.input_value("[name=body]") == "Now **this**."
    page.fill("[name=note]", "Shorter")
    page.get_by_role("button", name="Publish").click()
    assert "Now this." in page.inner_text("article.document")


def test_a_manager_opens_a_document_and_the_client_reads_it(world, shelf, visit):
    reader = world.reader(world.acme)
    page = visit("/documents/restart-the-router/audience/", world.manager)
    page.get_by_label("A client's decision makers").check()
    page.select_option("[name=client]", label="Acme")
    page.fill("[name=why]", "They asked for it")
    page.get_by_role("button", name="Change the audience").click()
    expect(page.get_by_role("alert")).to_contain_text(reader.email)
    assert problems(page) == []
    page.get_by_role("button", name="Yes, let Acme read it").click()
    expect(page.locator(".audience").first).to_have_text("Acme reads it")
    page = visit("/portal/acme/", reader)
    page.get_by_role("link", name="Documents").click()
    page.get_by_role("link", name="Restart the router").click()
    expect(page.get_by_text("Pull the cable.")).to_be_visible()


def test_who_was_asked_says_to_have_read_it(world, shelf, visit):
    page = visit("/documents/", world.l1)
    page.locator(".to-read").get_by_role("link", name="Restart the router").click()
    page.get_by_role("button", name="I have read this").click()
    expect(page.get_by_text("You read this version")).to_be_visible()
