"""One story told by real servers: beat, broker, worker, PostgreSQL and SMTP. It takes seconds because its waits do.

Slow on purpose: each takes some 15 seconds, most of it the start of Celery's processes and the waits themselves.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection

from accounts.clock import database_now
from outbox.models import Message
from tickets.auditing import audit, is_clean
from tickets.intake import NewTicket, open_ticket
from tickets.models import Clock, Ticket, TicketEvent
from world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real]
SECONDS = [
    {"tier": "L1", "acknowledge_within": "2s", "hand_over_after": "30s"},
    {"tier": "L2", "acknowledge_within": "2s", "hand_over_after": "30s"},
    {"tier": "L3", "acknowledge_within": "2s", "hand_over_after": "30s"},
    {"vendor": True},
]


@dataclass
class Mailbox:
    """An SMTP server that keeps what it is given."""

    mails: list[tuple[str, str, str]] = field(default_factory=list)

    async def handle_DATA(self, server, session, envelope) -> str:
        text = envelope.content.decode()
        headers = dict(line.split(": ", 1) for line in text.split("\n\n")[0].splitlines() if ": " in line)
        self.mails.append((envelope.rcpt_tos[0], headers.get("Message-ID", "").strip(), text))
        return "250 kept"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


class Processes:
    """Celery's own processes, on the test's database and a corner of the broker of their own."""

    def __init__(self, folder: Path, smtp_port: int) -> None:
        server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
        self.folder = folder
        self.environment = {
            **os.environ,
            "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
            "BROKER_KEY_PREFIX": f"test-{os.getpid()}-{time.monotonic_ns()}:",
            "SWEEP_INTERVAL_SECONDS": "1",
        }
        self.running: list[subprocess.Popen] = []

    def start(self, *words: str) -> subprocess.Popen:
        log = (self.folder / f"{words[0]}.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "escalation_portal", *words],
            env=self.environment, stdout=log, stderr=log, start_new_session=True, cwd=settings.BASE_DIR,
        )  # fmt: skip
        self.running.append(process)
        return process

    def worker(self) -> subprocess.Popen:
        return self.start("worker", "--concurrency", "2", "--without-gossip", "--without-mingle")

    def beat(self) -> subprocess.Popen:
        return self.start("beat", "--schedule", str(self.folder / "schedule"))

    def kill(self, process: subprocess.Popen) -> None:
        """As the kernel would: at once, with all its children."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture
def processes(tmp_path, mailbox) -> Iterator[Processes]:
    started = Processes(tmp_path, mailbox[1])
    yield started
    started.stop()


def begin(world: World) -> Ticket:
    world.publish({"ladders": dict.fromkeys(("P1", "P2", "P3", "P4"), SECONDS)})
    wanted = NewTicket(title="Mail does not arrive", priority="P1", service=world.m365)
    return open_ticket(client=world.acme, wanted=wanted, by=None, now=database_now())


def wait_until(happened, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def with_vendor(ticket: Ticket) -> bool:
    return Ticket.objects.filter(pk=ticket.pk, holder_kind="VENDOR").exists()


def lateness(ticket: Ticket) -> list[float]:
    """How many seconds after its clock was due each escalation happened."""
    due = Clock.objects.filter(ticket=ticket, metric="OLA_ACKNOWLEDGE", breached_at__isnull=False).order_by(
        "breached_at"
    )
    acts = TicketEvent.objects.filter(ticket=ticket, kind="ESCALATED").order_by("seq")
    return [(act.at - clock.breached_at).total_seconds() for clock, act in zip(due, acts, strict=True)]


def assert_told_once(mailbox: Mailbox, ticket: Ticket) -> None:
    to_vendor = [m for m in mailbox.mails if m[0] == "support@vendor.example"]
    assert len({message_id for _, message_id, _ in to_vendor}) == 1
    assert len(to_vendor) <= 2, "one resend after a crash is allowed, more are not"
    assert TicketEvent.objects.filter(ticket=ticket, kind="ESCALATED").count() == 3
    assert TicketEvent.objects.filter(ticket=ticket, kind="CASE_LODGED").count() == 1
    assert not Message.objects.exclude(state="SENT").exists()


def test_beat_worker_broker_database_and_smtp_carry_a_ticket_to_its_vendor(world, processes, mailbox):
    box, _ = mailbox
    processes.worker()
    processes.beat()
    ticket = begin(world)
    wait_until(lambda: with_vendor(ticket), 60)
    wait_until(lambda: not Message.objects.exclude(state="SENT").exists(), 10)
    assert_told_once(box, ticket)
    assert {to for to, _, _ in box.mails} >= {"l1@msp.example", "l2@msp.example", "l3@msp.example"}
    # The first wait ran out while Celery was still starting; from then on a second's beat is all there is.
    assert max(lateness(ticket)[1:]) <= 2
    assert is_clean(audit(now=database_now()))


@pytest.mark.faults
def test_a_worker_killed_in_the_middle_changes_nothing_of_the_story(world, processes, mailbox):
    box, _ = mailbox
    worker = processes.worker()
    processes.beat()
    ticket = begin(world)
    wait_until(lambda: TicketEvent.objects.filter(ticket=ticket, kind="ESCALATED").exists(), 60)
    processes.kill(worker)
    time.sleep(1)
    processes.worker()
    wait_until(lambda: with_vendor(ticket), 90)
    wait_until(lambda: not Message.objects.exclude(state="SENT").exists(), 10)
    assert_told_once(box, ticket)
    assert is_clean(audit(now=database_now()))
