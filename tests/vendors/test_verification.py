"""Saying whether a contact point holds: who may, what becomes of it, and who is told."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from outbox.models import Alarm, Message
from sla.models import Calendar
from vendors.models import ContactPoint, DirectoryEdit, Service, Vendor, Verification
from vendors.verification import (
    NotVerified,
    confirm,
    correct,
    due_points,
    managers,
    mark_bad,
    may_verify,
    needs_verification,
    usable,
    wrong,
)
from world import NINE

TODAY = NINE.date()


@pytest.fixture
def point(world) -> ContactPoint:
    """Microsoft's mail address, which L1's technician owns."""
    world.m365.contact_points.update(owner=world.l1)
    return world.m365.contact_points.get()


def fresh(point) -> ContactPoint:
    return ContactPoint.objects.get(pk=point.pk)


def another(world, order=2, **values) -> ContactPoint:
    values = {"kind": "EMAIL", "value": "second@vendor.example", "verified_on": TODAY} | values
    return ContactPoint.objects.create(service=world.m365, order=order, **values)


def outcomes(point) -> list[str]:
    return list(point.verifications.values_list("outcome", flat=True))


def test_confirming_notes_the_day_who_and_the_address(world, point):
    made = confirm(point, by=world.manager, note="They answered within the hour", now=NINE)
    assert fresh(point).verified_on == TODAY
    assert (made.outcome, made.value, made.by, made.at) == (
        "CONFIRMED", "support@vendor.example", world.manager, NINE,
    )  # fmt: skip
    assert made.note == "They answered within the hour"


def test_confirming_ends_what_was_bad_with_its_alarm_and_its_reminders(world, point):
    mark_bad(point, because="550 no such user", now=NINE)
    confirm(point, by=world.l1, now=NINE + timedelta(hours=1))
    point = fresh(point)
    assert (point.bad_since, point.bad_because, point.reminded_at) == (None, "", None)
    assert Alarm.objects.get(key=f"contact:{point.pk}").cleared_at == NINE + timedelta(hours=1)
    assert outcomes(point) == ["CONFIRMED", "BOUNCED"]


def test_confirming_twice_on_a_day_is_noted_once_for_each_person(world, point):
    first = confirm(point, by=world.l1, now=NINE)
    assert confirm(point, by=world.l1, now=NINE + timedelta(minutes=1)) == first
    confirm(point, by=world.manager, now=NINE + timedelta(minutes=2))
    confirm(point, by=world.manager, now=NINE + timedelta(days=1))
    assert Verification.objects.count() == 3


def test_an_address_that_was_changed_meanwhile_is_not_confirmed(world, point):
    correct(point, changes={"value": "new@vendor.example"}, by=world.manager, now=NINE)
    with pytest.raises(NotVerified, match=r"changed meanwhile to new@vendor\.example"):
        confirm(point, by=world.l1, seen="support@vendor.example", now=NINE)
    assert outcomes(point) == ["CHANGED"]


def test_one_that_is_gone_cannot_be_confirmed(world, point):
    gone = fresh(point)
    point.delete()
    with pytest.raises(NotVerified, match="no longer in the directory"):
        confirm(gone, by=world.manager, now=NINE)


def test_managers_verify_all_and_others_what_they_own(world, point):
    admin = world.person("admin@msp.example", "administrator")
    former = world.reader(world.acme)
    assert [may_verify(user, point) for user in (world.manager, admin, world.l1, world.l2)] == [True, True, True, False]
    ContactPoint.objects.update(owner=former)
    assert not may_verify(former, fresh(point))
    for act in (
        lambda: confirm(point, by=world.l2, now=NINE),
        lambda: wrong(point, why="It rings", by=world.l2, now=NINE),
        lambda: correct(point, changes={"value": "b@c.example"}, by=world.l2, now=NINE),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert Verification.objects.count() == 0


# What does not hold


def test_what_does_not_hold_comes_last_and_has_an_alarm(world, point):
    other = another(world)
    assert usable([other, point]) == [point, other]
    wrong(point, why="They moved to the portal", by=world.manager, now=NINE)
    assert usable(ContactPoint.objects.all()) == [other, point]
    assert Alarm.objects.get(key=f"contact:{point.pk}", cleared_at=None).text == (
        "Microsoft 365: Somebody found that this does not hold: support@vendor.example. They moved to the portal"
    )


def test_who_owns_it_and_the_managers_are_told_but_not_whoever_said_it(world, point):
    another(world)
    made = wrong(point, why="They moved", by=world.manager, now=NINE)
    message = Message.objects.get()
    assert (message.key, message.payload["to"]) == (f"contact:{point.pk}:bad:{made.pk}", ["l1@msp.example"])
    assert message.payload["subject"] == "Microsoft 365: Boss says this does not hold: support@vendor.example"
    assert "until then email second@vendor.example comes first" in message.payload["text"]
    assert f"/vendors/verification/{point.pk}/" in message.payload["text"]


def test_a_bounce_tells_both_once_and_names_what_is_left(world, point):
    mark_bad(point, because="550 5.1.1 no such user", now=NINE)
    assert mark_bad(point, because="550 again", now=NINE + timedelta(hours=1)) is None
    message = Message.objects.get()
    assert message.payload["to"] == ["l1@msp.example", "boss@msp.example"]
    assert "550 5.1.1 no such user" in message.payload["text"]
    assert "there is no other way to reach them that holds" in message.payload["text"]
    assert (fresh(point).bad_since, outcomes(point)) == (NINE, ["BOUNCED"])


def test_who_has_left_is_not_told(world, point):
    User.objects.filter(pk=world.l1.pk).update(is_active=False)
    mark_bad(point, because="550", now=NINE)
    assert Message.objects.get().payload["to"] == ["boss@msp.example"]


def test_a_bounce_of_one_that_is_gone_is_nothing(world, point):
    gone = fresh(point)
    point.delete()
    assert mark_bad(gone, because="550", now=NINE) is None and not Message.objects.exists()


def test_a_very_long_reason_is_cut_and_kept(world, point):
    mark_bad(point, because="550 " + "x" * 900, now=NINE)
    assert len(fresh(point).bad_because) == 300 and len(Verification.objects.get().note) == 300


def test_nothing_is_wrong_without_a_why(world, point):
    with pytest.raises(NotVerified, match="Say what is wrong") as caught:
        wrong(point, why="  ", by=world.manager, now=NINE)
    assert caught.value.field == "why" and fresh(point).bad_since is None


def test_wrong_takes_back_a_confirmation(world, point):
    confirm(point, by=world.manager, now=NINE)
    wrong(point, why="I pressed the wrong row", by=world.manager, now=NINE + timedelta(seconds=5))
    assert needs_verification(fresh(point), now=NINE) and outcomes(point) == ["WRONG", "CONFIRMED"]


def test_administrators_stand_in_where_there_is_no_manager(world):
    admin = world.person("admin@msp.example", "administrator")
    assert managers() == [world.manager]
    User.objects.filter(pk=world.manager.pk).update(is_active=False)
    assert managers() == [admin]


# What is otherwise


def test_correcting_confirms_and_keeps_the_edit(world, point):
    office = Calendar.objects.get(name="Office")
    mark_bad(point, because="550", now=NINE)
    changes = {"value": "help@vendor.example", "calendar": office, "hours": "office hours", "interval_days": 30}
    made = correct(point, changes=changes, by=world.l1, note="Their new address", now=NINE)
    after = fresh(point)
    assert (after.value, after.calendar, after.hours, after.interval_days) == (
        "help@vendor.example", office, "office hours", 30,
    )  # fmt: skip
    assert (after.bad_since, after.verified_on, after.owner) == (None, TODAY, world.l1)
    assert (made.outcome, made.value, made.note) == ("CHANGED", "help@vendor.example", "Their new address")
    edit = DirectoryEdit.objects.get()
    assert (edit.by, edit.note) == (world.l1, "Their new address")
    contacts = [form["services"][0]["contacts"][0]["value"] for form in (edit.before, edit.after)]
    assert contacts == ["support@vendor.example", "help@vendor.example"]


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [("EMAIL", "no address", "is not a mail address"), ("PORTAL", "javascript:alert(1)", "is not a web address")],
)
def test_what_is_no_address_is_refused(world, point, kind, value, words):
    ContactPoint.objects.update(kind=kind)
    with pytest.raises(NotVerified, match=words) as caught:
        correct(point, changes={"value": value}, by=world.manager, now=NINE)
    assert caught.value.field == "value" and not Verification.objects.exists() and not DirectoryEdit.objects.exists()


def test_a_service_has_no_address_twice(world, point):
    another(world)
    with pytest.raises(NotVerified, match=r"has second@vendor\.example already"):
        correct(point, changes={"value": "second@vendor.example"}, by=world.manager, now=NINE)


# What is due


@pytest.mark.parametrize("verified_on", [None, date(2025, 12, 1), date(2025, 12, 2), date(2026, 3, 1)])
@pytest.mark.parametrize("interval", [1, 30, 90])
@pytest.mark.parametrize("bad", [True, False])
def test_the_database_and_the_rule_agree_on_what_is_due(world, point, verified_on, interval, bad):
    values = {"verified_on": verified_on, "interval_days": interval, "bad_since": NINE if bad else None}
    ContactPoint.objects.update(**values)
    assert due_points(today=TODAY).exists() == needs_verification(fresh(point), now=NINE)


def test_nobody_verifies_what_is_offered_no_more(world, point):
    assert due_points(today=TODAY).exists()
    Service.objects.update(retired_at=NINE)
    assert not due_points(today=TODAY).exists()
    Service.objects.update(retired_at=None)
    Vendor.objects.update(retired_at=NINE)
    assert not due_points(today=TODAY).exists()
