"""The caught mails, in local mode only."""

import pytest

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
