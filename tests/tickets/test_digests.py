"""Digests as they are made: once, by whichever process, in few queries, and for each person by itself."""

import time
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from outbox.models import Alarm, Message
from tickets import undoing
from tickets.desk_profile import choose
from tickets.digests import send_due
from tickets.models import Notification
from tickets.telling import tell_apart
from tickets.watching import watch
from world import march

NINE, TEN = march(2, 9), march(2, 10)


def waits(user, number=1, *, at=NINE, ticket=None):
    rows = [
        Notification(user=user, key=f"k{at}{n}", ticket=ticket, title=f"T{n}", text="Because.", at=at, to_mail=True)
        for n in range(number)
    ]
    return Notification.objects.bulk_create(rows)


def hourly(*users):
    for user in users:
        choose(user, single_keys=True, mail="HOURLY")


def mailed():
    return [message.payload["to"] for message in Message.objects.filter(key__startswith="digest:").order_by("pk")]


def test_while_nobody_waits_it_costs_one_query(world, django_assert_num_queries):
    world.open()
    with django_assert_num_queries(1):
        assert send_due(now=TEN) == 0


@pytest.mark.parametrize("number", [1, 30])
def test_while_nothing_is_due_it_costs_three_queries_however_much_waits(world, django_assert_num_queries, number):
    hourly(world.l1, world.l2)
    waits(world.l1, number)
    waits(world.l2, number)
    with django_assert_num_queries(3):
        assert send_due(now=march(2, 9, 30)) == 0


def test_one_mail_goes_to_each_person_who_is_due(world):
    hourly(world.l1, world.l2)
    waits(world.l1, 3)
    waits(world.l2, at=march(2, 9, 59))
    waits(world.l3, at=march(2, 10))  # at once, and no longer quiet
    assert send_due(now=march(2, 10, 1)) == 3
    assert sorted(mailed()) == [["l1@msp.example"], ["l2@msp.example"], ["l3@msp.example"]]
    assert send_due(now=march(2, 12)) == 0
    assert set(Notification.objects.values_list("to_mail", "mailed_at")) == {(False, march(2, 10, 1))}


def test_the_watchdog_makes_digests_that_nobody_else_made(world):
    hourly(world.l1)
    waits(world.l1)
    for moment, made in ((TEN, 0), (march(2, 10, 1), 0), (march(2, 10, 2), 1)):
        watch(now=moment, clock=lambda: TEN)
        assert len(mailed()) == made


def test_what_could_still_be_undone_is_waited_for_where_it_belongs_to_the_same_mail(world):
    hourly(world.l1)
    waits(world.l1, at=march(2, 9))
    waits(world.l1, at=TEN - timedelta(seconds=2))
    assert send_due(now=TEN) == 0
    assert send_due(now=TEN + timedelta(seconds=5)) == 0
    assert send_due(now=TEN + timedelta(seconds=undoing.SECONDS)) == 1
    assert not Notification.objects.filter(to_mail=True)


def test_what_could_still_be_undone_keeps_back_nothing_older_and_is_not_mailed_with_it(world):
    hourly(world.l1)
    [old] = waits(world.l1, at=march(2, 9))
    [fresh] = waits(world.l1, at=march(2, 10, 1))
    now = march(2, 10, 1) + timedelta(seconds=undoing.SECONDS - 1)
    assert send_due(now=now) == 1
    assert list(Notification.objects.filter(to_mail=True)) == [fresh]
    assert Notification.objects.get(mailed_at=now) == old


@pytest.mark.parametrize("make", [
    lambda now: send_due(now=now), lambda now: watch(now=now, clock=lambda: now),
], ids=["beat", "watchdog"])  # fmt: skip
def test_steady_news_starves_no_digest(world, make):
    hourly(world.l1)
    step = timedelta(seconds=6)
    rows = [
        Notification(user=world.l1, key=f"storm:{n}", title="T", text="Because.", at=NINE + n * step, to_mail=True)
        for n in range(1801)
    ]
    for minute in range(184):
        now = NINE + timedelta(minutes=minute)
        told = [row for row in rows if row.at <= now]
        rows = rows[len(told) :]
        Notification.objects.bulk_create(told)
        make(now)
    sent = list(Message.objects.filter(key__startswith="digest:").order_by("pk").values_list("not_before", flat=True))
    assert [at.hour for at in sent] == [10, 11, 12] and all(at.minute < 3 for at in sent)
    assert Notification.objects.filter(to_mail=True).count() < 40


def test_a_late_row_of_an_hour_that_was_mailed_comes_in_a_mail_of_its_own(world):
    hourly(world.l1)
    waits(world.l1)
    assert send_due(now=TEN) == 1
    waits(world.l1, at=march(2, 9, 30))  # written in a transaction that took its time
    assert send_due(now=march(2, 10, 1)) == 1 and len(mailed()) == 2


def test_the_ticket_told_of_last_stands_first(world):
    hourly(world.l1)
    first, second = world.open("First"), world.open("Second")
    Notification.objects.all().delete()
    waits(world.l1, ticket=second, at=march(2, 9))
    waits(world.l1, ticket=first, at=march(2, 9, 5))
    waits(world.l1, at=march(2, 9, 1))
    send_due(now=TEN)
    text = Message.objects.get(key__startswith="digest:").payload["text"]
    assert text.index("/notifications/") < text.index(f"{first.key} Acme: First") < text.index(f"{second.key} Acme")


def test_one_digest_that_cannot_be_made_keeps_back_no_other_and_is_tried_again(world):
    hourly(world.l1, world.l2)
    [first] = waits(world.l1)
    waits(world.l2)
    taken = Message.objects.create(
        key=f"digest:{world.l1.pk}:{first.pk}", kind="MAIL", payload={"to": []}, not_before=TEN, created_at=TEN
    )
    assert send_due(now=TEN) == 1 and ["l2@msp.example"] in mailed()
    assert Notification.objects.get(to_mail=True).user == world.l1
    assert Alarm.objects.get(cleared_at=None).key == f"digest:{world.l1.pk}"
    taken.delete()
    assert send_due(now=march(2, 10, 1)) == 1
    assert not Alarm.objects.filter(cleared_at=None) and ["l1@msp.example"] in mailed()


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_make_one_mail(world):
    hourly(world.l1)
    waits(world.l1, 5)
    together, made = Barrier(2), []

    def run():
        together.wait(5)
        made.append(send_due(now=TEN))
        connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 1] and mailed() == [["l1@msp.example"]]


def test_what_belongs_to_no_ticket_is_told_as_each_person_chose(world):
    hourly(world.l2)
    people = ("l1@msp.example", "L2@msp.example", "somebody@else.example")
    tell_apart("hand-over:1", people=people, subject="Hand-over of L1", lines=["Nothing burns."], now=march(2, 9))
    assert Message.objects.get().payload["to"] == ["l1@msp.example", "somebody@else.example"]
    assert dict(Notification.objects.values_list("user__email", "to_mail")) == {
        "l1@msp.example": False, "l2@msp.example": True,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        tell_apart("hand-over:1", people=people, subject="Again", lines=[], now=march(2, 9))


def test_a_thousand_waiting_notifications_of_one_person_make_one_short_mail(world):
    hourly(world.l1)
    waits(world.l1, 1000)
    began = time.perf_counter()
    assert send_due(now=TEN) == 1
    assert time.perf_counter() - began < 2
    assert len(Message.objects.get().payload["text"]) < 4000
