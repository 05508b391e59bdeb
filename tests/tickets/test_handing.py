"""The moves from hand to hand, on a ticket in hand that is never written."""

from datetime import timedelta

import pytest

from tickets.facts import OLA_RESOLVE, RESOLVE, RESPOND, UPDATE, VENDOR_RESOLVE, VENDOR_RESPOND, VENDOR_UPDATE
from tickets.handing import (
    answered,
    back_to_tier,
    close_case,
    end_client_wait,
    end_hold,
    finish,
    hand_back,
    hold,
    lodge,
    next_reminder,
    open_again,
    take,
    wait_on_client,
)
from tickets.loading import in_hand
from tickets.work import CaseInHand
from world import march


@pytest.fixture
def work(world):
    """A ticket of Monday 09:00; Microsoft promises an answer in 1, the next in 2, an end in 8 hours of its office."""
    targets = {"A": {"RESPOND": "1h", "UPDATE": "2h", "RESOLVE": "8h"}}
    world.agreement("M365", "UC", {"calendar": "Office", "targets": targets})
    world.gold(RESPOND="2h", RESOLVE="4h")
    [work] = in_hand([world.open().pk], now=world.now)
    return work


def case_of(work, number=1, vendor="Microsoft", commitment=None):
    case = CaseInHand(number, vendor, "Mail", commitment, "A", work.step, "QUEUED", "US", 0, None, None)
    work.cases.append(case)
    return case


@pytest.fixture
def case(work, world):
    return case_of(work, commitment=world.uc.pk)


def test_taking_it_assigns_it_to_who_takes_it_and_to_no_program(work):
    take(work, by_id=7, by_email="", now=march(2, 9, 5))
    assert (work.status, work.acknowledged_by_id, work.assignee_id) == ("IN_PROGRESS", 7, None)
    take(work, by_id=8, by_email="l1@msp.example", now=march(2, 9, 6))
    assert (work.assignee_id, work.assignee) == (8, "l1@msp.example")
    take(work, by_id=9, by_email="l2@msp.example", now=march(2, 9, 7))
    assert work.assignee_id == 8  # it stays with whom it was given to


def test_waiting_on_the_client_sets_when_it_is_reminded_and_when_the_wait_is_over(work):
    wait_on_client(work, now=march(6, 10), because="Which one?")
    assert (work.remind_at, work.wake_at, work.holder_kind) == (march(9, 10), march(11, 10), "CLIENT")
    assert work.clock(RESOLVE).due_at is None and work.clock(OLA_RESOLVE, "step:0") is None


@pytest.mark.parametrize(("given", "expected"), [(0, march(10, 10)), (1, march(10, 10)), (2, None), (3, None)])
def test_the_client_is_reminded_twice_at_most(work, given, expected):
    wait_on_client(work, now=march(6, 10), because="Which one?")
    work.reminders = given
    next_reminder(work, now=march(9, 10))
    assert work.remind_at == expected


def test_it_is_not_reminded_once_the_wait_is_over(work):
    wait_on_client(work, now=march(6, 10), because="Which one?", until=march(9, 9))
    assert work.remind_at is None


def test_lodged_the_vendor_has_the_ball_and_the_ticket(work, case):
    lodge(work, case, now=march(2, 9, 30))
    assert (case.status, case.ball, case.lodged_at) == ("LODGED", "VENDOR", march(2, 9, 30))
    assert (work.status, work.holder_kind, work.custody[-1]["vendor_case_id"]) == ("WAITING_ON_VENDOR", "VENDOR", 1)
    due = [work.clock(metric, "case:1").due_at for metric in (VENDOR_RESPOND, VENDOR_UPDATE, VENDOR_RESOLVE)]
    assert due == [march(2, 10, 30), march(2, 11, 30), march(2, 17, 30)]


def test_lodged_while_the_client_must_act_the_ticket_stays_with_the_client(work, case):
    wait_on_client(work, now=march(2, 9, 10), because="Which one?")
    lodge(work, case, now=march(2, 9, 30))
    assert (work.status, work.holder_kind, case.ball) == ("WAITING_ON_CLIENT", "CLIENT", "VENDOR")
    assert work.clock(VENDOR_RESPOND, "case:1").state == "RUNNING"
    end_client_wait(work, now=march(2, 10), because="The client has answered")
    assert work.holder_kind == "VENDOR"


def test_a_vendor_without_a_commitment_has_no_clock(work):
    lodge(work, case_of(work), now=march(2, 9, 30))
    assert work.holder_kind == "VENDOR" and work.clock(VENDOR_RESPOND, "case:1") is None


