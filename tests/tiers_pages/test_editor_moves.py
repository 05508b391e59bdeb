"""What the editor's buttons do: rows move, come and go, and the page knows where they are afterwards."""

import pytest

from tiers.editor_moves import UnknownMove, act, put_back, remapped, taken


def document():
    return {
        "clients": ["Acme"],
        "ladders": {"P1": [{"tier": "L1"}, {"tier": "L2"}, {"vendor": True}], "P2": [{"tier": "L3"}],
                    "P3": [], "P4": []},
        "exceptions": [{"client": "Acme", "priority": "P2"}, {"client": "Other", "steps": [{"tier": "L1"}]}],
        "routing": [{"name": name, "when": {}, "then": {}} for name in "abcd"],
    }  # fmt: skip


def names(moved):
    return "".join(rule.get("name", "-") for rule in moved.document["routing"])


@pytest.mark.parametrize("asked, order, at", [
    ("routing.2:up", "acbd", "routing.1"),
    ("routing.2:down", "abdc", "routing.3"),
    ("routing.0:up", "abcd", "routing.0"),
    ("routing.3:down", "abcd", "routing.3"),
    ("routing.0:to=2", "bcad", "routing.2"),
    ("routing.3:to=0", "dabc", "routing.0"),
    ("routing.1:to=99", "acdb", "routing.3"),
    ("routing.1:remove", "acd", "routing.1"),
    ("routing.3:remove", "abc", "routing.2"),
    ("routing:add", "abcd-", "routing.4"),
])  # fmt: skip
def test_rules_move_come_and_go(asked, order, at):
    before = document()
    moved = act(before, asked)
    assert (names(moved), moved.at) == (order, at)
    assert before == document()


@pytest.mark.parametrize("asked, said", [
    ("routing.2:up", "“c” is now at place 2 of 4."),
    ("routing.0:up", "“a” stays at place 1 of 4."),
    ("routing.1:remove", "“b” is taken out."),
    ("routing:add", "A new rule stands at place 5 of 5."),
    ("exceptions.1:up", "The exception for Other is now at place 1 of 2."),
    ("exceptions:add", "A new exception stands at place 3 of 3."),
    ("ladders.P1.1:up", "L2 is now at place 1 of 3."),
    ("ladders.P1.2:remove", "The vendor is taken out."),
    ("ladders.P2:copy=P1", "P2 climbs like P1 now."),
    ("exceptions.0.steps:own", "It has a ladder of its own now."),
    ("exceptions.1.steps:none", "It climbs the ladder of everybody again."),
])  # fmt: skip
def test_what_happened_is_said(asked, said):
    assert act(document(), asked).said == said


def test_a_new_step_stands_before_the_vendor():
    moved = act(document(), "ladders.P1:add")
    assert moved.document["ladders"]["P1"] == [{"tier": "L1"}, {"tier": "L2"}, {}, {"vendor": True}]
    assert moved.at == "ladders.P1.2"
    assert act(document(), "ladders.P2:add").at == "ladders.P2.1"


def test_a_copied_ladder_is_one_of_its_own():
    moved = act(document(), "ladders.P3:copy=P1").document
    assert moved["ladders"]["P3"] == moved["ladders"]["P1"]
    assert moved["ladders"]["P3"][0] is not moved["ladders"]["P1"][0]


def test_an_own_ladder_begins_with_the_one_of_its_priority():
    moved = act(document(), "exceptions.0.steps:own")
    assert moved.document["exceptions"][0]["steps"] == [{"tier": "L3"}]
    assert act(document() | {"exceptions": [{}]}, "exceptions.0.steps:own").document["exceptions"][0]["steps"][0] == {
        "tier": "L1"
    }
    assert "steps" not in act(document(), "exceptions.1.steps:none").document["exceptions"][1]


def test_the_last_row_leaves_its_list_behind():
    moved = act(document(), "ladders.P2.0:remove")
    assert (moved.document["ladders"]["P2"], moved.at) == ([], "ladders.P2")


@pytest.mark.parametrize("asked", [
    "", ":", "routing", "routing.4:up", "routing.x:up", "routing.-1:remove", "routing.0:fly", "nowhere:add",
    "clients:add", "clients.0:remove", "ladders:add", "ladders.P2:copy=P9", "ladders.P9:copy=P1", "routing.0:to=x",
    "routing.0:to", "exceptions.9.steps:own", "routing.0.steps:own", "exceptions.0:own", "routing.0.name:up",
    "routing.²:up",
])  # fmt: skip
def test_what_no_button_says_is_refused(asked):
    with pytest.raises(UnknownMove):
        act(document(), asked)


@pytest.mark.parametrize("asked", ["routing.1:remove", "ladders.P2.0:remove", "exceptions.1.steps.0:remove"])
def test_what_was_taken_out_is_put_back(asked):
    moved = act(document(), asked)
    back = put_back(moved.document, taken(document(), asked))
    assert back.document == document() and back.said.endswith("is back.")


def test_what_was_taken_out_comes_to_the_end_where_the_list_has_become_shorter():
    removed = taken(document(), "routing.3:remove")
    shorter = act(act(document(), "routing.0:remove").document, "routing.0:remove").document
    assert names(put_back(shorter | {"routing": shorter["routing"][:1]}, removed)) == "cd"


def test_nothing_is_taken_out_by_other_buttons_or_put_where_no_list_is():
    assert taken(document(), "routing.1:up") is None
    removed = taken(document(), "exceptions.1.steps.0:remove")
    with pytest.raises(UnknownMove):
        put_back(document() | {"exceptions": []}, removed)


@pytest.mark.parametrize("asked, path, now_at", [
    ("routing.2:up", "routing.2", "routing.1"),
    ("routing.2:up", "routing.1", "routing.2"),
    ("routing.2:up", "routing.0", "routing.0"),
    ("routing.0:to=3", "routing.2", "routing.1"),
    ("routing.1:remove", "routing.1", ""),
    ("routing.1:remove", "routing.3", "routing.2"),
    ("routing:add", "routing.3", "routing.3"),
    ("exceptions.0:down", "exceptions.0.steps", "exceptions.1.steps"),
    ("exceptions.0:down", "routing.0", "routing.0"),
    ("ladders.P1.0:down", "ladders.P1", "ladders.P1"),
    ("routing.1:remove", "routing.9", ""),
])  # fmt: skip
def test_a_row_is_found_again_where_it_went(asked, path, now_at):
    assert remapped(document(), asked, path) == now_at
