"""How a row of the queue reads: one clock, one holder, in words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tickets.models import CaseTask
from tickets.rows import VENDOR_TASKS, clock, holder, row_of, when

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def values(**changed):
    row = {
        "pk": 7, "title": "Mail", "client__name": "Acme", "priority": "P1", "status": "NEW", "holder_kind": "TIER",
        "tier__name": "L1", "tier__level": 1, "assignee__name": None, "assignee__email": None,
        "next_due_at": NOW + timedelta(minutes=14), "next_metric": "OLA_ACKNOWLEDGE", "wake_at": None,
        "event_count": 3, "target_seconds": 900, "vendor": None, "clock_vendor": None,
        "workable": True, "snoozed_until": None, "radar__score": None, "on_radar": False, "drafted": False,
        "viewer": None, "vendor_task": None,
    }  # fmt: skip
    return row | changed


@pytest.mark.parametrize(
    ("left", "level"), [(14, "none"), (4, "none"), (3.75, "amber"), (1, "amber"), (0, "red"), (-6, "red")]
)
def test_a_clock_warns_when_a_quarter_of_its_target_is_left(left, level):
    due = NOW + timedelta(minutes=left)
    assert clock(values(next_due_at=due), now=NOW, zone=UTC)["level"] == level


def test_a_vendor_s_promise_is_told_by_its_moment_in_the_reader_s_zone():
    due = datetime(2026, 7, 1, 10, 20, tzinfo=UTC)
    shown = clock(
        values(next_metric="VENDOR_RESPOND", clock_vendor="Microsoft", next_due_at=due, target_seconds=60),
        now=due - timedelta(minutes=20),
        zone=LONDON,
    )
    assert shown["still"] == "Microsoft answers by 11:20"


@pytest.mark.parametrize(
    ("metric", "short", "whole"),
    [
        ("ACKNOWLEDGE", "Ack", "Acknowledge"),
        ("RESPOND", "First reply", "First reply"),
        ("UPDATE", "Update", "Next public update"),
        ("RESOLVE", "Resolve", "Resolve"),
        ("OLA_ACKNOWLEDGE", "Ack", "Acknowledge here"),
        ("OLA_RESOLVE", "Hand over", "Hand over"),
        ("VENDOR_RESPOND", "Microsoft", "Microsoft answers"),
        ("VENDOR_UPDATE", "Microsoft", "Microsoft's next answer"),
        ("VENDOR_RESOLVE", "Microsoft", "Microsoft resolves"),
        ("MANAGER_RESPOND", "Manager", "Manager answers"),
    ],
)
def test_every_clock_has_a_name(metric, short, whole):
    shown = clock(values(next_metric=metric, clock_vendor="Microsoft"), now=NOW, zone=UTC)
    assert (shown["metric"], shown["name"]) == (short, whole)
    assert (shown["still"] == f"{whole} by 10:14") is metric.startswith("VENDOR_")


def test_a_vendor_that_is_late_is_a_breach_like_any_other():
    shown = clock(values(next_metric="VENDOR_RESPOND", next_due_at=NOW - timedelta(minutes=1)), now=NOW, zone=UTC)
    assert (shown["still"], shown["level"]) == ("", "red")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("WAITING_ON_CLIENT", "Client has until Wed 09:00"),
        ("WAITING_ON_VENDOR", "Reminder Wed 09:00"),
        ("ON_HOLD", "Held until Wed 09:00"),
        ("RESOLVED", "No clock runs"),
    ],
)
def test_where_no_clock_runs_it_says_what_it_waits_for(status, words):
    until = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    waiting = values(status=status, next_due_at=None, wake_at=until)
    assert clock(waiting, now=NOW, zone=UTC)["still"] == words


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({}, "L1"),
        ({"holder_kind": "VENDOR", "vendor": "Microsoft"}, "Microsoft"),
        ({"holder_kind": "CLIENT"}, "Client"),
        ({"holder_kind": "NOBODY"}, "Nobody"),
    ],
)
def test_the_holder_is_named(changed, name):
    assert holder(values(**changed))["name"] == name


@pytest.mark.parametrize(
    ("changed", "can"), [({}, True), ({"workable": False}, False), ({"status": "IN_PROGRESS"}, False)]
)
def test_only_a_new_ticket_that_one_may_work_can_be_acknowledged(changed, can):
    assert row_of(values(**changed), now=NOW, zone=UTC)["can_acknowledge"] is can


@pytest.mark.parametrize(
    ("changed", "shown"),
    [({}, ""), ({"on_radar": True}, "?"), ({"on_radar": True, "radar__score": 7}, "7")],
)
def test_the_radar_is_told_by_its_score(changed, shown):
    assert row_of(values(**changed), now=NOW, zone=UTC)["radar"] == shown


@pytest.mark.parametrize(("kind", "shown"), [(None, ""), ("LODGE", "To be lodged by hand"), ("ODD", "")])
def test_what_is_to_be_done_about_a_vendor_s_case_is_told(kind, shown):
    assert row_of(values(vendor_task=kind), now=NOW, zone=UTC)["vendor_task"] == shown


def test_every_kind_of_task_has_its_words():
    assert set(VENDOR_TASKS) == set(CaseTask.Kind)


def test_a_snoozed_row_tells_when_it_comes_back_in_the_reader_s_zone():
    until = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert row_of(values(snoozed_until=until), now=NOW, zone=LONDON)["snoozed"] == "Snoozed until Tue 09:00"
    assert row_of(values(), now=NOW, zone=UTC)["snoozed"] == ""


def test_a_row_s_box_tells_the_key_and_what_was_seen():
    assert row_of(values(), now=NOW, zone=UTC)["chosen"] == "ESC-7:3"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(minutes=48), "at 09:12"),
        (timedelta(days=3), "on Fri at 10:00"),
        (timedelta(days=7), "on 16 Nov"),
    ],
)
def test_a_moment_of_the_past_is_told_with_its_day_where_that_is_over(ago, words):
    assert when(NOW - ago, now=NOW, zone=LONDON) == words
