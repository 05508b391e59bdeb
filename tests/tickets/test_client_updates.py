"""When somebody who waits for a vendor is written to: a table of moments, and how many mails an hour takes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sla.business_time import BusinessCalendar
from tickets.client_updates import facts_of, is_too_much, next_telling, next_update_at, tell_client_of_wait
from tickets.facts import ClockFacts, Facts, VendorWait
from tiers.ladder import Ladder, Step

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALWAYS = BusinessCalendar.always()
OFFICE = BusinessCalendar.of(hours={"mon": ["09:00-12:00"], "tue": ["09:00-12:00"]}, timezone="UTC", name="Mornings")
LADDER = Ladder((Step("", True, None, None, (), 0),), 0, None)


def m(minutes):
    return timedelta(minutes=minutes)


def clock(metric="UPDATE", minutes=60, *, consumed=0, calendar=ALWAYS, running=True):
    due = calendar.add(NINE, minutes * 60 - consumed)
    return ClockFacts(
        metric, "", 1, minutes * 60, consumed, NINE if running else None, due if running else None, False, 0,
        calendar, (), calendar.name, 1,
    )  # fmt: skip


def facts(*clocks, asked=10, told=(), holder="VENDOR", waits=None, promise=None):
    """A ticket that Microsoft was asked about so many minutes after nine."""
    wait = VendorWait("Microsoft", NINE + m(asked), promise)
    return Facts(
        "ESC-1", "Acme", "P1", "WAITING_ON_VENDOR", holder, 0, 1, LADDER, ("",), "Standard v1", clocks or (clock(),),
        waits=(wait,) if waits is None else waits, told=tuple(NINE + m(each) for each in told),
        zone="Europe/London",
    )  # fmt: skip


@pytest.mark.parametrize(
    "known, minutes",
    [
        (facts(), 60),  # when the update falls due
        (facts(told=[10]), 60),
        (facts(told=[60]), 120),  # each further time, once
        (facts(told=[60, 119]), 120),
        (facts(told=[125]), 180),
        (facts(asked=70), 120),  # what fell due before it was passed on is behind it
        (facts(clock(consumed=1800)), 30),
        (facts(clock(consumed=1800), told=[30]), 90),
        (facts(clock("RESPOND", 30), clock()), 30),  # the first reply comes before the next update
        (facts(clock(minutes=5), told=[15, 20, 25]), 75),  # three within an hour; then it waits
        (facts(clock(minutes=5), told=[20, 25]), 30),
        (facts(clock(calendar=OFFICE, minutes=120), told=[120]), 24 * 60 + 60),  # on the calendar of the promise
    ],
)
def test_a_client_that_waits_is_written_to_each_time_that_its_update_falls_due(known, minutes):
    telling = next_telling(known)
    assert telling is not None and telling.at == NINE + m(minutes)
    before = telling.at - timedelta(microseconds=1)
    assert not list(tell_client_of_wait(known, before)) and len(list(tell_client_of_wait(known, telling.at))) == 1


@pytest.mark.parametrize(
    "known",
    [
        facts(holder="TIER"),
        facts(holder="CLIENT"),
        facts(waits=()),  # nobody can be written to
        facts(clock("RESOLVE")),
        facts(clock(running=False)),
    ],
)
def test_nobody_is_written_to_where_no_vendor_has_it_or_no_update_is_promised(known):
    assert next_telling(known) is None and not list(tell_client_of_wait(known, NINE + m(9999)))


def test_that_a_vendor_has_come_to_be_late_is_told_first():
    late = clock("VENDOR_RESPOND", 60)
    assert not list(tell_client_of_wait(facts(clock(), late), NINE + m(60)))
    assert len(list(tell_client_of_wait(facts(clock(), replace(late, breached=True)), NINE + m(60)))) == 1


def test_what_was_missed_while_nobody_looked_is_told_once():
    [action] = tell_client_of_wait(facts(), NINE + m(500))
    assert action.why["percent"] == 100 and action.why["next_at"] == (NINE + m(540)).isoformat()


def test_a_mail_names_the_next_one_no_sooner_than_it_may_go():
    [action] = tell_client_of_wait(facts(clock(minutes=5), told=[12, 15, 20]), NINE + m(75))
    assert action.why["next_at"] == (NINE + m(80)).isoformat()
    [action] = tell_client_of_wait(facts(clock(minutes=5), told=[12, 20]), NINE + m(25))
    assert action.why["next_at"] == (NINE + m(72)).isoformat()


@pytest.mark.parametrize("now", [60, 61, 130])
@pytest.mark.parametrize("known", [facts(), facts(clock("RESPOND", 20), promise=NINE + m(70)), facts(told=[1, 2])])
def test_the_decision_is_made_once_more_from_its_record(known, now):
    [action] = tell_client_of_wait(known, NINE + m(now))
    seen = facts_of(action.why)
    assert (seen.waits, seen.told, seen.zone) == (known.waits, known.told, known.zone)
    assert [again.why for again in tell_client_of_wait(seen, NINE + m(now))] == [action.why]


def test_a_very_short_promise_that_waits_for_weeks_is_reckoned_at_once():
    telling = next_telling(facts(clock(minutes=1), told=[60 * 24 * 30]))
    assert telling is not None and telling.at == NINE + m(60 * 24 * 30 + 1)


@pytest.mark.parametrize(
    "kind, told, too_much",
    [
        ("CASE_LODGED", [], False),
        ("CASE_LODGED", [0, 10], False),
        ("CASE_LODGED", [0, 10, 20], True),
        ("VENDOR_ANSWERED", [0, 10, 20], True),
        ("CASE_CHASED", [-40, 10, 20], False),
        ("PUBLIC_REPLY", [0, 10, 20], False),  # what a person writes always goes
        ("RESOLVED", [0, 10, 20], False),
        ("OPENED", [0, 10, 20], False),
    ],
)
def test_at_most_three_automatic_mails_go_within_an_hour(kind, told, too_much):
    assert is_too_much(kind, [NINE + m(each) for each in told], now=NINE + m(30)) is too_much


@pytest.mark.parametrize(
    "clocks, told, now, waits, minutes",
    [
        ([clock()], [], 10, True, 60),
        ([clock()], [], 10, False, 60),
        ([clock()], [], 70, True, 120),
        ([clock()], [], 70, False, None),  # it is late, and no mail goes by itself
        ([clock(minutes=5)], [0, 1], 2, True, 60),
        ([clock(minutes=5)], [0, 1], 2, False, 5),
        ([clock("RESOLVE")], [], 0, True, None),
        ([clock("RESPOND", 20), clock()], [], 0, False, 20),
    ],
)
def test_when_the_client_hears_from_us_next_is_said_where_it_is_sure(clocks, told, now, waits, minutes):
    at = next_update_at(clocks, [NINE + m(each) for each in told], now=NINE + m(now), waits=waits)
    assert at == (None if minutes is None else NINE + m(minutes))
