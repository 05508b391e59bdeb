"""A vendor is engaged by a condition of its service: when, why, once; and what stands against it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tickets import decisions, escalation, lifecycle
from tickets.auditing import audit, is_clean
from tickets.case_facts import Sources
from tickets.cases.engaging import engagement_of
from tickets.changing import Changes, change
from tickets.events import take_in
from tickets.loading import in_hand
from tickets.merging import merge
from tickets.models import TicketEvent, VendorCase
from tickets.sentences import internal
from tickets.undoing import undo, undoably
from vendors.models import ContactPoint, Service, Vendor
from world import march

CODE = {"error_codes": ["0x8004de40"], "automatic": True, "words": "Sign-in codes"}
TIME = {"minutes": 40, "automatic": True, "words": "Forty minutes"}
LEVEL = {"tier_level": 2, "automatic": True, "words": "Our specialists have it"}


@pytest.fixture
def engaging(world):
    """Microsoft 365 is engaged by these conditions."""

    def by(*conditions):
        Service.objects.filter(pk=world.m365.pk).update(engage_when=list(conditions))
        world.m365.refresh_from_db()
        return world

    yield by
    assert is_clean(audit(now=world.now))


def case_of(ticket) -> VendorCase:
    return VendorCase.objects.get(ticket=ticket)


def has_no_case(ticket) -> bool:
    return not VendorCase.objects.filter(ticket=ticket).exists()


# what engages --------------------------------------------------------------------------------------------------------


def test_an_error_code_engages_the_vendor_as_the_ticket_is_opened_and_custody_passes_once_it_is_sent(engaging):
    world = engaging(CODE)
    ticket = world.open(error_code="0x8004de40")
    assert world.custody(ticket) == ["L1"]
    world.tick()
    case = case_of(ticket)
    assert (case.engaged_by, case.status, case.opened_by, case.lodged_at) == ("RULE", "LODGED", None, march(2, 9))
    assert (case.channel, case.contact_point.value) == ("MAIL", "support@vendor.example")
    assert world.custody(ticket) == ["L1", "Microsoft"]
    assert [k for k in world.kinds(ticket) if k != "OPENED"] == ["ENGAGED", "CASE_QUEUED", "CASE_LODGED"]
    [told] = world.said(ticket, "ENGAGED")
    assert told == (
        "Microsoft 365 is engaged without waiting for the ladder. Its condition holds: "
        "Sign-in codes (error code 0x8004de40 is one of its codes)."
    )
    assert case.because == told


def test_the_reason_is_decided_and_told_once_more_from_its_record(engaging):
    world = engaging(CODE)
    ticket = world.open(error_code="0x8004de40")
    world.tick()
    record = TicketEvent.objects.get(ticket=ticket, kind="ENGAGED").why
    assert decisions.again(record).why == record and internal(record) in world.said(ticket, "ENGAGED")


def test_the_moment_at_which_enough_time_was_spent_is_the_tickets_next_one(engaging):
    world = engaging(TIME)
    world.gold(RESOLVE="60h")
    world.ladder({"tier": "L1", "acknowledge_within": "90h", "hand_over_after": "90h"})
    ticket = world.open(service=world.m365)
    assert world.fresh(ticket).check_at == march(2, 9, 40)
    world.until(march(2, 9, 39))
    assert has_no_case(ticket)
    world.until(march(2, 9, 40))
    assert case_of(ticket).opened_at == march(2, 9, 40)


def test_a_tier_that_is_reached_engages_the_vendor_beside_it(engaging):
    world = engaging(LEVEL)
    ticket = world.open(service=world.m365)
    world.until(march(2, 9, 15))
    assert world.fresh(ticket).tier.name == "L2" and case_of(ticket).opened_at == march(2, 9, 15)


def test_a_change_of_the_category_engages_too(engaging):
    world = engaging({"categories": ["Mail"], "automatic": True, "words": "All mail"})
    ticket = world.open(service=world.m365)
    world.tick()
    assert has_no_case(ticket)
    world.do(change, ticket, changes=Changes(category="mail"), why="It is about mail")
    world.tick()
    assert case_of(ticket).status == "LODGED"


def test_a_change_of_the_service_engages_that_ones_vendor(engaging):
    world = engaging(TIME | {"minutes": 1})
    ticket = world.open()
    world.now = march(2, 9, 5)
    world.do(change, ticket, changes=Changes(service=world.m365), why="It is Microsoft's")
    world.tick()
    assert case_of(ticket).vendor.name == "Microsoft"


@pytest.mark.parametrize(("wanted", "engaged"), [
    ({"priority": "P4", "impact": "HIGH"}, True), ({"priority": "P1", "impact": "LOW"}, False),
    ({"priority": "P1"}, True), ({"priority": "P2"}, False),
])  # fmt: skip
def test_the_impact_is_what_was_said_or_else_what_the_priority_says(engaging, wanted, engaged):
    world = engaging({"impact": "HIGH", "automatic": True, "words": "Hard hit"})
    ticket = world.open(service=world.m365, **wanted)
    world.tick()
    assert has_no_case(ticket) is not engaged


def test_a_ticket_that_names_no_service_is_about_the_one_that_its_error_code_belongs_to(engaging):
    world = engaging(CODE | {"error_codes": ["AADSTS50034"]})
    ticket = world.open(error_code="aadsts50034")
    world.tick()
    assert world.fresh(ticket).service == world.m365 and case_of(ticket).status == "LODGED"
    assert "Microsoft 365 is engaged for error code aadsts50034." in ticket.routed_because


def test_an_error_code_of_two_services_names_none(engaging):
    world = engaging(CODE | {"error_codes": ["E1"]})
    other = Service.objects.create(
        name="Line", vendor=Vendor.objects.create(name="Carrier"), template={},
        engage_when=[CODE | {"error_codes": ["e1"]}],
    )  # fmt: skip
    assert world.open(error_code="E1").service is None
    other.delete()
    assert world.open(error_code="E1").service == world.m365


def test_an_incomplete_case_asks_on_the_ticket_and_custody_stays(engaging):
    world = engaging(CODE)
    world.account.delete()
    ticket = world.open(error_code="0x8004de40")
    world.tick()
    assert case_of(ticket).status == "INCOMPLETE" and world.custody(ticket) == ["L1"]
    assert "CASE_INCOMPLETE" in world.kinds(ticket)


# what does not -------------------------------------------------------------------------------------------------------


def test_a_condition_that_does_not_say_so_waits_for_the_ladder(engaging):
    world = engaging({**CODE, "automatic": False})
    ticket = world.open(error_code="0x8004de40", service=world.m365)
    world.until(march(2, 9, 10))
    assert has_no_case(ticket)


def test_while_it_waits_on_the_client_no_condition_engages_and_afterwards_it_does(engaging):
    world = engaging(TIME)
    ticket = world.open(service=world.m365)
    world.do(lifecycle.wait, ticket, on="CLIENT", why="Which mailbox?")
    world.until(march(2, 11))
    assert has_no_case(ticket)
    world.do(lifecycle.resume, ticket, why="This one")
    world.tick()
    assert case_of(ticket).opened_at == march(2, 11)


def test_a_hold_is_kept_and_the_condition_looked_at_when_it_ends(engaging):
    world = engaging(TIME)
    ticket = world.open(service=world.m365)
    world.do(lifecycle.wait, ticket, on="HOLD", why="Parts", until=march(2, 12))
    world.until(march(2, 11, 59))
    assert has_no_case(ticket)
    world.until(march(2, 12))
    assert case_of(ticket).opened_at == march(2, 12)


def test_what_a_condition_has_engaged_once_it_does_not_engage_again_when_the_ticket_is_reopened(engaging):
    world = engaging(CODE)
    ticket = world.open(error_code="0x8004de40")
    world.tick()
    world.do(lifecycle.resolve, ticket, summary="Done.")
    world.do(lifecycle.reopen, ticket, why="Not done")
    world.until(march(2, 9, 10))
    assert VendorCase.objects.filter(ticket=ticket).count() == 1


def test_beside_a_case_that_a_person_has_opened_no_condition_opens_another(engaging):
    world = engaging(TIME)
    ticket = world.open(service=world.m365)
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")
    world.until(march(2, 12))
    assert case_of(ticket).engaged_by == "HAND" and case_of(ticket).opened_by == world.l1


@pytest.mark.parametrize("retired", [Vendor, Service])
def test_a_vendor_that_was_retired_is_not_engaged_and_the_page_can_say_why(engaging, retired):
    world = engaging(CODE)
    ticket = world.open(error_code="0x8004de40", service=world.m365)
    retired.objects.update(retired_at=world.now)
    world.tick()
    assert has_no_case(ticket)
    assert answer_about(world, ticket) == "Not possible: Microsoft 365 was retired on 2026-03-02."


def test_without_any_contact_point_nothing_is_lodged(engaging):
    world = engaging(CODE)
    ContactPoint.objects.all().delete()
    ticket = world.open(error_code="0x8004de40")
    world.tick()
    assert has_no_case(ticket)
    assert answer_about(world, ticket) == "Not possible: Microsoft 365 has no contact point to turn to."


def test_a_ticket_of_the_past_is_engaged_by_no_condition(engaging):
    world = engaging(TIME)
    ticket = world.open(service=world.m365, opened_at=march(1, 9))
    world.until(march(2, 9, 10))
    assert has_no_case(ticket)


def test_an_ended_ticket_is_engaged_by_no_condition(engaging):
    world = engaging(TIME)
    ticket = world.open(service=world.m365)
    world.do(lifecycle.resolve, ticket, summary="Done.")
    world.until(march(2, 12))
    assert has_no_case(ticket)


def test_after_a_merge_the_survivor_is_not_engaged_once_more(engaging):
    world = engaging(CODE)
    loser = world.open(error_code="0x8004de40")
    world.tick()
    survivor = world.open("The same", error_code="0x8004de40")
    world.do(merge, loser, into=survivor.key, why="One outage")
    world.until(march(2, 9, 10))
    assert case_of(survivor).engaged_by == "RULE" and has_no_case(loser)


def test_an_undone_climb_takes_its_case_back_and_a_later_one_engages(engaging):
    world = engaging(LEVEL)
    world.ladder({"tier": "L1"}, {"tier": "L2"}, {"vendor": True})
    ticket = world.open(service=world.m365)

    def climb():
        world.do(lifecycle.escalate, ticket, why="Deeper")

    act = undoably(climb, key=ticket.key, noun="escalation", by=world.l1, now=world.now)
    undo(act.pk, by=world.l1, now=world.now)
    world.tick()
    assert has_no_case(ticket)
    climb()
    world.tick()
    assert case_of(ticket).engaged_by == "RULE"


# for people ----------------------------------------------------------------------------------------------------------


def answer_about(world, ticket) -> str:
    [work] = in_hand([ticket.pk], now=world.now)
    sources = Sources([work], [world.m365.pk])
    return engagement_of(work, sources.services[world.m365.pk], sources, now=world.now).because


def test_what_the_conditions_say_is_told_whatever_engages(engaging):
    world = engaging(CODE, TIME)
    ticket = world.open(service=world.m365)
    world.now = march(2, 9, 12)
    assert answer_about(world, ticket) == (
        "Not yet: Sign-in codes (no error code is known); Forty minutes (12 min of 40 min were spent)."
    )
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Their side")
    why = TicketEvent.objects.get(ticket=ticket, kind="CASE_QUEUED").why
    assert (why["because"], why["conditions"]) == ("Their side", answer_about(world, ticket))
    world.tick()


# what it costs -------------------------------------------------------------------------------------------------------


def queries_of_a_sweep(world, count) -> int:
    for _ in range(count):
        world.open(service=world.m365)
    escalation.sweep_until_done(now=world.now)
    world.now = march(2, 9, 14)
    type(world.open()).objects.update(check_at=world.now)
    with CaptureQueriesContext(connection) as seen:
        escalation.sweep(now=world.now)
    return len(seen)


def test_conditions_cost_a_sweep_no_query(world):
    queries_of_a_sweep(world, 3)  # calendars and agreements are read once
    without = queries_of_a_sweep(world, 3)
    Service.objects.filter(pk=world.m365.pk).update(engage_when=[TIME | {"minutes": 6000}])
    assert queries_of_a_sweep(world, 3) == without


# what is known of it -------------------------------------------------------------------------------------------------


def test_what_only_an_earlier_event_told_is_known_to_the_case_all_the_same(world):
    line = Service.objects.create(
        name="Line", vendor=Vendor.objects.create(name="Carrier"),
        template={"subject": "x", "body": "{{a}} {{b}} {{c}}"},
        required=[{"key": key, "label": key, "source": source} for key, source in
                  (("a", "event.circuit"), ("b", "event.loss"), ("c", "event.severity"))],
    )  # fmt: skip
    ContactPoint.objects.create(service=line, order=1, kind="EMAIL", value="noc@carrier.example")

    def say(number, **facts):
        world.now = march(2, 9, number)
        said = world.alert(delivery_id=str(number), occurred_at=world.now, facts=facts)
        return take_in(source=world.ninja, reported=said, now=world.now).ticket

    say(1, circuit="C-7", loss="10 %")
    ticket = say(2, loss="80 %", circuit="")
    case = world.do(lifecycle.lodge_case, ticket, service="Line", answers={}, why="Theirs")
    assert (case.status, case.body) == ("QUEUED", "C-7 80 % CRITICAL")