def test_of_two_vendors_the_other_one_keeps_the_ticket_when_one_answers(work, case):
    other = case_of(work, 2, "Carrier")
    lodge(work, case, now=march(2, 9, 10))
    lodge(work, other, now=march(2, 9, 20))
    assert work.custody[-1]["vendor_case_id"] == 2
    answered(work, other, now=march(2, 9, 30), because="They answered")
    assert (work.status, work.custody[-1]["vendor_case_id"]) == ("WAITING_ON_VENDOR", 1)
    answered(work, case, now=march(2, 9, 40), because="They answered")
    assert (work.status, work.holder_kind) == ("NEW", "TIER")


def test_handed_back_the_next_answer_is_a_round_of_its_own(work, case):
    lodge(work, case, now=march(2, 9, 10))
    answered(work, case, now=march(2, 9, 30), because="A question")
    assert case.answered_at == march(2, 9, 30) and work.clock(VENDOR_RESOLVE, "case:1").due_at is None
    hand_back(work, case, now=march(2, 10), because="Still theirs")
    rounds = [(c.round, c.state) for c in work.clocks if c.metric == VENDOR_UPDATE]
    assert rounds == [(1, "MET"), (3, "RUNNING")]
    assert [c.state for c in work.clocks if c.metric == VENDOR_RESPOND] == ["MET"]
    answered(work, case, now=march(2, 11), because="Another")
    assert case.answered_at == march(2, 9, 30)  # the first answer is the one that was promised first


def test_handed_back_twice_it_awaits_one_answer(work, case):
    lodge(work, case, now=march(2, 9, 10))
    hand_back(work, case, now=march(2, 9, 20), because="Still theirs")
    assert [c.round for c in work.open_clocks if c.metric == VENDOR_UPDATE] == [1]
    assert [ball["ball"] for ball in work.balls] == ["VENDOR"]


def test_a_case_that_is_closed_met_its_end_and_owes_no_answer(work, case):
    lodge(work, case, now=march(2, 9, 10))
    close_case(work, case, now=march(2, 10))
    verdicts = {c.metric: c.state for c in work.clocks if c.subject == "case:1"}
    assert verdicts == {VENDOR_RESOLVE: "MET", VENDOR_RESPOND: "ENDED", VENDOR_UPDATE: "ENDED"}
    assert (case.status, case.ball, work.case_with_vendor) == ("CLOSED", "US", None)


def test_back_at_a_tier_it_has_what_was_left_there(work):
    work.used = {work.tier_id: 600.0}
    back_to_tier(work, now=march(2, 12), because="Back")
    clock = work.clock(OLA_RESOLVE, "step:0")
    assert (work.round, clock.round, clock.due_at) == (2, 2, march(2, 12, 35))  # 35 of 45 minutes


def test_held_it_stays_in_the_same_hands_and_goes_on_where_it_stood(work):
    work.touched = True  # somebody wrote a note, nobody has taken it
    hold(work, now=march(2, 9, 10), because="Parts", until=march(2, 11))
    assert (work.status, work.tier.name, work.custody[-1]["held"]) == ("ON_HOLD", "L1", True)
    assert work.clock(OLA_RESOLVE, "step:0").state == "PAUSED" and work.clock(RESOLVE).state == "RUNNING"
    end_hold(work, now=march(2, 11), because="Over")
    assert (work.status, work.custody[-1]["held"]) == ("NEW", False)
    assert work.clock(OLA_RESOLVE, "step:0").due_at == march(2, 11, 35)


@pytest.mark.parametrize(("by_person", "verdict"), [(True, "MET"), (False, "ENDED")])
def test_only_a_persons_summary_is_a_reply(work, by_person, verdict):
    finish(work, "Done.", now=march(2, 10), by_person=by_person)
    states = {c.metric: c.state for c in work.clocks}
    assert states[RESPOND] == verdict and states[RESOLVE] == "MET"
    assert (work.responded_at is not None) is by_person
    assert not work.open_clocks and work.holder_kind == "NOBODY"


def test_what_is_on_its_way_to_a_vendor_is_not_closed_before_it_has_left(work):
    waiting = case_of(work)
    finish(work, "Done.", now=march(2, 10), by_person=True)
    assert waiting.status == "QUEUED"


def test_opened_again_each_promise_goes_on_with_what_it_had_consumed(work):
    finish(work, "Done.", now=march(2, 10), by_person=False)
    open_again(work, now=march(2, 15), because="Still broken", spent={RESOLVE: 3600, RESPOND: 3600})
    assert (work.clock(RESOLVE).due_at, work.clock(RESPOND).due_at) == (march(3, 9, 30), march(2, 16))
    assert work.clock(RESOLVE).started_at == march(2, 9) and work.clock(UPDATE) is None


def test_opened_again_what_was_missed_stays_missed_in_silence(work):
    finish(work, "Done.", now=march(2, 14), by_person=True)
    events = len(work.events)
    open_again(work, now=march(2, 15), because="Still broken", spent={RESOLVE: 5 * 3600})
    clock = work.clock(RESOLVE)
    assert (clock.state, clock.warned_percent) == ("BREACHED", 125) and len(work.events) == events
    assert clock.due_at - march(2, 15) == timedelta(0)
