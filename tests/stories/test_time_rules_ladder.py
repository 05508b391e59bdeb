"""Rules 3, 8, 9, 10, 16 and 17 of time: how a ticket climbs, who is asked and called, with moments reckoned by hand."""

from datetime import timedelta

import pytest

from accounts import roles
from outbox.models import Alarm
from tickets import lifecycle, managing
from tickets.auditing import audit, is_clean
from tickets.models import TicketEvent
from tickets.status import NotAllowedNow
from tiers.models import Member
from world import TENANT, march

SOON = {"acknowledge_within": "15m", "hand_over_after": "45m"}
LATE = {"acknowledge_within": "90h", "hand_over_after": "180h"}
L1, L2, L3 = {"tier": "L1"} | SOON, {"tier": "L2"} | SOON, {"tier": "L3"} | SOON
VENDOR = {"vendor": True, "acknowledge_within": "30m"}


@pytest.fixture
def office(world):
    """All waits of the ladder are office time: 09:00 to 17:30 on working days."""
    world.gold(RESOLVE="80h")
    ola = {p: {"ACKNOWLEDGE": "30m", "RESOLVE": "2h"} for p in ("P1", "P2", "P3", "P4")}
    world.agreement("OLA", "OLA", {"calendar": "Office", "targets": ola})
    world.ladder(L1, L2, L3)
    yield world
    assert is_clean(audit(now=world.now))


def climbs(world, ticket):
    """To which step it went, and when."""
    rows = TicketEvent.objects.filter(ticket=ticket, kind="ESCALATED").order_by("seq")
    return [(row.why["to"], row.at) for row in rows]


# 3: what sends a ticket up -------------------------------------------------------------------------------------------


def test_rule_03_not_acknowledged_it_climbs_in_office_time(office):
    office.until(march(6, 17, 20))  # a Friday: 10 minutes on it, 5 on Monday
    ticket = office.open()
    office.until(march(9, 9, 20))
    assert climbs(office, ticket) == [("L2", march(9, 9, 5)), ("L3", march(9, 9, 20))]


def test_rule_03_acknowledged_and_then_forgotten_it_climbs_too(office):
    office.until(march(2, 17))
    ticket = office.open()
    office.do(lifecycle.acknowledge, ticket)
    office.until(march(3, 9, 15))  # 30 minutes on Monday, 15 on Tuesday
    assert climbs(office, ticket) == [("L2", march(3, 9, 15))]


def test_rule_03_a_step_without_its_own_waits_has_those_of_its_tiers_ola(office):
    office.ladder({"tier": "L1"}, {"tier": "L2"}, L3)
    office.until(march(2, 17, 15))
    ticket = office.open()
    office.until(march(3, 9, 15))
    assert climbs(office, ticket) == [("L2", march(3, 9, 15))]
    office.do(lifecycle.acknowledge, ticket, by=office.l2)
    office.until(march(3, 12))
    assert climbs(office, ticket)[1:] == [("L3", march(3, 11, 15))]


def test_rule_03_a_missed_sla_acknowledgement_escalates_once(office):
    office.gold(ACKNOWLEDGE="20m", RESOLVE="80h")
    office.ladder(*({"tier": tier} | LATE for tier in ("L1", "L2", "L3")))
    ticket = office.open()
    office.forward(days=3)
    assert climbs(office, ticket) == [("L2", march(2, 9, 20))]


def test_rule_03_other_promises_to_the_client_do_not_send_it_up(office):
    office.gold(RESPOND="20m", RESOLVE="30m")
    office.ladder(L1 | LATE, L2)
    ticket = office.open()
    office.forward(hours=2)
    assert office.kinds(ticket).count("BREACHED") == 2 and not climbs(office, ticket)


def test_rule_03_one_sweep_escalates_a_ticket_once_however_much_is_due(office):
    office.gold(ACKNOWLEDGE="15m", RESOLVE="80h")
    office.ladder(L1 | {"hand_over_after": "15m"}, L2, L3)
    ticket = office.open()
    office.now += timedelta(hours=3)  # nobody has swept for three hours
    office.tick()
    assert climbs(office, ticket) == [("L2", march(2, 12))]


def test_rule_03_out_of_the_clients_hands_nothing_climbs(office):
    ticket = office.open()
    office.do(lifecycle.wait, ticket, on="CLIENT", why="Which one?", until=march(4, 9))
    office.until(march(3, 17))
    assert not climbs(office, ticket)


