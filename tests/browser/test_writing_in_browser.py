"""Writing with templates and files in a real browser, linked tickets and splitting: for everybody, on any screen."""

import pytest
from axe import is_too_wide, problems
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from tickets import lifecycle
from tickets.linked import link
from tickets.models import ReplyTemplate, TicketFile

LONG = "a very long name of a file that nobody would ever type by hand but a program does.txt"


@pytest.fixture
def ticket(world):
    """A ticket with files, a link, and words kept ready."""
    ticket, other = world.open("Mail is slow"), world.open("The disk of the mail server is full")
    file = SimpleUploadedFile(LONG, b"log")
    world.do(lifecycle.reply, ticket, text="See the log", public=True, files=[file])
    world.do(link, ticket, world.l1, other=other.key, kind="CAUSED_BY")
    for use, text in (("REPLY", "Hello {contact}, we are on {key}."), ("ESCALATION", "Beyond {team}.")):
        ReplyTemplate.objects.create(name="On it", use=use, text=text)
    return ticket


def pages(ticket):
    base = f"/tickets/{ticket.key}/"
    own = ("links/", "split/", "replies/", "escalation/")
    return (*(base + page for page in own), "/reply-templates/", "/reply-templates/new/")


def test_everybody_can_use_the_pages_on_any_screen(world, ticket, visit):
    for scheme, width in (("light", 1360), ("dark", 320)):
        page = visit("/tickets/", world.manager, color_scheme=scheme, viewport={"width": width, "height": 800})
        for path in pages(ticket):
            assert page.goto(path).status == 200
            assert (path, is_too_wide(page), problems(page)) == (path, False, [])


def test_the_files_and_links_of_a_ticket_can_be_used_by_everybody(world, ticket, visit):
    for scheme, width in (("light", 1360), ("dark", 320)):
        page = visit("/", world.l1, color_scheme=scheme, viewport={"width": width, "height": 800})
        page.goto(f"/tickets/{ticket.key}/")
        page.locator(".links-new summary").click()
        assert (scheme, is_too_wide(page), problems(page)) == (scheme, False, [])
    with page.expect_download() as saved:
        page.locator(".facts .ticket-files a").click()
    assert saved.value.suggested_filename == LONG


def test_a_template_goes_in_at_the_cursor_and_its_blank_is_told_once(world, ticket, visit):
    page = visit(f"/tickets/{ticket.key}/", world.l1)
    composer = page.locator(".composer")
    composer.locator("[value=public]").check()
    text = composer.locator("textarea")
    text.fill("Before. After.")
    text.evaluate("e => e.setSelectionRange(8, 8)")
    composer.locator("[name=template]").fill("on it")
    page.keyboard.press("Enter")
    expect(text).to_have_value(f"Before. Hello [contact], we are on {ticket.key}.After.")
    expect(text).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#composer-said")).to_contain_text("[contact] still stands there")
    assert world.kinds(ticket).count("PUBLIC_REPLY") == 1
    page.keyboard.press("Control+Enter")
    expect(page.locator(".entry-body").first).to_contain_text("Hello [contact]")
    expect(page.locator(".composer textarea")).to_have_value("")


def test_a_file_that_is_refused_is_told_and_the_text_stays(world, ticket, visit):
    page = visit(f"/tickets/{ticket.key}/", world.l1)
    page.locator(".composer textarea").fill("kept words")
    page.locator(".composer [name=files]").set_input_files(
        [{"name": "no.log", "mimeType": "text/plain", "buffer": b""}]
    )
    page.locator(".composer-send .primary").click()
    expect(page.locator("#composer-said")).to_contain_text("“no.log” is empty: 0 bytes.")
    expect(page.locator(".composer textarea")).to_have_value("kept words")
    assert TicketFile.objects.count() == 1


def test_a_file_of_30_megabytes_is_told_and_the_text_stays(world, ticket, visit, tmp_path):
    dump = tmp_path / "dump.zip"
    dump.write_bytes(b"x" * (30 * 1024 * 1024))
    page = visit(f"/tickets/{ticket.key}/", world.l1)
    page.locator(".composer textarea").fill("kept words")
    page.locator(".composer [name=files]").set_input_files(dump)
    page.locator(".composer-send .primary").click()
    expect(page.locator("#composer-said")).to_contain_text("“dump.zip” has 30.0 MB; 25 MB is the most.", timeout=20_000)
    expect(page.locator(".composer textarea")).to_have_value("kept words")


def test_what_is_longer_than_a_dialog_takes_is_told_in_it(world, ticket, visit):
    page = visit(f"/tickets/{ticket.key}/", world.l1)
    page.locator('[hx-get$="/escalation/"]').first.click()
    why = page.locator("#dialog [name=why]")
    why.evaluate("e => { e.removeAttribute('maxlength'); e.value = 'long words '.repeat(300000); }")
    page.locator("#dialog .dialog-foot .primary").click()
    expect(page.locator("#dialog .alert")).to_contain_text("more than 2 MB")
    assert why.input_value().startswith("long words")


def test_without_scripts_a_template_comes_by_a_round_trip_and_a_file_goes_along(world, ticket, visit):
    page = visit(f"/tickets/{ticket.key}/replies/", world.l1, java_script_enabled=False)
    page.fill("[name=body]", "My words")
    page.fill("[name=template]", "On it")
    page.click("[name=insert]")
    expect(page.locator("[name=body]")).to_have_value(f"My words\n\nHello [contact], we are on {ticket.key}.")
    expect(page.get_by_role("alert")).to_contain_text("was inserted; nothing was sent yet")
    page.set_input_files("[name=files]", [{"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}])
    page.click("main form.form .button.primary")
    expect(page.locator(".entry-main .ticket-files").first).to_contain_text("a.txt")
