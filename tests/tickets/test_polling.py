"""Polls: one query where nothing has changed, whoever asks, and no answer but “no” without a session."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from django.http import QueryDict

from accounts.clock import database_now
from accounts.models import User
from tickets import lifecycle
from tickets.models import Notification, Snooze, Ticket
from tickets.polling import HEADER, SALT
from tickets.saved_views import save_view, unpin
from tickets.snoozing import snooze
from tickets.standing import of_list

QUEUE = "/tickets/"


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


@pytest.fixture
def poll(desk, client):
    """Opens the list, and then asks for news of it."""
    client.force_login(desk.l1)
    return Poll(client)


class Poll:
    """One browser with the queue open."""

    def __init__(self, client):
        self.client = client
        self.show()

    def show(self, query=""):
        html = self.client.get(f"{QUEUE}?{query}").content.decode()
        found = {n: unescape(re.search(rf'data-{n}="([^"]*)"', html)[1]) for n in ("changes", "version", "pass")}
        self.path, _, filters = found.pop("changes").partition("?")
        self.asked = {**QueryDict(filters).dict(), **found, "since": database_now().isoformat()}
        return self

    def __call__(self, **changed):
        return self.client.get(self.path, {**self.asked, **changed})


def usual(answer):
    """Whether the session was read for this answer."""
    return HEADER in answer.headers


def test_with_a_pass_the_session_is_not_read(desk, poll, django_assert_num_queries):
    desk.open()
    poll.show("q=mail&priority=P1")
    with django_assert_num_queries(1):
        answer = poll()
    assert (answer.status_code, usual(answer)) == (204, False) and "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("wrong", ["", "x", "a:b:c", "1:%00", "é" * 3000])
def test_a_pass_that_was_never_given_is_the_usual_way(poll, wrong):
    answer = poll(**{"pass": wrong})
    assert answer.status_code == 204 and usual(answer)


def test_an_old_pass_is_renewed_on_the_usual_way(poll, monkeypatch):
    user_id, zone, bound = signing.loads(poll.asked["pass"], salt=SALT)
    made = signing.TimestampSigner(salt=SALT)
    made.timestamp = lambda: signing.b62_encode(int(database_now().timestamp()) - 301)
    old = made.sign_object([user_id, zone, bound])
    answer = poll(**{"pass": old})
    assert answer.status_code == 204 and usual(answer)
    assert not usual(poll(**{"pass": answer[HEADER]}))


def test_a_pass_is_for_its_filters_alone(desk, poll):
    poll.show("status=NEW")
    version = of_list(Ticket.objects.none(), user=desk.l1)
    assert usual(poll(status="ON_HOLD", version=version))


def test_a_pass_is_for_its_own_session_alone(desk, poll, client):
    stolen = poll.asked
    client.logout()
    client.force_login(desk.l2)
    assert usual(client.get(poll.path, stolen))


def test_after_sign_out_a_pass_is_worth_nothing(poll, client):
    Session.objects.all().delete()
    assert poll().status_code == 302


def test_who_was_made_inactive_is_told_nothing(desk, poll):
    User.objects.filter(pk=desk.l1.pk).update(is_active=False)
    assert poll().status_code == 302


def test_a_changed_password_ends_the_pass_with_the_session(desk, poll):
    desk.l1.set_password("another good password")
    desk.l1.save()
    assert poll().status_code == 302


def test_without_the_cookie_a_pass_is_worth_nothing(poll, client):
    client.cookies.clear()
    assert poll().status_code == 302


def test_only_a_get_is_answered_early(poll, client):
    assert client.post(f"{poll.path}?{urlencode(poll.asked)}").status_code == 405
    assert usual(client.head(poll.path, poll.asked))


def test_wrong_filters_are_no_failure(poll, client):
    assert client.get(poll.path, {"status": "LOST", "version": "1", "since": "\x00"}).status_code == 204


# what is news ---------------------------------------------------------------------------------------------------------


def acknowledge(desk, ticket, by=None):
    lifecycle.acknowledge(key=ticket.key, by=by or desk.l2, now=database_now())


def test_a_ticket_that_is_assigned_away_is_news_to_my_list(desk, poll):
    ticket = desk.open()
    acknowledge(desk, ticket, by=desk.l1)
    poll.show("mine=true")
    lifecycle.assign(key=ticket.key, to="l2@msp.example", by=desk.l2, now=database_now())
    assert poll().status_code == 200


def test_what_happens_on_a_ticket_elsewhere_is_no_news_to_this_list(desk, poll):
    ticket = desk.open()
    poll.show("mine=true")
    lifecycle.reply(key=ticket.key, text="x", public=False, by=desk.l2, now=database_now())
    assert poll().status_code == 204


def test_a_snooze_that_ends_is_news(desk, poll):
    ticket = desk.open()
    snooze(key=ticket.key, until=database_now() + timedelta(hours=1), by=desk.l1, now=database_now())
    poll.show()
    assert poll().status_code == 204
    Snooze.objects.update(until=database_now())
    assert poll().status_code == 200


def test_a_deadline_that_moved_is_news_although_nothing_was_written(desk, poll):
    desk.open()
    poll.show()
    Ticket.objects.update(next_due_at=database_now() + timedelta(days=2))
    assert poll().status_code == 200


def test_time_that_brings_a_ticket_into_the_list_is_news(desk, poll):
    ticket = desk.open()
    Ticket.objects.filter(pk=ticket.pk).update(next_due_at=database_now() + timedelta(hours=1, seconds=30))
    poll.show("breaching_within=1h")
    assert poll().status_code == 204
    poll.show("breaching_within=61m")
    Ticket.objects.filter(pk=ticket.pk).update(next_due_at=database_now() + timedelta(hours=5))
    assert poll().status_code == 200


def test_a_view_that_another_window_pinned_or_renamed_is_news(desk, poll):
    view = save_view(name="V", query="priority=P1", team=None, by=desk.l1, now=desk.now)
    assert poll().status_code == 200
    poll.show()
    type(view).objects.update(name="W")
    assert poll().status_code == 200
    poll.show()
    unpin(view, by=desk.l1)
    assert poll().status_code == 200


def test_a_notification_is_news_for_its_count(desk, poll):
    Notification.objects.create(user=desk.l1, key="k", title="T", text="x", at=database_now())
    assert poll().status_code == 200
    Notification.objects.update(read_at=database_now())
    assert poll().status_code == 204


def test_the_version_is_of_what_stands_there_not_of_how_it_came(desk):
    pks = [desk.open("A").pk, desk.open("B").pk]

    def version(*event_counts):
        for pk, count in zip(pks, event_counts, strict=True):
            Ticket.objects.filter(pk=pk).update(event_count=count)
        return of_list(Ticket.objects.all(), user=desk.l1)

    before = version(3, 4)
    assert before == of_list(Ticket.objects.order_by("-title"), user=desk.l1)
    assert version(4, 3) != before  # although as many tickets have as many events in all
    assert version(3, 4) == before
