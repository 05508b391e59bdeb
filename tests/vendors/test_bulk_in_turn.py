"""What changes many vendors at once waits its turn, and plans on what the directory says then."""

import threading

import pytest
from django.db import connection, transaction

from accounts.configuration import in_turn
from vendors.csv_import import import_table
from vendors.csv_import_table import table
from vendors.editing import save
from vendors.packs import packs
from vendors.packs.taking import take
from world import NINE, World

SUPPORT, CALLED = ({"kind": "email", "value": "support@vendor.example"}, {"kind": "hotline", "value": "+44 1"})
TEMPLATE = {"subject": "Ours", "body": "Ours"}


@pytest.fixture
def live(transactional_db) -> World:
    return World()


def import_an_address(world):
    rows = table("vendor,service,email\nMicrosoft,Microsoft 365,new@vendor.example\n")
    import_table(rows, ["vendor", "service", "email"], by=world.manager, now=NINE)


def take_the_pack(world):
    take(packs()["microsoft-365"], over=(), by=world.manager, now=NINE)


def while_it_is_edited(world, service, at_once):
    """Somebody else saves this of the service; what is done at once began before that was committed."""
    began, goes_on = threading.Event(), threading.Event()

    def edit():
        with transaction.atomic():
            in_turn()
            began.set()
            goes_on.wait(1)  # the other one waits for us, and has read by now whatever it reads before
            form = {"name": "Microsoft", "services": [{"name": "Microsoft 365", **service}]}
            save(world.m365.vendor, form, note="", by=world.manager, now=NINE)
        connection.close()

    thread = threading.Thread(target=edit)
    thread.start()
    began.wait(10)
    at_once(world)
    goes_on.set()
    thread.join()
    world.m365.refresh_from_db()


def test_a_table_keeps_a_contact_that_somebody_adds_meanwhile(live):
    while_it_is_edited(live, {"contacts": [SUPPORT, CALLED]}, import_an_address)
    values = set(live.m365.contact_points.values_list("value", flat=True))
    assert values == {"support@vendor.example", "+44 1", "new@vendor.example"}


def test_a_pack_keeps_a_template_that_somebody_writes_meanwhile(live):
    live.m365.template = {}
    live.m365.save()
    while_it_is_edited(live, {"template": TEMPLATE}, take_the_pack)
    assert live.m365.template == TEMPLATE and live.m365.category == "cloud"
