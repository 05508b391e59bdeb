"""Rules 7 and 11 of time: the vendor's ball, and tickets that become one, with moments reckoned by hand.

Microsoft counts office hours, 09:00 to 17:30 in London. It promises an answer in 1, the next in 2, an end in 8 of them.
"""

import pytest

from tickets import lifecycle
from tickets.auditing import audit, is_clean
from tickets.changing import Changes, change
from tickets.merging import merge
from tickets.models import BallChange, Clock, CustodyChange, TicketEvent
from tickets.status import NotAllowedNow
from vendors.models import ContactPoint, Service, Vendor
from world import march

SLOW = {"acknowledge_within": "90h", "hand_over_after": "4h"}
L1, L2 = {"tier": "L1"} | SLOW, {"tier": "L2"} | SLOW
VENDOR = {"vendor": True, "acknowledge_within": "30m"}


@pytest.fixture
def office(world):
    """All count office hours, the tiers as well."""
    promised = {"RESPOND": "1h", "UPDATE": "2h", "RESOLVE": "8h"}
    world.agreement("M365", "UC", {"calendar": "Office", "targets": {"A": promised}})
    ola = {p: {"ACKNOWLEDGE": "90h", "RESOLVE": "90h"} for p in ("P1", "P2", "P3", "P4")}
    world.agreement("OLA", "OLA", {"calendar": "Office", "targets": ola})
    world.gold(RESOLVE="60h")
    world.ladder(L1, L2, VENDOR)
    yield world
    assert is_clean(audit(now=world.now))


def lodged(world, **wanted):
    """A ticket whose case went to Microsoft just now."""
    ticket = world.open(service=world.m365, **wanted)
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Their side")
    world.tick()
    return ticket


def vendor_clock(world, ticket, metric):
    return world.clock(ticket, f"VENDOR_{metric}", f"case:{world.open_case(ticket).pk}")


def stands(clock):
    return clock.state, clock.consumed_seconds, clock.due_at


def line(world):
    service = Service.objects.create(name="Line", vendor=Vendor.objects.create(name="Carrier"), template={})
    ContactPoint.objects.create(service=service, order=1, kind="EMAIL", value="noc@carrier.example")
    return service


# 7: the vendor's ball ------------------------------------------------------------------------------------------------


def test_rule_07_what_a_vendor_promises_runs_from_when_the_case_was_sent(office):
    office.until(march(6, 17))  # a Friday: half an hour is left of it
    ticket = lodged(office)
    due = [vendor_clock(office, ticket, metric).due_at for metric in ("RESPOND", "UPDATE", "RESOLVE")]
    assert due == [march(9, 9, 30), march(9, 10, 30), march(9, 16, 30)]


def test_rule_07_an_answer_meets_what_was_promised_and_passes_the_ball_to_us(office):
    office.until(march(2, 10))
    ticket = lodged(office)
    office.until(march(2, 10, 45))
    office.do(lifecycle.resume, ticket, why="They ask for the tenant")
    case, fresh = office.open_case(ticket), office.fresh(ticket)
    assert (case.status, case.ball) == ("ANSWERED", "US")
    assert [vendor_clock(office, ticket, m).state for m in ("RESPOND", "UPDATE")] == ["MET", "MET"]
    assert stands(vendor_clock(office, ticket, "RESOLVE")) == ("PAUSED", 45 * 60, None)
    assert (fresh.tier.name, fresh.status, fresh.round) == ("L1", "NEW", 2)


def test_rule_07_it_comes_back_to_the_step_that_lodged_it_with_what_was_left_of_its_time(office):
    ticket = office.open(service=office.m365)
    office.until(march(2, 10))
    office.do(lifecycle.escalate, ticket, why="Deeper")
    office.until(march(2, 11, 30))
    office.do(lifecycle.lodge_case, ticket, by=office.l2, service="Microsoft 365", answers={}, why="Their side")
    office.tick()
    office.until(march(3, 10))
    office.do(lifecycle.resume, ticket, by=office.l2)
    clock = office.clock(ticket, "OLA_RESOLVE", "step:1")
    # L2 had used 1½ of its 4 hours before the vendor had it
    assert (office.fresh(ticket).tier.name, clock.round, stands(clock)) == (
        "L2", 2, ("RUNNING", 90 * 60, march(3, 12, 30)),
    )  # fmt: skip


