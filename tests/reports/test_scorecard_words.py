"""A scorecard in words and as a picture; what a spreadsheet must not run."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from accounts.csv_cells import MARK
from reports.csv_text import csv_text
from reports.month_chart import HEIGHT, month_chart
from reports.periods import Period
from reports.scorecard import Case, Kept, Promise, Times, score
from reports.scorecard_words import (
    by_severity,
    open_words,
    shown_score,
    shown_times,
    time_words,
    wall_words,
)

BERLIN = ZoneInfo("Europe/Berlin")
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def case(kept=None, *, at=NINE, seconds=600.0, severity="A", **said):
    promises = [] if kept == "none" else [Promise("VENDOR_RESPOND", 3600, kept, seconds if kept is not None else None)]
    answered = None if kept is None else seconds
    defaults = {"closed": False, "incomplete": False, "chases": 0, "bounces": 0, "auto_first": False} | said
    return Case("microsoft", "Microsoft 365", severity, at, answered, None, **defaults, promises=promises)


def shown(*cases, before=()):
    return shown_score(score(cases), score(before))


def plain(text):
    return text.replace("\u00a0", " ")


def test_a_share_is_told_with_its_numbers_and_what_is_open_apart():
    found = shown(case(True), case(True), case(False), case())["answer"]
    assert (found["said"], plain(found["share"]), found["apart"], plain(found["promised"])) == (
        "2 of 3", "66.7 %", "1 open", "1 hour",
    )  # fmt: skip


def test_a_promise_is_told_in_the_words_of_the_agreement_and_not_in_days():
    long = Case("microsoft", "M365", "A", NINE, None, None, False, False, 0, 0, False,
                [Promise("VENDOR_RESOLVE", 72 * 3600, None, None)])  # fmt: skip
    assert plain(shown(long)["solution"]["promised"]) == "72 hours"


def test_what_was_not_needed_any_more_is_said_so_and_is_not_nothing_promised():
    over = Promise("VENDOR_RESPOND", 3600, None, None, over=True)
    solved_here = Case("microsoft", "M365", "A", NINE, None, None, True, False, 0, 0, False, [over])
    found = shown(solved_here, case())["answer"]
    assert (found["said"], found["percent"], found["apart"]) == ("", None, "1 open, 1 not needed any more")
    assert plain(found["promised"]) == "1 hour"


def test_nothing_promised_is_said_as_such_and_is_no_hundred_percent():
    found = shown(case("none"))["answer"]
    assert (found["said"], found["share"], found["percent"]) == ("nothing promised", "", None)


def test_without_a_case_and_with_open_ones_alone_no_share_is_told():
    assert shown()["answer"]["said"] == "-"
    assert (shown(case())["answer"]["said"], shown(case())["answer"]["apart"]) == ("", "1 open")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((), ""),
        ((45.9,), "45 s"),
        ((60.0, 7265.0), "1 min to 2 h 1 min"),
        ((60.0, 65.0), "1 min"),
        ((60.0, 3600.0, 3 * 86400.0, 75 * 3600.0), "1 min to 75 h"),
        ((60.0, 120.0, 180.0, 240.0, 300.0), "half within 3 min, 90 % within 5 min"),
    ],
)
def test_of_few_times_the_shortest_and_the_longest_are_told_and_of_more_their_ranks(values, said):
    assert plain(time_words(Times(values), open_words)) == said


def test_the_time_on_the_wall_is_told_where_it_differs():
    assert shown_times(Times((600.0,)), Times((600.0,)))["day_and_night"] == ""
    assert plain(shown_times(Times((600.0,)), Times((600.0, 86400.0)))["day_and_night"]) == "10 min to 24 h"
    assert shown_times(Times(), Times((600.0,))) == {"time": "", "day_and_night": "10\u00a0min"}
    assert shown_times(Times((80 * 3600.0,)), Times((80 * 3600.0,)))["day_and_night"] == ""


def test_a_length_of_time_is_not_broken_at_a_line_s_end():
    assert open_words(5459) == wall_words(5459) == "1\u00a0h\u00a030\u00a0min"


def test_open_time_is_told_in_hours_and_time_on_the_wall_in_days():
    assert (plain(open_words(80 * 3600 + 90)), plain(wall_words(80 * 3600))) == ("80 h 1 min", "3 d 8 h")


def test_only_what_there_was_is_remarked():
    assert shown(case(True))["remarks"] == []
    found = shown(case(True, incomplete=True, chases=1), case(True, chases=2, auto_first=True, bounces=1))["remarks"]
    assert found == ["1 sent incomplete", "3 chases", "1 answered first by a machine", "1 bounced mail"]


@pytest.mark.parametrize(
    ("now", "before", "said", "arrow"),
    [
        ([True], [False], ["Up from 0 % in time"], "arrow-up"),
        ([False], [True], ["Down from 100 % in time"], "arrow-down"),
        ([True], [True], ["Still 100 % in time"], "arrow-right"),
        ([True], [], [], ""),
        ([None], [True], [], ""),
    ],
)
def test_how_it_moved_is_said_in_words_with_an_arrow(now, before, said, arrow):
    found = shown(*map(case, now), before=[case(kept) for kept in before])["trend"]
    assert ([plain(words) for words in found["said"]], found["arrow"]) == (said, arrow)


def test_that_a_vendor_answers_sooner_is_told_of_five_cases_on():
    slow, quick = [case(True, seconds=1200.0)] * 5, [case(True, seconds=600.0)] * 5
    said = shown(*quick, before=slow)["trend"]["said"]
    assert [plain(words) for words in said] == ["Still 100 % in time", "faster than before (half within 20 min)"]
    assert len(shown(*quick[:4], before=slow)["trend"]["said"]) == 1


def test_there_is_a_row_for_each_service_and_severity_in_their_order():
    rows = by_severity([case(True, severity="B"), case(True, severity=""), case(False, severity="A")], [])
    assert [(row["severity"], row["answer"]["said"]) for row in rows] == [
        ("none", "1 of 1"), ("A", "0 of 1"), ("B", "1 of 1"),
    ]  # fmt: skip


# months --------------------------------------------------------------------------------------------------------------


def months(count=3):
    return Period(date(2026, 3, 1), date(2026, 3, 31), UTC).months(count)


def test_the_highest_month_fills_the_picture_and_its_parts_stand_on_each_other():
    february = NINE - timedelta(days=20)
    bars = month_chart(months(), [case(True), case(False), case(), case("none"), case(True, at=february)])
    assert [bar.cases for bar in bars] == [0, 1, 4]
    march = bars[2]
    assert [(part.kind, part.count) for part in march.parts] == [("kept", 1), ("missed", 1), ("apart", 2)]
    assert [part.y for part in march.parts] == [90.0, 60.0, 0.0]
    assert sum(part.height for part in march.parts) == HEIGHT
    assert march.title == "March 2026: 1 answered in time, 1 answered too late, 2 undecided or nothing promised"
    assert bars[0].title == "January 2026: no case"


def test_bars_lie_side_by_side_within_the_picture():
    bars = month_chart(months(12), [])
    assert all(left.x + left.width < right.x for left, right in pairwise(bars))
    assert bars[0].x > 0 and bars[-1].x + bars[-1].width < 100
    assert not any(part.height for bar in bars for part in bar.parts)


# CSV -----------------------------------------------------------------------------------------------------------------


def cells(*values):
    text = csv_text(["one"] * len(values), [values], zone=BERLIN)
    header, row = csv.reader(io.StringIO(text.removeprefix(MARK)))
    assert header == ["one"] * len(values)
    return row


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_would_be_a_formula_is_one_no_more(start):
    assert cells(f"{start}1+1", f"a{start}b") == [f"'{start}1+1", f"a{start}b"]


def test_a_file_says_that_it_is_utf_8_so_that_no_spreadsheet_takes_it_for_latin_1():
    assert csv_text(["Bär"], [], zone=BERLIN) == "\ufeffBär\r\n"


def test_moments_are_written_with_the_offset_of_the_zone():
    summer = datetime(2026, 7, 1, 10, 30, 15, 999, tzinfo=UTC)
    assert cells(NINE, summer) == ["2026-03-02T10:00:00+01:00", "2026-07-01T12:30:15+02:00"]


def test_numbers_words_and_nothing():
    assert cells(1, 2.0, 2.25, True, False, None, 'a "quoted", b\nc') == [
        "1", "2", "2.2", "yes", "no", "", 'a "quoted", b\nc',
    ]  # fmt: skip


def test_kept_of_nothing_has_no_percent():
    assert Kept().percent is None
