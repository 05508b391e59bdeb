"""What the editor's fields mean: their names are paths, what is written stays written."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tiers.editor_boxes import Known, Maker, place_of, told_at
from tiers.editor_fields import VENDOR, document_of, listed, listing
from tiers.editor_page import Look, page

KNOWN = Known({"client": ["Acme"]}, {"L1": 1, "L2": 2, "L3": 3})
STANDARD = yaml.safe_load(Path("demo/50-policy.yaml").read_text())["policies"][0]


def sent_by(document):
    """What a browser sends when nothing is touched, from the boxes of the page."""
    shown, sent = page(document, Look({}, KNOWN)), {}
    steps = [step for ladder in shown["ladders"] for step in ladder["steps"]]
    steps += [step for row in shown["exceptions"] for step in row["steps"]]
    boxes = [shown["clients"], *(box for step in steps for box in step["boxes"])]
    for row in shown["exceptions"]:
        boxes += [*row["for_whom"], *row["different"], *row["why"]]
    for row in shown["rules"]:
        boxes += [*row["title"], *row["conditions"], *row["decisions"]]
    for box in boxes:
        ticked = [choice.value for choice in box.choices if choice.chosen] if box.kind == "people" else []
        if box.kind != "check" or box.value:
            sent[box.name] = [*ticked, box.value]
    return sent


def lists(row):
    """The document as it is stored, where one word stands for a list of it."""
    return [row] if isinstance(row, str) else row


def stored(policy):
    """A policy as the configuration stores it: without its name, lists as lists, device types in upper case."""
    document = {key: value for key, value in policy.items() if key != "name"}
    for rule in document["routing"]:
        for key in ("keywords", "error_code"):
            if key in rule["when"]:
                rule["when"][key] = lists(rule["when"][key])
    for row in [*document["exceptions"], *(rule["when"] for rule in document["routing"])]:
        if "device_type" in row:
            row["device_type"] = row["device_type"].upper()
    return document


def test_the_whole_demo_policy_comes_back_as_it_was():
    document = stored(STANDARD)
    assert len(document["routing"]) == 15 and len(document["exceptions"]) == 6
    assert document_of(sent_by(document)) == document


UNFINISHED = {
    "ladders": {
        "P1": [{}, {"tier": "L9", "acknowledge_within": "15x", "repeat": "many", "notify": ["x@y.example", "team"]}],
        "P2": [], "P3": [{"vendor": True, "hand_over_after": "1h", "repeat": 2, "notify": ["managers"]}], "P4": [],
    },
    "exceptions": [{}, {"device_type": "TOASTER", "people": ["a@b.example", "c@d.example"], "steps": [{"tier": "L1"}]}],
    "routing": [{"when": {}, "then": {}}, {"when": {"regex": "(a"}, "then": {"tags": ['a, b', 'c"d']}, "stop": True}],
}  # fmt: skip


def test_an_unfinished_policy_comes_back_with_all_that_is_wrong_in_it():
    sent = sent_by(UNFINISHED)
    again = document_of(sent)
    assert again["routing"] == UNFINISHED["routing"] and again["exceptions"] == UNFINISHED["exceptions"]
    assert again["ladders"]["P3"] == UNFINISHED["ladders"]["P3"]
    assert again["ladders"]["P1"][1] == UNFINISHED["ladders"]["P1"][1] | {"notify": ["team", "x@y.example"]}


@pytest.mark.parametrize("name, written, key, value", [
    ("tier", ["L2"], "tier", "L2"),
    ("tier", [VENDOR], "vendor", True),
    ("acknowledge_within", [" 1h30m "], "acknowledge_within", "1h30m"),
    ("acknowledge_within", ["soon"], "acknowledge_within", "soon"),
    ("repeat", ["2"], "repeat", 2),
    ("repeat", ["0"], "repeat", 0),
    ("repeat", ["two"], "repeat", "two"),
    ("repeat", ["²"], "repeat", "²"),
    ("notify", ["on_call", "managers", " a@b.example,c@d.example"], "notify",
     ["on_call", "managers", "a@b.example", "c@d.example"]),
])  # fmt: skip
def test_a_step_s_fields_are_read(name, written, key, value):
    assert document_of({f"ladders.P1.0.{name}": written})["ladders"]["P1"] == [{key: value}]


@pytest.mark.parametrize("name, written, value", [
    ("routing.0.stop", [""], {"when": {}, "then": {}}),
    ("routing.0.stop", ["false"], {"when": {}, "then": {}, "stop": False}),
    ("routing.0.stop", ["true"], {"when": {}, "then": {}, "stop": True}),
    ("routing.0.when.regex", ["(?i)a, b"], {"when": {"regex": "(?i)a, b"}, "then": {}}),
    ("routing.0.when.keywords", ['vpn, "a, b"\r\nx'], {"when": {"keywords": ["vpn", "a, b", "x"]}, "then": {}}),
    ("routing.0.then.tags", [" , "], {"when": {}, "then": {}}),
])  # fmt: skip
def test_a_rule_s_fields_are_read(name, written, value):
    assert document_of({name: written})["routing"] == [value]


def test_lines_of_a_reason_stay_lines_and_an_untouched_tick_is_absent():
    sent = {"exceptions.0.reason": ["One.\r\nTwo. "], "exceptions.0.client": ["Acme"]}
    assert document_of(sent)["exceptions"] == [{"client": "Acme", "reason": "One.\nTwo."}]
    ticked = document_of(sent | {"exceptions.0.straight_to_vendor": ["true"]})
    assert ticked["exceptions"][0]["straight_to_vendor"] is True


def test_rows_stand_in_the_order_of_their_numbers_whatever_gaps_there_are():
    sent = {"routing.10.name": ["c"], "routing.2.name": ["b"], "routing.0.name": ["a"]}
    assert [rule["name"] for rule in document_of(sent)["routing"]] == ["a", "b", "c"]


@pytest.mark.parametrize("name", [
    "csrfmiddlewaretoken", "do", "routing", "routing.x.name", "routing.1000.name", "routing.-1.name",
    "ladders.P9.0.tier", "ladders.P1", "secrets.0.name", "routing..name", "routing.0.name.first", "exceptions.٣.client",
])  # fmt: skip
def test_what_is_no_field_of_a_policy_is_passed_over(name):
    document = document_of({name: ["x"], "routing.0.when.os": ["OS/2"]})
    assert document["ladders"] == {"P1": [], "P2": [], "P3": [], "P4": []} and document["exceptions"] == []
    assert document["routing"] in ([{"when": {"os": "OS/2"}, "then": {}}], [])
    assert "secrets" not in document and "'x'" not in str(document)


@given(st.dictionaries(st.text(alphabet="routingexcplads.P1024vmkwhe", max_size=24), st.lists(st.text(max_size=8))))
def test_no_form_breaks_the_reader(sent):
    document = document_of(sent)
    assert {type(rule) for rule in document["routing"]} <= {dict}


WORD = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@given(st.lists(WORD, max_size=5))
def test_words_between_commas_come_back(words):
    assert listed(listing(words)) == words


def test_of_several_faults_each_stands_at_its_field():
    told = told_at([
        (("ladders", "P1", 0), "a step has either a tier or vendor: true"),
        (("ladders", "P1", 1, "notify", 2), "“x” is neither on_call nor a mail address"),
        (("ladders", "P2"), "must not be empty"),
        (("exceptions", 3, "reason"), "is missing"),
        (("routing", 1, "when", "keywords", 0), "there is none"),
        (("routing", 1, "then"), "a rule must decide something"),
    ])  # fmt: skip
    assert told == {
        "ladders.P1.0.tier": ["Choose a tier, or the vendor."],
        "ladders.P1.1.notify": ["“x” is neither on_call nor a mail address."],
        "ladders.P2": ["Add a step: every priority needs a ladder."],
        "exceptions.3.reason": ["Say why it is different. Only staff read it."],
        "routing.1.when.keywords": ["There is none."],
        "routing.1.then": ["Say what it decides: fill in at least one field."],
    }


@pytest.mark.parametrize("path, place", [((), ""), (("clients", 2), "clients"), (("routing", 7), "routing.7")])
def test_a_path_has_a_place_on_the_page(path, place):
    assert place_of(path) == place


@pytest.mark.parametrize("chosen, last", [
    ("", ("eve@msp.example", "Eve")),
    ("eve@msp.example", ("eve@msp.example", "Eve")),
    ("boss@msp.example", ("boss@msp.example", "boss@msp.example (in no team)")),
    ("gone@msp.example", ("eve@msp.example", "Eve")),
])  # fmt: skip
def test_a_rule_gives_tickets_to_nobody_yet_to_whose_turn_it_is_or_to_a_member_by_name(chosen, last):
    members = {"eve@msp.example": "Eve", "b@msp.example": "Ann", "a@msp.example": "Ann"}
    known = Known({"person": [*members, "boss@msp.example"]}, members=members)
    offered = known.assignees(chosen)
    assert [words for _, words in offered[:5]] == [
        "Nobody yet", "Who is on call", "The team's people in turn", "Ann (a@msp.example)", "Ann (b@msp.example)",
    ]  # fmt: skip
    assert offered[-1] == last and len(offered) == len(members) + 3 + (chosen == "boss@msp.example")


def test_a_value_that_nobody_knows_any_more_stays_chosen():
    box = Maker("routing.0.then", {"team": "Old team"}, {}).select("team", "Team", [("", "-"), ("New", "New")])
    assert [(choice.label, choice.chosen) for choice in box.choices] == [
        ("-", False), ("New", False), ("Old team (not known)", True),
    ]  # fmt: skip
