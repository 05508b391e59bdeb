"""Merging two tickets: what moves, what ends, and what is refused."""

import pytest
from guardian.shortcuts import assign_perm

from clients.access import bind_key
from tickets import lifecycle
from tickets.auditing import audit, is_clean
from tickets.events import take_in
from tickets.merging import merge
from tickets.models import CustodyChange, Ticket, TicketEvent
from tickets.permissions import NotYours
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer
from vendors.models import ContactPoint, Service, Vendor
from world import march


@pytest.fixture
def desk(world):
    world.ladder({"tier": "L1", "acknowledge_within": "90h", "hand_over_after": "180h"})
    world.gold(RESOLVE="4h")
    yield world
    assert is_clean(audit(now=world.now))


def together(world, loser, survivor, why="One outage", by=None):
    world.do(merge, loser, by=by, into=survivor.key, why=why)


def lodge(world, ticket, service="Microsoft 365"):
    world.do(lifecycle.lodge_case, ticket, service=service, answers={}, why="Theirs")
    world.tick()


def carrier():
    service = Service.objects.create(name="Line", vendor=Vendor.objects.create(name="Carrier"), template={})
    ContactPoint.objects.create(service=service, order=1, kind="EMAIL", value="noc@carrier.example")
    return service


def test_both_timelines_tell_of_it_and_the_clients_of_each_read_where_it_goes_on(desk):
    loser, survivor = desk.open("Mail"), desk.open("Mail again")
    together(desk, loser, survivor)
    ended, goes_on = (TicketEvent.objects.get(ticket=t, kind="MERGED") for t in (loser, survivor))
    assert ended.client_text == "We go on with this request together with another one of yours."
    assert goes_on.client_text == "Another one of your requests goes on here."
    assert (ended.why["by_hand"], ended.why["into"], goes_on.why["from"]) == ("One outage", survivor.key, loser.key)
    assert ended.actor == goes_on.actor == desk.l1


def test_a_resolved_ticket_can_be_merged_into_an_open_one_and_a_closed_one_cannot(desk):
    resolved, closed, survivor = desk.open("A"), desk.open("B"), desk.open("C")
    desk.do(lifecycle.resolve, closed, summary="Done.")
    desk.until(march(9, 9))
    desk.do(lifecycle.resolve, resolved, summary="Done.")
    together(desk, resolved, survivor)
    assert (desk.fresh(resolved).status, desk.fresh(resolved).resolved_at) == ("MERGED", None)
    with pytest.raises(NotAllowedNow, match="is closed and cannot be merged"):
        together(desk, closed, survivor)
    with pytest.raises(NotAllowedNow, match="is merged and cannot be merged"):
        together(desk, resolved, survivor)


def test_into_a_ticket_that_has_ended_nothing_is_merged(desk):
    loser, survivor = desk.open("A"), desk.open("B")
    desk.do(lifecycle.resolve, survivor, summary="Done.")
    with pytest.raises(NotAllowedNow, match="merge into an open ticket"):
        together(desk, loser, survivor)
    assert desk.fresh(loser).status == "NEW"


@pytest.mark.parametrize(
    ("into", "why", "field"), [("itself", "x", "into"), ("ESC-99999999", "x", "into"), ("other", " ", "why")]
)
def test_a_bad_value_is_refused_at_its_field(desk, into, why, field):
    loser, survivor = desk.open("A"), desk.open("B")
    wanted = {"itself": loser.key, "other": survivor.key}.get(into, into)
    with pytest.raises(BadAnswer) as refused:
        desk.do(merge, loser, into=wanted, why=why)
    assert refused.value.field == field and "MERGED" not in desk.kinds(survivor)


def test_a_ticket_that_one_may_not_see_is_not_found_on_either_side(desk):
    program = desk.person("program@msp.example", "a role of its own")
    bind_key(program, desk.acme)
    ours, hidden = desk.open("Ours"), desk.open("Hidden")
    Ticket.objects.filter(pk=hidden.pk).update(client=desk.client("Other"))
    with pytest.raises(Ticket.DoesNotExist):
        together(desk, hidden, ours, by=program)
    with pytest.raises(BadAnswer, match=f"There is no ticket {hidden.key}"):
        together(desk, ours, hidden, by=program)


def test_who_may_not_work_on_them_merges_nothing(desk):
    reader = desk.person("reader@msp.example", "a role of its own")
    assign_perm("view_client", reader, desk.acme)
    with pytest.raises(NotYours):
        together(desk, desk.open("A"), desk.open("B"), by=reader)


def test_a_merged_ticket_takes_nothing_more(desk):
    loser, survivor = desk.open("A"), desk.open("B")
    together(desk, loser, survivor)
    refused = [(lifecycle.acknowledge, {}), (lifecycle.reopen, {"why": "x"}), (lifecycle.resolve, {"summary": "x"})]
    for verb, said in refused:
        with pytest.raises(NotAllowedNow):
            desk.do(verb, loser, **said)
    desk.forward(days=20)
    assert desk.kinds(loser)[-1] == "MERGED"


