"""What happens next if nobody acts, told ahead of time by the sweep's own rules."""

from datetime import UTC, datetime, timedelta

import pytest

from sla.business_time import BusinessCalendar
from tickets.facts import ClockFacts, Facts
from tickets.outlook import outlook
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


def facts(*clocks, status="NEW", holder="TIER", step=0, obstacles=("", "", "", ""), wake_at=None):
    return Facts("ESC-1", "Acme", "P1", status, holder, step, 1, LADDER, obstacles, "Standard v1", clocks, wake_at)


def promise(index, metric, at):
    step = LADDER.steps[index]
    seconds = step.acknowledge_within if metric == "OLA_ACKNOWLEDGE" else step.hand_over_after
    return (seconds, at + timedelta(seconds=seconds)) if seconds else None


def told(of, **more):
    found = outlook(of, promise=promise, vendor="Microsoft", **more)
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
            facts(clock("VENDOR_RESPOND", 60), status="WAITING_ON_VENDOR", holder="VENDOR", step=3),
            [(60, "Microsoft is late with its answer; managers are told")],
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


def test_the_why_names_what_was_promised():
    first = outlook(facts(*AT_L1), promise=promise)[0]
    assert first.why == "not acknowledged within 15 minutes"


def test_what_is_told_is_what_the_sweep_then_does(world):
    ticket = world.open(error_code="0x8004de40")
    coming = context(ticket.pk, user=world.l1, now=world.now)["coming"]
    predicted = [c["at"] for c in coming if c["climbs"]]
    world.forward(minutes=61)
    happened = ticket.timeline.filter(kind="ESCALATED").order_by("seq").values_list("at", flat=True)
    assert len(predicted) == 3 and predicted == list(happened)
