"""What comes in by mail and what becomes of it: answers, calls for a manager, strangers, loops, replays."""

import io
import os
import subprocess
import sys

import pytest
from django.conf import settings as conf
from django.core import mail as sent
from django.core.management import call_command
from mails import OURS, mail, nested, vouched

from accounts import roles
from accounts.models import User
from clients.access import give_role
from integrations.mail.inbound import take_in
from integrations.mail.looking import to_look_at
from integrations.mail.source import LARGEST_BYTES
from integrations.models import ReceivedMail
from outbox.models import Alarm
from tickets import lifecycle, managing
from tickets.models import Clock
from tickets.side import talking

TO_MANAGERS = "escalations@portal.example"


@pytest.fixture(autouse=True)
def our_server(settings):
    settings.TRUSTED_AUTHSERV_ID = OURS


def come(world, raw, **said):
    rows = take_in(raw, now=world.now, **said)
    world.tick()
    return [(row.outcome, row.because) for row in rows]


def call(sender="l1@msp.example", subject="[{key}] The site is down", ticket=None, **headers):
    """A mail that asks for a manager, from somebody our server knows unless told otherwise."""
    headers.setdefault("Authentication_Results", vouched(sender.rpartition("@")[2]))
    words = subject.format(key=ticket.key if ticket else "ESC-0")
    return mail("Please help.\n\n> old", sender=sender, Subject=words, To=TO_MANAGERS, **headers)


def calls(ticket):
    return Clock.objects.filter(ticket=ticket, metric="MANAGER_RESPOND").count()


def begin(world):
    return talking.open_conversation(
        key=world.open().key, to=["support@vendor.example"], subject="Is it you?", body="Errors.", by=world.l1,
        now=world.now,
    )  # fmt: skip


def reply_to(thread):
    return f"reply+{thread.token}@portal.example"


def test_an_answer_finds_its_conversation_by_its_address_whoever_sends_it(world):
    thread = begin(world)
    [(outcome, _)] = come(world, mail("Yes.", sender="new@vendor.example", To=reply_to(thread).upper()))
    assert outcome == "ANSWER"
    assert thread.messages.get(seq=2).body == "Yes." and thread.messages.get(seq=2).sender == "new@vendor.example"


def test_the_envelope_says_where_it_goes_before_the_head_does(world):
    thread = begin(world)
    assert come(world, mail(To="lists@vendor.example"), to=[reply_to(thread)])[0][0] == "ANSWER"


def test_a_replay_has_no_effect(world):
    thread, raw = begin(world), None
    raw = mail("Yes.", To=reply_to(thread))
    assert come(world, raw) == come(world, raw)
    assert thread.messages.count() == 2 and ReceivedMail.objects.count() == 1


def test_one_mail_to_two_addresses_of_ours_is_dealt_with_at_each(world):
    thread = begin(world)
    raw = call(ticket=thread.ticket)
    outcomes = [come(world, raw, to=[address])[0][0] for address in (reply_to(thread), TO_MANAGERS)]
    assert outcomes == ["ANSWER", "CALL"]


def test_a_program_s_answer_is_kept_and_answers_nothing(world):
    thread = begin(world)
    [(outcome, because)] = come(world, mail(To=reply_to(thread), Auto_Submitted="auto-replied"))
    thread.refresh_from_db()
    assert outcome == "ANSWER" and "auto-replied" in because and thread.awaited


def test_what_is_enclosed_or_cannot_be_read_is_told_in_the_conversation(world):
    thread = begin(world)
    enclosed = (
        f"From: a@b.example\nTo: {reply_to(thread)}\nContent-Type: multipart/mixed; boundary=X\n\n--X\n\nSee log."
        "\n--X\nContent-Disposition: attachment; filename=a.log\n\nlog\n--X--\n"
    )
    come(world, enclosed.encode())
    come(world, nested(50), to=[reply_to(thread)])
    bodies = list(thread.messages.order_by("seq").values_list("body", flat=True))[1:]
    assert bodies[0].startswith("See log.\n\n(It came with a.log")
    assert "nested deeper than 10" in bodies[1]


