"""Everything that is wrong with a calendar is named by its key, with a way out; what is sound can be opened."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.business_time import WEEKDAYS
from sla.calendar_document import calendar_of, check_calendar

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOUND: dict[str, Any] = {
    "timezone": "Europe/London",
    "hours": {"mon": ["09:00-12:30", "13:00-17:30"], "fri": ["22:00-06:00"]},
    "holidays": {"country": "GB", "region": "ENG"},
    "closures": ["2026-12-24"],
}
OPENING = "is not an opening, such as 09:00-17:30, 22:00-06:00 or 00:00-24:00"
OVERLAP = "has ended: let it begin later, or write one opening for both"
NO_HOURS = 'there is no opening in the whole week: write at least one, such as mon: ["09:00-17:30"], or always: true'
EITHER = "write either hours or always: true"
NO_DAYS_OFF = "what is always open has no days off: leave them out, or write hours instead of always"


def found(**changes: Any) -> dict[str, str]:
    """What is wrong with the sound calendar once it is changed, by dotted key."""
    document = {key: value for key, value in {**SOUND, **changes}.items() if value is not None}
    problems = check_calendar(document, name="Desk", now=NOW)
    assert len({path for path, _ in problems}) == len(problems)
    return {".".join(map(str, path)): message for path, message in problems}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"holidays": None, "closures": None},
        {"holidays": {"country": "DE", "region": None}},
        {"closures": []},
        {"hours": {"sun": ["00:00-24:00"], "mon": []}},
        {"hours": None, "always": True, "holidays": None, "closures": None},
    ],
)
def test_a_sound_calendar_has_nothing_wrong_with_it(changes):
    assert found(**changes) == {}


@pytest.mark.parametrize(
    "changes, key, message",
    [
        ({"timezone": None}, "timezone", "is missing: write an IANA zone, such as Europe/London"),
        ({"timezone": ""}, "timezone", "is missing: write an IANA zone, such as Europe/London"),
        ({"timezone": "Europe/Lundon"}, "timezone",
         '"Europe/Lundon" is not an IANA zone; did you mean "Europe/London"?'),
        ({"timezone": "Europe"}, "timezone", '"Europe" is not an IANA zone; did you mean "Europe/Rome"?'),
        ({"timezone": "../etc/passwd"}, "timezone", '"../etc/passwd" is not an IANA zone'),
        ({"hours": None}, "hours", EITHER),
        ({"always": True}, "hours", EITHER),
        ({"hours": {}}, "hours", NO_HOURS),
        ({"hours": {"mon": [], "tue": []}}, "hours", NO_HOURS),
        ({"hours": {"mon": ["9-12"]}}, "hours.mon", f"'9-12' {OPENING}"),
        ({"hours": {"mon": ["09:00-25:00"]}}, "hours.mon", f"'09:00-25:00' {OPENING}"),
        ({"hours": {"mon": ["09:00-09:00"]}}, "hours.mon",
         "'09:00-09:00' lasts no time; for a whole day write 00:00-24:00"),
        ({"hours": {"mon": "09:00-17:30"}}, "hours.mon",
         'write a list of openings, such as ["09:00-12:30", "13:00-17:30"]'),
        ({"hours": {"monday": ["09:00-17:30"]}}, "hours.monday",
         "no such weekday; write one of mon, tue, wed, thu, fri, sat, sun"),
        ({"hours": {"monday": []}}, "hours.monday", "no such weekday; write one of mon, tue, wed, thu, fri, sat, sun"),
        ({"hours": {"mon": ["09:00-13:00", "12:00-17:30"]}}, "hours.mon",
         f"an opening begins before one of mon {OVERLAP}"),
        ({"hours": {"mon": ["22:00-06:00"], "tue": ["05:00-12:00"]}}, "hours.tue",
         f"an opening begins before one of mon {OVERLAP}"),
        ({"hours": {"sun": ["22:00-06:00"], "mon": ["05:00-12:00"]}}, "hours.mon",
         f"an opening begins before one of sun {OVERLAP}"),
        ({"holidays": {"country": "Germany"}}, "holidays.country",
         "'Germany' is not known; did you mean DE (Germany)?"),
        ({"holidays": {"region": "BY"}}, "holidays.country", "'' is not known; write an ISO code, such as GB or DE"),
        ({"holidays": {"country": "GB", "region": "SCO"}}, "holidays.region",
         "'SCO' is not a region of GB (ENG, NIR, SCT, WLS); did you mean SCT?"),
        ({"closures": ["2026-12-24", "24.12.2026"]}, "closures.1", '"24.12.2026" is not a date, such as 2026-12-24'),
        ({"closures": ["2026-02-30"]}, "closures.0", '"2026-02-30" is not a date, such as 2026-12-24'),
    ],
)  # fmt: skip
def test_each_mistake_has_its_key_and_a_way_out(changes, key, message):
    assert found(**changes) == {key: message}


@pytest.mark.parametrize("key", ["holidays", "closures"])
def test_days_off_of_what_is_always_open_are_refused_instead_of_forgotten(key):
    document = {"hours": None, "always": True, "holidays": None, "closures": None, key: SOUND[key]}
    assert found(**document) == {key: NO_DAYS_OFF}


def test_a_calendar_that_never_opens_is_refused():
    first = NOW.date()
    sundays = [(first + timedelta(days=n)).isoformat() for n in range(7 * 366) if (first.weekday() + n) % 7 == 6]
    said = "the calendar 'Desk' does not open for five years: take some of the closures out"
    assert found(hours={"sun": ["09:00-12:00"]}, closures=sundays) == {"closures": said}
    assert found(hours={"sun": ["09:00-12:00"]}, closures=[day for n, day in enumerate(sundays) if n % 50]) == {}


def test_all_mistakes_are_named_together():
    problems = found(
        timezone="Mars",
        hours={"mon": ["x"], "tue": ["09:00-12:00", "11:00-13:00"], "wed": ["09:00-12:00"], "yesterday": []},
        holidays={"country": "Nowhere land"},
        closures=["soon", "2026-12-24", "later"],
    )
    assert list(problems) == [
        "timezone", "hours.mon", "hours.tue", "hours.yesterday", "holidays.country", "closures.0", "closures.2",
    ]  # fmt: skip


def test_the_calendar_is_closed_on_its_holidays_and_closures():
    calendar = calendar_of({**SOUND, "hours": {day: ["09:00-17:00"] for day in WEEKDAYS}}, name="Desk", since=NOW)
    closed = [day for day in (1, 23, 24, 25, 26, 27) if not calendar.is_open(datetime(2026, 12, day, 12, tzinfo=UTC))]
    assert closed == [24, 25, 26]


def test_holidays_are_known_from_three_years_before_a_calendar_was_published_to_ten_after():
    calendar = calendar_of(SOUND, name="Desk", since=NOW)
    christmas = {day.year for day in calendar.closed_dates if (day.month, day.day) == (12, 25)}
    assert christmas == set(range(2023, 2037))


TIMES = st.sampled_from([f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)])
DAYS = st.dictionaries(
    st.sampled_from([*WEEKDAYS, "someday"]),
    st.lists(st.one_of(st.tuples(TIMES, TIMES).map("-".join), st.text(max_size=12)), max_size=3),
)


@given(
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Apia", "Europe", "", "no zone"]),
    hours=st.none() | DAYS,
    always=st.booleans(),
    closures=st.lists(st.dates(date(2026, 1, 1), date(2027, 1, 1)).map(str) | st.text(max_size=10), max_size=3),
)
def test_whatever_is_not_refused_becomes_a_calendar_that_opens(zone, hours, always, closures):
    document = {"timezone": zone, "hours": hours, "always": always, "closures": closures}
    problems = check_calendar(document, name="Desk", now=NOW)
    if problems:
        assert all(message and path[0] in document for path, message in problems)
    else:
        assert calendar_of(document, name="Desk", since=NOW).next_opening(NOW) >= NOW
