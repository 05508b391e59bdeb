"""The operations page shows what is stuck, and its buttons help."""

from datetime import timedelta

import pytest

from accounts.clock import database_now
from integrations.models import Mailbox
from outbox.models import Alarm, Heartbeat, Message
from tickets.models import Clock, Ticket


@pytest.fixture
def manager(client, world):
    client.force_login(world.manager)
    return client


@pytest.fixture
def dead(db):
    now = database_now()
    message = Message.objects.create(
        key="ESC-1:step:0", kind="MAIL", payload={"text": "SECRETBODY"}, state="DEAD", attempts=9,
        last_error="refused by the server", not_before=now, created_at=now,
    )  # fmt: skip
    Alarm.objects.create(key=f"outbox:{message.pk}", text="ESC-1 could not be sent", raised_at=now, seen_at=now)
    return message


def test_a_quiet_system_says_so(manager):
    html = manager.get("/ops/").content.decode()
    assert "None. Nothing asks for anybody&#x27;s attention." in html or "Nothing asks for anybody's attention" in html
    assert "none is due" in html


def test_a_dead_message_is_named_with_its_error_and_without_its_text(manager, dead):
    html = manager.get("/ops/").content.decode()
    assert "ESC-1:step:0" in html and "refused by the server" in html and "SECRETBODY" not in html


def test_retrying_takes_it_up_again_and_clears_its_alarm(manager, dead):
    manager.post(f"/ops/messages/{dead.pk}/retry/")
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("PENDING", 0)
    assert not Alarm.objects.filter(cleared_at=None).exists()


def test_retrying_what_is_not_dead_changes_nothing(manager, dead):
    Message.objects.filter(pk=dead.pk).update(state="SENT", sent_at=database_now())
    assert "sent already" in manager.post(f"/ops/messages/{dead.pk}/retry/", follow=True).content.decode()
    dead.refresh_from_db()
    assert dead.state == "SENT"


def test_an_alarm_is_cleared_by_whoever_has_looked(manager, dead):
    alarm = Alarm.objects.get()
    manager.post(f"/ops/alarms/{alarm.pk}/clearance/")
    alarm.refresh_from_db()
    assert alarm.cleared_at


def test_what_is_overdue_and_unnoticed_is_listed(manager, world):
    ticket = world.open("Forgotten")
    Clock.objects.filter(ticket=ticket).update(due_at=database_now() + timedelta(hours=1))
    assert "Forgotten" not in manager.get("/ops/").content.decode()
    Clock.objects.filter(ticket=ticket, metric="RESOLVE").update(due_at=database_now() - timedelta(minutes=5))
    assert "Forgotten" in manager.get("/ops/").content.decode()


def test_a_sweep_that_is_behind_shows_by_how_much(manager, world):
    ticket = world.open()
    Ticket.objects.filter(pk=ticket.pk).update(check_at=database_now() - timedelta(hours=2))
    tile = next(t for t in manager.get("/ops/").context["tiles"] if "Sweep" in t["label"])
    assert (tile["value"], tile["level"]) == ("2 h", "red")


def test_a_silent_part_stands_out(manager):
    Heartbeat.objects.create(name="worker", beaten_at=database_now() - timedelta(minutes=5))
    Heartbeat.objects.create(name="watchdog", beaten_at=database_now())
    html = manager.get("/ops/").content.decode()
    assert html.count("Silent<") == 1


def test_the_page_asks_a_fixed_number_of_queries(manager, world, dead, django_assert_max_num_queries):
    for _ in range(3):
        world.open()
    with django_assert_max_num_queries(12):
        manager.get("/ops/")


def test_a_mailbox_that_cannot_be_read_is_shown_with_its_last_success_and_error(manager):
    assert "Mailboxes that are read" not in manager.get("/ops/").content.decode()
    now = database_now()
    Mailbox.objects.create(
        name="kim at mail.msp.example, INBOX", failures=2, last_success_at=now, last_error_at=now, last_error="refused"
    )
    html = manager.get("/ops/").content.decode()
    assert "kim at mail.msp.example, INBOX" in html and "Failing" in html and "refused" in html
