"""Snoozing hides a ticket from one person's queue, until a moment or until anything happens on it."""

import re
from datetime import timedelta

import pytest

from accounts import roles
from accounts.clock import database_now
from clients.access import give_role
from tickets import lifecycle
from tickets.models import Snooze, Ticket
from tickets.snoozing import snooze, snoozed_until, wake
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer

QUEUE = "/tickets/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


def keys(client, user, query=""):
    client.force_login(user)
    return re.findall(r'id="row-(ESC-\d+)"', client.get(f"{QUEUE}?{query}").content.decode())


def asleep(desk, ticket, by=None, **until):
    return snooze(key=ticket.key, until=desk.now + timedelta(**until), by=by or desk.l1, now=desk.now)


def test_a_snoozed_ticket_leaves_the_own_queue_alone(desk, client):
    ticket = desk.open()
    asleep(desk, ticket, hours=1)
    assert keys(client, desk.l1) == [] and keys(client, desk.l2) == [ticket.key]
    assert keys(client, desk.l1, "snoozed=true") == [ticket.key] and keys(client, desk.l2, "snoozed=true") == []


def test_the_view_of_what_is_snoozed_tells_when_each_comes_back(desk, client):
    asleep(desk, desk.open(), hours=1)
    client.force_login(desk.l1)
    [row] = client.get(f"{QUEUE}?snoozed=true").context["rows"]
    assert row["snoozed"].startswith("Snoozed until ")


def test_a_search_still_finds_it_and_its_page_still_opens(desk, client):
    ticket = desk.open("A peculiar fault")
    asleep(desk, ticket, hours=1)
    assert keys(client, desk.l1, "q=peculiar") == [ticket.key]
    assert client.get(f"/tickets/{ticket.key}/").status_code == 200


def test_it_comes_back_at_its_moment(desk, client):
    ticket = desk.open()
    asleep(desk, ticket, hours=1)
    Snooze.objects.update(until=database_now() - timedelta(seconds=1))
    assert keys(client, desk.l1) == [ticket.key] and keys(client, desk.l1, "snoozed=true") == []


def test_anything_that_happens_brings_it_back(desk, client):
    ticket = desk.open()
    asleep(desk, ticket, hours=1)
    lifecycle.reply(key=ticket.key, text="x", public=False, by=desk.l2, now=database_now())
    assert keys(client, desk.l1) == [ticket.key]
    assert snoozed_until(ticket.pk, by=desk.l1, now=database_now()) is None


def test_what_happened_after_one_looked_is_not_hidden(desk):
    ticket = desk.open()
    seen = desk.fresh(ticket).event_count
    lifecycle.reply(key=ticket.key, text="It burns.\nCome at once.", public=False, by=desk.l2, now=desk.now)
    with pytest.raises(NotAllowedNow, match=r"Meanwhile, at \d\d:\d\d: L2: It burns. Come at once. Snooze it again"):
        snooze(key=ticket.key, until=desk.now + timedelta(hours=1), by=desk.l1, now=desk.now, seen=seen)
    assert not Snooze.objects.exists()
    snooze(key=ticket.key, until=desk.now + timedelta(hours=1), by=desk.l1, now=desk.now, seen=seen + 1)
    assert snoozed_until(ticket.pk, by=desk.l1, now=desk.now)


def test_what_happened_by_itself_after_one_looked_is_not_hidden_either(world):
    ticket = world.open()
    seen = world.fresh(ticket).event_count
    world.forward(minutes=16)
    with pytest.raises(NotAllowedNow, match="Meanwhile, at"):
        snooze(key=ticket.key, until=world.now + timedelta(hours=1), by=world.l1, now=world.now, seen=seen)


def test_what_one_did_oneself_is_no_news(desk):
    ticket = desk.open()
    seen = desk.fresh(ticket).event_count
    lifecycle.reply(key=ticket.key, text="Later.", public=False, by=desk.l1, now=desk.now)
    snooze(key=ticket.key, until=desk.now + timedelta(hours=1), by=desk.l1, now=desk.now, seen=seen)
    assert snoozed_until(ticket.pk, by=desk.l1, now=desk.now)


