"""Rules 1, 2, 5 and 6 of time: pauses, arrivals, waits and reopening, with moments reckoned by hand.

The office is open from Monday to Friday, 09:00 to 17:30 in London, 8½ hours a day.
"""

from datetime import timedelta

import pytest

from tickets import lifecycle
from tickets.auditing import audit, is_clean
from tickets.models import TicketEvent
from tickets.status import NotAllowedNow
from world import march

SLOW = {"acknowledge_within": "900h", "hand_over_after": "1800h"}
L1, L2 = {"tier": "L1"} | SLOW, {"tier": "L2"} | SLOW
VENDOR = {"vendor": True, "acknowledge_within": "30m"}


@pytest.fixture
def office(world):
    """Gold promises to resolve within four office hours, and nobody is hurried by the ladder."""
    world.gold(RESOLVE="4h")
    world.ladder(L1, L2)
    yield world
    assert is_clean(audit(now=world.now))


def waited(world, begins, ends):
    """A ticket of Monday 15:00 that waited on the client between these moments."""
    world.until(march(2, 15))
    ticket = world.open()
    world.until(begins)
    world.do(lifecycle.wait, ticket, on="CLIENT", why="Which one?", until=march(31, 9))
    assert world.clock(ticket, "RESOLVE").due_at is None
    world.until(ends)
    world.do(lifecycle.resume, ticket)
    return ticket


# 1: paused time is business time -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "ends", "due"),
    [
        (march(2, 16), march(2, 17), march(3, 11, 30)),  # 1 h used; ½ h more on Monday, 2½ h on Tuesday
        (march(2, 16), march(3, 10), march(3, 13)),  # 1 h used; from Tuesday 10:00 three hours are left
        (march(2, 18), march(3, 8), march(3, 10, 30)),  # asked and answered while the office was closed
        (march(2, 17), march(6, 17), march(9, 10, 30)),  # 2 h used; ½ h on Friday, 1½ h on Monday
        (march(2, 15), march(7, 12), march(9, 13)),  # nothing used, answered on Saturday
    ],
)
def test_rule_01_a_pause_takes_as_much_time_as_was_open_in_it(office, begins, ends, due):
    ticket = waited(office, begins, ends)
    assert office.clock(ticket, "RESOLVE").due_at == due


def test_rule_01_a_pause_over_night_does_not_push_a_deadline_out_of_hours(office):
    ticket = waited(office, march(2, 17, 29), march(4, 17, 29))
    clock = office.clock(ticket, "RESOLVE")
    # 2 h 29 min had been used; 1 min of Wednesday and 1 h 30 min of Thursday are left
    assert (clock.consumed_seconds, clock.due_at) == (149 * 60, march(5, 10, 30))


# 2: acknowledge and respond ------------------------------------------------------------------------------------------


@pytest.fixture
def answering(office):
    office.gold(ACKNOWLEDGE="1h", RESPOND="2h", RESOLVE="4h")
    return office


def test_rule_02_taking_it_is_no_reply(answering):
    ticket = answering.open()
    answering.forward(minutes=10)
    answering.do(lifecycle.acknowledge, ticket)
    assert answering.clock(ticket, "ACKNOWLEDGE").state == "MET"
    respond = answering.clock(ticket, "RESPOND")
    assert (respond.state, respond.due_at) == ("RUNNING", march(2, 11))


def test_rule_02_a_public_reply_does_not_take_it(answering):
    ticket = answering.open()
    answering.do(lifecycle.reply, ticket, text="We are looking into it.", public=True)
    assert answering.clock(ticket, "RESPOND").state == "MET"
    assert answering.clock(ticket, "ACKNOWLEDGE").state == "RUNNING"
    assert answering.fresh(ticket).status == "NEW"


NEITHER = {
    "a work note": lambda w, t: w.do(lifecycle.reply, t, text="Looks like DNS.", public=False),
    "an automatic mail": lambda w, t: w.do(lifecycle.reply, t, text="Received.", public=True, automatic=True),
    "an assignment": lambda w, t: w.do(lifecycle.assign, t, to="l2@msp.example"),
    "a hold": lambda w, t: w.do(lifecycle.wait, t, on="HOLD", why="Parts", until=march(2, 10)),
    "an escalation by hand": lambda w, t: w.do(lifecycle.escalate, t, why="Deeper"),
}


@pytest.mark.parametrize("act", NEITHER)
def test_rule_02_a_change_of_status_an_automatic_mail_or_an_escalation_is_neither(answering, act):
    ticket = answering.open()
    NEITHER[act](answering, ticket)
    states = [answering.clock(ticket, metric).state for metric in ("ACKNOWLEDGE", "RESPOND")]
    assert states == ["RUNNING", "RUNNING"]


def test_rule_02_our_own_climb_is_neither(answering):
    answering.ladder(L1 | {"acknowledge_within": "15m"}, L2)
    ticket = answering.open()
    answering.forward(minutes=15)
    assert answering.fresh(ticket).tier.name == "L2"
    assert [answering.clock(ticket, m).state for m in ("ACKNOWLEDGE", "RESPOND")] == ["RUNNING", "RUNNING"]


