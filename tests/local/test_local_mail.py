"""The mail catcher keeps what arrives, and the mailbox reads it back."""

import smtplib
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from escalation_portal.local.broker import free_port
from escalation_portal.local.mail_catcher import keep
from escalation_portal.local.mailbox import read_mailbox
from escalation_portal.local.places import ROOT
from escalation_portal.local.processes import wait_until


@pytest.fixture
def catcher(tmp_path):
    port = free_port()
    words = ["-m", "escalation_portal.local.mail_catcher", "--port", str(port), "--dir", str(tmp_path / "mail")]
    with subprocess.Popen([sys.executable, *words], cwd=ROOT) as process:
        assert wait_until(lambda: answers(port), seconds=15)
        yield port, tmp_path / "mail"
        process.terminate()
    assert process.returncode == 0


def answers(port):
    try:
        smtplib.SMTP("127.0.0.1", port, timeout=2).quit()
    except OSError:
        return False
    return True


def mail(**headers):
    message = EmailMessage()
    for name, value in {"From": "desk@portal.example", "To": "mia@client.example", **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content("Grüße: your server is back.\n")
    message.add_alternative("<p>Your server is <b>back</b>.</p>\n", subtype="html")
    return message


def test_a_mail_is_kept_as_it_was_sent(catcher):
    port, directory = catcher
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as server:
        hidden = ["mia@client.example", "audit@portal.example"]
        server.send_message(mail(Subject="[ESC-7] Gelöst", Message_ID="<esc-7@portal.example>"), to_addrs=hidden)
    (caught,) = read_mailbox(directory)
    assert (caught.subject, caught.from_, caught.to) == ("[ESC-7] Gelöst", "desk@portal.example", hidden)
    assert caught.headers["Message-ID"] == "<esc-7@portal.example>"
    assert (caught.text, caught.html) == ("Grüße: your server is back.\n", "<p>Your server is <b>back</b>.</p>\n")
    assert abs(datetime.now(UTC) - caught.at) < timedelta(minutes=1)
    assert not [name for name in caught.headers if name.startswith("X-Caught")]


def test_the_latest_mail_comes_first(tmp_path):
    for subject in ("first", "second", "third"):
        keep(tmp_path, bytes(mail(Subject=subject)))
    assert [caught.subject for caught in read_mailbox(tmp_path)] == ["third", "second", "first"]


def test_a_missing_directory_is_an_empty_mailbox(tmp_path):
    assert read_mailbox(tmp_path / "nowhere") == []


def test_a_mail_that_is_not_stored_whole_is_not_seen(tmp_path):
    (tmp_path / "0000000000000001-half.new").write_bytes(b"From: x@y.example\r\n\r\nhal")
    assert read_mailbox(tmp_path) == []


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"no headers at all",
        b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nbroken",
        b"Subject: =?utf-8?b?!!!?=\r\nTo: ,,,\r\n\r\nbody",
    ],
)
def test_a_broken_mail_can_still_be_read(tmp_path, text):
    keep(tmp_path, text)
    (caught,) = read_mailbox(tmp_path)
    assert caught.id
