"""The lint finds each planted fault and nothing else, and nothing in a clean policy."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import process_time

import pytest
from lint_corpus import (
    CLEAN,
    CORPUS,
    FORTNIGHT,
    KNOWN,
    LADDER,
    MORNING,
    NOON,
    PRIORITIES,
    VERIFIED,
    Planted,
    datum,
    exception,
    ola,
    put,
    rule,
    service,
    step,
    team,
)

from accounts.pattern_texts import MOST_STEPS, Budget
from tiers.lint import ERROR, UNCHECKED, WARNING, Fault, lint
from tiers.lint import MOST_STEPS as MOST_STEPS_OF_ALL
from tiers.lint_known import KnownContact
from tiers.lint_rules import rule_faults

DOCUMENTED = Path(__file__).parents[2] / "docs" / "policy-lint.md"
KINDS = ("SERVER", "WORKSTATION", "NETWORK", "MOBILE", "CLOUD", "SERVICE", "OTHER")


def faults(document=CLEAN, known=KNOWN, now=NOON) -> list[Fault]:
    return lint(document, known, now=now)


def linted(*plants) -> list[tuple[str, str]]:
    """Codes and words after these changes of what is clean."""
    document, known = deepcopy(CLEAN), KNOWN
    for plant in plants:
        known = plant(document, known) or known
    return [(fault.code, fault.words) for fault in faults(document, known)]


def test_a_clean_policy_has_no_fault():
    assert faults() == []


@pytest.mark.parametrize("planted", CORPUS, ids=lambda planted: planted.name)
def test_a_planted_fault_is_found_and_nothing_else(planted: Planted):
    found = faults(*planted.planted())
    assert (planted.code, planted.level, planted.path) in [(f.code, f.level, f.path) for f in found]
    assert {f.code for f in found} == {planted.code}, found


@pytest.mark.parametrize("planted", CORPUS, ids=lambda planted: planted.name)
def test_each_fault_says_what_and_how_to_mend_it(planted: Planted):
    for fault in faults(*planted.planted()):
        assert fault.words[0].isupper() and fault.words.endswith(".") and fault.remedy.endswith(".")
        assert "None" not in fault.words and "  " not in fault.words


def test_the_corpus_has_each_kind_of_fault():
    assert len(CORPUS) >= 40 and len({planted.name for planted in CORPUS}) == len(CORPUS)
    assert {planted.level for planted in CORPUS} == {ERROR, WARNING}


# What is said, and what is not ------------------------------------------------------------------------------------


@pytest.mark.parametrize("plants, words", [
    ([rule(7, {"keywords": ["vpn client"]})],
     "Rule 8 “New” never fires: rule 4 “Network” catches all that it would and stops."),
    ([rule(7, {"keywords": ["password", "vpn"]})],
     "Rule 8 “New” never fires: rule 4 “Network” and rule 6 “Password” catch all that it would and stop."),
    ([rule(7, {"client": "Gone"})], "Rule 8 “New” never fires: it is for Gone, which has the policy “Other”."),
    ([team("Helpdesk", gaps=MORNING)],
     "Step 1 (L1) of P1's ladder reaches nobody while nobody is on call, and nobody of Helpdesk is from Tue 13 Jan "
     "08:00 to Tue 13 Jan 10:00 (Europe/London)."),
    ([team("Helpdesk", gaps=FORTNIGHT)],
     "Step 1 (L1) of P1's ladder reaches nobody while nobody is on call, and nobody of Helpdesk is within 14 days."),
    ([exception(4, client="ACME", service="Cloud", priority="P1", start_tier="L3")],
     "Exception 5 (ACME, when it is about Cloud and the priority is P1) never holds: exception 2, which stands before "
     "it, holds whenever this one would."),
    ([service("Line", contacts=(KnownContact("EMAIL", "a@line.example", date(2025, 10, 13)),))],
     "Line can perhaps not be reached any more: a@line.example was last verified on 2025-10-13."),
    ([service("Line", contacts=(KnownContact("EMAIL", "a@line.example", VERIFIED, bad="550 no such user"),))],
     "Line: a@line.example does not hold (550 no such user): no way to reach it holds."),
    ([service("Line", contacts=(KnownContact("EMAIL", "a@line.example", VERIFIED, bad="550 no such user"),
                                KnownContact("HOTLINE", "1", VERIFIED)))],
     "Line: a@line.example does not hold (550 no such user): its cases are lodged by hand."),
    ([service("Line", contacts=(KnownContact("HOTLINE", "1", VERIFIED, bad="it rings for ever"),
                                KnownContact("EMAIL", "a@line.example", VERIFIED)))],
     "Line: 1 does not hold (it rings for ever)."),
    ([service("Line", contacts=())], "Line has no contact point at all: its vendor step is skipped."),
    ([service("Line", contacts=(KnownContact("HOTLINE", "1", VERIFIED),))],
     "Line has no mail address: its cases are lodged by hand."),
    ([service("Line", lodge_by="PORTAL", contacts=(KnownContact("EMAIL", "a@line.example", VERIFIED),))],
     "Line has no portal and no hotline: its cases are sent by mail."),
    ([service("Line", unconfirmed=True)],
     "Line came from a pack, and nobody here has confirmed what it says."),
    ([datum(source="asset.shelf")], "Line asks for “New”, but no asset has shelf: it is always asked of a person."),
    ([step(1, {"notify": ["team", "old@msp.example"]})],
     "Step 2 (L2) of P2's ladder tells old@msp.example, Olga Dow, who doesn't work here any more."),
])  # fmt: skip
def test_a_fault_is_told_in_words_for_managers(plants, words):
    assert words in [said for _, said in linted(*plants)]


@pytest.mark.parametrize("plants", [
    [rule(7, {"keywords": ["password reset"]}), put(False, "routing", 5, "stop")],
    [rule(7, {"keywords": ["passwords"]})],
    [rule(7, {"keywords": ["vpn"]}), put("Acme", "routing", 3, "when", "client")],
    [rule(7, {"device_type": "SERVER", "os": "Linux"})],
    [rule(7, {"device_type": "SERVER"})],
    [rule(0, {"keywords": ["vpn client"]})],
    [rule(7, {"error_code": "0x1"})],
    [rule(7, {"error_code": "0x1", "client": "Acme"}, {"service": "Cloud"})],
    [rule(7, {"regex": r"\pL+"})],
    [rule(7, {"regex": "(?i)drive.{0,60}full"}), rule(8, {"keywords": ["drive full"]})],
    [rule(7, {"category": "nobody sets it"})],
    [exception(4, client="Acme", service="Cloud", start_tier="L2")],
    [exception(4, client="Nobody yet", start_tier="L2")],
    [*(exception(4, device_type=kind, agreement="Gold") for kind in KINDS), exception(11, agreement="Gold")],
    [put([LADDER[0], LADDER[0], *LADDER[1:]], "ladders", "P2")],
    [team("Senior", gaps=FORTNIGHT)],
    [service("Line", contacts=(KnownContact("EMAIL", "a@line.example", date(2025, 10, 14)),))],
    [service("Line", lodge_by="PORTAL", contacts=(KnownContact("PORTAL", "https://line.example", VERIFIED),))],
    [service("Line", lodge_by="PORTAL")],
    [service("Line", lodge_by="API", contacts=())],
    [service("Line", contacts=(KnownContact("EMAIL", "a@line.example", date(2025, 10, 13), 120),))],
    [datum(source="account.pin", secret=True)],
    [service("Backup", accounts={}), datum(source="event.node_class")],
    [ola("L2", "RESOLVE")],
])  # fmt: skip
def test_what_can_come_to_pass_is_no_fault(plants):
    """The last but few are close to a fault; an expression that isn't understood is given the benefit of the doubt."""
    assert [said for code, said in linted(*plants) if code not in ("decided-before",)] == []


