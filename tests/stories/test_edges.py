"""Where two things meet: a case that fails twice, two vendors, a hold on the way out, a forgotten exception."""

from datetime import timedelta

import pytest

from outbox.models import Alarm
from tickets import lifecycle
from tickets.auditing import audit, is_clean
from tickets.events import take_in
from tickets.models import MonitoringEvent, TicketEvent
from tickets.reported import RESOLVED
from vendors.models import ContactPoint, Service, ServiceAccount, Vendor
from world import LADDER, TENANT

PRIORITIES = ("P1", "P2", "P3", "P4")


@pytest.fixture
def unreachable(settings):
    """No mail server answers until the test says so."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


def lodge(world, ticket, service="Microsoft 365", by=None, **answers):
    said = {"key": ticket.key, "service": service, "answers": answers, "why": "Their side", "now": world.now}
    return lifecycle.lodge_case(**said, by=by or world.l1)


def other_vendor(world) -> Service:
    service = Service.objects.create(name="Line", vendor=Vendor.objects.create(name="Carrier"), template={})
    ContactPoint.objects.create(service=service, order=1, kind="EMAIL", value="noc@carrier.example")
    return service


def test_a_case_that_fails_twice_keeps_no_other_case_from_its_vendor(world, unreachable, settings):
    ticket = world.open(error_code="0x8004de40")
    lodge(world, ticket)
    world.forward(hours=2)
    lodge(world, ticket)
    world.forward(hours=2)
    assert world.kinds(ticket).count("CASE_FAILED") == 2
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    other = world.open("Another", error_code="0x8004de40")
    lodge(world, other)
    world.tick()
    assert world.open_case(other).status == "LODGED"


def test_straight_to_a_vendor_that_nobody_knows_begins_at_the_nearest_tier(world):
    rule = {"client": "Acme", "straight_to_vendor": True, "reason": "As agreed"}
    world.publish({"ladders": dict.fromkeys(PRIORITIES, LADDER), "exceptions": [rule], "routing": []})
    ticket = world.open()
    assert ticket.tier.name == "L3" and "vendor was skipped: no vendor service" in ticket.routed_because[-1]


def test_a_ticket_that_begins_where_nobody_is_tells_a_manager_and_alarms(world):
    for tier in world.tiers.values():
        tier.team.members.all().delete()
    ticket = world.open(priority="P2")
    world.tick()
    assert any("cannot be reached" in m.body for m in world.mails_to("boss@msp.example"))
    assert Alarm.objects.filter(key=f"nobody:{ticket.tier.name}").exists()


def test_with_two_vendors_the_answer_counts_for_the_one_that_has_the_ball(world):
    other_vendor(world)
    world.m365.required = [*world.m365.required, {"key": "x", "label": "X", "source": "question"}]
    world.m365.save()
    ticket = world.open()
    lodge(world, ticket, "Line")
    world.tick()
    lodge(world, ticket)
    lifecycle.resume(key=ticket.key, by=world.l1, now=world.now)
    statuses = {case.vendor.name: case.status for case in ticket.vendor_cases.select_related("vendor")}
    assert statuses == {"Carrier": "ANSWERED", "Microsoft": "INCOMPLETE"}


def test_answering_in_part_after_acknowledging_asks_again_without_losing_what_was_said(world):
    world.account.delete()
    ticket = world.open(error_code="0x8004de40")
    world.forward(minutes=61)
    lifecycle.acknowledge(key=ticket.key, by=world.l3, now=world.now)
    case = lodge(world, ticket, by=world.l3, tenant_id="not a tenant")
    assert case.status == "INCOMPLETE"
    assert lodge(world, ticket, by=world.l3, tenant_id=TENANT).status == "QUEUED"


def test_a_question_that_begins_on_hold_waits_with_the_hold(world):
    world.account.delete()
    ticket = world.open(error_code="0x8004de40")
    until = world.now + timedelta(days=2)
    lifecycle.wait(key=ticket.key, on="HOLD", why="Parts", until=until, by=world.l1, now=world.now)
    lifecycle.escalate(key=ticket.key, why="Theirs", to="vendor", by=world.l1, now=world.now)
    assert world.clock(ticket, "OLA_ACKNOWLEDGE", "step:3").state == "PAUSED"
    assert is_clean(audit(now=world.now))


def test_a_vendor_without_an_address_is_refused_at_the_field(world):
    world.m365.contact_points.all().delete()
    with pytest.raises(lifecycle.BadAnswer) as refused:
        lodge(world, world.open())
    assert refused.value.field == "service"


def test_a_wait_ends_within_a_year(world):
    ticket = world.open()
    far = {"until": world.now + timedelta(days=400), "why": "x", "by": world.l1, "now": world.now}
    with pytest.raises(lifecycle.BadAnswer, match="within a year"):
        lifecycle.wait(key=ticket.key, on="CLIENT", **far)


def test_a_case_acknowledged_and_then_forgotten_comes_before_a_manager(world):
    world.account.delete()
    ticket = world.open(error_code="0x8004de40")
    world.forward(minutes=61)
    lifecycle.acknowledge(key=ticket.key, by=world.l3, now=world.now)
    world.forward(hours=2)
    assert "LADDER_ENDED" in world.kinds(ticket)
    assert any("not handed over" in m.body for m in world.mails_to("boss@msp.example"))


def test_a_ticket_resolved_while_its_case_was_leaving_tells_that_it_left(world):
    ticket = world.open(error_code="0x8004de40")
    lodge(world, ticket)
    lifecycle.resolve(key=ticket.key, summary="Gone.", by=world.l1, now=world.now)
    world.tick()
    assert "went out after the ticket had ended" in TicketEvent.objects.get(ticket=ticket, kind="CASE_LODGED").text
    assert ticket.vendor_cases.get().status == "CLOSED"


def test_an_exceptions_agreement_holds_when_the_ticket_is_reopened(world):
    slow = {p: {"ACKNOWLEDGE": "10h", "RESOLVE": "100h"} for p in PRIORITIES}
    world.agreement("Silver", "SLA", {"calendar": "24x7", "targets": slow})
    rule = {"client": "Acme", "agreement": "Silver", "reason": "As agreed"}
    world.publish({"ladders": dict.fromkeys(PRIORITIES, LADDER), "exceptions": [rule], "routing": []})
    ticket = world.open()
    lifecycle.resolve(key=ticket.key, summary="Done.", by=world.l1, now=world.now)
    lifecycle.reopen(key=ticket.key, why="Not done", by=world.l1, now=world.now)
    assert world.clock(ticket, "RESOLVE").target_seconds == 100 * 3600


def test_a_condition_that_comes_back_to_a_person_is_told_and_ends_again(world):
    def say(number, **changes):
        event = world.alert(delivery_id=str(number), occurred_at=world.now, **changes)
        return take_in(source=world.ninja, reported=event, now=world.now)

    ticket = say(1).ticket
    lifecycle.acknowledge(key=ticket.key, by=world.l1, now=world.now)
    for number, change in enumerate(({"state": RESOLVED}, {}, {"state": RESOLVED}), start=2):
        world.now += timedelta(minutes=1)
        outcome = say(number, **change)
    told = list(TicketEvent.objects.filter(ticket=ticket, kind="SOURCE_REPORTED").values_list("text", flat=True))
    assert len(told) == 3 and "come back" in told[1]
    assert outcome.ticket == ticket and MonitoringEvent.objects.count() == 4


def test_a_secret_that_a_person_types_goes_to_the_account_and_nowhere_else(world):
    pin = {"key": "pin", "label": "PIN", "source": "account.support_pin", "secret": True}
    world.m365.required = [*world.m365.required, pin]
    world.m365.template = {"subject": "x", "body": "PIN {{pin}}"}
    world.m365.save()
    ticket = world.open(error_code="0x8004de40")
    lodge(world, ticket, pin="424242")
    world.tick()
    case = world.open_case(ticket)
    assert world.mails_to("support@vendor.example")[0].body == "PIN 424242"
    assert "424242" not in f"{case.answers}{case.body}{case.message.payload}"
    assert list(ServiceAccount.objects.get(pk=world.account.pk).secrets) == ["support_pin"]
