"""Histories by chance, told to the product's moves and to the plain reckoning of the same facts: they must agree.

Ten thousand are told in each run of the suite. A failure names its example, and that one alone is told again by

    ORACLE_EXAMPLE=3:117 pytest tests/oracle/test_histories.py -k named

A million, in chunks that pytest-xdist can share, by

    ORACLE_EXAMPLES=1000000 pytest tests/oracle/test_histories.py -m long -n 2
"""

import os
from collections import Counter
from functools import partial
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from product_in_memory import MOVES, ProductInMemory
from random_calendars import WINDOWS, pool
from trial import Trial

PARTS, EXAMPLES_OF_A_PART = 10, 1000
CHUNK = 10_000
LONG_FROM = 1000  # the seeds of long runs, apart from those of the suite
CHUNKS = -(-int(os.environ.get("ORACLE_EXAMPLES", "0")) // CHUNK)
NAMED = os.environ.get("ORACLE_EXAMPLE", "0:0")


def tell(seed: int, number: int) -> Trial:
    """One history, always the same for this seed and number. Raises AssertionError with what replays it."""
    random = Random(f"{seed}:{number}")
    trial = a_trial(random, seed)
    try:
        trial.run()
    except Exception as error:
        raise AssertionError(f"ORACLE_EXAMPLE={seed}:{number}\n{error}\n{trial}") from error
    return trial


def a_trial(random: Random, seed: int) -> Trial:
    window = random.choice(WINDOWS)
    thresholds = random.choice(((), (50, 75, 90, 100, 125)))
    return Trial(random, pool(seed, window), window, partial(ProductInMemory, thresholds=thresholds))


@pytest.fixture(autouse=True)
def forgotten():
    """The calendars of a seed, with their tables of minutes, take hundreds of megabytes: none outlives its test."""
    yield
    pool.cache_clear()


@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_histories_are_told_alike(part):
    kinds = Counter(fact.kind for number in range(EXAMPLES_OF_A_PART) for fact in tell(part, number).facts)
    # Nothing is shown by histories in which nothing happens.
    assert set(kinds) == {"OPENED", *MOVES}
    assert min(kinds.values()) > EXAMPLES_OF_A_PART / 20, kinds


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(random=st.randoms(use_true_random=False))
def test_a_history_that_is_told_otherwise_is_made_as_short_as_can_be(random):
    trial = a_trial(random, 0)
    try:
        trial.run()
    except Exception as error:
        raise AssertionError(f"{error}\n{trial}") from error


def test_the_example_that_was_named():
    tell(*map(int, NAMED.split(":")))


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_as_many_histories_as_were_asked_for_are_told_alike(chunk):
    for number in range(CHUNK):
        tell(LONG_FROM + chunk, number)
