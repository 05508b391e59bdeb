"""Sums of open time with their reasons: by hand for some, against the arithmetic of clocks for all."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.business_time import ALWAYS_OPEN, WEEKDAYS, BusinessCalendar
from sla.calculator import SHOWN_WHOLE, add, between, length, moment

LONDON = "Europe/London"
EASTER = {date(2026, 4, 3): "Good Friday", date(2026, 4, 6): "Easter Monday"}
OFFICE = BusinessCalendar.of(timezone=LONDON, hours={day: ["09:00-17:30"] for day in WEEKDAYS[:5]})
KEEPS_EASTER = BusinessCalendar.of(
    timezone=LONDON, hours={day: ["09:00-17:30"] for day in WEEKDAYS[:5]}, closed_dates=EASTER
)
CLOSES_TOO = BusinessCalendar.of(
    timezone=LONDON, hours={day: ["09:00-17:30"] for day in WEEKDAYS[:5]}, closed_dates=[date(2026, 3, 10)]
)
SPLIT = BusinessCalendar.of(timezone=LONDON, hours={day: ["09:00-12:30", "13:00-17:30"] for day in WEEKDAYS[:5]})
UNEVEN = BusinessCalendar.of(timezone=LONDON, hours={"mon": ["08:00-12:00"], "fri": ["09:00-17:00"]})
NIGHTS = BusinessCalendar.of(timezone=LONDON, hours={day: ["22:00-06:00"] for day in WEEKDAYS})
BERLIN_ALWAYS = BusinessCalendar.always(timezone="Europe/Berlin")
RARE = BusinessCalendar.of(timezone="Pacific/Apia", hours={"wed": ["10:00-11:00"]})
ALL = (OFFICE, KEEPS_EASTER, CLOSES_TOO, SPLIT, UNEVEN, NIGHTS, BERLIN_ALWAYS, ALWAYS_OPEN, RARE)
HOUR = 3600


def at(text: str, calendar=OFFICE) -> datetime:
    return moment(text, calendar.timezone)


@pytest.mark.parametrize("calendar, start, seconds, sentence", [
    (OFFICE, "2026-03-06T16:50", 4 * HOUR,
     "4 h from Friday 16:50, open 09:00–17:30, is Monday 12:20, because: Friday 16:50–17:30 counts 40 min, "
     "Saturday and Sunday are closed, Monday 09:00–12:20 counts 3 h 20 min."),
    (OFFICE, "2026-03-06T18:00", HOUR,
     "1 h from Friday 18:00, open 09:00–17:30, is Monday 10:00, because: "
     "Friday from 18:00, Saturday and Sunday are closed, Monday 09:00–10:00 counts 1 h."),
    (OFFICE, "2026-03-02T10:00", 1800,
     "30 min from Monday 10:00, open 09:00–17:30, is Monday 10:30, because: Monday 10:00–10:30 counts 30 min."),
    (OFFICE, "2026-03-02T17:29:30", 45,
     "45 s from Monday 17:29:30, open 09:00–17:30, is Tuesday 09:00:15, because: "
     "Monday 17:29:30–17:30 counts 30 s, Tuesday 09:00–09:00:15 counts 15 s."),
    (KEEPS_EASTER, "2026-04-02T17:00", HOUR,
     "1 h from Thursday 17:00, open 09:00–17:30, is Tuesday 09:30, because: Thursday 17:00–17:30 counts 30 min, "
     "Friday is closed (Good Friday), Saturday and Sunday are closed, Monday is closed (Easter Monday), "
     "Tuesday 09:00–09:30 counts 30 min."),
    (CLOSES_TOO, "2026-03-09T17:00", HOUR,
     "1 h from Monday 17:00, open 09:00–17:30, is Wednesday 09:30, because: Monday 17:00–17:30 counts 30 min, "
     "Tuesday is closed (Own closure), Wednesday 09:00–09:30 counts 30 min."),
    (SPLIT, "2026-03-02T12:00", HOUR,
     "1 h from Monday 12:00, open 09:00–12:30 and 13:00–17:30, is Monday 13:30, because: "
     "Monday 12:00–12:30 and 13:00–13:30 counts 1 h."),
    (UNEVEN, "2026-03-02T11:00", 2 * HOUR,
     "2 h from Monday 11:00 is Friday 10:00, because: Monday 11:00–12:00 counts 1 h, "
     "Tuesday, Wednesday and Thursday are closed, Friday 09:00–10:00 counts 1 h."),
    (NIGHTS, "2026-03-02T23:00", 2 * HOUR,
     "2 h from Monday 23:00, open 22:00–06:00, is Tuesday 01:00, because: "
     "Monday 23:00–24:00 counts 1 h, Tuesday 00:00–01:00 counts 1 h."),
    (NIGHTS, "2026-03-28T23:00", 7 * HOUR,
     "7 h from Saturday 23:00, open 22:00–06:00, is Sunday 23:00, because: Saturday 23:00–24:00 counts 1 h, "
     "Sunday 00:00–06:00 and 22:00–23:00 counts 6 h (the clocks go forward by 1 hour)."),
    (ALWAYS_OPEN, "2026-03-06T16:50", 4 * HOUR,
     "4 h from Friday 16:50 is Friday 20:50, because this calendar never closes."),
    (BERLIN_ALWAYS, "2026-10-24T12:00", 25 * HOUR,
     "25 h from Saturday 12:00 is Sunday 12:00, because this calendar never closes and "
     "on Sunday the clocks go back by 1 hour."),
])  # fmt: skip
def test_a_sum_says_why(calendar, start, seconds, sentence):
    assert add(calendar, at(start, calendar), seconds, EASTER).sentence == sentence


@pytest.mark.parametrize("start, end, sentence", [
    ("2026-03-06T16:50", "2026-03-09T12:20",
     "From Friday 16:50 to Monday 12:20 there is 4 h of open time, because: Friday 16:50–17:30 counts 40 min, "
     "Saturday and Sunday are closed, Monday 09:00–12:20 counts 3 h 20 min."),
    ("2026-03-06T18:00", "2026-03-09T08:00",
     "From Friday 18:00 to Monday 08:00 there is no open time, because: "
     "Friday from 18:00, Saturday, Sunday and Monday until 08:00 are closed."),
    ("2026-03-02T18:00", "2026-03-02T20:00",
     "From Monday 18:00 to Monday 20:00 there is no open time, because: Monday from 18:00 until 20:00 is closed."),
    ("2026-03-02T10:00", "2026-03-02T10:00", "From Monday 10:00 to Monday 10:00 there is no open time."),
])  # fmt: skip
def test_the_time_between_two_moments_says_why(start, end, sentence):
    assert between(OFFICE, at(start), at(end), EASTER).sentence == sentence


def test_the_rows_hold_what_the_sentence_says():
    rows = add(OFFICE, at("2026-03-06T16:50"), 4 * HOUR, {}).rows
    assert [(row.title, row.words, row.seconds) for row in rows] == [
        ("Fri 6 Mar 2026", "16:50–17:30", 2400), ("Sat 7 Mar 2026", "closed", 0),
        ("Sun 8 Mar 2026", "closed", 0), ("Mon 9 Mar 2026", "09:00–12:20", 12000),
    ]  # fmt: skip


def test_two_moments_far_apart_carry_their_dates():
    sentence = add(OFFICE, at("2026-03-06T09:00"), 51 * HOUR, {}).sentence
    assert "from Friday 6 March 2026 09:00" in sentence and "is Friday 13 March 2026 17:30" in sentence
    assert "because: Fri 6 Mar 09:00–17:30 counts 8 h 30 min, Sat 7 Mar and Sun 8 Mar are closed, Mon 9 Mar" in sentence


def test_a_long_sum_tells_its_beginning_and_its_end_and_sums_up_the_middle():
    done = add(KEEPS_EASTER, at("2026-03-02T09:00"), 400 * HOUR, EASTER)
    assert len(done.rows) == 21 + 1 + 7
    middle = done.rows[21]
    assert middle.title == "Mon 23 Mar 2026 to Fri 1 May 2026" and middle.words == "summed up"
    assert middle.notes == "Good Friday (3 Apr), Easter Monday (6 Apr)"
    assert sum(row.seconds for row in done.rows) == 400 * HOUR
    assert "more lines of the table" in done.sentence


def test_a_middle_with_many_holidays_names_some_and_counts_the_rest():
    dates = [date(2026, 4, day) for day in range(1, 13)]
    closed = BusinessCalendar.of(timezone=LONDON, hours={"mon": ["09:00-10:00"]}, closed_dates=dates)
    middle = next(row for row in add(closed, at("2026-03-02T09:00"), 30 * HOUR, {}).rows if row.summary)
    assert middle.notes.count("Own closure") == 8 and middle.notes.endswith("4 more")


MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(lambda d: d.replace(tzinfo=UTC, microsecond=0))


@given(st.sampled_from(ALL), MOMENTS, st.integers(1, 200 * HOUR))
def test_the_rows_add_up_to_what_clocks_count(calendar, start, seconds):
    done = add(calendar, start, seconds, {})
    assert done.end == calendar.add(start, seconds)
    assert sum(row.seconds for row in done.rows) == seconds
    days = [(row.first, row.last) for row in done.rows]
    assert all(first <= last for first, last in days)
    assert all((after[0] - before[1]).days == 1 for before, after in pairwise(days))


@given(st.sampled_from(ALL), MOMENTS, st.integers(0, 40 * 24 * HOUR))
def test_between_is_what_clocks_count_and_each_row_its_share(calendar, start, seconds):
    end = datetime.fromtimestamp(start.timestamp() + seconds, UTC)
    done = between(calendar, start, end, {})
    assert done.seconds == calendar.elapsed(start, end) == sum(row.seconds for row in done.rows)
    assert all(row.seconds == sum(span.seconds for span in row.spans) for row in done.rows if not row.summary)


def test_few_days_are_told_one_by_one():
    assert not any(
        row.summary for row in add(ALWAYS_OPEN, at("2026-03-02T00:00"), (SHOWN_WHOLE - 1) * 24 * HOUR, {}).rows
    )


def test_the_end_must_not_lie_before_the_beginning():
    with pytest.raises(ValueError, match="before the beginning"):
        between(ALWAYS_OPEN, at("2026-03-02T10:00"), at("2026-03-02T09:59"), {})
    with pytest.raises(ValueError, match="before the beginning"):
        between(OFFICE, at("2026-03-01T10:00"), at("2026-03-01T09:59"), {})


@pytest.mark.parametrize("text, zone, expected", [
    ("2026-03-06T16:50", LONDON, datetime(2026, 3, 6, 16, 50, tzinfo=UTC)),
    ("2026-07-06T16:50", LONDON, datetime(2026, 7, 6, 15, 50, tzinfo=UTC)),
    (" 2026-07-06 16:50 ", LONDON, datetime(2026, 7, 6, 15, 50, tzinfo=UTC)),
    ("2026-07-06T16:50Z", LONDON, datetime(2026, 7, 6, 16, 50, tzinfo=UTC)),
    ("2026-07-06T16:50+02:00", LONDON, datetime(2026, 7, 6, 14, 50, tzinfo=UTC)),
    ("2026-10-25T01:30", LONDON, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # the first of two
])  # fmt: skip
def test_a_moment_is_read_in_the_calendar_s_zone(text, zone, expected):
    assert moment(text, zone) == expected


@pytest.mark.parametrize("text, said", [
    ("", "not a moment"), ("tomorrow", "not a moment"), ("2026-02-30T10:00", "not a moment"),
    ("1999-12-31T10:00", "a year from 2000 to 2100"), ("2101-01-01T10:00", "a year from 2000 to 2100"),
    ("9999-12-31T23:59", "a year from 2000 to 2100"),
    ("2026-03-29T01:30", "the clocks skip it"),
])  # fmt: skip
def test_what_is_no_moment_is_told(text, said):
    with pytest.raises(ValueError, match=said):
        moment(text, LONDON)


@pytest.mark.parametrize("seconds, said", [
    (0, "0 min"), (59, "59 s"), (60, "1 min"), (12_000, "3 h 20 min"), (360_015, "100 h 15 s"),
])  # fmt: skip
def test_a_length_is_told_to_the_second(seconds, said):
    assert length(seconds) == said
