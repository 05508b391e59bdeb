"""Who waits for whom, when a vendor answers at the very moment at which its ticket is merged."""

import threading
import time

import pytest
from django.db import connection, connections, transaction

from accounts.clock import database_now
from tickets import lifecycle, merging
from tickets.cases.receiving import receive
from tickets.models import CaseMessage, Ticket, VendorCase
from world import World

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 20  # until a test that hangs fails


@pytest.fixture
def world(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    world = World()
    world.now = database_now()
    return world


def aside(act):
    """Carry it out on a connection of its own."""

    def alone():
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=alone)
    thread.start()
    return thread


def until(blocked):
    """Wait until so many others wait for a row."""
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0] >= blocked:
                return
        time.sleep(0.02)
    pytest.fail("nobody waits")


def test_who_waits_for_the_ticket_that_goes_on_holds_the_one_that_has_ended_no_more(world):
    survivor, loser = world.open(), world.open()
    case = world.do(lifecycle.lodge_case, loser, service="Microsoft 365", why="Theirs", answers={})
    free = threading.Event()

    def hold():
        with transaction.atomic():
            Ticket.objects.select_for_update(no_key=True).get(pk=survivor.pk)
            free.wait(SECONDS)

    def answer():
        receive(
            case_id=case.pk, kind="ANSWER", text="Yes.", sender="mia@vendor.example", subject="", mail_id="<1@v>",
            number="", now=database_now(),
        )  # fmt: skip

    with transaction.atomic():
        world.do(merging.merge, loser, into=survivor.key, why="The same")
        waiting = [aside(hold)]
        until(blocked=1)
        waiting.append(aside(answer))
        until(blocked=2)
    until(blocked=1)  # the answer has seen the merge, and waits for whoever holds the survivor
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        assert Ticket.objects.select_for_update(no_key=True).get(pk=loser.pk).status == "MERGED"
    free.set()
    [one.join(SECONDS) for one in waiting]
    assert VendorCase.objects.get(pk=case.pk).status == "ANSWERED"
    assert world.kinds(survivor).count("VENDOR_ANSWERED") == 1 and world.kinds(loser).count("VENDOR_ANSWERED") == 0
    assert CaseMessage.objects.filter(case=case, kind="ANSWER").count() == 1
