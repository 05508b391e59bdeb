"""The auditor finds what is wrong, and nothing in what is right."""

from datetime import timedelta

import pytest

from tickets import lifecycle
from tickets.auditing import audit, is_clean
from tickets.models import Clock, CustodyChange, Ticket
from tickets.watching import watch


def life(world):
    """Tickets in every kind of hands, some with several rounds behind them."""
    tickets = [world.open(f"Case {i}", error_code="0x8004de40") for i in range(5)]
    world.forward(minutes=10)
    lifecycle.acknowledge(key=tickets[0].key, by=world.l1, now=world.now)
    lifecycle.wait(key=tickets[1].key, on="CLIENT", why="Which one?", by=world.l1, now=world.now)
    hold = world.now + timedelta(hours=9)
    lifecycle.wait(key=tickets[2].key, on="HOLD", why="Parts", until=hold, by=world.l1, now=world.now)
    world.forward(minutes=60)
    lifecycle.resume(key=tickets[1].key, by=world.l1, now=world.now)
    lifecycle.resume(key=tickets[3].key, by=world.l3, why="They answered", now=world.now)
    lifecycle.resolve(key=tickets[0].key, summary="Done.", by=world.l1, now=world.now)
    world.forward(minutes=5)
    lifecycle.reopen(key=tickets[0].key, why="Not done", by=world.l1, now=world.now)
    world.forward(minutes=5)
    return tickets


def test_a_life_with_waits_rounds_and_vendors_audits_clean(world):
    life(world)
    report = audit(now=world.now)
    assert is_clean(report), report
    assert report["clocks_checked"] > 10


def test_a_clock_that_was_tampered_with_is_reported(world):
    ticket = life(world)[4]
    Clock.objects.filter(ticket=ticket, metric="RESOLVE").update(consumed_seconds=1)
    assert [d["metric"] for d in audit(now=world.now)["differences"]] == ["RESOLVE"]


def test_a_gap_in_the_ledger_is_reported(world):
    ticket = life(world)[4]
    Ticket.objects.filter(pk=ticket.pk).update(custody_count=9)
    assert audit(now=world.now)["ledger_faults"][0]["ticket"] == ticket.key


def test_the_ledger_cannot_be_rewritten(world):
    ticket = world.open()
    with pytest.raises(Exception, match="Cannot update"):
        CustodyChange.objects.filter(ticket=ticket).update(because="another story")


def test_the_watchdog_does_the_work_of_a_sweep_that_forgot(world):
    ticket = world.open()
    Ticket.objects.filter(pk=ticket.pk).update(check_at=None)
    later = world.now + timedelta(minutes=16)
    assert watch(now=later, clock=lambda: later) == 1
    assert world.fresh(ticket).tier.name == "L2"
    assert watch(now=later, clock=lambda: later) == 0


def test_the_watchdog_delivers_what_nobody_delivered(world):
    world.open()
    later = world.now + timedelta(minutes=1)
    watch(now=later, clock=lambda: later)
    assert world.mails_to("l1@msp.example")


def test_a_deadline_that_nobody_notices_is_listed(world):
    ticket = world.open()
    report = audit(now=world.now + timedelta(minutes=17))
    assert {row["ticket"] for row in report["overdue"]} == {ticket.key}
