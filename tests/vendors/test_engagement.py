"""Engage, or not yet and why."""

import pytest

from vendors.engagement import Known, engagement

CONDITIONS = [
    {"error_codes": ["0x8004de40"], "words": "sign-in codes"},
    {"tier_level": 3, "minutes": 30, "words": "half an hour at the top"},
    {"categories": ["cloud"], "words": "cloud faults"},
]


def known(**changes) -> Known:
    return Known(**({"error_code": "", "category": "", "tier_level": 1, "minutes": 0} | changes))


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"error_code": "0X8004DE40"}, "sign-in codes"),
        ({"tier_level": 3, "minutes": 30}, "half an hour at the top"),
        ({"category": "cloud"}, "cloud faults"),
    ],
)
def test_one_condition_that_holds_in_all_its_parts_is_enough(changes, because):
    answer = engagement(CONDITIONS, known(**changes))
    assert answer.engage and because in answer.because


def test_not_yet_says_what_is_wanting_of_each_condition():
    answer = engagement(CONDITIONS, known(tier_level=3, minutes=12))
    assert not answer.engage
    assert answer.because == (
        "Not yet: error code absent is not one of its codes; only 12 min were spent; category absent is not its."
    )


def test_a_service_without_conditions_is_engaged_on_reaching_the_step():
    assert engagement([], known()).engage
