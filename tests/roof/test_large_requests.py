"""Requests that are far too large, over a real socket: answered in words before anything of them is read."""

import socket
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client as Browser

from accounts.clock import database_now
from tickets.file_limits import LARGEST_REQUEST, MEGABYTE
from tickets.models import TicketFile
from world import World

BOUNDARY = "a-line-that-no-file-has"


@pytest.fixture
def world(transactional_db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with transaction.atomic():
        world = World()
    world.now = database_now()
    return world


@pytest.fixture
def signed_in(world):
    """The cookies of somebody who is signed in, and a forgery token."""
    browser = Browser()
    browser.force_login(world.l1)
    browser.get(f"/tickets/{world.open().key}/replies/")
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    return cookies, browser.cookies["csrftoken"].value


def announce(live_server, path, size, cookies=""):
    """What is answered to the head of a request alone, while all of its body is still to come."""
    place = urlsplit(live_server.url)
    head = f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
    with socket.create_connection((place.hostname, place.port), timeout=20) as line:
        line.sendall(f"{head}Cookie: {cookies}\r\nContent-Length: {size}\r\n\r\n".encode())
        told = b""
        while b"</html>" not in told and (more := line.recv(65_536)):
            told += more
        return told.decode()


def post(live_server, path, fields, file, cookies):
    """A form with one file (name, content), sent whole."""
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
    name, content = file
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    line = HTTPConnection(urlsplit(live_server.url).netloc, timeout=60)
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Cookie": cookies}
    line.request("POST", path, body, headers)
    answer = line.getresponse()
    return answer.status, answer.read().decode()


def test_300_megabytes_with_a_reply_are_refused_before_they_are_sent(world, live_server, signed_in):
    ticket = world.open()
    told = announce(live_server, f"/tickets/{ticket.key}/replies/", 300 * MEGABYTE, signed_in[0])
    assert told.startswith("HTTP/1.1 413") and "more than 200 MB" in told and "your text is there still" in told


def test_who_is_not_signed_in_is_sent_to_the_door_before_anything_is_read(world, live_server):
    ticket = world.open()
    place = urlsplit(live_server.url)
    with socket.create_connection((place.hostname, place.port), timeout=20) as line:
        head = f"POST /tickets/{ticket.key}/replies/ HTTP/1.1\r\nHost: {place.netloc}\r\n"
        line.sendall(f"{head}Content-Length: {LARGEST_REQUEST}\r\n\r\n".encode())
        assert line.recv(65_536).startswith(b"HTTP/1.1 302")


@pytest.mark.parametrize("path", ["/sign-in/", "/tickets/new/", "/reply-templates/new/"])
def test_a_page_that_takes_no_files_takes_two_megabytes(world, live_server, signed_in, path):
    told = announce(live_server, path, 3 * MEGABYTE, signed_in[0])
    assert told.startswith("HTTP/1.1 413") and "more than 2 MB" in told


@pytest.mark.parametrize(
    ("noun", "size", "target", "words"),
    [
        ("replies", 300 * MEGABYTE, "composer-said", "more than 200 MB"),
        ("escalation", 3 * MEGABYTE, "dialog", "more than 2 MB"),
    ],
)
def test_a_page_with_scripts_is_told_in_an_alert_and_keeps_what_was_typed(world, noun, size, target, words):
    browser = Browser()
    browser.force_login(world.l1)
    htmx = {"HX-Request": "true", "HX-Target": target, "Content-Length": str(size)}
    answer = browser.post(f"/tickets/{world.open().key}/{noun}/", {"why": "x"}, headers=htmx)
    html = answer.content.decode()
    assert answer.status_code == 422 and words in html and "<html" not in html and 'class="alert"' in html
    assert answer.get("HX-Reswap") == ("afterbegin" if target == "dialog" else None)


def test_the_api_refuses_in_its_own_form(world, live_server):
    told = announce_json(live_server, "/api/v1/tickets/")
    assert told.startswith("HTTP/1.1 401") and "application/problem+json" in told


def announce_json(live_server, path):
    place = urlsplit(live_server.url)
    with socket.create_connection((place.hostname, place.port), timeout=20) as line:
        head = f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
        line.sendall(f"{head}Content-Length: {3 * MEGABYTE}\r\n\r\n".encode())
        told = b""
        while b"\r\n\r\n" not in told and (more := line.recv(65_536)):
            told += more
        return told.decode()


def test_a_file_of_30_megabytes_is_named_and_the_text_is_kept(world, live_server, signed_in):
    ticket, (cookies, token) = world.open(), signed_in
    fields = {"csrfmiddlewaretoken": token, "audience": "note", "body": "my kept words"}
    file = ("dump.zip", b"x" * (30 * MEGABYTE))
    status, html = post(live_server, f"/tickets/{ticket.key}/replies/", fields, file, cookies)
    assert status == 422 and "“dump.zip” has 30.0 MB" in html and "my kept words</textarea>" in html
    assert not TicketFile.objects.exists() and ticket.timeline.count() == 1


def test_a_file_of_24_megabytes_comes_whole(world, live_server, signed_in):
    ticket, (cookies, token) = world.open(), signed_in
    fields = {"csrfmiddlewaretoken": token, "audience": "note", "body": "See the dump"}
    content = bytes(range(256)) * (24 * 4096)
    status, _ = post(live_server, f"/tickets/{ticket.key}/replies/", fields, ("dump.zip", content), cookies)
    assert status == 303 and bytes(ticket.files.get().content) == content


def test_files_cannot_come_without_the_forgery_token(world, live_server, signed_in):
    ticket, (cookies, _) = world.open(), signed_in
    status, _ = post(live_server, f"/tickets/{ticket.key}/replies/", {"body": "x"}, ("a.txt", b"a"), cookies)
    assert status == 403 and not TicketFile.objects.exists()
