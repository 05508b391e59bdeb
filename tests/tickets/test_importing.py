"""Bringing in tickets of the past: their moments, verdicts and what is told of them."""

from datetime import UTC, datetime

import pytest

from tickets import lifecycle
from tickets.auditing import audit, is_clean
from tickets.importing import check_moments
from tickets.models import TicketEvent
from tickets.working import BadAnswer
from world import NINE, march


@pytest.fixture
def desk(world):
    """Office time: taken in 1, answered in 2, resolved in 4 hours."""
    world.gold(ACKNOWLEDGE="1h", RESPOND="2h", RESOLVE="4h")
    yield world
    assert is_clean(audit(now=world.now))


def friday(hour, minute=0):
    return datetime(2026, 2, 27, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opened", "resolved"),
    [(None, None), (NINE, None), (friday(9), None), (friday(9), friday(9)), (friday(9), NINE)],
)
def test_moments_of_the_past_in_their_order_are_taken(opened, resolved):
    check_moments(opened, resolved, now=NINE)


@pytest.mark.parametrize(
    ("opened", "resolved", "field"),
    [
        (march(2, 9, 1), None, "opened_at"),
        (friday(9), march(2, 9, 1), "resolved_at"),
        (friday(9), friday(8, 59), "resolved_at"),
        (None, friday(9), "opened_at"),
    ],
)
def test_other_moments_are_refused_at_their_field(opened, resolved, field):
    with pytest.raises(BadAnswer) as refused:
        check_moments(opened, resolved, now=NINE)
    assert refused.value.field == field


def test_the_first_line_of_its_timeline_says_that_it_was_brought_in_and_by_whom(desk):
    ticket = desk.open(opened_at=friday(9))
    [event] = TicketEvent.objects.filter(ticket=ticket)
    assert (event.kind, event.at, event.client_text) == ("IMPORTED", NINE, "")
    assert event.text == "Brought in for Acme, P1, opened 2026-02-27 09:00 UTC, at L1."


def test_what_was_opened_at_this_very_moment_is_not_brought_in(desk):
    ticket = desk.open(opened_at=desk.now)
    assert desk.kinds(ticket) == ["OPENED"] and ticket.custody.count() == 1


@pytest.mark.parametrize(
    ("opened", "warned", "state"),
    [
        (friday(17, 30), 0, "RUNNING"),
        (friday(15, 31), 0, "RUNNING"),
        (friday(15, 30), 50, "RUNNING"),
        (friday(14, 30), 75, "RUNNING"),
        (friday(13, 54), 90, "RUNNING"),
        (friday(13, 30), 100, "BREACHED"),
        (friday(12, 30), 125, "BREACHED"),
    ],
)
def test_each_threshold_that_lies_behind_it_is_passed_in_silence(desk, opened, warned, state):
    ticket = desk.open(opened_at=opened)
    clock = desk.clock(ticket, "RESOLVE")
    assert (clock.warned_percent, clock.state) == (warned, state)
    desk.tick()
    assert desk.kinds(ticket) == ["IMPORTED"]


def test_a_target_that_was_missed_before_it_came_was_missed_then(desk):
    ticket = desk.open(opened_at=friday(9))
    assert desk.clock(ticket, "RESOLVE").breached_at == friday(13)
    assert desk.fresh(ticket).next_due_at == friday(10)  # the acknowledgement can still be given


def test_without_a_target_there_is_no_clock_of_the_past_either(desk):
    desk.gold(P1={"RESOLVE": "4h"})
    ticket = desk.open(opened_at=friday(9))
    assert set(ticket.clocks.values_list("metric", flat=True)) == {"RESOLVE", "OLA_ACKNOWLEDGE", "OLA_RESOLVE"}


def test_what_is_done_here_ends_what_began_there(desk):
    ticket = desk.open(opened_at=friday(17))
    desk.until(march(2, 9, 20))
    desk.do(lifecycle.resolve, ticket, summary="Done.")
    clock = desk.clock(ticket, "RESOLVE")
    assert (clock.state, clock.consumed_seconds) == ("MET", 50 * 60)


@pytest.mark.parametrize(
    ("ended", "verdicts"),
    [
        (friday(9, 59), ["MET", "MET", "MET"]),
        (friday(10), ["BREACHED", "MET", "MET"]),
        (friday(12, 59), ["BREACHED", "BREACHED", "MET"]),
        (friday(13), ["BREACHED", "BREACHED", "BREACHED"]),
    ],
)
def test_of_one_that_ended_there_the_verdicts_are_those_of_then(desk, ended, verdicts):
    ticket = desk.open(opened_at=friday(9), resolved_at=ended)
    clocks = [desk.clock(ticket, metric) for metric in ("ACKNOWLEDGE", "RESPOND", "RESOLVE")]
    assert [clock.state for clock in clocks] == verdicts
    assert {clock.stopped_at for clock in clocks} == {ended}
    assert not ticket.clocks.filter(metric__startswith="OLA").exists()


@pytest.mark.parametrize(
    ("ended", "warned"), [(friday(10, 59), 0), (friday(11), 50), (friday(13), 100), (friday(14), 125)]
)
def test_of_one_that_ended_there_the_thresholds_it_had_come_to_are_kept(desk, ended, warned):
    assert desk.clock(desk.open(opened_at=friday(9), resolved_at=ended), "RESOLVE").warned_percent == warned


def test_one_that_ended_there_is_told_to_nobody_and_closes_in_its_time(desk):
    ticket = desk.open(opened_at=friday(9), resolved_at=friday(15), contact=desk.acme.contacts.get())
    desk.tick()
    assert not desk.mails_to("l1@msp.example") and not desk.mails_to("dana@acme.example")
    desk.until(march(6, 15))
    assert desk.fresh(ticket).status == "CLOSED"


def test_the_record_of_one_that_was_brought_in_holds_its_moments(desk):
    ticket = desk.open(opened_at=friday(9), resolved_at=friday(15))
    why = TicketEvent.objects.get(ticket=ticket).why
    assert (why["rule"], why["opened_at"], why["resolved_at"]) == (
        "IMPORTED", friday(9).isoformat(), friday(15).isoformat(),
    )  # fmt: skip
