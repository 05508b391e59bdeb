"""The vendor directory: everything that a case needs, and no secret."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts import roles
from accounts.clock import database_now
from accounts.encryption import encrypt
from accounts.models import User
from clients.access import give_role
from sla.agreements import live_calendars, live_terms
from sla.models import Calendar
from vendors.models import ContactPoint, Service, ServiceAccount, Vendor
from vendors.vendor_page import paragraphs, promises
from world import REQUIRED, TENANT


@pytest.fixture
def desk(client, world):
    client.force_login(world.l1)
    return client


def html(desk, path="/vendors/microsoft/") -> str:
    return desk.get(path).content.decode()


def test_the_list_shows_how_to_reach_each_service_first(desk):
    said = html(desk, "/vendors/")
    assert "Microsoft 365" in said and "mailto:support@vendor.example" in said and "Check it again" in said


def test_contact_points_that_were_not_verified_lately_stand_out(desk):
    today = database_now().date()
    ContactPoint.objects.update(verified_on=today - timedelta(days=90))
    assert "check it again" not in html(desk).lower()
    ContactPoint.objects.update(verified_on=today - timedelta(days=91))
    assert "check it again" in html(desk)


def test_a_service_without_a_contact_point_is_a_fault(desk):
    ContactPoint.objects.all().delete()
    assert "No contact point" in html(desk) and "No contact point" in html(desk, "/vendors/")


def test_promises_stand_by_the_vendor_s_severity_with_our_priorities(desk):
    said = " ".join(html(desk).split())
    assert '<th scope="row">A</th><td data-label="For our">P1, P2</td>' in said
    assert '<td data-label="First answer">1 hour</td><td data-label="Counted on">Office</td>' in said


def test_severities_stand_in_the_order_of_the_priorities_that_map_to_them(world):
    terms = live_terms(live_calendars(), now=world.now)[world.m365.commitment_id]
    terms = replace(terms, targets={name: {"RESPOND": 60} for name in ("Low", "Normal", "Unused", "Urgent")})
    rows = promises(terms, {"P4": "Low", "P3": "Normal", "P1": "Urgent", "P2": "Urgent"})
    assert [(row["severity"], row["priorities"]) for row in rows] == [
        ("Urgent", ["P1", "P2"]), ("Normal", ["P3"]), ("Low", ["P4"]), ("Unused", []),
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [
    ("", []),
    ("One line\nand its end.\n\nAnother.", [["One line and its end."], ["Another."]]),
    ("First:\n1. call\n   them\n2. write\n- or both", [["First:", "1. call them", "2. write", "- or both"]]),
    ("\n \n4 o'clock\r\nis late.", [["4 o'clock is late."]]),
])  # fmt: skip
def test_a_line_that_was_only_wrapped_goes_on(text, expected):
    assert paragraphs(text) == expected


def test_how_they_want_to_be_engaged_has_a_heading_only_where_something_is_said(desk):
    Vendor.objects.update(protocol="", website="https://vendor.example")
    said = html(desk)
    assert "How they want to be engaged</h2>" not in said and "https://vendor.example" in said
    Vendor.objects.update(protocol="Call <b>first</b>,\nthen write.")
    assert "How they want to be engaged</h2>" in html(desk) and "&lt;b&gt;first&lt;/b&gt;, then write.</p>" in html(
        desk
    )


def test_nothing_is_said_to_be_lodged_where_nobody_can_be_reached(desk):
    assert "Cases are lodged by mail" in html(desk)
    ContactPoint.objects.all().delete()
    assert "Cases are lodged" not in html(desk)


def test_a_service_without_a_commitment_says_so(desk, world):
    world.m365.commitment = None
    world.m365.save()
    assert "no commitment is noted" in html(desk)


def test_required_data_say_where_they_come_from(desk, world):
    world.m365.required = REQUIRED
    world.m365.save()
    said = html(desk)
    assert "the client&#x27;s account: tenant id" in said and "How many users are affected?" in said
    assert "asked of the technician" in said


def test_the_template_is_shown_with_its_placeholders_named(desk):
    said = html(desk)
    assert '<span class="placeholder">Tenant id</span>' in said and '<span class="placeholder">client</span>' in said
    assert "{{" not in said


def test_conditions_stand_in_words(desk, world):
    world.m365.engage_when = [{"words": "Only they can.", "error_codes": ["E1", "E2"], "tier_level": 3, "minutes": 30}]
    world.m365.save()
    said = html(desk)
    assert "Only they can." in said
    assert "error code E1 or E2, and level 3 or higher reached, and 30 minutes spent" in said


def test_a_condition_that_engages_by_itself_is_marked(desk, world):
    by_hand = {"words": "Only they can.", "minutes": 30}
    for conditions, marks in (([by_hand], 0), ([by_hand, {**by_hand, "words": "At once.", "automatic": True}], 1)):
        Service.objects.update(engage_when=conditions)
        assert html(desk).count("by itself") == marks


def test_accounts_show_facts_and_hide_secrets(desk, world):
    world.m365.required = [*REQUIRED, {"key": "code", "label": "Code", "source": "account.code", "secret": True}]
    world.m365.save()
    world.account.secrets = {"pin": encrypt("PIN-4711")}
    world.account.facts = {"tenant_id": TENANT, "code": "LEAKED-FACT"}
    world.account.save()
    said = html(desk)
    assert TENANT in said and "pin" in said
    assert not any(secret in said for secret in ("PIN-4711", world.account.secrets["pin"], "LEAKED-FACT"))


def test_only_accounts_of_visible_clients_are_shown(client, world):
    theirs = world.client("Other")
    ServiceAccount.objects.create(client=theirs, service=world.m365, facts={"tenant_id": "OTHERS-TENANT"})
    manager = User.objects.create_user("am@msp.example", name="Amy")
    give_role(manager, roles.ACCOUNT_MANAGER, world.acme)
    client.force_login(manager)
    said = html(client)
    assert TENANT in said and "OTHERS-TENANT" not in said


def test_what_a_vendor_s_protocol_holds_is_harmless(desk):
    Vendor.objects.update(protocol="<script>alert(1)</script>")
    assert "<script>alert" not in html(desk)


def test_a_vendor_without_services_and_an_unknown_one(desk):
    Vendor.objects.create(name="Empty Ltd")
    assert "No service yet" in html(desk, "/vendors/empty-ltd/") and "No service yet" in html(desk, "/vendors/")
    assert desk.get("/vendors/nobody/").status_code == 404


def test_the_pages_ask_a_fixed_number_of_queries(desk, world, django_assert_max_num_queries):
    for number in range(3):
        Service.objects.create(name=f"Service {number}", vendor=world.m365.vendor)
    with django_assert_max_num_queries(19):
        desk.get("/vendors/microsoft/")


def test_the_list_costs_seven_queries_whatever_it_shows(desk, world, django_assert_num_queries):
    office = Calendar.objects.get(name="Office")
    for number in range(5):
        vendor = Vendor.objects.create(name=f"Vendor {number}")
        for name in ("mail", "line"):
            service = Service.objects.create(name=f"{name} {number}", vendor=vendor)
            ContactPoint.objects.create(service=service, order=0, kind="HOTLINE", value="1", calendar=office)
    desk.get("/vendors/")  # a version of a calendar is read once
    with django_assert_num_queries(7):  # session, user, roles; vendors, services, contacts; what the rail counts
        assert html(desk, "/vendors/").count("Hotline ") == 10


def verified(world, *days_ago):
    """Microsoft's contact points, each verified as long ago."""
    ContactPoint.objects.all().delete()
    for order, days in enumerate(days_ago):
        day = database_now().date() - timedelta(days=days)
        ContactPoint.objects.create(service=world.m365, order=order, kind="HOTLINE", value=str(order), verified_on=day)


