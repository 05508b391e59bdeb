"""Undoing: a person's act is taken back for eight seconds, by changes that are appended, and the audit agrees."""

import random
from datetime import timedelta
from functools import partial

import pytest

from outbox.models import Message
from tickets import lifecycle, managing
from tickets.auditing import audit, is_clean
from tickets.models import Clock, CustodyChange, Ticket, TicketEvent, UndoableAct, VendorCase
from tickets.status import NotAllowedNow
from tickets.undoing import SECONDS, undo, undoably
from tickets.working import BadAnswer
from world import TENANT

WHY = "Beyond what we can do here"


def do(world, verb, ticket, noun, by=None, **said):
    by = by or world.l1
    act = partial(verb, key=ticket.key, by=by, now=world.now, **said)
    return undoably(act, key=ticket.key, noun=noun, by=by, now=world.now)


def take_back(world, act, by=None, seconds=3):
    world.now += timedelta(seconds=seconds)
    return undo(act.pk, by=by or world.l1, now=world.now)


def state(ticket):
    """All that says whose it is and how far it has come; rounds and counts go on."""
    row = Ticket.objects.values().get(pk=ticket.pk)
    moving = {"round", "event_count", "custody_count", "last_event_at", "check_at", "next_due_at"}
    cases = VendorCase.objects.filter(ticket=ticket).exclude(status="CLOSED").order_by("pk").values()
    return {name: value for name, value in row.items() if name not in moving} | {
        "cases": [{name: value for name, value in case.items() if name != "ball_count"} for case in cases]
    }


def running(ticket):
    rows = Clock.objects.filter(ticket=ticket, stopped_at__isnull=True).order_by("metric", "subject")
    return [(c.metric, c.subject, c.state, round(c.consumed_seconds), c.warned_percent) for c in rows]


def at_work(world):
    """A ticket that L1 took after a minute."""
    ticket = world.open()
    world.tick()
    world.forward(minutes=1)
    world.do(lifecycle.acknowledge, ticket)
    world.forward(minutes=1)
    return ticket


def waiting(world):
    ticket = at_work(world)
    world.do(lifecycle.wait, ticket, on="CLIENT", why="Which mailbox?")
    return ticket


def with_vendor(world):
    ticket = world.open(service=world.m365)
    world.tick()
    world.do(lifecycle.acknowledge, ticket)
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why=WHY)
    world.tick()
    assert world.fresh(ticket).status == "WAITING_ON_VENDOR"
    return ticket


def asked_for_more(world):
    """L1 has opened a case that still needs an answer."""
    world.account.delete()
    ticket = fresh_one(world)
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why=WHY)
    world.tick()
    assert world.open_case(ticket).status == "INCOMPLETE"
    return ticket


def fresh_one(world):
    ticket = world.open(service=world.m365)
    world.tick()
    return ticket


ACTS = [
    ("acknowledgement", lifecycle.acknowledge, fresh_one, {}),
    ("assignment", lifecycle.assign, at_work, {"to": "l2@msp.example"}),
    ("escalation", lifecycle.escalate, at_work, {"why": WHY}),
    ("escalation", lifecycle.escalate, fresh_one, {"why": WHY, "to": "vendor"}),
    ("escalation", lifecycle.escalate, with_vendor, {"why": WHY, "to": "L2"}),
    ("wait", lifecycle.wait, at_work, {"on": "CLIENT", "why": WHY}),
    ("wait", lifecycle.wait, with_vendor, {"on": "CLIENT", "why": WHY}),
    ("resumption", lifecycle.resume, waiting, {}),
    ("resumption", lifecycle.resume, with_vendor, {}),
    ("resolution", lifecycle.resolve, at_work, {"summary": "Done"}),
    ("resolution", lifecycle.resolve, with_vendor, {"summary": "Done"}),
    ("vendor-cases", lifecycle.lodge_case, fresh_one, {"service": "Microsoft 365", "answers": {}, "why": WHY}),
    (
        "vendor-cases",
        lifecycle.lodge_case,
        asked_for_more,
        {"service": "Microsoft 365", "answers": {"tenant_id": TENANT}, "why": ""},
    ),
]


