"""The difference between two documents of a policy, in words. Documents in, sentences out; no database."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiers.policy_changes import Said, changes

STEPS = [
    {"tier": "L1", "acknowledge_within": "15m", "hand_over_after": "45m", "notify": ["on_call"], "repeat": 2},
    {"tier": "L2", "acknowledge_within": "15m", "hand_over_after": "1h"},
    {"vendor": True},
]
PLAIN = {
    "ladders": {priority: deepcopy(STEPS) for priority in ("P1", "P2", "P3", "P4")},
    "exceptions": [
        {"client": "Acme", "start_tier": "L2", "reason": "Their own wish"},
        {"service": "Microsoft 365", "priority": "P1", "straight_to_vendor": True, "reason": "Contract"},
        {"client": "Bolt", "people": ["ann@msp.example"], "reason": "She knows it"},
    ],
    "routing": [
        {"name": "VPN", "when": {"keywords": ["vpn"]}, "then": {"tier": "L2"}},
        {"name": "Servers", "when": {"device_type": "SERVER"}, "then": {"tier": "L2"}, "stop": False},
        {"name": "Rest", "when": {}, "then": {"priority": "P4"}},
    ],
}


def edited(change) -> list[Said]:
    """What is said about PLAIN after `change` was made to a copy of it."""
    after = deepcopy(PLAIN)
    change(after)
    return changes(PLAIN, after)


def of_ladder(change):
    def edit(document):
        for steps in document["ladders"].values():
            change(steps)

    return edit


def p1(change):
    return lambda document: change(document["ladders"]["P1"])


def put(path, value):
    """An edit that sets the value at `path` of the document."""

    def edit(document):
        *folders, key = path
        for part in folders:
            document = document[part]
        document[key] = value

    return edit


def drop(path):
    def edit(document):
        *folders, key = path
        for part in folders:
            document = document[part]
        del document[key]

    return edit


L2_NEW = {"tier": "L3", "acknowledge_within": "30m"}
VPN_WAS = "Rule 1 “VPN”"


@pytest.mark.parametrize(
    "change, place, words",
    [
        (p1(lambda s: s[0].update(acknowledge_within="30m")), "P1, step 1",
         "L1 has 30 minutes to acknowledge (was 15 minutes)"),
        (p1(lambda s: s[1].pop("hand_over_after")), "P1, step 2",
         "L2 has as long as its OLA says to hand over (was 1 hour)"),
        (p1(lambda s: s[0].update(notify=["on_call", "managers"])), "P1, step 1",
         "L1: told are who is on call and the managers (was who is on call)"),
        (p1(lambda s: s[0].update(repeat=1)), "P1, step 1", "L1 is reminded once (was 2 times)"),
        (p1(lambda s: s[1].update(repeat=3)), "P1, step 2", "L2 is reminded 3 times (was never)"),
        (p1(lambda s: s.insert(2, L2_NEW)), "P1, step 3", "L3 is put in: 30 minutes to acknowledge"),
        (p1(lambda s: s.pop(1)), "P1, step 2 of before", "L2 is taken out"),
        (p1(lambda s: s.pop(2)), "P1, step 3 of before", "The vendor is taken out"),
        (drop(("ladders", "P4")), "P4", "has no ladder any more"),
    ],
)  # fmt: skip
def test_a_changed_step_is_told_with_what_it_was(change, place, words):
    assert edited(change) == [Said("ladders", place, words)]


def test_neighbouring_priorities_that_change_alike_are_told_together():
    found = edited(of_ladder(lambda steps: steps[0].update(hand_over_after="50m")))
    assert found == [Said("ladders", "P1, P2, P3 and P4, step 1", "L1 has 50 minutes to hand over (was 45 minutes)")]


@pytest.mark.parametrize(
    "change, place, words",
    [
        (put(("exceptions", 0, "start_tier"), "L3"), "Acme", "starts at L3 (was L2)"),
        (put(("exceptions", 0, "reason"), "A letter"), "Acme", "the reason: “A letter” (was “Their own wish”)"),
        (put(("exceptions", 0, "agreement"), "Gold"), "Acme", "is measured by Gold (was nothing of its own)"),
        (put(("exceptions", 0, "client_text"), "You go first"), "Acme",
         "the client reads: “You go first” (was nothing of its own)"),
        (put(("exceptions", 2, "people"), ["ann@msp.example", "bob@msp.example"]), "Bolt",
         "told first: ann@msp.example and bob@msp.example (was ann@msp.example)"),
        (put(("exceptions", 0, "steps"), STEPS), "Acme", "climbs a ladder of its own now"),
        (drop(("exceptions", 2)), "Bolt", "is taken out (it was: ann@msp.example told first)"),
        (lambda d: d["exceptions"].append({"client": "Cato", "start_tier": "L2", "reason": "x"}), "Cato",
         "is new: starts at L2"),
        (lambda d: d["exceptions"].reverse(), "Acme", "has another place among those that are as specific"),
    ],
)  # fmt: skip
def test_a_changed_exception_is_told_by_whom_it_is_for(change, place, words):
    assert Said("exceptions", place, words) in edited(change)


def test_a_step_of_an_exception_s_own_ladder_is_told_with_its_place():
    own = {"client": "Acme", "steps": deepcopy(STEPS), "reason": "x"}
    other = {**own, "steps": [{**STEPS[0], "repeat": 0}, *STEPS[1:]]}
    found = changes({"exceptions": [own]}, {"exceptions": [other]})
    assert found == [Said("exceptions", "Acme", "its own ladder, step 1: L1 is reminded never (was 2 times)")]


@pytest.mark.parametrize(
    "change, place, words",
    [
        (put(("routing", 0, "then"), {"tier": "L3"}), VPN_WAS, "decides: start at L3 (was: start at L2)"),
        (put(("routing", 0, "when"), {"keywords": ["vpn", "tunnel"]}), VPN_WAS,
         "holds: When the text has “vpn” or “tunnel” (was: When the text has “vpn”)"),
        (put(("routing", 0, "stop"), False), VPN_WAS, "lets the rules below be tried too"),
        (put(("routing", 1, "stop"), True), "Rule 2 “Servers”", "ends the search now"),
        (put(("routing", 0, "name"), "Tunnels"), "Rule 1 “Tunnels”", "was called “VPN”"),
        (drop(("routing", 2)), "Rule 3 “Rest”", "is taken out (it was: Always: make it P4)"),
        (lambda d: d["routing"].insert(0, d["routing"].pop()), "Rule 1 “Rest”", "is tried at place 1 (was 3)"),
        (lambda d: d["routing"].append({"name": "Mail", "when": {"keywords": ["mail"]}, "then": {}}),
         "Rule 4 “Mail”", "is new: When the text has “mail”: nothing yet"),
    ],
)  # fmt: skip
def test_a_changed_rule_is_told_by_its_place_and_name(change, place, words):
    assert edited(change) == [Said("routing", place, words)]


@pytest.mark.parametrize(
    "before, after, words",
    [
        ([], ["Acme"], "It is for Acme now (was for everyone whom no other policy names)"),
        (["Acme"], [], "It is for everyone whom no other policy names now (was for Acme)"),
        (["Acme"], ["Acme", "Bolt"], "It is for Bolt as well"),
        (["Acme", "Bolt"], ["Bolt"], "It is no longer for Acme"),
    ],
)
def test_whom_a_policy_is_for(before, after, words):
    assert changes({"clients": before}, {"clients": after}) == [Said("clients", "For whom", words)]


@pytest.mark.parametrize(
    "change",
    [
        p1(lambda s: s[1].update(acknowledge_within="900s")),
        p1(lambda s: s[1].update(notify=["on_call"], repeat=0)),
        put(("exceptions", 0, "people"), []),
        put(("routing", 0, "stop"), True),
        lambda d: d["exceptions"].insert(0, d["exceptions"].pop(1)),
    ],
)
def test_what_means_the_same_is_no_difference(change):
    assert edited(change) == []


@given(st.permutations(range(7)))
def test_the_fewest_moves_are_told(order):
    rules = [{"name": str(n), "when": {"keywords": [str(n)]}, "then": {"tier": "L1"}} for n in range(7)]
    moved = {said.place for said in changes({"routing": rules}, {"routing": [rules[n] for n in order]})}
    still = [n for place, n in enumerate(order) if f"Rule {place + 1} “{n}”" not in moved]
    assert still == sorted(still)
    assert len(moved) <= 6 and bool(moved) == (list(order) != sorted(order))


@given(st.data())
def test_every_field_of_every_part_is_told_when_it_changes(data):
    """Whatever one value of a sound document is replaced by another that means something else, it is told."""
    path, value = data.draw(st.sampled_from(_OTHERS))
    assert edited(put(path, value)), path


_OTHERS = [
    (("ladders", "P2", 0, "tier"), "L9"), (("ladders", "P2", 2), {"tier": "L3"}),
    (("ladders", "P3", 1, "acknowledge_within"), "16m"), (("ladders", "P4", 1, "hand_over_after"), "2h"),
    (("ladders", "P1", 0, "notify"), ["team"]), (("ladders", "P1", 1, "repeat"), 5),
    (("exceptions", 0, "client"), "Other"), (("exceptions", 1, "service"), "Google"),
    (("exceptions", 1, "priority"), "P2"), (("exceptions", 1, "straight_to_vendor"), False),
    (("exceptions", 0, "category"), "cloud"), (("exceptions", 0, "device_type"), "SERVER"),
    (("exceptions", 0, "calendar"), "24x7"), (("exceptions", 2, "people"), ["x@msp.example"]),
    (("routing", 0, "when"), {"regex": "v"}), (("routing", 0, "when"), {"keywords": ["vpn"], "os": "x"}),
    (("routing", 0, "when"), {"keywords": ["vpn"], "source": "mail"}), (("routing", 1, "when"), {"client": "Acme"}),
    (("routing", 1, "when"), {"error_code": ["1"]}), (("routing", 1, "when"), {"category": "c"}),
    (("routing", 2, "then"), {"team": "x"}), (("routing", 2, "then"), {"assignee": "on_call"}),
    (("routing", 2, "then"), {"service": "x"}), (("routing", 2, "then"), {"category": "x"}),
    (("routing", 2, "then"), {"priority": "P4", "tags": ["x"]}),
]  # fmt: skip
