"""Beside a ticket stands whether the vendor can be reached now, on the reader's clocks, and what does not hold."""

import pytest

from accounts.clock import database_now
from sla.models import Calendar
from vendors.models import ContactPoint
from vendors.verification import mark_bad


@pytest.fixture
def ticket(client, world):
    client.force_login(world.l1)
    return world.open(service=world.m365)


def page(client, ticket) -> str:
    return " ".join(client.get(f"/tickets/{ticket.key}/").content.decode().split())


def test_the_ticket_tells_whether_somebody_answers_now(client, world, ticket):
    ContactPoint.objects.update(calendar=Calendar.objects.get(name="24x7"), hours="ask for Amy")
    said = page(client, ticket)
    assert "Open around the clock" in said and "ask for Amy" in said


def test_what_does_not_hold_stands_last_and_says_so(client, world, ticket):
    other = ContactPoint.objects.create(service=world.m365, order=2, kind="HOTLINE", value="+44 20 7946 0001")
    mark_bad(world.m365.contact_points.get(order=1), because="550 no such user", now=database_now())
    said = page(client, ticket)
    assert said.index(other.value) < said.index("support@vendor.example") < said.index("Does not hold")
