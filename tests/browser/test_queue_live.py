"""The queue while others work: news that move nothing, two who reach for one row, a connection that breaks."""

import re

import pytest
from playwright.sync_api import expect

from accounts.clock import database_now
from tickets import lifecycle, presence
from tickets.models import TicketEvent

ROUNDS = 50
POLLED = 12_000
# What a page does when it is looked at again, so that no test waits for the half minute.
COME_BACK = "document.dispatchEvent(new Event('visibilitychange'))"
ANSWERED = ":is(.ticket-notice, .ticket-status:text('In progress'))"


@pytest.fixture
def tickets(world):
    """Five tickets whose deadlines follow each other."""
    return [world.open(f"Alert {i}", priority="P2") for i in range(5)]


def row(page, ticket):
    return page.locator(f"#row-{ticket.key}")


def link(page, ticket):
    return row(page, ticket).locator(".ticket-subject")


def top_of(page, ticket):
    return row(page, ticket).bounding_box()["y"]


def test_nothing_jumps_when_rows_come_change_and_leave(world, visit, tickets):
    page = visit("/tickets/?status=NEW", world.l1)
    middle = tickets[2]
    link(page, middle).focus()
    before = {ticket.key: top_of(page, ticket) for ticket in tickets}
    world.now = database_now()
    urgent = world.open("Everything is down", priority="P1")
    lifecycle.reply(key=tickets[3].key, text="x", public=False, by=world.l2, now=world.now)
    lifecycle.acknowledge(key=tickets[0].key, by=world.l2, now=world.now)
    expect(page.locator("#news")).to_contain_text("1 new", timeout=POLLED)
    expect(row(page, tickets[0])).to_contain_text("Acknowledged by L2")
    expect(row(page, tickets[3])).to_have_attribute("data-events", str(world.fresh(tickets[3]).event_count))
    assert {ticket.key: top_of(page, ticket) for ticket in tickets} == before
    expect(link(page, middle)).to_be_focused()
    assert row(page, urgent).count() == 0
    page.keyboard.press(".")
    expect(row(page, urgent)).to_be_visible()
    expect(row(page, tickets[0])).to_have_count(0)
    expect(link(page, middle)).to_be_focused()
    expect(page.locator("#news")).to_be_hidden()
    expect(page.locator(".queue-row")).to_have_count(5)