def test_an_address_that_was_guessed_leads_nowhere(world):
    begin(world)
    raw = mail(To="reply+0123@portal.example", sender="x@else.example")
    assert come(world, raw) == [("IGNORED", "No conversation has this address.")]


def test_mail_to_other_addresses_is_kept_and_says_that_nobody_takes_it_in(world):
    [(outcome, because)] = come(world, mail(To="support@portal.example", sender="x@else.example"))
    assert outcome == "IGNORED" and "support@portal.example" in because
    assert ReceivedMail.objects.get().text.strip() == "Yes."
    assert come(world, b"\n\nhello")[0][0] == "IGNORED"


def test_a_colleague_whom_our_server_knows_calls_a_manager(world):
    ticket = world.open()
    [(outcome, because)] = come(world, call(ticket=ticket))
    assert (outcome, because) == ("CALL", f"L1 called a manager to {ticket.key}.")
    [said] = world.said(ticket, "MANAGER_CALLED")
    assert said == "L1 called a manager: Please help."
    assert world.mails_to("boss@msp.example")


def test_an_account_manager_calls_one_to_tickets_of_its_own_clients_only(world):
    keeper = world.person("am@msp.example", roles.ACCOUNT_MANAGER)
    ticket = world.open()
    [(outcome, because)] = come(world, call(keeper.email, ticket=ticket))
    assert outcome == "LOOK" and f"sees no ticket {ticket.key}" in because
    give_role(User.objects.get(pk=keeper.pk), roles.ACCOUNT_MANAGER, world.acme)
    assert come(world, call(keeper.email, ticket=ticket, Message_ID="<2@x>"))[0][0] == "CALL"


def test_an_answer_to_a_mail_of_ours_needs_no_key_in_its_subject(world):
    ticket = world.open()
    world.do(managing.call_manager, ticket, why="Down")
    world.tick()
    [ours] = [m for m in world.mails_to("boss@msp.example") if "Manager called" in m.subject]
    known = ours.extra_headers["Message-ID"]
    assert come(world, call(subject="Re: yes", In_Reply_To=known))[0][0] == "CALL"
    assert calls(ticket) == 2


@pytest.mark.parametrize(
    "headers, words",
    [
        ({"Authentication_Results": None}, "does not vouch"),
        ({"Authentication_Results": vouched("msp.example", server="mx.evil.example")}, "does not vouch"),
        ({"Authentication_Results": vouched("evil.example")}, "does not vouch"),
        ({"sender": "l1@msp.example, boss@msp.example"}, "does not vouch"),
        ({"sender": "stranger@evil.example"}, "no colleague's address"),
        ({"sender": "dana@acme.example"}, "no colleague's address"),
        ({"subject": "The site is down"}, "names no ticket"),
        ({"subject": "[ESC-999999] The site is down"}, "sees no ticket"),
    ],
)
def test_on_a_doubtful_word_nothing_is_done_and_the_manager_on_call_looks_at_it(world, headers, words):
    ticket = world.open()
    raw = call(ticket=ticket, **({"Authentication_Results": vouched("msp.example")} | headers))
    [(outcome, because)] = come(world, raw)
    assert outcome == "LOOK" and words in because and calls(ticket) == 0
    [told] = [m for m in world.mails_to("boss@msp.example") if "Look at a mail" in m.subject]
    assert because in told.body and "/calls/mails/" in told.body


def test_somebody_of_a_client_calls_nobody_even_when_our_server_knows_it(world):
    ticket, reader = world.open(), world.reader(world.acme)
    assert come(world, call(reader.email, ticket=ticket))[0][0] == "LOOK"
    assert calls(ticket) == 0


def test_a_colleague_who_has_left_calls_nobody(world):
    ticket = world.open()
    User.objects.filter(pk=world.l1.pk).update(is_active=False)
    assert come(world, call(ticket=ticket))[0][0] == "LOOK"


