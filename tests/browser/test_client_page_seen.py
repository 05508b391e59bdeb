"""The client page in a real browser: read in worry, on a phone, on paper; written, shared and seen as the client."""

import re

import pytest
from axe import is_too_wide, problems
from playwright.sync_api import expect

from clients.models import PageWords
from tickets import lifecycle

PHONE = {"width": 320, "height": 640}
EDITOR, LINKS = "/clients/acme/page/", "/clients/acme/share-links/"


@pytest.fixture
def reader(world):
    return world.reader(world.acme)


@pytest.fixture
def asked(world):
    """One request is new, one has waited for the client since."""
    world.open("Just received")
    ticket = world.open("We asked something")
    lifecycle.wait(key=ticket.key, on="CLIENT", why="Which line?", by=world.l1, now=world.now)
    world.ladder({"tier": "L2", "acknowledge_within": "7m", "hand_over_after": "1h"})


def looked_at(page):
    """Everything that can be opened is open; what is wrong with the page then."""
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    return problems(page), is_too_wide(page)


def test_what_is_asked_of_the_client_stands_first_and_everything_can_be_read_by_everybody(visit, reader, asked):
    page = visit("/portal/acme/", reader)
    first = page.get_by_role("article").first
    expect(first).to_contain_text("In whose hands")
    expect(first.get_by_role("heading")).to_have_text("We asked something")
    expect(page.get_by_role("img", name=re.compile("With us"))).not_to_have_count(0)
    for path in ("/portal/acme/", "/portal/acme/?as_of=2026-03-02", "/portal/acme/?as_of=x"):
        page.goto(path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert looked_at(page) == ([], False), (path, scheme)
    page.set_viewport_size(PHONE)
    for path in ("/portal/acme/", "/portal/acme/?as_of=2026-03-02"):
        page.goto(path)
        assert looked_at(page) == ([], False), path


def test_a_day_of_the_past_is_chosen_without_a_script(visit, reader, asked):
    page = visit("/portal/acme/", reader, java_script_enabled=False)
    page.get_by_label("How it was on another day").fill("2026-03-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Nothing was written down yet")).to_be_visible()
    page.get_by_role("link", name="Back to today").click()
    expect(page.get_by_role("heading", name="Who responds first")).to_be_visible()


def test_on_paper_it_is_two_or_three_sheets_without_what_cannot_be_pressed(visit, reader, asked):
    page = visit("/portal/acme/", reader)
    page.emulate_media(media="print")
    for hidden in ("Show", "Sign out"):
        expect(page.get_by_role("button", name=hidden)).to_be_hidden()
    sheets = page.pdf(format="A4", prefer_css_page_size=True)
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", sheets)) <= 5


def test_an_example_is_used_changed_moved_and_published_by_keyboard_without_a_script(world, visit):
    page = visit(EDITOR, world.manager, java_script_enabled=False)
    page.get_by_role("button", name="Use and change: You have a question that can wait").press("Enter")
    page.get_by_label("What happens").nth(1).fill("The till stops")
    page.get_by_label("What we do then").nth(1).fill("We come within the hour.")
    page.get_by_label("Why").fill("They asked")
    page.get_by_label("Why").press("Enter")
    expect(page.locator(".words-preview")).to_contain_text("The till stops")
    assert not PageWords.objects.exists()
    page.get_by_role("button", name="Move example 2 up").press("Enter")
    assert page.get_by_label("What happens").first.input_value() == "The till stops"
    page.get_by_role("button", name="Publish").press("Enter")
    page.wait_for_url("**/portal/acme/")
    expect(page.get_by_role("heading", name="The till stops")).to_be_visible()
    titles = [row["title"] for row in PageWords.live(world.acme).document["scenarios"]]
    assert titles == ["The till stops", "You have a question that can wait"]


def test_a_link_is_made_and_opens_a_page_without_a_way_in(world, visit, chromium, live_server, settings):
    settings.PUBLIC_URL = live_server.url
    page = visit(LINKS, world.manager)
    page.get_by_label("For whom").fill("The board")
    page.get_by_role("button", name="Make the link").click()
    url = page.get_by_label("The new link").input_value()
    assert looked_at(page) == ([], False)
    stranger = chromium.new_context()
    shared = stranger.new_page()
    shared.goto(url)
    expect(shared.get_by_role("heading", name="Who responds first")).to_be_visible()
    assert looked_at(shared) == ([], False) and shared.get_by_role("link").count() == 2  # to the content, the language
    assert stranger.cookies() == []
    stranger.close()


@pytest.mark.parametrize("options", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": PHONE}])
def test_the_pages_of_those_who_keep_it_can_be_used_by_everybody(world, visit, reader, options):
    page = visit(EDITOR, world.manager, **options)
    assert looked_at(page) == ([], False)
    page.get_by_label("What happens").first.fill("Half written")
    page.get_by_role("button", name="Publish").click()
    page.get_by_label("Why").fill("x")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".field-error")).to_have_count(1)
    assert looked_at(page) == ([], False)
    for path in (LINKS, f"/portal/acme/?see_as={reader.pk}"):
        page.goto(path)
        assert looked_at(page) == ([], False), path
