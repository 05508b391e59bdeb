"""Alarms about promises that cannot be kept: when they are raised and cleared, and who is told."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from celery.schedules import crontab
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from clients.models import Client
from escalation_portal.celery import app
from escalation_portal.configuration import import_configuration
from escalation_portal.demo.loading import FOLDER
from outbox.alarms import clear_alarm
from outbox.delivery import deliver
from outbox.models import Alarm, Heartbeat, Message
from sla.models import Agreement
from tickets.auditing import audit, is_clean
from tiers.models import Team, Tier
from tiers.promise_alarms import check_promises, check_when_changed
from tiers.tasks import check_changed_promises
from tiers.tasks import check_promises as check_promises_task
from world import LADDER

P1, P2 = "promise:acme:P1:Microsoft 365:RESOLVE", "promise:acme:P2:Microsoft 365:RESOLVE"
BOTH = {P1, P2}


def agree(world, **changes):
    document = {"calendar": "24x7", "targets": {"P1": {"ACKNOWLEDGE": "20m", "RESOLVE": "4h"}}, **changes}
    return world.agreement("Gold", "SLA", document)


def mend(world):
    """With the vendor's time left out every promise can be kept."""
    agree(world, vendor_time_counts=False)


def shut_office(world):
    """Microsoft's calendar, closed for ten years."""
    closures = [(date(2025, 12, 1) + timedelta(days=n)).isoformat() for n in range(10 * 366)]
    world.calendar("Office", {"timezone": "UTC", "hours": {"mon": ["09:00-17:00"]}, "closures": closures})


def later(world, **by):
    world.now += timedelta(**(by or {"days": 1}))
    return world.now


def alarms(**wanted):
    return set(Alarm.objects.filter(cleared_at=None, **wanted).values_list("key", flat=True))


def mails() -> list[Message]:
    return list(Message.objects.filter(key__startswith="promises:").order_by("pk"))


# Raised and cleared


def test_each_promise_that_cannot_be_kept_has_an_alarm(world):
    assert {trouble.key for trouble in check_promises(now=world.now)} == BOTH == alarms()


def test_an_alarm_says_which_promise_by_how_much_and_on_what_way(world):
    check_promises(now=world.now)
    said = Alarm.objects.get(key=P1).text
    assert said.startswith("Acme, P1, Microsoft 365: resolve within 4 hours (24x7) cannot be kept, it is missed by ")
    assert "At worst, opened " in said and " UTC: " in said
    assert "L1 45 minutes, L2 1 hour, L3 2 hours, Microsoft 1 hour, each of its own hours, until " in said


def test_a_promise_that_can_be_kept_has_none(world):
    mend(world)
    assert check_promises(now=world.now) == []
    assert alarms() == set() and mails() == []


def test_every_night_it_is_the_same_alarm(world):
    check_promises(now=world.now)
    first = world.now
    check_promises(now=later(world))
    assert {(a.raised_at, a.seen_at) for a in Alarm.objects.all()} == {(first, world.now)}


def test_an_alarm_is_cleared_once_the_promise_can_be_kept(world):
    check_promises(now=world.now)
    mend(world)
    check_promises(now=later(world))
    assert {(a.key, a.cleared_at) for a in Alarm.objects.all()} == {(P1, world.now), (P2, world.now)}
    check_promises(now=later(world))
    assert all(a.text.startswith("Over: Acme, P") for a in Alarm.objects.all())
    assert world.now not in Alarm.objects.values_list("cleared_at", flat=True)


def test_an_alarm_is_cleared_once_nothing_is_promised(world):
    check_promises(now=world.now)
    agree(world)  # to P1 only
    check_promises(now=later(world))
    assert alarms() == {P1}


def test_an_alarm_is_cleared_once_the_client_has_gone(world):
    check_promises(now=world.now)
    world.acme.delete()
    check_promises(now=later(world))
    assert alarms() == set()


def test_other_alarms_are_left_alone(world):
    Alarm.objects.create(key="watchdog:overdue", text="Late", raised_at=world.now, seen_at=world.now)
    mend(world)
    check_promises(now=world.now)
    assert alarms() == {"watchdog:overdue"}


def test_long_names_have_keys_of_their_own_that_fit(world):
    world.m365.name = "Microsoft 365 " * 8
    world.m365.save()
    type(world.acme).objects.filter(pk=world.acme.pk).update(slug="acme-" * 20)
    check_promises(now=world.now)
    assert len(alarms()) == 2
    assert all(key.startswith("promise:acme-acme-") and len(key) == 200 for key in alarms())


# What cannot be checked


