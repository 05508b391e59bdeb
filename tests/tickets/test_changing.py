"""Changing what a ticket is about: what is written, what is refused, and where it stands afterwards."""

import pytest

from clients.access import bind_key
from tickets import lifecycle
from tickets.auditing import audit, is_clean
from tickets.changing import Changes, Conflict, change
from tickets.models import Ticket, TicketEvent
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer
from world import march

SLOW = {"acknowledge_within": "90h", "hand_over_after": "180h"}
L1, L2, L3 = ({"tier": tier} | SLOW for tier in ("L1", "L2", "L3"))
VENDOR = {"vendor": True, "acknowledge_within": "30m"}
WHY = "It is worse than we thought"


@pytest.fixture
def desk(world):
    world.gold(P1={"ACKNOWLEDGE": "1h", "RESOLVE": "4h"}, P2={"RESOLVE": "8h"}, P3={"RESOLVE": "8h"}, P4={})
    world.ladder(L1, L2)
    yield world
    assert is_clean(audit(now=world.now))


def to(world, ticket, why=WHY, by=None, seen=None, **changes):
    world.do(change, ticket, by=by, changes=Changes(**changes), why=why, seen=seen)


def test_the_timeline_says_who_changed_what_from_what_to_what_and_why(desk):
    ticket = desk.open(priority="P2", category="mail")
    to(desk, ticket, priority="P1", category="network", service=desk.m365, title="All mail is late")
    event = TicketEvent.objects.get(ticket=ticket, kind="CHANGED")
    assert event.why["changed"] == {
        "priority": ["P2", "P1"], "category": ["mail", "network"], "service": ["", "Microsoft 365"],
        "title": ["Mail does not arrive", "All mail is late"],
    }  # fmt: skip
    assert event.actor == desk.l1 and event.why["by_hand"] == WHY and WHY in event.text
    fresh = desk.fresh(ticket)
    assert (fresh.priority, fresh.category, fresh.service, fresh.title) == (
        "P1", "network", desk.m365, "All mail is late",
    )  # fmt: skip


def test_what_was_only_named_again_is_no_change(desk):
    ticket = desk.open(priority="P2", category="mail")
    with pytest.raises(BadAnswer, match="Nothing differs"):
        to(desk, ticket, priority="P2", category="mail")
    to(desk, ticket, priority="P2", category="network")
    assert list(TicketEvent.objects.get(ticket=ticket, kind="CHANGED").why["changed"]) == ["category"]


@pytest.mark.parametrize(
    ("said", "field"),
    [({"priority": "P1", "why": " "}, "why"), ({"priority": "P7"}, "priority"), ({}, "priority")],
)
def test_a_bad_value_is_refused_at_its_field_and_nothing_is_written(desk, said, field):
    ticket = desk.open(priority="P2")
    before = desk.kinds(ticket)
    with pytest.raises(BadAnswer) as refused:
        to(desk, ticket, **said)
    assert refused.value.field == field and desk.kinds(ticket) == before
    assert desk.fresh(ticket).priority == "P2"


def test_who_had_seen_less_than_has_happened_is_in_conflict(desk):
    ticket = desk.open(priority="P2")
    seen = desk.fresh(ticket).event_count
    desk.do(lifecycle.reply, ticket, text="Noted", public=False)
    with pytest.raises(Conflict):
        to(desk, ticket, priority="P1", seen=seen)
    to(desk, ticket, priority="P1", seen=seen + 1)
    assert desk.fresh(ticket).priority == "P1"


def test_a_ticket_that_has_ended_is_not_changed(desk):
    ticket = desk.open()
    desk.do(lifecycle.resolve, ticket, summary="Done.")
    with pytest.raises(NotAllowedNow, match="resolved cannot be changed"):
        to(desk, ticket, priority="P2")


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"priority": "P1"}, "We have changed how urgent your request is."), ({"category": "network"}, "")],
)
def test_the_client_reads_of_another_urgency_and_of_nothing_else(desk, changes, told):
    ticket = desk.open(priority="P2")
    to(desk, ticket, **changes)
    texts = ticket.timeline.filter(kind__in=("CHANGED", "TERMS_CHANGED")).values_list("client_text", flat=True)
    assert [text for text in texts if text] == ([told] if told else [])


