"""Files that went with public replies: shown to the client they were sent to, and to nobody else's."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts import roles
from accounts.clock import database_now
from clients.models import Contact
from tickets import lifecycle
from tickets.changing import Changes, change


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


@pytest.fixture
def owner(desk):
    return desk.reader(desk.acme)


@pytest.fixture
def ticket(desk):
    return desk.open("Mail is slow", contact=Contact.objects.get(name="Dana"))


def browser_of(user):
    browser = Browser()
    browser.force_login(user)
    return browser


def sent(desk, ticket, name, public=True):
    file = SimpleUploadedFile(name, b"<script>alert(1)</script>")
    desk.do(lifecycle.reply, ticket, text=f"With {name}", public=public, files=[file])
    return ticket.files.get(name=name)


def url(ticket, file=None, client="acme"):
    page = f"/portal/{client}/tickets/{ticket.key}/"
    return f"{page}files/{file.pk}/" if file else page


def test_the_client_sees_and_saves_what_came_with_a_reply(desk, ticket, owner):
    file = sent(desk, ticket, "plan.html")
    html = browser_of(owner).get(url(ticket)).content.decode()
    assert f'href="{url(ticket, file)}"' in html and "plan.html" in html
    answer = browser_of(owner).get(url(ticket, file))
    assert answer.content == b"<script>alert(1)</script>" and answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    assert answer["Content-Type"] == "application/octet-stream"


def test_a_note_s_file_is_neither_shown_nor_found(desk, ticket, owner):
    file = sent(desk, ticket, "secret.txt", public=False)
    assert "secret.txt" not in browser_of(owner).get(url(ticket)).content.decode()
    assert browser_of(owner).get(url(ticket, file)).status_code == 404


def test_a_file_is_for_those_who_may_read_the_ticket(desk, ticket, owner):
    file, beta = sent(desk, ticket, "plan.txt"), desk.client("Beta")
    dana = Contact.objects.get(name="Dana")
    dana.user = desk.reader(desk.acme, roles.CLIENT_USER)
    dana.save()
    colleague = desk.person("colleague@acme.example", f"{roles.CLIENT_USER} of acme")
    stranger = desk.reader(beta)
    assert browser_of(dana.user).get(url(ticket, file)).status_code == 200
    for other in (colleague, stranger):
        assert browser_of(other).get(url(ticket, file)).status_code == 404
    assert browser_of(stranger).get(url(ticket, file, "beta")).status_code == 404
    assert Browser().get(url(ticket, file)).status_code == 302
    assert browser_of(owner).post(url(ticket, file)).status_code == 405
    assert browser_of(owner).get(f"/tickets/{ticket.key}/files/{file.pk}/").status_code == 403


def test_a_file_is_not_found_through_another_ticket(desk, ticket, owner):
    file, other = sent(desk, ticket, "plan.txt"), desk.open("Another")
    assert browser_of(owner).get(url(other, file)).status_code == 404


def test_what_a_former_client_was_sent_is_not_for_the_new_one(desk, ticket, owner):
    file, beta = sent(desk, ticket, "plan.txt"), desk.client("Beta")
    theirs = desk.reader(beta)
    desk.do(change, ticket, changes=Changes(client=beta), why="It was Beta's")
    assert browser_of(theirs).get(url(ticket, client="beta")).status_code == 200
    assert "plan.txt" not in browser_of(theirs).get(url(ticket, client="beta")).content.decode()
    assert browser_of(theirs).get(url(ticket, file, "beta")).status_code == 404
    assert browser_of(owner).get(url(ticket, file)).status_code == 404
    later = sent(desk, ticket, "later.txt")
    assert browser_of(theirs).get(url(ticket, later, "beta")).status_code == 200


def test_a_manager_who_reads_as_the_client_is_led_to_the_same_file(desk, ticket, owner):
    file = sent(desk, ticket, "plan.txt")
    html = browser_of(desk.manager).get(f"{url(ticket)}?see_as={owner.pk}").content.decode()
    seen = f"{url(ticket, file)}?see_as={owner.pk}"
    assert f'href="{seen}"' in html and browser_of(desk.manager).get(seen).status_code == 200


def test_ten_files_cost_as_many_queries_as_one(desk, ticket, owner):
    browser = browser_of(owner)
    sent(desk, ticket, "first.txt")
    one = _queries(browser, ticket)
    for number in range(9):
        sent(desk, ticket, f"{number}.txt")
    ten = _queries(browser, ticket)
    assert len(ten) == len(one) and not any('"content"' in query["sql"] for query in ten)


def _queries(browser, ticket):
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url(ticket)).status_code == 200
    return queries.captured_queries
