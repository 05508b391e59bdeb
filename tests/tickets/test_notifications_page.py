"""The page of notifications: what is listed, opened, read, and for whom."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import roles
from accounts.clock import database_now
from accounts.models import User
from clients.access import give_role
from tickets.models import Notification
from tickets.notified import PAGE_SIZE, forget_old, notifications_of, read_ticket, unread

LIST = "/notifications/"


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


def notify(user, number=1, *, ticket=None, at=None, **more):
    at = at or database_now()
    rows = [
        Notification(user=user, ticket=ticket, key=f"k{at}{n}", title=f"Title {n}", text=f"Because {n}.", at=at, **more)
        for n in range(number)
    ]
    return Notification.objects.bulk_create(rows)


def page(client, user, path=LIST):
    client.force_login(user)
    return client.get(path).content.decode()


def titles(html):
    return re.findall(r"Title \d+(?=</a>)", html)


def bell(html):
    return re.search(r'id="bell-count">([^<]*)<', html)[1]


def test_what_is_unread_is_listed_with_its_why_and_leads_to_its_ticket(desk, client):
    ticket = desk.open(priority="P3")
    html = page(client, desk.l1)
    [row] = Notification.objects.filter(user=desk.l1)
    assert f"P3 Acme: {ticket.title}" in html and "New ticket: Mail does not arrive." in html and "Unread: " in html
    assert "Acknowledge by" not in html and bell(html) == "1"
    answer = client.get(reverse("notification", args=[row.pk]))
    assert answer.status_code == 302 and answer.url == f"/tickets/{ticket.key}/"
    row.refresh_from_db()
    assert row.read_at and "You have read everything" in client.get(LIST).content.decode()


def test_the_newest_stand_first_by_the_day_of_the_reader_s_clock(desk, client):
    User.objects.filter(pk=desk.l1.pk).update(timezone="Asia/Tokyo")
    now = database_now()
    for number, days in enumerate((8, 1, 0)):
        notify(desk.l1, at=now - timedelta(days=days), read_at=None)
        Notification.objects.filter(user=desk.l1).filter(title="Title 0").update(title=f"Title {number + 10}")
    html = page(client, desk.l1)
    assert titles(html) == ["Title 12", "Title 11", "Title 10"]
    assert [name for name in re.findall(r"<h2[^>]*>(\w+)", html) if name != "Nothing"][:2] == ["Today", "Yesterday"]


def test_all_shows_what_was_read_without_marking_it_unread(desk, client):
    notify(desk.l1, read_at=database_now())
    assert not titles(page(client, desk.l1))
    html = page(client, desk.l1, f"{LIST}?show=all")
    assert titles(html) == ["Title 0"] and "Unread: " not in html and "Mark all read" not in html


def test_who_was_told_nothing_reads_when_something_will_stand_there(desk, client):
    assert "You have read everything" in page(client, desk.l1)
    assert "Nothing yet" in page(client, desk.l1, f"{LIST}?show=all")


def test_everybody_sees_their_own_alone(desk, client):
    [theirs] = notify(desk.l2)
    assert not titles(page(client, desk.l1, f"{LIST}?show=all"))
    for method in (client.get, client.post):
        assert method(reverse("notification", args=[theirs.pk])).status_code == 404
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_what_is_about_a_client_that_one_may_see_no_more_is_gone(desk, client):
    keeper = User.objects.create_user("am@msp.example", "a good password", name="Amy")
    give_role(keeper, roles.ACCOUNT_MANAGER, desk.acme)
    other = desk.client("Other")
    ticket = desk.open()
    [told] = notify(keeper, ticket=ticket)
    assert titles(page(client, keeper)) == ["Title 0"]
    ticket.client = other
    ticket.save()
    html = page(client, keeper, f"{LIST}?show=all")
    assert not titles(html) and bell(html) == ""
    assert client.get(reverse("notification", args=[told.pk])).status_code == 404


def test_one_can_be_marked_read_where_it_stands(desk, client):
    [told] = notify(desk.l1)
    client.force_login(desk.l1)
    answer = client.post(f"{reverse('notification', args=[told.pk])}?show=all")
    told.refresh_from_db()
    assert answer.url == f"{LIST}?show=all" and told.read_at


@pytest.mark.parametrize("fetched", [{"method": "HEAD"}, {"headers": {"Sec-Purpose": "prefetch;prerender"}}])
def test_one_that_nobody_opened_stays_unread(desk, client, fetched):
    [told] = notify(desk.l1)
    client.force_login(desk.l1)
    answer = client.generic(fetched.get("method", "GET"), f"{LIST}{told.pk}/", headers=fetched.get("headers"))
    assert answer.status_code == 302 and list(unread(desk.l1)) == [told]


def test_opening_one_again_keeps_the_moment_at_which_it_was_read(desk, client):
    read_at = database_now() - timedelta(hours=1)
    [told] = notify(desk.l1, read_at=read_at)
    client.force_login(desk.l1)
    assert client.get(reverse("notification", args=[told.pk])).url == f"{LIST}?show=all"
    told.refresh_from_db()
    assert told.read_at == read_at


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("Lena hands over.\n\n{url}/shift/", "/shift/"),
        ("Lena hands over.\n{url}/shift/\nand no more", f"{LIST}?show=all"),
        ("https://elsewhere.example/", f"{LIST}?show=all"),
        ("{url}.elsewhere.example/", f"{LIST}?show=all"),
    ],
)
def test_what_is_about_no_ticket_leads_to_the_page_that_its_last_line_names(desk, client, settings, text, leads):
    [told] = notify(desk.l1)
    Notification.objects.filter(pk=told.pk).update(text=text.format(url=settings.PUBLIC_URL))
    client.force_login(desk.l1)
    assert client.get(reverse("notification", args=[told.pk])).url == leads


def test_mark_all_read_leaves_what_came_after_the_page_was_made(desk, client):
    notify(desk.l1, 3)
    action = re.search(r'action="(/notifications/reading/[^"]+)"', page(client, desk.l1))[1].replace("&amp;", "&")
    [late] = notify(desk.l1)
    notify(desk.l2)
    html = client.post(action, follow=True).content.decode()
    assert "3 marked read." in html and list(unread(desk.l1)) == [late] and unread(desk.l2).count() == 1
    assert "You had read them already." in client.post(action, follow=True).content.decode()


@pytest.mark.parametrize("up_to", ["", "x", "-1", "٣", "9" * 19, "9" * 400])
def test_a_damaged_mark_all_read_marks_nothing(desk, client, up_to):
    notify(desk.l1)
    client.force_login(desk.l1)
    assert client.post("/notifications/reading/", query_params={"up_to": up_to}).status_code == 302
    assert unread(desk.l1).count() == 1


def test_pages_follow_each_other_without_gap_or_overlap(desk, client):
    made = [row.pk for row in notify(desk.l1, 2 * PAGE_SIZE + 3)][::-1]
    shown, path = [], LIST
    while path:
        html = page(client, desk.l1, path)
        shown += [int(pk) for pk in re.findall(r'<a href="/notifications/(\d+)/"', html)]
        found = re.search(r'href="(/notifications/\?before=\d+)" rel="next"', html)
        path = found and found[1]
    assert shown == made
    back = re.search(r'href="([^"]+)" rel="prev"', html)[1]
    between = re.findall(r'<a href="/notifications/(\d+)/"', page(client, desk.l1, back))
    assert [int(pk) for pk in between] == made[PAGE_SIZE : 2 * PAGE_SIZE]


@pytest.mark.parametrize("query", ["before=x", "after=-1", "before=0", f"before={'9' * 30}", "show=nonsense"])
def test_a_damaged_address_is_the_first_page(desk, client, query):
    notify(desk.l1)
    assert titles(page(client, desk.l1, f"{LIST}?{query}")) == ["Title 0"]


@pytest.mark.parametrize("number", [1, PAGE_SIZE + 5])
def test_the_page_costs_few_queries_whatever_its_length(desk, client, django_assert_max_num_queries, number):
    ticket = desk.open()
    notify(desk.l1, number, ticket=ticket)
    client.force_login(desk.l1)
    with django_assert_max_num_queries(6):
        client.get(f"{LIST}?show=all")


def test_titles_and_texts_are_escaped(desk, client):
    notify(desk.l1, ticket=desk.open("<script>alert(1)</script>"))
    Notification.objects.filter(title="Title 0").update(title="<b>bold</b>", text="<i>slanted</i>")
    html = page(client, desk.l1)
    assert (
        "<b>bold" not in html and "&lt;b&gt;bold" in html and "<i>slanted" not in html and "<script>alert" not in html
    )


def test_an_urgent_one_and_one_that_waits_for_mail_say_so(desk, client):
    notify(desk.l1, urgent=True, mailed_at=database_now())
    notify(desk.l1, to_mail=True)
    html = page(client, desk.l1)
    assert "Urgent · Mailed" in html.replace("\n", "") and "Waits for your next mail" in html


@pytest.mark.parametrize(("number", "shown"), [(0, ""), (1, "1"), (99, "99"), (100, "99+"), (1200, "99+")])
def test_the_bell_counts_what_is_unread_on_every_page_of_the_desk(desk, client, number, shown):
    notify(desk.l1, number)
    notify(desk.l1, read_at=database_now(), at=database_now())
    assert bell(page(client, desk.l1, "/clients/")) == shown


def test_the_fetched_list_of_the_queue_carries_the_count(desk, client):
    notify(desk.l1, 2)
    client.force_login(desk.l1)
    fetched = client.get("/tickets/", headers={"HX-Request": "true", "HX-Target": "queue"}).content.decode()
    assert '<li data-view="bell">2</li>' in fetched


def test_people_of_clients_have_no_bell(desk, client):
    assert "bell-count" not in page(client, desk.reader(desk.acme), "/account/")


def test_opening_the_ticket_reads_what_one_was_told_of_it(desk, client):
    ticket = desk.open()
    assert bell(page(client, desk.l1, f"/tickets/{ticket.key}/")) == "" and not unread(desk.l1)


def test_whoever_opened_the_ticket_has_read_what_it_was_told_of_it(desk):
    one, other = desk.open(), desk.open("Other")
    assert read_ticket(desk.l1, one, now=desk.now) == 1
    assert [row.ticket for row in unread(desk.l1)] == [other] and notifications_of(desk.l1).count() == 2


def test_what_was_read_long_ago_is_forgotten_and_what_is_unread_is_kept_twice_as_long(desk):
    old, late = desk.now - timedelta(days=91), desk.now - timedelta(days=89)
    notify(desk.l1, at=old, read_at=old)
    [kept] = notify(desk.l1, at=desk.now - timedelta(days=179))
    notify(desk.l1, at=desk.now - timedelta(days=181))
    [recent] = notify(desk.l2, at=late, read_at=late)
    assert forget_old(now=desk.now) == 2
    assert set(Notification.objects.all()) == {kept, recent}


def test_many_are_forgotten_a_thousand_at_a_time_and_none_that_is_young_is_looked_at(desk):
    notify(desk.l1, 2500, at=desk.now - timedelta(days=181))
    notify(desk.l2, 2500, at=desk.now - timedelta(days=1), read_at=desk.now)
    with CaptureQueriesContext(connection) as asked:
        assert forget_old(now=desk.now) == 2500
    assert Notification.objects.count() == 2500
    assert len(asked) == 7  # three times a thousand with those they delete, and the thousand that are young
