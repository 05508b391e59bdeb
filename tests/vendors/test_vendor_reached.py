"""What a vendor's page says of the live policies: what is in their way, and which exceptions come to it."""

import pytest

from vendors.models import ContactPoint

LEAD_HERE = "The live policies lead here, and this is in the way:"
ANY = "Client exception 1 passes a ticket to the vendor that it is about"
STEPS = [
    {"tier": "L1", "acknowledge_within": "5m", "notify": ["on_call"]},
    {"vendor": True, "acknowledge_within": "5m"},
]
EXCEPTION = {"client": "Acme", "steps": STEPS, "reason": "They pay for it."}


@pytest.fixture
def desk(client, world):
    ContactPoint.objects.update(verified_on=None)
    client.force_login(world.manager)
    return client


def read(desk) -> str:
    return " ".join(desk.get("/vendors/microsoft/?checked=yes").content.decode().split())


def unrouted(world, *exceptions):
    """A policy whose ladder ends at a vendor and that names no service."""
    ladders = world.policy.versions.order_by("-number").first().document["ladders"]
    world.publish({"ladders": ladders, "exceptions": list(exceptions), "routing": []})


def test_what_is_in_the_way_is_told_where_a_rule_leads(world, desk):
    html = read(desk)
    assert LEAD_HERE in html and "Microsoft 365 can perhaps not be reached any more" in html
    assert ANY not in html


def test_what_is_in_the_way_is_told_where_an_exception_leads(world, desk):
    unrouted(world, {**EXCEPTION, "service": "Microsoft 365"})
    html = read(desk)
    assert LEAD_HERE in html and "Client exception 1 leads to Microsoft 365" in html and ANY not in html


def test_where_nothing_leads_nothing_is_in_the_way(world, desk):
    unrouted(world)
    html = read(desk)
    assert LEAD_HERE not in html and ANY not in html


def test_an_exception_that_can_come_to_it_is_named_and_keeps_no_service(world, desk):
    unrouted(world, EXCEPTION)
    html = read(desk)
    assert LEAD_HERE not in html and ANY in html
    removal = desk.get("/vendors/microsoft/services/microsoft-365/removal/").content.decode()
    assert "stands in the policy" not in removal and "client exception 1" not in removal.lower()
