"""What was agreed with a client, in a document that it reads: times, hours, days, and what vendors promised."""

import pytest
from generated_facts import ALWAYS, HOUR, MINUTE, OFFICE, level, part

from documents.generated.contract import contract
from documents.generated.facts import PROMISES as IN_CONTRACTS
from documents.generated.facts import Agreed, ContractFacts, Outside, Promised
from documents.guide.page import PROMISES as ON_THE_PAGE

GOLD = Promised(
    "Gold", "Gold v3",
    (level("P1", ALWAYS, acknowledge=15 * MINUTE, resolve=4 * HOUR),
     level("P4", OFFICE, acknowledge=2 * HOUR, update=None)),
    begins="2026-01-01",
)  # fmt: skip
LINE = Outside("Line", "Northline", {"P1": level("S1", OFFICE, respond=HOUR)}, {"P1": False, "P4": False})


def agreed(*sections, follows=None, outside=()):
    return contract(ContractFacts("Acme", sections or (Agreed("", "", GOLD),), follows, outside))


def test_the_targets_stand_in_one_table_with_the_hours_on_which_they_count():
    assert part(agreed(), "What we promise") == (
        "- **In force since:** 1 January 2026\n\n"
        "| When it is | Taken up within | An update at least every | Solved within |\n"
        "| --- | --- | --- | --- |\n"
        "| **Critical**: Your business stands still. | 15 minutes | - | 4 hours |\n"
        "| **Minor**: A question, a wish, or something that can wait. | 2 hours | not promised | - |\n\n"
        "Counted day and night when critical; otherwise Monday to Friday 09:00 to 17:30, London time.\n\n"
        "“not promised” means that we have agreed that there is no such time. A dash means that nothing was agreed "
        "about it."
    )


def test_signs_that_are_not_used_are_not_explained():
    whole = Promised("G", "G", (level("P1", ALWAYS, resolve=HOUR),), ends="2026-12-31")
    told = part(agreed(Agreed("", "", whole)), "What we promise")
    assert "dash" not in told and "not promised" not in told
    assert "- **In force until the end of:** 31 December 2026" in told


@pytest.mark.parametrize(
    "promised, said",
    [
        (
            Promised("Gold", "Gold v1", lapsed="Gold ended on 2026-06-30.", ends="2026-06-30"),
            "Nothing is promised at present: what was agreed ended on 30 June 2026.",
        ),
        (
            Promised("Gold", "Gold v1", lapsed="Gold begins on 2027-01-01.", begins="2027-01-01", ends="2027-12-31"),
            "Nothing is promised at present: what was agreed begins on 1 January 2027.",
        ),
        (Promised("Gold", "Gold v1"), "No times were agreed."),
    ],
)
def test_what_promises_nothing_says_why_without_our_name_for_it(promised, said):
    document = agreed(Agreed("", "", promised))
    assert part(document, "What we promise") == said and "Gold" not in document


def test_what_was_agreed_for_some_requests_has_a_part_of_its_own():
    special = Agreed("When it is about Line and critical", "We answer for them.", GOLD)
    told = part(agreed(Agreed("", "", GOLD), special), "When it is about Line and critical")
    assert told.startswith("We answer for them.\n\n- **In force since:** 1 January 2026")


def test_terms_that_begin_later_are_told_before_they_do():
    later = Promised(
        "Gold", "Gold v4", (level("P1", ALWAYS, resolve=2 * HOUR),), begins="2027-01-01", ends="2027-12-31"
    )
    told = part(agreed(follows=later), "What changes, and when")
    assert told.startswith(
        "From 1 January 2027 on other terms hold, until the end of 31 December 2027.\n\n| When it is"
    )
    assert "2 hours" in told and "What changes" not in agreed()


def test_each_service_says_what_its_vendor_promised_and_on_which_hours():
    assert part(agreed(outside=(LINE,)), "Line by Northline") == (
        "| When it is | First answer within |\n| --- | --- |\n| Critical | 1 hour |\n\n"
        "Counted Monday to Friday 09:00 to 17:30, London time.\n\n"
        "While they work on it, our time to solve stands still."
    )


@pytest.mark.parametrize(
    "counts, said",
    [
        ({"P1": True, "P4": True}, "goes on: we answer for their time as for our own."),
        (
            {"P1": True, "P2": False, "P4": False},
            "goes on when it is critical, and stands still when it is urgent or minor.",
        ),
        ({"P1": False}, "our time to solve stands still."),
    ],
)
def test_whether_our_time_stands_still_meanwhile(counts, said):
    told = part(agreed(outside=(Outside("Line", "Line", LINE.levels, counts),)), "Line")
    assert told.endswith(said)


def test_where_we_promise_no_time_to_solve_nothing_is_said_of_it():
    told = part(agreed(outside=(Outside("Line", "Line", {}, {}),)), "Line")
    assert told == "Line has promised no times."


def test_a_client_without_services_is_told_so():
    told = part(agreed(), "What vendors have promised")
    assert told == "None of what we look after for you is run by a vendor that we know of."
    assert "vendor" not in part(agreed(), "What is not counted")


def test_the_contract_and_the_page_have_the_same_headings():
    assert IN_CONTRACTS == ON_THE_PAGE
