"""What keeps a document from being a policy, with the place in it: the editor's check, as the import makes it."""

from copy import deepcopy

import pytest

from tiers.models import PolicyVersion
from tiers.policy_check import problems


@pytest.fixture
def document(world):
    return deepcopy(PolicyVersion.live(world.policy).document)


def found(document, name="Standard"):
    return problems(document, name=name)


def test_a_sound_document_has_no_problems(document):
    assert found(document) == []


@pytest.mark.parametrize(
    "path, value, said",
    [
        (("ladders", "P1", 0, "tier"), "L9", "there is no tier “L9”"),
        (("ladders", "P1", 0, "acknowledge_within"), "soon", "is not a duration"),
        (("ladders", "P1", 0, "notify"), ["boss"], "is neither on_call"),
        (("ladders", "P1", 0, "notify"), ["gone@msp.example"], "there is no person with the address"),
        (("ladders", "P1", 0, "repeat"), 11, "less than or equal to 10"),
        (("ladders", "P1"), [{"vendor": True}], "at least one step needs a tier"),
        (("ladders", "P1"), [{"vendor": True}, {"tier": "L1"}], "the first step needs a tier"),
        (("ladders", "P1"), [], "must not be empty"),
        (("exceptions",), [{"client": "Nobody", "reason": "x"}], "there is no client “Nobody”"),
        (("exceptions",), [{"client": "Acme", "agreement": "OLA", "reason": "x"}], "agreement with clients called"),
        (("exceptions",), [{"client": "Acme"}], "is missing"),
        (("exceptions",), [{"client": "Acme", "reason": ""}], "must not be empty"),
        (("routing", 0, "when"), {"regex": "a("}, "position"),
        (("routing", 0, "then"), {}, "a rule must decide something"),
        (("routing", 0, "then"), {"service": "Microsft 365"}, 'did you mean "Microsoft 365"?'),
        (("clients",), ["Acme", "Nobody"], "there is no client “Nobody”"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(document, path, value, said):
    *folders, key = path
    inside = document
    for part in folders:
        inside = inside[part]
    inside[key] = value
    [(where, words)] = found(document)
    assert said in words
    assert where[: len(path)] == path


def test_a_priority_without_a_ladder_is_told(document):
    del document["ladders"]["P2"]
    assert found(document) == [(("ladders", "P2"), "is missing: every priority needs a ladder")]


def test_a_document_without_ladders_is_told(document):
    del document["ladders"]
    assert found(document) == [(("ladders",), "is missing: every priority needs a ladder")]


def test_everyone_else_has_one_policy(document):
    assert found(document, name="Second") == [(("clients",), 'everyone else has the policy "Standard" already')]
    assert found({**document, "clients": ["Acme"]}, name="Second") == []
