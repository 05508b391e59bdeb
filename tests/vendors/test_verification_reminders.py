"""Asking people to verify what they own: one mail a day at most, when something falls due and each week after."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from accounts.clock import database_now
from accounts.models import User
from escalation_portal.celery import app
from outbox.delivery import deliver
from outbox.models import Message
from vendors.models import ContactPoint, Service
from vendors.reminder_mail import MOST, mail_to
from vendors.reminders import remind
from vendors.tasks import remind_verifiers
from vendors.verification import confirm, mark_bad
from world import NINE

DAY = timedelta(days=1)


@pytest.fixture
def point(world) -> ContactPoint:
    """Owned by L1's technician, and due since today."""
    world.m365.contact_points.update(owner=world.l1, verified_on=(NINE - 91 * DAY).date())
    return world.m365.contact_points.get()


def another(world, owner=None, **values) -> ContactPoint:
    order = world.m365.contact_points.count() + 5
    values = {"kind": "HOTLINE", "value": f"+44 20 7946 {order:04}", "owner": owner} | values
    return ContactPoint.objects.create(service=world.m365, order=order, **values)


def asked() -> list[str]:
    """Who is asked, in the order of the mails' keys."""
    return [m.payload["to"][0] for m in Message.objects.order_by("key")]


def text_to(person, now=NINE) -> str:
    """What a mail to this person says that leaves now."""
    return mail_to(person, now=now)[1]


def sent(now=None) -> list[EmailMessage]:
    """The mails that have left by now."""
    deliver(now=now or database_now(), clock=database_now)
    return [m for m in mail.outbox if "contact point" in m.body]


def test_its_owner_is_asked_when_it_falls_due(world, point):
    assert remind(now=NINE - DAY) == 0 and not Message.objects.exists()
    assert remind(now=NINE) == 1
    assert asked() == ["l1@msp.example"]
    subject, text = mail_to(world.l1, now=NINE)
    assert subject == "Does this still hold? Microsoft 365: support@vendor.example"
    assert "Microsoft 365 (Microsoft)" in text and "last verified on 1 Dec 2025, to be verified every 90 days" in text
    assert "/vendors/verification/\n" in text


def test_asking_again_does_nothing_for_a_week_and_then_asks_again(world, point):
    for later in (timedelta(), timedelta(hours=1), 6 * DAY, 7 * DAY - timedelta(seconds=1)):
        remind(now=NINE + later)
    assert Message.objects.count() == 1
    assert remind(now=NINE + 7 * DAY) == 1
    assert remind(now=NINE + 14 * DAY) == 1


def test_what_was_confirmed_asks_no_more_until_it_is_due_again(world, point):
    remind(now=NINE)
    confirm(point, by=world.l1, now=NINE + DAY)
    assert remind(now=NINE + 8 * DAY) == 0
    assert remind(now=NINE + 92 * DAY) == 1


def test_one_mail_has_all_that_is_due_of_a_person(world, point):
    later = another(world, world.l1)
    another(world, world.l2)
    assert remind(now=NINE) == 2
    assert asked() == ["l1@msp.example", "l2@msp.example"]
    assert mail_to(world.l2, now=NINE)[0] == "Does this still hold? Microsoft 365: +44 20 7946 0007"
    subject, text = mail_to(world.l1, now=NINE)
    assert subject == "2 contact points of vendors to verify"
    assert later.value in text and point.value in text and len(re.findall(r"/confirmations/", text)) == 2


def test_what_falls_due_later_comes_with_what_still_is_and_not_twice_a_day(world, point):
    remind(now=NINE)
    new = another(world, world.l1)
    assert remind(now=NINE + timedelta(hours=5)) == 0
    assert remind(now=NINE + DAY) == 1
    text = text_to(world.l1, NINE + DAY)
    assert new.value in text and point.value in text
    assert remind(now=NINE + 7 * DAY) == 0
    assert remind(now=NINE + 8 * DAY) == 1


def test_what_nobody_owns_is_asked_of_every_manager(world, point):
    chief = world.person("chief@msp.example", "manager")
    User.objects.filter(pk=world.l1.pk).update(is_active=False)
    nobodys = another(world)
    assert remind(now=NINE) == 2
    assert set(asked()) == {"boss@msp.example", "chief@msp.example"}
    for person in (world.manager, chief):
        assert point.value in text_to(person) and nobodys.value in text_to(person)
    assert remind(now=NINE + DAY) == 0


def test_managers_hear_together_of_what_nobody_owns(world):
    """One of them had a mail that day already: it waits for the next, so that nobody is passed over."""
    chief = world.person("chief@msp.example", "manager")
    world.m365.contact_points.update(owner=chief)
    assert remind(now=NINE) == 1
    nobodys = another(world)
    assert remind(now=NINE + timedelta(hours=1)) == 0
    assert remind(now=NINE + DAY) == 2
    assert all(nobodys.value in text_to(person, NINE + DAY) for person in (chief, world.manager))


def test_the_own_mail_of_a_manager_does_not_keep_reminders_from_others(world):
    chief = world.person("chief@msp.example", "manager")
    ContactPoint.objects.all().delete()
    nobodys = another(world)
    remind(now=NINE)
    another(world, chief)
    remind(now=NINE + 4 * DAY)
    nobodys.refresh_from_db()
    assert nobodys.reminded_at == NINE
    remind(now=NINE + 7 * DAY)
    assert Message.objects.filter(created_at=NINE + 7 * DAY, payload__to=["boss@msp.example"]).exists()


