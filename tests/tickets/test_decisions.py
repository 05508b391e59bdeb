"""What must happen to a ticket, from its facts alone."""

from datetime import UTC, datetime, timedelta

import pytest

from sla.business_time import BusinessCalendar
from tickets.decisions import Breach, Climb, Remind, TellManagers, Wake, decide
from tickets.facts import (
    ACKNOWLEDGE,
    OLA_ACKNOWLEDGE,
    OLA_RESOLVE,
    RESOLVE,
    VENDOR_RESPOND,
    ClockFacts,
    Facts,
    counts,
)
from tiers.ladder import Ladder, steps_of

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY_AND_NIGHT = BusinessCalendar.always()
LADDER = Ladder(steps_of([{"tier": "L1", "repeat": 2}, {"tier": "L2"}, {"tier": "L3"}, {"vendor": True}]), 0)


def m(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


def clock(metric=OLA_ACKNOWLEDGE, minutes=15, **changes) -> ClockFacts:
    """A clock that has been running since nine."""
    facts = {
        "metric": metric, "subject": "step:0" if metric.startswith("OLA") else "", "round": 1,
        "target_seconds": minutes * 60, "consumed_seconds": 0, "running_since": NINE, "due_at": NINE + m(minutes),
        "breached": False, "warned_percent": 100, "calendar": DAY_AND_NIGHT,
    }  # fmt: skip
    return ClockFacts(**(facts | changes))


def facts(*clocks, **changes) -> Facts:
    known = {
        "key": "ESC-1", "client": "Acme", "priority": "P2", "status": "NEW", "holder": "TIER", "step": 0, "round": 1,
        "ladder": LADDER, "obstacles": ("", "", "", ""), "policy": "Standard v7", "clocks": clocks,
    }  # fmt: skip
    return Facts(**(known | changes))


def kinds(actions) -> list[str]:
    return [type(action).__name__ for action in actions]


@pytest.mark.parametrize(
    ("waited", "expected"),
    [(0, []), (14.99, []), (15, ["Breach", "Climb"]), (500, ["Breach", "Climb"])],
)
def test_an_unacknowledged_ticket_climbs_after_its_wait(waited, expected):
    assert kinds(decide(facts(clock()), now=NINE + m(waited))) == expected


def test_two_clocks_due_at_once_escalate_once():
    actions = decide(facts(clock(), clock(OLA_RESOLVE, 15), clock(ACKNOWLEDGE, 15)), now=NINE + m(15))
    assert kinds(actions).count("Climb") == 1 and kinds(actions).count("Breach") == 3


@pytest.mark.parametrize(
    ("metric", "status", "holder", "climbs"),
    [
        (OLA_ACKNOWLEDGE, "NEW", "TIER", True),
        (OLA_RESOLVE, "IN_PROGRESS", "TIER", True),
        (ACKNOWLEDGE, "NEW", "TIER", True),
        (ACKNOWLEDGE, "IN_PROGRESS", "TIER", False),
        (ACKNOWLEDGE, "WAITING_ON_VENDOR", "VENDOR", False),
        (RESOLVE, "NEW", "TIER", False),
        (VENDOR_RESPOND, "WAITING_ON_VENDOR", "VENDOR", False),
    ],
)
def test_only_promises_of_acting_send_a_ticket_up(metric, status, holder, climbs):
    actions = decide(facts(clock(metric), status=status, holder=holder), now=NINE + m(15))
    assert kinds(actions) == (["Breach", "Climb"] if climbs else ["Breach"])


def test_a_clock_of_a_step_that_was_left_escalates_no_more():
    assert kinds(decide(facts(clock(), step=1), now=NINE + m(15))) == ["Breach"]


def test_a_breach_that_was_seen_is_not_seen_again():
    assert decide(facts(clock(breached=True)), now=NINE + m(60)) == []


def test_a_paused_clock_is_never_due():
    paused = clock(running_since=None, due_at=None)
    assert decide(facts(paused), now=NINE + m(600)) == []


@pytest.mark.parametrize(
    ("obstacles", "to", "skipped"),
    [
        (("", "", "", ""), 1, 0),
        (("", "nobody is in it", "", ""), 2, 1),
        (("", "nobody", "nobody", ""), 3, 2),
    ],
)
def test_steps_that_cannot_be_reached_are_passed_over_with_their_reasons(obstacles, to, skipped):
    climb = decide(facts(clock(), obstacles=obstacles), now=NINE + m(15))[-1]
    assert isinstance(climb, Climb) and climb.to == to and len(climb.skipped) == skipped


def test_where_no_step_is_left_the_managers_are_told():
    actions = decide(facts(clock(subject="step:3"), step=3), now=NINE + m(15))
    assert isinstance(actions[-1], TellManagers)


@pytest.mark.parametrize(
    ("waited", "warned", "percents"),
    [(4, 0, []), (5, 0, [33]), (10, 33, [66]), (11, 0, [33, 66]), (10, 66, [])],
)
def test_reminders_come_once_each_and_in_order_also_when_several_have_passed(waited, warned, percents):
    actions = decide(facts(clock(warned_percent=warned)), now=NINE + m(waited))
    assert [a.percent for a in actions if isinstance(a, Remind)] == percents


def test_nobody_is_reminded_of_what_was_acknowledged():
    assert decide(facts(clock(warned_percent=0), status="IN_PROGRESS"), now=NINE + m(6)) == []


@pytest.mark.parametrize(("waited", "woken"), [(29, False), (30, True)])
def test_a_wait_ends_by_itself(waited, woken):
    actions = decide(facts(status="ON_HOLD", wake_at=NINE + m(30)), now=NINE + m(waited))
    assert (kinds(actions) == ["Wake"]) is woken
    assert all(isinstance(a, Wake) for a in actions)


def test_the_same_facts_give_the_same_actions_and_reasons():
    now = NINE + m(15)
    assert decide(facts(clock()), now=now) == decide(facts(clock()), now=now)


def test_a_why_holds_everything_that_the_decision_stood_on():
    breach, climb = decide(facts(clock(), obstacles=("", "nobody is in it", "", "")), now=NINE + m(15))
    assert isinstance(breach, Breach)
    assert climb.why == {
        "rule": "CLIMB",
        "policy": "Standard v7",
        "priority": "P2",
        "status": "NEW",
        "holder": "TIER",
        "step": 0,
        "round": 1,
        "from": "L1",
        "to": "L3",
        "clock": {
            "metric": "OLA_ACKNOWLEDGE",
            "target_seconds": 900,
            "calendar": "24x7",
            "due_at": "2026-03-02T09:15:00+00:00",
        },
        "rejected": [{"step": "L2", "because": "nobody is in it"}],
    }


@pytest.mark.parametrize(
    ("metric", "holder", "status", "vendor_counts", "expected"),
    [
        (ACKNOWLEDGE, "VENDOR", "WAITING_ON_VENDOR", False, True),
        (RESOLVE, "TIER", "ON_HOLD", False, True),
        (RESOLVE, "VENDOR", "WAITING_ON_VENDOR", True, True),
        (RESOLVE, "VENDOR", "WAITING_ON_VENDOR", False, False),
        (RESOLVE, "CLIENT", "WAITING_ON_CLIENT", True, False),
        (RESOLVE, "NOBODY", "RESOLVED", True, False),
        (OLA_RESOLVE, "TIER", "ON_HOLD", True, False),
        (OLA_RESOLVE, "TIER", "IN_PROGRESS", True, True),
        (OLA_ACKNOWLEDGE, "CLIENT", "WAITING_ON_CLIENT", True, False),
        (VENDOR_RESPOND, "CLIENT", "WAITING_ON_CLIENT", True, True),
    ],
)
def test_a_clock_counts_while_those_who_promised_hold_the_ticket(metric, holder, status, vendor_counts, expected):
    assert counts(metric, holder=holder, status=status, vendor_time_counts=vendor_counts) is expected