def test_rule_03_by_hand_from_the_last_step_is_refused_with_its_reason(office):
    ticket = office.open()
    for by in (office.l1, office.l2):
        office.do(lifecycle.escalate, ticket, by=by, why="Deeper")
    with pytest.raises(NotAllowedNow, match="No step can be reached from L3"):
        office.do(lifecycle.escalate, ticket, by=office.l3, why="Deeper")


# 8: a vendor step that lacks its data --------------------------------------------------------------------------------


def test_rule_08_custody_stays_the_question_runs_the_tiers_clock_and_then_a_manager_is_told(office):
    office.account.delete()
    office.ladder(L1, VENDOR)
    office.until(march(2, 16, 45))
    ticket = office.open(service=office.m365)
    office.until(march(2, 17, 15))
    assert office.open_case(ticket).status == "INCOMPLETE" and office.custody(ticket) == ["L1"]
    question = office.clock(ticket, "OLA_ACKNOWLEDGE", "step:1")
    assert (question.target_seconds, question.due_at) == (1800, march(2, 17, 30))
    assert any("waits for 1 answer" in m.body for m in office.mails_to("l1@msp.example"))
    office.until(march(3, 9))
    told = [m for m in office.mails_to("boss@msp.example") if "not acknowledged within 30 minutes" in m.body]
    assert len(told) == 1 and not office.mails_to("support@vendor.example")


def test_rule_08_the_answer_ends_the_question_and_the_case_leaves(office):
    office.account.delete()
    office.ladder(L1, VENDOR)
    ticket = office.open(service=office.m365)
    office.until(march(2, 9, 20))
    office.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={"tenant_id": TENANT}, why="")
    office.tick()
    assert office.clock(ticket, "OLA_ACKNOWLEDGE", "step:1").state == "MET"
    assert office.custody(ticket) == ["L1", "Microsoft"]


# 9: a manager is called ----------------------------------------------------------------------------------------------


def test_rule_09_a_call_leaves_custody_alone_and_gives_an_hour_at_night_too(office):
    office.ladder(L1 | LATE, L2)
    office.until(march(6, 23))  # a Friday night
    ticket = office.open()
    before = office.fresh(ticket)
    office.do(managing.call_manager, ticket, why="The whole site is down")
    clock, after = office.clock(ticket, "MANAGER_RESPOND", "escalation:1"), office.fresh(ticket)
    assert (clock.target_seconds, clock.due_at) == (3600, march(7, 0))
    assert (after.tier, after.status, after.holder_kind, after.round) == (before.tier, "NEW", "TIER", before.round)
    assert office.custody(ticket) == ["L1"]


def test_rule_09_a_call_that_nobody_answers_is_told_to_all_managers_three_times_at_most(office):
    office.ladder(L1 | LATE, L2)
    second = office.person("second@msp.example", roles.MANAGER, Member.objects.get(user=office.manager).team)
    office.until(march(6, 23))
    ticket = office.open()
    office.do(managing.call_manager, ticket, why="The whole site is down")
    office.until(march(7, 12))
    for manager in (office.manager, second):
        told = [m for m in office.mails_to(manager.email) if "Manager answers" in m.body]
        assert len(told) == 3
    moments = TicketEvent.objects.filter(ticket=ticket, kind__in=("BREACHED", "THRESHOLD")).order_by("seq")
    assert list(moments.values_list("at", flat=True)) == [march(7, 0), march(7, 1), march(7, 2)]
    assert not climbs(office, ticket)


def test_rule_09_a_manager_who_acts_has_answered(office):
    office.ladder(L1 | LATE, L2)
    ticket = office.open()
    office.do(managing.call_manager, ticket, why="The whole site is down")
    office.forward(minutes=59)
    office.do(lifecycle.assign, ticket, by=office.l1, to="l1@msp.example")
    assert office.clock(ticket, "MANAGER_RESPOND", "escalation:1").state == "RUNNING"
    office.do(managing.answer_call, ticket, by=office.manager, text="I am on my way.")
    assert office.clock(ticket, "MANAGER_RESPOND", "escalation:1").state == "MET"
    office.forward(hours=5)
    assert not [m for m in office.mails_to("boss@msp.example") if "target missed" in m.body]


# 10: to a lower tier -------------------------------------------------------------------------------------------------


