"""What tests of a case's pages begin with; a file that needs another desk or ticket says so itself."""

import pytest

from accounts.clock import database_now


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


@pytest.fixture
def ticket(desk):
    return desk.open("Mail down", error_code="0x8004de40")


@pytest.fixture
def browser(desk, client):
    client.force_login(desk.l1)
    return client