@pytest.mark.parametrize(("noun", "verb", "begun", "said"), ACTS, ids=lambda v: getattr(v, "__name__", None) or str(v))
def test_whatever_is_undone_leaves_the_ticket_as_it_was_and_the_audit_agrees(world, noun, verb, begun, said):
    ticket = begun(world)
    before, clocks = state(ticket), running(ticket)
    act = do(world, verb, ticket, noun, **said)
    assert act is not None and state(ticket) != before
    take_back(world, act)
    assert state(ticket) == before
    assert [(metric, subject, how) for metric, subject, how, _, _ in running(ticket)] == [c[:3] for c in clocks]
    assert is_clean(audit(now=world.now))
    assert world.said(ticket, "UNDONE")[0].startswith("L1 undid the ")


@pytest.mark.parametrize(("noun", "verb", "begun", "said"), ACTS, ids=lambda v: getattr(v, "__name__", None) or str(v))
def test_what_was_undone_can_be_done_again(world, noun, verb, begun, said):
    ticket = begun(world)
    take_back(world, do(world, verb, ticket, noun, **said))
    again = do(world, verb, ticket, noun, **said)
    after = state(ticket)
    take_back(world, again)
    do(world, verb, ticket, noun, **said)
    once_more = state(ticket)
    times = {"acknowledged_at", "resolved_at", "wake_at", "remind_at", "responded_at", "updated_at", "cases"}
    assert {k: v for k, v in once_more.items() if k not in times} == {k: v for k, v in after.items() if k not in times}
    world.forward(hours=1)
    assert is_clean(audit(now=world.now))


def test_what_it_sends_waits_and_is_never_sent_once_it_is_undone(world):
    ticket = at_work(world)
    act = do(world, lifecycle.escalate, ticket, "escalation", why=WHY)
    held = Message.objects.filter(pk__in=act.messages)
    assert held and {m.not_before for m in held} == {world.now + timedelta(seconds=SECONDS)}
    take_back(world, act)
    world.forward(minutes=1)
    assert {m.state for m in held.all()} == {"CANCELLED"} and world.mails_to("l2@msp.example") == []


def test_what_is_not_undone_leaves_after_eight_seconds(world):
    ticket = at_work(world)
    do(world, lifecycle.escalate, ticket, "escalation", why=WHY)
    world.tick()
    assert world.mails_to("l2@msp.example") == []
    world.forward(seconds=SECONDS)
    assert len(world.mails_to("l2@msp.example")) == 1


def test_a_case_whose_sending_was_undone_never_reaches_the_vendor(world):
    ticket = fresh_one(world)
    act = do(world, lifecycle.escalate, ticket, "escalation", why=WHY, to="vendor")
    take_back(world, act)
    world.forward(minutes=2)
    assert world.mails_to("support@vendor.example") == []
    assert list(VendorCase.objects.values_list("status", flat=True)) == ["CLOSED"]


def test_a_clock_that_an_act_had_ended_goes_on_with_what_it_had_consumed(world):
    ticket = fresh_one(world)
    world.forward(minutes=6)
    act = do(world, lifecycle.acknowledge, ticket, "acknowledgement")
    take_back(world, act, seconds=5)
    clock = world.clock(ticket, "ACKNOWLEDGE")
    assert (clock.state, clock.revision, clock.inherited_seconds) == ("RUNNING", 1, 360)
    assert clock.due_at == world.now + timedelta(minutes=14)
    assert [c.state for c in world.clocks(ticket, "ACKNOWLEDGE")] == ["MET", "RUNNING"]


def test_the_ticket_climbs_after_an_undone_acknowledgement_as_if_it_had_never_been(world):
    ticket = fresh_one(world)
    take_back(world, do(world, lifecycle.acknowledge, ticket, "acknowledgement"))
    world.forward(minutes=16)
    assert world.fresh(ticket).tier.name == "L2"
    assert is_clean(audit(now=world.now))


