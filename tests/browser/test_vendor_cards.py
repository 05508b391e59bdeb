"""Vendors on a narrow screen: every column can be read without a table that scrolls sideways."""

import pytest

HIDDEN = "[...document.querySelectorAll('.scrolls')].filter(e => e.scrollWidth > e.clientWidth).length"


@pytest.mark.parametrize(("path", "words"), [
    ("/vendors/", ("First contact", "support@vendor.example", "Verified")),
    ("/vendors/microsoft/", ("Hours", "Owner", "Nobody", "First answer", "Counted on", "Comes from")),
])  # fmt: skip
def test_rows_become_cards_with_everything_in_them(world, visit, path, words):
    page = visit(path, world.manager, viewport={"width": 320, "height": 700})
    assert page.evaluate(HIDDEN) == 0
    cells = page.locator(".stacked td")
    labels = cells.evaluate_all("cells => cells.map(cell => cell.dataset.label || '').join(' ')")
    said = f"{labels} {page.inner_text('main')}"
    assert all(word in said for word in words)
    page.set_viewport_size({"width": 1280, "height": 700})
    assert page.evaluate(HIDDEN) == 0