# the client


def test_another_clients_ticket_keeps_what_the_former_client_was_told_from_it(desk):
    ticket = desk.open(contact=desk.acme.contacts.get(), device_name="esx01")
    desk.do(lifecycle.reply, ticket, text="Dear Dana", public=True)
    other = desk.client("Other")
    to(desk, ticket, client=other)
    fresh = desk.fresh(ticket)
    assert (fresh.client, fresh.contact, fresh.asset) == (other, None, None)
    told = TicketEvent.objects.filter(ticket=ticket, kind__in=("OPENED", "PUBLIC_REPLY", "CHANGED"))
    assert all(event.seq <= fresh.public_from for event in told)
    desk.do(lifecycle.reply, ticket, text="Dear all", public=True)
    assert TicketEvent.objects.filter(ticket=ticket, kind="PUBLIC_REPLY").latest("seq").seq > fresh.public_from


def test_it_is_given_only_to_a_client_that_one_may_work_for(desk):
    program = desk.person("program@msp.example", "a role of its own")
    bind_key(program, desk.acme)
    ticket, other = desk.open(), desk.client("Other")
    with pytest.raises(BadAnswer, match="may not work tickets of Other"):
        to(desk, ticket, by=program, client=other)
    assert desk.fresh(ticket).client == desk.acme


def test_while_a_case_is_with_a_vendor_the_client_stays(desk):
    ticket = desk.open(service=desk.m365)
    desk.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")
    desk.tick()
    with pytest.raises(BadAnswer, match="close that first"):
        to(desk, ticket, client=desk.client("Other"))


def test_an_external_id_that_the_other_client_has_already_is_refused(desk):
    other = desk.client("Other")
    theirs, ours = desk.open("Theirs", external_id="A-1"), None
    to(desk, theirs, client=other)
    ours = desk.open("Ours", external_id="A-1")
    with pytest.raises(BadAnswer, match="same external id") as refused:
        to(desk, ours, client=other)
    assert refused.value.field == "client" and Ticket.objects.filter(client=desk.acme).get() == ours


# where it stands


def test_on_a_ladder_without_its_tier_it_goes_to_the_next_higher_one_whose_people_are_told(desk):
    desk.ladder(L1, L2, L3, P1=[L2, L3])
    ticket = desk.open(priority="P2")
    to(desk, ticket, priority="P1")
    desk.tick()
    fresh = desk.fresh(ticket)
    assert (fresh.tier.name, fresh.step, fresh.round, fresh.status) == ("L2", 0, 2, "NEW")
    assert desk.custody(ticket) == ["L1", "L2"] and desk.mails_to("l2@msp.example")


def test_on_another_rung_of_the_same_tier_it_stays_and_its_clocks_follow(desk):
    desk.ladder(L1, L2, P1=[L2 | {"hand_over_after": "5h"}])
    ticket = desk.open(priority="P2")
    desk.do(lifecycle.escalate, ticket, why="Deeper")
    desk.do(lifecycle.acknowledge, ticket, by=desk.l2)
    desk.until(march(2, 11))
    to(desk, ticket, by=desk.l2, priority="P1")
    fresh, clock = desk.fresh(ticket), desk.clock(ticket, "OLA_RESOLVE", "step:0")
    assert (fresh.tier.name, fresh.step, fresh.status, fresh.assignee) == ("L2", 0, "IN_PROGRESS", desk.l2)
    assert (clock.consumed_seconds, clock.due_at) == (7200, march(2, 14))
    assert desk.clock(ticket, "OLA_RESOLVE", "step:1").state == "SUPERSEDED" and desk.custody(ticket) == ["L1", "L2"]


def test_a_service_that_is_named_later_makes_its_vendor_reachable(desk):
    desk.ladder(L1 | {"acknowledge_within": "30m"}, VENDOR)
    ticket = desk.open()
    to(desk, ticket, service=desk.m365)
    desk.forward(minutes=30)
    assert desk.open_case(ticket).status == "LODGED"


