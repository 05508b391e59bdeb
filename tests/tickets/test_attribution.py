"""Each holder's share of a ticket's life."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tickets.attribution import Change, shares, unknown_seconds

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def change(minutes, kind="TIER", name="L1", level=1, known=True):
    return Change(kind, name, level, NINE + timedelta(minutes=minutes), known)


def test_a_ticket_that_went_up_shows_each_holder_s_time():
    ledger = [change(0), change(15, name="L2", level=2), change(45, "VENDOR", "Microsoft", None)]
    found = shares(ledger, NINE + timedelta(minutes=60))
    assert [(s.name, s.seconds, s.percent) for s in found] == [
        ("L1", 900, 25.0), ("L2", 1800, 50.0), ("Microsoft", 900, 25.0),
    ]  # fmt: skip


def test_who_held_it_twice_has_one_share():
    ledger = [change(0), change(10, "CLIENT", "Acme", None), change(20)]
    assert [(s.name, s.seconds) for s in shares(ledger, NINE + timedelta(minutes=40))] == [("L1", 1800), ("Acme", 600)]


def test_a_ticket_that_was_just_opened_is_all_its_holder_s():
    assert [s.percent for s in shares([change(0)], NINE)] == [100.0]


def test_what_happened_before_it_was_brought_in_is_nobody_s_share():
    ledger = [change(0, known=False), change(30), change(50, name="L2", level=2)]
    until = NINE + timedelta(minutes=60)
    assert [(s.name, s.seconds, round(s.percent)) for s in shares(ledger, until)] == [("L1", 1200, 67), ("L2", 600, 33)]
    assert unknown_seconds(ledger, until) == 1800


def test_one_that_had_ended_when_it_was_brought_in_has_no_shares_but_nobody_s():
    ledger = [change(0, known=False), change(30, "NOBODY", "", None)]
    assert [(s.kind, s.seconds) for s in shares(ledger, NINE + timedelta(minutes=30))] == [("NOBODY", 0)]


def test_a_ledger_without_changes_has_no_shares():
    assert shares([], NINE) == []


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=8), st.integers(1, 10_000))
def test_shares_add_up_to_the_whole(moments, more):
    ledger = [change(m, name=f"L{i}", level=i) for i, m in enumerate(sorted(moments))]
    until = ledger[-1].began_at + timedelta(minutes=more)
    found = shares(ledger, until)
    assert round(sum(s.percent for s in found), 1) == 100.0
    assert sum(s.seconds for s in found) == (until - ledger[0].began_at).total_seconds()
