"""Who of a team is on call: turns, layers, hours, overrides, gaps."""

from datetime import UTC, datetime, timedelta

import pytest

from tiers.on_call import Override, Shift, gaps, next_change, on_call_at, shifts, zone_of

ANN, BOB, CLEO = TEAM = ("ann@msp.example", "bob@msp.example", "cleo@msp.example")
WEEKLY = {"timezone": "Europe/London", "hand_over": "mon 09:00", "days": 7, "from": "2026-03-02"}
DAYS = ("mon", "tue", "wed", "thu", "fri")
# Ann and Bob by turns around the clock; Cleo on working days from nine to five in Berlin.
LAYERED = {
    "timezone": "Europe/London",
    "layers": [
        {"name": "Around the clock", "hand_over": "mon 09:00", "from": "2026-03-02", "order": [ANN, BOB]},
        {
            "name": "Office", "timezone": "Europe/Berlin", "hand_over": "mon 09:00", "from": "2026-03-02",
            "order": [CLEO], "hours": {day: ["09:00-17:00"] for day in DAYS},
        },
    ],
}  # fmt: skip
OFFICE_ONLY = {"timezone": "Europe/London", "layers": [LAYERED["layers"][1]]}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(found: list[Shift]) -> list[tuple[str, str, str]]:
    return [
        (shift.who.partition("@")[0], f"{shift.begins_at:%d %H:%M}", f"{shift.ends_at:%d %H:%M}") for shift in found
    ]


# one layer -----------------------------------------------------------------------------------------------------------


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
    assert on_call_at(WEEKLY, TEAM, utc(moment)) == TEAM[who]


def test_the_first_hand_over_is_the_weekday_on_or_after_the_start():
    rotation = WEEKLY | {"from": "2026-03-04"}
    assert on_call_at(rotation, TEAM, utc("2026-03-09T09:00")) == ANN


def test_somebody_who_left_the_team_is_passed_over():
    rotation = WEEKLY | {"order": ["gone@msp.example", *TEAM]}
    assert on_call_at(rotation, TEAM, utc("2026-03-02T09:00")) == ANN


def test_without_a_rotation_the_first_member_is_on_call_and_of_nobody_nobody():
    now = utc("2026-03-02T09:00")
    assert on_call_at({}, TEAM, now) == ANN
    assert on_call_at({}, (), now) == "" and on_call_at(WEEKLY, (), now) == ""
    assert shifts({}, TEAM, begins=now, ends=now + timedelta(days=9)) == [
        Shift(ANN, now, now + timedelta(days=9), "first of the team")
    ]


@pytest.mark.parametrize(
    ("hand_over", "zone", "before", "after"),
    [
        # 01:30 does not exist in London on 29 March 2026: the hand-over is at 02:00, which is 01:00 in UTC.
        ("sun 01:30", "Europe/London", "2026-03-29T00:59", "2026-03-29T01:00"),
        # 01:30 comes twice on 25 October: the first one counts, and nobody gets it back for half an hour.
        ("sun 01:30", "Europe/London", "2026-10-25T00:29", "2026-10-25T00:30"),
        # Half an hour is skipped on Lord Howe: 02:10 is 02:30.
        ("sun 02:10", "Australia/Lord_Howe", "2026-10-03T15:29", "2026-10-03T15:30"),
    ],
)
def test_a_hand_over_that_is_skipped_or_comes_twice_happens_once(hand_over, zone, before, after):
    rotation = {"timezone": zone, "hand_over": hand_over, "days": 7, "from": "2026-01-04", "order": [ANN, BOB]}
    earlier, later = on_call_at(rotation, TEAM, utc(before)), on_call_at(rotation, TEAM, utc(after))
    assert {earlier, later} == {ANN, BOB}
    found = shifts(rotation, TEAM, begins=utc(after) - timedelta(hours=6), ends=utc(after) + timedelta(hours=6))
    assert [(shift.who, shift.begins_at) for shift in found][1:] == [(later, utc(after))]
    assert {on_call_at(rotation, TEAM, utc(after) + timedelta(minutes=n)) for n in range(120)} == {later}


def test_a_rotation_of_one_is_one_shift_whatever_its_turns():
    rotation = WEEKLY | {"days": 1, "order": [BOB]}
    found = shifts(rotation, TEAM, begins=utc("2026-03-01T00:00"), ends=utc("2026-03-20T00:00"))
    assert told(found) == [("bob", "01 00:00", "20 00:00")] and found[0].because == "rotation"


# layers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        ("2026-03-02T07:59", BOB),  # before the first turn they go back in the same order
        ("2026-03-02T08:00", CLEO),  # nine in Berlin
        ("2026-03-02T15:59", CLEO),
        ("2026-03-02T16:00", ANN),
        ("2026-03-07T12:00", ANN),  # a Saturday
        ("2026-03-30T06:59", BOB),
        ("2026-03-30T07:00", CLEO),  # nine in Berlin's summer time
    ],
)
def test_a_later_layer_lies_above_the_others_within_its_hours(moment, who):
    assert on_call_at(LAYERED, TEAM, utc(moment)) == who