@pytest.mark.parametrize(("days", "expected", "other"), [
    ((1, 200, 2), "1 of 3 is due", "Check it again"),
    ((1, 200, 200), "2 of 3 are due", "Check it again"),
    ((200, 1), "Check it again", "due<"),
    ((200, 200), "2 of 2 are due", "1 of"),
    ((1, 2), "", "due<"),
])  # fmt: skip
def test_the_list_says_which_contact_is_due(desk, world, days, expected, other):
    verified(world, *days)
    said = html(desk, "/vendors/")
    day = database_now().date() - timedelta(days=days[0])
    assert expected in said and other not in said
    assert (f"{day.day} {day:%b %Y}" in said) == (days[0] == 1)


def test_the_filter_says_that_it_counts_vendors(desk, world):
    verified(world, 200, 200)
    assert "To be verified (1 vendor)" in html(desk, "/vendors/") and "Retired (0 vendors)" in html(desk, "/vendors/")


# The list, and whether somebody answers now


@pytest.fixture
def ways(world) -> list[ContactPoint]:
    """Microsoft's mail address, which says nothing of its hours, a hotline that is shut, and a portal without end."""
    away = (database_now() + timedelta(days=3)).strftime("%a")
    world.calendar("Shut", {"timezone": "Europe/London", "hours": {away.lower(): ["09:00-10:00"]}})
    world.calendar("Always", {"timezone": "Europe/London", "always": True})
    names = {name: Calendar.objects.get(name=name) for name in ("Shut", "Always")}
    return [
        world.m365.contact_points.get(),
        *(
            ContactPoint.objects.create(service=world.m365, order=order, kind=kind, value=value, calendar=names[name])
            for order, kind, value, name in (
                (2, "HOTLINE", "+44 20 7946 0000", "Shut"), (3, "PORTAL", "https://help.example", "Always"),
            )
        ),
    ]  # fmt: skip


def test_the_list_says_by_which_way_somebody_answers_now(desk, ways):
    said = html(desk, "/vendors/")
    assert "Portal open around the clock" in said and "Hotline closed" not in said


def test_where_nobody_answers_it_says_when_the_first_does(desk, ways):
    ways[2].delete()
    away = (database_now() + timedelta(days=3)).strftime("%a")
    assert f"Hotline closed, opens {away} 09:00" in html(desk, "/vendors/")


def test_a_way_that_does_not_hold_or_says_no_hours_is_no_promise(desk, ways):
    ContactPoint.objects.filter(order__gte=2).update(bad_since=database_now())
    said = html(desk, "/vendors/")
    assert not any(words in said for words in ("Hotline closed", "Portal open", "Mail "))


def test_what_is_retired_is_not_said_to_be_open(desk, world, ways):
    Service.objects.update(retired_at=database_now())
    said = html(desk, "/vendors/?show=retired")
    assert "Microsoft 365" in said and "Portal open" not in said
