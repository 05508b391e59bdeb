"""Who of a team is on call."""

from datetime import UTC, datetime

import pytest

from tiers.on_call import on_call_at

TEAM = ("ann@msp.example", "bob@msp.example", "cleo@msp.example")
WEEKLY = {"timezone": "Europe/London", "hand_over": "mon 09:00", "days": 7, "from": "2026-03-02"}


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        ("2026-03-02T09:00", 0),
        ("2026-03-09T08:59", 0),
        ("2026-03-09T09:00", 1),
        ("2026-03-23T12:00", 0),
        # The clocks went forward on 29 March: nine in London is eight in UTC.
        ("2026-03-30T07:59", 0),
        ("2026-03-30T08:00", 1),
        ("2026-02-25T12:00", 2),
    ],
)
def test_people_hand_over_at_the_local_time_also_across_a_change_of_clocks(moment, who):
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert on_call_at(WEEKLY, TEAM, at) == TEAM[who]


def test_the_first_hand_over_is_the_weekday_on_or_after_the_start():
    rotation = WEEKLY | {"from": "2026-03-04"}
    assert on_call_at(rotation, TEAM, datetime(2026, 3, 9, 9, 0, tzinfo=UTC)) == TEAM[0]


def test_somebody_who_left_the_team_is_passed_over():
    rotation = WEEKLY | {"order": ["gone@msp.example", *TEAM]}
    assert on_call_at(rotation, TEAM, datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) == TEAM[0]


def test_without_a_rotation_the_first_member_is_on_call_and_of_nobody_nobody():
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert on_call_at({}, TEAM, now) == TEAM[0]
    assert on_call_at(WEEKLY, (), now) == ""
