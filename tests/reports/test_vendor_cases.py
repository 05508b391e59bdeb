"""Cases as a scorecard reads them, from what the engine itself wrote: verdicts, times, whose they are."""

from datetime import timedelta

import pytest

from accounts import roles
from clients.access import give_role
from reports.evidence import Chased, Due, read_evidence
from reports.scorecard import Kept, Promise, score
from reports.vendor_cases import METRICS, read_cases, sight
from tickets import lifecycle, merging
from tickets.intake import NewTicket, open_ticket
from tickets.models import CaseMessage, TicketEvent, VendorCase
from vendors.models import Vendor
from world import march

PROMISED = {"A": {"RESPOND": "1h", "UPDATE": "2h", "RESOLVE": "8h"}}


@pytest.fixture
def world(world):
    world.agreement("M365", "UC", {"calendar": "Office", "targets": PROMISED})
    return world


def lodged(world, client=None, **wanted):
    """A ticket with a case that has just gone out."""
    new = NewTicket(title="Mail does not arrive", **{"priority": "P1", **wanted})
    ticket = open_ticket(client=client or world.acme, wanted=new, by=None, now=world.now)
    answers = {"tenant_id": "11111111-2222-4333-8444-555555555555"}
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers=answers, why="It is theirs")
    world.tick()
    return ticket


def answered(world, ticket):
    world.do(lifecycle.resume, ticket, why="They have found it")


def cases(world, reader=None, since=timedelta(days=30)):
    return read_cases(sight(reader or world.manager), since=world.now - since, until=world.now + timedelta(seconds=1))


def promise(case, metric):
    return [p for p in case.promises if p.metric == metric]


def test_an_answer_in_time_is_a_promise_kept_with_its_time_by_both_clocks(world):
    ticket = lodged(world)
    world.forward(minutes=40)
    answered(world, ticket)
    [case] = cases(world)
    assert promise(case, "VENDOR_RESPOND") == [Promise("VENDOR_RESPOND", 3600, True, 2400.0)]
    assert promise(case, "VENDOR_UPDATE")[0].kept is True
    assert promise(case, "VENDOR_RESOLVE") == [Promise("VENDOR_RESOLVE", 8 * 3600, None, None)]
    assert (case.vendor, case.service, case.severity, case.answer_seconds) == (
        "microsoft", "Microsoft 365", "A", 2400.0,
    )  # fmt: skip
    assert case.solution_seconds is None


def test_a_night_counts_on_the_wall_and_not_in_the_vendor_s_hours(world):
    world.until(march(2, 17))  # half an hour before the office closes, which opens again at nine
    ticket = lodged(world)
    world.until(march(3, 9, 20))
    answered(world, ticket)
    [case] = cases(world)
    assert promise(case, "VENDOR_RESPOND")[0] == Promise("VENDOR_RESPOND", 3600, True, 50 * 60.0)
    assert case.answer_seconds == (16 * 60 + 20) * 60.0


def test_what_nobody_answers_is_missed_while_it_still_runs(world):
    lodged(world)
    world.forward(minutes=61)
    found = score(cases(world))
    assert (found.answer, found.answered, found.running) == (Kept(1, 0, 0, (3600,)), 0, 1)
    assert found.solution == Kept(0, 0, 1, (8 * 3600,))


def test_what_still_runs_in_time_stands_apart(world):
    lodged(world)
    world.forward(minutes=30)
    assert score(cases(world)).answer == Kept(0, 0, 1, (3600,))


def test_what_is_solved_without_a_word_of_the_vendor_keeps_none_of_its_promises(world):
    ticket = lodged(world)
    world.forward(minutes=30)
    world.do(lifecycle.resolve, ticket, summary="It came back by itself.")
    [case] = cases(world)
    assert {(p.metric, p.target_seconds, p.kept, p.seconds, p.over) for p in case.promises} == {
        ("VENDOR_RESPOND", 3600, None, None, True),
        ("VENDOR_UPDATE", 7200, None, None, True),
        ("VENDOR_RESOLVE", 8 * 3600, None, None, True),
    }
    assert (case.closed, case.answer_seconds, case.solution_seconds) == (True, None, None)
    found = score([case])
    assert (found.solution, found.running) == (Kept(0, 0, 0, (8 * 3600,), 1), 0)


