"""The caught mails, in local mode only."""

import pytest
from django.core import mail as sent

MAIL = b"""X-Caught-To: l1@msp.example
From: support@portal.example
To: l1@msp.example
Subject: [ESC-1] P1 Acme: <script>alert(1)</script>
Content-Type: text/plain; charset=utf-8

Nobody took it within 15m.
"""


@pytest.fixture
def mailbox(db, settings, tmp_path):
    settings.LOCAL_MODE, settings.MAIL_CATCHER_DIR = True, str(tmp_path)
    (tmp_path / "1772442000000000-1.eml").write_bytes(MAIL)


def test_every_mail_is_listed_and_its_words_are_harmless(client, mailbox):
    html = client.get("/dev/mail/").content.decode()
    assert "l1@msp.example" in html and "<script>alert" not in html


def test_one_mail_is_read(client, mailbox):
    html = client.get("/dev/mail/1772442000000000-1/").content.decode()
    assert "Nobody took it within 15m." in html


def test_programs_read_them_as_json(client, mailbox):
    [mail] = client.get("/dev/mail/?format=json").json()["mails"]
    assert (mail["to"], mail["text"].strip()) == (["l1@msp.example"], "Nobody took it within 15m.")
    assert mail["at"].startswith("2026-03-02T09:00:00") and mail["from"] == "support@portal.example"


def test_an_empty_mailbox_says_what_would_be_here(client, db, settings, tmp_path):
    settings.LOCAL_MODE, settings.MAIL_CATCHER_DIR = True, str(tmp_path / "none")
    assert "No mail yet" in client.get("/dev/mail/").content.decode()


@pytest.mark.parametrize("path", ["/dev/mail/", "/dev/mail/1772442000000000-1/"])
def test_outside_local_mode_there_is_no_such_page(client, mailbox, settings, path):
    settings.LOCAL_MODE = False
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/dev/mail/2/", "/dev/mail/..%2F..%2Fetc/"])
def test_an_unknown_mail_is_nowhere(client, mailbox, path):
    assert client.get(path).status_code == 404


def test_a_caught_mail_is_answered_as_the_one_who_got_it(client, mailbox, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    answer = client.post("/dev/mail/1772442000000000-1/answer/", {"text": "It was us."})
    assert (answer.status_code, answer.url) == (302, "/dev/mail/1772442000000000-1/")
    [left] = sent.outbox
    assert (left.from_email, left.to) == ("l1@msp.example", ["support@portal.example"])
    assert left.body.startswith("It was us.\n\nOn 02 Mar 2026") and "> Nobody took it" in left.body


def test_an_answer_goes_where_the_mail_asks_for_it_and_needs_words(client, mailbox, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    (tmp_path / "1772442000000001-1.eml").write_bytes(b"Reply-To: reply+1@portal.example\n" + MAIL)
    url = "/dev/mail/1772442000000001-1/"
    assert "It goes to reply+1@portal.example" in client.get(url).content.decode()
    client.post(f"{url}answer/", {"text": " "})
    assert sent.outbox == []
    client.post(f"{url}answer/", {"text": "Yes"})
    assert sent.outbox[0].to == ["reply+1@portal.example"]


def test_an_unknown_mail_is_answered_by_nobody(client, mailbox):
    assert client.post("/dev/mail/2/answer/", {"text": "x"}).status_code == 404
