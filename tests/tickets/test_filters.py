"""The queue's filters: several values at once, people, moments on the reader's clock, and what is told of mistakes."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from accounts.clock import database_now
from clients.models import Client
from tickets import lifecycle
from tickets.filters import named, parts
from tickets.models import Ticket
from tickets.snoozing import snooze


@pytest.fixture
def desk(world):
    world.now = database_now()
    return world


@pytest.fixture
def shown(desk, client):
    """The keys that the queue shows for filters, and its page."""

    def asked(user=None, **filters):
        client.force_login(user or desk.l1)
        answer = client.get("/tickets/", filters)
        assert answer.status_code == 200
        page = answer.content.decode()
        return set(re.findall(r'id="row-(ESC-\d+)"', page)), page

    return asked


def keys(*tickets):
    return {ticket.key for ticket in tickets}


def test_commas_part_what_is_wanted(desk, shown):
    p1, p2, p3 = (desk.open(priority=priority) for priority in ("P1", "P2", "P3"))
    assert shown(priority="P1,p3")[0] == keys(p1, p3)
    assert shown(priority="p2")[0] == keys(p2)
    lifecycle.acknowledge(key=p2.key, by=desk.l1, now=desk.now)
    assert shown(status="in_progress,WAITING_ON_CLIENT")[0] == keys(p2)
    assert shown(status="NEW,IN_PROGRESS", priority="P1,P2")[0] == keys(p1, p2)


def test_a_search_says_that_it_is_among_open_tickets_and_leads_on_to_all(desk, shown, client):
    open_, ended, other = desk.open("Mail"), desk.open("Mail"), desk.open("Printer")
    lifecycle.resolve(key=ended.key, summary="done", by=desk.l1, now=desk.now)
    found, page = shown(q="mail")
    assert found == keys(open_) and "Only open tickets are searched." in page
    onward = client.get("/tickets/?q=mail&priority=P1,P2,P3,P4").context["any_url"]
    assert onward == "/tickets/?status=any&priority=P1%2CP2%2CP3%2CP4&q=mail"
    found, page = shown(q="mail", status="any")
    assert found == keys(open_, ended) and "Only open tickets are searched." not in page
    assert '<option value="any" selected>Any</option>' in page
    assert shown(status="any")[0] == keys(open_, ended, other)


@pytest.mark.parametrize("said", ["false", "False"])
def test_what_is_snoozed_is_shown_only_where_it_is_wanted(desk, shown, said):
    awake, asleep = desk.open(), desk.open()
    snooze(key=asleep.key, until=desk.now + timedelta(hours=1), by=desk.l1, now=desk.now)
    assert shown(snoozed=said)[0] == shown()[0] == keys(awake)
    assert shown(snoozed="true")[0] == keys(asleep)


def test_a_status_that_is_only_a_comma_asks_for_none(desk, shown):
    open_, ended = desk.open(), desk.open()
    lifecycle.resolve(key=ended.key, summary="done", by=desk.l1, now=desk.now)
    assert shown(status=",")[0] == keys(open_)


def test_a_name_with_a_comma_in_it_is_one_name(desk, shown):
    mine = desk.open()
    desk.acme = desk.client("Smith, Jones Ltd")
    theirs = desk.open()
    assert shown(client="Smith, Jones Ltd")[0] == keys(theirs)
    assert shown(client="smith-jones-ltd,acme")[0] == keys(mine, theirs)


def test_who_has_a_ticket_is_a_filter(desk, shown):
    nobodys, mine, theirs = (desk.open() for _ in range(3))
    lifecycle.acknowledge(key=mine.key, by=desk.l1, now=desk.now)
    lifecycle.acknowledge(key=theirs.key, by=desk.l2, now=desk.now)
    assert shown(assignee="me")[0] == shown(mine="true")[0] == keys(mine)
    assert shown(assignee="NONE")[0] == keys(nobodys)
    assert shown(assignee="L2@msp.example, me")[0] == keys(mine, theirs)
    assert shown(desk.l2, assignee="me")[0] == keys(theirs)


def test_team_service_vendor_and_category_are_filters(desk, shown):
    plain = desk.open(category="Hardware")
    coded = desk.open(error_code="0x8004de40")
    network = desk.open(device_type="NETWORK")
    lifecycle.lodge_case(key=plain.key, service="Microsoft 365", answers={}, why="w", by=desk.l1, now=desk.now)
    assert shown(team="L2 team")[0] == keys(network)
    assert shown(team="l1-team,L2 TEAM", category="hardware,software")[0] == keys(plain)
    assert coded.key in shown(service="microsoft-365")[0]
    assert shown(vendor="microsoft")[0] == keys(plain)


def test_a_day_begins_on_the_readers_clock(desk, shown):
    ticket = desk.open()
    Ticket.objects.update(opened_at=datetime(2026, 3, 9, 20, 0, tzinfo=UTC))
    desk.l1.timezone = "Asia/Tokyo"
    desk.l1.save()
    # In Tokyo it is five in the morning of the tenth.
    assert shown(opened_after="2026-03-10")[0] == keys(ticket)
    assert shown(desk.l2, opened_after="2026-03-10")[0] == set()
    assert shown(opened_before="2026-03-10")[0] == set()
    assert shown(opened_after="2026-03-10T05:00", opened_before="2026-03-10T05:01")[0] == keys(ticket)
    assert shown(opened_after="2026-03-09T20:00:01Z")[0] == set()


@pytest.mark.parametrize("name, value, told", [
    ("status", "NEW,SLEEPING", "status: Select a valid choice: SLEEPING is not one of NEW, IN_PROGRESS"),
    ("priority", "P9", "priority: Select a valid choice: P9 is not one of P1, P2, P3, P4."),
    ("tier", "L9", "tier: There is no tier “L9”."),
    ("team", "Nobody’s", "team: There is no team “Nobody’s”."),
    ("service", "Nothing", "service: There is no service “Nothing”."),
    ("vendor", "Microsoft,Oracle", "vendor: There is no vendor “Oracle”."),
    ("client", "Hidden", "client: There is no client “Hidden”."),
    ("assignee", "who@msp.example", "assignee: Nobody has the address “who@msp.example”; write an address"),
    ("opened_after", "yesterday", "opened_after: Write a day such as 2026-03-31, or a moment"),
    ("opened_before", "2026-02-30", "opened_before: Write a day such as 2026-03-31, or a moment"),
    ("opened_before", "0000-00-00T99:99", "opened_before: Write a day"),
    ("tier", "L1\x00", "tier: Null characters are not allowed."),
    ("breaching_within", "soon", "breaching_within: "),
    ("q", "printer %", "“%” was left out: there is no letter or digit in it."),
    ("q", "y" * 10_000, "Only the first 200 characters were searched."),
])  # fmt: skip
def test_a_mistake_is_told_in_words(desk, shown, name, value, told):
    desk.open()
    Client.objects.create(name="Hidden", timezone="UTC", agreement=desk.sla)
    found, page = shown(**{name: value})
    assert found == set() and told in page


def test_what_is_known_and_only_empty_is_no_mistake(desk, shown):
    desk.open(priority="P4")
    _, page = shown(priority="P1", tier="L1", client="acme", assignee="me")
    assert "There is no" not in page and "No ticket matches" in page


@pytest.mark.parametrize("text, expected", [
    ("a,b", ["a", "b"]), (" a , ,b,", ["a", "b"]), ("", []), (",", []), ("a b", ["a b"]),
])  # fmt: skip
def test_what_commas_part(text, expected):
    assert parts(text) == expected


def test_names_are_compared_in_any_case_and_slugs_where_there_are_some(desk):
    assert list(Client.objects.filter(named("name", "ACME"))) == [desk.acme]
    assert list(Client.objects.filter(named("name", "x, acme", slugs=True))) == [desk.acme]
