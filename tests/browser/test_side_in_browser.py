"""Asking somebody beside the client, and the managers' calls, in a real browser: by keyboard, dark and narrow."""

import pytest
from axe import is_too_wide, problems

from accounts.clock import database_now
from integrations.mail.inbound import take_in
from tickets import managing
from tickets.models import SideConversation
from tickets.side import talking


@pytest.fixture
def ticket(world):
    world.now = database_now()
    return world.open("Mail down", service=world.m365)


def test_a_vendor_is_asked_from_the_ticket_by_keyboard(world, visit, ticket):
    page = visit(f"/tickets/{ticket.key}/", world.l1)
    page.get_by_role("link", name="Ask somebody…").focus()
    page.keyboard.press("Enter")
    page.locator("dialog #side_whom").wait_for()
    assert problems(page) == []
    page.locator("#side_whom").focus()
    page.keyboard.type("Microsoft")
    page.locator("#side_body").focus()
    page.keyboard.type("Is it you?")
    page.locator("dialog").get_by_role("button", name="Send").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Waiting for Microsoft").wait_for()
    assert SideConversation.objects.get().to == ["support@vendor.example"]


def test_calls_bring_their_mails_along_and_are_answered_in_a_dialog(world, visit, ticket):
    world.do(managing.call_manager, ticket, why="The site is down")
    take_in(b"From: x@else.example\nTo: escalations@portal.example\nSubject: Call me\n\nNow.", now=world.now)
    page = visit("/calls/", world.manager)
    page.get_by_text("is no colleague's address").wait_for()
    assert problems(page) == []
    page.get_by_role("link", name=f"Answer the call to {ticket.key}").click()
    page.locator("dialog #call_text").fill("I am on my way.")
    page.locator("dialog").get_by_role("button", name="Answer", exact=True).click()
    page.get_by_text("Nobody waits for a manager").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_are_read_on_a_narrow_screen(world, visit, ticket, scheme):
    thread = talking.open_conversation(
        key=ticket.key, to=["a-very-long-address@support.of.a.vendor.example"], subject="Is it you?", body="Hello",
        by=world.l1, now=world.now,
    )  # fmt: skip
    talking.receive(
        token=thread.token, sender="b@vendor.example", text="Yes.\n\n> Hello", mail_id="<1@v>", automatic=False,
        now=world.now,
    )  # fmt: skip
    world.do(managing.call_manager, ticket, why="x" * 200)
    narrow = {"viewport": {"width": 320, "height": 800}, "color_scheme": scheme}
    for url in (f"/tickets/{ticket.key}/side/{thread.pk}/", f"/tickets/{ticket.key}/side/new/", "/calls/"):
        page = visit(url, world.manager, **narrow)
        assert (problems(page), is_too_wide(page)) == ([], False), url
