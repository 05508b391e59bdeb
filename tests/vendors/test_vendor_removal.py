"""Leaving the directory: refused while something leans on it, retired where the past names it, else deleted."""

import pytest
from django.core.exceptions import PermissionDenied

from outbox.models import Alarm
from tickets import lifecycle
from vendors.editing import Refused
from vendors.models import DirectoryEdit, Service, Vendor
from vendors.removing import DELETED, RETIRED, bring_back, take_out
from vendors.verification import confirm, mark_bad

URL = "/vendors/microsoft/services/microsoft-365/removal/"


@pytest.fixture
def unnamed(world):
    """No policy names a service any more."""
    world.ladder({"tier": "L1"})
    version = world.policy.versions.order_by("-number").first()
    world.publish({**version.document, "routing": []})
    return world


@pytest.fixture
def desk(client, world):
    client.force_login(world.manager)
    return client


def out(world, row, by=None):
    return take_out(row, note="They closed", by=by or world.manager, now=world.now)


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_service_with_an_open_ticket_stays_and_the_ticket_is_listed(unnamed, desk):
    ticket = unnamed.open(service=unnamed.m365)
    with pytest.raises(Refused):
        out(unnamed, unnamed.m365)
    answer = desk.post(URL)
    assert answer.status_code == 409 and ticket.key in words(answer) and Service.objects.offered().exists()


def test_a_service_that_a_policy_names_stays_and_the_rule_is_listed(world, desk):
    said = words(desk.get(URL))
    assert "is still in use" in said and "rule “Sign-in code”" in said and "Delete Microsoft" not in said


def test_a_service_with_tickets_of_the_past_is_retired_and_comes_back(unnamed):
    ticket = unnamed.open(service=unnamed.m365)
    unnamed.do(lifecycle.resolve, ticket, summary="Done")
    unnamed.forward(days=14)
    assert out(unnamed, unnamed.m365) == RETIRED and not Service.objects.offered().exists()
    bring_back(unnamed.m365, note="", by=unnamed.manager, now=unnamed.now)
    assert Service.objects.offered().get() == unnamed.m365


def test_a_service_without_a_past_is_deleted_and_its_vendor_remembers_it(unnamed):
    assert out(unnamed, unnamed.m365) == DELETED and not Service.objects.exists()
    edit = DirectoryEdit.objects.get()
    assert edit.before["services"][0]["name"] == "Microsoft 365" and "services" not in edit.after


def test_a_vendor_without_a_past_goes_with_its_services(unnamed, desk):
    said = words(desk.get("/vendors/microsoft/removal/"))
    assert "It will be <strong>deleted</strong>, with 1 account of clients and their secrets" in said
    answer = desk.post("/vendors/microsoft/removal/")
    assert answer["Location"] == "/vendors/" and not Vendor.objects.exists()


def test_a_vendor_with_an_open_ticket_about_any_service_stays(unnamed):
    unnamed.open(service=unnamed.m365)
    with pytest.raises(Refused):
        out(unnamed, unnamed.m365.vendor)


@pytest.fixture
def bad(unnamed):
    """A contact point that mail came back from, of a service with a past."""
    ticket = unnamed.open(service=unnamed.m365)
    unnamed.do(lifecycle.resolve, ticket, summary="Done")
    unnamed.forward(days=14)
    return bounced(unnamed)


def bounced(world):
    point = world.m365.contact_points.get()
    mark_bad(point, because="550 no such user", now=world.now)
    return point


def is_open(point) -> bool:
    return Alarm.objects.filter(key=point.alarm_key, cleared_at=None).exists()


@pytest.mark.parametrize("of", ["service", "vendor"])
def test_the_alarm_of_a_contact_point_is_open_while_it_is_offered(unnamed, bad, of):
    row = unnamed.m365 if of == "service" else unnamed.m365.vendor
    assert is_open(bad) and out(unnamed, row) == RETIRED and not is_open(bad)
    bring_back(row, note="", by=unnamed.manager, now=unnamed.now)
    assert is_open(bad) and "550 no such user" in Alarm.objects.get(key=bad.alarm_key, cleared_at=None).text


def test_what_comes_back_below_a_retired_vendor_raises_no_alarm(unnamed, bad):
    out(unnamed, unnamed.m365)
    out(unnamed, unnamed.m365.vendor)
    bring_back(unnamed.m365, note="", by=unnamed.manager, now=unnamed.now)
    assert not is_open(bad)
    bring_back(unnamed.m365.vendor, note="", by=unnamed.manager, now=unnamed.now)
    assert is_open(bad)


def test_a_contact_point_that_holds_raises_no_alarm_when_it_comes_back(unnamed, bad):
    confirm(bad, by=unnamed.manager, now=unnamed.now)
    out(unnamed, unnamed.m365)
    bring_back(unnamed.m365, note="", by=unnamed.manager, now=unnamed.now)
    assert not is_open(bad)


@pytest.mark.parametrize("of", ["service", "vendor"])
def test_the_alarm_of_a_contact_point_goes_with_what_is_deleted(unnamed, of):
    point = bounced(unnamed)
    assert out(unnamed, unnamed.m365 if of == "service" else unnamed.m365.vendor) == DELETED
    assert not is_open(point)


def test_only_managers_take_out(unnamed):
    with pytest.raises(PermissionDenied):
        out(unnamed, unnamed.m365, by=unnamed.l1)


def test_what_is_retired_leaves_the_list_until_it_is_asked_for(unnamed, desk):
    ticket = unnamed.open(service=unnamed.m365)
    unnamed.do(lifecycle.resolve, ticket, summary="Done")
    unnamed.forward(days=14)
    out(unnamed, unnamed.m365.vendor)
    assert "microsoft/" not in words(desk.get("/vendors/"))
    assert "microsoft/" in words(desk.get("/vendors/?show=retired"))
    assert "offered for no ticket" in words(desk.get("/vendors/microsoft/"))
    desk.post("/vendors/microsoft/comeback/")
    assert "microsoft/" in words(desk.get("/vendors/"))
