"""Side conversations: who is written to, what comes back, who is told, and that no clock minds."""

import pytest
from django.core import mail

from accounts import roles
from clients.access import give_role
from clients.models import Contact
from outbox.models import Message
from tickets import lifecycle, merging
from tickets.models import Clock, SideConversation, SideMessage, Ticket, TicketEvent
from tickets.permissions import NotYours
from tickets.side import addressing, reading, talking
from tickets.side.talking import NoSuchConversation, TooMany
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer
from tiers.models import Member
from vendors.models import Vendor


def begin(world, ticket, by=None, **said):
    said = {"to": ["support@vendor.example"], "subject": "Is it you?", "body": "We see errors."} | said
    thread = talking.open_conversation(key=ticket.key, by=by or world.l1, now=world.now, **said)
    world.tick()
    return thread


def answer(world, thread, text="It was us.", **said):
    said = {"sender": "support@vendor.example", "mail_id": "<1@vendor.example>", "automatic": False} | said
    talking.receive(token=thread.token, text=text, now=world.now, **said)
    thread.refresh_from_db()
    world.tick()


def clocks(ticket):
    return list(Clock.objects.filter(ticket=ticket).order_by("pk").values("metric", "state", "due_at", "stopped_at"))


def test_the_first_mail_leaves_with_an_address_of_its_own_to_answer_to(world):
    ticket = world.open()
    thread = begin(world, ticket, vendor=Vendor.objects.get())
    [sent] = world.mails_to("support@vendor.example")
    assert sent.subject == f"[{ticket.key}] Is it you?" and "We see errors." in sent.body
    assert sent.extra_headers["Reply-To"] == f"reply+{thread.token}@portal.example"
    assert "Auto-Submitted" not in sent.extra_headers, "a person wrote it"
    assert len(thread.token) == 32 and thread.kind == "VENDOR" and thread.awaited


def test_each_further_mail_stands_in_the_same_thread(world):
    thread = begin(world, world.open())
    answer(world, thread)
    talking.say(key=thread.ticket.key, conversation=thread.pk, body="Thanks.", by=world.l1, now=world.now)
    world.tick()
    first, second = world.mails_to("support@vendor.example")
    own = first.extra_headers["Message-ID"]
    assert second.extra_headers["In-Reply-To"] == "<1@vendor.example>"
    assert second.extra_headers["References"] == f"{own} <1@vendor.example>"
    assert second.message().as_bytes()


def test_a_team_is_written_to_at_its_own_address_or_its_people_s(world):
    team = world.l2.memberships.get().team
    assert begin(world, world.open(), team=team, to=[]).to == ["l2@msp.example"]
    team.email = "l2-team@msp.example"
    team.save()
    assert begin(world, world.open(), team=team, to=["L2-team@msp.example", "x@y.example"]).to == [
        "L2-team@msp.example", "x@y.example"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "said, field, words",
    [
        ({"to": []}, "to", "at least one"),
        ({"to": ["nobody"]}, "to", "no mail address"),
        ({"to": ["a@b.example\nBcc: c@d.example"]}, "to", "no mail address"),
        ({"to": [f"a{n}@b.example" for n in range(11)]}, "to", "10 at most"),
        ({"to": ["dana@ACME.example"]}, "to", "Dana of Acme"),
        ({"to": ["escalations@portal.example"]}, "to", "own address"),
        ({"to": ["reply+abc@portal.example"]}, "to", "own address"),
        ({"subject": " "}, "subject", "subject"),
        ({"body": "\n"}, "body", "Write something"),
        ({"body": "x" * 20_001}, "body", "longer"),
    ],
)
def test_what_does_not_do_is_said_at_its_field(world, said, field, words):
    with pytest.raises(BadAnswer, match=words) as refused:
        begin(world, world.open(), **said)
    assert refused.value.field == field
    assert not SideConversation.objects.exists() and not Message.objects.filter(kind="SIDE_MAIL").exists()


def test_nobody_who_signs_in_for_a_client_is_written_to(world):
    reader = world.reader(world.client("Other"))
    with pytest.raises(BadAnswer, match="signs in for a client"):
        begin(world, world.open(), to=[reader.email])


def test_who_may_only_read_the_ticket_begins_none(world):
    keeper = world.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(keeper, roles.ACCOUNT_MANAGER, world.acme)
    with pytest.raises(NotYours):
        begin(world, world.open(), by=keeper)


