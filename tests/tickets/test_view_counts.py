"""The counts beside the work: those of the rail, the bell, and who is at which ticket, for a page that stays open."""

import re
from datetime import timedelta

import pytest

from accounts import roles
from accounts.clock import database_now
from tickets import lifecycle
from tickets.models import Notification, Presence
from tickets.notified import unread
from tickets.saved_views import save_view

COUNTS = "/tickets/views/counts/"


@pytest.fixture
def desk(world, client):
    """The world at this very moment, and its first technician signed in."""
    world.now = database_now()
    client.force_login(world.l1)
    return world


def told(client, *keys):
    """What the answer says of each view, by the id that its count has in the rail."""
    html = client.get(COUNTS, {"key": keys}).content.decode()
    return dict(re.findall(r'<li data-view="([^"]+)">([^<]*)</li>', html))


def viewed(client, *keys):
    html = client.get(COUNTS, {"key": keys}).content.decode()
    return dict(re.findall(r'<li data-viewed="(ESC-\d+)">.*?title="(\w+) is viewing"', html, re.DOTALL))


def rail(client, path):
    html = client.get(path).content.decode()
    return dict(re.findall(r'<span class="rail-count" id="([^"]+)-count">([^<]*)</span>', html))


def see(ticket, user, ago=0):
    Presence.objects.create(ticket=ticket, user=user, seen_at=database_now() - timedelta(seconds=ago))


def test_they_are_those_of_the_rail_on_whatever_page(desk, client):
    desk.open("One")
    desk.do(lifecycle.acknowledge, desk.open("Two"))
    save_view(name="Of mine", query="mine=true&priority=P1", team=None, by=desk.l1, now=desk.now)
    shown = rail(client, "/vendors/")
    assert {shown["view-0"], shown["view-1"], shown["view-3"]} == {"2", "1"}
    answer = told(client)
    assert {name: answer[name] for name in shown} == shown


def test_a_manager_s_rail_is_counted_anew_too(desk, client):
    client.force_login(desk.manager)
    shown, answer = rail(client, "/vendors/"), told(client)
    assert shown["verification"] == "1" and {"calls", "mails-to-look-at"} <= shown.keys()
    assert {name: answer[name] for name in shown} == shown


def test_what_comes_in_later_is_counted(desk, client):
    before = told(client)
    desk.open()
    Notification.objects.create(user=desk.l1, key="k", title="T", text="x", at=database_now())
    now = told(client)
    assert (before["view-0"], before["view-3"], before["bell"]) == ("0", "0", "")
    assert (now["view-0"], now["view-3"], now["bell"]) == ("1", "1", str(unread(desk.l1).count()))


def test_who_else_has_a_ticket_open_is_told_until_the_beats_end(desk, client):
    there, gone, own, nobody = (desk.open(title) for title in ("There", "Gone", "Own", "Nobody"))
    see(there, desk.l2)
    see(gone, desk.l2, ago=60)
    see(own, desk.l1)
    assert viewed(client, there.key, gone.key, own.key, nobody.key) == {there.key: "L2"}
    Presence.objects.all().delete()
    assert viewed(client, there.key) == {}


def test_a_ticket_that_is_not_asked_for_or_not_to_be_seen_tells_nothing(desk, client):
    ticket, other = desk.open("One"), desk.open("Two")
    see(ticket, desk.l2)
    see(other, desk.l2)
    assert viewed(client, ticket.key, "ESC-99999999999999999999", "x") == {ticket.key: "L2"}
    client.force_login(desk.person("am@msp.example", roles.ACCOUNT_MANAGER))
    assert viewed(client, ticket.key) == {}


@pytest.mark.parametrize("count", [1, 30])
def test_they_cost_the_same_however_many_are_shown(desk, client, django_assert_max_num_queries, count):
    tickets = [desk.open(f"Alert {i}") for i in range(count)]
    for ticket in tickets:
        see(ticket, desk.l2)
    with django_assert_max_num_queries(5):
        answer = client.get(COUNTS, {"key": [ticket.key for ticket in tickets]})
    assert answer.content.decode().count("data-viewed") == count and "no-store" in answer["Cache-Control"]
