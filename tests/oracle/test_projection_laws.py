"""The arithmetic of clocks, whole and by increments, against the plain reckoning of histories by chance."""

from itertools import pairwise
from random import Random

import pytest
from naive_facts import BREACHED, REPLACED, RUNNING, Fact
from naive_ledger import History
from random_calendars import SPRING, pool
from random_histories import DAY, some_fact, some_gap, some_terms

from sla.clocks import Span, pause, project, reached_at, resume, threshold_at

HISTORIES = 250
FACTS = 9


def drawn(random, calendars):
    """A history of some facts, and a moment at or after its last one."""
    at = random.randrange(5 * DAY, 40 * DAY)
    history = History()
    history.tell(Fact(at, "OPENED", step=0, terms=some_terms(random, calendars)))
    for _ in range(random.randrange(1, FACTS)):
        at += some_gap(random, history, at)
        history.tell(some_fact(random, history, at, calendars))
    at += some_gap(random, history, at)
    history.as_of(at)
    return history, at


def spans_of(history, life):
    """The ledger as the product takes it: each situation of the clock's life, counted or not."""
    numbers = range(life.first, len(history.situations) if life.last is None else life.last + 1)
    cuts = [life.began, *(history.situations[number].at for number in numbers[1:]), life.stopped]
    for number, (began, ended) in zip(numbers, pairwise(cuts), strict=True):
        yield Span(moment(began), moment(ended), history.counted(life, number))


def moment(seconds):
    return None if seconds is None else SPRING.moment(seconds)


@pytest.mark.parametrize("seed", range(4))
def test_the_whole_projection_is_the_plain_one(seed):
    random, calendars = Random(seed), pool(seed)
    for number in range(HISTORIES):
        history, at = drawn(random, calendars)
        for life in history.lives:
            seen = history.seen(life, at)
            told = (seed, number, life, history.situations)
            terms = {"calendar": life.promise.calendar.product, "target_seconds": life.promise.seconds - life.before}
            spans = tuple(spans_of(history, life))
            found = project(spans=spans, **terms, now=moment(at))
            assert life.before + found.consumed_seconds == seen.consumed, told
            if life.before < life.promise.seconds:
                assert reached_at(spans=spans, **terms, now=moment(at)) == moment(seen.breached_at), told
            assert found.running == (life.stopped is None and history.counted(life, -1)), told
            if seen.state == RUNNING and seen.due_at is not None:
                assert found.due_at == moment(seen.due_at), told


@pytest.mark.parametrize("seed", range(4))
def test_pausing_and_resuming_come_to_the_same(seed):
    random, calendars = Random(seed), pool(seed)
    for number in range(HISTORIES):
        history, at = drawn(random, calendars)
        for life in history.lives:
            seen = history.seen(life, at)
            consumed, due, breached = stepwise(life, spans_of(history, life), moment(at))
            told = (seed, number, life, history.situations)
            assert consumed == seen.consumed, told
            assert breached == moment(seen.breached_at), told
            if seen.due_at is not None:
                assert due == moment(seen.due_at), told


def stepwise(life, spans, now):
    """A clock as a verb moves it: at each change of hands it is paused or resumed, with what is stored."""
    calendar, target, consumed = life.promise.calendar.product, life.promise.seconds, life.before
    late = life.in_silence and life.before >= life.promise.seconds
    due, breached = None, moment(life.began) if late else None
    for span in spans:
        due = None
        if not span.counted:
            continue
        due = resume(consumed_seconds=consumed, target_seconds=target, now=span.began_at, calendar=calendar)
        run = {"target_seconds": target, "consumed_seconds": consumed, "running_since": span.began_at}
        assert threshold_at(percent=100, calendar=calendar, **run) == due
        ended = span.ended_at or now
        consumed = pause(consumed_seconds=consumed, running_since=span.began_at, now=ended, calendar=calendar)
        breached = breached or (due if due <= ended else None)
    if breached is None and consumed >= target and life.stopped_by != REPLACED:
        breached = moment(life.stopped)
    return consumed, due, breached


def test_histories_by_chance_are_of_all_kinds():
    """What is compared must have waits, breaches, carried sums and promises replaced in it."""
    random, calendars = Random(0), pool(0)
    lives = [(life, *drawn_) for drawn_ in (drawn(random, calendars) for _ in range(200)) for life in drawn_[0].lives]
    seen = [(life, history.seen(life, at)) for life, history, at in lives]
    assert sum(view.state == BREACHED for _, view in seen) > 100
    assert sum(view.due_at is not None for _, view in seen) > 100
    assert sum(life.before > 0 for life, _ in seen) > 100
    assert sum(life.stopped_by == REPLACED for life, _ in seen) > 100
