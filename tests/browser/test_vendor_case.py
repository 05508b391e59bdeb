"""A technician answers what is missing and lodges, by mail and on a portal, in a real browser: also without scripts."""

import pytest
from axe import is_too_wide, problems

from accounts.clock import database_now
from accounts.encryption import encrypt
from tickets import lifecycle
from tickets.cases import receiving, tasks
from tickets.models import VendorCase
from vendors.models import ServiceAccount
from world import REQUIRED

PIN = {"key": "pin", "label": "Support PIN", "source": "account.pin", "secret": True}


@pytest.fixture
def ticket(world):
    world.now = database_now()
    world.m365.required = [*REQUIRED, PIN]
    world.m365.template = {
        "subject": "{{problem}}",
        "body": "Tenant {{tenant_id}}\nPIN {{pin}}\n{{users}} cannot work.",
    }
    world.m365.save()
    ServiceAccount.objects.update(secrets={"pin": encrypt("97531")})
    return world.open("Mail down", error_code="0x8004de40")


def on_portal(world, ticket):
    world.m365.contact_points.create(order=2, kind="PORTAL", value="https://portal.vendor.example/new")
    world.m365.lodge_by = "PORTAL"
    world.m365.save()
    said = {"service": "Microsoft 365", "answers": {"users": "Forty"}, "why": "Theirs"}
    return world.do(lifecycle.lodge_case, ticket, **said)


def test_a_case_is_previewed_completed_and_sent_from_the_ticket(world, visit, ticket):
    page = visit(f"/tickets/{ticket.key}/", world.l1)
    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Vendor case…").click()
    dialog = page.locator("dialog")
    dialog.locator("#verb_why").fill("It is on their side")
    dialog.get_by_role("button", name="Preview").click()
    dialog.get_by_text("It would wait for 1 answer").wait_for()
    assert problems(page) == []
    dialog.get_by_label("How many users are affected?").fill("Forty")
    dialog.get_by_role("button", name="Preview again").click()
    dialog.get_by_text("This goes out").wait_for()
    assert "PIN ••••••\nForty cannot work." in dialog.get_by_label("The letter").inner_text()
    dialog.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text("Complete. It is being sent.").wait_for()
    assert VendorCase.objects.get().status == "QUEUED"


def test_a_case_is_lodged_on_the_portal_field_by_field(world, visit, ticket):
    case = on_portal(world, ticket)
    page = visit(f"/tickets/{ticket.key}/", world.l1)
    page.get_by_role("link", name="Lodge it", exact=True).click()
    page.get_by_role("heading", name="Case with Microsoft", exact=True).wait_for()
    assert page.get_by_role("link", name="https://portal.vendor.example/new").get_attribute("target") == "_blank"
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy Affected users").click()
    assert page.evaluate("navigator.clipboard.readText()") == "Forty"
    page.get_by_role("button", name="Reveal Support PIN").click()
    assert page.get_by_label("Support PIN", exact=True).input_value() == "97531"
    page.get_by_label("Their case number").first.fill("2603020030001234")
    page.get_by_role("button", name="Mark as lodged").click()
    page.get_by_text("With Microsoft since").wait_for()
    case.refresh_from_db()
    assert (case.status, case.number) == ("LODGED", "2603020030001234")


def test_without_scripts_everything_is_done_as_well(world, visit, ticket):
    page = visit(f"/tickets/{ticket.key}/vendor-cases/", world.l1, java_script_enabled=False)
    page.locator("#verb_why").fill("It is on their side")
    page.get_by_role("button", name="Preview").click()
    page.get_by_label("How many users are affected?").fill("Forty")
    page.get_by_role("button", name="Preview again").click()
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("link", name="Open the case").click()
    assert page.get_by_text("Complete. It is being sent.").count() == 1
    page.get_by_text("Do it instead of what is being sent").click()
    page.get_by_label("Their case number").first.fill("4711")
    page.get_by_role("button", name="Mark as lodged").click()
    page.get_by_text("Note what Microsoft said").click()
    page.get_by_label("They hold it for done").check()
    page.get_by_label("What they said").fill("Done")
    page.get_by_role("button", name="Note it").click()
    page.get_by_role("button", name="Yes, close the case").click()
    page.get_by_text("Closed since").wait_for()


