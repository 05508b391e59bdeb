"""The first page of the day: what it finds, for whom, since when, and what it costs."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import roles
from accounts.clock import database_now
from clients.access import give_role
from tickets import lifecycle, managing
from tickets.models import DeskProfile, TicketEvent
from tickets.shift import start
from tickets.shift.handing_over import leave
from tickets.shift.stays import at_desk, note, seen


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


def page(client, user, path="/shift/"):
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def told(world, user, hours=1):
    return start.changes(user, since=world.now - timedelta(hours=hours), now=world.now)


def left(user, at):
    DeskProfile.objects.update_or_create(user=user, defaults={"seen_at": at, "left_at": None})


# When one was here ----------------------------------------------------------------------------------------------


def test_a_stay_ends_after_half_an_hour_unseen(world):
    assert seen(world.l1, now=world.now) is None
    assert seen(world.l1, now=world.now + timedelta(minutes=29)) is None
    gone = world.now + timedelta(minutes=29)
    assert seen(world.l1, now=gone + timedelta(minutes=31)) == gone
    assert seen(world.l1, now=gone + timedelta(minutes=32)) == gone


def test_it_is_noted_at_most_once_a_minute(world, django_assert_num_queries):
    seen(world.l1, now=world.now)
    with django_assert_num_queries(1):
        seen(world.l1, now=world.now + timedelta(seconds=59))
    with django_assert_num_queries(2):
        seen(world.l1, now=world.now + timedelta(seconds=61))
    assert DeskProfile.objects.get().seen_at == world.now + timedelta(seconds=61)


def test_what_somebody_chose_for_the_desk_stays(world):
    DeskProfile.objects.create(user=world.l1, single_keys=False)
    assert seen(world.l1, now=world.now) is None
    profile = DeskProfile.objects.get()
    assert (profile.single_keys, profile.seen_at) == (False, world.now)


# What changed ---------------------------------------------------------------------------------------------------


def test_escalations_breaches_and_answers_are_told_the_most_important_first(world):
    climbed, called = world.open("Climbs"), world.open("Called", priority="P3")
    world.do(managing.call_manager, called, by=world.l2, why="They are angry")
    world.forward(minutes=25)
    found = told(world, world.l1)
    assert [ticket.key for ticket in found.tickets] == [called.key, climbed.key]
    assert found.tickets[0].line == "L2 called a manager: They are angry"
    assert found.counts == ("1 manager called", "3 escalations", "1 breach")


def test_what_one_did_oneself_is_no_news(world):
    ticket = world.open()
    world.do(lifecycle.resolve, ticket, by=world.l1, summary="Done")
    world.forward(minutes=1)
    assert told(world, world.l1).tickets == []
    assert [t.kind for t in told(world, world.l2).tickets] == ["RESOLVED"]


def test_an_open_queue_counts_as_being_at_the_desk(desk, client):
    client.force_login(desk.l1)
    client.get("/tickets/changes/?version=x")
    assert DeskProfile.objects.get(user=desk.l1).seen_at is not None


@pytest.mark.parametrize("path", ["/tickets/", "/tickets/{key}/"])
def test_whoever_reads_a_ticket_or_the_queue_is_at_the_desk(desk, client, path):
    ticket, gone = desk.open(), desk.now - timedelta(hours=5)
    left(desk.l1, gone)
    page(client, desk.l1, path.format(key=ticket.key))
    profile = DeskProfile.objects.get(user=desk.l1)
    assert profile.seen_at >= desk.now and profile.left_at == gone


@pytest.mark.parametrize("path", ["/tickets/", "/tickets/{key}/"])
def test_a_first_look_at_a_ticket_or_the_queue_is_noted_too(desk, client, path):
    page(client, desk.l1, path.format(key=desk.open().key))
    profile = DeskProfile.objects.get(user=desk.l1)
    assert profile.seen_at >= desk.now and profile.left_at is None


def test_where_it_is_known_when_one_was_here_it_costs_one_write_a_minute(world, django_assert_num_queries):
    left(world.l1, world.now)
    with django_assert_num_queries(0):
        note(world.l1, world.now, now=world.now + timedelta(seconds=59))
    with django_assert_num_queries(1):
        note(world.l1, world.now, now=world.now + timedelta(seconds=60))
    assert DeskProfile.objects.get().seen_at == world.now + timedelta(seconds=60)


def test_only_what_was_assigned_to_oneself_is_news(world):
    mine, theirs = world.open(), world.open()
    world.do(lifecycle.assign, mine, by=world.l3, to=world.l1.email)
    world.do(lifecycle.assign, theirs, by=world.l3, to=world.l2.email)
    world.forward(minutes=1)
    assert [ticket.key for ticket in told(world, world.l1).tickets] == [mine.key]


def test_what_lies_before_the_moment_or_of_foreign_clients_is_not_told(world):
    ticket = world.open()
    world.do(lifecycle.resolve, ticket, by=world.l2, summary="Done")
    world.forward(hours=2)
    assert told(world, world.l1, hours=1).tickets == [] and told(world, world.l1, hours=3).tickets
    keeper = world.person("keeper@msp.example", roles.ACCOUNT_MANAGER)
    give_role(keeper, roles.ACCOUNT_MANAGER, world.client("Other"))
    assert told(world, keeper, hours=3).tickets == []


def test_a_busy_night_is_told_in_part_and_counted_in_whole(world):
    tickets = [world.open(f"Ticket {n}", priority="P4") for n in range(start.MOST_TICKETS + 5)]
    first = world.fresh(tickets[0]).event_count
    TicketEvent.objects.bulk_create(
        TicketEvent(ticket=t, seq=first + n, kind="BREACHED", at=world.now, text="Too late")
        for t in tickets
        for n in range(1, 8)
    )
    world.forward(seconds=1)
    found = told(world, world.l1)
    assert found.counts == (f"{7 * len(tickets)} breaches",)
    shown = sum(int(ticket.counts[0].split()[0]) for ticket in found.tickets)
    assert shown + found.more == 7 * len(tickets) and found.more > 0


def test_a_night_is_found_by_the_index_of_time(world):
    world.open()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    events = TicketEvent.objects.filter(at__gt=world.now - timedelta(hours=1), kind__in=["BREACHED"])
    assert "event_by_time" in events.order_by().explain()


# What lies ahead ------------------------------------------------------------------------------------------------


def test_one_s_own_tickets_stand_next_deadline_first(world):
    sooner, theirs = world.open(), world.open()
    world.forward(minutes=5)
    later = world.open()
    for ticket in (later, sooner):
        world.do(lifecycle.acknowledge, ticket)
    world.do(lifecycle.acknowledge, theirs, by=world.l2)
    found = start.ahead(world.l1, now=world.now)
    assert [row["pk"] for row in found.own] == [sooner.pk, later.pk] and not found.more_own


def test_what_breaches_within_the_hour_stands_own_teams_first(world):
    other = world.open(device_type="NETWORK", priority="P1")
    assert world.fresh(other).team == world.tiers["L2"].team
    world.forward(minutes=1)
    own = world.open(priority="P1")
    held = world.open(priority="P3")
    world.do(lifecycle.acknowledge, held)
    world.do(lifecycle.wait, held, on="HOLD", why="Tomorrow", until=world.now + timedelta(days=1))
    found = start.ahead(world.l1, now=world.now)
    assert [row["pk"] for row in found.due] == [own.pk, other.pk]


def test_what_one_may_only_read_is_not_told_as_work(world):
    keeper = world.person("keeper@msp.example", roles.ACCOUNT_MANAGER)
    give_role(keeper, roles.ACCOUNT_MANAGER, world.acme)
    world.open(priority="P1")
    assert start.ahead(keeper, now=world.now).due == []


# The page -------------------------------------------------------------------------------------------------------


def test_a_quiet_night_says_since_when_nothing_happened(desk, client):
    left(desk.l1, desk.now - timedelta(hours=5))
    html = page(client, desk.l1)
    assert "Nothing happened since" in html and "Good " in html
    assert "No open ticket is assigned to you." in html and "Nobody else in the last ten minutes." in html


def test_the_page_tells_what_happened_since_one_left(desk, client):
    ticket = desk.open("Mail <b>down</b>")
    desk.do(lifecycle.escalate, ticket, by=desk.l2, why="Beyond us")
    left(desk.l1, desk.now - timedelta(hours=5))
    html = page(client, desk.l1)
    assert "Mail &lt;b&gt;down" in html and "1 escalation" in html and "Beyond us" in html
    assert DeskProfile.objects.get(user=desk.l1).left_at == desk.now - timedelta(hours=5)


def test_another_time_may_be_asked_for(desk, client):
    ticket = desk.open()
    desk.do(lifecycle.escalate, ticket, by=desk.l2, why="Beyond us")
    left(desk.l1, desk.now + timedelta(seconds=1))
    seen(desk.l1, now=desk.now + timedelta(hours=2))
    DeskProfile.objects.update(left_at=desk.now + timedelta(seconds=1), seen_at=desk.now)
    assert "1 escalation" not in page(client, desk.l1)
    assert "1 escalation" in page(client, desk.l1, "/shift/?since=8h")
    assert "1 escalation" in page(client, desk.l1, "/shift/?since=moment&moment=2026-01-01T00:00")


@pytest.mark.parametrize("asked", ["since=moment", "since=moment&moment=nonsense", "since=ever"])
def test_a_time_that_cannot_be_read_is_told_at_its_field(desk, client, asked):
    assert "field-error" in page(client, desk.l1, f"/shift/?{asked}")


def test_it_says_who_is_on_call_and_who_else_is_here(desk, client):
    left(desk.l2, desk.now)
    html = page(client, desk.l1)
    assert "<strong>You</strong>" in html and "L1 team" in html
    assert "<p>L2</p>" in html


def test_the_newest_notes_stand_in_full_and_the_rest_behind_a_link(desk, client):
    for n in range(start.MOST_NOTES + 2):
        leave(
            team=desk.tiers["L2"].team, text=f"Words {n}.", to=desk.l1, keys=[], assign=False, by=desk.l2,
            now=desk.now + timedelta(seconds=n),
        )  # fmt: skip
        if n == start.MOST_NOTES - 1:
            assert "Older notes" not in page(client, desk.l1)
    html = page(client, desk.l1)
    assert "Words 11." in html and "Words 2." in html and "Words 1." not in html
    older = html.partition("Older notes: ")[2].partition("</p>")[0]
    assert re.findall(r'href="([^"]+)"', older) == ["/shift/hand-overs/l1-team/", "/shift/hand-overs/l2-team/"]
    assert "Words 0." in page(client, desk.l1, "/shift/hand-overs/l2-team/")


def test_the_time_asked_for_is_named_briefly(desk, client):
    html = page(client, desk.l1)
    assert '<label for="since_since">Since</label>' in html


def test_a_person_in_no_team_is_told_so(desk, client):
    keeper = desk.person("keeper@msp.example", roles.ACCOUNT_MANAGER)
    assert "You are in no team." in page(client, keeper)


def test_the_page_asks_nine_queries_of_its_own_however_much_there_is(desk, client):
    def asked():
        page(client, desk.l1)
        with CaptureQueriesContext(connection) as found:
            page(client, desk.l1)
        return len(found)

    few = asked()
    for n in range(5):
        ticket = desk.open(f"Ticket {n}")
        desk.do(lifecycle.assign, ticket, by=desk.l2, to=desk.l1.email)
        leave(
            team=desk.tiers["L2"].team, text="Look", to=desk.l1, keys=[ticket.key], assign=False, by=desk.l2,
            now=desk.now,
        )  # fmt: skip
    assert asked() <= few + 1  # what happened is read only where anything did
    with CaptureQueriesContext(connection) as own:
        now = at_desk(desk.l1).now
        assert start.changes(desk.l1, since=now - timedelta(hours=1), now=now).tickets
        assert len(start.ahead(desk.l1, now=now).own) == 5
        assert len(start.notes(desk.l1, now=now).rows) == 5
        assert start.duties(desk.l1, now=now)
        assert start.vendor_tasks(desk.l1).rows == []
    assert len(own) <= 9
