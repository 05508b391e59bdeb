"""Policies in words. Parts of the document in, sentences out; no database."""

import pytest

from tiers.ladder import steps_of
from tiers.policy_words import exception_then, exception_when, rule_then, rule_when, step_tells, step_waits


@pytest.mark.parametrize(
    "when, said",
    [
        ({}, "Always"),
        (
            {"device_type": "NETWORK", "keywords": ["vpn"]},
            "When the text has “vpn” and the device is a network device",
        ),
        ({"keywords": ["a", "b", "c"]}, "When the text has “a”, “b” or “c”"),
        ({"keywords": "vpn"}, "When the text has “vpn”"),
        ({"regex": "(?i)full"}, "When the text matches (?i)full"),
        ({"error_code": ["E1", "E2"]}, "When it carries the error code E1 or E2"),
        (
            {"source": "NinjaOne", "client": "Acme", "category": "mail", "os": "ESXi"},
            "When the operating system is ESXi, it comes from NinjaOne, its category is mail and the client is Acme",
        ),
    ],
)
def test_conditions_of_a_rule(when, said):
    assert rule_when(when) == said


@pytest.mark.parametrize(
    "then, said",
    [
        ({"tier": "L2"}, "start at L2"),
        ({"tags": ["a", "b"], "priority": "P1", "tier": "L3"}, "make it P1, start at L3, tag it “a” and “b”"),
        ({"assignee": "on_call"}, "assign it to who is on call"),
        ({"assignee": "round_robin"}, "assign it in turn"),
        ({"assignee": "a@b.example", "team": "Ops"}, "give it to Ops, assign it to a@b.example"),
        (
            {"service": "Microsoft 365", "category": "cloud"},
            "set its service to Microsoft 365, set its category to cloud",
        ),
    ],
)
def test_what_a_rule_decides(then, said):
    assert rule_then(then) == said


@pytest.mark.parametrize(
    "exception, when, then",
    [
        ({"client": "Acme", "start_tier": "L3"}, "Acme", "starts at L3"),
        (
            {"service": "M365", "priority": "P1", "straight_to_vendor": True},
            "Every client, when it is about M365 and the priority is P1",
            "goes straight to the vendor",
        ),
        (
            {"client": "Acme", "people": ["a@b.example"], "agreement": "Gold", "calendar": "24x7"},
            "Acme",
            "a@b.example told first; measured by Gold; waits counted on 24x7",
        ),
        ({"client": "Acme"}, "Acme", "changes nothing"),
    ],
)
def test_a_client_exception(exception, when, then):
    assert (exception_when(exception), exception_then(exception)) == (when, then)


@pytest.mark.parametrize(
    "row, tells, waits",
    [
        (
            {"tier": "L1", "acknowledge_within": "15m", "hand_over_after": "1h30m", "notify": ["on_call", "team"]},
            "Tells who is on call and the team",
            "15 minutes to acknowledge, 1 hour 30 minutes to hand over",
        ),
        ({"tier": "L1", "repeat": 1}, "Tells who is on call", "reminded once"),
        ({"tier": "L1", "notify": ["a@b.example"]}, "Tells a@b.example", "As long as its OLA says"),
        ({"vendor": True}, "Tells who is on call", ""),
    ],
)
def test_a_step(row, tells, waits):
    [step] = steps_of([row])
    assert (step_tells(step), step_waits(step)) == (tells, waits)
