"""How well promises to clients were kept."""

from datetime import timedelta

from accounts import roles
from clients.access import give_role
from reports.compliance import Kept, compliance, total
from tickets import lifecycle


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
