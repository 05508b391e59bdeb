"""Packs and tables of vendors in a real browser: usable by everybody, by keyboard and without scripts."""

import pytest
from axe import is_too_wide, problems

from vendors.models import Service, Vendor

PAGES = ("/vendors/packs/", "/vendors/packs/microsoft-365/", "/vendors/packs/internet-provider/", "/vendors/import/")
TABLE = (
    "Vendor;Service;Plan;Support e-mail;Phone;Hours;Remark\n"
    "Northline Networks;Northline fibre;Gold;faults@northline.example;+44 113 496 0200;mon to sat;ours\n"
    "Northline Networks;Northline fibre;;second@northline.example;;;\n"
)
OWN = """vendors:
  - name: Northline
    services:
      - name: Northline fibre
        category: network
"""


def checked(page, table=TABLE):
    """From the file to what it would do."""
    page.goto("/vendors/import/")
    page.fill("[name=text]", table)
    page.click("text=Read it")
    page.click("text=Check what it would do")
    page.wait_for_selector("h2#plan")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages(world, visit, scheme):
    page = visit("/vendors/packs/", world.manager, color_scheme=scheme)
    for path in PAGES:
        assert page.goto(path).status == 200
        assert (path, page.locator("h1").count(), problems(page)) == (path, 1, [])
    checked(page)
    assert problems(page) == []
    checked(page, TABLE.replace("faults@northline.example", "broken"))
    assert "Line 2, Support e-mail" in page.inner_text("[role=alert]")
    assert problems(page) == []


def test_a_small_screen_needs_no_scrolling_sideways(world, visit):
    page = visit("/vendors/packs/", world.manager, viewport={"width": 320, "height": 700})
    for path in PAGES:
        page.goto(path)
        assert (path, is_too_wide(page)) == (path, False)
    checked(page)
    assert not is_too_wide(page)
    assert page.locator("[name=column-0]").bounding_box()["width"] > 150


def test_a_pack_is_taken_by_keyboard_without_scripts(world, visit):
    page = visit("/vendors/packs/internet-provider/", world.manager, java_script_enabled=False)
    page.fill("[name=vendor]", "Northline")
    page.fill("[name=service]", "Northline fibre")
    page.press("[name=service]", "Enter")
    page.wait_for_url("**service=Northline+fibre")
    page.focus("button.primary")
    page.keyboard.press("Enter")
    page.wait_for_selector("h2#left")
    assert "Left to do for Northline" in page.inner_text("main")
    assert Service.objects.get(name="Northline fibre").vendor.name == "Northline"


def test_a_table_is_imported_without_scripts(world, visit):
    page = visit("/vendors/import/", world.manager, java_script_enabled=False)
    checked(page)
    assert "Creates vendor Northline Networks" in page.inner_text("main")
    assert not Vendor.objects.filter(name="Northline Networks").exists()
    page.click("text=Import 2 rows")
    page.wait_for_url("**/vendors/")
    assert "Imported: 2 rows created something" in page.inner_text("body")
    points = Service.objects.get(name="Northline fibre").contact_points.values_list("value", flat=True)
    assert list(points) == ["faults@northline.example", "+44 113 496 0200", "second@northline.example"]


def test_a_pack_of_one_s_own_is_looked_at_then_taken(world, visit):
    page = visit("/vendors/packs/", world.manager, viewport={"width": 320, "height": 900})
    for content in (OWN.replace("category", "colour"), OWN):
        page.set_input_files("[name=file]", {"name": "ours.yaml", "mimeType": "", "buffer": content.encode()})
        page.click("text=Look at what it would do")
        assert problems(page) == [] and not is_too_wide(page)
        if content != OWN:
            assert "ours.yaml:5" in page.inner_text("form.form")
    page.fill("[name=service]", "Northline DSL")
    page.click("text=Preview under these names")
    page.wait_for_selector("text=Northline DSL")
    page.click("text=Take it")
    page.wait_for_url("**/vendors/northline/?left")
    assert Service.objects.get(name="Northline DSL").category == "network"