def test_rule_07_still_with_the_vendor_hands_the_ball_back_from_that_moment(office):
    office.until(march(2, 10))
    ticket = lodged(office)
    office.until(march(2, 10, 30))
    office.do(lifecycle.resume, ticket)
    office.until(march(2, 15))
    office.do(lifecycle.wait, ticket, on="VENDOR", why="They still work on it")
    assert office.fresh(ticket).status == "WAITING_ON_VENDOR" and office.custody(ticket)[-1] == "Microsoft"
    # what it was with us does not count: ½ of 8 hours is used, 2½ are left on Monday and 5 on Tuesday
    assert vendor_clock(office, ticket, "RESOLVE").due_at == march(3, 14)
    assert [(c.round, c.state, c.due_at) for c in office.clocks(ticket, "VENDOR_UPDATE")] == [
        (1, "MET", None), (3, "RUNNING", march(2, 17)),
    ]  # fmt: skip
    assert [c.state for c in office.clocks(ticket, "VENDOR_RESPOND")] == ["MET"]
    balls = BallChange.objects.filter(case=office.open_case(ticket)).order_by("seq")
    assert [(row.ball, row.began_at) for row in balls] == [
        ("VENDOR", march(2, 10)), ("US", march(2, 10, 30)), ("VENDOR", march(2, 15)),
    ]  # fmt: skip


def test_rule_07_the_vendors_clocks_follow_its_ball_and_not_the_clients_answer(office):
    office.until(march(2, 10))
    ticket = lodged(office)
    office.do(lifecycle.wait, ticket, on="CLIENT", why="Which mailbox?")
    office.until(march(2, 11))
    assert office.fresh(ticket).holder_kind == "CLIENT"
    assert vendor_clock(office, ticket, "RESPOND").state == "BREACHED"
    assert vendor_clock(office, ticket, "RESOLVE").state == "RUNNING"


def test_rule_07_taken_back_by_hand_its_clocks_pause_until_it_has_the_ball_again(office):
    office.until(march(2, 10))
    ticket = lodged(office)
    office.until(march(2, 10, 30))
    office.do(lifecycle.escalate, ticket, why="We look ourselves")
    assert office.open_case(ticket).ball == "US"
    assert [stands(vendor_clock(office, ticket, m)) for m in ("RESPOND", "UPDATE", "RESOLVE")] == [
        ("PAUSED", 1800, None)
    ] * 3
    office.until(march(2, 12))
    office.do(lifecycle.wait, ticket, by=office.l2, on="VENDOR", why="It is theirs after all")
    assert [vendor_clock(office, ticket, m).due_at for m in ("RESPOND", "UPDATE")] == [
        march(2, 12, 30),
        march(2, 13, 30),
    ]
    assert Clock.objects.filter(ticket=ticket, metric="VENDOR_UPDATE").count() == 1


def test_rule_07_an_open_case_is_never_lodged_again(office):
    office.ladder(L1 | {"acknowledge_within": "15m"}, VENDOR)
    ticket = office.open(service=office.m365)
    office.until(march(2, 10))
    office.do(lifecycle.resume, ticket)
    office.until(march(4, 10))
    assert "LADDER_ENDED" in office.kinds(ticket)
    with pytest.raises(NotAllowedNow, match="answered already"):
        office.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Again")
    assert len(office.mails_to("support@vendor.example")) == 1 and ticket.vendor_cases.count() == 1


def test_rule_07_our_own_mails_and_notes_are_no_answer_of_the_vendor(office):
    ticket = lodged(office)
    office.do(lifecycle.reply, ticket, text="Auto-reply: we have received your case", public=False, automatic=True)
    assert vendor_clock(office, ticket, "RESPOND").state == "RUNNING"
    assert office.open_case(ticket).ball == "VENDOR"


def test_rule_07_a_vendor_that_misses_its_promise_is_told_to_the_managers(office):
    ticket = lodged(office)
    office.until(march(2, 10))
    [told] = [m for m in office.mails_to("boss@msp.example") if "Vendor answers target missed" in m.body]
    assert "1 hour of business time (Office)" in told.body and office.kinds(ticket).count("BREACHED") == 1


def chased(ticket):
    """When its vendors were chased, and whom about what."""
    events = TicketEvent.objects.filter(ticket=ticket, kind="CASE_CHASED").order_by("seq")
    return [(event.at, event.why["clock"]["metric"], event.why["done"]) for event in events]


