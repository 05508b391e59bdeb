"""Clocks that go on under other terms, on a ticket in hand that is never written."""

from dataclasses import replace

import pytest

from tickets.facts import ACKNOWLEDGE, OLA_ACKNOWLEDGE, OLA_RESOLVE, RESOLVE, RESPOND, UPDATE, VENDOR_RESPOND
from tickets.handing import hold, lodge, wait_on_client
from tickets.loading import in_hand
from tickets.moves import told_client
from tickets.terms import MANAGER, follow, is_outdated, owed, stand_on
from tickets.work import CaseInHand
from tiers.ladder import Ladder, steps_of
from world import march

SLOW = {"acknowledge_within": "90h", "hand_over_after": "180h"}
STEPS = [{"tier": tier} | SLOW for tier in ("L1", "L2", "L3")]


@pytest.fixture
def work(world):
    """A P2 of Monday 09:00 with 8 office hours to resolve it; P1 has 4, P3 none, P4 another calendar."""
    targets = {
        "P1": {"ACKNOWLEDGE": "1h", "RESPOND": "2h", "RESOLVE": "4h"}, "P2": {"ACKNOWLEDGE": "2h", "RESOLVE": "8h"},
        "P3": {"ACKNOWLEDGE": "2h", "RESOLVE": "none"}, "P4": {"RESOLVE": "8h"},
    }  # fmt: skip
    world.gold(**targets, more={"calendars": {"P4": "24x7"}})
    world.ladder(*STEPS)
    [work] = in_hand([world.open(priority="P2").pk], now=world.now)
    return work


def follow_as(work, priority, at):
    work.priority = priority
    return follow(work, now=at, because=f"priority → {priority}")


def ladder(*rows):
    return Ladder(steps_of(rows), 0)


def test_under_the_same_terms_nothing_is_outdated_and_nothing_moves(work):
    assert not any(is_outdated(work, clock) for clock in work.open_clocks)
    before = [replace(clock) for clock in work.clocks]
    assert follow(work, now=march(2, 10), because="x") == [] and work.clocks == before


@pytest.mark.parametrize(
    ("metric", "seconds"),
    [(ACKNOWLEDGE, 7200), (RESOLVE, 8 * 3600), (OLA_ACKNOWLEDGE, 90 * 3600), (OLA_RESOLVE, 180 * 3600)],
)
def test_what_is_owed_is_what_the_terms_say_for_the_metric(work, metric, seconds):
    clock = next(c for c in work.open_clocks if c.metric == metric)
    assert owed(work, clock).seconds == seconds


def test_the_new_clock_inherits_and_the_old_one_keeps_its_verdict(work):
    [acknowledge, resolve] = follow_as(work, "P1", march(2, 9, 30))
    assert (acknowledge.before.metric, resolve.before.metric) == (ACKNOWLEDGE, RESOLVE)
    old, new = (c for c in work.clocks if c.metric == RESOLVE)
    assert (old.state, old.stopped_at, old.because) == ("SUPERSEDED", march(2, 9, 30), "priority → P1")
    assert (new.inherited_seconds, new.counted_from, new.started_at) == (1800, march(2, 9, 30), march(2, 9))
    assert (new.due_at, new.revision) == (march(2, 13), 1)


def test_another_calendar_counts_what_is_left_by_its_own_hours(work):
    follow_as(work, "P4", march(2, 17))
    new = [c for c in work.clocks if c.metric == RESOLVE][-1]
    assert (new.inherited_seconds, new.due_at) == (8 * 3600, march(2, 17))  # the whole of it was used on Monday


def test_half_used_on_one_calendar_half_is_left_on_the_other(work):
    follow_as(work, "P4", march(2, 13))
    assert [c for c in work.clocks if c.metric == RESOLVE][-1].due_at == march(2, 17)
    follow_as(work, "P2", march(2, 15))
    assert [c for c in work.clocks if c.metric == RESOLVE][-1].due_at == march(2, 17)
    assert [c.revision for c in work.clocks if c.metric == RESOLVE] == [0, 1, 2]


def test_a_declined_target_ends_the_clock_with_that_as_its_reason(work):
    [gone] = [m for m in follow_as(work, "P3", march(2, 10)) if m.before.metric == RESOLVE]
    [clock] = [c for c in work.clocks if c.metric == RESOLVE]
    assert gone.after is None and (clock.state, clock.because) == ("ENDED", "No target: priority → P3")
    assert gone.record()["after"] is None and gone.record()["before"]["target_seconds"] == 8 * 3600


def test_a_clock_that_was_missed_keeps_that_when_its_target_goes(work):
    follow_as(work, "P3", march(2, 17))
    [clock] = [c for c in work.clocks if c.metric == RESOLVE]
    assert (clock.state, clock.breached_at) == ("BREACHED", march(2, 17))


