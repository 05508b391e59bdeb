"""Calendars and agreements in a real browser: read by everybody, edited by keyboard and without scripts."""

import re

import pytest
from axe import is_too_wide, problems

from sla.models import Agreement, AgreementVersion, Calendar, CalendarVersion

READ = ("/calendars/", "/calendars/office/?start=2026-03-06T16:50&add=4h", "/agreements/", "/agreements/gold/")
EDITED = (
    "/calendars/office/edit/", "/calendars/new/", "/agreements/gold/edit/", "/agreements/m365/edit/",
    "/agreements/new/",
)  # fmt: skip
HOLIDAYS = {
    "timezone": "Europe/London",
    "hours": {"mon": ["09:00-12:30", "13:00-17:30"], "fri": ["22:00-06:00"]},
    "holidays": {"country": "GB", "region": "ENG"},
    "closures": ["2026-12-24"],
}


@pytest.fixture
def office(world):
    world.calendar("Office", HOLIDAYS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages(world, office, visit, scheme):
    page = visit("/calendars/", world.manager, color_scheme=scheme)
    for path in (*READ, *EDITED):
        assert page.goto(path).status == 200
        assert (path, page.locator("h1").count(), problems(page)) == (path, 1, [])


def test_a_small_screen_needs_no_scrolling_sideways(world, office, visit):
    page = visit("/calendars/", world.manager, viewport={"width": 320, "height": 700})
    for path in (*READ, *EDITED):
        page.goto(path)
        assert (path, is_too_wide(page)) == (path, False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_form_with_errors_can_be_used_by_everybody(world, visit, scheme):
    page = visit("/agreements/gold/edit/", world.manager, color_scheme=scheme)
    page.fill("[name=ACKNOWLEDGE_0]", "5h")
    page.fill("[name=thresholds]", "90, 50")
    page.fill("[name=note]", "Wrong")
    page.click("button.primary")
    assert page.locator(".field-error").count() == 2
    assert page.input_value("[name=ACKNOWLEDGE_0]") == "5h"
    assert page.get_attribute("[name=ACKNOWLEDGE_0]", "aria-invalid") == "true"
    assert problems(page) == []


def test_a_preview_and_its_publication_need_no_script(world, visit):
    page = visit("/calendars/office/edit/", world.manager, java_script_enabled=False)
    page.fill("[name=sat]", "10:00-14:00")
    page.click("button[name=preview]")
    picture = page.locator(".week-day").nth(5).locator(".week-open")
    assert picture.count() == 1 and "This week would be" in page.inner_text("main")
    page.fill("[name=note]", "Saturdays")
    page.click("button.primary")
    page.wait_for_url("**/calendars/office/")
    live = CalendarVersion.live(Calendar.objects.get(name="Office"))
    assert (live.number, live.note, live.document["hours"]["sat"]) == (2, "Saturdays", ["10:00-14:00"])


def test_a_preview_does_not_ask_for_the_note(world, visit):
    page = visit("/calendars/office/edit/", world.manager)
    page.click("button[name=preview]")
    page.wait_for_selector(".preview .week-picture")
    page.click("button.primary")
    assert page.locator("[name=note]:invalid").count() == 1
    assert CalendarVersion.live(Calendar.objects.get(name="Office")).number == 1


def test_enter_previews_and_does_not_publish(world, visit):
    page = visit("/calendars/office/edit/", world.manager)
    page.fill("[name=note]", "By keyboard")
    page.press("[name=note]", "Enter")
    page.wait_for_selector(".preview")
    assert CalendarVersion.live(Calendar.objects.get(name="Office")).number == 1


def test_targets_are_edited_by_keyboard_alone(world, visit):
    page = visit("/agreements/gold/edit/", world.manager)
    page.focus("[name=ACKNOWLEDGE_0]")
    for text in ("16m", "20m", "none", "3h50m"):
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.fill("[name=note]", "Faster")
    page.press("[name=note]", "Enter")
    page.wait_for_url(re.compile("/agreements/gold/$"))
    live = AgreementVersion.live(Agreement.objects.get(name="Gold"))
    assert live.document["targets"]["P1"] == {
        "ACKNOWLEDGE": "16m", "RESPOND": "20m", "UPDATE": "none", "RESOLVE": "3h50m",
    }  # fmt: skip


def test_the_calculator_answers_without_a_script(world, visit):
    page = visit("/calendars/office/", world.l1, java_script_enabled=False)
    form = page.locator(".sum-form").first
    form.locator("[name=start]").fill("2026-03-06T16:50")
    form.locator("[name=add]").fill("4h")
    form.locator("button").click()
    assert "is Monday 12:20" in page.inner_text(".sum-sentence")
    assert page.input_value(".sum-form >> nth=0 >> [name=add]") == "4h"


def test_the_picture_fits_its_column_and_shows_each_opening(world, office, visit):
    for width in (320, 1360):
        page = visit("/calendars/office/?week=2026-12-21", world.l1, viewport={"width": width, "height": 800})
        box = page.locator(".week-picture").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert page.locator(".week-open").count() == 2  # Monday twice; Christmas closes Friday
        assert [page.locator(".week-why").nth(n).text_content() for n in range(3)] == [
            "Own closure", "Christmas Day", "Boxing Day",
        ]  # fmt: skip
