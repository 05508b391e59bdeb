"""Whose time a request took. Ledgers in, parts out; no database."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.shares import change, parts, words
from tickets.attribution import Change

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def row(kind, hours=0, **more):
    plain = {"holder_kind": kind, "vendor": None, "began_at": NINE + hours * HOUR, "origin": "OWN", "came_at": None}
    return plain | more


def ledger(*rows):
    return [change(each) for each in rows]


WHOLE = (row("TIER"), row("VENDOR", 1, vendor="Microsoft"), row("CLIENT", 3), row("TIER", 4), row("NOBODY", 5))


def shown(found):
    return [(part.name, part.percent, part.words) for part in found]


def test_our_teams_are_one_and_nobody_s_time_is_nobody_s():
    found = parts([ledger(*WHOLE)], until=NINE + 50 * HOUR)
    assert shown(found) == [("us", 40, "2 hours"), ("Microsoft", 40, "2 hours"), ("you", 20, "1 hour")]
    assert [part.begins for part in found] == [0, 40, 80]
    assert {part.level for part in found if part.kind == "TIER"} == {2}


def test_what_lies_before_the_window_is_cut_off():
    found = parts([ledger(*WHOLE)], since=NINE + 2 * HOUR, until=NINE + 50 * HOUR)
    assert shown(found) == [("us", 34, "1 hour"), ("Microsoft", 33, "1 hour"), ("you", 33, "1 hour")]


def test_a_ticket_that_is_still_open_counts_up_to_now():
    assert shown(parts([ledger(row("TIER"))], until=NINE + HOUR / 2)) == [("us", 100, "30 minutes")]


def test_several_tickets_are_added_up_and_vendors_stand_by_name():
    one = ledger(row("TIER"), row("VENDOR", 1, vendor="Microsoft"), row("NOBODY", 2))
    two = ledger(row("VENDOR", 0, vendor="Google"), row("TIER", 1), row("NOBODY", 2))
    found = parts([one, two], until=NINE + 9 * HOUR)
    assert shown(found) == [("us", 50, "2 hours"), ("Google", 25, "1 hour"), ("Microsoft", 25, "1 hour")]


def test_what_nobody_here_knows_and_what_was_another_client_s_is_left_out():
    imported = ledger(row("TIER", origin="IMPORTED"), row("CLIENT", 5))
    came = NINE + 2 * HOUR
    moved = ledger(row("VENDOR", 0, vendor="Theirs", came_at=came), row("TIER", 1, came_at=came))
    assert shown(parts([imported], until=NINE + 6 * HOUR)) == [("you", 100, "1 hour")]
    assert shown(parts([moved], until=NINE + 3 * HOUR)) == [("us", 100, "1 hour")]


def test_without_a_ledger_or_without_time_there_are_no_parts():
    assert parts([], until=NINE) == [] and parts([ledger(row("TIER"))], until=NINE) == []


@pytest.mark.parametrize("seconds", [(1, 1, 1), (7, 2, 1), (999, 1, 1), (1, 1, 997)])
def test_percents_always_add_up(seconds):
    starts = [NINE, NINE + timedelta(seconds=seconds[0]), NINE + timedelta(seconds=seconds[0] + seconds[1])]
    rows = [Change(kind, kind, None, at) for kind, at in zip(("TIER", "VENDOR", "CLIENT"), starts, strict=True)]
    found = parts([rows], until=starts[-1] + timedelta(seconds=seconds[2]))
    assert sum(part.percent for part in found) == 100 and all(part.percent >= 0 for part in found)


@pytest.mark.parametrize(
    "seconds, said",
    [
        (0, "under a minute"),
        (59.9, "under a minute"),
        (60, "1 minute"),
        (3 * 3600 + 5 * 60 + 59, "3 hours 5 minutes"),
        (3600, "1 hour"),
        (4 * 86400 + 2 * 3600 + 600, "4 days 2 hours"),
        (86400, "1 day"),
        (86400 + 600, "1 day"),
    ],
)
def test_lengths_are_said_in_two_units(seconds, said):
    assert words(seconds) == said
