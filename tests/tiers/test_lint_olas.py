"""A step's own wait is remarked on where it is longer than its tier's OLA allows, with both figures."""

from copy import deepcopy
from typing import Any

import pytest
from lint_corpus import CLEAN, KNOWN, NOON, limits, put, step

from tiers.lint import lint

MINUTE, HOUR = 60, 3600


def remarks(*plants: Any) -> list[tuple[Any, ...]]:
    document, known = deepcopy(CLEAN), KNOWN
    for plant in plants:
        known = plant(document, known) or known
    return [(f.path, f.words) for f in lint(document, known, now=NOON) if f.code == "beyond-ola"]


def own(**waits: str) -> Any:
    return step(0, waits, of="P2")


@pytest.mark.parametrize("wait, allowed, said", [
    ("12m", 10 * MINUTE, "may take 12 minutes to acknowledge; Helpdesk OLA v2 allows L1 10 minutes."),
    ("10m", 10 * MINUTE, ""),
    ("9m", 10 * MINUTE, ""),
    ("601s", 10 * MINUTE, "may take 10 minutes 1 second to acknowledge; Helpdesk OLA v2 allows L1 10 minutes."),
])  # fmt: skip
def test_a_longer_time_to_acknowledge_is_told_with_both_figures(wait, allowed, said):
    found = remarks(own(acknowledge_within=wait), limits("L1", P2={"ACKNOWLEDGE": allowed}))
    whole = (("ladders", "P2", 0, "acknowledge_within"), f"Step 1 (L1) of P2's ladder {said}")
    assert found == ([whole] if said else [])


def test_a_longer_time_to_hand_over_is_held_against_the_time_to_resolve():
    found = remarks(own(acknowledge_within="1m", hand_over_after="3h"), limits("L1", P2={"RESOLVE": 2 * HOUR}))
    assert found == [
        (("ladders", "P2", 0, "hand_over_after"),
         "Step 1 (L1) of P2's ladder may take 3 hours to resolve; Helpdesk OLA v2 allows L1 2 hours."),
    ]  # fmt: skip


def test_where_the_ola_says_nothing_nothing_is_longer():
    assert remarks(own(acknowledge_within="12m"), limits("L1", P2={"RESOLVE": 24 * HOUR})) == []
    assert remarks(own(acknowledge_within="12m"), limits("L1")) == []


def test_the_steps_of_an_exception_for_every_priority_name_the_first_that_is_shorter():
    short = limits("L1", P1={"ACKNOWLEDGE": 5 * MINUTE}, P3={"ACKNOWLEDGE": 4 * MINUTE})
    [(path, words)] = [row for row in remarks(short, put("", "exceptions", 0, "calendar")) if row[0][0] == "exceptions"]
    assert path == ("exceptions", 0, "steps", 0, "acknowledge_within")
    assert words.endswith("allows L1 4 minutes for P3.")


def test_waits_on_a_calendar_of_their_own_are_not_compared():
    short = limits("L1", **{priority: {"ACKNOWLEDGE": 1} for priority in ("P1", "P2", "P3", "P4")})
    assert {path[0] for path, _ in remarks(put("24x7", "exceptions", 0, "calendar"), short)} == {"ladders"}