def test_a_layer_with_nobody_left_lets_the_one_below_through():
    assert on_call_at(LAYERED, (ANN, BOB), utc("2026-03-02T12:00")) == ANN
    assert gaps(LAYERED, (ANN, BOB), begins=utc("2026-03-02T00:00"), ends=utc("2026-03-09T00:00")) == []


def test_shifts_name_the_layer_and_touch_each_other():
    found = shifts(LAYERED, TEAM, begins=utc("2026-03-02T06:00"), ends=utc("2026-03-03T10:00"))
    assert told(found) == [
        ("bob", "02 06:00", "02 08:00"), ("cleo", "02 08:00", "02 16:00"), ("ann", "02 16:00", "03 08:00"),
        ("cleo", "03 08:00", "03 10:00"),
    ]  # fmt: skip
    assert [shift.because for shift in found] == ["Around the clock", "Office", "Around the clock", "Office"]


def test_where_no_layer_holds_is_a_gap():
    found = gaps(OFFICE_ONLY, TEAM, begins=utc("2026-03-06T12:00"), ends=utc("2026-03-10T00:00"))
    assert found == [
        (utc("2026-03-06T16:00"), utc("2026-03-09T08:00")), (utc("2026-03-09T16:00"), utc("2026-03-10T00:00")),
    ]  # fmt: skip


def test_a_team_of_nobody_is_one_gap():
    begins, ends = utc("2026-03-02T00:00"), utc("2026-03-16T00:00")
    assert gaps(LAYERED, (), begins=begins, ends=ends) == gaps({}, (), begins=begins, ends=ends) == [(begins, ends)]


def test_when_it_changes_next_is_found_up_to_32_days_on():
    assert next_change(OFFICE_ONLY, TEAM, now=utc("2026-03-06T20:00")) == utc("2026-03-09T08:00")
    assert next_change(OFFICE_ONLY, TEAM, now=utc("2026-03-09T09:00")) == utc("2026-03-09T16:00")
    assert next_change(WEEKLY, TEAM, now=utc("2026-03-02T09:00")) == utc("2026-03-09T09:00")
    assert next_change({}, TEAM, now=utc("2026-03-02T09:00")) is None


def test_the_zone_is_the_rotation_s_else_the_first_layer_s():
    assert zone_of(WEEKLY) == zone_of(LAYERED) == "Europe/London"
    assert zone_of({"layers": [LAYERED["layers"][1]]}) == "Europe/Berlin" and zone_of({}) == "UTC"
    alone = {"layers": [LAYERED["layers"][1], LAYERED["layers"][0]]}  # which takes the first one's zone for the second
    assert on_call_at(alone, TEAM, utc("2026-03-07T12:00")) == ANN


# overrides -----------------------------------------------------------------------------------------------------------

TONIGHT = Override(CLEO, utc("2026-03-02T18:00"), utc("2026-03-03T08:00"), "Ann is ill")


@pytest.mark.parametrize(
    ("moment", "who"), [("17:59", ANN), ("18:00", CLEO), ("23:59", CLEO)]
)  # fmt: skip
def test_an_override_holds_from_its_beginning_to_its_end(moment, who):
    assert on_call_at(WEEKLY, TEAM, utc(f"2026-03-02T{moment}"), [TONIGHT]) == who
    assert on_call_at(WEEKLY, TEAM, TONIGHT.ends_at, [TONIGHT]) == ANN


def test_an_override_lies_above_every_layer_and_says_why():
    found = shifts(LAYERED, TEAM, [TONIGHT], begins=utc("2026-03-02T17:00"), ends=utc("2026-03-03T09:00"))
    assert told(found) == [
        ("ann", "02 17:00", "02 18:00"), ("cleo", "02 18:00", "03 08:00"), ("cleo", "03 08:00", "03 09:00")
    ]  # fmt: skip
    assert [shift.because for shift in found] == ["Around the clock", "override: Ann is ill", "Office"]


def test_of_two_overrides_the_later_made_holds():
    later = Override(BOB, utc("2026-03-02T20:00"), utc("2026-03-02T22:00"))
    found = shifts(WEEKLY, TEAM, [TONIGHT, later], begins=utc("2026-03-02T19:00"), ends=utc("2026-03-02T23:00"))
    assert told(found) == [
        ("cleo", "02 19:00", "02 20:00"), ("bob", "02 20:00", "02 22:00"), ("cleo", "02 22:00", "02 23:00")
    ]  # fmt: skip
    assert on_call_at(WEEKLY, TEAM, utc("2026-03-02T21:00"), [later, TONIGHT]) == CLEO


def test_an_override_of_somebody_who_is_not_active_any_more_is_none():
    assert on_call_at(WEEKLY, (ANN, BOB), utc("2026-03-02T20:00"), [TONIGHT]) == ANN


def test_an_override_fills_a_gap():
    begins, ends = utc("2026-03-02T16:00"), utc("2026-03-03T08:00")
    assert gaps(OFFICE_ONLY, TEAM, [TONIGHT], begins=begins, ends=ends) == [(begins, TONIGHT.begins_at)]