def test_rule_02_resolving_takes_it_and_its_summary_is_a_reply(answering):
    ticket = answering.open()
    answering.do(lifecycle.resolve, ticket, summary="Restarted.")
    assert {answering.clock(ticket, m).state for m in ("ACKNOWLEDGE", "RESPOND", "RESOLVE")} == {"MET"}


def test_rule_02_every_arrival_asks_the_new_tier_to_acknowledge_for_itself(answering):
    ticket = answering.open()
    answering.do(lifecycle.acknowledge, ticket)
    answering.do(lifecycle.escalate, ticket, why="Deeper")
    fresh = answering.fresh(ticket)
    assert (fresh.status, fresh.acknowledged_at, fresh.assignee) == ("NEW", None, None)
    assert answering.clock(ticket, "OLA_ACKNOWLEDGE", "step:0").state == "MET"
    assert answering.clock(ticket, "OLA_ACKNOWLEDGE", "step:1").state == "RUNNING"
    assert answering.clock(ticket, "ACKNOWLEDGE").state == "MET"


# 5: reopening --------------------------------------------------------------------------------------------------------


def test_rule_05_a_reopened_ticket_has_what_was_left_and_its_gap_is_nobodys(office):
    office.until(march(2, 16))
    ticket = office.open()
    office.until(march(2, 17))
    office.do(lifecycle.resolve, ticket, summary="Done.")
    office.until(march(4, 10))
    office.do(lifecycle.reopen, ticket, why="Still broken")
    clock, fresh = office.clock(ticket, "RESOLVE"), office.fresh(ticket)
    assert (fresh.tier.name, fresh.status, fresh.round, clock.round) == ("L1", "NEW", 2, 2)
    assert (clock.consumed_seconds, clock.due_at) == (3600, march(4, 13))
    assert office.custody(ticket) == ["L1", "NOBODY", "L1"]


def test_rule_05_it_goes_back_to_the_last_tier(office):
    ticket = office.open()
    office.do(lifecycle.escalate, ticket, why="Deeper")
    office.do(lifecycle.resolve, ticket, by=office.l2, summary="Done.")
    office.do(lifecycle.reopen, ticket, by=office.l2, why="Still broken")
    assert office.fresh(ticket).tier.name == "L2"


def test_rule_05_old_verdicts_stand_and_what_was_missed_is_not_missed_again(office):
    ticket = office.open()
    office.until(march(2, 13, 30))
    office.do(lifecycle.resolve, ticket, summary="Late, but done.")
    office.until(march(3, 9))
    office.do(lifecycle.reopen, ticket, why="Still broken")
    old, new = office.clocks(ticket, "RESOLVE")
    assert (old.state, old.breached_at, new.state) == ("BREACHED", march(2, 13), "BREACHED")
    office.forward(days=1)
    assert office.kinds(ticket).count("BREACHED") == 1


def test_rule_05_after_a_vendor_had_it_what_was_left_is_left(office):
    """The vendor's half hour does not count here: 1 h at the tiers before it, 3 h are left after."""
    office.gold(RESOLVE="4h", more={"vendor_time_counts": False})
    office.ladder(L1, VENDOR)
    ticket = office.open(service=office.m365)
    office.until(march(2, 10))
    office.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Their side")
    office.tick()
    office.until(march(2, 10, 30))
    office.do(lifecycle.resolve, ticket, summary="They mended it.")
    office.until(march(2, 15))
    office.do(lifecycle.reopen, ticket, why="Still broken")
    clock = office.clock(ticket, "RESOLVE")
    assert (clock.consumed_seconds, clock.due_at) == (3600, march(3, 9, 30))
    assert office.custody(ticket) == ["L1", "Microsoft", "NOBODY", "L1"]
    assert ticket.vendor_cases.get().status == "CLOSED"


def test_rule_05_a_ticket_closes_five_open_days_later_and_is_reopened_until_then(office):
    first, second = office.open(), office.open()
    office.until(march(5, 16))  # a Thursday
    for ticket in (first, second):
        office.do(lifecycle.resolve, ticket, summary="Done.")
    assert office.fresh(first).wake_at == march(12, 16)
    office.until(march(12, 15, 59))
    office.do(lifecycle.reopen, second, why="Still broken")
    office.until(march(12, 16))
    assert (office.fresh(first).status, office.fresh(second).status) == ("CLOSED", "NEW")


def test_rule_05_a_closed_ticket_is_not_reopened(office):
    ticket = office.open()
    office.do(lifecycle.resolve, ticket, summary="Done.")
    office.until(march(9, 9))
    before = office.kinds(ticket)
    with pytest.raises(NotAllowedNow, match="closed cannot be reopened; open a new one"):
        office.do(lifecycle.reopen, ticket, why="Again")
    assert office.kinds(ticket) == before


# 6: waiting on the client, and holding -------------------------------------------------------------------------------


