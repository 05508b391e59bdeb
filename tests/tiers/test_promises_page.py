"""The page of a client's promises."""

import pytest

from accounts import roles
from clients.access import give_role

PATH = "/clients/acme/promises/"


@pytest.fixture
def desk(client, world):
    client.force_login(world.manager)
    return client


def html(desk) -> str:
    return desk.get(PATH).content.decode()


def agree(world, **changes):
    document = {"calendar": "24x7", "targets": {"P1": {"ACKNOWLEDGE": "20m", "RESOLVE": "4h"}}, **changes}
    world.agreement("Gold", "SLA", document)


def test_a_promise_that_cannot_be_kept_stands_first_with_its_way(desk):
    said = html(desk)
    assert "2 of 16 promises cannot be kept." in said
    assert "P1, Microsoft 365: resolve within 4 h" in said
    assert "L1 may take 45 min, L2 may take 1 h, L3 may take 2 h, Microsoft may take 1 h, each of its own hours" in said
    assert said.index("Where each hour goes") < said.index("Every promise")


def test_the_picture_says_in_its_table_what_it_shows(desk):
    said = html(desk)
    assert said.count('class="way-picture"') == 2 == said.count("Where each hour goes")
    assert "way-late" in said and "hold-vendor" in said and "hold-tier-1" in said
    assert "3 h 45 min of 4 h" in said


def test_nothing_on_the_page_has_a_style_of_its_own(desk):
    assert " style=" not in html(desk) and "<style" not in html(desk)


def test_each_promise_is_listed_with_what_is_left_at_worst(desk):
    said = html(desk)
    assert "15 min to spare" in said and "short" in said
    assert "Acknowledge within 20 min" in said and "None known" in said
    assert "Microsoft promises no time and is in no sum" in said


def test_a_client_whose_promises_can_all_be_kept_is_told_calmly(desk, world):
    agree(world, vendor_time_counts=False)
    said = html(desk)
    assert "Each of the 4 promises can be kept." in said
    assert "way-picture" not in said and 'data-level="red"' not in said


def test_without_any_promise_the_page_says_so(desk, world):
    agree(world, targets={"P1": {"RESPOND": "1h"}})
    assert "Nothing is promised" in html(desk)


def test_without_a_policy_the_page_says_what_is_missing(desk, world):
    world.publish({"clients": ["Somebody"], "ladders": {}, "exceptions": [], "routing": []})
    assert "No published policy covers Acme. Import or publish one first." in html(desk)


def test_only_this_client_s_promises_are_shown(desk, world):
    other = world.client("Other")
    agree(world)
    assert "4 promises" in html(desk)
    assert "2 promises" in desk.get(f"/clients/{other.slug}/promises/").content.decode()


@pytest.mark.parametrize("role, answer", [(roles.TECHNICIAN, 403), (roles.ACCOUNT_MANAGER, 403)])
def test_it_is_for_managers(client, world, role, answer):
    person = world.person("somebody@msp.example", role)
    give_role(person, role, world.acme)
    client.force_login(person)
    assert client.get(PATH).status_code == answer


def test_a_client_that_one_may_not_see_is_not_there(desk, world):
    hidden = type(world.acme).objects.create(name="Hidden", timezone="UTC", agreement=world.sla)
    assert desk.get(f"/clients/{hidden.slug}/promises/").status_code == 404
    assert desk.get("/clients/nobody/promises/").status_code == 404


def test_the_page_costs_few_queries(desk, django_assert_max_num_queries):
    with django_assert_max_num_queries(17):
        html(desk)


def test_the_clients_page_leads_managers_there(desk, client, world):
    assert PATH in desk.get("/clients/").content.decode()
    client.force_login(world.l1)
    assert PATH not in client.get("/clients/").content.decode()
