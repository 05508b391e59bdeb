"""How fast time is reckoned: one deadline, where a clock stands, and whether each promise can be kept.

Of several runs the median is told. The alignment is that of the clients in this database; into an empty one the demo's
configuration is loaded, inside a transaction that is rolled back.
"""

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise

from django.db import transaction

from bench.rows import Row, row
from clients.models import Client
from escalation_portal.configuration import import_configuration
from escalation_portal.demo.loading import FAST_CLIENT, FOLDER
from sla.agreements import forget_parsed
from sla.alignment import worst
from sla.business_time import WEEKDAYS, BusinessCalendar
from sla.clocks import Span, project
from tiers.policies import forget_documents
from tiers.promises import Finding, survey

GOAL_DEADLINE_US, GOAL_FIRST_MS, GOAL_ALIGNMENT_S, GOAL_PROJECTIONS_S = 20.0, 50.0, 2.0, 5.0
DEMO_PROMISES = 160  # the goal is set for so many; a provider who has given more has more time
RUNS, DEADLINES, PROJECTIONS = 5, 20_000, 100_000
SPANS, MOMENTS = 9, 50  # a ledger's spans, and at how many moments each ledger is projected
FOUR_HOURS = 4 * 3600
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
WORKDAYS = WEEKDAYS[:5]

# A ledger, and a moment at which its last span lasts.
History = tuple[tuple[Span, ...], datetime]


class _Undo(Exception):
    """Rolls a measurement back."""


def run(*, now: datetime, projections: int = PROJECTIONS) -> list[Row]:
    """The rows of the report; the database is left as it was."""
    return [*_deadlines(), _alignment(now=now), _projections(projections)]


def office() -> BusinessCalendar:
    """An office with a lunch break, holidays and changes of clocks; new each time, so that it knows nothing yet."""
    hours = {day: ["08:00-12:30", "13:15-17:00"] for day in WORKDAYS}
    closed = [date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25)]
    return BusinessCalendar.of(timezone="Europe/Berlin", hours=hours, closed_dates=closed)


def seconds(measured: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    measured()
    return time.perf_counter() - began


# One deadline


def _deadlines() -> list[Row]:
    calendar = office()
    starts = [YEAR + timedelta(minutes=17 * number) for number in range(DEADLINES)]
    first = statistics.median(seconds(lambda: office().add(YEAR, FOUR_HOURS)) for _ in range(RUNS))
    calendar.add(starts[-1], FOUR_HOURS)
    warm = statistics.median(seconds(lambda: [calendar.add(at, FOUR_HOURS) for at in starts]) for _ in range(RUNS))
    return [
        row("one deadline", warm / DEADLINES * 1_000_000, goal=GOAL_DEADLINE_US, unit="µs"),
        row("the first deadline on a calendar", first * 1000, goal=GOAL_FIRST_MS, unit="ms"),
    ]


# Whether each promise can be kept


def _alignment(*, now: datetime) -> Row:
    try:
        with transaction.atomic():
            if not Client.objects.exists():
                files = [(path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*.yaml"))]
                import_configuration(files, now=now, environ={})
            whose = "the demo's" if Client.objects.filter(name=FAST_CLIENT).exists() else "this provider's"
            took, findings = _aligned_from_cold(now=now)
            raise _Undo
    except _Undo:
        forget_parsed()  # ids that were rolled back come again
        forget_documents()
    what = f"alignment of {whose} {len(findings)} promises to {len({f.promise.client for f in findings})} clients, cold"
    return row(what, took, goal=alignment_goal(len(findings)), unit="s")


def alignment_goal(promises: int) -> float:
    """In seconds, for so many promises."""
    return round(GOAL_ALIGNMENT_S * max(1.0, promises / DEMO_PROMISES), 1)


def _aligned_from_cold(*, now: datetime) -> tuple[float, list[Finding]]:
    """Each time all is read and parsed anew and no year has been worked out; public holidays alone are known."""
    took, surveys = [], []
    for _ in range(RUNS):
        forget_parsed()
        forget_documents()
        worst.cache_clear()
        took.append(seconds(lambda: surveys.append(survey(Client.objects.all(), now=now))))
    return statistics.median(took), [finding for found in surveys[-1] for finding in found.findings]


# Where a clock stands


def _projections(count: int) -> Row:
    calendar = office()
    ledgers = histories(count, seed=1)
    target = 40 * 3600
    _project(ledgers[:1000], calendar, target)
    took = statistics.median(seconds(lambda: _project(ledgers, calendar, target)) for _ in range(RUNS))
    return row(f"{count:,} projections of a clock over {SPANS} spans", took, goal=GOAL_PROJECTIONS_S, unit="s")


def _project(ledgers: list[History], calendar: BusinessCalendar, target: float) -> None:
    for spans, now in ledgers:
        project(spans=spans, calendar=calendar, target_seconds=target, now=now)


def histories(count: int, *, seed: int) -> list[History]:
    """So many ledgers, the same for the same seed: of tickets that were worked on and waited in turn.

    Each is told at several moments in its last span, so that all of its spans are known.
    """
    chance = random.Random(seed)
    told: list[History] = []
    while len(told) < count:
        spans = _ledger(chance)
        told += [(spans, spans[-1].began_at + timedelta(minutes=37 * number)) for number in range(1, MOMENTS + 1)]
    return told[:count]


def _ledger(chance: random.Random) -> tuple[Span, ...]:
    opened_at = YEAR + timedelta(minutes=chance.randrange(300 * 24 * 60))
    lengths = [timedelta(minutes=chance.choice((5, 40, 240, 1500)) + chance.randrange(60)) for _ in range(SPANS - 1)]
    moments = [*accumulate(lengths, initial=opened_at), None]
    return tuple(Span(began, ended, not number % 2) for number, (began, ended) in enumerate(pairwise(moments)) if began)
