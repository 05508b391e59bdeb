"""The auditor finds what is wrong, and nothing in what is right."""

from datetime import timedelta

import pgtrigger
import pytest

from sla.models import CalendarVersion
from tickets import lifecycle
from tickets.auditing import audit, is_clean
from tickets.models import BallChange, Clock, CustodyChange, Ticket
from tickets.watching import watch
from world import NINE


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


HOUR = timedelta(hours=1)
TAMPERED = {
    "running_since": lambda clock: clock.running_since - HOUR,
    "consumed_seconds": lambda clock: clock.consumed_seconds + 1,
    "due_at": lambda clock: clock.due_at + HOUR,
    "state": lambda clock: "PAUSED",
    "breached_at": lambda clock: clock.due_at - HOUR,
    "target_seconds": lambda clock: clock.target_seconds + 60,
    "inherited_seconds": lambda clock: clock.inherited_seconds + 1,
    "counted_from": lambda clock: clock.counted_from + HOUR / 2,
    "calendar_version_id": lambda clock: CalendarVersion.objects.get(of__name="Office").pk,
}


@pytest.mark.parametrize("field", TAMPERED)
def test_a_running_clock_that_was_tampered_with_is_reported(world, field):
    world.now += timedelta(hours=14)  # 23:00, when the office is closed
    ticket = world.open(priority="P2")
    world.tick()
    assert is_clean(audit(now=world.now))
    rows = Clock.objects.filter(ticket=ticket, metric="RESOLVE")
    rows.update(**{field: TAMPERED[field](rows.get())})
    [found] = audit(now=world.now)["differences"]
    assert (found["ticket"], found["metric"]) == (ticket.key, "RESOLVE")
    assert found["stored"] != found["computed"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("consumed_seconds", 0), ("state", "RUNNING"), ("inherited_seconds", 900), ("breached_at", NINE)],
)
def test_a_paused_clock_that_was_tampered_with_is_reported(world, field, value):
    ticket = world.open()
    world.forward(minutes=5)
    lifecycle.wait(key=ticket.key, on="CLIENT", why="Which one?", by=world.l1, now=world.now)
    Clock.objects.filter(ticket=ticket, metric="RESOLVE").update(**{field: value})
    assert [d["metric"] for d in audit(now=world.now)["differences"]] == ["RESOLVE"]


def test_a_deadline_of_a_vendor_that_was_tampered_with_is_reported(world):
    ticket = life(world)[4]
    Clock.objects.filter(ticket=ticket, metric="VENDOR_RESPOND").update(consumed_seconds=60)
    assert [d["metric"] for d in audit(now=world.now)["differences"]] == ["VENDOR_RESPOND"]


def test_a_ticket_that_counts_more_changes_than_there_are_is_reported(world):
    ticket = life(world)[4]
    Ticket.objects.filter(pk=ticket.pk).update(custody_count=9)
    assert audit(now=world.now)["ledger_faults"][0]["ticket"] == ticket.key


def without_its_guard(model, act):
    """Do what the trigger on the ledger would refuse."""
    with pgtrigger.ignore(f"tickets.{model.__name__}:append_only"):
        act(model.objects)


@pytest.mark.parametrize(
    ("forge", "fault"),
    [
        (lambda rows: rows.filter(seq=2).delete(), "has a gap"),
        (lambda rows: rows.filter(seq=1).update(began_at=NINE + timedelta(minutes=20)), "runs backwards"),
        (lambda rows: rows.filter(seq=1).update(began_at=NINE + timedelta(minutes=1)), "does not begin when"),
        (lambda rows: rows.filter(seq=3).update(holder_kind="NOBODY", tier=None), "not the last of the ledger"),
    ],
)
def test_a_ledger_that_was_forged_is_reported(world, forge, fault):
    ticket = world.open()
    world.forward(minutes=31)  # L1, L2 and L3
    ticket.refresh_from_db()
    assert ticket.custody_count == 3 and is_clean(audit(now=world.now))
    without_its_guard(CustodyChange, forge)
    [found] = audit(now=world.now)["ledger_faults"]
    assert found["ticket"] == ticket.key and fault in found["fault"]


def test_a_span_that_was_taken_out_of_a_vendors_ball_is_reported(world):
    ticket = life(world)[4]
    case = world.open_case(ticket)
    without_its_guard(BallChange, lambda rows: rows.filter(case=case).delete())
    assert "VENDOR_RESPOND" in [d["metric"] for d in audit(now=world.now)["differences"]]


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