def test_what_is_closed_after_an_answer_is_solved_by_the_vendor_in_its_own_hours(world):
    ticket = lodged(world)
    world.forward(minutes=10)
    answered(world, ticket)
    world.forward(minutes=20)
    world.do(lifecycle.resolve, ticket, summary="As they said.")
    [case] = cases(world)
    assert promise(case, "VENDOR_RESOLVE") == [Promise("VENDOR_RESOLVE", 8 * 3600, True, 600.0)]
    assert case.solution_seconds == 1800.0
    assert [p.over for p in case.promises] == [False, False, False]


def test_what_ran_out_before_we_solved_it_ourselves_is_missed_and_is_no_time_of_the_vendor(world):
    ticket = lodged(world)
    world.until(march(4, 12))
    world.do(lifecycle.resolve, ticket, summary="We did it.")
    found = score(cases(world))
    assert (found.answer, found.solution) == (Kept(1, 0, 0, (3600,)), Kept(1, 0, 0, (8 * 3600,)))
    assert found.answer_open.values == found.update_open.values == found.solution_open.values == ()


def test_each_update_has_its_time_and_the_one_that_the_end_cut_off_has_none(world):
    ticket = lodged(world)
    world.forward(minutes=10)
    answered(world, ticket)
    world.do(lifecycle.wait, ticket, on="VENDOR", why="They go on")
    world.forward(minutes=150)
    answered(world, ticket)
    world.do(lifecycle.wait, ticket, on="VENDOR", why="They go on")
    world.forward(minutes=130)
    world.do(lifecycle.resolve, ticket, summary="Done.")
    found = score(cases(world))
    assert found.update_open.values == (600.0, 9000.0)
    assert found.updates == Kept(3, 1, 0, (7200,))


def test_a_promise_that_was_published_anew_meanwhile_is_one(world):
    ticket = lodged(world)
    world.forward(minutes=10)
    world.agreement("M365", "UC", {"calendar": "Office", "targets": {"A": {"RESPOND": "2h"}}})
    world.forward(minutes=80)
    answered(world, ticket)
    found = score(cases(world))
    assert (found.answer.promised, found.answer.kept, found.answer.targets) == (1, 1, (7200,))
    assert (found.solution, found.updates) == (Kept(), Kept())  # taken back, which is another thing than not needed


def test_a_case_whose_ticket_was_merged_keeps_its_one_promise(world):
    ticket = lodged(world)
    survivor = world.open("The same")
    world.forward(minutes=30)
    merging.merge(key=ticket.key, into=survivor.key, why="One", by=world.l1, now=world.now)
    world.forward(minutes=20)
    answered(world, survivor)
    [case] = cases(world)
    assert promise(case, "VENDOR_RESPOND") == [Promise("VENDOR_RESPOND", 3600, True, 3000.0)]


def test_where_nothing_is_promised_there_is_a_time_on_the_wall_alone(world):
    world.m365.severity_of = {}
    world.m365.save()
    ticket = lodged(world)
    world.forward(minutes=5)
    answered(world, ticket)
    found = score(cases(world))
    assert (found.answer, found.answer_open.values, found.answer_wall.values) == (Kept(), (), (300.0,))


def test_a_case_whose_ticket_had_ended_before_its_mail_left_is_not_counted(world):
    ticket = world.open()
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="It is theirs")
    world.do(lifecycle.resolve, ticket, summary="Done.")
    world.tick()
    assert VendorCase.objects.get().lodged_at is not None
    assert cases(world) == []


def test_what_came_from_the_vendor_is_counted_by_kind_and_order(world):
    ticket = lodged(world)
    case = VendorCase.objects.get(ticket=ticket)
    VendorCase.objects.update(overridden_by=world.manager, chases=2)
    for seq, kind in enumerate(["BOUNCE", "AUTO_REPLY", "ANSWER"], start=10):
        CaseMessage.objects.create(case=case, seq=seq, kind=kind, body="x", at=world.now)
    [found] = cases(world)
    assert (found.incomplete, found.chases, found.bounces, found.auto_first) == (True, 2, 1, True)


def test_a_machine_that_answers_after_a_person_was_not_first(world):
    case = VendorCase.objects.get(ticket=lodged(world))
    for seq, kind in enumerate(["ANSWER", "AUTO_REPLY"], start=10):
        CaseMessage.objects.create(case=case, seq=seq, kind=kind, body="x", at=world.now)
    assert cases(world)[0].auto_first is False