def test_to_a_ticket_that_has_ended_the_manager_is_told_why_not(world):
    ticket = world.open()
    world.do(lifecycle.resolve, ticket, summary="Done.")
    [(outcome, because)] = come(world, call(ticket=ticket))
    assert outcome == "LOOK" and "resolved cannot be escalated" in because


@pytest.mark.parametrize("header", [{"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"}])
def test_a_loop_is_dropped(world, header):
    ticket = world.open()
    assert come(world, call(ticket=ticket, **header))[0][0] == "IGNORED"
    assert calls(ticket) == 0


def test_our_own_mail_that_comes_back_is_dropped(world):
    thread = begin(world)
    world.tick()
    [ours] = [m for m in sent.outbox if "support@vendor.example" in m.to]
    raw = call(ticket=thread.ticket, Message_ID=ours.extra_headers["Message-ID"])
    assert come(world, raw)[0] == ("IGNORED", "The portal sent it itself, and it came back.")
    assert come(world, raw, to=[reply_to(thread)])[0][0] == "IGNORED"


def test_of_a_flood_managers_are_told_three_times_and_all_of_it_is_kept(world):
    for number in range(30):
        come(world, mail(sender="x@evil.example", To=TO_MANAGERS, Message_ID=f"<{number}@evil>"))
    assert len([m for m in world.mails_to("boss@msp.example") if "Look at a mail" in m.subject]) == 3
    assert ReceivedMail.objects.filter(outcome="LOOK").count() == 30
    assert Alarm.objects.filter(key="mails-to-look-at").count() == 1


def test_without_a_manager_an_alarm_says_that_mails_wait(world):
    world.manager.memberships.all().delete()
    come(world, mail(To=TO_MANAGERS))
    assert "no manager" in Alarm.objects.get(key="mails-to-look-at").text


def test_what_is_too_large_to_read_is_not_lost(world):
    ticket = world.open()
    raw = call(ticket=ticket) + b"x" * LARGEST_BYTES
    [(outcome, because)] = come(world, raw)
    assert outcome == "LOOK" and "larger than 25 MB" in because and calls(ticket) == 0


def test_a_mail_that_was_stored_and_not_dealt_with_is_dealt_with_when_it_comes_again(world):
    thread = begin(world)
    ReceivedMail.objects.create(mail_id="<1@vendor.example>", address=reply_to(thread), received_at=world.now)
    assert come(world, mail(To=reply_to(thread)))[0][0] == "ANSWER"
    assert ReceivedMail.objects.get().text.strip() == "Yes.", "its text is stored as well by then"


class Unreadable(bytes):
    """A mail on which the reader of texts runs out of memory."""

    def count(self, *_):
        raise MemoryError


def test_a_mail_whose_text_cannot_be_read_at_all_is_stored_by_its_head_and_waits_to_be_looked_at(world):
    raw = Unreadable(call(ticket=world.open()))
    for _ in range(2):
        with pytest.raises(MemoryError):
            come(world, raw)
    [kept] = to_look_at()
    assert (kept.outcome, kept.sender, kept.verified, kept.text) == ("STORED", "l1@msp.example", True, "")
    assert "The site is down" in kept.subject


def test_the_command_takes_one_mail_from_its_input(world, monkeypatch, capsys):
    thread = begin(world)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(mail("From the pipe."))))
    call_command("receive_mail", to=[reply_to(thread)])
    assert "It is in its side conversation" in capsys.readouterr().out
    assert thread.messages.get(seq=2).body == "From the pipe."


def test_the_command_asks_to_try_again_while_there_is_no_database(settings):
    environment = {**os.environ, "DATABASE_URL": "postgres://portal:portal@127.0.0.1:1/portal"}
    run = subprocess.run(
        [sys.executable, "-m", "django", "receive_mail"], input=mail(), capture_output=True, check=False,
        env={**environment, "DJANGO_SETTINGS_MODULE": "escalation_portal.settings"}, cwd=conf.BASE_DIR,
    )  # fmt: skip
    assert run.returncode == 75 and b"OperationalError" in run.stderr