def test_a_promise_that_was_missed_stays_missed(world):
    ticket = fresh_one(world)
    world.do(lifecycle.escalate, ticket, why=WHY)
    world.forward(hours=5)
    missed = world.clock(ticket, "RESOLVE").breached_at
    act = do(world, lifecycle.resolve, ticket, "resolution", summary="Done")
    take_back(world, act)
    clock = world.clock(ticket, "RESOLVE")
    assert (clock.state, clock.breached_at) == ("BREACHED", missed)
    assert world.said(ticket, "BREACHED")[-1:] != [] and is_clean(audit(now=world.now))


def test_a_manager_who_undoes_has_not_answered_the_call(world):
    ticket = at_work(world)
    world.do(managing.call_manager, ticket, why="It hurts")
    act = do(world, lifecycle.acknowledge, fresh_one(world), "acknowledgement", by=world.manager)
    assert act
    act = do(world, lifecycle.assign, ticket, "assignment", by=world.manager, to="l2@msp.example")
    assert world.clock(ticket, "MANAGER_RESPOND", "escalation:1").state == "MET"
    take_back(world, act, by=world.manager)
    assert world.clock(ticket, "MANAGER_RESPOND", "escalation:1").state == "RUNNING"


def test_a_case_that_was_answered_again_after_an_undo_waits_its_seconds_and_is_lodged(world):
    ticket = asked_for_more(world)
    answer = {"service": "Microsoft 365", "answers": {"tenant_id": TENANT}, "why": ""}
    take_back(world, do(world, lifecycle.lodge_case, ticket, "vendor-cases", **answer))
    again = do(world, lifecycle.lodge_case, ticket, "vendor-cases", **answer)
    assert again.messages != []
    world.tick()
    assert world.mails_to("support@vendor.example") == []
    world.forward(seconds=SECONDS)
    assert len(world.mails_to("support@vendor.example")) == 1
    assert world.fresh(ticket).status == "WAITING_ON_VENDOR"


def test_a_promise_that_the_act_was_the_first_to_notice_as_missed_is_told_all_the_same(world):
    ticket = at_work(world)
    world.now = world.clock(ticket, "RESOLVE").due_at + timedelta(minutes=1)  # and no sweep has come by
    take_back(world, do(world, lifecycle.resolve, ticket, "resolution", summary="Done"))
    world.tick()
    assert any("Resolve target missed" in mail.body for mail in world.mails_to("boss@msp.example"))


def test_acts_are_undone_one_after_the_other_backwards(world):
    ticket = fresh_one(world)
    first = do(world, lifecycle.acknowledge, ticket, "acknowledgement")
    second = do(world, lifecycle.escalate, ticket, "escalation", why=WHY)
    take_back(world, second, seconds=2)
    take_back(world, first, seconds=2)
    fresh = world.fresh(ticket)
    assert (fresh.status, fresh.tier.name, fresh.assignee) == ("NEW", "L1", None)
    assert is_clean(audit(now=world.now))


# when it cannot be undone -------------------------------------------------------------------------------------------


def test_after_eight_seconds_it_stands(world):
    act = do(world, lifecycle.acknowledge, fresh_one(world), "acknowledgement")
    with pytest.raises(NotAllowedNow, match="8 seconds; they are over"):
        take_back(world, act, seconds=SECONDS + 1)


def test_once_somebody_is_being_told_it_stands(world):
    act = do(world, lifecycle.escalate, at_work(world), "escalation", why=WHY)
    Message.objects.filter(pk=act.messages[0]).update(leased_until=world.now + timedelta(seconds=180))
    with pytest.raises(NotAllowedNow, match="being told of it already"):
        take_back(world, act)
    assert UndoableAct.objects.get(pk=act.pk).undone_at is None


def test_once_somebody_else_has_acted_it_stands(world):
    ticket = fresh_one(world)
    act = do(world, lifecycle.acknowledge, ticket, "acknowledgement")
    world.do(lifecycle.assign, ticket, by=world.l2, to="l2@msp.example")
    with pytest.raises(NotAllowedNow, match="since then: L2 assigned it to L2"):
        take_back(world, act)