def test_rule_10_down_needs_a_name_and_a_why_and_is_a_new_round(office):
    ticket = office.open()
    office.do(lifecycle.escalate, ticket, why="Deeper")
    with pytest.raises(lifecycle.BadAnswer):
        office.do(lifecycle.escalate, ticket, by=office.l2, to="L1", why="")
    office.do(lifecycle.escalate, ticket, by=office.l2, to="L1", why="Not ours")
    fresh = office.fresh(ticket)
    assert (fresh.tier.name, fresh.round, fresh.status) == ("L1", 2, "NEW")
    again = office.clock(ticket, "OLA_ACKNOWLEDGE", "step:0")
    assert (again.round, again.due_at) == (2, march(2, 9, 15))


def test_rule_10_the_third_bounce_tells_a_manager_and_the_second_does_not(office):
    ticket = office.open()
    told = []
    for _ in range(3):
        office.do(lifecycle.escalate, ticket, why="Deeper")
        office.do(lifecycle.escalate, ticket, by=office.l2, to="L1", why="Not ours")
        office.tick()
        told.append(len([m for m in office.mails_to("boss@msp.example") if "bounces between tiers" in m.body]))
    assert told == [0, 0, 1]


# 16: repeats, and steps that cannot be reached -----------------------------------------------------------------------


def test_rule_16_reminders_of_a_step_come_evenly_spaced_and_no_more_than_it_says(office):
    office.ladder(L1 | {"acknowledge_within": "60m", "hand_over_after": "9h", "repeat": 3}, L2)
    office.until(march(2, 17))
    ticket = office.open()
    office.until(march(3, 9, 29))
    reminded = TicketEvent.objects.filter(ticket=ticket, kind="REMINDED").order_by("seq").values_list("at", flat=True)
    assert list(reminded) == [march(2, 17, 15), march(2, 17, 30), march(3, 9, 15)]


def test_rule_16_a_level_is_escalated_to_once_in_a_round(office):
    ticket = office.open()
    office.forward(hours=8)
    found = list(TicketEvent.objects.filter(ticket=ticket, kind="ESCALATED").values_list("step", "round"))
    assert found == [(1, 1), (2, 1)]


def test_rule_16_an_empty_step_is_skipped_at_once_with_its_reason(office):
    office.tiers["L2"].team.members.all().delete()
    ticket = office.open()
    office.until(march(2, 9, 15))
    assert climbs(office, ticket) == [("L3", march(2, 9, 15))]
    assert "L2 was skipped: nobody is in L2 team." in office.said(ticket, "ESCALATED")[0]
    assert Alarm.objects.filter(key__startswith="skipped:L2").exists()


def test_rule_16_an_empty_last_step_alarms_a_manager(office):
    office.tiers["L3"].team.members.all().delete()
    ticket = office.open()
    office.until(march(2, 9, 30))
    assert office.fresh(ticket).tier.name == "L2"
    [told] = [m for m in office.mails_to("boss@msp.example") if "No step is left" in m.body]
    assert "L3 was skipped: nobody is in L3 team." in told.body


# 17: the policy at opening, the people of the moment -----------------------------------------------------------------


def test_rule_17_the_policy_version_at_opening_applies_to_the_tickets_end(office):
    ticket = office.open()
    office.ladder({"tier": "L3"} | SOON, {"tier": "L1"} | SOON)
    later = office.open("Another")
    office.until(march(2, 9, 15))
    assert climbs(office, ticket) == [("L2", march(2, 9, 15))] and climbs(office, later) == [("L1", march(2, 9, 15))]
    [first] = TicketEvent.objects.filter(ticket=ticket, kind="ESCALATED")
    assert first.why["policy"] == "Standard v2"  # the world's own policy was the first
    office.do(lifecycle.resolve, ticket, by=office.l2, summary="Done.")
    office.do(lifecycle.reopen, ticket, by=office.l2, why="Not done")
    office.forward(minutes=15)
    assert climbs(office, ticket)[-1] == ("L3", march(2, 9, 30))


def test_rule_17_people_are_looked_up_when_a_step_fires(office):
    ticket = office.open()
    Member.objects.filter(user=office.l2).delete()
    newcomer = office.person("new@msp.example", roles.TECHNICIAN, office.tiers["L2"].team)
    office.until(march(2, 9, 15))
    assert climbs(office, ticket) and office.mails_to(newcomer.email) and not office.mails_to("l2@msp.example")