def test_a_client_whom_no_policy_covers_keeps_nobody_else_from_being_checked(world):
    other = world.client("Bolt")
    other.agreement = Agreement.objects.get(name="Gold")
    ladders = dict.fromkeys(("P1", "P2", "P3", "P4"), LADDER)
    world.publish({"clients": ["Acme"], "ladders": ladders, "exceptions": [], "routing": []})
    check_promises(now=world.now)
    assert alarms() == {*BOTH, "promise:bolt"}
    assert Alarm.objects.get(key="promise:bolt").text == (
        "Bolt: promises cannot be checked. No published policy covers Bolt. Import or publish one first."
    )


def test_a_calendar_that_never_opens_keeps_no_other_promise_from_being_checked(world):
    shut_office(world)
    world.client("Bolt")
    slow = world.agreement("Slow", "SLA", {"calendar": "24x7", "targets": {"P1": {"RESOLVE": "1h"}}})
    Client.objects.filter(name="Bolt").update(agreement=slow)
    check_promises(now=world.now)
    assert alarms() == {"promise:acme", "promise:bolt:P1::RESOLVE"}
    said = Alarm.objects.get(key="promise:acme").text
    assert said == "Acme: promises cannot be checked. The calendar 'Office' does not open for five years."


def test_while_a_client_cannot_be_checked_its_alarms_stay(world):
    check_promises(now=world.now)
    world.publish({"clients": ["Somebody"], "ladders": {}, "exceptions": [], "routing": []})
    check_promises(now=later(world))
    assert alarms() == {*BOTH, "promise:acme"}
    mend(world)
    ladders = dict.fromkeys(("P1", "P2", "P3", "P4"), LADDER)
    world.publish({"ladders": ladders, "exceptions": [], "routing": []})
    check_promises(now=later(world))
    assert alarms() == set()


# Who is told


def test_the_managers_get_one_mail_about_what_is_new(world):
    check_promises(now=world.now)
    (message,) = mails()
    assert message.payload["to"] == ["boss@msp.example"]
    assert message.payload["subject"] == "2 alarms about promises to 1 client"
    assert message.payload["text"].count("/clients/acme/promises/?way=P") == 2
    assert "Acme, P1, Microsoft 365: resolve within 4 hours" in message.payload["text"]


def test_a_single_promise_stands_in_the_subject(world):
    agree(world)
    check_promises(now=world.now)
    assert mails()[0].payload["subject"].startswith("Acme, P1, Microsoft 365: resolve within 4 hours (24x7) cannot")


def test_the_mail_really_leaves(world):
    check_promises(now=world.now)
    deliver(now=world.now, clock=lambda: world.now)
    (sent,) = mail.outbox
    assert sent.to == ["boss@msp.example"] and "X-Portal-Ticket" not in sent.extra_headers
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_the_managers_are_not_told_every_night(world):
    check_promises(now=world.now)
    for _ in range(3):
        check_promises(now=later(world))
    assert len(mails()) == 1


def test_only_the_new_one_is_told(world):
    agree(world)
    check_promises(now=world.now)
    agree(world, targets={"P1": {"RESOLVE": "4h"}, "P2": {"RESOLVE": "1h"}})
    check_promises(now=later(world))
    assert len(mails()) == 2
    assert "P1" not in mails()[1].payload["text"] and "Acme, P2: resolve" in mails()[1].payload["text"]


def test_one_that_comes_back_is_told_again(world):
    check_promises(now=world.now)
    mend(world)
    check_promises(now=later(world))
    agree(world)
    check_promises(now=later(world))
    assert (len(mails()), alarms()) == (2, {P1})


@pytest.mark.django_db(transaction=True)
def test_two_who_check_at_once_tell_once(world):
    """The second knows of no alarm yet, waits for the first to end, and finds them raised."""
    later(world)

    def second():
        check_promises(now=world.now + timedelta(seconds=1))
        connection.close()

    with ThreadPoolExecutor() as threads:
        with transaction.atomic():
            check_promises(now=world.now)
            waiting = threads.submit(second)
            wait_until(somebody_waits_for_us)
        waiting.result(timeout=10)
    assert len(mails()) == 1
    assert {(a.raised_at, a.seen_at - world.now) for a in Alarm.objects.all()} == {(world.now, timedelta(seconds=1))}


def somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone()[0] > 0


def wait_until(holds, seconds=2.5):
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.01)


def test_without_managers_there_is_the_alarm_only(world):
    Team.objects.filter(managers=True).delete()
    check_promises(now=world.now)
    assert (alarms(), mails()) == (BOTH, [])


# Cleared by hand


def test_what_was_cleared_by_hand_comes_back_at_night_without_another_mail(world):
    check_promises(now=world.now)
    clear_alarm(P1, now=later(world, minutes=1))
    check_promises(now=later(world))
    assert (alarms(), len(mails())) == (BOTH, 1)


