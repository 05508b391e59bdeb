"""Rules 4 and 13 of time: promises that change while they run, with moments reckoned by hand.

The office is open from Monday to Friday, 09:00 to 17:30 in London. Tickets are opened on Monday the 2nd at 09:00.
"""

from datetime import timedelta

import pytest

from sla.models import CalendarVersion
from tickets import lifecycle
from tickets.auditing import audit, is_clean
from tickets.changing import Changes, change
from tickets.models import TicketEvent
from world import PRIORITIES, march

SLOW = {"acknowledge_within": "90h", "hand_over_after": "180h"}
L1, L2 = {"tier": "L1"} | SLOW, {"tier": "L2"} | SLOW
HOURS = {day: ["09:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.fixture
def office(world):
    """P1 within 4 office hours, P2 and P3 within 8, P4 without a target."""
    world.gold(P1={"RESOLVE": "4h"}, P2={"RESOLVE": "8h"}, P3={"RESOLVE": "8h"}, P4={"RESPOND": "9h"})
    world.ladder(L1, L2)
    yield world
    assert is_clean(audit(now=world.now))


def reprioritise(world, ticket, priority):
    world.do(change, ticket, changes=Changes(priority=priority), why="Only one person is affected")


def told(world, ticket, kind="THRESHOLD"):
    rows = TicketEvent.objects.filter(ticket=ticket, kind=kind).order_by("seq")
    return [(row.why["percent"], row.at) for row in rows]


# 4: priority, client, category or agreement change -------------------------------------------------------------------


def test_rule_04_lowered_the_old_clock_is_superseded_and_the_new_one_inherits(office):
    ticket = office.open(priority="P1")
    office.until(march(2, 12))
    reprioritise(office, ticket, "P2")
    old, new = office.clocks(ticket, "RESOLVE")
    assert (old.state, old.stopped_at, old.consumed_seconds, old.breached_at) == (
        "SUPERSEDED", march(2, 12), 3 * 3600, None,
    )  # fmt: skip
    assert old.because == "priority P1 → P2"
    assert (new.state, new.started_at, new.inherited_seconds) == ("RUNNING", march(2, 9), 3 * 3600)
    assert (new.round, new.revision) == (old.round, 1)
    assert new.due_at == march(2, 17)  # 8 hours from 09:00, 3 of them used


def test_rule_04_what_was_paused_stays_paused_and_inherits_what_was_used(office):
    ticket = office.open(priority="P1")
    office.until(march(2, 11))
    office.do(lifecycle.wait, ticket, on="CLIENT", why="Which one?", until=march(20, 9))
    office.until(march(3, 12))
    reprioritise(office, ticket, "P2")
    clock = office.clock(ticket, "RESOLVE")
    assert (clock.state, clock.due_at, clock.consumed_seconds) == ("PAUSED", None, 2 * 3600)
    office.until(march(4, 10))
    office.do(lifecycle.resume, ticket)
    assert office.clock(ticket, "RESOLVE").due_at == march(4, 16)  # 6 of 8 hours are left


def test_rule_04_thresholds_that_lie_behind_the_new_clock_are_passed_in_silence(office):
    """3 of 8 hours are 75 % of 4: P1 told of 50 and 75 %; P2 tells of neither again until it comes to them itself."""
    ticket = office.open(priority="P2")
    office.until(march(2, 12))
    assert told(office, ticket) == []
    reprioritise(office, ticket, "P1")
    assert office.clocks(ticket, "RESOLVE")[-1].warned_percent == 75
    office.until(march(2, 14))
    assert told(office, ticket) == [(90, march(2, 12, 36)), (125, march(2, 14))]
    assert TicketEvent.objects.get(ticket=ticket, kind="BREACHED").at == march(2, 13)


def test_rule_04_an_old_verdict_stands_and_the_new_target_may_still_be_met(office):
    ticket = office.open(priority="P1")
    office.until(march(2, 14))
    assert office.clock(ticket, "RESOLVE").state == "BREACHED"
    reprioritise(office, ticket, "P2")
    old, new = office.clocks(ticket, "RESOLVE")
    assert (old.state, old.breached_at, new.state, new.due_at) == ("SUPERSEDED", march(2, 13), "RUNNING", march(2, 17))
    office.do(lifecycle.resolve, ticket, summary="Done.")
    assert office.clocks(ticket, "RESOLVE")[-1].state == "MET"


def test_rule_04_raised_past_its_new_target_it_is_missed_in_silence_from_that_moment(office):
    ticket = office.open(priority="P2")
    office.until(march(2, 15))  # 6 hours, 150 % of P1's four
    reprioritise(office, ticket, "P1")
    new = office.clocks(ticket, "RESOLVE")[-1]
    assert (new.state, new.breached_at, new.due_at) == ("BREACHED", march(2, 15), march(2, 15))
    before = office.kinds(ticket)
    office.until(march(3, 12))
    assert office.kinds(ticket) == before


def test_rule_04_between_our_teams_what_lies_past_its_new_target_climbs_at_once(office):
    office.ladder(L1, L2, P1=[L1 | {"acknowledge_within": "15m"}, L2])
    ticket = office.open(priority="P2")
    office.until(march(2, 10))
    reprioritise(office, ticket, "P1")
    assert office.fresh(ticket).check_at == march(2, 10)
    office.tick()
    escalated = TicketEvent.objects.get(ticket=ticket, kind="ESCALATED")
    assert (escalated.at, escalated.why["to"]) == (march(2, 10), "L2")
    assert office.clocks(ticket, "OLA_ACKNOWLEDGE")[-1].subject == "step:1"


def test_rule_04_an_acknowledgement_that_is_long_past_its_new_target_climbs_at_once(office):
    office.gold(P1={"ACKNOWLEDGE": "20m", "RESOLVE": "4h"}, P2={"ACKNOWLEDGE": "1h", "RESOLVE": "8h"})
    ticket = office.open(priority="P2")
    office.until(march(2, 9, 30))  # 150 % of P1's twenty minutes
    reprioritise(office, ticket, "P1")
    office.tick()
    assert office.fresh(ticket).tier.name == "L2"
    assert office.clock(ticket, "ACKNOWLEDGE").state == "BREACHED"


def test_rule_04_a_reminder_that_was_given_is_not_given_again(office):
    office.ladder(L1 | {"acknowledge_within": "60m", "repeat": 2}, L2, P1=[L1 | SLOW | {"acknowledge_within": "45m",
                  "repeat": 2}, L2])  # fmt: skip
    ticket = office.open(priority="P2")
    office.until(march(2, 9, 21))  # 33 % of sixty minutes have passed, and of forty-five
    reprioritise(office, ticket, "P1")
    office.until(march(2, 9, 44))
    assert [percent for percent, _ in told(office, ticket, "REMINDED")] == [33, 66]
    assert office.fresh(ticket).postponed == 0


def test_rule_04_no_target_for_the_new_priority_ends_the_clock_with_that_as_its_reason(office):
    ticket = office.open(priority="P1")
    office.until(march(2, 11))
    reprioritise(office, ticket, "P4")
    [ended] = office.clocks(ticket, "RESOLVE")
    assert (ended.state, ended.stopped_at, ended.consumed_seconds) == ("ENDED", march(2, 11), 2 * 3600)
    assert ended.because == "No target: priority P1 → P4"
    assert "Resolve has no target any more" in office.said(ticket, "TERMS_CHANGED")[0]


def test_rule_04_a_target_that_comes_back_counts_from_where_the_promise_began(office):
    ticket = office.open(priority="P1")
    office.until(march(2, 11))
    reprioritise(office, ticket, "P4")
    assert office.clock(ticket, "RESPOND").due_at == march(3, 9, 30)  # 9 hours from Monday 09:00, 8½ of them on it
    office.until(march(2, 12))
    reprioritise(office, ticket, "P2")
    clock = office.clocks(ticket, "RESOLVE")[-1]
    assert (clock.state, clock.consumed_seconds, clock.due_at) == ("RUNNING", 3 * 3600, march(2, 17))


def test_rule_04_another_client_brings_its_own_agreement(office):
    silver = {"calendar": "24x7", "targets": {p: {"RESOLVE": "20h"} for p in PRIORITIES}}
    other = office.client("Other")
    other.agreement = office.agreement("Silver", "SLA", silver)
    other.save()
    ticket = office.open()
    office.until(march(2, 11))
    office.do(change, ticket, changes=Changes(client=other), why="It is theirs")
    clock = office.clock(ticket, "RESOLVE")
    assert (clock.agreement_version.of.name, clock.consumed_seconds, clock.due_at) == ("Silver", 7200, march(3, 5))


def test_rule_04_another_category_may_bring_another_ladder_and_agreement(office):
    office.agreement("Rapid", "SLA", {"calendar": "24x7", "targets": {"P1": {"RESOLVE": "3h"}}})
    rule = {"category": "network", "agreement": "Rapid", "steps": [L2], "reason": "Networks go to L2"}
    office.ladder(L1, L2, exceptions=[rule])
    ticket = office.open()
    office.until(march(2, 10))
    office.do(change, ticket, changes=Changes(category="network"), why="It is the switch")
    assert office.clock(ticket, "RESOLVE").due_at == march(2, 12)
    fresh = office.fresh(ticket)
    assert (fresh.tier.name, fresh.status, fresh.step) == ("L2", "NEW", 0)


def test_rule_04_a_client_that_is_given_another_agreement_takes_its_open_tickets_along(office):
    ticket, ended = office.open(), office.open()
    office.do(lifecycle.resolve, ended, summary="Done.")
    office.tick()
    silver = {"calendar": "Office", "targets": {p: {"RESOLVE": "6h"} for p in PRIORITIES}}
    office.acme.agreement = office.agreement("Silver", "SLA", silver)
    office.acme.save()
    office.until(march(2, 10))
    clock = office.clock(ticket, "RESOLVE")
    assert (clock.agreement_version.of.name, clock.due_at, clock.started_at) == ("Silver", march(2, 15), march(2, 9))
    assert office.said(ticket, "TERMS_CHANGED")[0].startswith("Silver v1 holds now: Resolve is 6 hours")
    assert [c.state for c in office.clocks(ended, "RESOLVE")] == ["MET"]


# 13: edits of calendars and agreements -------------------------------------------------------------------------------


def test_rule_13_an_agreement_that_was_edited_holds_for_open_tickets_from_the_next_sweep(office):
    ticket = office.open()
    office.until(march(2, 10))
    office.gold(RESOLVE="2h")
    office.tick()
    old, new = office.clocks(ticket, "RESOLVE")
    assert (old.state, new.due_at, new.agreement_version.number) == ("SUPERSEDED", march(2, 11), 3)
    assert office.said(ticket, "TERMS_CHANGED") == ["Gold v3 holds now: Resolve is 2 hours (Office v1)."]
    why = TicketEvent.objects.get(ticket=ticket, kind="TERMS_CHANGED").why
    assert why["clocks"][0]["before"]["target_seconds"] == 4 * 3600


def test_rule_13_an_edit_that_changes_nothing_for_a_ticket_is_not_told_there(office):
    ticket = office.open()
    office.gold(P1={"RESOLVE": "4h"}, P2={"RESOLVE": "1h"})
    office.tick()
    [clock] = office.clocks(ticket, "RESOLVE")
    assert clock.agreement_version.number == 3 and "TERMS_CHANGED" not in office.kinds(ticket)


def test_rule_13_a_calendar_that_was_edited_while_clocks_run_is_named_with_both_versions(office):
    office.until(march(2, 16))
    ticket = office.open()
    office.until(march(2, 17))
    shorter = {day: ["10:00-17:30"] for day in HOURS}
    office.calendar("Office", {"timezone": "Europe/London", "hours": shorter})
    office.tick()
    old, new = office.clocks(ticket, "RESOLVE")
    # 1 h used; ½ h of Monday and 2½ h of Tuesday, which now begins at ten
    assert (old.due_at, new.inherited_seconds, new.due_at) == (None, 3600, march(3, 12, 30))
    assert new.calendar_version == CalendarVersion.objects.get(of__name="Office", number=2)
    [text] = office.said(ticket, "TERMS_CHANGED")
    assert text.startswith("Calendar Office v1 → Office v2: ")
    assert old.because == "Calendar Office v1 → Office v2"


def test_rule_13_what_runs_between_our_teams_follows_its_own_agreement_which_is_named(office):
    ola = {p: {"ACKNOWLEDGE": "30m", "RESOLVE": "2h"} for p in PRIORITIES}
    office.ladder({"tier": "L1"}, L2)
    ticket = office.open()
    ola["P1"] = {"ACKNOWLEDGE": "40m", "RESOLVE": "2h"}
    office.agreement("OLA", "OLA", {"calendar": "24x7", "targets": ola})
    office.tick()
    assert office.clock(ticket, "OLA_ACKNOWLEDGE", "step:0").due_at == march(2, 9, 40)
    [text] = office.said(ticket, "TERMS_CHANGED")
    assert text.startswith("OLA v2 holds now: Acknowledge here is 40 minutes")


def test_rule_13_a_version_that_begins_tomorrow_changes_nothing_today(office):
    office.until(march(2, 16))
    ticket = office.open()
    office.gold(RESOLVE="2h", more={"effective_from": "2026-03-03"})
    office.until(march(2, 17))
    assert [clock.due_at for clock in office.clocks(ticket, "RESOLVE")] == [march(3, 11, 30)]
    office.until(march(3, 0))
    office.tick()
    old, new = office.clocks(ticket, "RESOLVE")
    assert (old.consumed_seconds, new.due_at) == (5400, march(3, 9, 30))  # 1½ of 2 hours were used on Monday


def test_rule_13_an_agreement_that_has_ended_promises_nothing_any_more(office):
    office.until(march(2, 16))
    office.gold(RESOLVE="4h", more={"effective_until": "2026-03-02"})
    ticket = office.open()
    office.until(march(3, 0))
    office.tick()
    [clock] = office.clocks(ticket, "RESOLVE")
    assert (clock.state, clock.consumed_seconds) == ("ENDED", 5400)
    assert clock.because == "No target: Gold ended on 2026-03-02."


def test_rule_13_closed_verdicts_never_change(office):
    met, missed = office.open(), office.open()
    office.until(march(2, 12))
    office.do(lifecycle.resolve, met, summary="Done.")
    office.until(march(2, 14))
    office.do(lifecycle.resolve, missed, summary="Done, late.")
    before = [list(t.clocks.order_by("id").values()) for t in (met, missed)]
    office.gold(RESOLVE="1h")
    office.calendar("Office", {"timezone": "Europe/London", "hours": {"mon": ["09:00-10:00"]}})
    office.forward(days=1)
    assert [list(t.clocks.order_by("id").values()) for t in (met, missed)] == before


def test_rule_13_many_edits_between_two_sweeps_are_followed_once(office):
    ticket = office.open()
    office.now += timedelta(minutes=30)
    for hours in ("2h", "3h", "5h"):
        office.gold(RESOLVE=hours)
    office.tick()
    assert [clock.due_at for clock in office.clocks(ticket, "RESOLVE")][-1] == march(2, 14)
    assert len(office.clocks(ticket, "RESOLVE")) == 2 and len(office.said(ticket, "TERMS_CHANGED")) == 1