def test_only_cases_lodged_within_the_moments_are_read(world):
    lodged(world)
    at = VendorCase.objects.get().lodged_at
    seen = sight(world.manager)
    assert len(read_cases(seen, since=at, until=at + timedelta(seconds=1))) == 1
    assert read_cases(seen, since=at - timedelta(days=1), until=at) == []


def test_an_account_manager_sees_the_cases_of_own_clients(world):
    lodged(world)
    lodged(world, client=world.client("Other"))
    nadia = world.person("nadia@msp.example", roles.ACCOUNT_MANAGER)
    assert cases(world, nadia) == []
    give_role(nadia, roles.ACCOUNT_MANAGER, world.acme)
    assert (len(cases(world, nadia)), len(cases(world))) == (1, 2)
    [row] = evidence(world, nadia)
    assert row.client == "Acme"


def test_all_is_read_in_one_query_however_much_there_is(world, django_assert_num_queries):
    for _ in range(3):
        lodged(world)
    seen = sight(world.manager)
    with django_assert_num_queries(1):
        assert len(read_cases(seen, since=world.now - timedelta(days=1), until=world.now + timedelta(days=1))) == 3


# evidence ------------------------------------------------------------------------------------------------------------


def evidence(world, reader=None):
    seen = sight(reader or world.manager)
    microsoft = Vendor.objects.get(slug="microsoft")
    return read_evidence(seen, microsoft.pk, since=world.now - timedelta(days=30), until=world.now + timedelta(days=1))


def test_evidence_says_by_when_it_was_promised_also_where_it_was_answered_in_time(world):
    world.until(march(2, 17))
    ticket = lodged(world)
    world.until(march(2, 17, 10))
    answered(world, ticket)
    [row] = evidence(world)
    assert (row.ticket, row.client, row.due) == (ticket.key, "Acme", Due(march(3, 9, 30)))
    assert (row.answered_at, row.due.late_words) == (march(2, 17, 10), "")


def test_evidence_says_how_late_it_was_in_the_vendor_s_open_time(world):
    world.until(march(2, 16, 15))
    ticket = lodged(world)
    world.until(march(3, 9, 30))
    answered(world, ticket)
    [row] = evidence(world)
    assert row.due == Due(march(2, 17, 15), late_seconds=45 * 60.0)
    assert row.due.late_words == "45\u00a0min"


def test_what_was_never_answered_is_late_up_to_now_or_until_it_was_closed(world):
    ticket = lodged(world)
    world.until(march(2, 11))
    seen = sight(world.manager)
    [row] = read_evidence(
        type(seen)(world.now, seen.clients, seen.vendors), world.m365.vendor_id, since=march(1, 0), until=march(31, 0)
    )
    assert (row.answered_at, row.due) == (None, Due(march(2, 10), late_seconds=3600.0))
    world.do(lifecycle.resolve, ticket, summary="Done.")
    world.until(march(2, 12))
    [row] = evidence(world)
    assert (row.closed_at, row.due.late_seconds) == (march(2, 11), 3600.0)


def ours_from(world, ticket, minutes, until):
    """So long it is with the vendor; then we look into it ourselves, until then."""
    world.forward(minutes=minutes)
    world.do(lifecycle.escalate, ticket, why="We look ourselves", to="L2")
    world.until(until)


def test_what_was_kept_is_not_late_for_the_time_in_which_we_had_the_case(world):
    ticket = lodged(world)
    ours_from(world, ticket, 30, march(3, 12))
    assert evidence(world)[0].due == Due(left_seconds=1800.0)
    world.do(lifecycle.wait, ticket, on="VENDOR", why="Theirs after all")
    world.forward(minutes=10)
    answered(world, ticket)
    [row] = evidence(world)
    assert (promise(row.case, "VENDOR_RESPOND")[0].kept, row.due) == (True, Due(march(3, 12, 30)))


def test_what_was_missed_by_ten_minutes_before_we_took_it_back_grows_no_more(world):
    ticket = lodged(world)
    ours_from(world, ticket, 70, march(4, 12))
    assert evidence(world)[0].due == Due(march(2, 10), late_seconds=600.0)
    world.do(lifecycle.wait, ticket, on="VENDOR", why="Theirs after all")
    world.forward(minutes=20)
    answered(world, ticket)
    assert evidence(world)[0].due == Due(march(2, 10), late_seconds=1800.0)


def test_what_we_solved_while_we_had_the_case_says_what_was_left(world):
    ticket = lodged(world)
    ours_from(world, ticket, 30, march(2, 12))
    world.do(lifecycle.resolve, ticket, summary="We did it.")
    assert evidence(world)[0].due == Due(left_seconds=1800.0)


