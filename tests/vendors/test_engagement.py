"""Engage, or not yet and why."""

import pytest

from vendors.engagement import Known, automatic, engagement, impact_of, minutes_until

CONDITIONS = [
    {"error_codes": ["0x8004de40"], "words": "sign-in codes"},
    {"tier_level": 3, "minutes": 30, "words": "half an hour at the top"},
    {"categories": ["cloud"], "words": "cloud faults"},
    {"impact": "HIGH", "minutes": 5, "words": "the business stands still"},
]


def known(**changes) -> Known:
    facts = {"error_code": "", "category": "", "tier_level": 1, "minutes": 0, "impact": "LOW", "impact_from": "P3"}
    return Known(**(facts | changes))


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"error_code": "0X8004DE40"}, "sign-in codes (error code 0X8004DE40 is one of its codes)"),
        ({"tier_level": 3, "minutes": 30}, "half an hour at the top (level 3 was reached, 30 min were spent)"),
        ({"category": "Cloud"}, "cloud faults (category Cloud is one of its categories)"),
        (
            {"impact": "HIGH", "impact_from": "P1", "minutes": 5.4},
            "the business stands still (5 min were spent, its impact is high, as its priority P1 says)",
        ),
        (
            {"impact": "HIGH", "impact_from": "", "minutes": 5},
            "the business stands still (5 min were spent, its impact is high, as somebody said)",
        ),
    ],
)
def test_one_condition_that_holds_in_all_its_parts_is_enough_and_says_what_held(changes, because):
    answer = engagement(CONDITIONS, known(**changes))
    assert answer.engage and answer.because == f"Its condition holds: {because}."


def test_not_yet_says_what_is_wanting_of_each_condition_and_leaves_out_what_holds():
    answer = engagement(CONDITIONS, known(tier_level=3, minutes=12))
    assert not answer.engage
    assert answer.because == (
        "Not yet: sign-in codes (no error code is known); half an hour at the top (12 min of 30 min were spent); "
        "cloud faults (no category is set); "
        "the business stands still (its impact is low and not high, as its priority P3 says)."
    )


@pytest.mark.parametrize(
    ("condition", "changes", "wanting"),
    [
        ({"error_codes": ["a", "b"]}, {"error_code": "c"}, "error code c is none of its codes"),
        ({"categories": ["cloud"]}, {"category": "mail"}, "category mail is none of its categories"),
        ({"tier_level": 2}, {}, "level 1 of 2 was reached"),
        ({"minutes": 30}, {"minutes": 29.4}, "29 min of 30 min were spent"),
        ({"impact": "HIGH"}, {"impact": "MEDIUM", "impact_from": ""},
         "its impact is medium and not high, as somebody said"),
        ({"impact": "LOW"}, {"impact": ""}, "its impact is not known and not low"),
    ],
)  # fmt: skip
def test_each_part_says_what_it_found_and_what_it_wants(condition, changes, wanting):
    answer = engagement([condition | {"words": "In words."}], known(**changes))
    assert answer.because == f"Not yet: In words ({wanting})."


@pytest.mark.parametrize(("wanted", "found", "holds"), [
    ("MEDIUM", "HIGH", True), ("MEDIUM", "MEDIUM", True), ("MEDIUM", "LOW", False), ("HIGH", "MEDIUM", False),
])  # fmt: skip
def test_an_impact_that_is_harder_than_wanted_is_enough(wanted, found, holds):
    assert engagement([{"impact": wanted, "words": "x"}], known(impact=found)).engage is holds


def test_a_service_without_conditions_is_engaged_on_reaching_the_step():
    assert engagement([], known()).engage


@pytest.mark.parametrize(
    ("said", "priority", "expected"),
    [("LOW", "P1", ("LOW", "")), ("", "P1", ("HIGH", "P1")), ("", "P2", ("MEDIUM", "P2")), ("", "P4", ("LOW", "P4"))],
)
def test_the_impact_is_what_somebody_said_or_else_what_the_priority_says(said, priority, expected):
    assert impact_of(said, priority) == expected


# by itself -----------------------------------------------------------------------------------------------------------

BY_CODE = {"error_codes": ["0x1"], "automatic": True, "words": "codes"}
BY_TIME = {"tier_level": 2, "minutes": 40, "automatic": True, "words": "time"}
SOONER = {"tier_level": 2, "minutes": 15, "impact": "HIGH", "automatic": True, "words": "sooner"}


def test_only_conditions_that_say_so_and_name_something_engage_by_themselves():
    empty = {"automatic": True, "words": "nothing"}
    assert automatic([BY_CODE, {"minutes": 5, "words": "by hand"}, empty, BY_TIME | {"automatic": False}]) == (BY_CODE,)


@pytest.mark.parametrize(
    ("changes", "minutes"),
    [
        ({}, None),
        ({"error_code": "0X1"}, 0),
        ({"tier_level": 2}, 40),
        ({"tier_level": 3, "minutes": 90}, 40),
        ({"tier_level": 2, "impact": "HIGH"}, 15),
        ({"tier_level": 2, "impact": "HIGH", "error_code": "0x1"}, 0),
    ],
)
def test_when_a_condition_comes_to_hold_is_known_beforehand(changes, minutes):
    assert minutes_until((BY_CODE, BY_TIME, SOONER), known(**changes)) == minutes