def test_rule_15_a_late_vendor_is_chased_once_at_each_of_its_moments_by_its_own_hours(office):
    office.until(march(6, 16, 30))  # a Friday: an hour is left of it
    ticket = lodged(office)
    office.until(march(9, 13))
    # an answer within 1 hour: Friday 17:30, then Monday 09:30 and 10:00; no next one is chased before it is there
    assert chased(ticket) == [
        (march(6, 17, 30), "VENDOR_RESPOND", "REMINDED"), (march(9, 9, 30), "VENDOR_RESPOND", "AGAIN"),
        (march(9, 10), "VENDOR_RESPOND", "MANAGER"),
    ]  # fmt: skip


def test_rule_07_a_ball_that_we_have_chases_nobody_and_what_was_used_goes_on_when_it_is_theirs_again(office):
    office.until(march(2, 10))
    ticket = lodged(office)
    office.until(march(2, 11, 15))
    office.do(lifecycle.escalate, ticket, why="We look ourselves")
    office.until(march(2, 16))
    office.do(lifecycle.wait, ticket, by=office.l2, on="VENDOR", why="It is theirs after all")
    office.until(march(3, 9, 10))
    # 75 of 60 minutes were used: 15 more to the next contact, 45 to a manager
    assert [(at, done) for at, _, done in chased(ticket)] == [
        (march(2, 11), "REMINDED"), (march(2, 16, 15), "AGAIN"), (march(2, 16, 45), "MANAGER"),
    ]  # fmt: skip


def test_rule_04_what_lies_behind_a_vendors_new_promise_is_chased_by_nobody(office):
    office.agreement("M365", "UC", {"calendar": "Office", "targets": {"A": {"RESPOND": "8h"}}})
    office.until(march(2, 10))
    ticket = lodged(office)
    office.until(march(2, 11, 45))
    office.agreement("M365", "UC", {"calendar": "Office", "targets": {"A": {"RESPOND": "1h"}}})
    office.tick()
    office.until(march(2, 15))
    # 105 of 60 minutes: its target and the next contact lie behind, the manager ahead, at twice an hour
    assert chased(ticket) == [(march(2, 12), "VENDOR_RESPOND", "MANAGER")]


def test_rule_11_a_case_that_moves_is_chased_on_with_what_it_had_used_and_how_often_it_was_chased(office):
    survivor = office.open("The same")
    office.until(march(2, 10))
    loser = lodged(office)
    office.until(march(2, 11, 10))
    merged(office, loser, survivor)
    office.until(march(2, 12))
    assert [done for _, _, done in chased(loser)] == ["REMINDED"]
    assert [(at, done) for at, _, done in chased(survivor)][:1] == [(march(2, 11, 30), "AGAIN")]
    assert TicketEvent.objects.filter(ticket=survivor, kind="CASE_CHASED").first().why["case"]["chases"] == 1


def test_rule_07_of_two_vendors_the_one_that_answers_leaves_the_ticket_with_the_other(office):
    service, ticket = line(office), lodged(office)
    office.do(lifecycle.lodge_case, ticket, service=service.name, answers={}, why="Or theirs")
    office.tick()
    assert office.custody(ticket) == ["L1", "Microsoft", "Carrier"]
    office.do(lifecycle.resume, ticket, why="It is not the line")
    balls = dict(ticket.vendor_cases.values_list("vendor__name", "ball"))
    assert balls == {"Microsoft": "VENDOR", "Carrier": "US"}
    assert office.custody(ticket)[-1] == "Microsoft" and office.fresh(ticket).status == "WAITING_ON_VENDOR"


def test_rule_07_escalated_to_another_vendor_it_waits_at_our_tier_until_that_case_is_sent(office):
    line(office)
    office.account.delete()
    ticket = office.open(service=office.m365)
    office.do(lifecycle.lodge_case, ticket, service="Line", answers={}, why="Their side")
    office.tick()
    office.do(lifecycle.escalate, ticket, to="vendor", why="It is the mail service")
    fresh = office.fresh(ticket)
    assert (fresh.holder_kind, fresh.status) == ("TIER", "NEW")
    assert office.clock(ticket, "RESOLVE").state == "RUNNING"


def test_rule_07_an_answer_comes_back_to_the_nearest_tier_of_a_ladder_that_became_shorter(office):
    office.ladder(L1, L2, VENDOR, P4=[L1])
    ticket = office.open(service=office.m365)
    office.do(lifecycle.escalate, ticket, to="vendor", why="Their side")
    office.tick()
    office.do(change, ticket, changes=Changes(priority="P4"), why="Nobody is affected")
    office.do(lifecycle.resume, ticket)
    fresh = office.fresh(ticket)
    assert (fresh.tier.name, fresh.status, fresh.step) == ("L1", "NEW", 0)


