"""No log holds the secret of an address."""

import logging
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.urls import get_resolver
from gunicorn.config import Config

from escalation_portal.local.programs import WEB
from escalation_portal.redaction import Redact, redacted
from escalation_portal.web_log import AccessLogger

FEED = "/feeds/on-call/my-secret.ics"


SECRETS = [FEED, "/invitations/my-secret/", "/share/my-secret/", "/sign-in/forgotten/MQ/my-secret/"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"Not Found: {FEED}", "Not Found: /feeds/on-call/…"),
        (f'"GET {FEED}?x=1 HTTP/1.1" 200', '"GET /feeds/on-call/…?x=1 HTTP/1.1" 200'),
        ("GET /feeds/on-call/a/my-secret", "GET /feeds/on-call/…"),
        ("GET /feeds/ and /teams/l1/", "GET /feeds/ and /teams/l1/"),
        ("GET /invitations/my-secret/", "GET /invitations/…"),
        ("GET /confirmations/my.secret/", "GET /confirmations/…"),
        ("GET /share/my-secret/ HTTP/1.1", "GET /share/… HTTP/1.1"),
        ("GET /sign-in/forgotten/MQ/my-secret/", "GET /sign-in/forgotten/…"),
        ("https://desk.example/share/my-secret/?x=1", "https://desk.example/share/…?x=1"),
        ("POST /sign-in/forgotten/ HTTP/1.1", "POST /sign-in/forgotten/ HTTP/1.1"),
        (
            "/people/7/invitation/ and /clients/acme/share-links/",
            "/people/7/invitation/ and /clients/acme/share-links/",
        ),
    ],
)
def test_an_address_ends_where_its_secret_begins(text, kept):
    assert redacted(text) == kept


def test_no_address_with_a_secret_is_forgotten():
    """Every route with a token or a secret in it; a new one fails here until it is redacted."""
    routes = [str(prefix) for prefix in _routes(get_resolver().url_patterns)]
    secret = [route for route in routes if re.search(r"<[^>]*(token|secret)>", route)]
    assert len(secret) >= 4
    filled = ["/" + re.sub(r"<[^>]+>", "my-secret", route) for route in secret]
    assert [address for address in filled if "my-secret" in redacted(address)] == []


def _routes(patterns, before=""):
    for pattern in patterns:
        route = before + str(pattern.pattern)
        yield from _routes(pattern.url_patterns, route) if hasattr(pattern, "url_patterns") else [route]


def test_a_record_is_written_without_it_and_others_as_they_are():
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Server Error: %s", (FEED,), None)
    plain = logging.LogRecord("django.request", logging.ERROR, "", 0, "Server Error: %s", ("/teams/",), None)
    assert Redact().filter(record) and Redact().filter(plain)
    assert record.getMessage() == "Server Error: /feeds/on-call/…" and plain.args == ("/teams/",)


def test_every_handler_has_the_filter():
    assert all("secrets" in handler["filters"] for handler in settings.LOGGING["handlers"].values())


@pytest.mark.parametrize("address", SECRETS)
def test_the_web_server_s_line_has_none_either(address):
    logger = AccessLogger(Config())
    asked = SimpleNamespace(headers=[("REFERER", f"https://portal.example{address}")])
    answer = SimpleNamespace(status="200 OK", sent=10, headers=[])
    environ = {
        "REQUEST_METHOD": "GET", "RAW_URI": address, "PATH_INFO": address, "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_REFERER": f"https://portal.example{address}",
    }  # fmt: skip
    line = logger.cfg.access_log_format % logger.atoms_wrapper_class(
        logger.atoms(answer, asked, environ, timedelta(seconds=1))
    )
    assert line.count("…") == 2 and "my-secret" not in line


def test_the_web_server_is_started_with_it():
    assert WEB[WEB.index("--logger-class") + 1] == "escalation_portal.web_log.AccessLogger"
    dockerfile = (settings.BASE_DIR / "Dockerfile").read_text()
    assert '"--logger-class", "escalation_portal.web_log.AccessLogger"' in dockerfile