def test_of_a_promise_that_was_not_needed_any_more_it_is_told_by_when_it_was(world):
    ticket = lodged(world)
    world.forward(minutes=30)
    world.do(lifecycle.resolve, ticket, summary="It came back by itself.")
    assert evidence(world)[0].due == Due(march(2, 10))


def test_a_promise_that_was_taken_back_is_none(world):
    lodged(world)
    world.forward(minutes=10)
    world.agreement("M365", "UC", {"calendar": "Office", "targets": {"A": {"RESOLVE": "8h"}}})
    world.forward(minutes=80)
    assert evidence(world)[0].due == Due()


def test_what_was_missed_under_earlier_terms_is_late_against_those(world):
    ticket = lodged(world)
    world.forward(minutes=70)
    world.agreement("M365", "UC", {"calendar": "Office", "targets": {"A": {"RESPOND": "4h"}}})
    world.forward(minutes=50)
    answered(world, ticket)
    assert evidence(world)[0].due == Due(march(2, 10), late_seconds=3600.0)


def test_without_a_promise_nothing_is_late(world):
    world.m365.severity_of = {}
    world.m365.save()
    lodged(world)
    world.forward(hours=30)
    [row] = evidence(world)
    assert row.due == Due()


def test_evidence_names_when_this_case_was_chased_and_no_other(world):
    ticket = lodged(world)
    case = VendorCase.objects.get()
    chases = [(case.pk, "REMINDED"), (case.pk + 1, "REMINDED"), (case.pk, "CALL"), (case.pk, "STOP")]
    for seq, (pk, done) in enumerate(chases, start=500):
        TicketEvent.objects.create(
            ticket=ticket, seq=seq, kind="CASE_CHASED", at=world.now + timedelta(minutes=seq), text="Late",
            why={"rule": "CHASE", "case": {"id": pk}, "done": done},
        )  # fmt: skip
    VendorCase.objects.update(chases=1)
    [row] = evidence(world)
    assert row.chased == (
        Chased(world.now + timedelta(minutes=500), "reminded"),
        Chased(world.now + timedelta(minutes=502), "to be called"),
    )  # fmt: skip


def test_what_the_engine_did_about_a_late_vendor_is_told_of_each_chase(world):
    world.ladder({"tier": "L1"})
    lodged(world)
    world.forward(minutes=91)
    assert [chase.done for chase in evidence(world)[0].chased] == ["reminded", "reminded again"]
    world.forward(minutes=30)
    assert evidence(world)[0].chased[2] == Chased(march(2, 11), "manager called")


def test_what_was_chased_before_its_ticket_was_merged_is_told_too(world):
    ticket, survivor = lodged(world), world.open("The same")
    why = {"rule": "CHASE", "case": {"id": VendorCase.objects.get().pk}, "done": "REMINDED"}
    chased = {"kind": "CASE_CHASED", "text": "Late", "why": why}
    TicketEvent.objects.create(ticket=ticket, seq=500, at=world.now, **chased)
    merging.merge(key=ticket.key, into=survivor.key, why="One", by=world.l1, now=world.now)
    TicketEvent.objects.create(ticket=survivor, seq=500, at=world.now + timedelta(hours=1), **chased)
    VendorCase.objects.update(chases=2)
    [row] = evidence(world)
    assert [chase.at for chase in row.chased] == [world.now, world.now + timedelta(hours=1)]


def test_of_earlier_cases_only_what_is_counted_is_read(world):
    lodged(world)
    world.forward(hours=2)
    lodged(world)
    microsoft, start = Vendor.objects.get(slug="microsoft"), world.now - timedelta(days=1)
    rows = read_evidence(
        sight(world.manager), microsoft.pk, since=start, until=world.now + timedelta(days=1), told_since=world.now
    )
    assert [row.due.by is not None for row in rows] == [True, False]
    assert [{p.metric for p in row.case.promises} for row in rows] == [set(METRICS), {"VENDOR_RESPOND"}]


def test_evidence_comes_with_the_latest_case_first_in_one_query(world, django_assert_max_num_queries):
    first = lodged(world)
    world.forward(minutes=5)
    second = lodged(world)
    evidence(world)  # a calendar that was never asked for costs a query, once
    with django_assert_max_num_queries(3):
        assert [row.ticket for row in evidence(world)] == [second.key, first.key]