def test_a_row_that_is_ticked_stays_ticked_when_it_changes(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    page.keyboard.press("x")
    lifecycle.reply(key=tickets[0].key, text="x", public=False, by=world.l2, now=database_now())
    count = str(world.fresh(tickets[0]).event_count)
    expect(row(page, tickets[0])).to_have_attribute("data-events", count, timeout=POLLED)
    expect(row(page, tickets[0]).get_by_role("checkbox")).to_be_checked()
    expect(page.locator("#bulk-count")).to_have_text("1 selected")


def test_the_counts_of_the_rail_follow(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    unacknowledged = page.locator("#rail .rail-link", has_text="Unacknowledged").locator(".rail-count")
    expect(unacknowledged).to_have_text("5")
    lifecycle.acknowledge(key=tickets[0].key, by=world.l2, now=database_now())
    expect(unacknowledged).to_have_text("4", timeout=POLLED)


def test_on_any_page_counts_follow_and_old_ones_are_told(world, visit, tickets):
    page = visit("/vendors/", world.l1)
    everything, rail = page.locator("#view-0-count"), page.locator("#rail")
    expect(everything).to_have_text("5")
    world.now = database_now()
    world.open("One more")
    page.evaluate(COME_BACK)
    expect(everything).to_have_text("6")
    page.context.set_offline(True)
    page.evaluate(COME_BACK)
    expect(rail).to_have_attribute("title", "Not renewed: the server does not answer")
    page.context.set_offline(False)
    expect(rail).not_to_have_attribute("title", "Not renewed: the server does not answer")


def test_who_is_at_a_ticket_comes_and_goes_in_its_row(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    mark = row(page, tickets[1]).get_by_role("img", name="L2 is viewing")
    expect(link(page, tickets[1])).to_be_visible()
    expect(mark).to_have_count(0)
    presence.beat(ticket_id=tickets[1].pk, by=world.l2, writing=False, now=database_now())
    page.evaluate(COME_BACK)
    expect(mark).to_be_visible()
    presence.leave(ticket_id=tickets[1].pk, by=world.l2)
    page.evaluate(COME_BACK)
    expect(mark).to_have_count(0)


def test_a_silent_server_is_told_since_when_and_so_is_its_return(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    page.context.set_offline(True)
    expect(page.locator("#live")).to_contain_text("Stale since", timeout=POLLED)
    page.context.set_offline(False)
    expect(page.locator("#live")).to_have_text("Live", timeout=POLLED)


def test_an_act_without_connection_says_so_in_its_row_and_is_sent_again(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    page.context.set_offline(True)
    page.keyboard.press("a")
    expect(row(page, tickets[0])).to_contain_text("Not sent: no connection.")
    expect(row(page, tickets[0]).locator(".ticket-status")).to_have_text("New")
    expect(link(page, tickets[0])).to_be_focused()
    assert world.fresh(tickets[0]).status == "NEW"
    page.context.set_offline(False)
    row(page, tickets[0]).get_by_role("button", name="Try again").click()
    expect(row(page, tickets[0])).to_contain_text("In progress")
    assert world.kinds(tickets[0]).count("ACKNOWLEDGED") == 1


def test_an_answer_that_is_lost_leaves_nothing_half_done(world, visit, tickets):
    """The server has done it; the browser never hears so, and may ask again."""

    def lose(route):
        route.fetch()
        route.abort()

    page = visit("/tickets/", world.l1)
    page.route("**/acknowledgement/", lose)
    page.keyboard.press("a")
    expect(row(page, tickets[0])).to_contain_text("No answer: it may not have arrived.")
    page.unroute("**/acknowledgement/")
    page.keyboard.press("Enter")
    expect(row(page, tickets[0])).to_contain_text("It is yours already")
    assert world.fresh(tickets[0]).acknowledged_by == world.l1
    assert world.kinds(tickets[0]).count("ACKNOWLEDGED") == 1


def test_of_two_who_take_the_same_ticket_the_second_is_told_who_has_it(world, visit, tickets):
    pages = {user.email: visit("/tickets/", user) for user in (world.l1, world.l2)}
    for page in pages.values():
        page.route("**/tickets/changes/**", lambda route: route.fulfill(status=204))
    first, second = pages.values()
    link(first, tickets[0]).focus()
    first.keyboard.press("m")
    expect(row(first, tickets[0]).locator(".ticket-assignee")).to_have_text("L1")
    link(second, tickets[0]).focus()
    second.keyboard.press("m")
    expect(second.get_by_role("dialog")).to_contain_text("L1")
    expect(second.get_by_role("dialog")).to_contain_text("Do it again if it still holds.")
    assert world.fresh(tickets[0]).assignee == world.l1


def test_an_undo_asked_for_before_the_answer_takes_back_that_act_and_no_earlier_one(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    page.keyboard.press("a")
    expect(page.locator(".toast.undoable")).to_contain_text(f"{tickets[0].key} is yours.")
    page.keyboard.press("a")
    page.keyboard.press("z")
    expect(page.locator(".toast.undoable")).to_have_count(0)
    expect(row(page, tickets[1]).locator(".ticket-status")).to_have_text("New")
    assert "UNDONE" in world.kinds(tickets[1])
    assert world.fresh(tickets[0]).acknowledged_by == world.l1


def test_an_undo_without_an_answer_stays_offered_until_one_comes(world, visit, tickets):
    """Once it never arrives, once it is done and its answer is lost; the one that comes says so."""
    page = visit("/tickets/", world.l1)
    page.keyboard.press("a")
    offer = page.locator(".toast.undoable")
    expect(offer).to_contain_text(f"{tickets[0].key} is yours.")
    page.route("**/tickets/undo/", lambda route: route.abort())
    page.keyboard.press("z")
    expect(offer).to_contain_text("Not undone: no answer came. Try again.")
    expect(row(page, tickets[0]).locator(".ticket-status")).to_have_text("In progress")
    assert world.fresh(tickets[0]).status == "IN_PROGRESS"
    page.unroute("**/tickets/undo/")
    page.route("**/tickets/undo/", lambda route: route.fulfill(status=502, body="broken"))
    offer.get_by_role("button", name="Undo").click()
    expect(row(page, tickets[0])).to_contain_text("Not done: the server answered 502.")
    page.unroute("**/tickets/undo/")
    offer.get_by_role("button", name="Undo").click()
    expect(row(page, tickets[0]).locator(".ticket-status")).to_have_text("New")
    expect(offer).to_have_count(0)
    assert world.fresh(tickets[0]).status == "NEW"


def test_rows_that_left_are_told_even_where_the_first_question_for_them_fails(world, visit, tickets):
    page = visit("/tickets/?status=NEW", world.l1)
    page.route("**/tickets/left/**", lambda route: route.abort())
    lifecycle.acknowledge(key=tickets[0].key, by=world.l2, now=database_now())
    expect(page.locator("#live")).to_contain_text("Stale since", timeout=POLLED)
    page.unroute("**/tickets/left/**")
    expect(row(page, tickets[0])).to_contain_text("Acknowledged by L2", timeout=POLLED)
    expect(page.locator("#live")).to_have_text("Live")


def test_a_server_that_fails_is_told_in_the_row_and_asked_again(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    page.route("**/acknowledgement/", lambda route: route.fulfill(status=500, body="broken"))
    page.keyboard.press("a")
    expect(row(page, tickets[0])).to_contain_text("Not done: the server answered 500.")
    expect(row(page, tickets[0]).locator(".ticket-status")).to_have_text("New")
    page.unroute("**/acknowledgement/")
    page.keyboard.press("Enter")
    expect(row(page, tickets[0])).to_contain_text("In progress")
    expect(row(page, tickets[0]).locator(".ticket-notice")).to_have_count(0)


def test_words_that_could_not_be_sent_stay_in_their_dialog(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What was done").fill("A new certificate")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(dialog).to_contain_text("Not sent: no connection. What you wrote is kept; send it again.")
    page.context.set_offline(False)
    page.keyboard.press("Control+Enter")
    expect(row(page, tickets[0])).to_contain_text("Resolved")
    assert world.fresh(tickets[0]).resolution == "A new certificate"


def test_who_is_signed_out_meanwhile_is_told_and_nothing_is_done(world, visit, tickets):
    page = visit("/tickets/", world.l1)
    page.context.clear_cookies()
    page.keyboard.press("a")
    expect(row(page, tickets[0])).to_contain_text("Not done")
    assert world.fresh(tickets[0]).status == "NEW"


def test_two_browsers_race_for_a_row_fifty_times(world, visit):
    """Each time one of them wins, and both screens say who."""
    raced = [world.open(f"Alert {i}", priority="P4") for i in range(ROUNDS)]
    pages = {"L1": visit("/tickets/", world.l1), "L2": visit("/tickets/", world.l2)}
    wins = []
    for number, ticket in enumerate(raced):
        for page in pages.values():
            link(page, ticket).focus()
        order = list(pages.values()) if number % 2 else list(reversed(pages.values()))
        for page in order:
            page.keyboard.press("a")
        for page in pages.values():
            page.wait_for_selector(
                f"#row-{ticket.key}:not(.sending) :is(.ticket-notice, .ticket-status:text('In progress'))"
            )
        winner = str(world.fresh(ticket).acknowledged_by)
        loser = next(name for name in pages if name != winner)
        expect(row(pages[winner], ticket).locator(".ticket-assignee")).to_have_text(winner)
        expect(row(pages[winner], ticket).locator(".ticket-notice")).to_have_count(0)
        # Refused by the server, or by the row, where the list had brought the news just before the key was pressed; the
        # server may also have waited too long for the winner to be done.
        told = re.compile(f"{winner} |Somebody else is at it")
        expect(row(pages[loser], ticket).locator(".ticket-notice")).to_contain_text(told)
        expect(row(pages[loser], ticket).locator(".ticket-assignee")).to_have_text(winner)
        wins.append(winner)
    taken = TicketEvent.objects.filter(kind="ACKNOWLEDGED").values_list("ticket", flat=True)
    assert sorted(taken) == sorted(ticket.pk for ticket in raced)
    assert len(wins) == ROUNDS
