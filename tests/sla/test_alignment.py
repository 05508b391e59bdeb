"""Alignment: the given cases, small ones that can be reckoned by head, and the edges."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from sla.alignment import Leg, align, merged, walk
from sla.business_time import ALWAYS_OPEN, WEEKDAYS, BusinessCalendar, NeverOpens

VECTORS = json.loads((Path(__file__).parents[1] / "data/time/vectors.json").read_text())
HOUR = 3600
WORKDAYS = WEEKDAYS[:5]


def on(days: Sequence[str], *openings: str) -> dict[str, list[str]]:
    """The same openings on each of these days."""
    return {day: list(openings) for day in days}


def calendar(zone="Europe/London", hours=None, closed=()):
    hours = hours or on(WORKDAYS, "09:00-17:00")
    return BusinessCalendar.of(timezone=zone, hours=hours, closed_dates=[date.fromisoformat(day) for day in closed])


def described(row):
    return calendar(row["calendar"]["timezone"], row["calendar"]["hours"], row["calendar"]["closures"])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


OFFICE = calendar()
WEEK = {"begins": at("2026-06-01T00:00Z"), "ends": at("2026-06-08T00:00Z")}


@pytest.mark.parametrize("case", VECTORS["alignments"], ids=lambda case: case["promise"]["calendar"]["timezone"])
def test_the_given_cases_are_met_to_the_second(case):
    found = align(
        promised=(described(case["promise"]), case["promise"]["open_seconds"]),
        path=[Leg("", described(leg), leg["open_seconds"]) for leg in case["path"]],
        begins=at(case["from"]),
        ends=at(case["until"]),
    )
    expected = case["attainable"], case["worst_slack_seconds"], at(case["first_worst_start"])
    assert (found.attainable, found.slack_seconds, found.worst_start) == expected


@pytest.mark.parametrize(
    "promised, path, slack, start",
    [
        # A promise around the clock, a path that rests at the weekend: from Friday 16:01 some of it is left for Monday.
        ((ALWAYS_OPEN, 4 * HOUR), [(OFFICE, HOUR)], 4 * HOUR - 65 * HOUR, "2026-06-05T15:01Z"),
        # The same hours on both sides: no start is worse than another, so the first is named.
        ((OFFICE, 4 * HOUR), [(OFFICE, HOUR), (OFFICE, 2 * HOUR)], HOUR, "2026-06-01T00:00Z"),
        # The promise rests when the path does not: the worst is a stay that lies in open time as a whole.
        ((OFFICE, 4 * HOUR), [(ALWAYS_OPEN, HOUR)], 3 * HOUR, "2026-06-01T08:00Z"),
        # No open time is left over: the promise is kept, and only just.
        ((OFFICE, 3 * HOUR), [(ALWAYS_OPEN, 3 * HOUR)], 0, "2026-06-01T08:00Z"),
        # Nothing on the way takes any time.
        ((OFFICE, 4 * HOUR), [], 4 * HOUR, "2026-06-01T00:00Z"),
        ((OFFICE, 4 * HOUR), [(OFFICE, 0)], 4 * HOUR, "2026-06-01T00:00Z"),
        # Half a minute: the worst start is a whole minute all the same.
        ((ALWAYS_OPEN, 30), [(OFFICE, 30)], -64 * HOUR, "2026-06-05T16:00Z"),
    ],
)
def test_the_worst_start_of_a_week(promised, path, slack, start):
    found = align(promised=promised, path=[Leg("", *wait) for wait in path], **WEEK)
    assert (found.slack_seconds, found.worst_start, found.attainable) == (slack, at(start), slack >= 0)


def test_the_worst_may_lie_where_a_part_of_the_path_reaches_a_closing():
    """Two hours around the clock end at Friday 17:00 when they begin at 15:00, at which no calendar changes."""
    path = [Leg("first", ALWAYS_OPEN, 2 * HOUR), Leg("second", OFFICE, HOUR)]
    found = align(promised=(ALWAYS_OPEN, 8 * HOUR), path=path, **WEEK)
    assert found.worst_start == at("2026-06-05T13:01Z")


def test_a_start_lies_from_the_beginning_on_and_before_the_end():
    path = [Leg("", OFFICE, HOUR)]
    span = {"begins": at("2026-06-05T15:00:30Z"), "ends": at("2026-06-05T15:01Z")}
    with pytest.raises(ValueError, match="empty"):
        align(promised=(ALWAYS_OPEN, HOUR), path=path, **span)
    span["ends"] = at("2026-06-05T15:01:01Z")
    assert align(promised=(ALWAYS_OPEN, HOUR), path=path, **span).worst_start == at("2026-06-05T15:01Z")


def test_the_worst_may_be_the_very_last_start():
    """The promise rests until Tuesday 9:00, and each minute later uses up one more of it, with no breakpoint near."""
    late = calendar(zone="UTC", hours={"tue": ["09:00-17:00"]})
    span = {"begins": at("2026-06-02T05:00Z"), "ends": at("2026-06-02T08:00Z")}
    found = align(promised=(late, HOUR), path=[Leg("", ALWAYS_OPEN, 5 * HOUR)], **span)
    assert (found.slack_seconds, found.worst_start) == (HOUR - 3 * HOUR - 59 * 60, at("2026-06-02T07:59Z"))


def test_a_walk_tells_where_each_hour_went():
    path = [Leg("L1", ALWAYS_OPEN, HOUR), Leg("L2", OFFICE, 2 * HOUR)]
    stays = walk(calendar=ALWAYS_OPEN, path=path, start=at("2026-06-05T14:30Z"))
    assert [(stay.leg.who, stay.began_at, stay.ended_at, stay.counted_seconds) for stay in stays] == [
        ("L1", at("2026-06-05T14:30Z"), at("2026-06-05T15:30Z"), HOUR),
        ("L2", at("2026-06-05T15:30Z"), at("2026-06-08T09:30Z"), 66 * HOUR),
    ]


def test_neighbours_on_one_calendar_are_one_wait_and_what_takes_no_time_is_none():
    path = [Leg("a", OFFICE, 60), Leg("b", ALWAYS_OPEN, 0), Leg("c", OFFICE, 60), Leg("d", ALWAYS_OPEN, 60)]
    assert merged(path) == ((OFFICE, 120), (ALWAYS_OPEN, 60))


def test_a_calendar_that_never_opens_again_is_named():
    shut = calendar(hours={"mon": ["09:00-17:00"]}, closed=[str(date.fromordinal(n)) for n in range(739000, 742500)])
    with pytest.raises(NeverOpens):
        align(promised=(ALWAYS_OPEN, HOUR), path=[Leg("", shut, HOUR)], **WEEK)
