"""The queue: who sees what, in which order, in how many queries, and acknowledging from it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.http import QueryDict
from django.urls import reverse

from accounts import roles
from accounts.clock import database_now
from clients.access import give_role
from clients.models import Client
from tickets import lifecycle
from tickets.models import DeskProfile, Draft, Notification, Presence, RadarEntry, Ticket
from tickets.queue import PAGE_SIZE
from tickets.standing import VIEWS, counts

QUEUE = "/tickets/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


def keys(response):
    return re.findall(r'id="row-(ESC-\d+)"', response.content.decode())


def get(client, user, path=QUEUE, **more):
    client.force_login(user)
    return client.get(path, **more)


def test_the_queue_is_sorted_by_the_next_deadline(desk, client):
    late = desk.open("Late", priority="P3")
    desk.now += timedelta(seconds=1)
    held = desk.open("Held")
    lifecycle.wait(key=held.key, on="CLIENT", why="x", by=desk.l1, now=desk.now)
    desk.now -= timedelta(minutes=5)
    soon = desk.open("Soon")
    assert keys(get(client, desk.l1)) == [soon.key, late.key, held.key]


def test_a_row_tells_priority_client_holder_assignee_and_one_clock(desk, client):
    ticket = desk.open("Mail does <b>not</b> arrive")
    page = get(client, desk.l1).content.decode()
    row = page[page.index(f'id="row-{ticket.key}"') :]
    assert "Mail does &lt;b&gt;not&lt;/b&gt; arrive" in row and "Acme" in row and "L1" in row
    assert re.search(r"Ack 14 min left|Ack 15 min left", row)
    assert row.count("<time") == 1


@pytest.mark.parametrize("count", [1, PAGE_SIZE + 5])
def test_the_queue_costs_six_queries_whatever_its_length(desk, client, django_assert_num_queries, count):
    for _ in range(count):
        desk.open(priority="P4")
    get(client, desk.l1)  # once a minute it is noted besides that one is at the desk
    with django_assert_num_queries(6):
        client.get(QUEUE)


def test_pages_follow_each_other_without_gap_or_overlap(desk, client):
    opened = [desk.open(priority="P4").key for _ in range(PAGE_SIZE + 3)]
    lifecycle.wait(key=opened[-1], on="CLIENT", why="x", by=desk.l1, now=desk.now)
    first = get(client, desk.l1)
    following = re.search(r'href="(\?after=[^"]+)"', first.content.decode())[1]
    second = client.get(QUEUE + following)
    assert keys(first) + keys(second) == opened
    previous = re.search(r'href="(\?before=[^"]+)"', second.content.decode())[1]
    assert keys(client.get(QUEUE + previous)) == keys(first)


@pytest.mark.parametrize("cursor", ["?after=nonsense", "?after=~", "?before=2026~1", "?after=2026-01-01~x"])
def test_a_damaged_cursor_is_the_first_page(desk, client, cursor):
    ticket = desk.open()
    assert keys(get(client, desk.l1, QUEUE + cursor)) == [ticket.key]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=new", True),
        ("status=IN_PROGRESS", False),
        ("client=acme", True),
        ("client=Acme", True),
        ("client=other", False),
        ("priority=p1", True),
        ("tier=L1", True),
        ("tier=L2", False),
        ("holder=tier", True),
        ("holder=VENDOR", False),
        ("q=mail+acme", True),
        ("q=ESC", False),
        ("mine=true", False),
        ("breaching_within=16m", True),
        ("breaching_within=1m", False),
    ],
)
def test_filters_narrow_the_queue(desk, client, query, found):
    ticket = desk.open()
    assert keys(get(client, desk.l1, f"{QUEUE}?{query}")) == ([ticket.key] if found else [])


def test_a_ticket_is_found_by_its_key(desk, client):
    first, _ = desk.open(), desk.open()
    assert keys(get(client, desk.l1, f"{QUEUE}?q={first.key.lower()}")) == [first.key]


def test_a_wrong_filter_is_told_not_ignored(desk, client):
    desk.open()
    page = get(client, desk.l1, f"{QUEUE}?status=nonsense&breaching_within=soon")
    assert page.status_code == 200 and keys(page) == []
    assert "status: Select a valid choice" in page.content.decode()
    assert "is not a duration" in page.content.decode()


def test_views_count_what_they_show(desk, client):
    taken = desk.open()
    lifecycle.acknowledge(key=taken.key, by=desk.l1, now=desk.now)
    desk.open()
    desk.open(priority="P4")
    found = counts(desk.l1, [view.query for view in VIEWS])
    for view in VIEWS:
        assert found[view.query] == len(keys(get(client, desk.l1, f"{QUEUE}?{view.query}"))), view.title


def test_an_empty_queue_says_so(desk, client):
    assert "No open tickets" in get(client, desk.l1).content.decode()


def test_a_filter_that_matches_nothing_says_so(desk, client):
    desk.open()
    page = get(client, desk.l1, f"{QUEUE}?q=nothing-like-it").content.decode()
    assert "No ticket matches" in page and "Show all open tickets" in page


def test_a_row_tells_who_is_there_what_one_has_begun_and_its_place_on_the_radar(desk, client):
    ticket, now = desk.open(), database_now()
    for user, seen in ((desk.l1, now), (desk.l2, now), (desk.l3, now - timedelta(minutes=2))):
        Presence.objects.create(ticket=ticket, user=user, seen_at=seen)
    Draft.objects.create(ticket=ticket, user=desk.l1, audience="note", body="x", saved_at=now)
    RadarEntry.objects.create(ticket=ticket, score=7, changed_by=desk.l2, changed_at=now)
    [row] = get(client, desk.l1).context["rows"]
    assert (row["viewer"], row["drafted"], row["radar"]) == ("L2", True, "7")
    [row] = get(client, desk.l3).context["rows"]
    assert row["viewer"] in {"L1", "L2"} and row["drafted"] is False


def test_the_page_knows_what_is_unread_and_whether_single_keys_are_wanted(desk, client):
    shown = get(client, desk.l1).context
    assert (shown["unread"], shown["keys_on"]) == (0, True)
    DeskProfile.objects.update_or_create(user=desk.l1, defaults={"single_keys": False})
    Notification.objects.create(user=desk.l1, key="k", title="T", text="x", at=database_now())
    Notification.objects.create(user=desk.l2, key="k", title="T", text="x", at=database_now())
    shown = get(client, desk.l1).context
    assert (shown["unread"], shown["keys_on"]) == (1, False)


def test_htmx_gets_the_list_alone(desk, client):
    ticket = desk.open()
    client.force_login(desk.l1)
    answer = client.get(QUEUE, headers={**HTMX, "HX-Target": "queue"})
    assert keys(answer) == [ticket.key] and "<html" not in answer.content.decode()


# who -----------------------------------------------------------------------------------------------------------------


def test_the_anonymous_are_sent_to_sign_in(desk, client):
    for path in (QUEUE, "/tickets/changes/", "/tickets/new/", "/tickets/ESC-1/", "/tickets/ESC-1/escalation/"):
        answer = client.get(path)
        assert answer.status_code == 302 and answer["Location"].startswith(reverse("sign-in")), path


@pytest.mark.parametrize("role", [roles.DECISION_MAKER, roles.CLIENT_USER])
def test_a_client_s_people_have_no_desk(desk, client, role):
    ticket = desk.open()
    reader = desk.reader(desk.acme, role)
    for path in (QUEUE, "/tickets/changes/", "/tickets/new/", f"/tickets/{ticket.key}/", "/tickets/ESC-99999/"):
        assert get(client, reader, path).status_code == 403, path


def test_an_account_manager_reads_the_own_clients_and_works_on_none(desk, client):
    mine = desk.open()
    desk.acme = desk.client("Other")
    foreign = desk.open()
    reader = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(reader, roles.ACCOUNT_MANAGER, Client.objects.get(name="Acme"))
    page = get(client, reader)
    assert keys(page) == [mine.key] and "/acknowledgement/" not in page.content.decode()
    assert "New ticket" not in page.content.decode()
    assert client.get("/tickets/new/").status_code == 403
    assert client.post(f"/tickets/{mine.key}/acknowledgement/").status_code == 403
    assert client.post(f"/tickets/{foreign.key}/acknowledgement/").status_code == 404
    assert desk.fresh(mine).status == desk.fresh(foreign).status == "NEW"


# acknowledging from a row ---------------------------------------------------------------------------------------------


def test_acknowledging_without_scripts_leads_back_to_the_queue(desk, client):
    ticket = desk.open()
    client.force_login(desk.l1)
    answer = client.post(f"/tickets/{ticket.key}/acknowledgement/", {"next": "/tickets/?status=NEW"})
    assert (answer.status_code, answer["Location"]) == (303, "/tickets/?status=NEW")
    fresh = desk.fresh(ticket)
    assert (fresh.status, fresh.acknowledged_by, fresh.assignee) == ("IN_PROGRESS", desk.l1, desk.l1)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(desk, client, elsewhere):
    ticket = desk.open()
    client.force_login(desk.l1)
    answer = client.post(f"/tickets/{ticket.key}/acknowledgement/", {"next": elsewhere})
    assert answer["Location"] == f"/tickets/{ticket.key}/"


def in_row(client, ticket):
    return client.post(
        f"/tickets/{ticket.key}/acknowledgement/", headers={**HTMX, "HX-Target": f"row-{ticket.key}"}
    )  # fmt: skip


def test_acknowledging_in_the_row_answers_with_the_row(desk, client):
    ticket = desk.open()
    client.force_login(desk.l1)
    answer = in_row(client, ticket)
    page = answer.content.decode()
    assert answer.status_code == 200 and keys(answer) == [ticket.key]
    assert "In progress" in page and f'data-said="{ticket.key} is yours. {ticket.title}"' in page
    assert "<html" not in page


def test_who_comes_second_reads_who_took_it_and_when_in_the_own_zone(desk, client):
    ticket = desk.open()
    desk.l1.timezone = "Asia/Tokyo"
    desk.l1.save()
    lifecycle.acknowledge(key=ticket.key, by=desk.l2, now=desk.now)
    client.force_login(desk.l1)
    answer = in_row(client, ticket)
    tokyo = desk.fresh(ticket).acknowledged_at + timedelta(hours=9)
    assert answer.status_code == 409 and f"L2 took it at {tokyo:%H:%M}." in answer.content.decode()


def test_who_comes_second_without_scripts_reads_it_on_a_page(desk, client):
    ticket = desk.open()
    lifecycle.acknowledge(key=ticket.key, by=desk.l2, now=desk.now)
    client.force_login(desk.l1)
    answer = client.post(f"/tickets/{ticket.key}/acknowledgement/")
    assert answer.status_code == 409 and "L2 took it at" in answer.content.decode()


# news -----------------------------------------------------------------------------------------------------------------


def asked_for(page):
    """The address at which the page asks for news, and the version, moment and pass that it asks with."""
    html = page.content.decode()
    found = {n: unescape(re.search(rf'data-{n}="([^"]*)"', html)[1]) for n in ("changes", "version", "since", "pass")}
    path, _, query = found.pop("changes").partition("?")
    return path, {**QueryDict(query).dict(), **found}


def news(client, page):
    path, asked = asked_for(page)
    return client.get(path, asked)


def test_nothing_new_is_no_content(desk, client):
    desk.open()
    page = get(client, desk.l1)
    assert news(client, page).status_code == 204


def test_what_others_did_is_counted_apart_from_what_is_new(desk, client):
    ticket = desk.open()
    page = get(client, desk.l1, f"{QUEUE}?client=acme")
    lifecycle.reply(key=ticket.key, text="x", public=False, by=desk.l2, now=database_now())
    desk.now = database_now()
    desk.open()
    answer = news(client, page)
    assert answer.status_code == 200 and (answer["X-New"], answer["X-Changed"]) == ("1", "1")
    assert "1 new, 1 changed" in answer.content.decode()


def test_a_ticket_that_left_the_list_is_news_too(desk, client):
    ticket = desk.open()
    page = get(client, desk.l1)
    lifecycle.resolve(key=ticket.key, summary="done", by=desk.l2, now=database_now())
    assert "The list has changed" in news(client, page).content.decode()


def test_one_that_leaves_is_not_made_up_for_by_one_that_comes(desk, client):
    ticket = desk.open()
    page = get(client, desk.l1, f"{QUEUE}?status=NEW")
    lifecycle.acknowledge(key=ticket.key, by=desk.l2, now=database_now())
    desk.now = database_now()
    desk.open()
    assert desk.fresh(ticket).event_count == 2 and news(client, page).status_code == 200


def test_the_list_of_an_empty_queue_changes_when_a_ticket_comes(desk, client):
    page = get(client, desk.l1)
    assert news(client, page).status_code == 204
    desk.open()
    assert news(client, page).status_code == 200


def test_a_poll_that_finds_nothing_costs_one_query(desk, client, django_assert_num_queries):
    for _ in range(10):
        desk.open()
    path, asked = asked_for(get(client, desk.l1, f"{QUEUE}?status=NEW"))
    with django_assert_num_queries(1):
        assert client.get(path, asked).status_code == 204


def test_a_poll_that_finds_something_costs_a_fixed_number(desk, client, django_assert_max_num_queries):
    path, asked = asked_for(get(client, desk.l1))
    for _ in range(10):
        desk.open()
    with django_assert_max_num_queries(10):  # three of them: the moment, and that one was at the desk then
        assert client.get(path, asked).status_code == 200


def test_the_acknowledgement_that_one_gave_oneself_is_no_news_by_number(desk, client):
    ticket = desk.open()
    page = get(client, desk.l1)
    lifecycle.acknowledge(key=ticket.key, by=desk.l1, now=database_now())
    assert "changed" not in news(client, page).content.decode().replace("The list has changed", "")
    assert Ticket.objects.get().event_count == 2
