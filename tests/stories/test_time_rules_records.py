"""Why-records: from each alone its decision is made once more, and both of its sentences are written once more."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tickets import decisions, lifecycle, managing
from tickets.auditing import audit, is_clean
from tickets.events import take_in
from tickets.models import TicketEvent
from tickets.reported import RESOLVED
from tickets.sentences import for_client, internal
from vendors.models import ContactPoint, Service, Vendor
from world import march

DECIDED = {
    "REMINDER", "THRESHOLD", "BREACH", "CLIMB", "LADDER_ENDS", "CLIENT_REMINDER", "WAKE", "CLIENT_UPDATE", "CHASE",
    "ENGAGE",
}  # fmt: skip
# What is added to a record when what was decided is done: by whom it is met, and when.
ADDED = {"CHASE": {"done", "to", "timezone", "next_at"}}
TOLD = {
    "ROUTED", "IMPORTED", "STRAIGHT", "CASE", "CASE_SENT", "CASE_LATE", "CASE_FAILED", "TERMS", "CONDITION_ENDED",
    "REPORTED", "CAME_BACK",
}  # fmt: skip
L1 = {"tier": "L1", "acknowledge_within": "15m", "hand_over_after": "3h", "repeat": 2}
L2 = {"tier": "L2", "acknowledge_within": "30m", "hand_over_after": "4h"}
VENDOR = {"vendor": True, "acknowledge_within": "30m"}


def history(world, settings):
    """A fortnight in which every automatic act happens at least once."""
    straight = {"category": "lines", "straight_to_vendor": True, "reason": "The carrier sees it first"}
    world.gold(ACKNOWLEDGE="1h", RESPOND="2h", RESOLVE="4h")
    world.ladder(L1, L2, VENDOR, exceptions=[straight])
    to_the_top(world)
    to_the_vendor(world, settings)
    kept_waiting(world)
    waits(world)
    brought_in(world)
    reported(world)
    world.gold(ACKNOWLEDGE="1h", RESPOND="2h", RESOLVE="20h")
    beats(world, 11, days=1)


def beats(world, count, **by):
    """A round of beat after each of so many steps: what has come due within one is done at its end."""
    for _ in range(count):
        world.now += timedelta(**by)
        world.tick()


def to_the_top(world):
    """Nobody acts on one ticket, and a manager is called to another."""
    world.open("Nobody acts")
    world.do(managing.call_manager, world.open("Called"), why="The site is down")
    beats(world, 1, minutes=6)
    beats(world, 6, hours=1)


def to_the_vendor(world, settings):
    """One case by the ladder, one without its data, one straight, one that fails, and one too late."""
    world.open("By the ladder", service=world.m365)
    line = Service.objects.create(
        name="Line", vendor=Vendor.objects.create(name="Carrier"), template={},
        required=[{"key": "circuit", "label": "Circuit", "source": "question", "question": "Which circuit?"}],
    )  # fmt: skip
    ContactPoint.objects.create(service=line, order=1, kind="EMAIL", value="noc@carrier.example")
    engaged(world, line)
    world.open("Straight", service=line, category="lines")
    world.open("Straight and complete", service=world.m365, category="lines")
    late = world.open("Late", service=world.m365)
    world.do(lifecycle.lodge_case, late, service="Microsoft 365", answers={}, why="Theirs")
    world.do(lifecycle.resolve, late, summary="It works again.")
    beats(world, 2, hours=1)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    world.open("Fails", service=world.m365, category="lines")
    beats(world, 12, minutes=30)
    settings.EMAIL_BACKEND = backend


def kept_waiting(world):
    """Somebody who was written to waits for a vendor until its update is due."""
    world.gold(ACKNOWLEDGE="1h", RESPOND="2h", UPDATE="1h", RESOLVE="4h")
    asked = world.open("Asked", service=world.m365, contact=world.acme.contacts.get())
    world.do(lifecycle.reply, asked, text="We look at it.", public=True)
    world.do(lifecycle.lodge_case, asked, service="Microsoft 365", answers={}, why="Theirs")
    beats(world, 3, hours=1)


def engaged(world, service):
    """A condition of this service engages its vendor without waiting for the ladder."""
    service.engage_when = [{"categories": ["dead lines"], "automatic": True, "words": "The line is dead"}]
    service.save()
    world.open("By a condition", service=service, category="dead lines")


def waits(world):
    """On the client until it comes back, on hold, on a vendor for a while, and resolved until it closes."""
    world.now = march(3, 9)
    world.tick()
    client, held, vendor, ended = (world.open(t, service=world.m365) for t in ("Client", "Held", "Vendor", "Ended"))
    world.do(lifecycle.wait, client, on="CLIENT", why="Which one?")
    world.do(lifecycle.wait, held, on="HOLD", why="Parts", until=world.now + timedelta(hours=1))
    world.do(lifecycle.lodge_case, vendor, service="Microsoft 365", answers={}, why="Theirs")
    world.tick()
    world.do(lifecycle.resume, vendor)
    world.do(lifecycle.wait, vendor, on="VENDOR", why="Still theirs", until=world.now + timedelta(hours=2))
    world.do(lifecycle.resolve, ended, summary="Done.")
    beats(world, 3, hours=1)


def brought_in(world):
    world.open("Of yesterday", opened_at=world.now - timedelta(days=1))
    world.open("Over", opened_at=world.now - timedelta(days=2), resolved_at=world.now - timedelta(days=1))


def reported(world):
    """A condition ends by itself and comes back; another one ends after a person took its ticket, and comes back."""

    def say(key, number, **changes):
        world.now += timedelta(minutes=1)
        said = world.alert(dedupe_key=key, delivery_id=f"{key}-{number}", occurred_at=world.now, **changes)
        return take_in(source=world.ninja, reported=said, now=world.now).ticket

    for number, state in enumerate(({}, {"state": RESOLVED}, {}), start=1):
        say("alone", number, **state)
    taken = say("taken", 1)
    world.do(lifecycle.acknowledge, taken)
    for number, state in enumerate(({"state": RESOLVED}, {}), start=2):
        say("taken", number, **state)


def automatic():
    return list(TicketEvent.objects.filter(actor=None).order_by("ticket", "seq"))


def decision(record):
    """The record as its decision wrote it, without what was added when it was applied."""
    added = {"title"} | ADDED.get(record["rule"], set())
    return {key: value for key, value in record.items() if key not in added}


def rules_of_the_code():
    """Every rule that is written in a record somewhere."""
    folder = Path(__file__).parents[2] / "tickets"
    texts = [path.read_text() for path in folder.glob("*.py")]
    return {rule for text in texts for rule in re.findall(r'"?rule"?(?:=|: )"([A-Z_]+)"', text)}


def test_every_rule_of_the_code_is_told_of_here():
    assert rules_of_the_code() == DECIDED | TOLD


def test_every_automatic_act_is_decided_and_told_once_more_from_its_record_alone(world, settings):
    history(world, settings)
    events = automatic()
    assert {event.why.get("rule") for event in events} == DECIDED | TOLD
    for event in events:
        assert internal(event.why) == event.text, event.kind
        assert for_client(event.why) == event.client_text, event.kind
        if event.why["rule"] in DECIDED:
            assert decisions.again(event.why).why == decision(event.why), event.text
    assert {e.why["status"] for e in events if e.why["rule"] == "WAKE"} == {
        "RESOLVED", "ON_HOLD", "WAITING_ON_CLIENT", "WAITING_ON_VENDOR",
    }  # fmt: skip
    assert is_clean(audit(now=world.now) | {"outbox_stuck": []})  # a mail that could not be sent was part of it


def test_a_record_that_was_tampered_with_leads_to_another_decision_or_to_none(world):
    world.gold(RESPOND="2h", RESOLVE="4h")
    world.ladder(L1, L2, VENDOR)
    to_the_top(world)
    kept_waiting(world)
    engaged(world, world.m365)
    waits(world)
    beats(world, 11, days=1)
    checked = set()
    for event in automatic():
        record = event.why
        if record["rule"] not in DECIDED:
            continue
        with pytest.raises(LookupError):
            decisions.again(record | {"decided_at": "2026-01-01T00:00:00+00:00"})
        forged = record | {"priority": "P9", "round": 99}
        assert decisions.again(forged).why != decision(record)
        if record["clock"]:
            other = record | {"clock": record["clock"] | {"target_seconds": 7, "calendar": "Another"}}
            assert internal(other) != event.text
        checked.add(record["rule"])
    assert checked == DECIDED


# what a verb meets before the sweep does ------------------------------------------------------------------------------


@pytest.fixture
def missed(world):
    """A ticket whose resolution was due an hour ago, while nobody swept."""
    world.gold(RESOLVE="4h")
    world.ladder({"tier": "L1", "acknowledge_within": "90h", "hand_over_after": "90h"}, L2)
    ticket = world.open()
    world.tick()
    world.now = march(2, 14)
    return ticket


VERBS = {
    "resolving": lambda w, t: w.do(lifecycle.resolve, t, summary="Done."),
    "waiting": lambda w, t: w.do(lifecycle.wait, t, on="CLIENT", why="Which one?"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_rule_15_a_target_that_a_verb_finds_missed_is_told_once_by_event_and_mail(world, missed, verb):
    VERBS[verb](world, missed)
    world.forward(hours=3)
    [told] = TicketEvent.objects.filter(ticket=missed, kind="BREACHED")
    assert told.text == "Resolve target missed: 4 hours of business time (Office), P1."
    assert decisions.again(told.why).why == told.why and told.actor is None
    assert len([m for m in world.mails_to("boss@msp.example") if "Resolve target missed" in m.body]) == 1
    assert world.clock(missed, "RESOLVE").breached_at == march(2, 13)


def test_rule_15_what_the_sweep_has_told_a_verb_does_not_tell_again(world, missed):
    world.tick()
    world.do(lifecycle.resolve, missed, summary="Done.")
    world.tick()
    assert world.kinds(missed).count("BREACHED") == 1
    assert len([m for m in world.mails_to("boss@msp.example") if "Resolve target missed" in m.body]) == 1


def test_rule_03_a_wait_between_teams_that_a_verb_finds_missed_can_be_decided_again(world):
    ticket = world.open()
    world.now += timedelta(minutes=16)
    world.do(lifecycle.acknowledge, ticket)
    for told in TicketEvent.objects.filter(ticket=ticket, kind="BREACHED"):
        assert decisions.again(told.why).why == told.why
    assert world.clock(ticket, "OLA_ACKNOWLEDGE", "step:0").state == "BREACHED"
    world.forward(minutes=5)
    assert world.fresh(ticket).tier.name == "L1"