def test_a_call_that_nobody_took_is_ticked_off_at_the_ticket_also_without_scripts(world, visit, ticket):
    case = on_portal(world, ticket)
    for kind in ("CALL", "CONTACT"):
        tasks.open_task(case, kind, "See to it.", now=world.now)
    page = visit(f"/tickets/{ticket.key}/", world.l1, viewport={"width": 320, "height": 800})
    page.get_by_text("Tick it off: Call the vendor").click()
    assert (problems(page), is_too_wide(page)) == ([], False)
    page.get_by_label("What came of it").locator("visible=true").fill("Nobody took it")
    page.get_by_role("button", name="It is done").locator("visible=true").click()
    page.get_by_text("Noted as done.").wait_for()
    plain = visit(f"/tickets/{ticket.key}/cases/{case.pk}/", world.l1, java_script_enabled=False)
    plain.get_by_text("Tick it off: Find a contact that works").click()
    plain.get_by_role("button", name="It is done").click()
    plain.get_by_text("Noted as done.").wait_for()
    assert [task.kind for task in case.tasks.filter(done_at=None)] == ["LODGE"]


def test_a_case_that_reached_nobody_is_sent_on_narrow_and_without_scripts(world, visit, ticket):
    lodged = {"service": "Microsoft 365", "answers": {"users": "Forty"}, "why": "Theirs"}
    case = world.do(lifecycle.lodge_case, ticket, **lodged)
    world.tick()
    came = {"kind": "BOUNCE", "text": "550", "sender": "", "subject": "", "mail_id": "<1@x>", "number": ""}
    receiving.receive(case_id=case.pk, now=world.now, to="support@vendor.example", because="no such user", **came)
    url = f"/tickets/{ticket.key}/cases/{case.pk}/"
    page = visit(url, world.l1, color_scheme="dark", viewport={"width": 320, "height": 800})
    page.get_by_text("No contact of Microsoft 365 holds.").wait_for()
    page.get_by_text("They were given it by telephone or on their portal").click()
    assert (problems(page), is_too_wide(page)) == ([], False)
    world.m365.contact_points.create(order=2, kind="EMAIL", value="noc@vendor.example")
    plain = visit(url, world.l1, java_script_enabled=False)
    plain.get_by_text("The case goes to noc@vendor.example, with what was said so far.").wait_for()
    assert is_too_wide(plain) is False
    plain.get_by_role("button", name="Send it on").click()
    plain.get_by_text("With Microsoft since").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_clean_wide_and_narrow_in_each_state(world, visit, ticket, scheme):
    case = on_portal(world, ticket)
    url = f"/tickets/{ticket.key}/cases/{case.pk}/"
    page = visit(url, world.l1, color_scheme=scheme)
    assert problems(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert is_too_wide(page) is False
    case.status, case.missing = "INCOMPLETE", [{"key": "users", "question": "How many?", "problem": "It is not known"}]
    case.save()
    narrow = visit(url, world.manager, color_scheme=scheme, viewport={"width": 320, "height": 800})
    assert (problems(narrow), is_too_wide(narrow)) == ([], False)
    case.status, case.missing = "PREPARED", []
    case.save()
    said = {"case_id": case.pk, "kind": "CLOSING", "text": "x" * 200, "number": "9" * 80}
    world.do(receiving.by_hand, ticket, **said)
    for address in (url, f"/tickets/{ticket.key}/"):
        narrow.goto(address)
        assert (problems(narrow), is_too_wide(narrow)) == ([], False), address