def test_snoozing_again_names_another_moment(desk):
    ticket = desk.open()
    asleep(desk, ticket, hours=1)
    asleep(desk, ticket, hours=3)
    assert Snooze.objects.count() == 1
    assert snoozed_until(ticket.pk, by=desk.l1, now=desk.now) == desk.now + timedelta(hours=3)


def test_waking_shows_it_and_waking_twice_is_no_fault(desk, client):
    ticket = desk.open()
    asleep(desk, ticket, hours=1)
    assert wake(key=ticket.key, by=desk.l1) and not wake(key=ticket.key, by=desk.l1)
    assert keys(client, desk.l1) == [ticket.key]


def test_nobody_wakes_what_somebody_else_has_snoozed(desk):
    ticket = desk.open()
    asleep(desk, ticket, hours=1)
    assert not wake(key=ticket.key, by=desk.l2)
    assert snoozed_until(ticket.pk, by=desk.l1, now=desk.now)


def test_its_clocks_go_on_and_it_climbs_meanwhile(world):
    ticket = world.open()
    asleep(world, ticket, hours=4)
    before = world.clock(ticket, "ACKNOWLEDGE").due_at
    world.forward(minutes=16)
    assert world.fresh(ticket).tier.name == "L2" and world.clock(ticket, "ACKNOWLEDGE").due_at == before
    assert snoozed_until(ticket.pk, by=world.l1, now=world.now) is None


@pytest.mark.parametrize(("until", "words"), [({"minutes": -1}, "is over"), ({"days": 32}, "31 days")])
def test_a_moment_that_cannot_be_is_refused(desk, until, words):
    with pytest.raises(BadAnswer, match=words):
        asleep(desk, desk.open(), **until)


def test_what_is_in_no_queue_cannot_be_snoozed(desk):
    ticket = desk.open()
    lifecycle.resolve(key=ticket.key, summary="x", by=desk.l1, now=desk.now)
    with pytest.raises(NotAllowedNow, match="resolved"):
        asleep(desk, ticket, hours=1)


def test_a_foreign_ticket_cannot_be_snoozed(desk):
    ticket, stranger = desk.open(), desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    with pytest.raises(Ticket.DoesNotExist):
        asleep(desk, ticket, by=stranger, hours=1)


# the pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def signed_in(desk, client):
    client.force_login(desk.l1)
    return client


def test_the_page_says_that_clocks_go_on(desk, signed_in):
    page = signed_in.get(f"/tickets/{desk.open().key}/snooze/").content.decode()
    assert "Its clocks go on" in page and "Until tomorrow, 09:00" in page and "<html" in page


def test_without_scripts_one_comes_back_to_where_one_was(desk, signed_in):
    ticket = desk.open()
    answer = signed_in.post(f"/tickets/{ticket.key}/snooze/", {"choice": "1h", "next": "/tickets/?status=NEW"})
    assert (answer.status_code, answer["Location"]) == (303, "/tickets/?status=NEW")
    assert snoozed_until(ticket.pk, by=desk.l1, now=database_now())


def test_in_the_queue_the_answer_is_the_row_with_the_way_back(desk, signed_in):
    ticket = desk.open()
    dialog = signed_in.get(f"/tickets/{ticket.key}/snooze/?row=1", headers=HTMX).content.decode()
    assert 'name="row" value="1"' in dialog and "<html" not in dialog
    answer = signed_in.post(f"/tickets/{ticket.key}/snooze/", {"choice": "30m", "row": "1"}, headers=HTMX)
    assert answer["HX-Retarget"] == f"#row-{ticket.key}" and "acted" in answer["HX-Trigger"]
    assert answer.context["row"]["undo_url"] == f"/tickets/{ticket.key}/wake/"
    assert f"{ticket.key} is snoozed until" in answer.content.decode()


