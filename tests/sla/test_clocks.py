"""One clock: tables of what its spans amount to, and a proof that the short way equals the long way."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.business_time import ALWAYS_OPEN, WEEKDAYS, BusinessCalendar, NeverOpens
from sla.clocks import Projection, Span, consumed, is_running, pause, project, reached_at, resume, threshold_at

LONDON = ZoneInfo("Europe/London")
HOUR = 3600
OFFICE = BusinessCalendar.of(
    timezone="Europe/London",
    hours={day: ["09:00-12:00", "13:00-17:00"] for day in WEEKDAYS[:5]},
    closed_dates=[date(2026, 12, 25)],
)
NIGHTS = BusinessCalendar.of(timezone="Europe/Berlin", hours={day: ["22:00-06:00"] for day in WEEKDAYS})


def at(text: str) -> datetime:
    """A local time of the week that begins on Monday, 29 June 2026: "Wed 10:00"."""
    weekday, time = text.split()
    hours, minutes = time.split(":")
    monday = datetime(2026, 6, 29, int(hours), int(minutes), tzinfo=LONDON)
    return monday + timedelta(days=WEEKDAYS.index(weekday.lower()))


def span(began: str, ended: str | None, counted: bool = True) -> Span:
    return Span(at(began), at(ended) if ended else None, counted)


OVERNIGHT_PAUSE = [span("Wed 16:00", "Wed 16:30"), span("Wed 16:30", "Thu 09:30", False), span("Thu 09:30", None)]


@pytest.mark.parametrize(
    "spans, now, seconds",
    [
        ([], "Wed 10:00", 0),
        ([span("Wed 10:00", None)], "Wed 10:00", 0),
        ([span("Wed 10:00", None)], "Wed 11:30", 1.5 * HOUR),
        ([span("Wed 10:00", None)], "Thu 10:00", 7 * HOUR),
        ([span("Wed 10:00", "Wed 11:00"), span("Wed 11:00", None, False)], "Thu 10:00", HOUR),
        (OVERNIGHT_PAUSE, "Thu 10:00", HOUR),
        (OVERNIGHT_PAUSE, "Wed 16:15", 0.25 * HOUR),  # as of an earlier moment, later spans are not known
        ([span("Sat 10:00", "Sun 10:00")], "Sun 12:00", 0),
    ],
)
def test_consumed_time_is_the_open_time_of_counted_spans(spans, now, seconds):
    assert consumed(spans=spans, calendar=OFFICE, now=at(now)) == seconds


@pytest.mark.parametrize(
    "spans, now, target_hours, projection",
    [
        ([], "Wed 10:00", 1, (0, None, False)),
        ([span("Wed 10:00", None)], "Wed 10:00", 1, (0, "Wed 11:00", True)),
        ([span("Wed 10:00", None)], "Wed 10:30", 1, (0.5, "Wed 11:00", True)),
        ([span("Wed 16:00", None)], "Wed 22:00", 2, (1, "Thu 10:00", True)),
        (OVERNIGHT_PAUSE, "Thu 09:30", 1, (0.5, "Thu 10:00", True)),  # the pause pushes nothing out of hours
        (OVERNIGHT_PAUSE, "Wed 20:00", 1, (0.5, None, False)),  # paused: never due
        (OVERNIGHT_PAUSE, "Thu 12:00", 1, (3, "Thu 10:00", True)),  # over: the moment at which it was due
        (OVERNIGHT_PAUSE, "Thu 12:00", 0.25, (3, "Wed 16:15", True)),  # over since before the pause
        ([span("Wed 10:00", None)], "Wed 12:30", 2, (2, "Wed 12:00", True)),  # to the second, at the closing
        ([span("Wed 08:00", None)], "Wed 08:30", 0, (0, "Wed 08:00", True)),  # no target is reached at once
        ([span("Wed 10:00", "Wed 11:00")], "Wed 12:00", 2, (1, None, False)),  # stopped
        ([span("Wed 10:00", "Wed 11:00")], "Wed 11:00", 2, (1, None, False)),
    ],
)
def test_a_clock_is_a_projection_of_its_spans(spans, now, target_hours, projection):
    hours, due, running = projection
    expected = Projection(hours * HOUR, at(due) if due else None, running)
    assert project(spans=spans, calendar=OFFICE, target_seconds=target_hours * HOUR, now=at(now)) == expected


@pytest.mark.parametrize(
    "target_hours, reached",
    [(0, "Wed 16:00"), (0.25, "Wed 16:15"), (0.5, "Wed 16:30"), (1, "Thu 10:00"), (1.5, "Thu 10:30"), (1.75, None)],
)
def test_a_target_is_reached_at_the_earliest_moment_of_a_counted_span(target_hours, reached):
    moment = reached_at(spans=OVERNIGHT_PAUSE, calendar=OFFICE, target_seconds=target_hours * HOUR, now=at("Thu 10:30"))
    assert moment == (at(reached) if reached else None)


@pytest.mark.parametrize(
    "now, running", [("Wed 15:00", False), ("Wed 16:00", True), ("Wed 16:30", False), ("Thu 09:30", True)]
)
def test_a_clock_runs_while_its_latest_span_counts(now, running):
    assert is_running(spans=OVERNIGHT_PAUSE, now=at(now)) is running


def test_spans_may_come_from_a_stream():
    stream = (given_span for given_span in OVERNIGHT_PAUSE)
    assert project(spans=stream, calendar=OFFICE, target_seconds=HOUR, now=at("Thu 09:30")).due_at == at("Thu 10:00")


def test_pausing_adds_the_run_to_what_was_consumed():
    spent = pause(consumed_seconds=60.5, running_since=at("Wed 16:00"), now=at("Thu 09:30"), calendar=OFFICE)
    assert spent == 1.5 * HOUR + 60.5


@pytest.mark.parametrize(
    "consumed_hours, due", [(0, "Thu 14:00"), (3.5, "Thu 09:30"), (4, "Wed 19:00"), (9, "Wed 19:00")]
)
def test_a_clock_that_resumes_is_due_after_what_is_left_and_at_once_when_nothing_is(consumed_hours, due):
    moment = resume(
        consumed_seconds=consumed_hours * HOUR, target_seconds=4 * HOUR, now=at("Wed 19:00"), calendar=OFFICE
    )
    assert moment == at(due)


@pytest.mark.parametrize(
    "percent, consumed_hours, reached",
    [
        (50, 0, "Wed 12:00"),
        (75, 0, "Wed 14:00"),
        (100, 0, "Wed 15:00"),
        (125, 0, "Wed 16:00"),
        (50, 1, "Wed 11:00"),
        (50, 2, "Wed 10:00"),  # already behind it
        (50, 3, "Wed 10:00"),
        (12.5, 0, "Wed 10:30"),
    ],
)
def test_a_threshold_is_a_share_of_the_target(percent, consumed_hours, reached):
    moment = threshold_at(
        percent=percent,
        target_seconds=4 * HOUR,
        consumed_seconds=consumed_hours * HOUR,
        running_since=at("Wed 10:00"),
        calendar=OFFICE,
    )
    assert moment == at(reached)


def test_what_a_calendar_never_opens_for_is_never_due():
    closed = (date(2026, 1, 1) + timedelta(days=day) for day in range(9 * 366))
    shut = BusinessCalendar.of(timezone="UTC", hours={"mon": ["09:00-17:00"]}, closed_dates=closed)
    with pytest.raises(NeverOpens):
        resume(consumed_seconds=0, target_seconds=60, now=at("Wed 10:00"), calendar=shut)


# The short way equals the long way

lengths = st.integers(0, 5 * 24 * HOUR * 1_000_000).map(lambda micros: timedelta(microseconds=micros))
ledgers = st.lists(st.tuples(lengths, st.booleans()), min_size=1, max_size=12)


def spans_of(start, ledger):
    """Spans without gaps, the last without an end, and a moment within it."""
    spans = []
    for length, counted in ledger:
        spans.append(Span(start, start + length, counted))
        start += length
    spans[-1] = Span(spans[-1].began_at, None, spans[-1].counted)
    return spans, start


def walk(spans, calendar, target):
    """What is stored about a clock that lived through the spans: consumed, running since, due."""
    spent, since, due = 0.0, None, None
    for span in spans:
        if since and not span.counted:
            spent = pause(consumed_seconds=spent, running_since=since, now=span.began_at, calendar=calendar)
            since, due = None, None
        elif span.counted and not since:
            since = span.began_at
            due = resume(consumed_seconds=spent, target_seconds=target, now=since, calendar=calendar)
    return spent, since, due


@settings(deadline=None, max_examples=300)
@given(
    calendar=st.sampled_from([OFFICE, NIGHTS, ALWAYS_OPEN]),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)),
    ledger=ledgers,
    target=st.integers(1, 60 * HOUR),
)
def test_a_clock_kept_step_by_step_is_the_projection_of_its_ledger(calendar, start, ledger, target):
    spans, now = spans_of(start, ledger)
    projection = project(spans=spans, calendar=calendar, target_seconds=target, now=now)
    stored, since, due = walk(spans, calendar, target)
    spent = stored
    if since:
        spent = pause(consumed_seconds=stored, running_since=since, now=now, calendar=calendar)
    assert (projection.consumed_seconds, projection.running) == (spent, since is not None)
    if since and stored >= target:
        assert projection.due_at <= due == since
    else:
        assert projection.due_at == due


@settings(deadline=None, max_examples=200)
@given(
    calendar=st.sampled_from([OFFICE, NIGHTS, ALWAYS_OPEN]),
    since=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)),
    target=st.integers(1, 60 * HOUR),
    spent=st.integers(0, 80 * HOUR),
)
def test_thresholds_come_in_order_and_the_hundredth_is_the_deadline(calendar, since, target, spent):
    def reached(percent):
        return threshold_at(
            percent=percent, target_seconds=target, consumed_seconds=spent, running_since=since, calendar=calendar
        )

    moments = [reached(percent) for percent in (0, 50, 75, 90, 100, 125)]
    assert moments == sorted(moments)
    assert moments[0] == since
    assert moments[4] == resume(consumed_seconds=spent, target_seconds=target, now=since, calendar=calendar)