def test_rule_06_the_client_is_reminded_after_one_and_two_open_days_and_then_it_comes_back(office):
    dana = office.acme.contacts.get()
    office.until(march(5, 16))  # a Thursday: Friday, Monday and Tuesday are the open days after it
    ticket = office.open(contact=dana)
    office.do(lifecycle.wait, ticket, on="CLIENT", why="Which printer?")
    office.until(march(11, 9))
    waiting = TicketEvent.objects.filter(ticket=ticket, kind__in=("CLIENT_REMINDED", "WOKE")).order_by("seq")
    assert [(event.kind, event.at) for event in waiting] == [
        ("CLIENT_REMINDED", march(6, 16)), ("CLIENT_REMINDED", march(9, 16)), ("WOKE", march(10, 16)),
    ]  # fmt: skip
    assert all(event.why["rule"] in ("CLIENT_REMINDER", "WAKE") for event in waiting)
    told = [m.body.splitlines()[0] for m in office.mails_to("dana@acme.example") if "still waiting" in m.body]
    assert told == ["We are still waiting for your answer. We go on with what we know if we do not hear from you."] * 2
    fresh = office.fresh(ticket)
    assert (fresh.status, fresh.round, fresh.tier.name) == ("NEW", 2, "L1")


def test_rule_06_an_answer_ends_the_reminders(office):
    ticket = office.open()
    office.do(lifecycle.wait, ticket, on="CLIENT", why="Which printer?")
    office.until(march(3, 12))
    office.do(lifecycle.resume, ticket)
    office.until(march(12, 9))
    assert office.kinds(ticket).count("CLIENT_REMINDED") == 1 and "WOKE" not in office.kinds(ticket)


def test_rule_06_a_wait_that_ends_sooner_has_no_reminder_after_its_end(office):
    ticket = office.open()
    office.do(lifecycle.wait, ticket, on="CLIENT", why="Which printer?", until=march(3, 8))
    office.until(march(6, 9))
    assert "CLIENT_REMINDED" not in office.kinds(ticket) and "WOKE" in office.kinds(ticket)


def test_rule_06_while_a_vendor_has_the_ball_the_clients_silence_gives_it_back_to_the_vendor(office):
    office.ladder(L1, VENDOR)
    ticket = office.open(service=office.m365)
    office.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Their side")
    office.tick()
    office.do(lifecycle.wait, ticket, on="CLIENT", why="Which mailbox?")
    assert office.fresh(ticket).holder_kind == "CLIENT" and office.open_case(ticket).ball == "VENDOR"
    office.until(march(5, 9))
    fresh = office.fresh(ticket)
    assert (fresh.status, fresh.holder_kind) == ("WAITING_ON_VENDOR", "VENDOR")
    assert office.custody(ticket) == ["L1", "Microsoft", "CLIENT", "Microsoft"]
    assert office.said(ticket, "WOKE") == ["The client has not answered in time; the ticket goes back to Microsoft."]


def test_rule_06_a_hold_needs_its_end_and_its_why(office):
    ticket = office.open()
    for missing in ({"why": "Parts"}, {"why": " ", "until": march(3, 9)}):
        with pytest.raises(lifecycle.BadAnswer):
            office.do(lifecycle.wait, ticket, on="HOLD", **missing)
    assert office.fresh(ticket).status == "NEW"


def test_rule_06_a_hold_keeps_the_holder_pauses_our_clocks_only_and_ends_by_itself(office):
    office.agreement("OLA", "OLA", {"calendar": "Office", "targets": {"P1": {"ACKNOWLEDGE": "30m", "RESOLVE": "2h"}}})
    office.ladder({"tier": "L1"}, L2)
    ticket = office.open()
    office.do(lifecycle.acknowledge, ticket)
    office.until(march(2, 9, 30))
    office.do(lifecycle.wait, ticket, on="HOLD", why="Parts", until=march(2, 11))
    office.until(march(2, 10, 59))
    paused, promised = office.clock(ticket, "OLA_RESOLVE", "step:0"), office.clock(ticket, "RESOLVE")
    assert (paused.state, paused.due_at, promised.state, promised.due_at) == ("PAUSED", None, "RUNNING", march(2, 13))
    assert office.fresh(ticket).tier.name == "L1"
    office.until(march(2, 11))
    assert (office.fresh(ticket).status, office.custody(ticket)) == ("IN_PROGRESS", ["L1", "L1", "L1"])
    assert office.clock(ticket, "OLA_RESOLVE", "step:0").due_at == march(2, 12, 30)  # 1½ of its 2 hours are left


def test_rule_06_a_hold_is_lengthened_by_another(office):
    ticket = office.open()
    office.do(lifecycle.wait, ticket, on="HOLD", why="Parts", until=march(2, 10))
    office.do(lifecycle.wait, ticket, on="HOLD", why="More parts", until=office.now + timedelta(hours=3))
    office.until(march(2, 11))
    assert office.fresh(ticket).status == "ON_HOLD"