def test_an_answer_is_on_the_timeline_touches_no_clock_and_is_told_to_opener_and_assignee(world):
    ticket = world.open()
    world.do(lifecycle.acknowledge, ticket, by=world.l2)
    thread = begin(world, ticket)
    before, touched = clocks(ticket), world.fresh(ticket).status
    mail.outbox.clear()
    answer(world, thread, "It was us.\n\n> We see errors.")
    event = TicketEvent.objects.get(ticket=ticket, kind="SIDE_ANSWERED")
    assert (event.actor, event.client_text) == (None, "") and "support@vendor.example answered" in event.text
    assert clocks(ticket) == before and world.fresh(ticket).status == touched and not thread.awaited
    assert {a for m in mail.outbox if "Answered" in m.subject for a in m.to} == {"l1@msp.example", "l2@msp.example"}
    assert "It was us." in mail.outbox[0].body and "> We see" not in mail.outbox[0].body
    kept = SideMessage.objects.get(conversation=thread, author=None)
    assert kept.body == "It was us.\n\n> We see errors.", "nothing of it is thrown away"


def test_an_answer_is_no_act_of_a_person(world):
    ticket = world.open()
    thread = begin(world, ticket)
    type(ticket).objects.filter(pk=ticket.pk).update(touched=False)
    answer(world, thread)
    assert not world.fresh(ticket).touched


def test_the_same_mail_is_taken_in_once(world):
    thread = begin(world, world.open())
    for _ in range(2):
        answer(world, thread)
    assert thread.messages.count() == 2
    assert world.kinds(thread.ticket).count("SIDE_ANSWERED") == 1


def test_a_program_s_mail_is_kept_and_answers_nothing(world):
    thread = begin(world, world.open())
    mail.outbox.clear()
    answer(world, thread, "We got your mail.", automatic=True)
    assert thread.awaited and thread.messages.get(seq=2).automatic
    assert "SIDE_ANSWERED" not in world.kinds(thread.ticket) and mail.outbox == []


def test_an_unknown_address_leads_nowhere(world):
    begin(world, world.open())
    for token in ("", "guessed"):
        with pytest.raises(NoSuchConversation):
            talking.receive(token=token, sender="a@b.c", text="x", mail_id="<2@b.c>", automatic=False, now=world.now)


def test_a_flood_is_stopped(world):
    thread = begin(world, world.open())
    for number in range(60):
        answer(world, thread, mail_id=f"<{number}@vendor.example>", automatic=True)
    with pytest.raises(TooMany):
        answer(world, thread, mail_id="<61@vendor.example>")
    world.forward(minutes=61)
    answer(world, thread, mail_id="<62@vendor.example>")


def test_one_person_writes_sixty_messages_an_hour_at_most(world):
    thread = begin(world, world.open())
    row = {"conversation": thread, "author": world.l1, "sender": "l1@msp.example", "body": "x", "at": world.now}
    SideMessage.objects.bulk_create(SideMessage(seq=seq, **row) for seq in range(2, 61))
    with pytest.raises(NotAllowedNow, match="within an hour"):
        talking.say(key=thread.ticket.key, conversation=thread.pk, body="One more", by=world.l1, now=world.now)


def test_one_of_the_asked_team_answers_on_the_page_without_a_mail_to_itself(world):
    thread = begin(world, world.open(), team=world.l2.memberships.get().team, to=[])
    mail.outbox.clear()
    talking.say(key=thread.ticket.key, conversation=thread.pk, body="Try the other port.", by=world.l2, now=world.now)
    world.tick()
    thread.refresh_from_db()
    assert not thread.awaited
    assert [m.to for m in mail.outbox] == [["l1@msp.example"]]
    event = TicketEvent.objects.get(ticket=thread.ticket, kind="SIDE_ANSWERED")
    assert event.actor == world.l2


def test_an_answer_of_the_asked_team_is_mailed_to_those_beside_it(world):
    team = world.l2.memberships.get().team
    thread = begin(world, world.open(), team=team, to=["x@third.example"])
    mail.outbox.clear()
    talking.say(key=thread.ticket.key, conversation=thread.pk, body="Try the other port.", by=world.l2, now=world.now)
    world.tick()
    thread.refresh_from_db()
    assert not thread.awaited
    assert sorted(m.to for m in mail.outbox) == [["l1@msp.example"], ["x@third.example"]]
    assert "Try the other port." in world.mails_to("x@third.example")[0].body


@pytest.mark.parametrize("own, people", [("", "L2@msp.example"), ("team@msp.example", "l2@msp.example")])
def test_beside_a_team_are_neither_its_address_nor_its_people(world, own, people):
    team = world.l2.memberships.get().team
    team.email = own
    team.save()
    assert addressing.beside(team, ["Team@other.example", *([own] if own else []), people, "l1@msp.example"]) == [
        "Team@other.example", "l1@msp.example"
    ]  # fmt: skip


def become_a_contact(world, ticket, address):
    Contact.objects.create(client=ticket.client, name="Bob", email=address)


def go_to_another_client(world, ticket, address):
    beta = world.client("Beta")
    become_a_contact(world, Ticket(client=beta), address)
    Ticket.objects.filter(pk=ticket.pk).update(client=beta)


