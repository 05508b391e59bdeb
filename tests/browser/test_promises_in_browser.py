"""The picture of a broken promise in a real browser."""

import pytest
from axe import is_too_wide, problems

PATH = "/clients/acme/promises/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_the_picture_and_its_table(world, visit, scheme):
    page = visit(PATH, world.manager, color_scheme=scheme)
    assert page.locator(".way-picture").count() == 2
    assert problems(page) == []


def test_a_small_screen_needs_no_scrolling_sideways(world, visit):
    page = visit(PATH, world.manager, viewport={"width": 320, "height": 700})
    assert not is_too_wide(page)
    bars = page.locator(".way-picture").first.bounding_box()
    assert bars["width"] <= 320