def test_each_link_confirms_for_its_reader(client, world, point):
    ContactPoint.objects.update(verified_on=(database_now() - 91 * DAY).date())
    remind(now=database_now())
    [link] = re.findall(r"https?://\S+(/confirmations/\S+)", text_to(world.l1, database_now()))
    assert client.post(link).status_code == 200
    assert point.verifications.get().by == world.l1


def test_what_does_not_hold_has_no_link_that_says_it_does(world, point):
    mark_bad(point, because="550 no such user", now=NINE)
    assert remind(now=NINE + DAY) == 0
    assert remind(now=NINE + 7 * DAY) == 1
    text = text_to(world.l1, NINE + 7 * DAY)
    assert "does not hold since 2 Mar 2026 (550 no such user)" in text and "/confirmations/" not in text


def test_mails_wait_for_the_reader_s_morning(world, point):
    User.objects.filter(pk=world.l1.pk).update(timezone="America/New_York")
    remind(now=NINE)
    assert Message.objects.get().not_before == NINE + timedelta(hours=4)


def test_a_weekend_ends_in_one_mail(world, point):
    """What fell due from Friday evening to Monday morning is asked by the mail that waits for the Monday."""
    friday = NINE + 4 * DAY + timedelta(hours=10)
    assert remind(now=friday) == 1
    points = [point]
    for hours in (12, 36, 48):
        points.append(another(world, world.l1))
        assert remind(now=friday + timedelta(hours=hours)) == 0
    assert Message.objects.get().not_before == NINE + 7 * DAY - timedelta(hours=1)
    assert all(point.value in text_to(world.l1, NINE + 7 * DAY) for point in points)
    assert remind(now=NINE + 7 * DAY) == 0  # nor is it asked once more of what came at the weekend


def test_what_falls_due_after_that_mail_waits_for_the_next_day(world, point):
    monday = NINE + 7 * DAY
    remind(now=monday - 2 * DAY)
    Message.objects.update(state="SENT", sent_at=monday)
    another(world, world.l1)
    assert remind(now=monday + timedelta(hours=1)) == 0
    assert remind(now=monday + DAY) == 1


def test_a_day_is_one_of_the_reader_s_zone(world, point):
    """On Monday evening in Tokyo, which is Monday in UTC as well, the mail for Tuesday can be written."""
    User.objects.filter(pk=world.l1.pk).update(timezone="Asia/Tokyo")
    assert remind(now=NINE - timedelta(hours=9)) == 1
    Message.objects.update(state="SENT", sent_at=NINE)
    another(world, world.l1)
    assert remind(now=NINE) == 1
    assert Message.objects.get(state="PENDING").not_before == NINE + timedelta(hours=14)
    another(world, world.l1)
    assert remind(now=NINE + timedelta(hours=15)) == 0


def test_what_was_confirmed_before_it_leaves_is_not_asked(world, point):
    another(world, world.l1)
    remind(now=NINE)
    confirm(point, by=world.l1, now=database_now())
    [left] = sent()
    assert left.subject == "Does this still hold? Microsoft 365: +44 20 7946 0006" and point.value not in left.body


def test_a_mail_of_which_nothing_is_left_does_not_leave(world, point):
    remind(now=NINE)
    confirm(point, by=world.l1, now=database_now())
    assert sent() == [] and Message.objects.get().state == "SENT"


def test_who_has_left_gets_none(world, point):
    assert remind(now=NINE) == 1
    User.objects.filter(pk=world.l1.pk).update(is_active=False)
    assert sent() == []


def test_it_leaves_by_the_outbox(world, point):
    remind(now=NINE)
    [left] = sent()
    assert left.to == ["l1@msp.example"] and "/confirmations/" in left.body
    assert left.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_mail_has_fifty_and_says_how_many_more(world, point):
    for _ in range(MOST + 9):
        another(world, world.l1)
    subject, text = mail_to(world.l1, now=NINE)
    assert subject == "60 contact points of vendors to verify"
    assert "These 50 contact points" in text and text.count("/confirmations/") == 50
    assert "10 more are to be verified. To see them," in text


def test_what_nobody_can_be_asked_about_waits(world, point):
    User.objects.filter(pk__in=[world.manager.pk, world.l1.pk]).update(is_active=False)
    assert remind(now=NINE) == 0 and ContactPoint.objects.get().reminded_at is None


# Two of them are the ends of its transaction.
def test_nothing_due_is_one_query(world, point, django_assert_num_queries):
    ContactPoint.objects.update(verified_on=NINE.date())
    with django_assert_num_queries(3):
        assert remind(now=NINE) == 0


def test_it_takes_as_many_queries_for_many_as_for_one(world, point, django_assert_num_queries):
    for number in range(10):
        service = Service.objects.create(name=f"S{number}", vendor=world.m365.vendor)
        ContactPoint.objects.create(service=service, order=0, kind="EMAIL", value="a@b.example", owner=world.l2)
        ContactPoint.objects.create(service=service, order=1, kind="PORTAL", value="https://b.example")
    with django_assert_num_queries(7):
        assert remind(now=NINE) == 3


def test_beat_asks_each_hour(world, point):
    entry = app.conf.beat_schedule["remind_verifiers"]
    assert entry["task"] == remind_verifiers.name and entry["schedule"].minute == {7}
    ContactPoint.objects.update(verified_on=None)
    remind_verifiers()
    assert Message.objects.count() == 1
