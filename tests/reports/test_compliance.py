"""How well promises to clients were kept."""

from datetime import timedelta

from accounts import roles
from clients.access import give_role
from reports.compliance import Kept, compliance, total
from tickets import changing, lifecycle, merging
from tickets.changing import Changes


def lived(world) -> None:
    """One ticket taken and resolved in time, one acknowledged too late and still open."""
    good, bad = world.open("Good"), world.open("Bad")
    lifecycle.resolve(key=good.key, summary="Done.", by=world.l1, now=world.now)
    world.forward(minutes=30)
    lifecycle.acknowledge(key=bad.key, by=world.l2, now=world.now)


def report(world, reader) -> list[Kept]:
    return compliance(reader=reader, since=world.now - timedelta(days=1), until=world.now + timedelta(seconds=1))


def test_promises_are_counted_by_client_and_kind_when_their_clocks_have_ended(world):
    lived(world)
    assert report(world, world.manager) == [Kept("Acme", "ACKNOWLEDGE", 2, 1), Kept("Acme", "RESOLVE", 1, 1)]


def test_a_share_is_of_what_was_promised_and_absent_where_nothing_was(world):
    lived(world)
    rows = report(world, world.manager)
    assert (rows[0].percent, total(rows, "RESOLVE").percent, total([], "RESOLVE").percent) == (50.0, 100.0, None)


def test_an_account_manager_counts_only_own_clients(world, client):
    lived(world)
    nadia = world.person("nadia@msp.example", roles.ACCOUNT_MANAGER)
    assert report(world, nadia) == []
    give_role(nadia, roles.ACCOUNT_MANAGER, world.acme)
    assert {row.client for row in report(world, nadia)} == {"Acme"}
    client.force_login(nadia)
    assert client.get("/reports/").status_code == 200


def test_the_page_counts_in_a_fixed_number_of_queries(world, client, django_assert_max_num_queries):
    lived(world)
    client.force_login(world.manager)
    with django_assert_max_num_queries(8):
        page = client.get("/reports/").content.decode()
    assert "No promise ended" in page  # the world lives in March, the page looks at the last thirty days


def test_technicians_are_told_that_it_is_not_theirs(world, client):
    client.force_login(world.l1)
    assert client.get("/reports/").status_code == 403


def test_a_promise_that_nobody_ever_kept_counts_as_missed(world):
    world.open("Forgotten")
    world.forward(minutes=30)
    assert report(world, world.manager) == [Kept("Acme", "ACKNOWLEDGE", 1, 0)]


# one promise, however often its terms change -------------------------------------------------------------------------

EVERY = {"ACKNOWLEDGE": "20m", "RESPOND": "30m", "UPDATE": "1h", "RESOLVE": "4h"}
SLOW = {metric: "40h" for metric in EVERY}


def promises(world):
    world.agreement("Gold", "SLA", {"calendar": "24x7", "targets": {"P1": EVERY, "P2": SLOW, "P3": {}}})
    return world


def kept(world):
    return {row.metric: (row.promised, row.kept) for row in report(world, world.manager)}


def taken(world):
    ticket = promises(world).open()
    by = {"key": ticket.key, "by": world.l1}
    lifecycle.acknowledge(now=world.now, **by)
    return ticket, by


def test_each_update_is_a_promise_of_its_own(world):
    _ticket, by = taken(world)
    for minutes in (10, 50, 70):
        world.forward(minutes=minutes)
        lifecycle.reply(text="Still at it", public=True, now=world.now, **by)
    lifecycle.resolve(summary="Done.", now=world.now, **by)
    assert kept(world) == {"ACKNOWLEDGE": (1, 1), "RESPOND": (1, 1), "UPDATE": (3, 2), "RESOLVE": (1, 1)}


def test_a_change_of_priority_launders_no_missed_promise(world):
    _ticket, by = taken(world)
    world.forward(hours=5)
    changing.change(changes=Changes(priority="P2"), why="Calmer", now=world.now, **by)
    lifecycle.resolve(summary="Done.", now=world.now, **by)
    assert kept(world)["RESOLVE"] == (1, 0)


def test_a_target_taken_away_launders_no_missed_promise(world):
    _ticket, by = taken(world)
    world.forward(hours=5)
    changing.change(changes=Changes(priority="P3"), why="Nothing is promised", now=world.now, **by)
    assert kept(world)["RESOLVE"] == (1, 0)


def test_a_promise_that_went_on_under_other_terms_and_was_met_counts_once(world):
    _ticket, by = taken(world)
    for priority in ("P2", "P1", "P2"):
        changing.change(changes=Changes(priority=priority), why="Perhaps", now=world.now, **by)
    assert "RESOLVE" not in kept(world)
    lifecycle.resolve(summary="Done.", now=world.now, **by)
    assert kept(world)["RESOLVE"] == (1, 1)


def test_a_promise_taken_away_in_time_was_none(world):
    _ticket, by = taken(world)
    changing.change(changes=Changes(priority="P3"), why="Nothing is promised", now=world.now, **by)
    lifecycle.resolve(summary="Done.", now=world.now, **by)
    assert "RESOLVE" not in kept(world)


def test_a_ticket_that_is_reopened_has_kept_nothing_yet(world):
    _ticket, by = taken(world)
    lifecycle.resolve(summary="Done.", now=world.now, **by)
    assert kept(world)["RESOLVE"] == (1, 1)
    lifecycle.reopen(why="Not done", now=world.now, **by)
    assert "RESOLVE" not in kept(world)
    world.forward(hours=5)
    lifecycle.resolve(summary="Done now.", now=world.now, **by)
    assert kept(world)["RESOLVE"] == (1, 0)


def test_a_missed_promise_counts_when_it_was_missed_whenever_the_ticket_ends(world):
    ticket, by = taken(world)
    world.forward(hours=5)
    missed_at = world.clock(ticket, "RESOLVE").breached_at
    lifecycle.resolve(summary="Done.", now=world.now, **by)
    second = timedelta(seconds=1)
    around = compliance(reader=world.manager, since=missed_at, until=missed_at + second)
    assert Kept("Acme", "RESOLVE", 1, 0) in around
    after = compliance(reader=world.manager, since=missed_at + second, until=world.now + second)
    assert "RESOLVE" not in [row.metric for row in after]


def test_a_ticket_merged_into_another_counts_by_what_was_missed_before(world):
    late, in_time = promises(world).open(), world.open()
    world.forward(minutes=25)
    survivor = world.open()
    for ticket in (late, in_time):
        merging.merge(key=ticket.key, into=survivor.key, why="One", by=world.l1, now=world.now)
    assert kept(world) == {"ACKNOWLEDGE": (2, 0)}


def test_all_is_counted_in_one_query(world, django_assert_num_queries):
    lived(promises(world))
    with django_assert_num_queries(1):
        report(world, world.manager)