BECOMES_THE_CLIENT_S = pytest.mark.parametrize("becomes", [become_a_contact, go_to_another_client])


@BECOMES_THE_CLIENT_S
def test_who_has_become_the_client_s_is_written_to_no_more(world, becomes):
    thread = begin(world, world.open())
    world.tick()
    mail.outbox.clear()
    becomes(world, thread.ticket, "Support@vendor.example")
    known = {"key": thread.ticket.key, "conversation": thread.pk, "by": world.l1, "now": world.now}
    with pytest.raises(BadAnswer, match="Bob of"):
        talking.say(body="Between us: …", **known)
    Message.objects.filter(kind="SIDE_MAIL").update(state="DEAD", sent_at=None)
    with pytest.raises(BadAnswer, match="Bob of"):
        talking.send_again(seq=1, **known)
    talking.close(**known)
    with pytest.raises(BadAnswer, match="Bob of"):
        talking.reopen(**known)
    world.tick()
    assert thread.messages.count() == 1 and not world.mails_to("support@vendor.example")


@BECOMES_THE_CLIENT_S
def test_a_mail_that_waits_to_leave_is_held_back_when_it_would_go_to_the_client(world, becomes):
    thread = talking.open_conversation(
        key=world.open().key, to=["support@vendor.example", "x@third.example"], subject="Is it you?", body="Errors.",
        by=world.l1, now=world.now,
    )  # fmt: skip
    becomes(world, thread.ticket, "support@vendor.example")
    world.tick()
    assert not world.mails_to("support@vendor.example") and not world.mails_to("x@third.example")
    [shown] = reading.messages(thread)
    assert "Bob of" in shown["failed"] and "must not read" in shown["failed"] and not shown["waiting"]


def test_those_in_which_we_wait_stand_first_and_closed_ones_last(world):
    ticket = world.open()
    _, answered, closed = (begin(world, ticket, subject=name) for name in ("asked", "answered", "closed"))
    answer(world, answered)
    talking.close(key=ticket.key, conversation=closed.pk, by=world.l1, now=world.now)
    assert [row["subject"] for row in reading.threads(ticket)] == ["asked", "answered", "closed"]


def test_the_opener_of_the_asked_team_goes_on_asking(world):
    team = world.l2.memberships.get().team
    Member.objects.create(team=team, user=world.l1)
    thread = begin(world, world.open(), team=team, to=[])
    talking.say(key=thread.ticket.key, conversation=thread.pk, body="Anybody?", by=world.l1, now=world.now)
    thread.refresh_from_db()
    assert thread.awaited


def test_a_closed_conversation_is_written_in_no_more_until_it_is_reopened_or_answered(world):
    thread = begin(world, world.open())
    known = {"key": thread.ticket.key, "conversation": thread.pk, "by": world.l1, "now": world.now}
    talking.close(**known)
    with pytest.raises(NotAllowedNow, match="reopen it"):
        talking.say(body="x", **known)
    with pytest.raises(NotAllowedNow, match="closed already"):
        talking.close(**known)
    talking.reopen(**known)
    with pytest.raises(NotAllowedNow, match="is open"):
        talking.reopen(**known)
    talking.close(**known)
    answer(world, thread)
    assert thread.state == "OPEN"


def test_a_mail_that_is_refused_is_told_in_the_conversation_and_can_be_tried_again(world):
    thread = begin(world, world.open())
    known = {"key": thread.ticket.key, "conversation": thread.pk, "seq": 1, "by": world.l1, "now": world.now}
    with pytest.raises(NotAllowedNow, match="was sent"):
        talking.send_again(**known)
    Message.objects.filter(kind="SIDE_MAIL").update(state="DEAD", sent_at=None)
    talking.send_again(**known)
    world.tick()
    assert len(world.mails_to("support@vendor.example")) == 2
    with pytest.raises(NotAllowedNow):
        talking.send_again(**(known | {"seq": 9}))


def test_conversations_go_along_when_a_ticket_is_merged(world):
    ticket, survivor = world.open(), world.open("The same")
    thread = begin(world, ticket)
    world.do(merging.merge, ticket, into=survivor.key, why="The same")
    with pytest.raises(NotAllowedNow, match=survivor.key):
        begin(world, ticket)
    answer(world, thread)
    assert "SIDE_ANSWERED" in world.kinds(survivor) and "SIDE_ANSWERED" not in world.kinds(ticket)


def test_a_conversation_of_another_ticket_is_none(world):
    thread, other = begin(world, world.open()), world.open("Another")
    with pytest.raises(NoSuchConversation):
        talking.say(key=other.key, conversation=thread.pk, body="x", by=world.l1, now=world.now)
