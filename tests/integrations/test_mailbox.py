"""A mailbox on a real IMAP server: what is taken in, what is put away, what is left behind, and what is told of it."""

import logging
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from mails import mail

from integrations.mail.mailbox import BATCH, read_mailbox
from integrations.mail.source import LARGEST_BYTES
from integrations.models import Mailbox, ReceivedMail
from integrations.tasks import read_mailbox as task
from outbox.models import Alarm
from tickets.side import talking


@pytest.fixture
def ours(post_office, settings):
    settings.IMAP_URL = post_office.url("portal")
    return post_office


def read(world):
    return read_mailbox(clock=lambda: world.now)


def ask(world):
    return talking.open_conversation(
        key=world.open().key, to=["support@vendor.example"], subject="Is it you?", body="Errors.", by=world.l1,
        now=world.now,
    )  # fmt: skip


def numbered(count):
    return [mail(f"Mail {n}", Message_ID=f"<{n}@vendor.example>") for n in range(count)]


def test_a_mail_that_came_by_smtp_is_taken_in_and_put_away_as_read(world, ours):
    thread = ask(world)
    ours.send(mail("Yes."), to=[f"reply+{thread.token}@portal.example"])
    reading = read(world)
    assert (reading.taken, reading.left, reading.trouble) == (1, 0, "")
    assert thread.messages.get(seq=2).body.strip() == "Yes."
    assert ours.mails("portal") == [] and len(ours.mails("portal", "Portal")) == 1
    with ours.box("portal") as box:
        box.folder.set("Portal")
        assert box.uids("SEEN")


def test_the_task_of_the_worker_and_the_command_do_the_same(world, ours, capsys):
    for number, act in enumerate([task, lambda: call_command("read_mailbox", once=True)]):
        ours.put("portal", mail(Message_ID=f"<{number}@x>"))
        act()
        assert ReceivedMail.objects.count() == number + 1
    assert "1 mail was taken in." in capsys.readouterr().out


def test_without_a_mailbox_nothing_is_read_and_the_command_says_so(world, settings):
    settings.IMAP_URL = ""
    assert read(world).taken == 0 and not Mailbox.objects.exists()
    with pytest.raises(CommandError, match="IMAP_URL is not set"):
        call_command("read_mailbox", once=True)


def test_more_than_a_batch_is_taken_in_at_once(world, ours):
    count = BATCH + 5
    for raw in numbered(count):
        ours.put("portal", raw)
    assert read(world).taken == count == ReceivedMail.objects.count()
    assert len(ours.mails("portal", "Portal")) == count and read(world).taken == 0


def test_a_mail_that_was_stored_and_not_put_away_is_dealt_with_once(world, ours):
    """As after a crash between the two."""
    thread = ask(world)
    raw = mail("Yes.", To=f"reply+{thread.token}@portal.example")
    ours.put("portal", raw)
    ours.put("portal", raw)
    assert read(world).taken == 2
    assert ReceivedMail.objects.count() == 1 and thread.messages.count() == 2


def trip(error):
    """From now on the database refuses mails with the subject "Poison" with this error, as it might on odd ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION trip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NEW.subject = 'Poison' THEN RAISE EXCEPTION 'too odd' USING ERRCODE = '{error}'; END IF;"
            " RETURN NEW; END $$;"
            " CREATE TRIGGER trip BEFORE INSERT ON integrations_receivedmail FOR EACH ROW EXECUTE FUNCTION trip()"
        )


def test_a_mail_that_cannot_be_taken_in_stays_with_a_flag_and_an_alarm_and_the_others_go_on(world, ours):
    trip("22000")
    first, last = numbered(2)
    for raw in (first, mail("x", Subject="Poison"), last):
        ours.put("portal", raw)
    reading = read(world)
    assert (reading.taken, reading.left) == (2, 1)
    [stayed] = ours.mails("portal")
    assert b"Poison" in stayed
    assert "DataError" in Alarm.objects.get(cleared_at=None).text
    assert (read(world).taken, read(world).left) == (0, 0), "it is not tried again before somebody takes its flag away"
    assert Mailbox.objects.get().failures == 0


def test_what_is_too_large_is_taken_in_by_its_head(world, ours):
    ours.put("portal", mail("Look.", Subject="A large log") + b"0123456789\r\n" * (LARGEST_BYTES // 12 + 1))
    assert read(world).taken == 1
    kept = ReceivedMail.objects.get()
    assert kept.subject == "A large log" and kept.text == ""


@pytest.mark.parametrize("wrong", ["password", "port", "folder"])
def test_the_third_failure_in_a_row_raises_an_alarm_which_success_clears(world, ours, settings, caplog, wrong):
    right = settings.IMAP_URL
    settings.IMAP_URL = {
        "password": right.replace("a-mailbox-password", "hunter2"),
        "port": right.replace(f":{ours.dovecot.port}/", ":1/"),
        "folder": right.replace("/INBOX", "/Missing"),
    }[wrong]
    with caplog.at_level(logging.INFO):
        for failures in (1, 2, 3):
            assert read(world).trouble
            assert Alarm.objects.filter(key="mailbox", cleared_at=None).exists() is (failures == 3)
    row = Mailbox.objects.get()
    assert row.failures == 3 and row.last_error_at == world.now and row.last_error
    assert "hunter2" not in f"{caplog.text} {row.last_error} {row.name} {Alarm.objects.get().text}"
    Mailbox.objects.update(name=row.name.replace("Missing", "INBOX"))
    settings.IMAP_URL = right
    assert not read(world).trouble
    assert Mailbox.objects.get().failures == 0 and not Alarm.objects.filter(cleared_at=None).exists()


def test_a_url_that_cannot_be_read_is_told_without_its_password(world, settings):
    settings.IMAP_URL = "imap://kim:hunter2@mail.msp.example"
    assert "in clear" in read(world).trouble
    assert "hunter2" not in Alarm.objects.get().text


@pytest.mark.parametrize("scheme", ["imaps", "imap+tls"])
def test_a_server_whose_certificate_nobody_vouches_for_is_not_signed_in_to(world, ours, settings, scheme, monkeypatch):
    settings.IMAP_URL = ours.url("portal", scheme)
    ours.put("portal", mail())
    assert "CERTIFICATE_VERIFY_FAILED" in read(world).trouble
    assert not ReceivedMail.objects.exists()
    monkeypatch.setenv("SSL_CERT_FILE", str(ours.dovecot.certificate))
    assert (read(world).taken, read(world).trouble) == (1, "")


def test_two_never_read_at_once_and_a_lease_of_one_that_died_ends(world, ours):
    ours.put("portal", mail())
    read(world)
    row = Mailbox.objects.get()
    assert row.leased_until is None
    ours.put("portal", mail(Message_ID="<2@x>"))
    Mailbox.objects.update(leased_until=world.now + timedelta(seconds=1))
    assert read(world).taken == 0
    world.now += timedelta(seconds=2)
    assert read(world).taken == 1


def test_where_the_database_could_not_be_waited_for_a_mail_stays_as_it_is_and_the_others_go_on(world, ours):
    trip("55P03")  # lock_not_available
    for raw in (mail("x", Subject="Poison"), mail(Message_ID="<2@x>")):
        ours.put("portal", raw)
    reading = read(world)
    assert (reading.taken, reading.left) == (1, 0) and "too odd" in reading.trouble
    with ours.box("portal") as box:
        assert len(box.uids("UNFLAGGED UNSEEN")) == 1
    assert Mailbox.objects.get().failures == 1
