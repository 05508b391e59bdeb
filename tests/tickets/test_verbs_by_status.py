"""Every verb in every status: done, or refused in words with nothing changed; and the books balance afterwards."""

from datetime import timedelta

import pytest

from tickets import lifecycle
from tickets.auditing import audit
from tickets.models import TicketEvent
from tickets.status import NotAllowedNow

NEW, TAKEN, CLIENT, VENDOR, HOLD = "NEW", "IN_PROGRESS", "WAITING_ON_CLIENT", "WAITING_ON_VENDOR", "ON_HOLD"
RESOLVED, CLOSED = "RESOLVED", "CLOSED"


def in_status(world, status: str):
    """A ticket that came to this status by the verbs themselves."""
    ticket = world.open("Mail does not arrive", error_code="0x8004de40")
    by = {"key": ticket.key, "by": world.l1, "now": world.now}
    if status == TAKEN:
        lifecycle.acknowledge(**by)
    elif status == CLIENT:
        lifecycle.wait(**by, on="CLIENT", why="Which one?")
    elif status == HOLD:
        lifecycle.wait(**by, on="HOLD", why="A part comes", until=world.now + timedelta(hours=2))
    elif status == VENDOR:
        lifecycle.lodge_case(**by, service="Microsoft 365", answers={}, why="Their side")
        world.tick()
    elif status in (RESOLVED, CLOSED):
        lifecycle.resolve(**by, summary="Done.")
    if status == CLOSED:
        world.now = world.fresh(ticket).wake_at
        world.tick()
    assert world.fresh(ticket).status == status
    return ticket


VERBS = {
    "acknowledge": lambda w: (lifecycle.acknowledge, {}),
    "assign": lambda w: (lifecycle.assign, {"to": "l2@msp.example"}),
    "escalate": lambda w: (lifecycle.escalate, {"why": "Deeper"}),
    "wait on the client": lambda w: (lifecycle.wait, {"on": "CLIENT", "why": "x"}),
    "wait on the vendor": lambda w: (lifecycle.wait, {"on": "VENDOR", "why": "x"}),
    "hold": lambda w: (lifecycle.wait, {"on": "HOLD", "why": "x", "until": w.now + timedelta(hours=1)}),
    "resume": lambda w: (lifecycle.resume, {}),
    "reply": lambda w: (lifecycle.reply, {"text": "Hello", "public": True}),
    "lodge": lambda w: (lifecycle.lodge_case, {"service": "Microsoft 365", "answers": {}, "why": "x"}),
    "resolve": lambda w: (lifecycle.resolve, {"summary": "Done."}),
    "reopen": lambda w: (lifecycle.reopen, {"why": "Not done"}),
}
# What follows where the verb is allowed; a status that is not named refuses it.
AFTER = {
    "acknowledge": {NEW: TAKEN, CLIENT: CLIENT, HOLD: HOLD},
    "assign": {s: s for s in (NEW, TAKEN, CLIENT, VENDOR, HOLD)},
    "escalate": {s: NEW for s in (NEW, TAKEN, CLIENT, VENDOR, HOLD)},
    "wait on the client": {s: CLIENT for s in (NEW, TAKEN, VENDOR, HOLD)},
    "wait on the vendor": {},
    "hold": {s: HOLD for s in (NEW, TAKEN, HOLD)},
    "resume": {CLIENT: NEW, VENDOR: NEW, HOLD: NEW},
    "reply": {s: s for s in (NEW, TAKEN, CLIENT, VENDOR, HOLD, RESOLVED)},
    "lodge": {NEW: NEW, TAKEN: TAKEN, CLIENT: CLIENT, HOLD: HOLD},
    "resolve": {s: RESOLVED for s in (NEW, TAKEN, CLIENT, VENDOR, HOLD)},
    "reopen": {RESOLVED: NEW},
}


@pytest.mark.parametrize("status", [NEW, TAKEN, CLIENT, VENDOR, HOLD, RESOLVED, CLOSED])
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_done_or_refused_and_the_books_balance(world, verb, status):
    ticket = in_status(world, status)
    before = TicketEvent.objects.filter(ticket=ticket).count()
    act, said = VERBS[verb](world)
    if status in AFTER[verb]:
        act(key=ticket.key, by=world.l1, now=world.now, **said)
        assert world.fresh(ticket).status == AFTER[verb][status]
    else:
        with pytest.raises(NotAllowedNow) as refused:
            act(key=ticket.key, by=world.l1, now=world.now, **said)
        assert str(refused.value).endswith(".")
        assert TicketEvent.objects.filter(ticket=ticket).count() == before
    report = audit(now=world.now)
    assert not report["differences"] and not report["ledger_faults"]


@pytest.mark.parametrize(
    ("verb", "said", "field"),
    [
        (lifecycle.escalate, {"why": " "}, "why"),
        (lifecycle.escalate, {"why": "x", "to": "L9"}, "to"),
        (lifecycle.assign, {"to": "nobody@msp.example"}, "to"),
        (lifecycle.wait, {"on": "GODOT", "why": "x"}, "on"),
        (lifecycle.wait, {"on": "CLIENT", "why": ""}, "why"),
        (lifecycle.wait, {"on": "HOLD", "why": "x"}, "until"),
        (lifecycle.resolve, {"summary": ""}, "summary"),
        (lifecycle.reply, {"text": "\n", "public": False}, "body"),
        (lifecycle.lodge_case, {"service": "Nothing", "answers": {}, "why": "x"}, "service"),
        (lifecycle.lodge_case, {"service": "Microsoft 365", "answers": {}, "why": ""}, "why"),
    ],
)
def test_a_bad_value_is_refused_at_its_field_and_nothing_is_written(world, verb, said, field):
    ticket = world.open()
    before = world.kinds(ticket)
    with pytest.raises(lifecycle.BadAnswer) as refused:
        verb(key=ticket.key, by=world.l1, now=world.now, **said)
    assert refused.value.field == field and world.kinds(ticket) == before


def test_a_moment_that_has_passed_is_no_end_of_a_wait(world):
    ticket = world.open()
    with pytest.raises(lifecycle.BadAnswer, match="lies ahead"):
        lifecycle.wait(key=ticket.key, on="HOLD", why="x", until=world.now, by=world.l1, now=world.now)


def test_down_to_a_lower_tier_is_a_new_round(world):
    ticket = world.open()
    lifecycle.escalate(key=ticket.key, why="Deeper", by=world.l1, now=world.now)
    lifecycle.escalate(key=ticket.key, why="Not ours", to="l1", by=world.l2, now=world.now)
    fresh = world.fresh(ticket)
    assert (fresh.tier.name, fresh.round, fresh.status) == ("L1", 2, NEW)
    lifecycle.escalate(key=ticket.key, why="It is", by=world.l1, now=world.now)
    assert world.custody(ticket) == ["L1", "L2", "L1", "L2"]


def test_time_never_runs_backwards_on_a_ticket(world):
    ticket = world.open()
    earlier = world.now - timedelta(hours=1)
    lifecycle.acknowledge(key=ticket.key, by=world.l1, now=earlier)
    assert TicketEvent.objects.filter(ticket=ticket).order_by("seq").last().at == world.now


def test_a_stranger_finds_nothing_and_a_reader_may_not_work(world):
    ticket = world.open()
    stranger = world.reader(world.client("Other"))
    with pytest.raises(type(ticket).DoesNotExist):
        lifecycle.acknowledge(key=ticket.key, by=stranger, now=world.now)