def test_several_are_merged_into_one_and_their_custody_stands_in_the_order_of_time(desk):
    first = desk.open("First")
    desk.until(march(2, 10))
    second = desk.open("Second")
    desk.until(march(2, 11))
    survivor = desk.open("Third")
    desk.until(march(2, 12))
    together(desk, second, survivor)
    together(desk, first, survivor)
    rows = CustodyChange.objects.filter(ticket=survivor).order_by("seq").values_list("seq", "origin", "began_at")
    assert list(rows) == [
        (-1, "INHERITED", march(2, 9)), (0, "INHERITED", march(2, 10)), (1, "OWN", march(2, 11)),
    ]  # fmt: skip


def test_what_one_had_inherited_goes_on_to_the_next(desk):
    tickets = []
    for hour in (9, 10, 11):
        desk.until(march(2, hour))
        tickets.append(desk.open(f"At {hour}"))
    together(desk, tickets[0], tickets[1])
    together(desk, tickets[1], tickets[2])
    rows = CustodyChange.objects.filter(ticket=tickets[2]).order_by("seq").values_list("origin", "began_at")
    assert [began for _, began in rows] == [march(2, 9), march(2, 10), march(2, 11)]


def test_cases_with_two_vendors_stand_beside_each_other_and_the_latest_lodged_has_the_ticket(desk):
    carrier()
    survivor, loser = desk.open("A"), desk.open("B")
    lodge(desk, survivor, "Line")
    desk.forward(minutes=5)
    lodge(desk, loser)
    together(desk, loser, survivor)
    assert desk.custody(survivor)[-1] == "Microsoft" and desk.fresh(survivor).status == "WAITING_ON_VENDOR"
    desk.do(lifecycle.resume, survivor)
    assert desk.custody(survivor)[-1] == "Carrier"


def test_a_case_whose_ball_is_ours_leaves_the_survivor_where_it_is(desk):
    survivor, loser = desk.open("A"), desk.open("B")
    lodge(desk, loser)
    desk.do(lifecycle.resume, loser)
    together(desk, loser, survivor)
    assert desk.custody(survivor) == ["L1"] and desk.open_case(survivor).status == "ANSWERED"


def test_a_survivor_that_waits_on_its_client_goes_on_waiting(desk):
    survivor, loser = desk.open("A"), desk.open("B")
    lodge(desk, loser)
    desk.do(lifecycle.wait, survivor, on="CLIENT", why="Which one?")
    together(desk, loser, survivor)
    assert desk.fresh(survivor).status == "WAITING_ON_CLIENT"
    assert desk.clock(survivor, "VENDOR_RESPOND", f"case:{desk.open_case(survivor).pk}").state == "RUNNING"


def test_a_case_that_is_on_its_way_is_lodged_for_the_survivor(desk):
    survivor, loser = desk.open("A"), desk.open("B")
    desk.do(lifecycle.lodge_case, loser, service="Microsoft 365", answers={}, why="Theirs")
    together(desk, loser, survivor)
    desk.tick()
    assert desk.open_case(survivor).status == "LODGED" and desk.custody(survivor) == ["L1", "Microsoft"]
    assert "CASE_LODGED" in desk.kinds(survivor) and "CASE_LODGED" not in desk.kinds(loser)


def test_what_a_vendor_had_missed_stays_missed_and_is_not_told_again(desk):
    survivor, loser = desk.open("A"), desk.open("B")
    lodge(desk, loser)
    desk.until(march(2, 10, 30))
    together(desk, loser, survivor)
    desk.forward(days=1)
    clock = desk.clock(survivor, "VENDOR_RESPOND", f"case:{desk.open_case(survivor).pk}")
    assert clock.state == "BREACHED"
    texts = desk.said(loser, "BREACHED") + desk.said(survivor, "BREACHED")
    assert len([text for text in texts if text.startswith("Vendor answers")]) == 1


def test_a_condition_of_the_loser_belongs_to_the_survivor(desk):
    loser = take_in(source=desk.ninja, reported=desk.alert(), now=desk.now).ticket
    survivor = desk.open("B")
    together(desk, loser, survivor)
    again = take_in(source=desk.ninja, reported=desk.alert(delivery_id="2"), now=desk.now)
    assert again.ticket == survivor


def test_a_target_that_was_missed_before_the_merge_is_told_by_it(desk):
    loser = desk.open("A")
    desk.tick()
    desk.now = march(2, 14)
    survivor = desk.open("B")
    together(desk, loser, survivor)
    assert desk.said(loser, "BREACHED") == ["Resolve target missed: 4 hours of business time (Office), P1."]
    assert desk.clock(loser, "RESOLVE").state == "BREACHED"
