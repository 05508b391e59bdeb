"""The pages of agreements: targets, what is declined and what nobody said, their days, and who uses them."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from accounts import roles
from accounts.clock import database_now
from accounts.models import User
from clients.access import give_role
from sla.models import Agreement, AgreementVersion

PATH = "/agreements/gold/"
TARGETS = {
    "P1": {"ACKNOWLEDGE": "15m", "RESPOND": "30m", "UPDATE": "1h", "RESOLVE": "4h"},
    "P2": {"ACKNOWLEDGE": "30m", "UPDATE": "none", "RESOLVE": "8h"},
}


@pytest.fixture
def desk(client, world):
    client.force_login(world.l1)
    return client


def html(desk, path=PATH, **query) -> str:
    answer = desk.get(path, query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def words(said: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", said))


def gold(world, **changes):
    return world.agreement("Gold", "SLA", {"calendar": "Office", "targets": TARGETS} | changes)


def day(days: int) -> str:
    return (database_now().date() + timedelta(days=days)).isoformat()


def test_the_list_has_every_kind_with_its_calendars_and_users(desk, world):
    gold(world, calendars={"P1": "24x7"})
    said = words(html(desk, "/agreements/"))
    assert "Gold v2 SLA Office, 24x7 Without an end Acme" in said
    assert "OLA v1 OLA 24x7 Without an end L1, L2, L3" in said
    assert "M365 v1 UC Office Without an end Microsoft 365" in said
    assert said.index("Gold v2") < said.index("OLA v1") < said.index("M365 v1")


def test_an_agreement_that_nobody_uses_says_so(desk, world):
    world.agreement("Spare", "SLA", {"calendar": "Office", "targets": TARGETS})
    assert "Spare v1 SLA Office Without an end Nobody" in words(html(desk, "/agreements/"))


def test_without_an_agreement_the_list_says_what_to_do(client, db):
    manager = User.objects.create_user("boss@msp.example", name="Boss")
    manager.groups.add(Group.objects.create(name=roles.MANAGER))
    client.force_login(manager)
    assert "There is no agreement yet" in html(client, "/agreements/")


def test_who_may_see_one_client_learns_of_no_other(client, world):
    world.client("Secret customer")
    person = User.objects.create_user("am@msp.example", name="Amy")
    give_role(person, roles.ACCOUNT_MANAGER, world.acme)
    client.force_login(person)
    for path in ("/agreements/", PATH):
        assert "Acme" in html(client, path) and "Secret customer" not in html(client, path)


def test_targets_stand_by_priority_and_metric(desk, world):
    gold(world, calendars={"P1": "24x7"})
    said = words(html(desk))
    assert "Priority Acknowledge Respond Update Resolve Counts on" in said
    assert "P1 15 min 30 min 1 h 4 h 24x7" in said


def test_what_is_declined_is_told_apart_from_what_nobody_said(desk, world):
    gold(world)
    said = words(html(desk))
    assert "P2 30 min Not said No target 8 h Office" in said
    assert "P3 Not said Not said Not said Not said Office" in said


def test_a_calendar_leads_to_its_page(desk, world):
    gold(world)
    assert 'href="/calendars/office/"' in html(desk)


def test_an_ola_has_only_its_metrics_and_no_terms_for_clients(desk):
    said = words(html(desk, "/agreements/ola/"))
    assert "Priority Acknowledge Resolve Counts on" in said and "P1 30 min 2 h 24x7" in said
    assert "While a vendor holds" not in said and "Somebody is told" not in said and "Used by L1, L2, L3" in said


def test_a_commitment_has_the_vendor_s_own_severities(desk):
    said = words(html(desk, "/agreements/m365/"))
    assert "promised by a vendor" in said and "Severity Respond Update Resolve Counts on" in said
    assert "A 1 h Not said Not said Office" in said and "Microsoft 365" in said


@pytest.mark.parametrize("counts, said", [
    (None, "The time to resolve counts on"), (True, "The time to resolve counts on"),
    (False, "The time to resolve stands still"),
])  # fmt: skip
def test_whether_a_vendor_s_time_counts_is_said_in_words(desk, world, counts, said):
    gold(world, **({} if counts is None else {"vendor_time_counts": counts}))
    assert f"While a vendor holds the ticket {said}" in words(html(desk))


@pytest.mark.parametrize("thresholds, said", [
    (None, "50 %, 75 %, 90 %, 100 %, 125 % of a target"), ([80, 100], "80 %, 100 % of a target"),
    ([], "No percentage of a target"),
])  # fmt: skip
def test_thresholds_are_said(desk, world, thresholds, said):
    gold(world, **({} if thresholds is None else {"thresholds": thresholds}))
    assert f"Somebody is told at {said}" in words(html(desk))


def test_the_days_are_said(desk, world):
    gold(world, effective_from="2026-01-01", effective_until="2099-06-30")
    assert "Holds 1 Jan 2026 to 30 Jun 2099" in words(html(desk))
    assert "1 Jan 2026 to 30 Jun 2099" in words(html(desk, "/agreements/"))
    gold(world, effective_from="2026-01-01")
    assert "Holds From 1 Jan 2026" in words(html(desk))
    gold(world, effective_until="2099-06-30")
    assert "Holds Until 30 Jun 2099" in words(html(desk))


def test_an_agreement_that_has_ended_says_that_nothing_is_promised(desk, world):
    gold(world, effective_until=day(-2))
    assert f"Gold ended on {day(-2)}. Nothing is promised now." in words(html(desk))
    assert f"Gold ended on {day(-2)}." in words(html(desk, "/agreements/"))


def test_a_version_that_begins_later_leaves_the_one_before_it_live(desk, world):
    gold(world, effective_from=day(40))
    said = words(html(desk))
    assert "This version does not hold yet" in said and "it is version 1" in said and "Nothing is promised" not in said
    assert "1 live" in said and "2 live" not in said
    assert "does not hold yet" not in words(html(desk, version="1"))


def test_the_list_shows_what_holds_and_what_follows_it(desk, world):
    gold(world, effective_from=day(40))
    first = database_now().date() + timedelta(days=40)
    said = words(html(desk, "/agreements/"))
    assert f"Gold v1 SLA 24x7 Without an end v2 from {first.day} {first:%b %Y} Acme" in said
    assert "Gold begins" not in said


def test_a_first_version_that_begins_later_promises_nothing_yet(desk, world):
    world.agreement("Soon", "SLA", {"calendar": "Office", "targets": TARGETS, "effective_from": day(40)})
    for path in ("/agreements/", "/agreements/soon/"):
        assert f"Soon begins on {day(40)}." in words(html(desk, path))


def test_a_replaced_version_says_which_one_replaced_it(desk, world):
    gold(world)
    said = words(html(desk, version="1"))
    assert "Version 2 has replaced this one." in said and "P1 20 min" in said


@pytest.mark.parametrize("version", ["0", "9", "x"])
def test_an_unknown_version_is_nowhere(desk, version):
    assert desk.get(PATH, {"version": version}).status_code == 404


def test_an_agreement_without_a_version_is_told(desk):
    Agreement.objects.create(name="Drafted", kind="SLA")
    assert "Nothing is published yet" in html(desk, "/agreements/drafted/")
    assert "Drafted" not in html(desk, "/agreements/")


def test_who_published_a_version_and_why_stands_beside_it(desk, world):
    AgreementVersion.publish(
        world.sla, {"calendar": "24x7", "targets": TARGETS}, author=world.manager, note="Renewed", now=world.now
    )
    said = words(html(desk))
    assert "Version 2" in said and "by Boss" in said and "Renewed" in said


def test_only_managers_are_led_to_the_form(desk, client, world):
    assert "/agreements/gold/edit/" not in html(desk) and "/agreements/new/" not in html(desk, "/agreements/")
    client.force_login(world.manager)
    assert "/agreements/gold/edit/" in html(client)
    assert "/agreements/new/?kind=OLA" in html(client, "/agreements/")


def test_pages_are_only_read(desk):
    assert desk.post(PATH).status_code == 405 and desk.post("/agreements/").status_code == 405


def test_pages_cost_a_fixed_number_of_queries(desk, world, django_assert_max_num_queries):
    for number in range(4):
        world.agreement(f"More {number}", "SLA", {"calendar": "Office", "targets": TARGETS})
        world.client(f"Client {number}")
    with django_assert_max_num_queries(13):
        html(desk, "/agreements/")
    with django_assert_max_num_queries(13):
        html(desk)
