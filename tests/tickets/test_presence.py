"""Who else is at a ticket, and what is new there: one beat each ten seconds, silence while nothing changes."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.clock import database_now
from tickets import lifecycle, presence
from tickets.models import DeskProfile, Presence, TicketEvent


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


@pytest.fixture
def signed_in(desk, client):
    client.force_login(desk.l1)
    return client


def beat(desk, ticket, by, *, writing=False):
    presence.beat(ticket_id=ticket.pk, by=by, writing=writing, now=desk.now)


def others(desk, ticket):
    return presence.others(ticket.pk, user=desk.l1, now=desk.now)


def test_who_views_and_who_writes_is_told_to_the_others_only(desk):
    ticket = desk.open()
    beat(desk, ticket, desk.l1)
    beat(desk, ticket, desk.l2)
    beat(desk, ticket, desk.l3, writing=True)
    assert others(desk, ticket) == ["L3 is writing", "L2 is viewing"]


@pytest.mark.parametrize(("seconds", "told"), [(30, ["L2 is viewing"]), (31, [])])
def test_after_thirty_seconds_without_a_beat_one_has_gone(desk, seconds, told):
    ticket = desk.open()
    beat(desk, ticket, desk.l2)
    desk.now += timedelta(seconds=seconds)
    assert others(desk, ticket) == told


def test_a_beat_is_one_statement_and_leaves_one_row(desk, django_assert_num_queries):
    ticket = desk.open()
    beat(desk, ticket, desk.l2)
    desk.now += timedelta(seconds=10)
    with django_assert_num_queries(1):
        beat(desk, ticket, desk.l2, writing=True)
    assert Presence.objects.get().seen_at == desk.now


def test_who_leaves_is_gone_at_once(desk, signed_in):
    ticket = desk.open()
    signed_in.post(f"/tickets/{ticket.key}/presence/")
    assert Presence.objects.get().user == desk.l1
    assert signed_in.post(f"/tickets/{ticket.key}/presence/", {"leaving": "yes"}).status_code == 204
    assert not Presence.objects.exists()


def test_the_first_beat_at_a_ticket_clears_what_is_older_than_a_day(desk):
    ticket, other = desk.open(), desk.open()
    beat(desk, ticket, desk.l2)
    desk.now += timedelta(days=1, seconds=1)
    beat(desk, other, desk.l3)
    assert list(Presence.objects.values_list("user", flat=True)) == [desk.l3.pk]


def ask(browser, ticket, **said):
    return browser.post(f"/tickets/{ticket.key}/presence/", {"seen": desk_count(ticket), **said})


def desk_count(ticket):
    return type(ticket).objects.values_list("event_count", flat=True).get(pk=ticket.pk)


def test_nothing_new_is_answered_without_words(desk, signed_in):
    ticket = desk.open()
    assert ask(signed_in, ticket).status_code == 204
    beat(desk, ticket, desk.l2)
    answer = ask(signed_in, ticket)
    assert answer.status_code == 200 and "L2 is viewing" in answer.content.decode()
    assert ask(signed_in, ticket, others="L2 is viewing").status_code == 204


def test_what_has_happened_since_is_told_with_who_and_when(desk, signed_in):
    ticket = desk.open()
    lifecycle.acknowledge(key=ticket.key, by=desk.l2, now=desk.now)
    lifecycle.reply(key=ticket.key, text="Hm", public=False, by=desk.l2, now=desk.now)
    answer = ask(signed_in, ticket, seen=1)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "2 new: L2 acknowledged it at L1. (" in html and "L2 noted for the team (" in html
    assert "Show</a>" in html and "Hm" not in html


def test_news_of_another_day_say_which(desk, signed_in):
    ticket = desk.open()
    acknowledged_at = desk.now - timedelta(days=2)
    TicketEvent.objects.create(ticket=ticket, seq=2, kind="CHANGED", at=acknowledged_at, text="Moved")
    type(ticket).objects.filter(pk=ticket.pk).update(event_count=2)
    html = ask(signed_in, ticket, seen=1).content.decode()
    assert f"Moved ({acknowledged_at.astimezone(ZoneInfo(desk.l1.timezone)):%a %H:%M})" in html


@pytest.mark.parametrize("seen", ["", "x", "99999", "-1"])
def test_what_is_said_wrongly_of_what_was_seen_makes_no_news(desk, signed_in, seen):
    assert ask(signed_in, desk.open(), seen=seen).status_code == 204


def test_a_beat_says_that_one_is_at_the_desk_and_leaving_does_not(desk, signed_in):
    ticket = desk.open()
    signed_in.post(f"/tickets/{ticket.key}/presence/", {"leaving": "yes"})
    assert not DeskProfile.objects.exists()
    ask(signed_in, ticket)
    assert DeskProfile.objects.get(user=desk.l1).seen_at >= desk.now


def test_a_quiet_beat_costs_six_queries(desk, signed_in, django_assert_num_queries):
    ticket = desk.open()
    ask(signed_in, ticket)
    with django_assert_num_queries(6):  # session, user, its roles; ticket with the moment, beat, the others
        answer = signed_in.post(f"/tickets/{ticket.key}/presence/", {"seen": 1})
    assert answer.status_code == 204


def test_the_page_says_who_is_there_at_once(desk, signed_in):
    ticket = desk.open()
    beat(desk, ticket, desk.l2, writing=True)
    assert "L2 is writing" in signed_in.get(f"/tickets/{ticket.key}/").content.decode()


def test_a_foreign_ticket_tells_nothing(desk, signed_in):
    assert signed_in.post("/tickets/ESC-999999/presence/").status_code == 404
