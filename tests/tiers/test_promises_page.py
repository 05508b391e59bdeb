"""The page of a client's promises."""

import re
from datetime import date, timedelta

import pytest

from accounts import roles
from clients.access import give_role

PATH = "/clients/acme/promises/"


@pytest.fixture
def desk(client, world):
    client.force_login(world.manager)
    return client


def html(desk, way="") -> str:
    return desk.get(PATH, {"way": way} if way else {}).content.decode()


def words(desk, way="") -> str:
    """What stands on the page, without its markup."""
    return " ".join(re.sub(r"<[^>]*>", "", html(desk, way)).split())


def agree(world, **changes):
    document = {"calendar": "24x7", "targets": {"P1": {"ACKNOWLEDGE": "20m", "RESOLVE": "4h"}}, **changes}
    world.agreement("Gold", "SLA", document)


def test_a_promise_that_cannot_be_kept_stands_first_with_its_way(desk):
    said = html(desk)
    assert "2 of 16 promises cannot be kept." in said
    assert "P1, Microsoft 365: resolve within 4 h" in said
    assert "L1 may take 45 min, L2 may take 1 h, L3 may take 2 h, Microsoft may take 1 h, each of its own hours" in said
    assert said.index("Where each hour goes") < said.index("Promises that can be kept")


def test_the_picture_says_in_its_table_what_it_shows(desk):
    said = html(desk)
    assert said.count('class="way-picture"') == 2 == said.count("Where each hour goes")
    assert "way-late" in said and "hold-vendor" in said and "hold-tier-1" in said
    assert "3 h 45 min of 4 h" in said


def test_nothing_on_the_page_has_a_style_of_its_own(desk):
    assert " style=" not in html(desk) and "<style" not in html(desk)


def test_it_says_in_words_when_it_falls_due_when_the_way_ends_and_by_how_much_it_is_missed(desk):
    said = words(desk)
    assert re.search(r"That ends \w{3} [^,]*, \d+ h [^:]*too late: it falls due \w{3} .*, counted on 24x7\.", said)
    assert re.search(r"Due \w{3} \d+ \w{3} \d\d:\d\d Way ends \w{3} \d+ \w{3} \d\d:\d\d", said)
    assert re.search(r"The promise4 h, missed by \d+ h", said)


def test_each_hour_is_told_by_the_wall_and_by_open_hours(desk):
    said = words(desk)
    assert "WithFromUntilWall timeOpen timeOf the promise" in said
    assert re.search(r"Microsoft1 h open in \d+ h", said) and "In all" in said


def test_each_promise_that_can_be_kept_is_listed_with_what_is_left_at_worst(desk):
    said = words(desk)
    assert "P1 Resolve within 4 h No service known24x7 L1 45 min · L2 1 h · L3 2 h 15 min to spare" in said
    assert "Acknowledge within 20 min" in said
    assert "Microsoft promises no time and is in no sum" in said


def test_a_promise_that_can_be_kept_can_be_opened(desk):
    closed, opened = html(desk), html(desk, way="P1::RESOLVE")
    assert opened.count('class="way-picture"') == closed.count('class="way-picture"') + 1
    assert "?way=P1%3A%3ARESOLVE#way" in closed and 'id="way"' not in closed
    assert opened.count('id="way"') == 1 and opened.count('aria-current="true"') >= 1
    said = words(desk, way="P1::RESOLVE")
    assert "15 min to spare: it falls due" in said and "No other start of the coming year is worse." in said
    assert "way-spare" in opened and "The promise4 h, 15 min to spare" in said


@pytest.mark.parametrize("way", ["P1:Microsoft 365:ACKNOWLEDGE", "P4:Microsoft 365:RESOLVE", "P2::ACKNOWLEDGE"])
def test_every_promise_can_be_opened(desk, way):
    assert html(desk, way).count('class="way-picture"') == 3


def test_a_broken_one_is_open_already_and_can_be_led_to(desk):
    said = html(desk, way="P1:Microsoft 365:RESOLVE")
    assert said.count('class="way-picture"') == 2
    assert (said.count('<section class="section" id="way"'), said.count('id="way-')) == (1, 1)


@pytest.mark.parametrize("way", ["nothing", "P9::RESOLVE", "P1:<b>:RESOLVE", "\0"])
def test_what_is_no_promise_opens_nothing(desk, way):
    assert html(desk, way).count('class="way-picture"') == 2


def test_where_nobody_takes_time_that_counts_it_says_so(desk, world):
    agree(world, vendor_time_counts=False)
    steps = [{"tier": "L1"}, {"vendor": True}]
    exception = {"client": "Acme", "straight_to_vendor": True, "reason": "Theirs."}
    ladders = dict.fromkeys(("P1", "P2", "P3", "P4"), steps)
    world.publish({"ladders": ladders, "exceptions": [exception], "routing": []})
    said = words(desk, way="P1:Microsoft 365:RESOLVE")
    assert "Nobody takes time that counts 4 h to spare" in said and "all of the 4 h are left" in said


def test_with_its_last_second_used_there_is_nothing_to_spare(desk, world):
    agree(world, targets={"P1": {"RESOLVE": "3h45m"}}, vendor_time_counts=False)
    assert "Nothing to spare" in words(desk)
    said = words(desk, way="P1::RESOLVE")
    assert "with nothing to spare: it falls due" in said and "The promise3 h 45 min, nothing to spare" in said


def test_what_is_explicitly_not_promised_is_said(desk, world):
    agree(
        world,
        targets={"P1": {"RESOLVE": "4h", "RESPOND": "none"}, "P2": {"RESOLVE": "none"}, "P3": {"RESOLVE": "none"}},
    )
    said = words(desk)
    assert "Not promised Gold explicitly promises no time to resolve: P2, P3." in said
    assert "Gold explicitly promises no time to respond: P1." in said
    assert "2 promises" in said  # P1 without a service and with one


def test_an_agreement_that_has_ended_promises_nothing_and_the_page_says_so(desk, world):
    agree(world, effective_until="2020-01-31")
    said = words(desk)
    assert "Nothing is promised" in said
    assert "Gold ended on 2020-01-31. It promises nothing now." in said


def test_where_everything_is_promised_there_is_no_such_section(desk):
    assert "Not promised" not in words(desk)


def test_what_cannot_be_checked_hides_nothing_else(desk, world):
    closures = [(date(2025, 12, 1) + timedelta(days=n)).isoformat() for n in range(10 * 366)]
    world.calendar("Office", {"timezone": "UTC", "hours": {"mon": ["09:00-17:00"]}, "closures": closures})
    said = words(desk)
    assert "The calendar &#x27;Office&#x27; does not open for five years." in said
    assert "Each of the 14 promises that could be checked can be kept." in said


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
