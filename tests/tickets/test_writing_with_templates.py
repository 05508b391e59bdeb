"""Inserting a template where one writes, without scripts; and blanks, which are told before the client reads them."""

import pytest
from django.test import Client as Browser

from tickets.models import ReplyTemplate, TicketFile

URL = "/tickets/{}/replies/"


@pytest.fixture
def browser(world):
    browser = Browser()
    browser.force_login(world.l1)
    return browser


@pytest.fixture
def ticket(world):
    ReplyTemplate.objects.create(name="On it", use="REPLY", text="Hello {contact}, we are on {key}.")
    ReplyTemplate.objects.create(name="On it", use="NOTE", text="Note of {key}")
    ReplyTemplate.objects.create(name="Other", use="NOTE", text="Other words")
    return world.open("Mail is slow")


def write(browser, ticket, body, audience="public", **more):
    return browser.post(URL.format(ticket.key), {"body": body, "audience": audience, **more})


def test_the_form_offers_templates_by_name(browser, ticket):
    html = browser.get(URL.format(ticket.key)).content.decode()
    assert f'data-words="Hello [contact], we are on {ticket.key}."' in html
    assert 'enctype="multipart/form-data"' in html and 'type="file" name="files"' in html


@pytest.mark.parametrize(
    ("name", "audience", "words"),
    [("On it", "public", "Hello [contact]"), ("on IT", "note", "Note of ESC"), ("Other", "public", "Other words")],
)
def test_inserting_keeps_what_was_written_and_sends_nothing(browser, ticket, name, audience, words):
    answer = write(browser, ticket, "My words", audience, template=name, insert="yes")
    html = answer.content.decode()
    assert answer.status_code == 422 and f"My words\n\n{words}" in html and "was inserted; nothing was sent yet" in html
    assert f'value="{audience}"' in html and ticket.timeline.count() == 1


def test_a_template_goes_into_an_empty_text_too(browser, ticket):
    html = write(browser, ticket, "", "note", template="Other", insert="yes").content.decode()
    assert ">\nOther words</textarea>" in html and "Write something." not in html


@pytest.mark.parametrize(
    ("name", "words"), [("", "Choose a reply template first."), ("<b>", "There is no reply template “&lt;b&gt;”.")]
)
def test_a_template_that_is_none_is_told_and_nothing_is_lost(world, browser, ticket, name, words):
    answer = write(browser, ticket, "kept", template=name, insert="yes")
    assert (
        answer.status_code == 422 and words in answer.content.decode() and "kept</textarea>" in answer.content.decode()
    )
    assert world.kinds(ticket) == ["OPENED"]


def test_a_gap_is_told_before_the_client_reads_it_and_then_passes(world, browser, ticket):
    answer = write(browser, ticket, "Hello [contact], by [due].")
    html = answer.content.decode()
    assert answer.status_code == 422 and "[contact], [due] still stands there" in html
    assert world.kinds(ticket) == ["OPENED"]
    assert write(browser, ticket, "Hello [contact].", blanks_read="[contact], [due]").status_code == 422
    assert write(browser, ticket, "Hello [contact], by [due].", blanks_read="[contact], [due]").status_code == 303
    assert world.said(ticket, "PUBLIC_REPLY") == ["Hello [contact], by [due]."]


def test_a_note_may_have_gaps(browser, ticket):
    assert write(browser, ticket, "Hello [contact]", "note").status_code == 303 and not TicketFile.objects.exists()
