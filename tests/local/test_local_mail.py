"""The mail catcher keeps what arrives, and the mailbox reads it back."""

import os
import smtplib
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from django.db import connection

from escalation_portal.local.broker import free_port
from escalation_portal.local.mail_catcher import keep
from escalation_portal.local.mailbox import read_mailbox
from escalation_portal.local.places import ROOT
from escalation_portal.local.processes import wait_until
from integrations.models import ReceivedMail


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


@pytest.mark.django_db(transaction=True)
def test_mail_to_the_portal_s_own_domain_is_taken_in_by_it_and_kept(tmp_path):
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    database = {"DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}"}
    with own_catcher(tmp_path, database) as port, smtplib.SMTP("127.0.0.1", port, timeout=60) as smtp:
        smtp.send_message(mail(Subject="Help", Message_ID="<1@client.example>"), to_addrs=["Support@portal.example"])
        smtp.send_message(mail(Subject="Not ours"), to_addrs=["mia@client.example"])
    assert [(row.address, row.subject) for row in ReceivedMail.objects.all()] == [("support@portal.example", "Help")]
    assert {caught.subject for caught in read_mailbox(tmp_path)} == {"Help", "Not ours"}


def test_while_the_portal_cannot_take_it_in_its_sender_is_asked_to_try_again(tmp_path):
    nowhere = {"DATABASE_URL": "postgres://portal:portal@127.0.0.1:1/portal"}
    with (
        own_catcher(tmp_path, nowhere) as port,
        smtplib.SMTP("127.0.0.1", port, timeout=60) as smtp,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        smtp.send_message(mail(), to_addrs=["support@portal.example"])
    assert refused.value.smtp_code == 451 and read_mailbox(tmp_path) == []


@contextmanager
def own_catcher(directory, environment):
    """A catcher that hands mail for portal.example to the portal."""
    port = free_port()
    words = ["--port", str(port), "--dir", str(directory), "--own", "portal.example"]
    command = [sys.executable, "-m", "escalation_portal.local.mail_catcher", *words]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}) as process:
        assert wait_until(lambda: answers(port), seconds=15)
        yield port
        process.terminate()
