"""Clocks as projections of the ledgers: which stretches of a ticket's life one of them counts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sla.clocks import Span
from tickets.facts import VENDORS, counts
from tickets.status import NOBODY


@dataclass(frozen=True, slots=True)
class Held:
    """From `began_at` the ticket is in these hands; `on_hold` while work on it pauses."""

    holder: str
    on_hold: bool
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Ball:
    """From `began_at` the case's ball is with the vendor, or with us."""

    with_vendor: bool
    began_at: datetime


def spans(
    metric: str,
    *,
    custody: Sequence[Held],
    balls: Sequence[Ball] = (),
    vendor_time_counts: bool = True,
    since: datetime,
    until: datetime | None = None,
) -> list[Span]:
    """The stretches from `since` to `until` (None: up to now), each marked by whether a clock of this metric counts.

    In: the ticket's ledger in the order of time; for a vendor's metrics the ledger of its case as well.
    """
    rows = _of_balls(balls) if metric in VENDORS else _of_custody(metric, custody, vendor_time_counts)
    ends = [began for began, _ in rows[1:]] + [until]
    stretches = zip(rows, ends, strict=True) if rows else ()
    return [Span(max(began, since), end, counted) for (began, counted), end in stretches if end is None or end > since]


def _of_balls(balls: Sequence[Ball]) -> list[tuple[datetime, bool]]:
    return [(ball.began_at, ball.with_vendor) for ball in balls]


def _of_custody(metric: str, custody: Sequence[Held], vendor_time_counts: bool) -> list[tuple[datetime, bool]]:
    return [(held.began_at, _counted(metric, held, vendor_time_counts)) for held in custody]


def _counted(metric: str, held: Held, vendor_time_counts: bool) -> bool:
    """Nothing that was promised to the client counts while nobody has the ticket."""
    return held.holder != NOBODY and counts(
        metric, holder=held.holder, held=held.on_hold, vendor_time_counts=vendor_time_counts, with_vendor=False
    )
