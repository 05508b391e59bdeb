"""What outside probes ask: are you alive, can you work, is anything overdue. Open to all, so it tells no names."""

from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.clock import database_now
from tickets.models import Clock

OVERDUE_AFTER = timedelta(seconds=60)


def alive(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def ready(_request: HttpRequest) -> HttpResponse:
    """The database and the broker answer; 503 says which does not."""
    parts = {"database": _answers(_ask_database, DatabaseError), "broker": _answers(_ask_broker, redis.RedisError)}
    return _verdict(parts, good=all(state == "ok" for state in parts.values()))


def escalations(_request: HttpRequest) -> HttpResponse:
    """503 when a deadline passed more than 60 s ago and nothing has noticed: escalation stands still."""
    try:
        found = overdue(now=database_now())
    except DatabaseError:
        return _verdict({"overdue": None, "oldest_seconds": None}, good=False)
    return _verdict(found, good=found["overdue"] == 0)


def overdue(*, now: datetime) -> dict[str, int]:
    """How many clocks are overdue and by how many seconds the oldest, by deadlines and not by the sweep's own plan."""
    missed = Clock.objects.filter(stopped_at=None, breached_at=None, due_at__lt=now - OVERDUE_AFTER)
    found = missed.aggregate(count=Count("pk"), oldest=Min("due_at"))
    seconds = int((now - found["oldest"]).total_seconds()) if found["oldest"] else 0
    return {"overdue": found["count"], "oldest_seconds": seconds}


def _verdict(body: dict, *, good: bool) -> JsonResponse:
    response = JsonResponse({"status": "ok" if good else "failing", **body}, status=200 if good else 503)
    response.headers["Cache-Control"] = "no-store"
    return response


def _answers(ask, failure: type[Exception]) -> str:
    try:
        ask()
    except failure:
        return "no answer"
    return "ok"


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    with redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=2, socket_connect_timeout=2) as client:
        client.ping()