# 11: merging ---------------------------------------------------------------------------------------------------------


def merged(world, loser, survivor, **changes):
    world.do(merge, loser, into=survivor.key, why="One outage", **changes)


def test_rule_11_the_losers_custody_before_the_survivors_opening_is_inherited(office):
    loser = office.open()
    office.until(march(2, 10))
    office.do(lifecycle.wait, loser, on="CLIENT", why="Which one?")
    office.until(march(2, 11))
    survivor = office.open("The same")
    office.until(march(2, 12))
    merged(office, loser, survivor)
    rows = CustodyChange.objects.filter(ticket=survivor).order_by("seq")
    assert [(r.seq, r.origin, r.holder_kind, r.began_at) for r in rows] == [
        (-1, "INHERITED", "TIER", march(2, 9)),
        (0, "INHERITED", "CLIENT", march(2, 10)),
        (1, "OWN", "TIER", march(2, 11)),
    ]
    assert office.clock(survivor, "RESOLVE").consumed_seconds == 0  # what was promised for it began with it


def test_rule_11_a_loser_that_is_younger_leaves_no_custody(office):
    survivor = office.open()
    office.until(march(2, 10))
    loser = office.open("The same")
    merged(office, loser, survivor)
    assert not survivor.custody.filter(origin="INHERITED").exists()


def test_rule_11_the_losers_clocks_end_and_it_is_nobodys(office):
    loser, survivor = office.open(), office.open("The same")
    office.until(march(2, 10))
    merged(office, loser, survivor)
    fresh = office.fresh(loser)
    assert (fresh.status, fresh.merged_into, fresh.holder_kind) == ("MERGED", survivor, "NOBODY")
    ended = {(c.state, c.stopped_at, c.because) for c in loser.clocks.all()}
    assert ended == {("ENDED", march(2, 10), f"Merged into {survivor.key}")}
    assert (fresh.check_at, fresh.next_due_at) == (None, None)
    assert loser.key in office.said(survivor, "MERGED")[0] and survivor.key in office.said(loser, "MERGED")[0]


def test_rule_11_its_cases_move_with_what_was_promised_about_them(office):
    survivor = office.open("The same")
    loser = lodged(office)
    office.until(march(2, 9, 30))
    merged(office, loser, survivor)
    assert office.custody(survivor) == ["L1", "Microsoft"] and office.fresh(survivor).status == "WAITING_ON_VENDOR"
    due = [vendor_clock(office, survivor, metric).due_at for metric in ("RESPOND", "UPDATE", "RESOLVE")]
    assert due == [march(2, 10), march(2, 11), march(2, 17)]
    office.do(lifecycle.resume, survivor)
    assert vendor_clock(office, survivor, "RESPOND").state == "MET" and office.open_case(survivor).ball == "US"


def test_rule_11_an_open_case_with_the_same_vendor_on_both_sides_is_refused(office):
    loser, survivor = lodged(office), lodged(office)
    before = office.kinds(loser)
    with pytest.raises(NotAllowedNow, match="Both have an open case with Microsoft; close one of them first"):
        merged(office, loser, survivor)
    assert office.kinds(loser) == before and office.fresh(loser).status == "WAITING_ON_VENDOR"


def test_rule_11_only_tickets_of_one_client_are_merged(office):
    loser = office.open()
    other = office.client("Other")
    survivor = office.open("Theirs")
    office.do(change, survivor, changes=Changes(client=other), why="It is theirs")
    with pytest.raises(lifecycle.BadAnswer, match="belongs to another client") as refused:
        merged(office, loser, survivor)
    assert refused.value.field == "into"


def test_rule_11_a_case_of_the_loser_comes_back_to_a_tier_of_the_survivors_ladder(office):
    office.ladder(L1, L2, VENDOR, P4=[L1])
    survivor, loser = office.open("The same", priority="P4"), office.open(service=office.m365)
    office.do(lifecycle.escalate, loser, to="vendor", why="Their side")
    office.tick()
    merged(office, loser, survivor)
    office.do(lifecycle.resume, survivor)
    assert (office.fresh(survivor).tier.name, office.fresh(survivor).status) == ("L1", "NEW")