def test_a_moment_that_is_typed_is_meant_in_the_reader_s_zone(desk, signed_in):
    ticket = desk.open()
    desk.l1.timezone = "Asia/Tokyo"
    desk.l1.save()
    wanted = (database_now() + timedelta(hours=9, days=2)).replace(second=0, microsecond=0)
    signed_in.post(f"/tickets/{ticket.key}/snooze/", {"choice": "30m", "moment": f"{wanted:%Y-%m-%dT%H:%M}"})
    assert Snooze.objects.get().until == wanted - timedelta(hours=9)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "Choose for how long"),
        ({"choice": "moment"}, "Say until when"),
        ({"choice": "moment", "moment": "2020-01-01T09:00"}, "is over"),
        ({"choice": "moment", "moment": "2999-01-01T09:00"}, "31 days at most"),
        ({"choice": "moment", "moment": "soon"}, "Enter a valid date"),
        ({"choice": "forever"}, "Select a valid choice"),
    ],
)
def test_a_wrong_answer_is_told_and_nothing_is_kept(desk, signed_in, said, words):
    answer = signed_in.post(f"/tickets/{desk.open().key}/snooze/", said)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Snooze.objects.exists()


def test_one_that_was_resolved_meanwhile_is_refused_in_words(desk, signed_in):
    ticket = desk.open()
    lifecycle.resolve(key=ticket.key, summary="x", by=desk.l2, now=desk.now)
    answer = signed_in.post(f"/tickets/{ticket.key}/snooze/", {"choice": "1h"}, headers=HTMX)
    assert answer.status_code == 409 and "cannot be snoozed" in answer.content.decode()
    assert answer["HX-Retarget"] == "#dialog"


def hidden(page):
    """What the form says that the reader has seen."""
    return re.search(r'name="seen" value="(\d*)"', page.content.decode())[1]


@pytest.mark.parametrize("more", [{}, {"row": "1"}])
def test_what_came_since_the_form_was_shown_is_told_and_a_second_answer_passes(desk, signed_in, more):
    ticket = desk.open()
    path = f"/tickets/{ticket.key}/snooze/"
    said = {"choice": "1h", "seen": hidden(signed_in.get(path, more, headers=HTMX)), **more}
    lifecycle.reply(key=ticket.key, text="It burns", public=False, by=desk.l2, now=database_now())
    wrong = signed_in.post(path, {**said, "choice": "moment"}, headers=HTMX)
    assert wrong.status_code == 422 and hidden(wrong) == said["seen"]
    refused = signed_in.post(path, said, headers=HTMX)
    assert refused.status_code == 409 and "L2: It burns" in refused.content.decode()
    assert not Snooze.objects.exists()
    assert signed_in.post(path, {**said, "seen": hidden(refused)}, headers=HTMX).status_code in (200, 204)
    assert Snooze.objects.get().event_count == desk.fresh(ticket).event_count


def test_the_form_keeps_what_the_list_or_page_that_opened_it_had_shown(desk, signed_in):
    ticket = desk.open()
    assert hidden(signed_in.get(f"/tickets/{ticket.key}/snooze/?row=1&seen=1", headers=HTMX)) == "1"
    shown = str(desk.fresh(ticket).event_count)
    assert hidden(signed_in.get(f"/tickets/{ticket.key}/snooze/?seen=many")) == shown


def test_the_ticket_s_page_asks_with_what_it_shows(desk, signed_in):
    ticket = desk.open()
    page = signed_in.get(f"/tickets/{ticket.key}/").content.decode()
    assert page.count(f"/tickets/{ticket.key}/snooze/?seen={desk.fresh(ticket).event_count}") == 2


def test_an_account_manager_may_snooze_what_the_own_queue_shows(desk, client):
    ticket, reader = desk.open(), desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(reader, roles.ACCOUNT_MANAGER, desk.acme)
    client.force_login(reader)
    assert client.post(f"/tickets/{ticket.key}/snooze/", {"choice": "1h"}).status_code == 303
    assert keys(client, reader) == []
