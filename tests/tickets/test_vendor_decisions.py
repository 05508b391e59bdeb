"""What is due towards vendors, from a ticket's facts alone: one that is late is chased, one that is needed engaged."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sla.business_time import BusinessCalendar
from tickets.decisions import Breach, Climb, again, decide
from tickets.facts import CHASE_ROUNDS, VENDOR_RESOLVE, VENDOR_RESPOND, VENDOR_UPDATE, CaseFacts, ClockFacts, Facts
from tickets.facts import ServiceFacts as Service
from tickets.vendor_decisions import Chase, Engage, PassOver
from tiers.ladder import Ladder, steps_of

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LADDER = Ladder(steps_of([{"tier": "L1"}, {"tier": "L2"}, {"vendor": True}]), 0)
MICROSOFT = CaseFacts(7, "Microsoft", "Microsoft 365")


def m(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


def promise(metric=VENDOR_RESPOND, minutes=60, case=7, **changes) -> ClockFacts:
    """What a vendor promised when the case was lodged at nine."""
    known = {
        "metric": metric, "subject": f"case:{case}", "round": 1, "target_seconds": minutes * 60,
        "consumed_seconds": 0, "running_since": NINE, "due_at": NINE + m(minutes), "breached": False,
        "warned_percent": 0, "calendar": BusinessCalendar.always(),
        "thresholds": () if metric == VENDOR_RESOLVE else CHASE_ROUNDS, "calendar_name": "24x7", "calendar_number": 4,
        "started_at": NINE,
    }  # fmt: skip
    return ClockFacts(**(known | changes))


def facts(*clocks, cases=(MICROSOFT,), **changes) -> Facts:
    known = {
        "key": "ESC-1", "client": "Acme", "priority": "P2", "status": "WAITING_ON_VENDOR", "holder": "VENDOR",
        "step": 0, "round": 1, "ladder": LADDER, "obstacles": ("", "", ""), "policy": "Standard v7", "clocks": clocks,
        "cases": cases,
    }  # fmt: skip
    return Facts(**(known | changes))


def chases(seen, waited) -> list[tuple[str, int]]:
    actions = decide(seen, now=NINE + m(waited))
    return [(a.how if isinstance(a, Chase) else "-", a.percent) for a in actions if isinstance(a, (Chase, PassOver))]


@pytest.mark.parametrize(
    ("warned", "waited", "expected"),
    [
        (0, 59.9, []),
        (0, 60, [("NUDGE", 100)]),
        (100, 89.9, []),
        (100, 90, [("NEXT", 150)]),
        (150, 119.9, []),
        (150, 120, [("MANAGER", 200)]),
        (200, 5000, []),
        (0, 130, [("NUDGE", 100), ("NEXT", 150), ("MANAGER", 200)]),
        (100, 130, [("NEXT", 150), ("MANAGER", 200)]),
    ],
)
def test_a_late_vendor_is_reminded_then_another_contact_is_tried_then_a_manager_is_called(warned, waited, expected):
    assert chases(facts(promise(warned_percent=warned, breached=warned >= 100)), waited) == expected


@pytest.mark.parametrize("metric", [VENDOR_RESPOND, VENDOR_UPDATE])
def test_both_awaited_answers_are_chased(metric):
    assert chases(facts(promise(metric)), 60) == [("NUDGE", 100)]


def test_when_the_case_is_to_be_resolved_is_told_and_not_chased():
    actions = decide(facts(promise(VENDOR_RESOLVE)), now=NINE + m(600))
    assert [type(action) for action in actions] == [Breach]


def test_the_missed_promise_is_told_before_it_is_chased_and_no_threshold_beside_it():
    kinds = [type(action) for action in decide(facts(promise()), now=NINE + m(200))]
    assert kinds == [Breach, Chase, Chase, Chase]


def test_a_promise_that_is_paused_since_the_ball_is_ours_is_not_chased():
    paused = promise(running_since=None, due_at=None, consumed_seconds=3500)
    assert chases(facts(paused), 6000) == []


def test_a_case_that_is_closed_is_not_chased():
    assert chases(facts(promise(), cases=()), 600) == []


@pytest.mark.parametrize(
    ("so_far", "expected"),
    [
        (5, [("NEXT", 150), ("STOP", 200)]),
        (6, [("STOP", 150), ("-", 200)]),
        (7, [("-", 150), ("-", 200)]),
    ],
)
def test_a_case_is_chased_six_times_and_a_manager_hears_once_that_it_ends(so_far, expected):
    late = promise(breached=True, warned_percent=100)
    assert chases(facts(late, cases=(replace(MICROSOFT, chases=so_far),)), 500) == expected


def test_a_contact_that_mail_does_not_reach_is_not_written_to_but_a_manager_is_called():
    assert chases(facts(promise(), cases=(replace(MICROSOFT, unreachable=True),)), 500) == [
        ("-", 150), ("MANAGER", 200),
    ]  # fmt: skip


@pytest.mark.parametrize("minutes", [30, 60, 120])
def test_while_the_first_answer_is_owed_the_next_one_is_not_chased_beside_it(minutes):
    """What falls due together is chased once, and no moment of the next answer comes back later."""
    seen = facts(promise(), promise(VENDOR_UPDATE, minutes))
    actions = [a for a in decide(seen, now=NINE + m(600)) if isinstance(a, Chase | PassOver)]
    chased = [(a.clock.metric, a.percent, a.how, a.case.chases) for a in actions if isinstance(a, Chase)]
    assert chased == [
        (VENDOR_RESPOND, 100, "NUDGE", 0), (VENDOR_RESPOND, 150, "NEXT", 1), (VENDOR_RESPOND, 200, "MANAGER", 2),
    ]  # fmt: skip
    passed = [(a.clock.metric, a.percent) for a in actions if isinstance(a, PassOver)]
    assert passed == [(VENDOR_UPDATE, 150), (VENDOR_UPDATE, 200)]


def test_the_first_answer_that_another_vendor_owes_hinders_no_chase():
    carrier = CaseFacts(8, "Carrier", "Line")
    seen = facts(promise(case=8), promise(VENDOR_UPDATE), cases=(MICROSOFT, carrier))
    found = [(a.case.vendor, a.clock.metric) for a in decide(seen, now=NINE + m(60)) if isinstance(a, Chase)]
    assert sorted(found) == [("Carrier", VENDOR_RESPOND), ("Microsoft", VENDOR_UPDATE)]


def test_each_of_two_vendors_is_chased_about_its_own_case():
    carrier = CaseFacts(8, "Carrier", "Line", chases=6)
    seen = facts(promise(), promise(case=8), cases=(MICROSOFT, carrier))
    assert [(a.case.vendor, a.how) for a in decide(seen, now=NINE + m(60)) if isinstance(a, Chase)] == [
        ("Microsoft", "NUDGE"), ("Carrier", "STOP"),
    ]  # fmt: skip


# engaged by a condition ----------------------------------------------------------------------------------------------

BY_CODE = {"error_codes": ["0x1"], "automatic": True, "words": "Sign-in codes"}
BY_TIME = {"tier_level": 2, "minutes": 40, "automatic": True, "words": "Time at level 2"}


def service(*conditions, **changes) -> Service:
    known = {"name": "Microsoft 365", "conditions": conditions, "error_code": "", "category": "", "impact": "",
             "tier_level": 1, "opened_at": NINE}  # fmt: skip
    return Service(**(known | changes))


def at_tier(of, *clocks, **changes) -> Facts:
    return facts(*clocks, cases=(), status="NEW", holder="TIER", service=of, **changes)


def engages(seen, waited) -> list[str]:
    return [action.because for action in decide(seen, now=NINE + m(waited)) if isinstance(action, Engage)]


@pytest.mark.parametrize(
    ("changes", "waited", "expected"),
    [
        ({"error_code": "0x1"}, 0, 1),
        ({"error_code": "0x2"}, 500, 0),
        ({"tier_level": 2}, 39.99, 0),
        ({"tier_level": 2}, 40, 1),
        ({"tier_level": 1}, 500, 0),
        ({"error_code": "0x1", "barred": "it waits on the client"}, 500, 0),
    ],
)
def test_a_vendor_is_engaged_as_soon_as_all_parts_of_a_condition_hold(changes, waited, expected):
    assert len(engages(at_tier(service(BY_CODE, BY_TIME, **changes)), waited)) == expected


def test_the_reason_names_the_condition_and_what_held_of_it():
    [because] = engages(at_tier(service(BY_CODE, BY_TIME, tier_level=2)), 41)
    assert because == "Its condition holds: Time at level 2 (level 2 was reached, 41 min were spent)."


@pytest.mark.parametrize(("impact", "priority", "expected"), [("HIGH", "P4", 1), ("", "P1", 1), ("LOW", "P1", 0)])
def test_what_somebody_said_of_the_impact_goes_before_the_priority(impact, priority, expected):
    hard = {"impact": "HIGH", "automatic": True, "words": "Hard"}
    assert len(engages(at_tier(service(hard, impact=impact), priority=priority), 0)) == expected


def test_a_ticket_that_climbs_is_looked_at_where_it_arrives():
    due = promise("OLA_ACKNOWLEDGE", 15, subject="step:0", thresholds=())
    actions = decide(at_tier(service(BY_CODE, error_code="0x1"), due), now=NINE + m(15))
    assert [type(action) for action in actions] == [Breach, Climb]


def test_when_a_condition_comes_to_hold_is_a_moment_that_can_be_waited_for():
    assert service(BY_CODE, BY_TIME, tier_level=2).engages_at("P2") == NINE + m(40)
    assert service(BY_CODE, BY_TIME).engages_at("P2") is None
    assert service(BY_CODE, error_code="0x1", barred="it is held").engages_at("P2") is None


# decided once more ---------------------------------------------------------------------------------------------------


def stored(action) -> dict:
    return json.loads(json.dumps(action.why))


@pytest.mark.parametrize("so_far", [0, 4, 5])
def test_each_chase_is_decided_once_more_from_its_record_alone(so_far):
    seen = facts(promise(), promise(VENDOR_UPDATE, 80), cases=(replace(MICROSOFT, chases=so_far),))
    made = [action for action in decide(seen, now=NINE + m(500)) if isinstance(action, Chase)]
    assert made
    for action in made:
        once_more = again(stored(action))
        assert (once_more.how, once_more.percent, once_more.case) == (action.how, action.percent, action.case)
        assert once_more.why == stored(action)


def test_an_engagement_is_decided_once_more_from_its_record_alone():
    seen = at_tier(service(BY_CODE, BY_TIME, tier_level=2, impact="HIGH"))
    [action] = [action for action in decide(seen, now=NINE + m(45)) if isinstance(action, Engage)]
    assert again(stored(action)).why == stored(action)


@pytest.mark.parametrize("changes", [
    {"case": {"id": 7, "vendor": "Microsoft", "service": "Microsoft 365", "chases": 9, "unreachable": False}},
    {"case": {"id": 8, "vendor": "Microsoft", "service": "Microsoft 365", "chases": 0, "unreachable": False}},
    {"decided_at": "2026-03-02T09:30:00+00:00"},
])  # fmt: skip
def test_a_chase_whose_facts_do_not_lead_to_it_is_refused(changes):
    [action] = [action for action in decide(facts(promise()), now=NINE + m(60)) if isinstance(action, Chase)]
    with pytest.raises(LookupError):
        again(stored(action) | changes)


@pytest.mark.parametrize("changes", [{"error_code": "0x2"}, {"barred": "it is held"}, {"conditions": [BY_TIME]}])
def test_an_engagement_whose_facts_do_not_lead_to_it_is_refused(changes):
    seen = at_tier(service(BY_CODE, error_code="0x1"))
    record = stored(decide(seen, now=NINE)[0])
    with pytest.raises(LookupError):
        again(record | {"engaging": record["engaging"] | changes})
