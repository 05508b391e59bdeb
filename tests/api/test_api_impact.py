"""What programs say of the impact, and what else an event tells, for the cases of vendors."""

import pytest

from tickets.models import MonitoringEvent, Ticket


@pytest.mark.parametrize(("said", "impact", "priority"), [
    ({"impact": "HIGH", "urgency": "HIGH"}, "HIGH", "P1"),
    ({"impact": "LOW", "priority": "P1"}, "LOW", "P1"),
    ({"priority": "P1"}, "", "P1"),
])  # fmt: skip
def test_the_impact_is_kept_beside_the_priority_that_it_makes(program, said, impact, priority):
    answer = program.post("tickets/", {"client": "Acme", "title": "Mail is down"} | said)
    assert answer.status_code == 201
    ticket = Ticket.objects.get()
    assert (ticket.impact, ticket.priority) == (impact, priority)


def test_an_event_tells_its_impact_and_facts(program, world):
    body = {
        "client": "Acme", "source": "NinjaOne", "dedupe_key": "k", "state": "FIRING", "severity": "LOW",
        "title": "Slow", "impact": "high", "facts": {"circuit": "C-7"},
    }  # fmt: skip
    answer = program.post("events/", body)
    assert answer.status_code in (200, 201, 202), answer.content
    assert Ticket.objects.get().impact == "HIGH"
    assert MonitoringEvent.objects.get().facts["circuit"] == "C-7"
