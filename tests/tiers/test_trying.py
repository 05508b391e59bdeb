"""Trying the rules: which fired, and why the others did not. Rules and a request in, words out; no database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiers.routing import Request, route
from tiers.trying import BROKEN, FIRED, NOT, NOT_REACHED, outcome, try_rules

SERVERS = {"name": "Servers", "when": {"device_type": "SERVER"}, "then": {"tier": "L2"}, "stop": False}
VPN = {"name": "VPN", "when": {"keywords": ["vpn", "tunnel"]}, "then": {"tier": "L3", "category": "network"}}
REST = {"name": "Rest", "when": {}, "then": {"priority": "P4", "tags": ["rest"]}}
RULES = [SERVERS, VPN, REST]


def states(rules, request):
    return [tried.state for tried in try_rules(rules, request)]


def test_a_rule_that_stops_keeps_the_rest_from_being_reached():
    found = try_rules(RULES, Request("The VPN is down", device_type="SERVER"))
    assert [tried.state for tried in found] == [FIRED, FIRED, NOT_REACHED]
    assert found[0].words == "It found the device type SERVER. Start at L2."
    assert found[1].words == (
        "It found the keyword “vpn”. Set its category to network. The tier had been decided by “Servers”."
    )
    assert found[2].words == "“VPN” fired and ended the search."


@pytest.mark.parametrize(
    "when, request_, words",
    [
        ({"device_type": "SERVER"}, Request("x", device_type="NETWORK"), "The device type is NETWORK, not SERVER."),
        ({"device_type": "SERVER"}, Request("x"), "The device type is not known, it wants SERVER."),
        ({"keywords": ["vpn", "tunnel"]}, Request("x"), "The text has no “vpn” or “tunnel”."),
        ({"regex": "a+b"}, Request("x"), "The text does not match a+b."),
        ({"error_code": "E17"}, Request("E170"), "There is no error code “E17”, in the field or in the text."),
        ({"os": "ESXi"}, Request("x", os="Windows 11"), "The operating system is Windows 11, not ESXi."),
        ({"source": "NinjaOne"}, Request("x", source="mail"), "The source is mail, not NinjaOne."),
        ({"category": "cloud"}, Request("x", category="access"), "The category is access, not cloud."),
        ({"client": "Acme", "keywords": ["vpn"]}, Request("vpn", client="Bolt"), "The client is Bolt, not Acme."),
        ({"client": "Acme", "keywords": ["vpn"]}, Request("x", client="Bolt"),
         "The client is Bolt, not Acme and the text has no “vpn”."),
    ],
)  # fmt: skip
def test_a_rule_that_does_not_fire_says_which_conditions_failed(when, request_, words):
    [tried] = try_rules([{"name": "R", "when": when, "then": {"tier": "L2"}}], request_)
    assert (tried.state, tried.words) == (NOT, words)


def test_a_rule_without_conditions_says_so():
    [tried] = try_rules([REST], Request("anything"))
    assert (tried.state, tried.words) == (FIRED, "It has no condition. Make it P4, tag it “rest”.")


def test_an_expression_that_cannot_be_read_is_told_and_keeps_no_other_rule_from_being_tried():
    rules = [{"name": "Bad", "when": {"regex": "a("}, "then": {"tier": "L2"}}, REST]
    bad, rest = try_rules(rules, Request("a"))
    assert (bad.state, rest.state) == (BROKEN, FIRED)
    assert "missing )" in bad.words


def test_an_unfinished_rule_is_no_error():
    [tried] = try_rules([{}], Request("x"))
    assert (tried.name, tried.state) == ("Rule 1", FIRED)


words = st.sampled_from(["vpn", "tunnel", "printer", "server"])
requests = st.builds(
    Request, title=words, body=words, device_type=st.sampled_from(["", "SERVER", "NETWORK"]),
    client=st.sampled_from(["Acme", "Bolt"]),
)  # fmt: skip
rules = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.uuids().map(str),
            "when": st.fixed_dictionaries(
                {}, optional={"keywords": st.lists(words, min_size=1), "device_type": st.just("SERVER"),
                              "client": st.just("Acme")},
            ),
            "then": st.fixed_dictionaries({"tier": st.sampled_from(["L1", "L2"])}),
            "stop": st.booleans(),
        }
    ),
    max_size=6,
)  # fmt: skip


@given(rules, requests)
def test_the_rules_that_fire_are_those_that_the_route_names(rules, request_):
    fired = [tried.name for tried in try_rules(rules, request_) if tried.state == FIRED]
    assert [name for name in (line.split("“")[1].split("”")[0] for line in route(rules, request_).because)] == fired


LADDER = [{"tier": "L1"}, {"tier": "L2"}, {"tier": "L3"}, {"vendor": True}]
POLICY = {
    "ladders": dict.fromkeys(("P1", "P2", "P3", "P4"), LADDER),
    "exceptions": [{"client": "Acme", "service": "M365", "straight_to_vendor": True, "reason": "Contract"}],
    "routing": [{"name": "Sign-in", "when": {"error_code": "0x8"}, "then": {"service": "M365", "priority": "P1"}}, VPN],
}


@pytest.mark.parametrize(
    "request_, asked, begins_at, priority",
    [
        (Request("printer", client="Acme"), {}, "L1", "P3"),
        (Request("vpn", client="Acme"), {}, "L3", "P3"),
        (Request("error 0x8", client="Acme"), {}, "vendor", "P1"),
        (Request("error 0x8", client="Bolt"), {}, "L1", "P1"),
        (Request("error 0x8", client="Bolt"), {"priority": "P2"}, "L1", "P2"),
        (Request("mail", client="Acme"), {"service": "M365"}, "vendor", "P3"),
    ],
)
def test_where_a_ticket_would_begin(request_, asked, begins_at, priority):
    found = outcome(POLICY, request_, **asked)
    assert (found.begins_at, found.priority) == (begins_at, priority)


def test_an_outcome_passes_over_a_rule_that_cannot_be_read():
    policy = {**POLICY, "routing": [{"name": "Bad", "when": {"regex": "("}, "then": {"tier": "L3"}}, VPN]}
    assert outcome(policy, Request("tunnel")).begins_at == "L3"


def test_nothing_is_reached_after_a_stop_though_it_would_match():
    assert states([REST, SERVERS], Request("x", device_type="SERVER")) == [FIRED, NOT_REACHED]
