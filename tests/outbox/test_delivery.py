"""Delivery: with a lease, outside transactions, never marked before it is sent."""

from datetime import timedelta

import pytest
from django.core import mail

from outbox.alarms import clear_alarm, raise_alarm
from outbox.delivery import LEASE, deliver, retry
from outbox.models import Alarm, Message
from world import NINE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_memory(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def unreachable(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


def message(key="k", to="kim@msp.example", **changes) -> Message:
    payload = {"to": [to], "subject": "Hello", "text": "Body", "ticket": "ESC-1"}
    known = {"key": key, "kind": "MAIL", "payload": payload, "not_before": NINE, "created_at": NINE}
    return Message.objects.create(**(known | changes))


def run(now=NINE) -> int:
    return deliver(now=now, clock=lambda: now)


def fresh(row: Message) -> Message:
    return Message.objects.get(pk=row.pk)


def test_what_is_due_is_sent_and_then_marked():
    row = message()
    assert run() == 1
    assert (fresh(row).state, fresh(row).sent_at) == ("SENT", NINE)
    assert mail.outbox[0].to == ["kim@msp.example"]


def test_a_resend_carries_the_same_message_id():
    row = message()
    run()
    Message.objects.filter(pk=row.pk).update(state="PENDING", sent_at=None)
    run()
    first, second = (m.extra_headers["Message-ID"] for m in mail.outbox)
    assert first == second and first.endswith("@portal.example>")


def test_our_mails_say_that_no_person_wrote_them():
    message()
    run()
    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_subject_from_outside_cannot_add_a_header():
    message(payload={"to": ["a@b.example"], "subject": "Hi\r\nBcc: x@y.example", "text": "", "ticket": "ESC-1"})
    run()
    assert mail.outbox[0].subject == "Hi Bcc: x@y.example" and mail.outbox[0].bcc == []


def test_what_is_not_due_yet_waits():
    message(not_before=NINE + timedelta(seconds=1))
    assert run() == 0


def test_what_another_has_leased_is_left_until_the_lease_ends():
    message(leased_until=NINE + timedelta(seconds=5))
    assert run() == 0
    assert run(NINE + timedelta(seconds=6)) == 1


def test_a_failed_send_waits_longer_each_time(unreachable):
    row, waits, now = message(), [], NINE
    for _ in range(3):
        run(now)
        waits.append((fresh(row).not_before - now).total_seconds())
        now = fresh(row).not_before
    assert fresh(row).attempts == 3 and fresh(row).state == "PENDING" and "refused" in fresh(row).last_error
    assert 1 <= waits[0] <= 2 and 2 <= waits[1] <= 4 and 4 <= waits[2] <= 8


def test_after_ten_attempts_it_is_dead_with_an_alarm_and_can_be_retried(unreachable, settings):
    row, now = message(attempts=9), NINE
    run(now)
    assert fresh(row).state == "DEAD"
    assert Alarm.objects.get().text.startswith("k could not be sent")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    retry(fresh(row), now=now)
    run(now)
    assert fresh(row).state == "SENT"


def test_one_that_fails_does_not_stop_the_others():
    bad = message("bad", payload={"to": ["a@b.example"], "subject": "x", "text": "[[secret:1:pin]]", "ticket": "E",
                                  "secrets": ["[[secret:1:pin]]"]})  # fmt: skip
    good = message("good")
    run()
    assert (fresh(bad).state, fresh(good).state) == ("PENDING", "SENT")


def test_a_batch_ends_within_its_lease():
    for number in range(25):
        message(f"k{number}")
    assert run() == 10
    assert timedelta(seconds=100) <= LEASE


def test_an_alarm_is_raised_once_while_it_lasts():
    raise_alarm("k", "It burns", now=NINE)
    raise_alarm("k", "It still burns", now=NINE + timedelta(minutes=1))
    alarm = Alarm.objects.get()
    assert (alarm.text, alarm.raised_at, alarm.seen_at) == ("It still burns", NINE, NINE + timedelta(minutes=1))
    clear_alarm("k", now=NINE)
    raise_alarm("k", "Again", now=NINE)
    assert Alarm.objects.count() == 2
