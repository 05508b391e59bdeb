"""Contact points in files: each stays the same row wherever it comes to stand, with what was said about it."""

from datetime import UTC, date, datetime

import pytest

from accounts.configuration import Change, Run
from accounts.yaml_source import Source
from outbox.alarms import raise_alarm
from outbox.models import Alarm
from vendors.contact_points import contact_forms, settle_contacts
from vendors.models import ContactPoint
from vendors.schema import ContactPointRow
from world import NINE

MAIL = {"kind": "email", "value": "support@vendor.example"}
PORTAL = {"kind": "portal", "value": "https://vendor.example/cases"}
HOTLINE = {"kind": "hotline", "value": "+44 20 7946 0001"}
BAD = datetime(2026, 2, 27, 9, tzinfo=UTC)


def settle(world, *forms) -> Change:
    change = Change()
    settle_contacts(world.m365, [ContactPointRow(**form) for form in forms], change, now=NINE)
    return change


def ids(world) -> list[int]:
    return list(world.m365.contact_points.order_by("order").values_list("pk", flat=True))


def bad(point: ContactPoint) -> ContactPoint:
    point.bad_since, point.bad_because = BAD, "550 no such user"
    point.save()
    raise_alarm(point.alarm_key, "Mail came back", now=BAD)
    return point


def test_another_order_moves_rows_and_makes_none(world):
    settle(world, MAIL, PORTAL, HOTLINE)
    mail, portal, hotline = ids(world)
    settle(world, HOTLINE, MAIL, PORTAL)
    assert ids(world) == [hotline, mail, portal]
    settle(world, PORTAL, HOTLINE)
    assert ids(world) == [portal, hotline]
    assert not ContactPoint.objects.filter(pk=mail).exists()


def test_a_new_one_in_front_leaves_the_others_who_they_are(world):
    [mail] = ids(world)
    second = {"kind": "email", "value": "first@vendor.example"}
    settle(world, second, MAIL)
    assert ids(world)[1] == mail and world.m365.contact_points.get(order=0).value == "first@vendor.example"


def test_a_corrected_address_stays_the_row_and_is_not_bad_any_more(world):
    point = bad(world.m365.contact_points.get())
    settle(world, {"kind": "email", "value": "help@vendor.example"})
    point.refresh_from_db()
    assert (point.value, point.bad_since, point.bad_because) == ("help@vendor.example", None, "")
    assert Alarm.objects.get(key=point.alarm_key).cleared_at == NINE


def test_what_is_bad_stays_so_wherever_it_comes_to_stand(world):
    point = bad(world.m365.contact_points.get())
    settle(world, PORTAL, {**MAIL, "hours": "office hours"})
    point.refresh_from_db()
    assert (point.order, point.hours, point.bad_since) == (1, "office hours", BAD)
    assert Alarm.objects.get(key=point.alarm_key).cleared_at is None


def test_nobody_looks_for_one_that_was_taken_out(world):
    point = bad(world.m365.contact_points.get())
    settle(world, PORTAL)
    assert Alarm.objects.get(key=point.alarm_key).cleared_at == NINE


def test_what_somebody_verified_stays_verified_unless_the_file_says_when(world):
    world.m365.contact_points.update(verified_on=date(2026, 2, 20))
    settle(world, {**MAIL, "hours": "always"})
    assert world.m365.contact_points.get().verified_on == date(2026, 2, 20)
    settle(world, {**MAIL, "verified_on": "2026-01-05"})
    assert world.m365.contact_points.get().verified_on == date(2026, 1, 5)
    settle(world, {**MAIL, "verified_on": None})
    assert world.m365.contact_points.get().verified_on is None


def test_a_new_address_was_not_verified_by_who_verified_the_old_one(world):
    world.m365.contact_points.update(verified_on=date(2026, 2, 20))
    settle(world, {"kind": "email", "value": "help@vendor.example"})
    assert world.m365.contact_points.get().verified_on is None


def test_what_is_written_out_changes_nothing_when_it_comes_back(world):
    settle(world, {**MAIL, "verified_on": "2026-02-20", "interval_days": 30}, PORTAL, HOTLINE)
    assert settle(world, *contact_forms(world.m365)).keys == []


@pytest.mark.django_db
def test_one_address_twice_is_refused_where_it_stands():
    from accounts.configuration import Entry
    from vendors.contact_points import check_contacts
    from vendors.schema import ServiceRow

    entry = Entry(ServiceRow(name="Mail", contacts=[MAIL, PORTAL, MAIL]), Source("a.yaml", {}, {}), ())
    run = Run(now=NINE)
    check_contacts(entry, run)
    assert [problem.message for problem in run.problems] == [
        '"support@vendor.example" is listed twice: take one of them out'
    ]
