"""Which status may follow which."""

from pathlib import Path

import pytest

from tickets.status import MOVES, OPEN_STATUSES, STATUSES, NotAllowedNow, check_move, diagram


@pytest.mark.parametrize("wanted", STATUSES)
def test_nothing_follows_a_closed_ticket(wanted):
    with pytest.raises(NotAllowedNow, match="closed cannot become"):
        check_move("CLOSED", wanted)


@pytest.mark.parametrize("wanted", STATUSES)
def test_nothing_follows_a_merged_ticket(wanted):
    with pytest.raises(NotAllowedNow, match="merged cannot become"):
        check_move("MERGED", wanted)


@pytest.mark.parametrize("status", [*OPEN_STATUSES, "RESOLVED"])
def test_what_is_not_closed_can_be_merged(status):
    check_move(status, "MERGED")


@pytest.mark.parametrize("status", OPEN_STATUSES)
def test_an_open_ticket_can_be_resolved_and_can_arrive_at_another_tier(status):
    check_move(status, "RESOLVED")
    check_move(status, "NEW")


def test_every_status_says_what_may_follow_it():
    assert set(MOVES) == set(STATUSES)
    assert all(following <= set(STATUSES) for following in MOVES.values())


def test_only_a_resolved_ticket_can_be_closed():
    assert [s for s in STATUSES if "CLOSED" in MOVES[s]] == ["RESOLVED"]


def test_the_documented_states_are_those_of_the_code():
    written = Path(__file__).parents[2].joinpath("docs", "ticket-states.md").read_text()
    assert f"```mermaid\n{diagram()}\n```" in written
