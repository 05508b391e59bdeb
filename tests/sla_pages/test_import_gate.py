"""Importing a calendar under running clocks: what would strand tickets is refused with their keys, at its line."""

import pytest

from escalation_portal.configuration import BadConfiguration, import_configuration
from sla.models import Calendar, CalendarVersion

CLOSED = """
calendars:
  - name: Office
    timezone: Europe/London
    hours: {mon: [], tue: []}
"""


def problems(world, text):
    with pytest.raises(BadConfiguration) as caught:
        import_configuration([("a.yaml", text.encode())], now=world.now, environ={})
    return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def ticket(world):
    targets = {"P1": {"ACKNOWLEDGE": "30m", "RESOLVE": "2h"}}
    world.agreement("Gold", "SLA", {"calendar": "Office", "targets": targets})
    return world.open()


def test_a_calendar_that_would_never_open_again_is_refused_with_its_tickets(world, ticket):
    told = problems(world, CLOSED)
    assert any(
        problem.startswith("a.yaml:5: calendars.0.hours: 1 ticket counts time") and ticket.key in problem
        for problem in told
    ), told
    assert CalendarVersion.live(Calendar.objects.get(name="Office")).number == 1


def test_without_tickets_it_is_refused_for_never_opening_alone(world):
    (told,) = problems(world, CLOSED)
    assert "no opening in the whole week" in told


def test_a_calendar_that_still_opens_is_imported_under_running_clocks(world, ticket):
    text = CLOSED.replace("mon: []", 'mon: ["10:00-11:00"]')
    import_configuration([("a.yaml", text.encode())], now=world.now, environ={})
    assert CalendarVersion.live(Calendar.objects.get(name="Office")).number == 2