def test_without_a_vendor_step_nothing_is_said_of_vendors():
    document = {**deepcopy(CLEAN), "ladders": dict.fromkeys(PRIORITIES, LADDER[:3]), "exceptions": []}
    bare = {name: replace(one, contacts=()) for name, one in KNOWN.services.items()}
    assert faults(document, replace(KNOWN, services=bare)) == []


def test_where_no_service_can_be_written_to_that_is_an_error_at_the_vendor_step():
    document = {"ladders": {"P1": LADDER}}
    bare = {"Backup": replace(KNOWN.services["Backup"], contacts=())}
    assert [(f.code, f.level, f.path) for f in faults(document, replace(KNOWN, services=bare))] == [
        ("no-contact", "ERROR", ("ladders", "P1", 3, "vendor"))
    ]


def test_only_the_clients_that_a_policy_names_can_meet_its_rules():
    document = {**deepcopy(CLEAN), "clients": ["Beta"], "exceptions": []}
    document["routing"] += [
        {"name": "Beta's fax", "when": {"keywords": ["fax"], "client": "Beta"}, "then": {"tier": "L1"}},
        {"name": "Any fax", "when": {"keywords": ["fax"]}, "then": {"tier": "L2"}},
        {"name": "Acme's fax", "when": {"client": "Acme"}, "then": {"tier": "L2"}},
    ]
    said = [(f.code, f.path[1]) for f in faults(document)]
    assert said == [("shadowed-rule", 8), ("foreign-client", 9)]


