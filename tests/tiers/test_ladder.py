"""Which steps a ticket climbs, and what a client exception changes."""

import pytest

from tiers.ladder import Situation, exception_for, ladder_for

STEPS = [{"tier": "L1", "acknowledge_within": "15m"}, {"tier": "L2"}, {"tier": "L3"}, {"vendor": True}]
DOCUMENT = {
    "ladders": {"P1": STEPS, "P2": STEPS[:2]},
    "exceptions": [
        {"client": "Acme", "start_tier": "L2", "reason": "a"},
        {"client": "Acme", "service": "Microsoft 365", "straight_to_vendor": True, "reason": "b"},
        {"device_type": "network", "steps": STEPS[1:3], "reason": "c", "calendar": "24x7"},
        {"client": "Beta", "people": ["kim@msp.example"], "reason": "d"},
    ],
}


def situation(**changes) -> Situation:
    return Situation(**({"client": "Gamma", "priority": "P1"} | changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"client": "Acme"}, "a"),
        ({"client": "acme"}, "a"),
        ({"client": "Acme", "service": "Microsoft 365"}, "b"),
        ({"client": "Acme", "device_type": "NETWORK"}, "a"),
        ({"device_type": "NETWORK"}, "c"),
        ({"client": "Beta", "device_type": "SERVER"}, "d"),
    ],
)
def test_the_most_specific_exception_wins_and_the_first_of_equals(changes, reason):
    found = exception_for(DOCUMENT["exceptions"], situation(**changes))
    assert (found or {}).get("reason") == reason


@pytest.mark.parametrize(
    ("changes", "names", "start"),
    [
        ({}, ["L1", "L2", "L3", "vendor"], 0),
        ({"priority": "P2"}, ["L1", "L2"], 0),
        ({"client": "Acme"}, ["L1", "L2", "L3", "vendor"], 1),
        ({"client": "Acme", "service": "Microsoft 365"}, ["L1", "L2", "L3", "vendor"], 3),
        ({"device_type": "network"}, ["L2", "L3"], 0),
    ],
)
def test_an_exception_moves_the_start_or_replaces_the_steps(changes, names, start):
    ladder = ladder_for(DOCUMENT, situation(**changes))
    assert ([step.name for step in ladder.steps], ladder.start) == (names, start)


def test_named_people_are_told_before_those_of_the_step():
    ladder = ladder_for(DOCUMENT, situation(client="Beta"))
    assert ladder.steps[0].notify == ("kim@msp.example", "on_call")
    assert ladder.steps[3].notify == ("on_call",)


def test_an_exception_may_name_the_calendar_of_its_waits():
    assert ladder_for(DOCUMENT, situation(device_type="network")).calendar == "24x7"
    assert ladder_for(DOCUMENT, situation()).calendar == ""


def test_durations_become_seconds_and_absent_ones_stay_open():
    step, following = ladder_for(DOCUMENT, situation()).steps[:2]
    assert (step.acknowledge_within, following.acknowledge_within) == (900, None)


def test_while_a_vendor_is_engaged_the_nearest_tier_below_holds_the_ticket():
    ladder = ladder_for(DOCUMENT, situation())
    assert ladder.tier_at_or_below(3).name == "L3"
    assert ladder.tier_at_or_below(1).name == "L2"


def test_a_priority_without_a_ladder_is_an_error():
    with pytest.raises(KeyError):
        ladder_for(DOCUMENT, situation(priority="P4"))
