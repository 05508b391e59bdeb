"""The plain reckoning of clocks, against tables made by hand and against counting one minute after another."""

from datetime import UTC, datetime
from random import Random

import pytest
from naive_facts import (
    ACKNOWLEDGE,
    BREACHED,
    ENDED,
    MET,
    OLA_ACKNOWLEDGE,
    OLA_RESOLVE,
    PAUSED,
    REPLACED,
    RESOLVE,
    RESPOND,
    RUNNING,
    SUPERSEDED,
    UPDATE,
    VENDOR_RESOLVE,
    VENDOR_RESPOND,
    VENDOR_UPDATE,
    Fact,
    Promise,
    Terms,
    counts_in,
)
from naive_ledger import History
from naive_time import OpenMinutes, Window
from random_calendars import SPRING, pool, round_the_clock
from random_histories import some_fact, some_gap, some_terms

MINUTE, HOUR, DAY = 60, 3600, 86400
WEEK = Window(datetime(2026, 6, 1, tzinfo=UTC), 14)
ALWAYS = OpenMinutes.of(round_the_clock(), WEEK)
OFFICE = OpenMinutes.of({"timezone": "UTC", "hours": {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"]}}, WEEK)
NINE = 9 * HOUR


def terms(vendor_time_counts=True, **seconds):
    """A promise for each metric named, on the office's calendar when its name ends in `_in_office`."""
    promises = {
        metric.removesuffix("_in_office"): Promise(
            length, OFFICE if metric.endswith("_in_office") else ALWAYS, vendor_time_counts
        )
        for metric, length in seconds.items()
    }
    ladder = tuple({metric: promises[metric] for metric in promises if metric.startswith("OLA")} for _ in range(3))
    return Terms(promises, ladder, promises)


def told(of_terms, *facts, opened=NINE):
    history = History()
    history.tell(Fact(opened, "OPENED", step=0, terms=of_terms))
    for fact in facts:
        history.tell(fact)
    return history


def stand(history, metric, at, number=-1):
    """(consumed, due, state, breached) of the last clock of this metric, or of the one with this number."""
    history.as_of(at)
    seen = [seen for seen in history.seen_at(at) if seen.metric == metric][number]
    return seen.consumed, seen.due_at, seen.state, seen.breached_at


WAIT = (Fact(NINE + HOUR, "WAITED_ON_CLIENT"), Fact(NINE + 3 * HOUR, "CLIENT_ANSWERED"))
HOLD = (Fact(NINE + HOUR, "HELD", until=NINE + 3 * HOUR),)
CASE = (Fact(NINE + HOUR, "LODGED", case=0), Fact(NINE + 3 * HOUR, "VENDOR_ANSWERED", case=0))


@pytest.mark.parametrize(
    "facts, metric, expected",
    [
        ((), RESOLVE, (4 * HOUR, NINE + 6 * HOUR, RUNNING, None)),
        (WAIT, RESOLVE, (2 * HOUR, NINE + 8 * HOUR, RUNNING, None)),
        (WAIT[:1], RESOLVE, (HOUR, None, PAUSED, None)),
        (WAIT, RESPOND, (4 * HOUR, NINE + 6 * HOUR, RUNNING, None)),
        (WAIT, OLA_RESOLVE, (2 * HOUR, NINE + 8 * HOUR, RUNNING, None)),
        (WAIT, OLA_ACKNOWLEDGE, (HOUR, NINE + 9 * HOUR, RUNNING, None)),
        (HOLD, RESOLVE, (4 * HOUR, NINE + 6 * HOUR, RUNNING, None)),
        (HOLD, OLA_RESOLVE, (2 * HOUR, NINE + 8 * HOUR, RUNNING, None)),
        (HOLD, OLA_ACKNOWLEDGE, (2 * HOUR, NINE + 8 * HOUR, RUNNING, None)),
        (CASE, RESOLVE, (4 * HOUR, NINE + 6 * HOUR, RUNNING, None)),
        (CASE, OLA_RESOLVE, (2 * HOUR, NINE + 8 * HOUR, RUNNING, None)),
        (CASE, VENDOR_RESPOND, (2 * HOUR, None, MET, None)),
        (CASE, VENDOR_UPDATE, (2 * HOUR, None, MET, None)),
        (CASE, VENDOR_RESOLVE, (2 * HOUR, None, PAUSED, None)),
        (CASE[:1], VENDOR_RESOLVE, (3 * HOUR, NINE + 7 * HOUR, RUNNING, None)),
        (CASE[:1], OLA_ACKNOWLEDGE, (HOUR, None, ENDED, None)),
        (CASE[:1], OLA_RESOLVE, (HOUR, None, MET, None)),
    ],
)
def test_four_hours_after_the_opening_each_clock_stands_as_the_table_says(facts, metric, expected):
    metrics = (RESOLVE, RESPOND, OLA_RESOLVE, OLA_ACKNOWLEDGE, VENDOR_RESPOND, VENDOR_UPDATE, VENDOR_RESOLVE)
    history = told(terms(**dict.fromkeys(metrics, 6 * HOUR)), *facts)
    assert stand(history, metric, NINE + 4 * HOUR) == expected


def test_a_vendors_time_is_left_out_where_the_agreement_says_so():
    history = told(terms(vendor_time_counts=False, RESOLVE=6 * HOUR), *CASE)
    assert stand(history, RESOLVE, NINE + 4 * HOUR) == (2 * HOUR, NINE + 8 * HOUR, RUNNING, None)


@pytest.mark.parametrize(
    "stopped, expected",
    [
        (NINE + 4 * HOUR - 1, (4 * HOUR - 1, None, MET, None)),
        (NINE + 4 * HOUR, (4 * HOUR, None, BREACHED, NINE + 4 * HOUR)),
        (NINE + 4 * HOUR + 1, (4 * HOUR + 1, None, BREACHED, NINE + 4 * HOUR)),
    ],
)
def test_a_target_is_missed_from_the_moment_at_which_it_falls_due(stopped, expected):
    assert stand(told(terms(ACKNOWLEDGE=4 * HOUR), Fact(stopped, "ACKNOWLEDGED")), ACKNOWLEDGE, DAY) == expected


def test_a_target_that_ends_with_the_day_is_not_kept_by_an_evening():
    history = told(terms(ACKNOWLEDGE_in_office=8 * HOUR), Fact(NINE + 9 * HOUR, "ACKNOWLEDGED"))
    assert stand(history, ACKNOWLEDGE, DAY) == (8 * HOUR, None, BREACHED, NINE + 8 * HOUR)


def test_a_pause_over_night_pushes_nothing_out_of_hours():
    late = Fact(NINE + 7 * HOUR, "WAITED_ON_CLIENT"), Fact(DAY + NINE + HOUR, "CLIENT_ANSWERED")
    history = told(terms(RESOLVE_in_office=8 * HOUR), *late)
    assert stand(history, RESOLVE, DAY + NINE + HOUR) == (7 * HOUR, DAY + NINE + 2 * HOUR, RUNNING, None)


def test_a_new_agreement_takes_over_what_was_consumed_and_leaves_the_verdict():
    changed = Fact(NINE + 3 * HOUR, "TERMS_CHANGED", terms=terms(RESOLVE_in_office=6 * HOUR))
    history = told(terms(RESOLVE=2 * HOUR), changed)
    assert stand(history, RESOLVE, DAY, 0) == (3 * HOUR, None, SUPERSEDED, NINE + 2 * HOUR)
    assert stand(history, RESOLVE, NINE + 4 * HOUR) == (4 * HOUR, NINE + 6 * HOUR, RUNNING, None)


def test_terms_that_promise_nothing_end_the_clock():
    history = told(terms(RESOLVE=2 * HOUR), Fact(NINE + HOUR, "TERMS_CHANGED", terms=terms()))
    assert stand(history, RESOLVE, DAY) == (HOUR, None, ENDED, None)


def test_a_reopened_ticket_goes_on_with_what_was_left():
    resolved, reopened = Fact(NINE + HOUR, "RESOLVED"), Fact(NINE + 5 * HOUR, "REOPENED")
    history = told(terms(RESOLVE=2 * HOUR, OLA_RESOLVE=3 * HOUR), resolved, reopened)
    assert stand(history, RESOLVE, DAY, 0) == (HOUR, None, MET, None)
    assert stand(history, RESOLVE, NINE + 5 * HOUR) == (HOUR, NINE + 6 * HOUR, RUNNING, None)
    assert stand(history, OLA_RESOLVE, NINE + 5 * HOUR) == (HOUR, NINE + 7 * HOUR, RUNNING, None)


def test_each_public_update_promises_the_next_which_need_not_come_while_the_client_is_waited_for():
    replies = Fact(NINE + HOUR, "REPLIED"), Fact(NINE + 2 * HOUR, "WAITED_ON_CLIENT")
    history = told(terms(UPDATE=4 * HOUR, RESPOND=2 * HOUR), *replies)
    assert stand(history, RESPOND, DAY) == (HOUR, None, MET, None)
    assert stand(history, UPDATE, NINE + 5 * HOUR) == (HOUR, None, PAUSED, None)
    history.tell(Fact(NINE + 6 * HOUR, "REPLIED"))
    assert stand(history, UPDATE, NINE + 7 * HOUR, 0) == (HOUR, None, MET, None)
    assert stand(history, UPDATE, NINE + 7 * HOUR) == (0, None, PAUSED, None)


@pytest.mark.parametrize("seed", range(4))
def test_counting_one_minute_after_another_gives_the_same(seed):
    random = Random(seed)
    calendars = pool(seed)
    for _ in range(10):
        history, at = _drawn(random, calendars)
        for life in history.lives:
            seen = history.seen(life, at)
            assert (seen.consumed, seen.breached_at) == _stepped(history, life, at), (seed, life, history.situations)


def _drawn(random, calendars):
    """A history of whole minutes, so that none of them is counted in part."""
    at = 5 * DAY
    history = told(some_terms(random, calendars), opened=at)
    for _ in range(random.randrange(1, 10)):
        at += (some_gap(random, history, at) + 59) // 60 * 60
        history.tell(_in_minutes(some_fact(random, history, at, calendars)))
    assert at < SPRING.minutes * 60
    return history, at


def _in_minutes(fact):
    until = fact.until and fact.until + -fact.until % 60
    return Fact(fact.at, fact.kind, step=fact.step, case=fact.case, until=until, terms=fact.terms)


def _stepped(history, life, at):
    """Consumed and breached by looking at each minute: does the ticket's situation count, is the calendar open?"""
    consumed, breached = life.before, _late_from_the_start(history, life)
    for minute in range(life.began, at if life.stopped is None else life.stopped, MINUTE):
        situation = [situation for situation in history.situations if situation.at <= minute][-1]
        if counts_in(life, situation) and life.promise.calendar.naive.minutes[minute // 60]:
            consumed += MINUTE
            if breached is None and consumed >= life.promise.seconds > life.before:
                breached = minute + life.promise.seconds - (consumed - MINUTE)
    return consumed, breached


def _late_from_the_start(history, life):
    """When a clock that has nothing left is missed: at once in silence, else when it first counts."""
    if life.before < life.promise.seconds:
        return None
    lived = history.situations[life.first : None if life.last is None else life.last + 1]
    counted = [max(situation.at, life.began) for situation in lived if counts_in(life, situation)]
    ended = None if life.stopped_by == REPLACED else life.stopped
    return life.began if life.in_silence else min(counted, default=ended)
