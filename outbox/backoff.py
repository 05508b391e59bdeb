"""How long a message that could not be sent waits before the next attempt, and when it is given up.

Exponential backoff with a cap, and jitter so that messages which failed together do not come back together.
"""

MAX_ATTEMPTS = 10
LONGEST_SECONDS = 15 * 60.0


def delay_seconds(*, attempt: int, jitter: float) -> float:
    """The wait after the failed attempt number `attempt`: 2 s, 4 s, 8 s … and never more than 15 minutes.

    In: attempts counted from 1; `jitter`, a random number from 0 to 1, shortens the wait by up to a half.
    Raises ValueError when either is out of its range.
    """
    if attempt < 1:
        raise ValueError(f"attempts are counted from 1, not {attempt}")
    if not 0 <= jitter <= 1:
        raise ValueError(f"jitter goes from 0 to 1, not {jitter}")
    full = min(2.0 ** min(attempt, MAX_ATTEMPTS), LONGEST_SECONDS)
    return full * (1 - jitter / 2)


def is_dead(attempts: int) -> bool:
    """Whether a message that has failed so many times is given up."""
    return attempts >= MAX_ATTEMPTS