def test_a_time_of_verification_counts_in_whole_days():
    line = (KnownContact("EMAIL", "a@line.example", date(2025, 10, 14)),)
    known = service("Line", contacts=line)(CLEAN, KNOWN)
    assert faults(known=known, now=NOON) == []
    assert [f.code for f in faults(known=known, now=NOON + timedelta(days=1))] == ["stale-contact"]


def test_an_empty_document_has_nothing_to_find():
    assert faults({}) == [] and faults({"ladders": {}, "exceptions": None, "routing": None}) == []


def test_many_rules_are_looked_at_within_seconds():
    """Words that share beginnings, and expressions that count, are the dearest there are."""
    document = deepcopy(CLEAN)
    for number in range(60):
        when = {"keywords": [f"network fault {number}", f"net{number}"], "regex": rf"(?i)\bfault\b.{{0,40}}{number}"}
        document["routing"].insert(0, {"name": str(number), "when": when, "then": {"tags": [str(number)]}})
    began = process_time()
    assert faults(document) == []
    assert process_time() - began < 5


def test_each_kind_of_fault_stands_in_the_documentation_with_its_levels():
    rows = [line.split("|") for line in DOCUMENTED.read_text().splitlines() if line.startswith("| `")]
    told = {
        (code.strip(" `"), level.strip()) for row in rows for code in row[1].split(",") for level in row[2].split(",")
    }
    assert {(fault.code, fault.level) for fault in [*CORPUS, UNCHECKED]} == told


# How much is looked through --------------------------------------------------------------------------------------

ENDS = ("", "s", " error", " down", " slow")
WORDS = [f"{thing}{end}" for thing in ("vpn", "mail", "disk", "dns", "sap", "erp", "wifi", "dhcp") for end in ENDS]


def overlapping(count: int, words: int) -> list[dict]:
    """Rules that share their words with others, all of them in turns."""
    picked = [[WORDS[(7 * i + 5 * j) % len(WORDS)] for j in range(words)] for i in range(count)]
    return [
        {"name": f"R{i}", "when": {"keywords": row}, "then": {"tier": "L1"}, "stop": bool(i % 3)}
        for i, row in enumerate(picked)
    ]


def test_the_lint_ends_after_its_steps_and_says_once_that_it_did():
    document = {**CLEAN, "routing": overlapping(60, 6)}
    found = lint(document, KNOWN, now=NOON, steps=20_000)
    assert [fault for fault in found if fault.code == UNCHECKED.code] == [UNCHECKED]
    assert UNCHECKED.level == WARNING and UNCHECKED.path == ("routing",)


def test_what_is_found_before_the_steps_end_is_what_is_found_with_more_of_them():
    document = {**CLEAN, "routing": overlapping(12, 3)}
    whole = lint(document, KNOWN, now=NOON)
    assert UNCHECKED not in whole and any(fault.code == "shadowed-rule" for fault in whole)
    for steps in (0, 500, 5_000, 20_000):
        told = lint(document, KNOWN, now=NOON, steps=steps)
        shadowed = {f.path for f in told if f.code == "shadowed-rule"}
        assert shadowed <= {f.path for f in whole if f.code == "shadowed-rule"}
        assert UNCHECKED in told or told == whole


def test_the_steps_are_counted_alike_whatever_was_asked_before():
    document = {**CLEAN, "routing": overlapping(30, 4)}
    first = lint(document, KNOWN, now=NOON, steps=10_000)
    assert lint(document, KNOWN, now=NOON, steps=10_000) == first and UNCHECKED in first


def test_no_more_steps_are_taken_than_the_budget_and_one_search():
    budget = Budget(50_000)
    list(rule_faults({"routing": overlapping(60, 6)}, KNOWN, budget))
    assert budget.fell_short and -MOST_STEPS * 1.5 < budget.left <= 0


def test_a_policy_of_the_usual_kind_takes_a_small_part_of_the_steps():
    words = [[f"{thing} {place}" for place in ("down", "slow")] for thing in "abcdefghijklmnopqrstuvwxyz"]
    rules = [{"name": f"R{i}", "when": {"keywords": row}, "then": {"tier": "L1"}} for i, row in enumerate(words)]
    budget = Budget(MOST_STEPS_OF_ALL)
    assert list(rule_faults({"routing": rules}, KNOWN, budget)) == []
    assert budget.left > MOST_STEPS_OF_ALL * 0.8
