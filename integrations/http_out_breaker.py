"""The breaker of each destination: after some failures in a row it is left alone for a while, then one may try.

It stands in the database, so that every process on every host sees the same.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection

from integrations.http_out_answer import CannotWork, MayWorkLater
from integrations.models import Destination

MOST_FAILURES = 5  # in a row
PAUSE = timedelta(seconds=60)
Clock = Callable[[], datetime]

_COUNT = """
    INSERT INTO integrations_destination (name, failures, shut_until) VALUES (%(name)s, 1, NULL)
    ON CONFLICT (name) DO UPDATE SET failures = least(integrations_destination.failures + 1, 30000),
        shut_until = CASE WHEN integrations_destination.failures + 1 >= %(most)s THEN %(until)s END
"""


@contextmanager
def watching(place: str, *, clock: Clock) -> Iterator[Callable[[int], None]]:
    """One request to the place, whose status is given to what this yields. Raises MayWorkLater in a pause.

    Silence, a broken connection and 5xx are failures; any other answer ends the row of them.
    """
    check(place, clock=clock)
    try:
        yield lambda status: seen(place, status, clock=clock)
    except MayWorkLater as error:
        seen(place, error.status, clock=clock)
        raise
    except CannotWork as error:
        if error.status is not None:
            worked(place)
        raise


def seen(place: str, status: int | None, *, clock: Clock) -> None:
    """Count a request that came to nothing or was answered 5xx; any other answer ends the row."""
    if status is None or status >= 500:
        failed(place, clock=clock)
    else:
        worked(place)


def check(place: str, *, clock: Clock) -> None:
    """Let one pass; of those that come when a pause has just ended, the first. Raises MayWorkLater for the others."""
    row = Destination.objects.filter(name=place).first()
    if row is None or row.shut_until is None:
        return
    now = clock()
    claimed = Destination.objects.filter(name=place, shut_until__lte=now).update(shut_until=now + PAUSE)
    if not claimed:
        left = max((row.shut_until - now).total_seconds(), 1.0)
        raise MayWorkLater(f"{place} has failed {row.failures} times in a row and is left alone", seconds=left)


def failed(place: str, *, clock: Clock) -> None:
    """Count a failure; two at once count as two."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"name": place, "most": MOST_FAILURES, "until": clock() + PAUSE})


def worked(place: str) -> None:
    """It answers: whatever was counted is forgotten."""
    Destination.objects.filter(name=place, failures__gt=0).update(failures=0, shut_until=None)
