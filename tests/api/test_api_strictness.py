"""What is not JSON, too much, or not there: always a problem, never a row."""

import pytest

from accounts.rest import LONGEST_BODY
from programs import Program, counts, problem

MALFORMED = [
    (b"", ""),
    (b"{", "Line 1, column 2"),
    (b'{"client": "Acme",\n "title": }', "Line 2, column 11"),
    (b"\xff\xfe{}", "Not UTF-8"),
    (b'{"client": "Acme", "client": "Beta", "title": "t"}', "given twice"),
    (b'{"client": NaN}', "NaN"),
    (b'{"client": Infinity}', "Infinity"),
    (b'{"client": 1e999}', "too large"),
    (b'{"client": ' + b"9" * 5000 + b"}", "too long"),
    (b'{"client": "Acme", "title": "a\\u0000b"}', "U+0000"),
    (b'{"client": "Acme", "title": "a\\ud800b"}', "U+D800"),
    (b'{"cli\\u0000ent": "Acme"}', "U+0000"),
    (b'{"client": "Acme", "device": {"name": "\\u0000"}}', "device.name"),
    (b'{"a":' * 21 + b"1" + b"}" * 21, "deeper than 20"),
    (b"[" * 100_000, "deeper than 20"),
    (b"[" * 100_000 + b"]" * 100_000, "deeper than 20"),
]


@pytest.mark.parametrize("raw, words", MALFORMED)
@pytest.mark.parametrize("path", ["tickets/", "events/"])
def test_malformed_json_is_refused_with_its_place(program, raw, words, path):
    before = counts()
    assert words in problem(program.post(path, raw=raw), 400)["detail"]
    assert counts() == before


def test_more_than_a_megabyte_is_refused(program):
    raw = b'{"client": "Acme", "title": "t", "description": "' + b"x" * LONGEST_BODY + b'"}'
    before = counts()
    problem(program.post("tickets/", raw=raw), 413)
    problem(program.post("tickets/", raw=raw, Idempotency_Key="k"), 413)
    assert counts() == before


def test_a_body_that_is_longer_than_announced_is_cut_and_refused(program):
    raw = b'{"client": "Acme", "title": "t"}'
    problem(program.post("tickets/", raw=raw, Content_Length="10"), 400)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json"]
)
def test_only_json_is_taken(program, kind):
    before = counts()
    problem(program.post("tickets/", raw=b'{"client": "Acme", "title": "t"}', Content_Type=kind), 415)
    assert counts() == before


def test_json_with_its_charset_and_a_mark_is_taken(program):
    raw = b'\xef\xbb\xbf{"client": "Acme", "title": "t"}'
    assert program.post("tickets/", raw=raw, Content_Type="application/json; charset=utf-8").status_code == 201


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_another_method_is_refused_with_those_that_there_are(program, method):
    response = program.http.generic(method, "/api/v1/tickets/", headers={"Authorization": f"Bearer {program.key}"})
    problem(response, 405)
    assert response["Allow"].startswith("GET, POST")


def test_a_verb_cannot_be_read(program, world):
    problem(program.get(f"tickets/{world.open().key}/wait/"), 405)


@pytest.mark.parametrize("path", ["", "nothing/", "tickets", "tickets/ESC-1", "tickets/ESC-1/marriage/", "v2/"])
def test_a_url_that_is_not_there_is_a_problem_too(program, path):
    problem(program.get(path), 404)
    problem(program.post(path, {}), 404)


def test_a_forgotten_slash_is_told(program):
    assert "end with a slash" in problem(program.post("tickets", {}), 404)["detail"]


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/problem+json", "nonsense"])
def test_the_answer_is_json_whatever_is_asked_for(program, accept):
    response = program.http.get(
        "/api/v1/tickets/", headers={"Authorization": f"Bearer {program.key}", "Accept": accept}
    )
    assert response.status_code == 200 and response["Content-Type"] == "application/json"


def test_a_session_is_no_key(world, client):
    client.force_login(world.l1)
    problem(client.get("/api/v1/tickets/"), 401)
    problem(Program("").post("tickets/", {}), 401)