def test_what_was_cleared_by_hand_stays_so_for_the_day_unless_it_has_changed(world):
    check_when_changed(now=world.now)
    clear_alarm(P1, now=later(world, seconds=5))
    assert check_when_changed(now=later(world, seconds=5))
    assert (alarms(), len(mails())) == ({P2}, 1)
    agree(world, targets={"P1": {"RESOLVE": "3h"}, "P2": {"RESOLVE": "8h"}})
    check_when_changed(now=later(world, seconds=5))
    assert (P1 in alarms(), len(mails())) == (True, 2)


def test_one_that_was_cleared_by_hand_and_mended_is_new_when_it_comes_back(world):
    check_promises(now=world.now)
    clear_alarm(P1, now=later(world, minutes=1))
    mend(world)
    check_when_changed(now=later(world, minutes=1))
    agree(world)
    check_when_changed(now=later(world, minutes=1))
    assert (alarms(), len(mails())) == ({P1}, 2)


# When something was published


def test_the_first_look_checks(world):
    assert check_when_changed(now=world.now)
    assert alarms() == BOTH


def test_a_look_checks_only_what_was_published_since(world, django_assert_num_queries):
    check_when_changed(now=later(world, minutes=5))
    later(world, seconds=10)
    with django_assert_num_queries(8):  # the last look, three kinds of versions, and the sign of life
        assert not check_when_changed(now=world.now)
    mend(world)
    assert check_when_changed(now=later(world, seconds=10))
    assert alarms() == set()


def test_a_version_whose_transaction_ended_after_a_look_is_seen_by_the_next(world):
    check_when_changed(now=later(world, minutes=5))
    published_at, world.now = world.now - timedelta(seconds=40), world.now - timedelta(seconds=40)
    mend(world)
    assert check_when_changed(now=published_at + timedelta(seconds=50))
    assert alarms() == set()


@pytest.mark.parametrize("kind", ["calendar", "agreement", "policy"])
def test_each_kind_of_version_is_noticed(world, kind):
    check_when_changed(now=later(world, minutes=5))
    later(world, minutes=5)
    match kind:
        case "calendar":
            world.calendar("Another", {"timezone": "UTC", "always": True})
        case "agreement":
            agree(world)
        case "policy":
            world.publish(world.policy.versions.latest("number").document)
    assert [check_when_changed(now=later(world, seconds=10)) for _ in range(8)] == [True] * 7 + [False]


def test_what_no_version_tells_of_is_seen_when_the_next_hour_begins(world):
    check_when_changed(now=later(world, minutes=5))
    world.account.delete()
    assert not check_when_changed(now=later(world, minutes=54))
    assert alarms() == BOTH
    assert check_when_changed(now=later(world, minutes=2))
    assert alarms() == set()
    assert not check_when_changed(now=later(world, minutes=2))


def test_an_agreement_s_last_day_ends_its_alarms(world):
    agree(world, effective_until="2026-03-02")
    check_when_changed(now=later(world, hours=2))
    assert alarms() == {P1}
    check_when_changed(now=later(world, hours=12, minutes=59))
    assert alarms() == {P1}
    check_when_changed(now=later(world, minutes=2))
    assert alarms() == set()


def test_a_look_is_a_sign_of_life(world):
    check_when_changed(now=world.now)
    assert Heartbeat.objects.get(name="promise check").beaten_at == world.now


# What beat wakes


def test_beat_wakes_both_and_the_nightly_one_off_peak():
    night, look = app.conf.beat_schedule["check_promises"], app.conf.beat_schedule["check_changed_promises"]
    assert night["schedule"] == crontab(hour=3, minute=17) and app.conf.timezone == "UTC"
    assert (night["task"], look["task"]) == (check_promises_task.name, check_changed_promises.name)
    assert look["schedule"] <= 60


def test_the_tasks_read_the_clock_and_check(world):
    check_changed_promises()
    assert alarms() == BOTH and Heartbeat.objects.filter(name="promise check").exists()
    Alarm.objects.update(cleared_at=timezone.now())
    check_promises_task()
    assert alarms() == BOTH


# The demo


def test_the_demo_s_broken_promise_has_its_alarm_and_is_no_fault_of_the_portal(client, world):
    world.acme.delete()
    Tier.objects.all().delete()
    Team.objects.all().delete()
    files = [(path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*.yaml"))]
    import_configuration(files, now=world.now, environ={})
    check_promises(now=world.now)
    (alarm,) = Alarm.objects.filter(key__startswith="promise:")
    assert alarm.key == "promise:northgate-dental-group:P1:Northline fibre:RESOLVE"
    assert "Northline Networks 7 hours" in alarm.text
    assert is_clean(audit(now=world.now)) and client.get("/healthz/escalations").status_code == 200
    client.force_login(User.objects.get(email="miriam.adeyemi@harbour.example"))
    assert "cannot be kept, it is missed by 23 hours 30 minutes" in client.get("/ops/").content.decode()
