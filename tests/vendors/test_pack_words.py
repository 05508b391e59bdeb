"""What a pack brings, said in words: every part of every pack, and nothing as a raw document."""

import pytest

from vendors.packs import packs
from vendors.packs.words import LABELS, label, lines, sides

DATUM = {"key": "pin", "label": "PIN", "source": "question"}
HOTLINE = {"kind": "hotline", "value": "+44 1"}
CONDITION = {
    "words": "It is theirs.", "error_codes": ["A", "B"], "categories": ["cloud"], "tier_level": 2, "minutes": 30,
    "impact": "HIGH", "automatic": True,
}  # fmt: skip


@pytest.mark.parametrize("key, value, expected", [
    ("plan", "Gold", ["Gold"]),
    ("plan", "", []),
    ("contacts", [], []),
    ("protocol", "One.\nTwo.", ["One.", "Two."]),
    ("verify_first", True, ["yes"]),
    ("lodge_by", "PORTAL", ["on the vendor's portal, by hand"]),
    ("mail_domains", ["a.example", "b.example"], ["a.example", "b.example"]),
    ("severity_of", {"P1": "A"}, ["P1 → A"]),
    ("client_text_in", {"de": "Hallo"}, ["de: Hallo"]),
    ("contacts", [{"kind": "email", "value": "a@b.example", "hours": "always"}], ["email, a@b.example, always"]),
    ("required", [{"label": "PIN", "source": "account.pin", "secret": True}],
     ["PIN (secret), from the client's account: pin"]),
    ("engage_when", [{"words": "Always."}], ["Always."]),
    ("engage_when", [CONDITION], [
        "It is theirs. (error code A or B, category cloud, level 2, 30 min spent, impact high, at once, by itself)"]),
    ("template", {"subject": "S", "body": "B\nC"}, ["S", "B", "C"]),
    ("commitment", {"calendar": "24x7", "targets": {"A": {"RESPOND": "1h", "UPDATE": "2h"}, "B": {}}},
     ["A: first answer within 1h, updates every 2h", "B: nothing promised", "counted on 24x7"]),
])  # fmt: skip
def test_a_part_is_said_in_lines(key, value, expected):
    assert lines(key, value) == expected


@pytest.mark.parametrize("key, before, after, expected", [
    ("plan", "Gold", "Silver", (["Gold"], ["Silver"])),
    ("required", [DATUM | {"question": "Which?"}], [DATUM | {"question": "Which one?", "pattern": "[0-9]+"}],
     (["Needed pin, Question: Which?", "Needed pin, Pattern: nothing"],
      ["Needed pin, Question: Which one?", "Needed pin, Pattern: [0-9]+"])),
    ("contacts", [HOTLINE], [HOTLINE | {"language": "de"}],
     (["Contact point +44 1, Language: nothing"], ["Contact point +44 1, Language: de"])),
    ("commitment", {"targets": {"A": {}}}, {"targets": {"A": {}}, "effective_from": "2026-01-01"},
     (["Promise: holds from: nothing"], ["Promise: holds from: 2026-01-01"])),
])  # fmt: skip
def test_two_sides_never_read_the_same(key, before, after, expected):
    assert sides(key, before, after) == expected


def test_every_part_of_every_pack_has_a_label_and_words():
    for pack in packs().values():
        [service] = pack.vendor["services"]
        parts = {**pack.vendor, **service}
        for key in set(parts) - {"name", "services", "accounts"}:
            assert key in LABELS and label(key) == LABELS[key]
            said = lines(key, parts[key])
            assert said and (key == "template" or not any(line[:1] in ("{", "[") for line in said))


def test_a_part_that_nobody_named_is_called_by_its_key():
    assert label("some_thing") == "some thing" and lines("some_thing", [{"a": 1}]) == ['{"a": 1}']
