"""A case that a vendor has, the mails about it that come, and what became of both."""

from integrations.mail.inbound import take_in
from tickets import lifecycle
from tickets.models import TicketEvent, VendorCase


def lodged(world, service="Microsoft 365", ticket=None):
    ticket = ticket or world.open(service=world.m365)
    world.do(lifecycle.lodge_case, ticket, service=service, why="Theirs", answers={})
    world.tick()
    case = VendorCase.objects.get(ticket=ticket, service__name=service)
    assert (case.status, case.ball) == ("LODGED", "VENDOR")
    return case


def come(world, raw, **said):
    [row] = take_in(raw, now=world.now, **said)
    world.tick()
    return row.outcome, row.because


def at(case):
    return f"reply+{case.token}@portal.example"


def ours_of(case):
    return case.messages.get(seq=1).mail_id


def fresh(case):
    return VendorCase.objects.get(pk=case.pk)


def kinds(case):
    return list(case.messages.order_by("seq").values_list("kind", flat=True))


def why(case):
    return TicketEvent.objects.filter(ticket=case.ticket, kind__startswith="VENDOR_").latest("seq").why