def test_a_threshold_that_passes_meanwhile_does_not_stand_in_the_way(world):
    ticket = fresh_one(world)
    world.until(world.clock(ticket, "ACKNOWLEDGE").due_at - timedelta(minutes=10, seconds=2))
    act = do(world, lifecycle.assign, ticket, "assignment", to="l2@msp.example")
    world.forward(seconds=4)
    assert "THRESHOLD" in world.kinds(ticket)
    take_back(world, act)
    assert world.fresh(ticket).assignee is None


def test_it_is_undone_once(world):
    act = do(world, lifecycle.acknowledge, fresh_one(world), "acknowledgement")
    take_back(world, act)
    with pytest.raises(NotAllowedNow, match="undone already"):
        take_back(world, act, seconds=1)


def test_nobody_undoes_what_another_did(world):
    act = do(world, lifecycle.acknowledge, fresh_one(world), "acknowledgement")
    with pytest.raises(NotAllowedNow, match="nothing of yours"):
        take_back(world, act, by=world.l2)


def test_a_reply_cannot_be_undone(world):
    assert do(world, lifecycle.reply, at_work(world), "replies", text="Hello", public=True) is None


def test_an_act_that_is_refused_leaves_nothing_to_undo(world):
    ticket = at_work(world)
    with pytest.raises(lifecycle.AlreadyAcknowledged):
        do(world, lifecycle.acknowledge, ticket, "acknowledgement", by=world.l2)
    assert not UndoableAct.objects.exists()


# what is told -------------------------------------------------------------------------------------------------------


def test_the_client_is_told_only_where_it_had_been_told(world):
    ticket = fresh_one(world)
    take_back(world, do(world, lifecycle.acknowledge, ticket, "acknowledgement"))
    take_back(world, do(world, lifecycle.assign, ticket, "assignment", to="l2@msp.example"))
    told = list(TicketEvent.objects.filter(ticket=ticket, kind="UNDONE").values_list("client_text", flat=True))
    assert told == ["Please disregard our last message: it was a mistake of ours.", ""]


def test_the_ledger_keeps_both_moves(world):
    ticket = at_work(world)
    take_back(world, do(world, lifecycle.escalate, ticket, "escalation", why=WHY))
    assert world.custody(ticket) == ["L1", "L2", "L1"]
    assert CustodyChange.objects.filter(ticket=ticket).latest("seq").because == "L1 undid the escalation"


def test_acts_of_days_ago_are_forgotten(world):
    old = do(world, lifecycle.acknowledge, fresh_one(world), "acknowledgement")
    world.forward(days=2)
    do(world, lifecycle.acknowledge, fresh_one(world), "acknowledgement")
    assert not UndoableAct.objects.filter(pk=old.pk).exists()


# whatever comes before it -------------------------------------------------------------------------------------------


def any_act(chance):
    return chance.choice([
        ("acknowledgement", lifecycle.acknowledge, {}),
        ("assignment", lifecycle.assign, {"to": chance.choice(["l1@msp.example", "l2@msp.example"])}),
        ("escalation", lifecycle.escalate, {"why": WHY, "to": chance.choice(["", "L1", "L2", "L3", "vendor"])}),
        ("wait", lifecycle.wait, {"on": chance.choice(["CLIENT", "VENDOR"]), "why": WHY}),
        ("resumption", lifecycle.resume, {}),
        ("resolution", lifecycle.resolve, {"summary": "Done"}),
        ("vendor-cases", lifecycle.lodge_case, {"service": "Microsoft 365", "answers": {}, "why": WHY}),
    ])  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_after_any_acts_an_undo_gives_back_what_was_and_the_audit_agrees(world, seed):
    chance, ticket, undone = random.Random(seed), fresh_one(world), 0
    for _ in range(14):
        noun, verb, said = any_act(chance)
        before = state(ticket)
        try:
            act = do(world, verb, ticket, noun, **said)
        except (NotAllowedNow, BadAnswer):
            continue
        if act and (not undone or chance.random() < 0.5):
            take_back(world, act, seconds=chance.choice([0, 1, 7]))
            assert state(ticket) == before
            undone += 1
        else:
            world.forward(seconds=chance.choice([1, 9, 400]))
        assert is_clean(audit(now=world.now)), f"after {noun}"
    assert undone
