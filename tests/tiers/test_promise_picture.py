"""The worst way of a promise, cut into work and waiting, and laid out along an axis."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sla.alignment import Leg, walk
from sla.business_time import ALWAYS_OPEN, WEEKDAYS, BusinessCalendar
from tiers.promise_picture import LANE, TOP, Axis, picture, pieces, table, totals

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
    assert shown["foot"] == TOP + 3 * LANE < shown["words_y"] < shown["height"]


def test_a_lane_says_how_much_open_time_it_took_of_how_much_in_all():
    lanes = drawn(from_friday())["lanes"][:-1]
    assert [(lane["open"] / HOUR, lane["wall"] / HOUR) for lane in lanes] == [(1, 1), (9, 73)]


def test_the_whole_way_is_summed_by_the_wall_by_open_hours_and_by_the_promise():
    assert {name: seconds / HOUR for name, seconds in totals(from_friday(promised=OFFICE)).items()} == {
        "wall": 74, "open": 10, "used": 10,
    }  # fmt: skip
    assert totals(from_friday())["used"] / HOUR == 74


def test_by_how_much_a_promise_is_missed_or_kept_counts_on_its_own_calendar():
    assert drawn(from_friday())["slack"] / HOUR == -50
    office = drawn(from_friday(promised=OFFICE), due="09 09:30", promised=OFFICE)
    assert office["slack"] / HOUR == 0.5


def test_the_moments_that_matter_say_so_on_the_side_where_there_is_room():
    missed = drawn(from_friday(), due="06 15:00")
    assert (missed["due"], missed["end"]) == (
        {"at": at("06 15:00"), "x": "32.43", "to_left": False},
        {"at": at("08 17:00"), "x": "100.00", "to_left": True},
    )


def test_what_falls_due_after_the_way_has_ended_is_drawn_as_far():
    kept = drawn(from_friday(), due="09 15:00")
    assert (kept["end"]["x"], kept["due"]["x"]) == ("77.08", "100.00")


def test_a_way_that_takes_no_time_can_be_drawn():
    nothing = walk(calendar=ALWAYS_OPEN, path=[Leg("L1", OFFICE, 0)], start=at("05 15:00"))
    assert [lane["bars"] for lane in drawn(nothing, due="05 15:00")["lanes"]] == [[], []]


def test_the_promise_counts_until_it_falls_due_and_is_late_after_that():
    assert [bar["kind"] for bar in drawn(from_friday())["lanes"][-1]["bars"]] == ["in-time", "late"]
    office = drawn(from_friday(promised=OFFICE), due="08 10:00", promised=OFFICE)["lanes"][-1]["bars"]
    assert [(bar["kind"], bar["piece"].began_at) for bar in office] == [
        ("in-time", at("05 15:00")), ("in-time", at("08 09:00")), ("late", at("08 10:00")),
    ]  # fmt: skip


def test_a_promise_that_is_kept_counts_until_the_way_ends_and_shows_what_it_spares():
    bars = drawn(from_friday(promised=OFFICE), due="09 10:00", promised=OFFICE)["lanes"][-1]["bars"]
    assert [(bar["kind"], bar["piece"].began_at, bar["piece"].seconds / HOUR) for bar in bars] == [
        ("in-time", at("05 15:00"), 2), ("in-time", at("08 09:00"), 8), ("spare", at("09 09:00"), 1),
    ]  # fmt: skip
    assert drawn(from_friday(), due="08 17:00")["lanes"][-1]["bars"][-1]["kind"] == "in-time"


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
    assert drawn(hours, due="01 10:00")["marks"] == ["16.67", "50.00", "83.33"]
    assert len(drawn(week, due="01 10:00")["marks"]) == 28
