"""What happens next if nobody acts, told ahead of time by the sweep's own rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clients.models import Contact
from sla.business_time import BusinessCalendar
from tickets import lifecycle
from tickets.facts import ClockFacts, Facts
from tickets.outlook import outlook
from tickets.story import Asked
from tickets.ticket_page import context
from tiers.ladder import Ladder, Step

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALWAYS = BusinessCalendar.always(name="24x7", timezone="UTC")
LADDER = Ladder(
    (
        Step("L1", False, 900, 2700, ("on_call",), 0),
        Step("L2", False, 900, 3600, ("on_call",), 0),
        Step("L3", False, 1800, None, ("on_call",), 0),
        Step("", True, 1800, None, ("on_call",), 0),
    ),
    0,
)


def m(minutes):
    return NINE + timedelta(minutes=minutes)


def clock(metric, minutes, *, subject="", breached=False):
    return ClockFacts(metric, subject, 1, minutes * 60, 0, NINE, m(minutes), breached, 0, ALWAYS)


def facts(*clocks, status="NEW", holder="TIER", step=0, obstacles=("", "", "", ""), **moments):
    return Facts("ESC-1", "Acme", "P1", status, holder, step, 1, LADDER, obstacles, "Standard v1", clocks, **moments)


def promise(index, metric, at):
    step = LADDER.steps[index]
    seconds = step.acknowledge_within if metric == "OLA_ACKNOWLEDGE" else step.hand_over_after
    return (seconds, at + timedelta(seconds=seconds)) if seconds else None


def told(of, **more):
    found = outlook(of, promise=promise, vendor="Microsoft", vendors={"case:1": "Google"}, **more)
    return [((c.at - NINE).total_seconds() / 60, c.what) for c in found]


AT_L1 = (clock("OLA_ACKNOWLEDGE", 15, subject="step:0"), clock("OLA_RESOLVE", 45, subject="step:0"))
UP = [(15, "It passes to L2"), (30, "It passes to L3"), (60, "A case is lodged with Microsoft")]
RESOLVE_MISSED = "The client's resolution target is missed; managers are told"


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (facts(*AT_L1), UP),
        (facts(*AT_L1, clock("RESOLVE", 20)), [UP[0], (20, RESOLVE_MISSED), UP[1]]),
        (facts(*AT_L1, clock("ACKNOWLEDGE", 10)), [(10, UP[0][1]), (25, UP[1][1]), (55, UP[2][1])]),
        (facts(*AT_L1, obstacles=("", "nobody is in L2", "", "")), [(15, UP[1][1]), (45, UP[2][1])]),
        (facts(*AT_L1, obstacles=("", "x", "x", "x")), [(15, "Managers are told")]),
        (facts(AT_L1[1], status="IN_PROGRESS"), [(45, "It passes to L2"), (60, "It passes to L3"), (90, UP[2][1])]),
        (
            facts(clock("VENDOR_RESPOND", 60, subject="case:1"), status="WAITING_ON_VENDOR", holder="VENDOR", step=3),
            [(60, "Google is late with its answer; managers are told")],
        ),
        (
            facts(status="WAITING_ON_CLIENT", holder="CLIENT", step=1, wake_at=m(600)),
            [(600, "It comes back to L2")],
        ),
        (facts(status="ON_HOLD", wake_at=m(90)), [(90, "The hold ends")]),
        (facts(status="RESOLVED", holder="NOBODY", wake_at=m(9000)), [(9000, "It closes")]),
        (facts(clock("RESOLVE", 30, breached=True), status="IN_PROGRESS"), []),
        (facts(status="CLOSED", holder="NOBODY"), []),
    ],
)
def test_the_next_things_are_told_in_the_order_of_time(of, expected):
    assert told(of) == expected


LATE = {
    "RESPOND": "The client's first reply is late; managers are told",
    "UPDATE": "The client's next update is late; L1 is told",
    "VENDOR_UPDATE": "Google is late with its next answer; managers are told",
    "VENDOR_RESOLVE": "Google is late with resolving it; managers are told",
    "MANAGER_RESPOND": "All managers are told",
}


@pytest.mark.parametrize("metric", LATE)
def test_each_promise_says_who_is_told_when_it_is_missed(metric):
    subject = "case:1" if metric.startswith("VENDOR") else ""
    assert told(facts(clock(metric, 30, subject=subject), status="IN_PROGRESS")) == [(30, LATE[metric])]


@pytest.mark.parametrize("metric", LATE)
def test_what_hangs_on_no_step_outlives_a_climb(metric):
    clocks = (*AT_L1, clock(metric, 20, subject="case:1"))
    assert told(facts(*clocks))[1] == (20, LATE[metric].replace("L1", "L2"))


def test_whoever_has_it_the_client_s_news_and_the_manager_s_answer_are_awaited():
    waits = clock("OLA_ACKNOWLEDGE", 30, subject="step:2")
    later = [clock(metric, 45) for metric in ("RESOLVE", "UPDATE")]
    assert told(facts(waits, *later, step=2)) == [
        (30, "A case is lodged with Microsoft"),
        (45, "The client's next update is late; L3 is told"),
    ]


def test_thresholds_on_the_way_are_not_listed():
    near = replace(clock("RESOLVE", 100), thresholds=(50, 75, 90, 100, 125))
    assert told(facts(near, status="IN_PROGRESS")) == [(100, RESOLVE_MISSED)]


WAITING = {"status": "WAITING_ON_CLIENT", "holder": "CLIENT", "step": 1, "wake_at": m(600)}


@pytest.mark.parametrize(
    ("more", "holding", "expected"),
    [
        ({"remind_at": m(60)}, "", [(60, "Acme is reminded"), (600, "It comes back to L2")]),
        ({"remind_at": m(60), "reminders": 1}, "", [(60, "Acme is reminded again"), (600, "It comes back to L2")]),
        ({}, "Google", [(600, "It comes back to Google")]),
        ({"status": "WAITING_ON_VENDOR", "holder": "VENDOR"}, "Google", [(600, "L2 is reminded")]),
    ],
)
def test_a_wait_says_whom_it_reminds_and_where_it_goes_back_to(more, holding, expected):
    assert told(facts(**WAITING | more), holding=holding) == expected


def test_the_why_names_what_was_promised():
    first = outlook(facts(*AT_L1), promise=promise)[0]
    assert first.why == "not acknowledged within 15 minutes"


def test_what_is_told_is_what_the_sweep_then_does(world):
    ticket = world.open(error_code="0x8004de40")
    coming = context(world.fresh(ticket), user=world.l1, wanted=Asked(), now=world.now)["coming"]
    predicted = [c["at"] for c in coming if c["climbs"]]
    world.forward(minutes=61)
    happened = ticket.timeline.filter(kind="ESCALATED").order_by("seq").values_list("at", flat=True)
    assert len(predicted) == 3 and predicted == list(happened)


@pytest.mark.parametrize(
    ("gap_until", "expected"),
    [
        (0, UP),
        (15, UP),  # over at the very moment of the climb
        (16, [(15, "It passes to L3"), (45, "A case is lodged with Microsoft")]),
    ],
)
def test_who_is_on_call_is_asked_for_the_moment_of_each_climb(gap_until, expected):
    def gaps(at):
        return ("", "nobody of L2 is on call", "", "") if at < m(gap_until) else ()

    assert told(facts(*AT_L1), gaps=gaps) == expected


def test_without_more_to_go_by_the_gaps_of_now_hold():
    assert told(facts(*AT_L1, gaps=("", "nobody of L2 is on call", "", "")))[0] == (15, "It passes to L3")


def reached(world, ticket):
    coming = context(world.fresh(ticket), user=world.l1, wanted=Asked(), now=world.now)["coming"]
    return [(one["what"], one["reaches"]) for one in coming]


def test_it_is_told_whom_each_step_reaches(world):
    assert reached(world, world.open(error_code="0x8004de40")) == [
        ("It passes to L2", "L2, on call for L2 team"),
        ("It passes to L3", "L3, on call for L3 team"),
        ("A case is lodged with Microsoft 365", ""),
    ]


def test_it_is_told_that_managers_and_the_client_s_contact_are_reached(world):
    world.ladder({"tier": "L1", "acknowledge_within": "15m"})
    ticket = world.open(contact=Contact.objects.get())
    assert ("Managers are told", "Boss") in reached(world, ticket)
    lifecycle.wait(key=ticket.key, on="CLIENT", why="Which server?", by=world.l1, now=world.now)
    assert ("Acme is reminded", "Dana") in reached(world, ticket)
