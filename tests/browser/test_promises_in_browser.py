"""The picture of a promise's worst way in a real browser."""

import pytest
from axe import is_too_wide, problems

PATH = "/clients/acme/promises/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_the_picture_and_its_table(world, visit, scheme):
    page = visit(PATH, world.manager, color_scheme=scheme)
    assert page.locator(".way-picture").count() == 2
    assert problems(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_open_a_promise_that_can_be_kept_and_close_it_again(world, visit, scheme):
    page = visit(PATH, world.manager, color_scheme=scheme)
    row = page.locator(".promise", has_text="Resolve within 4 h").first
    row.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("?way=P1%3A%3ARESOLVE#way"))
    opened = page.locator("#way")
    assert opened.locator(".way-picture").is_visible() and "No other start of the coming year" in opened.inner_text()
    assert problems(page) == []
    opened.locator(".promise").click()
    page.wait_for_url(lambda url: url.endswith(PATH))
    assert page.locator(".way-picture").count() == 2


def test_a_small_screen_needs_no_scrolling_sideways(world, visit):
    page = visit(PATH, world.manager, viewport={"width": 320, "height": 700})
    assert not is_too_wide(page)
    bars = page.locator(".way-picture").first.bounding_box()
    assert bars["width"] <= 320


def test_the_words_of_the_picture_stay_within_it_on_a_small_screen(world, visit):
    page = visit(f"{PATH}?way=P1::RESOLVE", world.manager, viewport={"width": 320, "height": 700})
    texts = page.locator(".way-picture text").all()
    edges = [(box["x"], box["x"] + box["width"]) for box in (text.bounding_box() for text in texts)]
    assert len(edges) > 20 and min(left for left, _ in edges) >= 0 and max(right for _, right in edges) <= 320
