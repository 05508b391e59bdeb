"""The way of a broken promise, cut into work and waiting, and laid out along an axis."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sla.alignment import Leg, walk
from sla.business_time import ALWAYS_OPEN, WEEKDAYS, BusinessCalendar
from tiers.promise_picture import Axis, picture, pieces, table

OFFICE = BusinessCalendar.of(timezone="UTC", hours={day: ["09:00-17:00"] for day in WEEKDAYS[:5]})
HOUR = 3600
PATH = [Leg("L1", ALWAYS_OPEN, HOUR), Leg("Vendor", OFFICE, 9 * HOUR)]
HOLDERS = {"L1": {"kind": "TIER"}, "Vendor": {"kind": "VENDOR"}}


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-06-{text}").replace(tzinfo=UTC)


def from_friday(hours="15:00", promised=ALWAYS_OPEN):
    return walk(calendar=promised, path=PATH, start=at(f"05 {hours}"))


def drawn(stays, zone="UTC", due="06 15:00", promised=ALWAYS_OPEN):
    return picture(stays, promised, at(due), HOLDERS, ZoneInfo(zone))


def test_a_stay_is_cut_where_its_holder_opens_and_closes():
    shown = [(piece.works, piece.began_at, piece.ended_at) for piece in pieces(from_friday()[1])]
    assert shown == [
        (True, at("05 16:00"), at("05 17:00")),
        (False, at("05 17:00"), at("08 09:00")),
        (True, at("08 09:00"), at("08 17:00")),
    ]


def test_a_stay_that_begins_in_closed_time_waits_first():
    assert [piece.works for piece in pieces(from_friday("19:00")[1])] == [False, True, False, True]


def test_a_leg_that_takes_no_time_has_no_pieces():
    stay = walk(calendar=ALWAYS_OPEN, path=[Leg("L1", OFFICE, 0)], start=at("06 10:00"))[0]
    assert list(pieces(stay)) == []


def test_the_table_adds_up_what_was_used_of_the_promise():
    rows = table(from_friday(), ALWAYS_OPEN)
    assert [(row["piece"].who, row["used"] / HOUR) for row in rows] == [
        ("L1", 1), ("Vendor", 2), ("Vendor", 66), ("Vendor", 74),
    ]  # fmt: skip
    assert [row["used"] / HOUR for row in table(from_friday(), OFFICE)] == [1, 2, 2, 10]


def test_a_place_is_a_percentage_of_the_whole_way():
    axis = Axis(at("01 00:00"), at("05 00:00"))
    assert (axis.place(at("01 00:00")), axis.place(at("02 00:00")), axis.place(at("05 00:00"))) == (
        "0.00", "25.00", "100.00",
    )  # fmt: skip


def test_each_holder_has_a_lane_and_the_promise_the_last():
    shown = drawn(from_friday())
    assert [lane["name"] for lane in shown["lanes"]] == ["L1", "Vendor", "The promise"]
    assert [bar["holder"] for bar in shown["lanes"][1]["bars"]] == [HOLDERS["Vendor"], None, HOLDERS["Vendor"]]
    assert shown["foot"] == 120 < shown["words_y"] < shown["height"]


def test_the_promise_counts_until_it_falls_due_and_is_late_after_that():
    assert [bar["kind"] for bar in drawn(from_friday())["lanes"][-1]["bars"]] == ["in-time", "late"]
    office = drawn(from_friday(promised=OFFICE), due="08 10:00", promised=OFFICE)["lanes"][-1]["bars"]
    assert [(bar["kind"], bar["piece"].began_at) for bar in office] == [
        ("in-time", at("05 15:00")), ("in-time", at("08 09:00")), ("late", at("08 10:00")),
    ]  # fmt: skip


def test_days_begin_at_the_reader_s_midnight():
    assert [day["at"] for day in drawn(from_friday())["days"]] == [at("06 00:00"), at("07 00:00"), at("08 00:00")]
    assert drawn(from_friday(), zone="Europe/London")["days"][0]["at"] == at("05 23:00")


def test_a_long_way_names_few_days_and_marks_no_hours():
    stays = walk(calendar=ALWAYS_OPEN, path=[Leg("L1", ALWAYS_OPEN, 40 * 24 * HOUR)], start=at("01 10:00"))
    shown = drawn(stays)
    assert (len(shown["days"]), shown["marks"]) == (6, [])


def test_a_short_way_is_marked_hour_by_hour_and_a_longer_one_by_six():
    hours, week = (
        walk(calendar=ALWAYS_OPEN, path=[Leg("L1", ALWAYS_OPEN, seconds)], start=at("01 09:30"))
        for seconds in (3 * HOUR, 7 * 24 * HOUR)
    )
    assert drawn(hours)["marks"] == ["16.67", "50.00", "83.33"]
    assert len(drawn(week)["marks"]) == 28
