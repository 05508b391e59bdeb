"""What must happen to a ticket, from its facts alone."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from sla.business_time import BusinessCalendar
from tickets.decisions import Breach, Climb, Remind, TellManagers, Wake, again, decide
from tickets.facts import (
    ACKNOWLEDGE,
    MANAGER_RESPOND,
    OLA_ACKNOWLEDGE,
    OLA_RESOLVE,
    RESOLVE,
    RESPOND,
    UPDATE,
    VENDOR_RESOLVE,
    VENDOR_RESPOND,
    VENDOR_UPDATE,
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
        "calendar_name": "24x7", "calendar_number": 4,
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


@pytest.mark.parametrize(
    ("gaps", "to", "skipped"),
    [
        (("", "nobody", "", ""), 2, ((1, "nobody"),)),
        (("", "", "nobody", ""), 1, ()),
        (("", "nobody", "nobody", ""), 2, ((1, "nobody"),)),  # the last tier keeps it
        (("nobody", "", "", ""), 1, ()),
    ],
)
def test_steps_of_which_nobody_would_hear_are_passed_over_but_for_the_last_tier(gaps, to, skipped):
    climb = decide(facts(clock(), gaps=gaps), now=NINE + m(15))[-1]
    assert isinstance(climb, Climb) and (climb.to, climb.skipped) == (to, skipped)
    assert climb.why.get("gap") == (gaps[to] or None) and (again(climb.why).to, again(climb.why).why) == (to, climb.why)


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
        "decided_at": "2026-03-02T09:15:00+00:00",
        "policy": "Standard v7",
        "priority": "P2",
        "status": "NEW",
        "holder": "TIER",
        "step": 0,
        "round": 1,
        "from": "L1",
        "to": "L3",
        "ladder": [
            {"step": "L1", "repeat": 2},
            {"step": "L2", "obstacle": "nobody is in it"},
            {"step": "L3"},
            {"step": "vendor"},
        ],
        "clock": {
            "metric": "OLA_ACKNOWLEDGE",
            "subject": "step:0",
            "round": 1,
            "target_seconds": 900,
            "calendar": "24x7",
            "calendar_version": 4,
            "consumed_seconds": 0,
            "running_since": "2026-03-02T09:00:00+00:00",
            "due_at": "2026-03-02T09:15:00+00:00",
            "warned_percent": 100,
        },
        "rejected": [{"step": "L2", "because": "nobody is in it"}],
    }


@pytest.mark.parametrize(
    ("warned", "waited", "percents"),
    [
        (0, 29, [50]),
        (0, 50, [50, 75, 90, "breach", 125]),
        (75, 49, [90, "breach"]),
        (90, 39, []),
        (100, 50, [125]),
        (125, 90, []),
    ],
)
def test_thresholds_are_told_once_each_and_in_order(warned, waited, percents):
    """Forty minutes, with the thresholds of a promise to a client: 20, 30, 36, 40 and 50 minutes."""
    promised = clock(RESOLVE, 40, warned_percent=warned, thresholds=(50, 75, 90, 100, 125), breached=warned >= 100)
    actions = decide(facts(promised, status="IN_PROGRESS"), now=NINE + m(waited))
    assert ["breach" if isinstance(a, Breach) else a.percent for a in actions] == percents


def test_thresholds_of_several_clocks_are_told_in_the_order_of_time():
    clocks = [clock(RESOLVE, 40, warned_percent=0, thresholds=(50, 75)), clock(RESPOND, 24, warned_percent=0)]
    actions = decide(facts(*clocks, status="IN_PROGRESS"), now=NINE + m(35))
    assert [(a.clock.metric, getattr(a, "percent", 100)) for a in actions] == [
        (RESOLVE, 50), (RESPOND, 100), (RESOLVE, 75),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "waited", "told"),
    [("WAITING_ON_CLIENT", 29, 0), ("WAITING_ON_CLIENT", 30, 1), ("IN_PROGRESS", 30, 0)],
)
def test_the_client_is_reminded_only_while_we_wait_for_it(status, waited, told):
    waiting = facts(status=status, holder="CLIENT", remind_at=NINE + m(30), wake_at=NINE + m(900))
    assert kinds(decide(waiting, now=NINE + m(waited))) == ["RemindClient"] * told


@pytest.mark.parametrize(
    ("metric", "holder", "held", "vendor_counts", "with_vendor", "expected"),
    [
        (ACKNOWLEDGE, "VENDOR", False, False, False, True),
        (RESPOND, "CLIENT", False, True, False, True),
        (UPDATE, "TIER", True, True, False, True),
        (UPDATE, "VENDOR", False, False, False, True),
        (UPDATE, "CLIENT", False, True, False, False),
        (RESOLVE, "TIER", True, False, False, True),
        (RESOLVE, "VENDOR", False, True, False, True),
        (RESOLVE, "VENDOR", False, False, True, False),
        (RESOLVE, "CLIENT", False, True, True, False),
        (RESOLVE, "NOBODY", False, True, False, False),
        (OLA_RESOLVE, "TIER", True, True, False, False),
        (OLA_RESOLVE, "TIER", False, True, False, True),
        (OLA_RESOLVE, "VENDOR", False, True, True, False),
        (OLA_ACKNOWLEDGE, "TIER", True, True, False, False),
        (OLA_ACKNOWLEDGE, "CLIENT", False, True, False, False),
        (VENDOR_RESPOND, "CLIENT", False, True, True, True),
        (VENDOR_RESPOND, "TIER", False, True, False, False),
        (VENDOR_UPDATE, "VENDOR", False, False, True, True),
        (VENDOR_RESOLVE, "VENDOR", False, True, False, False),
        (MANAGER_RESPOND, "CLIENT", True, False, False, True),
    ],
)
def test_a_clock_counts_while_those_who_promised_hold_the_ticket(
    *, metric, holder, held, vendor_counts, with_vendor, expected
):
    hands = {"holder": holder, "held": held, "vendor_time_counts": vendor_counts, "with_vendor": with_vendor}
    assert counts(metric, **hands) is expected


# decided once more ---------------------------------------------------------------------------------------------------

EVERY_RULE = {
    "REMINDER": (facts(clock(warned_percent=0)), 5),
    "THRESHOLD": (facts(clock(RESOLVE, 20, warned_percent=0, thresholds=(50,)), status="IN_PROGRESS"), 11),
    "BREACH": (facts(clock(RESOLVE, 20), status="IN_PROGRESS"), 21),
    "CLIMB": (facts(clock(), obstacles=("", "nobody is in it", "", "")), 15),
    "LADDER_ENDS": (facts(clock(subject="step:3"), step=3), 16),
    "CLIENT_REMINDER": (
        facts(status="WAITING_ON_CLIENT", holder="CLIENT", remind_at=NINE + m(1), wake_at=NINE + m(9), reminders=1), 2,
    ),
    "WAKE": (facts(status="ON_HOLD", wake_at=NINE + m(1)), 1),
}  # fmt: skip


def decided(rule: str) -> tuple[dict, object]:
    """The stored record of the action that this rule leads to, and the action."""
    seen, waited = EVERY_RULE[rule]
    action = next(a for a in decide(seen, now=NINE + m(waited)) if a.why.get("rule") == rule)
    return json.loads(json.dumps(action.why)), action


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_a_decision_is_made_once_more_from_its_record_alone(rule):
    record, action = decided(rule)
    once_more = again(record)
    assert type(once_more) is type(action)
    assert once_more.why == record


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("REMINDER", {"status": "IN_PROGRESS"}),
        ("REMINDER", {"clock": {"warned_percent": 33}}),
        ("THRESHOLD", {"clock": {"reached_at": "2026-03-02T09:30:00+00:00"}}),
        ("BREACH", {"clock": {"due_at": "2026-03-02T09:30:00+00:00"}}),
        ("BREACH", {"clock": {"breached": True}}),
        ("BREACH", {"decided_at": "2026-03-02T09:10:00+00:00"}),
        ("CLIMB", {"holder": "CLIENT"}),
        ("CLIMB", {"clock": {"subject": "step:2"}}),
        ("CLIMB", {"ladder": [{"step": "L1"}]}),
        ("LADDER_ENDS", {"ladder": [{"step": "L1"}] * 5}),
        ("CLIENT_REMINDER", {"status": "RESOLVED"}),
        ("WAKE", {"wake_at": "2026-03-02T09:30:00+00:00"}),
    ],
)
def test_a_record_whose_facts_do_not_lead_to_it_is_refused(rule, changes):
    record, _ = decided(rule)
    clock_changes = changes.get("clock", {})
    tampered = record | changes | {"clock": record["clock"] and record["clock"] | clock_changes}
    with pytest.raises(LookupError):
        again(tampered)


def test_a_record_that_names_another_step_than_its_facts_lead_to_is_not_what_is_decided():
    record, _ = decided("CLIMB")
    assert again(record | {"to": "vendor"}).why["to"] == "L3"


def test_what_no_decision_made_cannot_be_decided_again():
    with pytest.raises(LookupError):
        again({"rule": "ROUTED", "decided_at": "2026-03-02T09:00:00+00:00"} | {"ladder": [], "clock": None})
