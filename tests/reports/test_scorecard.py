"""The numbers of a scorecard: by tables that were worked by hand, and against an oracle that counts as people do."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.scorecard import (
    BETTER,
    SAME,
    WORSE,
    Case,
    Kept,
    Promise,
    Times,
    Turn,
    direction,
    grouped,
    nearest_rank,
    promises,
    score,
    speed,
)

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANSWER, UPDATE, SOLUTION = "VENDOR_RESPOND", "VENDOR_UPDATE", "VENDOR_RESOLVE"
HOUR = 3600


def turn(metric=ANSWER, state="MET", *, missed=False, target=HOUR, by_act=True, round=1, seconds=600.0, over=False):
    return Turn(metric, round, state, missed, target, by_act, over), seconds


def case(*of, answer=None, solution=None, **said):
    defaults = {"vendor": "microsoft", "service": "Microsoft 365", "severity": "A", "lodged_at": NINE,
                "closed": solution is not None, "incomplete": False, "chases": 0, "bounces": 0,
                "auto_first": False}  # fmt: skip
    return Case(**defaults | said, answer_seconds=answer, solution_seconds=solution, promises=of)


# promises ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clocks", "kept"),
    [
        ([turn()], True),
        ([turn(state="BREACHED", missed=True)], False),
        ([turn(state="RUNNING", by_act=False)], None),
        ([turn(state="PAUSED", by_act=False)], None),
        # what has run out while it still runs is missed already
        ([turn(state="BREACHED", missed=True, by_act=False)], False),
        # the same promise under other terms
        ([turn(state="SUPERSEDED", by_act=False), turn()], True),
        ([turn(state="SUPERSEDED", by_act=False), turn(state="RUNNING", by_act=False)], None),
        ([turn(state="SUPERSEDED", missed=True, by_act=False), turn(target=8 * HOUR)], False),
        # an answer that was taken back, and came again in time
        ([turn(), turn(state="PAUSED", by_act=False)], None),
        ([turn(), turn()], True),
    ],
)
def test_clocks_of_one_promise_come_to_one_verdict(clocks, kept):
    [promise] = promises(clocks)
    assert promise.kept is kept


@pytest.mark.parametrize("state", ["ENDED", "SUPERSEDED"])
def test_what_ended_since_its_terms_went_away_was_no_promise(state):
    assert promises([turn(state=state, by_act=False)]) == []


@pytest.mark.parametrize("state", ["ENDED", "MET"])
def test_what_was_not_needed_any_more_is_a_promise_without_a_verdict_and_without_a_time(state):
    assert promises([turn(SOLUTION, state, over=True)]) == [Promise(SOLUTION, HOUR, None, None, over=True)]


def test_what_was_missed_before_it_was_not_needed_any_more_stays_missed():
    [promise] = promises([turn(state="SUPERSEDED", missed=True, by_act=False), turn(state="ENDED", over=True)])
    assert (promise.kept, promise.over) == (False, False)


def test_what_was_missed_before_its_target_was_taken_away_stays_missed():
    [promise] = promises([turn(state="SUPERSEDED", missed=True, by_act=False), turn(state="ENDED", by_act=False)])
    assert promise.kept is False


def test_each_further_answer_is_a_promise_of_its_own_and_the_first_one_is_one_whatever_its_rounds():
    clocks = [turn(round=1), turn(round=2), turn(UPDATE, round=1), turn(UPDATE, "BREACHED", missed=True, round=3)]
    assert [(p.metric, p.kept) for p in promises(clocks)] == [(ANSWER, True), (UPDATE, True), (UPDATE, False)]


def test_the_time_that_counts_is_that_of_the_clock_which_the_answer_stopped():
    assert promises([turn(state="SUPERSEDED", by_act=False, seconds=60.0), turn(seconds=900.0)])[0].seconds == 900.0
    assert promises([turn(state="BREACHED", missed=True, by_act=False, seconds=9000.0)])[0].seconds is None


# ranks ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "median", "p90"),
    [(1, 1, 1), (2, 1, 2), (5, 3, 5), (6, 3, 6), (10, 5, 9), (11, 6, 10), (20, 10, 18), (100, 50, 90)],
)
def test_ranks_of_the_numbers_from_one_on(count, median, p90):
    numbers = list(range(1, count + 1))
    assert (nearest_rank(numbers, 50), nearest_rank(numbers, 90), nearest_rank(numbers, 100)) == (median, p90, count)


def test_of_four_values_the_values_are_told_and_of_five_the_ranks():
    four, five = Times((1.0, 2.0, 3.0, 9.0)), Times((1.0, 2.0, 3.0, 9.0, 9.5))
    assert (four.few, four.median, four.p90) == ((1.0, 2.0, 3.0, 9.0), None, None)
    assert (five.few, five.median, five.p90) == ((), 3.0, 9.5)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(1, 100))
def test_a_rank_is_the_smallest_value_that_enough_of_all_do_not_exceed(values, percent):
    found = nearest_rank(sorted(values), percent)
    enough = [v for v in values if 100 * sum(other <= v for other in values) >= percent * len(values)]
    assert found == min(enough)


# scores --------------------------------------------------------------------------------------------------------------


def test_a_score_worked_by_hand():
    """Three cases: one answered after 10 min and solved, one answered too late, one that nobody has answered."""
    cases = [
        case(Promise(ANSWER, HOUR, True, 600.0), Promise(UPDATE, 2 * HOUR, True, 700.0),
             Promise(UPDATE, 2 * HOUR, False, 8000.0), Promise(SOLUTION, 8 * HOUR, True, 5000.0),
             answer=600.0, solution=9000.0),
        case(Promise(ANSWER, HOUR, False, 4000.0), Promise(SOLUTION, 8 * HOUR, None, None),
             answer=60_000.0, chases=2, incomplete=True, auto_first=True),
        case(Promise(ANSWER, HOUR, None, None), chases=1, bounces=1),
    ]  # fmt: skip
    found = score(cases)
    assert (found.cases, found.running, found.answered) == (3, 2, 2)
    assert found.answer == Kept(promised=2, kept=1, open=1, targets=(HOUR,))
    assert found.updates == Kept(promised=2, kept=1, targets=(2 * HOUR,))
    assert found.solution == Kept(promised=1, kept=1, open=1, targets=(8 * HOUR,))
    assert (found.answer_open.values, found.answer_wall.values) == ((600.0, 4000.0), (600.0, 60_000.0))
    assert found.update_open.values == (700.0, 8000.0)
    assert (found.solution_open.values, found.solution_wall.values) == ((5000.0,), (9000.0,))
    assert (found.incomplete, found.chases, found.bounces, found.auto_first) == (1, 3, 1, 1)


def test_a_promise_that_was_not_needed_any_more_is_in_no_share_and_its_case_does_not_run():
    solved_here = case(Promise(ANSWER, HOUR, None, None, over=True), closed=True)
    found = score([solved_here, case(Promise(ANSWER, HOUR, True, 60.0), answer=60.0)])
    assert found.answer == Kept(promised=1, kept=1, targets=(HOUR,), over=1)
    assert (found.cases, found.running, found.solution_wall.values) == (2, 1, ())


def test_where_nothing_was_promised_there_is_no_percentage_but_a_time_on_the_wall():
    found = score([case(answer=600.0)])
    assert (found.answer, found.answer.percent) == (Kept(), None)
    assert (found.answer_open.values, found.answer_wall.values) == ((), (600.0,))


def test_no_case_at_all_is_a_score_of_nothing():
    found = score([])
    assert (found.cases, found.answer.percent, found.answer_wall.few) == (0, None, ())


def test_targets_that_changed_are_all_told():
    found = score([case(Promise(ANSWER, seconds, True, 1.0)) for seconds in (2 * HOUR, HOUR, 2 * HOUR)])
    assert found.answer.targets == (HOUR, 2 * HOUR)


def test_cases_are_grouped_by_whatever_is_asked_for_in_their_order():
    cases = [case(severity=severity) for severity in "BAB"]
    assert {key: len(of) for key, of in grouped(cases, lambda one: one.severity).items()} == {"B": 2, "A": 1}


# the same by an oracle -----------------------------------------------------------------------------------------------

STATES = ["MET", "BREACHED", "RUNNING", "PAUSED", "ENDED", "SUPERSEDED"]
clocks = st.lists(
    st.builds(
        lambda metric, state, round, missed, seconds, over: turn(
            metric, state, round=round, missed=missed or state == "BREACHED", seconds=seconds,
            over=over and state in ("ENDED", "MET"),
        ),
        st.sampled_from([ANSWER, UPDATE, SOLUTION]), st.sampled_from(STATES), st.integers(1, 3), st.booleans(),
        st.floats(0, 1e5), st.booleans(),
    ),
    max_size=8,
)  # fmt: skip
lived = st.lists(
    st.tuples(clocks, st.none() | st.floats(0, 1e6), st.none() | st.floats(0, 1e6), st.integers(0, 6)), max_size=12
)


def kept_by_oracle(case_clocks, metric):
    """A verdict and a time for each promise: True, False, "open" or "over", by looking at all clocks for each."""
    rounds = {t.round if metric == UPDATE else 0 for t, _ in case_clocks if t.metric == metric}
    for number in rounds:
        own = [(t, s) for t, s in case_clocks if t.metric == metric and (metric != UPDATE or t.round == number)]
        last, seconds = own[-1]
        if sum(t.missed for t, _ in own):
            yield False, seconds
        elif last.over:
            yield "over", None
        elif last.state == "MET":
            yield True, seconds
        elif last.state not in ("ENDED", "SUPERSEDED"):
            yield "open", None


def ranked_by_oracle(times, share):
    """The first of the times, the shortest first, with so great a share of all up to it."""
    return next(t for n, t in enumerate(sorted(times), start=1) if round(n / len(times), 9) >= share)


@given(lived)
def test_scores_are_what_counting_by_hand_comes_to(cases):
    found = score([case(*promises(of), answer=a, solution=s, chases=n) for of, a, s, n in cases])
    for kept, took, metric in (
        (found.answer, found.answer_open, ANSWER), (found.updates, found.update_open, UPDATE),
        (found.solution, found.solution_open, SOLUTION),
    ):  # fmt: skip
        by_hand = [one for of, *_ in cases for one in kept_by_oracle(of, metric)]
        verdicts, times = [verdict for verdict, _ in by_hand], [time for _, time in by_hand if time is not None]
        assert (kept.kept, kept.promised) == (verdicts.count(True), verdicts.count(True) + verdicts.count(False))
        assert (kept.open, kept.over) == (verdicts.count("open"), verdicts.count("over"))
        assert took.values == tuple(sorted(times))
        if len(times) >= 5:
            assert (took.median, took.p90) == (ranked_by_oracle(times, 0.5), ranked_by_oracle(times, 0.9))
    assert found.running == len([1 for _, _, s, _ in cases if s is None])
    assert found.answer_wall.values == tuple(sorted(a for _, a, _, _ in cases if a is not None))
    assert found.chases == sum(n for *_, n in cases)


@given(lived)
def test_the_scores_of_parts_add_up_to_the_score_of_all(cases):
    made = [case(*promises(of), answer=a, solution=s, severity="ABC"[n % 3]) for of, a, s, n in cases]
    parts = [score(of) for of in grouped(made, lambda one: one.severity).values()]
    whole = score(made)
    assert whole.cases == sum(part.cases for part in parts)
    assert whole.answer.promised == sum(part.answer.promised for part in parts)
    assert whole.updates.kept == sum(part.updates.kept for part in parts)


# the trend -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (Kept(4, 3), Kept(4, 2), BETTER),
        (Kept(4, 1), Kept(4, 2), WORSE),
        (Kept(4, 2), Kept(8, 4), SAME),
        (Kept(1000, 501), Kept(1000, 499), SAME),  # less than a whole percent
        (Kept(), Kept(4, 2), ""),
        (Kept(4, 2), Kept(0, 0, 3), ""),
    ],
)
def test_a_share_moved_up_or_down_by_whole_percents(now, before, said):
    assert direction(now, before) == said


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [(600, 1200, BETTER), (1200, 600, WORSE), (600, 659, SAME), (600, None, ""), (None, 600, "")],
)
def test_a_median_is_better_when_it_is_shorter(now, before, said):
    def times(seconds):
        return Times((float(seconds),) * 5 if seconds else (1.0,))

    assert speed(times(now), times(before)) == said
