"""How open tickets notice that calendars, agreements and clients' agreements were edited."""

import pytest

from tickets import lifecycle
from tickets.auditing import audit, is_clean
from tickets.edits import notice_edits
from tickets.models import Ticket, TicketEvent
from world import PRIORITIES, march

SLOW = {"acknowledge_within": "90h", "hand_over_after": "180h"}
HOURS = {day: ["09:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.fixture
def desk(world):
    world.gold(RESOLVE="4h")
    world.ladder({"tier": "L1"} | SLOW, {"tier": "L2"} | SLOW)
    world.open("Of Acme")
    world.tick()
    assert notice_edits(now=world.now) == 0
    yield world
    assert is_clean(audit(now=world.now))


def due(world):
    return set(Ticket.objects.filter(check_at__lte=world.now).values_list("title", flat=True))


def test_where_nothing_was_edited_nothing_is_due(desk):
    assert due(desk) == set()


def test_an_agreement_that_was_published_makes_the_tickets_under_it_due(desk):
    desk.gold(RESOLVE="5h")
    assert notice_edits(now=desk.now) == 1 and due(desk) == {"Of Acme"}


def test_a_calendar_that_was_published_makes_the_tickets_on_it_due(desk):
    desk.calendar("Office", {"timezone": "Europe/London", "hours": HOURS, "closed": ["2026-03-09"]})
    assert notice_edits(now=desk.now) == 1


def test_a_calendar_that_no_clock_runs_on_makes_nothing_due(desk):
    desk.calendar("Nights", {"timezone": "UTC", "hours": {"mon": ["20:00-23:00"]}})
    desk.calendar("Nights", {"timezone": "UTC", "hours": {"mon": ["21:00-23:00"]}})
    assert notice_edits(now=desk.now) == 0


def test_tickets_that_have_ended_are_left_alone(desk):
    ticket = Ticket.objects.get()
    desk.do(lifecycle.resolve, ticket, summary="Done.")
    desk.gold(RESOLVE="5h")
    assert notice_edits(now=desk.now) == 0


def test_one_that_was_put_aside_stays_aside(desk):
    Ticket.objects.update(postponed=2, check_at=march(2, 12))
    desk.gold(RESOLVE="5h")
    assert notice_edits(now=desk.now) == 0
    Ticket.objects.update(postponed=0)


def test_what_was_followed_is_not_due_again(desk):
    desk.gold(RESOLVE="5h")
    desk.tick()
    assert notice_edits(now=desk.now) == 0 and due(desk) == set()


def test_a_client_that_was_given_another_agreement_is_noticed_once(desk):
    silver = {"calendar": "Office", "targets": {p: {"RESOLVE": "6h"} for p in PRIORITIES}}
    desk.acme.agreement = desk.agreement("Silver", "SLA", silver)
    desk.acme.save()
    assert notice_edits(now=desk.now) == 1
    assert notice_edits(now=desk.now) == 0


def test_a_version_that_begins_later_makes_nothing_due_before_its_day(desk):
    desk.gold(RESOLVE="5h", more={"effective_from": "2026-03-04"})
    desk.until(march(3, 23, 59))
    assert notice_edits(now=desk.now) == 0
    desk.now = march(4, 0)
    assert notice_edits(now=desk.now) == 1


# what the timeline says


def text():
    """What the one ticket's timeline says of the edit."""
    return TicketEvent.objects.get(kind="TERMS_CHANGED").text


def test_a_calendar_and_an_agreement_at_once_are_both_named(desk):
    desk.agreement("M365", "UC", {"calendar": "24x7", "targets": {"A": {"RESPOND": "1h"}}})
    ticket = Ticket.objects.get()
    desk.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")
    desk.tick()
    desk.calendar("Office", {"timezone": "Europe/London", "hours": HOURS | {"sat": ["10:00-12:00"]}})
    desk.agreement("M365", "UC", {"calendar": "24x7", "targets": {"A": {"RESPOND": "2h"}}})
    desk.tick()
    assert set(text().partition(": ")[0].split("; ")) == {"Calendar Office v1 → Office v2", "M365 v3 holds now"}


def test_each_clock_is_named_with_its_target(desk):
    desk.gold(RESPOND="2h", RESOLVE="5h")
    desk.tick()
    assert text() == "Gold v3 holds now: Resolve is 5 hours (Office v1); First reply is 2 hours (Office v1)."


def test_a_promise_that_is_taken_away_is_named_as_gone(desk):
    desk.gold(RESOLVE="none", RESPOND="2h")
    desk.tick()
    assert text() == "Gold v3 holds now: Resolve has no target any more; First reply is 2 hours (Office v1)."
    assert Ticket.objects.get().clocks.get(metric="RESOLVE").because == "No target: Gold v3 holds now"


def test_a_commitment_of_a_vendor_is_named_by_its_own_name(desk):
    ticket = Ticket.objects.get()
    desk.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")
    desk.tick()
    desk.agreement("M365", "UC", {"calendar": "Office", "targets": {"A": {"RESPOND": "3h"}}})
    desk.tick()
    assert text() == "M365 v2 holds now: Vendor answers is 3 hours (Office v1)."


def test_the_client_is_told_nothing_of_an_edit(desk):
    desk.gold(RESOLVE="5h")
    desk.tick()
    assert not TicketEvent.objects.filter(kind="TERMS_CHANGED").exclude(client_text="").exists()
