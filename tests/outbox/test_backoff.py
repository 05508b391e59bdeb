"""The waits between attempts to send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.backoff import LONGEST_SECONDS, MAX_ATTEMPTS, delay_seconds, is_dead


@pytest.mark.parametrize(
    "attempt, seconds",
    [(1, 2), (2, 4), (3, 8), (4, 16), (8, 256), (9, 512), (10, 900), (11, 900), (100_000, 900)],
)
def test_the_wait_doubles_with_each_attempt_up_to_a_quarter_of_an_hour(attempt, seconds):
    assert delay_seconds(attempt=attempt, jitter=0.0) == seconds


@given(attempt=st.integers(1, 1000), jitter=st.floats(0, 1))
def test_jitter_shortens_a_wait_by_at_most_a_half(attempt, jitter):
    full = delay_seconds(attempt=attempt, jitter=0.0)
    assert full / 2 <= delay_seconds(attempt=attempt, jitter=jitter) <= full <= LONGEST_SECONDS


@pytest.mark.parametrize("attempt, jitter", [(0, 0.5), (-1, 0.5), (1, -0.1), (1, 1.1), (1, float("nan"))])
def test_an_attempt_or_jitter_out_of_range_is_refused(attempt, jitter):
    with pytest.raises(ValueError, match=r"attempts are counted|jitter goes"):
        delay_seconds(attempt=attempt, jitter=jitter)


@pytest.mark.parametrize("attempts, dead", [(0, False), (MAX_ATTEMPTS - 1, False), (MAX_ATTEMPTS, True), (11, True)])
def test_a_message_is_dead_after_ten_attempts(attempts, dead):
    assert MAX_ATTEMPTS == 10
    assert is_dead(attempts) is dead
