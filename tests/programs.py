"""Programs that call the API, and what must not be left behind when they are refused."""

import json
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client as Http

from accounts.clock import database_now
from accounts.keys import SCOPES, make_key, make_program
from accounts.models import IdempotentAnswer
from clients.access import bind_key
from clients.models import Client, Contact
from outbox.models import Message
from tickets.models import AlertGroup, Clock, CustodyChange, EventSource, MonitoringEvent, Ticket, TicketEvent

API = "/api/v1"
LEFT_BEHIND = (
    Ticket, TicketEvent, Clock, CustodyChange, Message, Contact, MonitoringEvent, AlertGroup, EventSource,
    IdempotentAnswer,
)  # fmt: skip


class Program:
    """A program with its key."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.http = Http()

    def get(self, path: str, **parameters: Any) -> Any:
        return self.http.get(f"{API}/{path}", parameters, headers=self._headers({}))

    def post(self, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Any:
        return self._send("POST", path, body, raw, headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("PATCH", path, body, None, headers)

    def _send(self, method: str, path: str, body: Any, raw: bytes | None, headers: dict[str, str]) -> Any:
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        given = self._headers({name.replace("_", "-"): value for name, value in headers.items()})
        kind = given.pop("Content-Type", "application/json")
        return self.http.generic(method, f"{API}/{path}", content, content_type=kind, headers=given)

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        return ({"Authorization": f"Bearer {self.key}"} if self.key else {}) | headers


def program_of(*, scopes: Any = SCOPES, client: Client | None = None) -> Program:
    """A new program: one that sees every client, or one that is bound to `client`."""
    user = make_program(name=f"Program of {client or 'all'}", provider_wide=client is None)
    if client:
        bind_key(user, client)
    return Program(make_key(user=user, name=user.name, scopes=list(scopes), now=database_now()))


def counts() -> dict[str, int]:
    """How many rows there are of what a request could leave behind."""
    return {model.__name__: model.objects.count() for model in LEFT_BEHIND}


def problem(response: Any, status: int) -> dict[str, Any]:
    """The problem details of an answer that must have this status."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status", "detail", "errors"} <= set(body) and body["status"] == status
    return body


def fields(response: Any, status: int = 400) -> list[str]:
    """The fields that a problem names."""
    return [error["field"] for error in problem(response, status)["errors"]]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do these in threads that start together; their results, whatever their order."""
    gate, results = threading.Barrier(len(works)), []

    def run(work: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
