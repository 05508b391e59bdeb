"""A client's person in a real browser: signs in, reads how things go, sees who has the request."""

from datetime import timedelta

import pytest
from axe import is_too_wide, problems
from playwright.sync_api import expect

from accounts.clock import database_now
from clients.models import Contact
from outbox.models import Alarm, Heartbeat, Message
from tickets import lifecycle, merging
from tickets.models import Clock

PHONE = {"width": 320, "height": 640}


@pytest.fixture
def reader(world):
    return world.reader(world.acme)


@pytest.fixture
def with_vendor(world):
    """A request that nobody took and that the vendor has now, and others in each other state."""
    row = {"ACKNOWLEDGE": "20m", "RESPOND": "30m", "UPDATE": "1h", "RESOLVE": "none"}
    world.agreement("Gold", "SLA", {"calendar": "24x7", "targets": dict.fromkeys(("P1", "P2", "P3", "P4"), row)})
    ticket = world.open("Mail does not arrive", error_code="0x8004de40")
    world.forward(minutes=61)
    world.open("Just received")
    asked, done = world.open("We asked something"), world.open("Already done")
    lifecycle.wait(key=asked.key, on="CLIENT", why="Which line?", by=world.l1, now=world.now)
    lifecycle.reply(key=done.key, text="We are at it.", public=True, by=world.l1, now=world.now)
    lifecycle.resolve(key=done.key, summary="It prints again.", by=world.l1, now=world.now)
    return ticket


def test_a_client_signs_in_reads_the_page_and_finds_the_request_with_the_vendor(world, visit, reader, with_vendor):
    page = visit("/", reader)
    expect(page).to_have_title("How we handle your requests, Acme")
    expect(page.get_by_role("heading", name="Who responds first")).to_be_visible()
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings.index("Where your requests stand") < headings.index("Who responds first")
    request = page.get_by_role("article", name="Mail does not arrive")
    expect(request.locator("[aria-current=step]")).to_have_text("With Microsoft")
    expect(request).to_contain_text("We have been waiting for Microsoft since")
    expect(request).to_contain_text("They promise a first answer within 1 hour")
    request.get_by_text("What happened lately").click()
    expect(request).to_contain_text("We have passed your request to Microsoft.")
    request.get_by_role("link", name="Mail does not arrive").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mail does not arrive")
    expect(page.get_by_text("We have received your request; our helpdesk will look at it first.")).to_be_visible()
    page.get_by_role("link", name="Your requests").click()
    expect(page).to_have_title("How we handle your requests, Acme")


def test_a_client_reads_when_it_hears_from_us_and_follows_a_merged_request(world, visit, reader, with_vendor):
    told, again = world.open("Printer"), world.open("Printer again")
    lifecycle.reply(key=told.key, text="We are at it.", public=True, by=world.l1, now=world.now)
    merging.merge(key=again.key, into=told.key, why="One", by=world.l1, now=world.now)
    page = visit("/portal/acme/", reader)
    expect(page.locator("table.promises")).to_contain_text("not promised")
    expect(page.get_by_role("article", name="Printer")).to_contain_text("By ")
    expect(page.get_by_role("article", name="Just received")).to_contain_text("with our first reply")
    page.goto(f"/portal/acme/tickets/{again.key}/")
    assert problems(page) == []
    page.get_by_role("link", name=f"{told.key} Printer").click()
    expect(page.get_by_text("Another one of your requests goes on here.")).to_be_visible()


def test_what_we_ask_of_the_client_stands_out(visit, reader, with_vendor):
    request = visit("/portal/acme/", reader).get_by_role("article", name="We asked something")
    expect(request.locator(".asks-you")).to_contain_text("We have been waiting for your answer since")


def test_the_page_works_without_scripts_and_needs_no_desk(visit, reader, with_vendor):
    page = visit("/portal/acme/", reader, java_script_enabled=False)
    expect(page.get_by_role("article")).to_have_count(4)
    assert page.locator("nav.rail").count() == 0


def test_on_paper_the_buttons_are_gone_and_the_words_stay(visit, reader, with_vendor):
    page = visit("/portal/acme/", reader)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(page.get_by_role("heading", name="The steps, and how long each takes")).to_be_visible()
    assert len(page.pdf(format="A4", prefer_css_page_size=True)) > 10_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("story", [False, True])
def test_the_client_s_pages_are_open_to_everybody(visit, reader, with_vendor, scheme, story):
    path = f"/portal/acme/tickets/{with_vendor.key}/" if story else "/portal/acme/"
    page = visit(path, reader, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    assert problems(page) == []


@pytest.mark.parametrize("story", [False, True])
def test_the_client_s_pages_fit_a_phone(visit, reader, with_vendor, story):
    path = f"/portal/acme/tickets/{with_vendor.key}/" if story else "/portal/acme/"
    page = visit(path, reader, viewport=PHONE)
    assert not is_too_wide(page)


def trouble(now):
    """Something in every list of the operations page."""
    error = "SMTPRecipientsRefused: 550 5.1.1 mailbox unavailable"
    Message.objects.create(
        key="ESC-1:step:0", kind="MAIL", payload={}, state="DEAD", last_error=error, not_before=now, created_at=now
    )  # fmt: skip
    Alarm.objects.create(key="outbox:1", text=f"ESC-1:step:0 could not be sent: {error}", raised_at=now, seen_at=now)
    Heartbeat.objects.create(name="worker", beaten_at=now - timedelta(hours=1))
    running = Clock.objects.filter(stopped_at=None, metric="RESOLVE", due_at__isnull=False)
    running.update(due_at=database_now() - timedelta(hours=1))


DIRECTORY = ("/policies/", "/policies/standard/", "/vendors/", "/vendors/microsoft/", "/clients/", "/ops/")


@pytest.mark.parametrize("path", DIRECTORY)
def test_the_pages_that_managers_read_are_clean_in_both_schemes_and_fit_a_phone(world, visit, with_vendor, path):
    Contact.objects.update(decision_maker=True)
    trouble(world.now)
    for options in ({"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": PHONE}):
        page = visit(path, world.manager, **options)
        assert problems(page) == [], options
        assert not is_too_wide(page), options
