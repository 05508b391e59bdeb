"""The sentences are made from the record alone."""

import json

import pytest

from tickets.explain import for_client, internal

CLIMB = {
    "rule": "CLIMB", "policy": "Standard v7", "priority": "P2", "status": "NEW", "holder": "TIER", "step": 0,
    "round": 1, "from": "L1", "to": "L2", "rejected": [],
    "clock": {"metric": "OLA_ACKNOWLEDGE", "target_seconds": 900, "calendar": "London office", "due_at": None},
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "L1 → L2: not acknowledged within 15 minutes of business time (London office), P2, Standard v7 step 1."),
        (
            {"rejected": [{"step": "L2", "because": "nobody is in Technical"}], "to": "L3"},
            "L1 → L3: not acknowledged within 15 minutes of business time (London office), P2, Standard v7 step 1."
            " L2 was skipped: nobody is in Technical.",
        ),
        (
            {"exception": "X-ray first"},
            "L1 → L2: not acknowledged within 15 minutes of business time (London office), P2, Standard v7 step 1"
            " (client exception).",
        ),
        (
            {"rule": "REMINDER", "percent": 33},
            "L1 was reminded at 33 % of its time: 15 minutes of business time (London office).",
        ),
        ({"rule": "BREACH"}, "Acknowledge here target missed: 15 minutes of business time (London office), P2."),
        (
            {"rule": "LADDER_ENDS", "from": "vendor"},
            "No step is left above vendor, managers were told: not acknowledged within 15 minutes of business time"
            " (London office), P2, Standard v7 step 1.",
        ),
        ({"rule": "WAKE", "status": "ON_HOLD"}, "The wait has ended; back to L1."),
        ({"rule": "WAKE", "status": "RESOLVED"}, "Closed: five open days have passed since it was resolved."),
    ],
)
def test_technicians_read_what_happened_and_by_which_rule(changes, sentence):
    stored = json.loads(json.dumps(CLIMB | changes))
    assert internal(stored) == sentence


def test_the_client_reads_no_tier_no_policy_and_no_margin():
    said = for_client(CLIMB, title="our technical specialists")
    assert said == "Your request was passed to our technical specialists so that it is taken up without further delay."


def test_a_hand_over_is_told_as_the_deeper_look_that_it_is():
    record = CLIMB | {"clock": CLIMB["clock"] | {"metric": "OLA_RESOLVE"}}
    assert "deeper investigation" in for_client(record, title="our senior engineers")


@pytest.mark.parametrize("changes", [{"rule": "BREACH"}, {"rule": "REMINDER"}, {"rule": "CLIMB", "to": "vendor"}])
def test_what_concerns_only_us_is_not_told_to_the_client(changes):
    assert for_client(CLIMB | changes) == ""
