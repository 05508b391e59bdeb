"""Impact and urgency make a priority."""

import pytest

from sla import priorities


@pytest.mark.parametrize(
    "impact, urgency, priority",
    [
        ("HIGH", "HIGH", "P1"),
        ("HIGH", "MEDIUM", "P2"),
        ("HIGH", "LOW", "P3"),
        ("MEDIUM", "HIGH", "P2"),
        ("MEDIUM", "MEDIUM", "P3"),
        ("MEDIUM", "LOW", "P4"),
        ("LOW", "HIGH", "P3"),
        ("LOW", "MEDIUM", "P4"),
        ("LOW", "LOW", "P4"),
    ],
)
def test_the_matrix_gives_each_impact_and_urgency_its_priority(impact, urgency, priority):
    assert priorities.from_impact_urgency(impact=impact, urgency=urgency) == priority


@pytest.mark.parametrize(
    "impact, urgency, named", [("URGENT", "HIGH", "impact"), ("HIGH", "", "urgency"), ("high", "LOW", "impact")]
)
def test_a_level_that_does_not_exist_is_named(impact, urgency, named):
    with pytest.raises(ValueError, match=f"^{named}: "):
        priorities.from_impact_urgency(impact=impact, urgency=urgency)


def test_there_are_four_priorities_and_the_default_is_the_third():
    assert priorities.PRIORITIES == ("P1", "P2", "P3", "P4")
    assert priorities.DEFAULT == "P3"
