"""The directory and its editor in a real browser: a vendor from its name to its template, by mouse and by keyboard."""

import pytest
from axe import is_too_wide, problems
from playwright.sync_api import expect

from vendors.models import Service, Vendor

M365 = "/vendors/microsoft/services/microsoft-365/"
PAGES = (
    "/vendors/", "/vendors/microsoft/", "/vendors/new/", "/vendors/microsoft/edit/", "/vendors/microsoft/history/",
    "/vendors/microsoft/removal/", "/vendors/microsoft/services/new/", f"{M365}removal/", f"{M365}basics/",
    f"{M365}contacts/", f"{M365}commitment/", f"{M365}required/", f"{M365}conditions/", f"{M365}template/",
    f"{M365}accounts/new/",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages(world, visit, scheme):
    page = visit("/vendors/", world.manager, color_scheme=scheme)
    for path in PAGES:
        assert page.goto(path).status == 200
        assert (path, page.locator("h1").count(), problems(page)) == (path, 1, [])


def test_a_small_screen_needs_no_scrolling_sideways(world, visit):
    page = visit("/vendors/", world.manager, viewport={"width": 320, "height": 700})
    for path in PAGES:
        page.goto(path)
        assert (path, is_too_wide(page)) == (path, False)


def test_a_manager_adds_a_vendor_from_its_name_to_its_template(world, visit):
    page = visit("/vendors/new/", world.manager)
    page.fill("[name=name]", "Acme Telecom")
    page.press("[name=name]", "Enter")
    page.wait_for_url("**/vendors/acme-telecom/")
    page.goto("/vendors/acme-telecom/services/new/")
    page.fill("[name=name]", "Leased line")
    page.press("[name=name]", "Enter")
    page.wait_for_url("**/leased-line/contacts/")
    page.fill("[name=row-0-value]", "noc@acme.example")
    page.click("button.primary")
    page.wait_for_url("**/vendors/acme-telecom/**")
    required_from_the_second_row(page)
    a_template_with_a_mistake(page)
    service = Service.objects.get(vendor=Vendor.objects.get(name="Acme Telecom"))
    assert service.contact_points.get().value == "noc@acme.example"
    assert [datum["key"] for datum in service.required] == ["circuit"]
    assert service.template["subject"] == "Fault on {{circuit}}"


def required_from_the_second_row(page):
    """The first row stays empty and is passed over."""
    page.goto("/vendors/acme-telecom/services/leased-line/required/")
    page.fill("[name=row-1-key]", "circuit")
    page.fill("[name=row-1-label]", "Circuit number")
    page.fill("[name=row-1-source]", "question")
    page.click("button.primary")
    page.wait_for_url("**/vendors/acme-telecom/?checked=yes**")


def a_template_with_a_mistake(page):
    """Refused at its field, with nothing that was typed lost; put right with a button for the placeholder."""
    page.goto("/vendors/acme-telecom/services/leased-line/template/")
    page.fill("[name=subject]", "Fault on {{circiut}}")
    page.fill("[name=body]", "Our circuit is down.")
    page.click("button.primary")
    expect(page.locator("#id_subject_error, [id^=id_subject]").filter(has_text="circiut").first).to_be_visible()
    assert page.input_value("[name=body]") == "Our circuit is down."
    page.fill("[name=subject]", "Fault on ")
    page.focus("[name=subject]")
    page.keyboard.press("End")
    page.click("button[data-placeholder=circuit]")
    assert page.input_value("[name=subject]") == "Fault on {{circuit}}"
    page.click("button.primary")
    page.wait_for_url("**/vendors/acme-telecom/?checked=yes**")


@pytest.mark.parametrize("scripts", [True, False])
def test_enter_saves_whatever_other_buttons_a_form_has(world, visit, scripts):
    page = visit(f"{M365}basics/", world.manager, java_script_enabled=scripts)
    for part, field in (("basics", "try_number"), ("contacts", "row-0-hours"), ("template", "subject")):
        page.goto(f"{M365}{part}/")
        page.fill(f"[name={field}]", "Around noon")
        page.press(f"[name={field}]", "Enter")
        page.wait_for_url("**/vendors/microsoft/?checked=yes**")
    service = Service.objects.get(slug="microsoft-365")
    assert (service.contact_points.get().hours, service.template["subject"]) == ("Around noon", "Around noon")


def test_the_second_of_two_managers_is_told_and_loses_nothing(world, visit):
    page = visit(f"{M365}basics/", world.manager, java_script_enabled=False)
    quicker = page.context.new_page()
    quicker.goto(f"{M365}basics/")
    quicker.fill("[name=note]", "From the contract")
    quicker.fill("[name=client_text]", "Microsoft looks after mail.")
    quicker.click("button.primary")
    quicker.wait_for_url("**/vendors/microsoft/**")
    page.fill("[name=client_text]", "Microsoft looks after all of it.")
    page.click("button.primary")
    expect(page.locator("[role=alert]").first).to_contain_text("changed this while you were writing")
    assert page.input_value("[name=client_text]") == "Microsoft looks after all of it."
    assert Service.objects.get(slug="microsoft-365").client_text == "Microsoft looks after mail."
    page.click("button.primary")
    page.wait_for_url("**/vendors/microsoft/**")
    assert Service.objects.get(slug="microsoft-365").client_text == "Microsoft looks after all of it."
