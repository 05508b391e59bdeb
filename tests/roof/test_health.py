"""What outside probes are told."""

from datetime import timedelta

import pytest

from accounts.clock import database_now
from tickets.models import Clock


@pytest.mark.parametrize("path", ["/healthz", "/healthz/"])
def test_the_process_says_that_it_lives_without_asking_the_database(client, path):
    answer = client.get(path)
    assert answer.status_code == 200 and answer.json() == {"status": "ok"}


def test_readiness_names_what_does_not_answer(client, db, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "database": "ok", "broker": "no answer"}


@pytest.mark.parametrize("path", ["/healthz/escalations", "/healthz/escalations/"])
def test_nothing_is_overdue_while_deadlines_lie_ahead(client, world, path):
    ticket = world.open()
    Clock.objects.filter(ticket=ticket).update(due_at=database_now() + timedelta(hours=1))
    assert client.get(path).json() == {"status": "ok", "overdue": 0, "oldest_seconds": 0}


def test_a_deadline_that_nothing_noticed_for_a_minute_turns_the_probe_red(client, world):
    ticket = world.open()
    Clock.objects.filter(ticket=ticket).update(due_at=database_now() + timedelta(hours=1))
    late = ticket.clocks.filter(metric="OLA_ACKNOWLEDGE")
    late.update(due_at=database_now() - timedelta(seconds=59))
    assert client.get("/healthz/escalations").status_code == 200
    late.update(due_at=database_now() - timedelta(seconds=90))
    answer = client.get("/healthz/escalations")
    assert answer.status_code == 503 and answer.json()["overdue"] == 1
    assert 89 <= answer.json()["oldest_seconds"] <= 95


def test_a_breach_that_was_noticed_is_no_standstill(client, world):
    ticket = world.open()
    Clock.objects.filter(ticket=ticket).update(due_at=database_now(), breached_at=database_now())
    Clock.objects.filter(ticket=ticket).update(due_at=database_now() - timedelta(hours=1))
    assert client.get("/healthz/escalations").status_code == 200
