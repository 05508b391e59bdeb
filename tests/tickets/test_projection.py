"""Which stretches of a ticket's life a clock counts, from the ledgers alone."""

from datetime import UTC, datetime, timedelta

import pytest

from sla.business_time import BusinessCalendar
from sla.clocks import Span, consumed
from tickets.facts import (
    ACKNOWLEDGE,
    MANAGER_RESPOND,
    OLA_ACKNOWLEDGE,
    OLA_RESOLVE,
    RESOLVE,
    UPDATE,
    VENDOR_RESOLVE,
    VENDOR_RESPOND,
)
from tickets.projection import Ball, Held, spans

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALWAYS = BusinessCalendar.always()


def at(hour: float) -> datetime:
    """So many hours after nine."""
    return NINE + timedelta(hours=hour)


# An hour at the tier, one on hold there, one with the client, one with the vendor, one at the tier, then resolved.
CUSTODY = [
    Held("TIER", False, at(0)),
    Held("TIER", True, at(1)),
    Held("CLIENT", False, at(2)),
    Held("VENDOR", False, at(3)),
    Held("TIER", False, at(4)),
    Held("NOBODY", False, at(5)),
]
# The vendor had the ball for two hours, of which the ticket waited one on the client; then it was ours.
BALLS = [Ball(True, at(2)), Ball(False, at(4))]


def hours(metric: str, **of: object) -> float:
    """How many hours of the ledgers above this metric counts within ten."""
    found = spans(metric, custody=CUSTODY, balls=BALLS, **({"since": at(0)} | of))
    return consumed(spans=found, calendar=ALWAYS, now=at(10)) / 3600


@pytest.mark.parametrize(
    ("metric", "counted"),
    [(ACKNOWLEDGE, 5), (RESOLVE, 4), (UPDATE, 4), (OLA_ACKNOWLEDGE, 2), (OLA_RESOLVE, 2), (MANAGER_RESPOND, 5)],
)
def test_a_metric_counts_the_hands_that_its_promise_is_about(metric, counted):
    assert hours(metric) == counted


def test_a_vendors_time_is_left_out_where_the_agreement_says_so():
    assert hours(RESOLVE, vendor_time_counts=False) == 3


@pytest.mark.parametrize("metric", [VENDOR_RESPOND, VENDOR_RESOLVE])
def test_what_a_vendor_promised_follows_its_ball_and_not_the_tickets_hands(metric):
    assert hours(metric) == 2


def test_a_vendors_clock_without_a_ball_counts_nothing():
    assert spans(VENDOR_RESPOND, custody=CUSTODY, since=at(0)) == []


@pytest.mark.parametrize(("since", "counted"), [(0, 4), (0.5, 3.5), (1, 3), (2, 2), (4, 1), (4.75, 0.25), (6, 0)])
def test_nothing_counts_before_the_clock_began(since, counted):
    assert hours(RESOLVE, since=at(since)) == counted


@pytest.mark.parametrize(("until", "counted"), [(1, 1), (4, 3)])
def test_nothing_counts_after_the_clock_ended(until, counted):
    ended = spans(RESOLVE, custody=CUSTODY[:4], since=at(0), until=at(until))
    assert (
        consumed(spans=[s for s in ended if s.began_at < at(until)], calendar=ALWAYS, now=at(until)) / 3600 == counted
    )


def test_the_last_stretch_lasts():
    assert spans(RESOLVE, custody=CUSTODY[:1], since=at(0)) == [Span(at(0), None, True)]


def test_stretches_follow_each_other_without_gap_or_overlap():
    found = spans(OLA_RESOLVE, custody=CUSTODY, since=at(0))
    assert [(s.began_at, s.ended_at) for s in found] == [
        *((at(i), at(i + 1)) for i in range(5)), (at(5), None),
    ]  # fmt: skip
    assert [s.counted for s in found] == [True, False, False, False, True, False]


def test_an_empty_ledger_has_no_stretch():
    assert spans(RESOLVE, custody=[], since=at(0)) == []
