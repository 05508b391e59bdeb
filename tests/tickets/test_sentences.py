"""The two sentences are made from the record alone."""

import json

import pytest

from tickets.sentences import for_client, internal

CLIMB = {
    "rule": "CLIMB", "policy": "Standard v7", "priority": "P2", "status": "NEW", "holder": "TIER", "step": 0,
    "round": 1, "from": "L1", "to": "L2", "title": "our technical specialists", "rejected": [],
    "clock": {"metric": "OLA_ACKNOWLEDGE", "target_seconds": 900, "calendar": "London office", "due_at": None},
}  # fmt: skip
MOVED = {
    "metric": "RESOLVE",
    "before": {"target_seconds": 14400, "calendar": "24x7 v1", "due_at": None, "consumed_seconds": 600},
    "after": {"target_seconds": 28800, "calendar": "24x7 v1", "due_at": "2026-03-02T17:00:00+00:00"},
}
PAUSED = MOVED | {"after": MOVED["after"] | {"due_at": None}}
WITHIN = "within 15 minutes of business time (London office)"


def read(record: dict) -> dict:
    """As the database gives it back."""
    return json.loads(json.dumps(record))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, f"L1 → L2: not acknowledged {WITHIN}, P2, Standard v7 step 1."),
        (
            {"rejected": [{"step": "L2", "because": "nobody is in Technical"}], "to": "L3"},
            f"L1 → L3: not acknowledged {WITHIN}, P2, Standard v7 step 1. L2 was skipped: nobody is in Technical.",
        ),
        (
            {"exception": "X-ray first"},
            f"L1 → L2: not acknowledged {WITHIN}, P2, Standard v7 step 1 (client exception).",
        ),
        (
            {"clock": CLIMB["clock"] | {"metric": "OLA_RESOLVE"}},
            f"L1 → L2: not handed over {WITHIN}, P2, Standard v7 step 1.",
        ),
        (
            {"rule": "REMINDER", "percent": 33},
            "L1 was reminded at 33 % of its time: 15 minutes of business time (London office).",
        ),
        (
            {"rule": "THRESHOLD", "percent": 75},
            "Acknowledge here: 75 % of its time has passed, 15 minutes of business time (London office).",
        ),
        ({"rule": "BREACH"}, "Acknowledge here target missed: 15 minutes of business time (London office), P2."),
        (
            {"rule": "BREACH", "clock": {"metric": "MANAGER_RESPOND", "target_seconds": 3600, "calendar": "24x7"}},
            "Manager answers target missed: 1 hour of business time (24x7), P2. All managers were told.",
        ),
        (
            {"rule": "LADDER_ENDS", "from": "vendor"},
            f"No step is left above vendor, managers were told: not acknowledged {WITHIN}, P2, Standard v7 step 1.",
        ),
        ({"rule": "WAKE", "status": "ON_HOLD"}, "The hold has ended; work goes on where it stood."),
        ({"rule": "WAKE", "status": "RESOLVED"}, "Closed: five open days have passed since it was resolved."),
        (
            {"rule": "WAKE", "status": "WAITING_ON_CLIENT"},
            "The client has not answered in time; the ticket comes back to L1.",
        ),
        (
            {"rule": "WAKE", "status": "WAITING_ON_CLIENT", "vendor": "Microsoft"},
            "The client has not answered in time; the ticket goes back to Microsoft.",
        ),
        (
            {"rule": "WAKE", "status": "WAITING_ON_VENDOR"},
            "The time that was given to the vendor is over; it still has the ball.",
        ),
        (
            {"rule": "CLIENT_REMINDER", "reminders": 1, "wake_at": "2026-03-05T09:00:00+00:00"},
            "The client was reminded for the second time that we wait for its answer.",
        ),
    ],
)
def test_technicians_read_what_happened_and_by_which_rule(changes, sentence):
    assert internal(read(CLIMB | changes)) == sentence


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        (
            {"rule": "TERMS", "because": "priority P1 → P2", "clocks": [MOVED, PAUSED]},
            "priority P1 → P2: Resolve is 8 hours (24x7 v1); Resolve is 8 hours (24x7 v1).",
        ),
        (
            {"rule": "TERMS", "because": "Gold v2 holds now", "clocks": [MOVED | {"after": None}]},
            "Gold v2 holds now: Resolve has no target any more.",
        ),
        (
            {"rule": "CASE", "service": "Line", "severity": "A", "missing": []},
            "Case for Line is complete and queued, severity A.",
        ),
        (
            {"rule": "CASE", "service": "Line", "severity": "A", "missing": ["a"], "questions": ["Which site?"]},
            "Case for Line waits for 1 answer: Which site?",
        ),
        (
            {"rule": "CASE", "service": "Line", "severity": "A", "missing": ["a", "b"], "questions": ["A?", "B?"]},
            "Case for Line waits for 2 answers: A? B?",
        ),
        (
            {"rule": "CASE_SENT", "vendor": "Carrier", "service": "Line", "severity": "A", "respond_seconds": 3600},
            "Case lodged with Carrier (Line, severity A). They promise a first answer within 1 hour.",
        ),
        ({"rule": "CASE_LATE", "service": "Line"}, "Case for Line went out after the ticket had ended."),
        (
            {"rule": "CASE_FAILED", "service": "Line", "error": "no route"},
            "The case for Line could not be sent: no route",
        ),
        (
            {"rule": "ROUTED", "client": "Acme", "priority": "P2", "tier": "L1", "because": ["No rule."]},
            "Opened for Acme, P2, at L1. No rule.",
        ),
        (
            {"rule": "IMPORTED", "client": "Acme", "priority": "P2", "tier": "L1", "opened_at": "2026-02-27T10:00Z"},
            "Brought in for Acme, P2, opened 2026-02-27 10:00 UTC, at L1.",
        ),
        (
            {
                "rule": "IMPORTED", "client": "Acme", "priority": "P2", "tier": "L1",
                "opened_at": "2026-02-27T10:00+00:00", "resolved_at": "2026-02-27T11:30+00:00",
            },
            "Brought in for Acme, P2, opened 2026-02-27 10:00 UTC, resolved 2026-02-27 11:30 UTC.",
        ),
        ({"rule": "STRAIGHT", "because": "As agreed"}, "Straight to the vendor: As agreed"),
        (
            {"rule": "CONDITION_ENDED", "source": "NinjaOne"},
            "Resolved: NinjaOne reported that the condition has ended, and nobody had touched the ticket.",
        ),
        ({"rule": "REPORTED", "source": "NinjaOne", "state": "FIRING"},
         "NinjaOne reported: the condition has come back."),
        ({"rule": "REPORTED", "source": "NinjaOne", "state": "RESOLVED", "title": "Memory"},
         "NinjaOne reported: Memory (resolved). It stays open."),
        ({"rule": "CAME_BACK", "because": "It fired again."}, "Monitoring reopened it: It fired again."),
    ],
)  # fmt: skip
def test_what_a_move_writes_of_itself_is_made_from_its_record(record, sentence):
    assert internal(read(record)) == sentence