@pytest.mark.parametrize("steps", [[L2], [L2, VENDOR]])
def test_while_a_question_is_open_the_tiers_time_goes_on_under_its_new_rung(desk, steps):
    desk.account.delete()
    desk.ladder(L1, L2 | {"acknowledge_within": "30m"}, VENDOR, P4=steps)
    ticket = desk.open(service=desk.m365)
    desk.do(lifecycle.escalate, ticket, why="Deeper")
    desk.until(march(2, 9, 40))
    assert desk.open_case(ticket).status == "INCOMPLETE" and desk.custody(ticket) == ["L1", "L2"]
    to(desk, ticket, priority="P4")
    running = {c.subject: c.consumed_seconds for c in ticket.clocks.filter(metric="OLA_RESOLVE", stopped_at=None)}
    assert running == {"step:0": 40 * 60} and desk.fresh(ticket).tier.name == "L2"


def test_what_a_tier_had_used_it_has_used_on_another_ladder_too(desk):
    desk.ladder(L1, L2, P2=[L2])
    ticket = desk.open(priority="P1")
    desk.do(lifecycle.escalate, ticket, why="Deeper")
    desk.until(march(2, 10))
    desk.do(lifecycle.wait, ticket, by=desk.l2, on="CLIENT", why="Which one?")
    to(desk, ticket, priority="P2")
    desk.do(lifecycle.resume, ticket, by=desk.l2)
    assert desk.clock(ticket, "OLA_RESOLVE", "step:0").consumed_seconds == 3600


# promises that there were none of before


def test_an_acknowledgement_that_is_promised_now_counts_from_the_opening(desk):
    ticket = desk.open(priority="P2")
    desk.until(march(2, 9, 20))
    to(desk, ticket, priority="P1")
    clock = desk.clock(ticket, "ACKNOWLEDGE")
    assert (clock.started_at, clock.consumed_seconds, clock.due_at) == (march(2, 9), 1200, march(2, 10))


def test_an_acknowledgement_that_was_not_given_is_promised_again_when_its_target_comes_back(desk):
    ticket = desk.open(priority="P1")
    to(desk, ticket, priority="P2")
    assert desk.clock(ticket, "ACKNOWLEDGE").state == "ENDED"
    desk.until(march(2, 9, 20))
    to(desk, ticket, priority="P1")
    clock = desk.clock(ticket, "ACKNOWLEDGE")
    assert (clock.state, clock.revision, clock.due_at) == ("RUNNING", 1, march(2, 10))


def test_an_acknowledgement_that_was_given_is_not_asked_for_again(desk):
    ticket = desk.open(priority="P2")
    desk.do(lifecycle.acknowledge, ticket)
    desk.do(lifecycle.escalate, ticket, why="Deeper")
    to(desk, ticket, priority="P1")
    assert not ticket.clocks.filter(metric="ACKNOWLEDGE").exists()


def test_a_first_reply_that_was_given_is_not_asked_for_again(desk):
    desk.gold(P1={"RESPOND": "2h", "UPDATE": "4h", "RESOLVE": "8h"}, P2={"RESOLVE": "8h"})
    told, silent = desk.open(priority="P2"), desk.open(priority="P2")
    desk.do(lifecycle.reply, told, text="We are on it", public=True)
    desk.until(march(2, 10))
    for ticket in (told, silent):
        to(desk, ticket, priority="P1")
    assert not told.clocks.filter(metric="RESPOND").exists()
    assert desk.clock(silent, "RESPOND").due_at == march(2, 11)
    assert (
        told.clocks.get(metric="UPDATE").due_at == march(2, 13) and not silent.clocks.filter(metric="UPDATE").exists()
    )


def test_a_promise_that_is_made_while_the_client_must_act_waits_for_it(desk):
    ticket = desk.open(priority="P4")
    desk.until(march(2, 10))
    desk.do(lifecycle.wait, ticket, on="CLIENT", why="Which one?")
    desk.until(march(2, 12))
    to(desk, ticket, priority="P2")
    clock = desk.clock(ticket, "RESOLVE")
    assert (clock.state, clock.consumed_seconds, clock.due_at) == ("PAUSED", 3600, None)
