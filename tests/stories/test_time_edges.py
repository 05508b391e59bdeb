"""Where promises meet other hands: edits under a lock, promises that begin, clients that change, merges and alerts."""

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction

from clients.models import Client
from tickets import escalation, lifecycle, merging
from tickets.changing import Changes, change
from tickets.events import take_in
from tickets.models import AlertGroup, Clock, Ticket, TicketEvent
from tickets.reported import RESOLVED
from tickets.working import BadAnswer
from world import march

SLOW = {"acknowledge_within": "90h", "hand_over_after": "180h"}
FAST = {"acknowledge_within": "15m", "hand_over_after": "45m"}


def open_metrics(ticket) -> set[str]:
    return set(ticket.clocks.filter(stopped_at=None, subject="").values_list("metric", flat=True))


def test_a_promise_that_an_edit_brings_begins_on_open_tickets_too(world):
    world.gold("24x7", RESOLVE="4h")
    ticket = world.open()
    world.forward(minutes=30)
    world.gold("24x7", RESOLVE="4h", RESPOND="2h")
    world.tick()
    clock = world.clock(ticket, "RESPOND")
    assert (clock.started_at, clock.consumed_seconds, clock.due_at) == (ticket.opened_at, 1800, march(2, 11))
    assert "First reply is 2 hours" in TicketEvent.objects.get(ticket=ticket, kind="TERMS_CHANGED").text


def test_a_promise_that_was_withdrawn_and_comes_back_goes_on_with_what_it_had_consumed(world):
    world.gold("24x7", RESOLVE="4h")
    ticket = world.open()
    world.forward(minutes=30)
    world.gold("24x7", RESOLVE="none", RESPOND="2h")
    world.tick()
    assert "RESOLVE" not in open_metrics(ticket)
    world.gold("24x7", RESOLVE="5h", RESPOND="2h")
    world.tick()
    clock = world.clock(ticket, "RESOLVE")
    assert (clock.consumed_seconds, clock.due_at) == (1800, march(2, 14))


def test_an_agreement_that_has_ended_promises_again_once_it_is_renewed(world):
    world.gold("24x7", RESOLVE="40h")
    ticket = world.open()
    document = {"calendar": "24x7", "targets": {"P1": {"RESOLVE": "40h"}}, "effective_until": "2026-03-02"}
    world.agreement("Gold", "SLA", document)
    world.forward(hours=16)
    world.tick()
    assert open_metrics(ticket) == set() and world.fresh(ticket).terms_lapsed
    checked = world.fresh(ticket).check_at
    world.tick()
    assert world.fresh(ticket).check_at == checked, "an agreement that has ended is looked at once"
    world.agreement("Gold", "SLA", document | {"effective_until": "2026-12-31"})
    world.tick()
    assert open_metrics(ticket) == {"RESOLVE"} and not world.fresh(ticket).terms_lapsed


def test_a_client_that_is_given_an_agreement_with_more_promises_gets_them(world):
    silver = world.agreement("Silver", "SLA", {"calendar": "24x7", "targets": {"P1": {"RESPOND": "1h"}}})
    world.gold("24x7", RESOLVE="4h")
    ticket = world.open()
    Client.objects.filter(pk=world.acme.pk).update(agreement=silver)
    world.tick()
    assert open_metrics(ticket) == {"RESPOND"}


def test_another_rung_while_the_client_has_it_is_a_round_of_its_own(world):
    world.ladder({"tier": "L1"} | SLOW, {"tier": "L2"} | SLOW, {"tier": "L3"} | SLOW,
                 P4=[{"tier": "L2"} | SLOW, {"tier": "L3"} | SLOW])  # fmt: skip
    ticket = world.open()
    world.do(lifecycle.escalate, ticket, why="Deeper")
    world.do(lifecycle.wait, ticket, by=world.l2, on="CLIENT", why="Which one?")
    world.do(change, ticket, by=world.l2, changes=Changes(priority="P4"), why="Only one of them")
    world.do(lifecycle.escalate, ticket, by=world.l2, why="Deeper still")
    assert world.fresh(ticket).tier.name == "L3"


def test_a_ticket_with_an_open_case_keeps_its_client(world):
    world.m365.required = [*world.m365.required, {"key": "x", "label": "X", "source": "question"}]
    world.m365.save()
    ticket = world.open(error_code="0x8004de40")
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")
    assert world.open_case(ticket).status == "INCOMPLETE"
    with pytest.raises(BadAnswer, match="case is open"):
        world.do(change, ticket, changes=Changes(client=world.client("Beta")), why="It was theirs")