@pytest.mark.parametrize(
    ("at", "warned", "state"),
    [
        (march(2, 10, 59), 0, "RUNNING"),
        (march(2, 11), 50, "RUNNING"),
        (march(2, 12), 75, "RUNNING"),
        (march(2, 12, 36), 90, "RUNNING"),
        (march(2, 13), 100, "BREACHED"),
        (march(2, 14), 125, "BREACHED"),
    ],
)
def test_each_threshold_behind_the_new_clock_is_passed_in_silence(work, at, warned, state):
    events = len(work.events)
    follow_as(work, "P1", at)
    new = [c for c in work.clocks if c.metric == RESOLVE][-1]
    assert (new.warned_percent, new.state) == (warned, state) and len(work.events) == events


def test_an_acknowledgement_with_nothing_left_is_due_at_once_instead(work):
    follow_as(work, "P1", march(2, 10, 30))
    new = [c for c in work.clocks if c.metric == ACKNOWLEDGE][-1]
    assert (new.state, new.breached_at, new.due_at) == ("RUNNING", None, march(2, 10, 30))
    assert work.check_at() == march(2, 10, 30)


def test_one_that_was_missed_and_seen_does_not_climb_again(work):
    old = work.clock(ACKNOWLEDGE)
    old.breached_at, old.state = march(2, 11), "BREACHED"
    follow_as(work, "P1", march(2, 12))
    new = [c for c in work.clocks if c.metric == ACKNOWLEDGE][-1]
    assert (new.state, new.breached_at) == ("BREACHED", march(2, 12))


def test_what_pauses_goes_on_pausing(work):
    wait_on_client(work, now=march(2, 10), because="Which one?")
    follow_as(work, "P1", march(3, 10))
    new = [c for c in work.clocks if c.metric == RESOLVE][-1]
    assert (new.state, new.due_at, new.consumed_seconds) == ("PAUSED", None, 3600)


def test_a_hold_does_not_hinder_what_is_promised_to_the_client(work):
    hold(work, now=march(2, 10), because="Parts", until=march(3, 10))
    follow_as(work, "P1", march(2, 11))
    assert [c for c in work.clocks if c.metric == RESOLVE][-1].due_at == march(2, 13)


def test_a_promise_that_was_kept_is_not_touched(work):
    work.priority = "P1"
    follow(work, now=march(2, 9), because="x")
    told_client(work, now=march(2, 9, 30))
    before = [replace(c) for c in work.clocks if c.stopped_at]
    follow_as(work, "P2", march(2, 10))
    assert [c for c in work.clocks if c.stopped_at and c in before] == before
    assert not [c for c in work.open_clocks if c.metric in (RESPOND, UPDATE)]


def test_what_a_vendor_owes_follows_its_commitment(work, world):
    case = CaseInHand(1, "Microsoft", "Mail", world.uc.pk, "A", 0, "QUEUED", "US", 0, None, None)
    work.cases.append(case)
    lodge(work, case, now=march(2, 9))
    world.agreement("M365", "UC", {"calendar": "Office", "targets": {"A": {"RESPOND": "3h"}}})
    [later] = in_hand([work.id], now=march(2, 9, 30))
    work.roster = later.roster
    follow(work, now=march(2, 9, 30), because="M365 v2 holds now")
    assert work.clock(VENDOR_RESPOND, "case:1").due_at == march(2, 12)


def test_a_managers_hour_is_a_rule_of_the_house():
    assert (MANAGER.seconds, MANAGER.calendar.name, MANAGER.agreement_version_id) == (3600, "24x7", None)


# another ladder


def test_the_same_tier_on_another_rung_goes_on_in_a_round_of_its_own(work):
    stand_on(work, ladder(STEPS[2], STEPS[0]), now=march(2, 10), because="x")
    assert (work.step, work.round, work.tier.name, work.custody) == (1, 2, "L1", [])
    assert work.clock(OLA_RESOLVE, "step:0") is None
    assert work.clock(OLA_RESOLVE, "step:1").consumed_seconds == 3600


def test_a_tier_that_is_gone_gives_it_to_the_next_higher_one(work):
    stand_on(work, ladder(STEPS[2], STEPS[1]), now=march(2, 10), because="x")
    assert (work.tier.name, work.status, work.round) == ("L3", "NEW", 2)
    assert [row["holder_kind"] for row in work.custody] == ["TIER"]


def test_where_none_is_higher_it_goes_to_the_last_tier_of_the_ladder(work):
    stand_on(work, ladder(STEPS[2]), now=march(2, 10), because="x")
    stand_on(work, ladder(STEPS[0], STEPS[1]), now=march(2, 11), because="x")
    assert work.tier.name == "L2" and work.ladder.steps[work.step].name == "L2"


def test_while_the_client_has_it_only_the_rung_changes(work):
    wait_on_client(work, now=march(2, 10), because="Which one?")
    rows = len(work.custody)
    stand_on(work, ladder(STEPS[1], STEPS[2]), now=march(2, 11), because="x")
    assert (work.status, len(work.custody)) == ("WAITING_ON_CLIENT", rows)
    assert work.ladder.home(work.step) == work.step


def test_on_the_same_rung_nothing_moves(work):
    before = [replace(clock) for clock in work.clocks]
    stand_on(work, ladder(STEPS[0], STEPS[2]), now=march(2, 10), because="x")
    assert (work.step, work.round, work.clocks) == (0, 1, before)