def test_an_unknown_rule_has_no_sentence():
    with pytest.raises(KeyError):
        internal({"rule": "GUESSED"})


def test_the_client_reads_no_tier_no_policy_and_no_margin():
    said = for_client(CLIMB)
    assert said == "Your request was passed to our technical specialists so that it is taken up without further delay."


def test_a_hand_over_is_told_as_the_deeper_look_that_it_is():
    record = CLIMB | {"clock": CLIMB["clock"] | {"metric": "OLA_RESOLVE"}, "title": "our senior engineers"}
    assert for_client(record) == (
        "Your request was passed to our senior engineers because it needs deeper investigation than first thought."
    )


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ({"rule": "WAKE", "status": "RESOLVED"}, "Your request was closed."),
        (
            {"rule": "CLIENT_REMINDER", "wake_at": "2026-03-05T09:00:00+00:00"},
            "We are still waiting for your answer. We go on with what we know if we do not hear from you.",
        ),
        ({"rule": "CLIENT_REMINDER"}, "We are still waiting for your answer."),
        ({"rule": "TERMS", "clocks": [MOVED], "told": "We now promise 8 hours."}, "We now promise 8 hours."),
        (
            {"rule": "CASE_SENT", "vendor": "Carrier", "respond_seconds": None},
            "We have passed your request to Carrier.",
        ),
        (
            {"rule": "ROUTED", "title": "our helpdesk"},
            "We have received your request; our helpdesk will look at it first.",
        ),
        ({"rule": "CONDITION_ENDED"}, "The problem has gone by itself."),
        ({"rule": "CAME_BACK"}, "We have reopened your request."),
    ],
)
def test_the_client_is_told_what_concerns_it(record, sentence):
    assert for_client(read(record)) == sentence


@pytest.mark.parametrize(
    "changes",
    [
        {"rule": "BREACH"},
        {"rule": "REMINDER"},
        {"rule": "THRESHOLD"},
        {"rule": "LADDER_ENDS"},
        {"to": "vendor"},
        {"rule": "WAKE", "status": "ON_HOLD"},
        {"rule": "TERMS", "clocks": [MOVED | {"metric": "OLA_RESOLVE"}], "told": "x"},
        {"rule": "CASE"},
        {"rule": "CASE_FAILED"},
        {"rule": "STRAIGHT"},
        {"rule": "IMPORTED"},
        {"rule": "REPORTED"},
    ],
)
def test_what_concerns_only_us_is_not_told_to_the_client(changes):
    assert for_client(CLIMB | changes) == ""
