"""Every operation of the REST API, with every kind of key: what is not in the table fails the test.

To add one: a line in OPERATIONS, with the scope that it asks for, an example of its address and body, and what a key
that belongs to another client is answered.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import URLResolver, get_resolver

from accounts.keys import SCOPES
from programs import Program, program_of

ABSENT, FORBIDDEN, OWN_ONLY = 404, 403, 200


@dataclass(frozen=True)
class Operation:
    """An address, the scope it needs, and what a key of another client is answered."""

    url: str
    scope: str
    foreign: int
    body: dict[str, Any] = field(default_factory=dict)


TICKET = "tickets/{ticket}/"
WORK = {"scope": "tickets:work", "foreign": ABSENT}
CONFIG = {"scope": "config:read", "foreign": FORBIDDEN}
OPERATIONS = {
    "GET tickets/": Operation("tickets/", "tickets:read", OWN_ONLY),
    "POST tickets/": Operation("tickets/", "tickets:write", 400, {"client": "Acme", "title": "Theirs"}),
    "GET tickets/{key}/": Operation(TICKET, "tickets:read", ABSENT),
    "PATCH tickets/{key}/": Operation(TICKET, **WORK, body={"priority": "P4", "why": "It can wait"}),
    "GET tickets/{key}/timeline/": Operation(TICKET + "timeline/", "tickets:read", ABSENT),
    "GET tickets/{key}/explain/": Operation(TICKET + "explain/", "tickets:read", ABSENT),
    "POST tickets/{key}/acknowledgement/": Operation(TICKET + "acknowledgement/", **WORK),
    "POST tickets/{key}/escalation/": Operation(TICKET + "escalation/", **WORK, body={"why": "Beyond us"}),
    "POST tickets/{key}/assignment/": Operation(TICKET + "assignment/", **WORK, body={"to": "l1@msp.example"}),
    "POST tickets/{key}/wait/": Operation(TICKET + "wait/", **WORK, body={"on": "CLIENT", "why": "A question"}),
    "POST tickets/{key}/resumption/": Operation(TICKET + "resumption/", **WORK),
    "POST tickets/{key}/resolution/": Operation(TICKET + "resolution/", **WORK, body={"summary": "Done"}),
    "POST tickets/{key}/reopening/": Operation(TICKET + "reopening/", **WORK, body={"why": "Again"}),
    "POST tickets/{key}/replies/": Operation(TICKET + "replies/", **WORK, body={"body": "Hello", "public": True}),
    "POST tickets/{key}/vendor-cases/": Operation(
        TICKET + "vendor-cases/", **WORK, body={"service": "Microsoft 365", "answers": {}, "why": "Their fault"}
    ),
    "GET tickets/{key}/vendor-cases/": Operation(TICKET + "vendor-cases/", "tickets:read", ABSENT),
    "POST tickets/{key}/vendor-cases/{case}/lodged/": Operation(TICKET + "vendor-cases/1/lodged/", **WORK),
    "POST tickets/{key}/vendor-cases/{case}/answers/": Operation(
        TICKET + "vendor-cases/1/answers/", **WORK, body={"kind": "ANSWER", "text": "We look at it"}
    ),
    "POST tickets/{key}/merge/": Operation(TICKET + "merge/", **WORK, body={"into": "ESC-999999", "why": "The same"}),
    "PUT tickets/{key}/radar/": Operation(TICKET + "radar/", **WORK, body={"score": 3, "jira_key": "ABC-1"}),
    "DELETE tickets/{key}/radar/": Operation(TICKET + "radar/", **WORK),
    "POST tickets/{key}/links/": Operation(TICKET + "links/", **WORK, body={"other": "ESC-999999", "kind": "RELATED"}),
    "POST tickets/{key}/split/": Operation(TICKET + "split/", **WORK, body={"title": "The printer"}),
    "POST events/": Operation(
        "events/", "events:write", 400,
        {"client": "Acme", "dedupe_key": "disk", "state": "FIRING", "title": "Their disk"},
    ),
    "GET calendars/": Operation("calendars/", **CONFIG),
    "GET calendars/{slug}/calculation/": Operation(
        "calendars/office/calculation/?start=2026-03-06T16:50&add=4h", **CONFIG
    ),
    "GET agreements/": Operation("agreements/", **CONFIG),
    "GET documents/": Operation("documents/", "config:read", OWN_ONLY),
    "GET policies/": Operation("policies/", **CONFIG),
    "GET policies/{slug}/": Operation("policies/standard/", **CONFIG),
    "GET policies/{slug}/versions/": Operation("policies/standard/versions/", **CONFIG),
    "GET policies/{slug}/lint/": Operation("policies/standard/lint/", **CONFIG),
    "GET vendors/": Operation("vendors/", **CONFIG),
    "GET vendors/{slug}/": Operation("vendors/microsoft/", **CONFIG),
    "PUT vendors/{slug}/": Operation(
        "vendors/microsoft/", "config:write", FORBIDDEN, {"services": [{"name": "Microsoft 365"}]}
    ),
    "PATCH vendors/{slug}/": Operation("vendors/microsoft/", "config:write", FORBIDDEN, {"website": ""}),
    "GET services/": Operation("services/", **CONFIG),
    "GET tiers/": Operation("tiers/", **CONFIG),
    "GET teams/": Operation("teams/", **CONFIG),
    "GET reports/vendors/": Operation("reports/vendors/", "reports:read", FORBIDDEN),
    "GET documents/{slug}/": Operation("documents/no-such/", "config:read", ABSENT),
}  # fmt: skip


def operations() -> dict[str, Any]:
    """Every operation of the API by its method and route."""
    found = {}
    for pattern in _patterns(get_resolver(), ""):
        route, view = pattern
        if not route.startswith("api/v1/"):
            continue
        name = route.removeprefix("api/v1/").replace("(?P<key>[A-Za-z]{1,10}-[0-9]{1,17})", "{key}")
        name = (
            name.replace("(?P<case>[0-9]{1,17})", "{case}").replace("<slug:slug>", "{slug}").replace("<int:pk>", "{pk}")
        )
        for method in ("get", "post", "put", "patch", "delete"):
            if hasattr(view, method):
                found[f"{method.upper()} {name}"] = view
    return found


def _patterns(resolver, before):
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).replace("^", "").replace("$", "")
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, route)
        elif hasattr(pattern.callback, "view_class"):
            yield route, pattern.callback.view_class


@pytest.fixture
def ticket(world):
    return world.open()


def ask(program: Program, name: str, ticket) -> Any:
    """Call the operation as this program, on Acme's ticket."""
    method, operation = name.partition(" ")[0], OPERATIONS[name]
    url = operation.url.format(ticket=ticket.key)
    if method == "GET":
        return program.http.get(f"/api/v1/{url}", headers=program._headers({}))
    match = {"If-Match": "*"} if method in ("PUT", "PATCH", "DELETE") else {}
    return program._send(method, url, operation.body, None, match)


