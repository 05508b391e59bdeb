"""A process that dies between the sending and the mark, two hundred times: every case is lodged once, none is lost.

Each time a child of the tests' own delivers through the real SMTP connector to a real server, and ends without a word
as soon as the server has taken the mail: the outbox holds it as not sent. What is delivered afterwards is that mail
again, under the same Message-ID, by which a vendor's server knows it.
"""

import os
from collections import Counter
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from django.db import connections

from escalation_portal.local.broker import free_port
from integrations.mail import case_mail
from outbox.delivery import LEASE, deliver
from outbox.models import Message
from tickets import lifecycle, vendor_cases
from tickets.models import BallChange, CaseMessage, CustodyChange, TicketEvent, VendorCase

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
CRASHES = 200
DIED = 77


class Server:
    """Keeps the Message-IDs of what it has taken."""

    def __init__(self):
        self.taken = []

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(message_from_bytes(envelope.content)["Message-ID"])
        return "250 kept"


@pytest.fixture
def server(settings):
    kept = Server()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield kept
    controller.stop()


def send_and_die(key, payload):
    """The channel of a process that is killed once the mail has left."""
    case_mail.send(key, payload)
    os._exit(DIED)


def die_sending(now):
    """Fork a process that delivers one message and dies before it is marked; how it ended."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            deliver(now=now, clock=lambda: now, limit=1)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def queued(world):
    """A ticket whose case waits in the outbox, and nothing else does."""
    ticket = world.open(service=world.m365)
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", why="Theirs", answers={})
    Message.objects.exclude(kind="CASE_MAIL").delete()
    return ticket


def test_two_hundred_crashes_between_send_and_mark_lodge_each_case_once_and_lose_none(world, server, settings):
    healthy = settings.OUTBOX_CHANNELS
    tickets = [queued(world) for _ in range(CRASHES)]
    settings.OUTBOX_CHANNELS = {**healthy, "CASE_MAIL": f"{__name__}.send_and_die"}
    ends = Counter(die_sending(world.now) for _ in range(CRASHES))
    assert ends == {DIED: CRASHES}
    assert len(server.taken) == len(set(server.taken)) == CRASHES, "each of them left, and none of them is marked"
    assert Message.objects.filter(kind="CASE_MAIL", state="PENDING").count() == CRASHES
    vendor_cases.note_settled(now=world.now)
    assert not VendorCase.objects.exclude(status="QUEUED").exists(), "what is not marked passes no custody"

    settings.OUTBOX_CHANNELS = healthy
    world.now += LEASE + timedelta(seconds=1)
    Message.objects.exclude(kind="CASE_MAIL").delete()
    world.tick()
    world.tick()

    copies = Counter(server.taken)
    ours = set(CaseMessage.objects.filter(kind="LODGED").values_list("mail_id", flat=True))
    assert {id: copies[id] for id in ours} == dict.fromkeys(ours, 2), "sent again under the very same Message-ID"
    assert len(ours) == CRASHES and not Message.objects.filter(kind="CASE_MAIL").exclude(state="SENT").exists()
    for ticket in tickets:
        assert_lodged_once(ticket)


def assert_lodged_once(ticket):
    case = VendorCase.objects.get(ticket=ticket)
    assert (case.status, case.ball, case.ball_count) == ("LODGED", "VENDOR", 1)
    assert list(BallChange.objects.filter(case=case).values_list("ball", flat=True)) == ["VENDOR"]
    with_vendor = CustodyChange.objects.filter(ticket=ticket, vendor_case=case)
    assert with_vendor.count() == 1
    assert TicketEvent.objects.filter(ticket=ticket, kind="CASE_LODGED").count() == 1
    assert CaseMessage.objects.filter(case=case, kind="LODGED").count() == 1
