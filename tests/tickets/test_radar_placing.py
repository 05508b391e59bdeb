"""Placing tickets on the radar: who may, what the timeline says, and that the later of two is told."""

import pytest

from accounts import roles
from clients.access import give_role
from tickets import lifecycle, managing, merging
from tickets.changing import Conflict
from tickets.models import Clock, RadarEntry, Ticket, TicketEvent
from tickets.permissions import NotYours
from tickets.radar.placing import MovedMeanwhile, place, remove, version_of
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer


def put(world, ticket, score=None, jira_key="", **said):
    world.do(place, ticket, score=score, jira_key=jira_key, **said)
    return RadarEntry.objects.get(ticket=ticket)


def test_a_ticket_is_placed_moved_and_taken_off_and_the_timeline_says_so(world):
    ticket = world.open()
    put(world, ticket)
    entry = put(world, ticket, 7, "abc-12", why="Product wants to see it")
    assert (entry.score, entry.jira_key, entry.changed_by, entry.changed_at) == (7, "ABC-12", world.l1, world.now)
    world.do(remove, ticket, why="Mended")
    assert not RadarEntry.objects.exists()
    assert world.said(ticket, "RADAR") == [
        "L1 moved it on the radar: not on the radar → no score (Needs investigation)",
        "L1 moved it on the radar: no score (Needs investigation) → 7 (Under review by Product/Dev), ABC-12: "
        "Product wants to see it",
        "L1 moved it on the radar: 7 (Under review by Product/Dev), ABC-12 → off the radar: Mended",
    ]


def test_the_client_never_hears_of_it(world):
    ticket = world.open()
    put(world, ticket, 3)
    assert [e.client_text for e in TicketEvent.objects.filter(ticket=ticket, kind="RADAR")] == [""]


def test_what_is_so_already_is_not_told_again(world):
    ticket = world.open()
    put(world, ticket, 3, "ABC-1")
    put(world, ticket, 3, "abc-1")
    assert len(world.said(ticket, "RADAR")) == 1


@pytest.mark.parametrize("who", ["manager", "l1"])
def test_a_place_on_the_radar_answers_no_call_and_touches_no_ticket(world, who):
    ticket, by = world.open(), getattr(world, who)
    world.do(managing.call_manager, ticket, why="The site is down")
    Ticket.objects.update(touched=False)
    put(world, ticket, 3, by=by)
    put(world, ticket, 3, by=by)
    world.do(remove, ticket, by=by)
    assert Clock.objects.get(ticket=ticket, metric="MANAGER_RESPOND").stopped_at is None
    assert "MANAGER_ANSWERED" not in world.kinds(ticket) and world.fresh(ticket).touched is False


@pytest.mark.parametrize("score", [0, 11])
def test_a_score_that_is_none_is_refused_at_its_field(world, score):
    ticket = world.open()
    with pytest.raises(BadAnswer) as refused:
        put(world, ticket, score)
    assert refused.value.field == "score" and "1 to 10" in str(refused.value)


def test_a_key_that_is_none_is_refused_at_its_field(world):
    ticket = world.open()
    with pytest.raises(BadAnswer) as refused:
        put(world, ticket, 3, "see the wiki")
    assert refused.value.field == "jira_key" and not RadarEntry.objects.exists()


def test_whoever_may_only_read_the_ticket_may_not_move_it(world):
    keeper = world.person("keeper@msp.example", roles.ACCOUNT_MANAGER)
    give_role(keeper, roles.ACCOUNT_MANAGER, world.acme)
    with pytest.raises(NotYours):
        put(world, world.open(), 3, by=keeper)


def test_a_resolved_ticket_may_be_moved_a_closed_one_not(world):
    ticket = world.open()
    world.do(lifecycle.resolve, ticket, summary="Done")
    put(world, ticket, 2)
    world.forward(days=8)
    assert world.fresh(ticket).status == "CLOSED"
    with pytest.raises(NotAllowedNow, match="closed"):
        put(world, ticket, 3)


def test_a_merged_ticket_has_no_place(world):
    ticket, other = world.open(), world.open("Another")
    world.do(merging.merge, ticket, into=other.key, why="The same")
    with pytest.raises(NotAllowedNow, match="merged"):
        put(world, ticket, 3)


def test_what_is_not_on_the_radar_is_not_taken_off(world):
    ticket = world.open()
    with pytest.raises(NotAllowedNow, match="not on the radar"):
        world.do(remove, ticket)


def test_the_later_of_two_is_told_who_moved_it_when_and_where_it_stands(world):
    ticket = world.open()
    seen = version_of(put(world, ticket, 3))
    world.forward(minutes=5)
    put(world, ticket, 8, by=world.l2, seen=seen)
    with pytest.raises(MovedMeanwhile) as told:
        put(world, ticket, 5, seen=seen)
    assert (told.value.who, told.value.at, told.value.stands) == ("L2", world.now, "8 (Under review by Product/Dev)")
    assert RadarEntry.objects.get().score == 8


def test_two_who_put_one_ticket_there_are_told_apart(world):
    ticket = world.open()
    put(world, ticket, 8, by=world.l2, seen="")
    with pytest.raises(MovedMeanwhile):
        put(world, ticket, 3, seen="")


def test_whoever_takes_it_off_has_seen_where_it_stood(world):
    ticket = world.open()
    seen = version_of(put(world, ticket, 3))
    put(world, ticket, 4, by=world.l2)
    with pytest.raises(MovedMeanwhile):
        world.do(remove, ticket, seen=seen)
    world.do(remove, ticket, by=world.l2)
    with pytest.raises(MovedMeanwhile, match="no place"):
        put(world, ticket, 5, seen=seen)


def test_a_program_that_read_an_older_ticket_is_refused(world):
    ticket = world.open()
    read = world.fresh(ticket).event_count
    put(world, ticket, 3, read=read)
    with pytest.raises(Conflict):
        put(world, ticket, 4, read=read)