def test_the_table_lists_every_operation_and_none_that_is_gone():
    assert sorted(operations()) == sorted(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_without_a_key_nothing_is_answered(name, ticket):
    assert ask(Program(""), name, ticket).status_code == 401


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_key_that_lacks_the_scope_is_told_which(name, ticket):
    scope = OPERATIONS[name].scope
    answer = ask(program_of(scopes=[other for other in SCOPES if other != scope]), name, ticket)
    assert (answer.status_code, scope in answer.json()["detail"]) == (403, True)


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_scope_alone_is_enough_for_the_provider(name, ticket):
    assert ask(program_of(scopes=[OPERATIONS[name].scope]), name, ticket).status_code not in (401, 403)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_key_of_another_client_gets_what_the_table_says_and_no_word_of_acme(name, world, ticket):
    answer = ask(program_of(client=world.client("Other")), name, ticket)
    assert answer.status_code == OPERATIONS[name].foreign
    assert ticket.title not in answer.content.decode() and "esx01" not in answer.content.decode()


@pytest.mark.parametrize("name", [name for name, known in OPERATIONS.items() if known.foreign == ABSENT])
def test_what_is_foreign_is_answered_like_what_never_was(name, world, ticket):
    program = program_of(client=world.client("Other"))
    foreign = ask(program, name, ticket)
    missing = ask(program, name, _Missing())
    assert foreign.content.decode().replace(ticket.key, "KEY") == missing.content.decode().replace("ESC-999999", "KEY")


class _Missing:
    key = "ESC-999999"
