"""Live tickets on the client page: in which order, in whose hands, and whose time they took."""

import re
from datetime import timedelta

import pytest

from accounts import roles
from accounts.clock import database_now
from clients.models import Contact
from tickets import changing, lifecycle, merging
from tickets.changing import Changes


@pytest.fixture
def read(client, world):
    """The page's words as the decision maker of Acme reads them; the world is at the present moment."""
    reader = world.reader(world.acme)
    world.now = database_now()

    def words(path="/portal/acme/", user=reader) -> str:
        client.force_login(user)
        html = client.get(path).content.decode()
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html[html.index("<main") :])).replace("&#x27;", "'")

    return words


def ago(world, **by):
    world.now = database_now() - timedelta(**by)
    return world


def test_open_requests_stand_above_the_policy_and_ended_ones_below_it(read, world):
    ticket = world.open("Printer")
    said = read()
    assert said.index("Where your requests stand") < said.index("Who responds first")
    lifecycle.resolve(key=ticket.key, summary="Toner.", by=world.l1, now=world.now)
    said = read()
    assert said.index("Who responds first") < said.index("Where your requests stand") < said.index("Printer")


def test_what_waits_for_the_client_comes_first_and_what_has_ended_last(read, world):
    titles = ("Waits for you", "Done", "Older", "Newer")
    tickets = [world.open(title) for title in titles]
    lifecycle.wait(key=tickets[0].key, on="CLIENT", why="Which?", by=world.l1, now=world.now)
    lifecycle.resolve(key=tickets[1].key, summary="It works.", by=world.l1, now=world.now)
    said = read()
    assert sorted(titles, key=said.index) == ["Waits for you", "Newer", "Older", "Done"]


def test_whose_hands_and_when_the_next_update_comes_are_said_of_each(read, world):
    world.open("Printer")
    assert "In whose hands Our helpdesk Next update We have not promised a time." in read()


def test_whose_time_a_request_took_is_told_by_side_and_without_a_team(read, world):
    ago(world, hours=10)
    ticket = world.open("Mail down", error_code="0x8004de40")
    lifecycle.escalate(key=ticket.key, why="Deeper", by=world.l1, now=world.now + timedelta(hours=1))
    lifecycle.wait(key=ticket.key, on="CLIENT", why="Which?", by=world.l2, now=world.now + timedelta(hours=5))
    said = read(f"/portal/acme/tickets/{ticket.key}/")
    assert re.search(
        r"Whose time it took so far .* With us 5 hours 50 % With you (5 hours|4 hours 59 minutes) 50 %", said
    )
    assert "specialists" not in said[said.index("Whose time it took so far") : said.index("What happened")]


def test_the_last_thirty_days_are_added_up_over_open_and_ended_requests(read, world):
    ago(world, days=40)
    old = world.open("Long ago")
    lifecycle.resolve(key=old.key, summary="Done.", by=world.l1, now=world.now + timedelta(days=2))
    ago(world, hours=8)
    done = world.open("Lately")
    lifecycle.resolve(key=done.key, summary="Done.", by=world.l1, now=world.now + timedelta(hours=3))
    asked = world.open("Asked")
    lifecycle.wait(key=asked.key, on="CLIENT", why="Which?", by=world.l1, now=world.now + timedelta(hours=7))
    said = read()
    overall = said[said.index("Whose time your requests took") :]
    assert "over the last 30 days" in overall and re.search(
        r"With us 10 hours 91 % With you (1 hour|59 minutes) 9 %", overall
    )


def test_one_s_own_requests_alone_are_added_up_for_a_client_user(read, world):
    user = world.reader(world.acme, roles.CLIENT_USER)
    own = Contact.objects.create(client=world.acme, name="Uma", email="uma@acme.example", user=user)
    ago(world, hours=8)
    theirs = world.open("A colleague's")
    lifecycle.wait(key=theirs.key, on="CLIENT", why="Which?", by=world.l1, now=world.now + timedelta(hours=1))
    assert "Whose time your requests took" not in read(user=user)
    world.open("Mine", contact=own)
    overall = read(user=user).partition("Whose time your requests took")[2]
    assert "With us" in overall and "100 %" in overall and "With you" not in overall


def test_what_was_another_client_s_time_is_not_told(read, world):
    beta = world.client("Beta")
    ago(world, hours=8)
    ticket = world.open("Misfiled")
    lifecycle.wait(key=ticket.key, on="CLIENT", why="Which?", by=world.l1, now=world.now + timedelta(hours=1))
    lifecycle.resume(key=ticket.key, by=world.l1, now=world.now + timedelta(hours=5))
    moved = world.now + timedelta(hours=6)
    changing.change(key=ticket.key, changes=Changes(client=beta), why="Misfiled", by=world.l1, now=moved)
    said = read(f"/portal/beta/tickets/{ticket.key}/", world.reader(beta))
    assert re.search(r"With us (2 hours|1 hour 59 minutes) 100 %", said) and "With you" not in said


def test_a_request_that_was_joined_with_another_is_counted_once(read, world):
    ago(world, hours=4)
    twice = world.open("Again")
    survivor = world.open("Mail down")
    merging.merge(key=twice.key, into=survivor.key, why="One", by=world.l1, now=world.now + timedelta(minutes=1))
    overall = read().partition("Whose time your requests took")[2]
    assert re.search(r"With us (4 hours|3 hours 59 minutes)( 1 minute)? 100 %", overall)


def test_without_requests_there_is_no_bar_and_a_sentence_instead(read):
    said = read()
    assert "None of your requests is open." in said and "Whose time" not in said