def test_a_condition_of_the_former_client_opens_a_ticket_of_its_own(world):
    first = take_in(source=world.ninja, reported=world.alert(), now=world.now).ticket
    world.do(change, first, changes=Changes(client=world.client("Beta")), why="Wrongly mapped")
    again = take_in(source=world.ninja, reported=world.alert(delivery_id="2"), now=world.now).ticket
    assert (again.client.name, again.pk == first.pk) == ("Acme", False)
    ended = take_in(source=world.ninja, reported=world.alert(delivery_id="3", state=RESOLVED), now=world.now)
    assert ended.ticket.pk == again.pk and world.fresh(first).status == "NEW"


def test_the_alerts_of_a_merged_ticket_go_on_at_the_one_that_goes_on(world):
    loser = take_in(source=world.ninja, reported=world.alert(), now=world.now).ticket
    survivor = world.open("The same outage")
    world.do(merging.merge, loser, into=survivor.key, why="One outage")
    again = take_in(source=world.ninja, reported=world.alert(delivery_id="2"), now=world.now).ticket
    assert again.pk == survivor.pk and AlertGroup.objects.get().count == 2


def test_a_target_that_was_missed_before_monitoring_ended_it_is_told_of(world):
    world.gold("24x7", ACKNOWLEDGE="10m", RESOLVE="20m")
    ticket = take_in(source=world.ninja, reported=world.alert(severity="CRITICAL"), now=world.now).ticket
    world.now += timedelta(minutes=30)
    take_in(source=world.ninja, reported=world.alert(delivery_id="2", state=RESOLVED), now=world.now)
    assert {"BREACHED", "RESOLVED"} <= set(world.kinds(ticket))
    assert ticket.clocks.get(metric="RESOLVE").state == "BREACHED"


def test_who_takes_a_ticket_that_waits_on_its_client_has_acknowledged_it(world):
    ticket = world.open()
    world.do(lifecycle.wait, ticket, on="CLIENT", why="Which one?")
    world.do(lifecycle.acknowledge, ticket)
    assert world.fresh(ticket).status == "WAITING_ON_CLIENT"
    assert world.clock(ticket, "ACKNOWLEDGE").state == "MET"


@pytest.mark.django_db(transaction=True)
def test_a_ticket_that_somebody_holds_keeps_no_other_from_climbing_when_an_edit_comes(world):
    world.ladder({"tier": "L1"} | FAST, {"tier": "L2"} | SLOW)
    late, held = world.open("Late"), world.open("Held")
    locked, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Ticket.objects.select_for_update(no_key=True).get(pk=held.pk)
            locked.set()
            done.wait(20)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert locked.wait(10)
        world.gold("24x7", RESOLVE="3h")
        world.now += timedelta(minutes=15)
        escalation.sweep_until_done(now=world.now)
        assert world.fresh(late).tier.name == "L2"
    finally:
        done.set()
        holder.join()
    world.tick()
    assert Clock.objects.filter(ticket=held, metric="RESOLVE", target_seconds=3 * 3600, stopped_at=None).exists()


def test_a_closed_ticket_is_taken_up_by_a_new_one_that_names_it(world, client):
    closed = world.open("Mail does not arrive")
    world.do(lifecycle.resolve, closed, summary="Done.")
    world.forward(days=9)
    assert world.fresh(closed).status == "CLOSED"
    client.force_login(world.l1)
    page = client.get(f"/tickets/{closed.key}/").content.decode()
    link = f"/tickets/new/?client=acme&amp;title=Mail%20does%20not%20arrive&amp;follows={closed.key}"
    assert link in page
    form = client.get(link.replace("&amp;", "&")).content.decode()
    assert f'value="{closed.key}"' in form and 'value="Mail does not arrive"' in form
    said = {"client": "acme", "title": "It is back", "priority": "P2", "follows": closed.key.lower()}
    assert client.post("/tickets/new/", said).status_code == 303
    new = Ticket.objects.latest("pk")
    assert new.follows == closed and f"It takes up {closed.key}" in new.timeline.first().text
    assert "It is back" in client.get(f"/tickets/{closed.key}/").content.decode()


def test_a_ticket_that_is_not_closed_cannot_be_taken_up(world, client):
    ticket = world.open()
    client.force_login(world.l1)
    answer = client.post("/tickets/new/", {"client": "acme", "title": "Again", "priority": "P2", "follows": ticket.key})
    assert answer.status_code == 422 and "has no closed ticket" in answer.content.decode()


def test_a_condition_that_comes_back_after_its_ticket_was_closed_takes_it_up(world):
    first = take_in(source=world.ninja, reported=world.alert(), now=world.now).ticket
    take_in(source=world.ninja, reported=world.alert(delivery_id="2", state=RESOLVED), now=world.now)
    world.forward(days=9)
    again = take_in(source=world.ninja, reported=world.alert(delivery_id="3"), now=world.now).ticket
    assert again.follows == first
