"""The coming days as lanes: whose they are, where they lie, what they say."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tiers.on_call import Shift
from tiers.on_call_picture import NARROWEST, kind, lanes, span_words, ticks

BEGINS = datetime(2026, 3, 27, 12, tzinfo=UTC)  # a Friday; London's clocks go forward on Sunday
LONDON = ZoneInfo("Europe/London")
NAMES = {"ann@msp.example": "Ann"}


def hours(first: float, last: float, who="ann@msp.example", because="Nights") -> Shift:
    return Shift(who, BEGINS + timedelta(hours=first), BEGINS + timedelta(hours=last), because)


def test_nobody_comes_first_and_the_others_in_the_order_of_their_shifts():
    found = lanes([hours(0, 10, "bob@msp.example"), hours(10, 20, "", ""), hours(20, 40)], NAMES, LONDON)
    assert [lane.name for lane in found] == ["Nobody", "bob@msp.example", "Ann"]
    assert [(bar.x, bar.width) for lane in found for bar in lane.bars] == [(25, 25), (0, 25), (50, 50)]


def test_a_short_shift_can_still_be_seen():
    [lane] = lanes([hours(0, 0.01), hours(0.01, 300)], NAMES, LONDON)
    assert lane.bars[0].width == NARROWEST


def test_nothing_is_no_picture():
    assert lanes([], {}, LONDON) == []


@pytest.mark.parametrize(
    ("who", "because", "drawn"),
    [("a@b.example", "Nights", "TURN"), ("a@b.example", "override", "OVERRIDE"), ("", "", "NOBODY"),
     ("a@b.example", "override: ill", "OVERRIDE")],
)  # fmt: skip
def test_turns_overrides_and_gaps_are_drawn_apart(who, because, drawn):
    assert kind(hours(0, 1, who, because)) == drawn


def test_times_are_the_reader_s_own_also_behind_a_change_of_clocks():
    assert span_words(hours(36, 72), LONDON) == "Sun 29 Mar 00:00 to Mon 30 Mar 13:00"


def test_each_midnight_of_the_reader_has_a_line_and_mondays_a_name():
    found = ticks(BEGINS, BEGINS + timedelta(days=4), LONDON)
    assert [tick.on.day for tick in found] == [28, 29, 30, 31]
    assert [tick.label for tick in found] == ["", "", "Mon 30 Mar", ""]
    assert found[2].x == round(100 * 59 / 96, 3)  # 12 hours, a day, and one of 23 hours
