"""Where each role begins, how one signs in, and what the rail offers."""

import pytest

from accounts import roles
from accounts.clock import database_now
from accounts.models import User
from clients.access import give_role
from integrations.models import ReceivedMail
from vendors.models import ContactPoint


@pytest.fixture
def desk(client, world):
    client.force_login(world.l1)
    return client


def links(answer) -> dict[str, dict]:
    return {item["title"]: item for item in answer.context["rail_items"]()}


def test_staff_begin_at_the_queue(desk):
    assert desk.get("/").url == "/tickets/"


def test_a_client_s_reader_begins_at_the_client_s_page(client, world):
    client.force_login(world.reader(world.acme))
    assert client.get("/", follow=True).redirect_chain[-1] == ("/portal/acme/", 302)


def test_who_reads_for_two_clients_chooses(client, world):
    reader = world.reader(world.acme)
    give_role(reader, roles.DECISION_MAKER, world.client("Other"))
    client.force_login(reader)
    html = client.get("/portal/").content.decode()
    assert "/portal/acme/" in html and "/portal/other/" in html


def test_an_account_without_a_client_is_told_what_to_do(client, db):
    client.force_login(User.objects.create_user("lost@example.org", name="Lost"))
    assert "No page is yours yet" in client.get("/", follow=True).content.decode()


def test_signing_in_leads_to_where_one_wanted_to_go(client, world):
    answer = client.get("/policies/")
    assert answer.url == "/sign-in/?next=/policies/"
    given = {"username": "boss@msp.example", "password": "a good password", "next": "/policies/"}
    assert client.post("/sign-in/", given).url == "/policies/"


def test_signing_in_never_leads_elsewhere(client, world):
    given = {"username": "boss@msp.example", "password": "a good password", "next": "https://evil.example/"}
    assert client.post("/sign-in/", given).url == "/"


def test_signing_out_needs_a_form(desk):
    assert desk.get("/sign-out/").status_code == 405
    assert desk.post("/sign-out/").url == "/sign-in/"


def test_the_rail_counts_each_view(desk, world):
    world.open()
    rail = links(desk.get("/policies/"))
    assert rail["All open"]["count"] == "1" and rail["With vendors"]["count"] == "0"
    assert rail["Policies"]["current"] and not rail["All open"]["current"]


def test_the_rail_knows_the_view_that_is_shown(desk, world):
    rail = links(desk.get("/tickets/?holder=VENDOR"))
    assert [title for title, item in rail.items() if item["current"]] == ["With vendors"]


def test_it_counts_the_contacts_that_its_reader_is_asked_to_verify(client, world):
    """A manager's are also those of nobody, and of whoever has left."""
    gone = world.person("gone@msp.example", "technician")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    for order, owner in enumerate((world.l1, world.l1, world.manager, None, gone), 10):
        ContactPoint.objects.create(service=world.m365, order=order, kind="PORTAL", value="https://a.b", owner=owner)
    world.m365.contact_points.filter(order__lt=10).update(verified_on=database_now().date())
    for user, count in ((world.l1, 2), (world.l2, 0), (world.manager, 3)):
        client.force_login(user)
        assert links(client.get("/policies/"))["Verification"]["count"] == count


def test_it_counts_the_mails_that_managers_are_to_look_at(client, world):
    for number, outcome in enumerate(("LOOK", "STORED", "IGNORED")):
        ReceivedMail.objects.create(mail_id=str(number), outcome=outcome, received_at=database_now())
    client.force_login(world.manager)
    rail = links(client.get("/calls/mails/"))
    assert rail["Mails"]["count"] == 2
    assert [title for title, item in rail.items() if item["current"]] == ["Mails"]
    client.force_login(world.l1)
    assert "Mails" not in links(client.get("/policies/"))


def test_operations_are_offered_to_managers_only(client, world):
    for user, offered in ((world.l1, False), (world.manager, True)):
        client.force_login(user)
        assert ("Operations" in links(client.get("/policies/"))) is offered


def test_the_rail_costs_one_query_and_only_where_it_is_shown(client, world, rf, django_assert_num_queries):
    from escalation_portal.navigation import rail

    request = rf.get("/policies/")
    request.user = world.manager
    assert world.manager.roles
    with django_assert_num_queries(0):
        lazily = rail(request)["rail_items"]
    with django_assert_num_queries(1):
        lazily()
    request.user = world.reader(world.acme)
    assert request.user.roles
    with django_assert_num_queries(0):
        assert rail(request)["rail_items"]() == []
