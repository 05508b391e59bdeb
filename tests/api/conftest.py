"""Programs that call the API."""

import pytest

from clients.models import Client
from programs import Program, program_of
from world import World


@pytest.fixture
def program(world: World) -> Program:
    return program_of()


@pytest.fixture
def acme(world: World) -> Program:
    """A program that belongs to the client Acme."""
    return program_of(client=world.acme)


@pytest.fixture
def beta(world: World) -> Client:
    """Another client than Acme."""
    return world.client("Beta")
