"""What a vendor says about a case: kept, told, and the ball passed to us; what comes twice, late or by a program."""

from datetime import timedelta

import pytest
from django.core import mail as sent

from outbox.alarms import raise_alarm
from outbox.delivery import retry
from outbox.models import Alarm, Message
from tickets import lifecycle
from tickets.cases.lodging import NoSuchCase
from tickets.cases.receiving import by_hand, confirm_closed, not_done, receive
from tickets.cases.writing import write
from tickets.models import BallChange, CaseMessage, CaseTask, TicketEvent, VendorCase
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer
from vendors.models import ContactPoint, Service, Vendor


def lodged(world, title="Mail does not arrive", **wanted):
    """A ticket whose case the vendor has."""
    ticket = world.open(title, service=world.m365, **wanted)
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", why="Theirs", answers={})
    world.tick()
    case = world.open_case(ticket)
    assert (case.status, case.ball) == ("LODGED", "VENDOR")
    return ticket, case


def come(world, case, kind="ANSWER", text="We look at it.", **said):
    said = {"sender": "mia@vendor.example", "subject": "Re", "mail_id": "<1@vendor.example>", "number": ""} | said
    kept = receive(case_id=case.pk, kind=kind, text=text, now=world.now, **said)
    world.tick()
    return kept


def fresh(case):
    return VendorCase.objects.get(pk=case.pk)


def tasks(case):
    return list(CaseTask.objects.filter(case=case, done_at=None).order_by("kind").values_list("kind", flat=True))


def last(ticket):
    return TicketEvent.objects.filter(ticket=ticket, kind__startswith="VENDOR_").latest("seq")


def test_an_answer_passes_the_ball_to_us_and_stops_the_clock_of_the_first_answer(world):
    ticket, case = lodged(world)
    world.forward(minutes=20)
    kept = come(world, case)
    case = fresh(case)
    assert (kept.kind, kept.seq, kept.body, kept.sender) == ("ANSWER", 2, "We look at it.", "mia@vendor.example")
    assert (case.status, case.ball, case.answered_at) == ("ANSWERED", "US", world.now)
    clock = world.clock(ticket, "VENDOR_RESPOND", f"case:{case.pk}")
    assert (clock.state, clock.stopped_at) == ("MET", world.now)
    assert world.fresh(ticket).holder_kind == "TIER" and tasks(case) == []


def test_the_client_reads_that_the_vendor_has_answered_and_never_what(world):
    ticket, case = lodged(world, contact=world.acme.contacts.get())
    come(world, case, text="Your zebrafish is broken.", sender="okapi@vendor.example")
    event = last(ticket)
    assert event.kind == "VENDOR_ANSWERED" and event.client_text.startswith("Microsoft has answered")
    assert "okapi@vendor.example" in event.text
    told = "\n".join(m.body for m in world.mails_to("dana@acme.example"))
    assert "Microsoft has answered" in told and "zebrafish" not in told and "okapi" not in told


def test_a_question_asks_somebody_here_for_an_answer_which_gives_the_ball_back(world):
    ticket, case = lodged(world)
    come(world, case, "QUESTION", "Which users?", because="Which users?")
    assert tasks(case) == ["ANSWER"] and fresh(case).ball == "US"
    assert "“Which users?”" in last(ticket).text
    world.do(write, ticket, case_id=case.pk, text="All of them.", keep_ball=False)
    world.tick()
    case = fresh(case)
    assert tasks(case) == [] and (case.status, case.ball) == ("LODGED", "VENDOR")
    assert world.fresh(ticket).holder_kind == "VENDOR"
    [ours] = [m for m in sent.outbox if "All of them." in m.body]
    assert ours.to == ["mia@vendor.example"] and ours.extra_headers["In-Reply-To"] == "<1@vendor.example>"
    assert ours.extra_headers["Reply-To"] == f"reply+{case.token}@portal.example"


def test_a_closing_asks_somebody_here_to_confirm_it_which_closes_the_case(world):
    ticket, case = lodged(world)
    come(world, case, "CLOSING", "It is fixed.")
    assert tasks(case) == ["CONFIRM"] and fresh(case).closed_at is None
    world.do(confirm_closed, ticket, case_id=case.pk)
    case = fresh(case)
    assert (case.status, case.ball, case.closed_at) == ("CLOSED", "US", world.now) and tasks(case) == []
    assert world.fresh(ticket).holder_kind == "TIER"
    with pytest.raises(NotAllowedNow, match="closed already"):
        world.do(confirm_closed, ticket, case_id=case.pk)


def test_where_it_is_not_done_the_vendor_is_told_why_and_has_the_ball_again(world):
    ticket, case = lodged(world)
    come(world, case, "CLOSING", "It is fixed.")
    with pytest.raises(BadAnswer, match="still wrong"):
        world.do(not_done, ticket, case_id=case.pk, why=" ")
    world.do(not_done, ticket, case_id=case.pk, why="It still fails for five users.")
    world.tick()
    assert fresh(case).ball == "VENDOR" and tasks(case) == []
    assert [m for m in sent.outbox if "five users" in m.body and m.to == ["mia@vendor.example"]]


def test_a_case_can_be_closed_while_the_vendor_has_it_and_the_ticket_comes_back(world):
    ticket, case = lodged(world)
    world.do(confirm_closed, ticket, case_id=case.pk)
    assert fresh(case).status == "CLOSED" and world.fresh(ticket).holder_kind == "TIER"


def test_the_same_mail_again_is_kept_once(world):
    ticket, case = lodged(world)
    assert come(world, case) is not None
    before = world.kinds(ticket), BallChange.objects.count()
    assert come(world, case) is None
    assert (world.kinds(ticket), BallChange.objects.count()) == before
    assert CaseMessage.objects.filter(case=case).count() == 2


def test_a_second_answer_is_told_and_moves_nothing(world):
    ticket, case = lodged(world)
    come(world, case)
    custody, balls = world.custody(ticket), BallChange.objects.filter(case=case).count()
    come(world, case, text="One more thing.", mail_id="<2@vendor.example>")
    assert world.custody(ticket) == custody and BallChange.objects.filter(case=case).count() == balls
    assert [m for m in sent.outbox if "One more thing." in m.body]


def test_an_automatic_reply_is_kept_with_its_number_and_is_no_answer(world):
    ticket, case = lodged(world)
    come(world, case, "AUTO_REPLY", "We have got your mail.", number="CS0012345")
    case = fresh(case)
    assert (case.ball, case.status, case.number, case.answered_at) == ("VENDOR", "LODGED", "CS0012345", None)
    assert world.clock(ticket, "VENDOR_RESPOND", f"case:{case.pk}").state == "RUNNING"
    event = last(ticket)
    assert event.kind == "VENDOR_AUTO_REPLY" and event.client_text == "" and "CS0012345" in event.text


def test_the_first_number_of_a_case_stays(world):
    _, case = lodged(world)
    come(world, case, number="CS1")
    come(world, case, number="CS2", mail_id="<2@vendor.example>")
    assert fresh(case).number == "CS1"


def test_what_comes_after_the_case_was_closed_is_kept_as_late_and_told(world):
    ticket, case = lodged(world)
    world.do(lifecycle.resolve, ticket, summary="It works again.")
    world.tick()
    before = len(sent.outbox)
    kept = come(world, case, "QUESTION", "Does it still happen?")
    assert kept.kind == "LATE" and last(ticket).kind == "VENDOR_LATE" and last(ticket).client_text == ""
    assert tasks(case) == [] and fresh(case).status == "CLOSED" and world.fresh(ticket).status == "RESOLVED"
    assert any("Does it still happen?" in m.body for m in sent.outbox[before:])


def test_who_answers_has_the_case_even_where_we_do_not_know_yet_that_it_left(world):
    """As after a crash between the sending and the mark."""
    ticket = world.open(service=world.m365)
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", why="Theirs", answers={})
    case = world.open_case(ticket)
    assert case.status == "QUEUED"
    come(world, case)
    world.tick()
    case = fresh(case)
    assert (case.status, case.ball) == ("ANSWERED", "US") and case.lodged_at
    assert world.kinds(ticket).count("CASE_LODGED") == 1
    balls = list(BallChange.objects.filter(case=case).order_by("seq").values_list("ball", flat=True))
    assert balls == ["VENDOR", "US"]


def waiting(world, state="QUEUED"):
    """A case that the vendor does not have as far as we know; its letter waits, or has come to nothing."""
    ticket = world.open(service=world.m365)
    if state == "PREPARED":
        world.m365.contact_points.update(kind="PORTAL", value="https://portal.vendor.example/new")
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", why="Theirs", answers={})
    if state == "FAILED":
        Message.objects.filter(kind="CASE_MAIL").update(state="DEAD", last_error="550 no such mailbox")
        world.tick()
    case = world.open_case(ticket)
    assert case.status == state
    return ticket, case


def note(world, ticket, case):
    """Somebody has called the vendor and notes what it said."""
    return world.do(by_hand, ticket, case_id=case.pk, kind="ANSWER", text="They see it too.", number="")


@pytest.mark.parametrize("state", ["QUEUED", "FAILED", "PREPARED"])
@pytest.mark.parametrize("way", ["by hand", "by mail"])
def test_a_vendor_that_answers_before_our_letter_left_never_gets_it(world, state, way):
    ticket, case = waiting(world, state)
    note(world, ticket, case) if way == "by hand" else come(world, case)
    for dead in Message.objects.filter(kind="CASE_MAIL", state="DEAD"):
        retry(dead, now=world.now)
    world.forward(minutes=30)
    assert world.mails_to("support@vendor.example") == []
    assert set(Message.objects.filter(kind="CASE_MAIL").values_list("state", flat=True)) <= {"CANCELLED"}
    assert fresh(case).status == "ANSWERED" and tasks(case) == []
    assert not Alarm.objects.filter(key=f"case:{case.pk}", cleared_at=None).exists()


@pytest.mark.parametrize("way, author", [("by hand", "L1"), ("by mail", None)])
def test_the_correspondence_tells_what_the_vendor_had_before_what_it_said(world, way, author):
    ticket, case = waiting(world, "PREPARED")
    note(world, ticket, case) if way == "by hand" else come(world, case)
    lodged, answer = CaseMessage.objects.filter(case=case).order_by("seq")
    assert (lodged.kind, lodged.body, lodged.message, answer.kind) == ("LODGED", case.body, None, "ANSWER")
    assert (str(lodged.author) if lodged.author else None) == author


def test_nothing_is_noted_while_our_mail_is_leaving_and_a_mail_of_the_vendor_s_is_not_lost(world):
    ticket, case = waiting(world)
    Message.objects.filter(pk=case.message_id).update(leased_until=world.now + timedelta(minutes=3))
    with pytest.raises(NotAllowedNow, match="leaving at this moment"):
        note(world, ticket, case)
    assert fresh(case).status == "QUEUED"
    assert come(world, case).kind == "ANSWER"
    assert fresh(case).status == "ANSWERED"
    assert list(CaseMessage.objects.filter(case=case).values_list("kind", flat=True)) == ["LODGED", "ANSWER"]


@pytest.mark.parametrize("way", ["by hand", "by mail"])
def test_a_letter_that_has_left_and_not_settled_yet_is_what_the_vendor_had(world, way):
    ticket, case = waiting(world)
    Message.objects.filter(pk=case.message_id).update(state="SENT", sent_at=world.now)
    note(world, ticket, case) if way == "by hand" else come(world, case)
    world.tick()
    assert fresh(case).status == "ANSWERED" and fresh(case).message.state == "SENT"
    assert list(CaseMessage.objects.filter(case=case).values_list("kind", flat=True)) == ["LODGED", "ANSWER"]
    assert world.kinds(ticket).count("CASE_LODGED") == 1


def test_what_an_answer_settles_raises_no_alarm_any_more(world):
    _, case = lodged(world)
    raise_alarm(f"case:{case.pk}", "It came back.", now=world.now)
    come(world, case)
    assert not Alarm.objects.filter(key=f"case:{case.pk}", cleared_at=None).exists()


def second_vendor(world):
    fortinet = Vendor.objects.create(name="Fortinet")
    service = Service.objects.create(name="Firewalls", vendor=fortinet, template={"subject": "F", "body": "F"})
    ContactPoint.objects.create(service=service, order=1, kind="EMAIL", value="tac@forti.example")
    return service


def test_of_two_vendors_on_one_ticket_each_has_its_own_and_the_ticket_stays_with_the_other(world):
    ticket, case = lodged(world)
    second_vendor(world)
    world.do(lifecycle.lodge_case, ticket, service="Firewalls", why="Theirs too", answers={})
    world.tick()
    other = VendorCase.objects.get(ticket=ticket, vendor__name="Fortinet")
    come(world, case)
    assert (fresh(case).ball, fresh(other).ball) == ("US", "VENDOR")
    assert world.custody(ticket)[-1] == "Fortinet" and not other.messages.filter(kind="ANSWER").exists()
    come(world, other, sender="x@forti.example", mail_id="<2@forti.example>")
    assert world.fresh(ticket).holder_kind == "TIER" and case.messages.filter(kind="ANSWER").count() == 1


def test_while_the_ticket_waits_on_the_client_an_answer_does_not_take_it_away(world):
    ticket, case = lodged(world)
    world.do(lifecycle.wait, ticket, on="CLIENT", why="Which users?")
    come(world, case)
    assert world.fresh(ticket).status == "WAITING_ON_CLIENT" and fresh(case).ball == "US"
    world.do(write, ticket, case_id=case.pk, text="More soon.", keep_ball=False)
    assert world.fresh(ticket).status == "WAITING_ON_CLIENT" and fresh(case).ball == "VENDOR"


def test_what_looks_like_a_secret_in_a_vendor_s_words_is_made_harmless(world):
    _, case = lodged(world)
    kept = come(world, case, text=f"Send [[secret:{world.account.pk}:pin]] please.")
    assert "[[secret" not in kept.body


@pytest.mark.parametrize("kind, task", [("ANSWER", []), ("QUESTION", ["ANSWER"]), ("CLOSING", ["CONFIRM"])])
def test_what_came_by_telephone_is_noted_by_hand_and_does_the_same(world, kind, task):
    ticket, case = lodged(world)
    kept = world.do(by_hand, ticket, case_id=case.pk, kind=kind, text="She said so.", number=" CS 7 ")
    case = fresh(case)
    assert kept.author == world.l1 and case.ball == "US" and case.number == "CS 7" and tasks(case) == task
    assert "noted by hand" in last(ticket).text and last(ticket).actor == world.l1


@pytest.mark.parametrize(
    "said, field",
    [
        ({"kind": "BOUNCE"}, "kind"),
        ({"text": " "}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"number": "9" * 81}, "number"),
    ],
)
def test_what_is_noted_by_hand_is_checked(world, said, field):
    ticket, case = lodged(world)
    said = {"kind": "ANSWER", "text": "Yes.", "number": ""} | said
    with pytest.raises(BadAnswer) as refused:
        world.do(by_hand, ticket, case_id=case.pk, **said)
    assert refused.value.field == field and fresh(case).ball == "VENDOR"


def test_nothing_is_noted_for_a_case_that_is_closed_of_another_ticket_or_not_complete(world):
    ticket, case = lodged(world)
    said = {"kind": "ANSWER", "text": "Yes.", "number": ""}
    with pytest.raises(NoSuchCase):
        world.do(by_hand, world.open(), case_id=case.pk, **said)
    world.do(confirm_closed, ticket, case_id=case.pk)
    with pytest.raises(NotAllowedNow, match="closed"):
        world.do(by_hand, ticket, case_id=case.pk, **said)
    VendorCase.objects.filter(pk=case.pk).update(status="INCOMPLETE", closed_at=None)
    with pytest.raises(NotAllowedNow, match="answers are missing"):
        world.do(by_hand, ticket, case_id=case.pk, **said)


# writing -------------------------------------------------------------------------------------------------------------


def test_a_reply_can_leave_the_ball_with_us(world):
    ticket, case = lodged(world)
    come(world, case, "QUESTION", "Which users?")
    world.do(write, ticket, case_id=case.pk, text="We find out.", keep_ball=True)
    assert fresh(case).ball == "US" and tasks(case) == []


def test_a_reply_names_the_vendor_s_number_and_goes_to_the_contact_where_a_stranger_wrote(world):
    ticket, case = lodged(world)
    come(world, case, sender="mia@else.example", number="CS0012345")
    world.do(write, ticket, case_id=case.pk, text="Thanks.", keep_ball=False)
    world.tick()
    [ours] = [m for m in sent.outbox if "Thanks." in m.body]
    assert ours.to == ["support@vendor.example"] and ours.subject.endswith(f"[{ticket.key}] CS0012345")


def test_where_the_vendor_reads_no_mail_the_words_are_kept_for_whoever_passes_them_on(world):
    ticket, case = lodged(world)
    ContactPoint.objects.filter(service=world.m365).update(kind="PORTAL", value="https://portal.vendor.example")
    before = Message.objects.count()
    message = world.do(write, ticket, case_id=case.pk, text="Still broken.", keep_ball=False)
    assert message.message is None and Message.objects.count() == before
    assert "somebody must pass it on" in world.said(ticket, "CASE_REPLY")[0]


def test_no_secret_can_be_typed_into_a_reply(world):
    ticket, case = lodged(world)
    message = world.do(write, ticket, case_id=case.pk, text=f"[[secret:{world.account.pk}:pin]] ok", keep_ball=True)
    assert "[[secret" not in message.message.payload["text"] and message.message.payload["secrets"] == []


@pytest.mark.parametrize("text", ["", "   ", "x" * 20_001])
def test_a_reply_without_words_or_without_end_is_refused(world, text):
    ticket, case = lodged(world)
    with pytest.raises(BadAnswer):
        world.do(write, ticket, case_id=case.pk, text=text, keep_ball=False)


def test_nothing_is_written_about_a_case_that_the_vendor_does_not_have(world):
    ticket, case = lodged(world)
    world.do(confirm_closed, ticket, case_id=case.pk)
    with pytest.raises(NotAllowedNow, match="closed"):
        world.do(write, ticket, case_id=case.pk, text="Hello?", keep_ball=False)


def test_only_three_automatic_letters_of_a_case_leave_within_an_hour(world):
    from tickets.cases import letters

    _, case = lodged(world)
    waits = []
    for number in range(5):
        letter = letters.Letter(case, "NUDGE", key=f"n{number}", to="a@vendor.example", subject="S", body="B")
        [row] = letters.post([letter], now=world.now)
        waits.append(Message.objects.get(pk=row.message_id).not_before - world.now)
    assert waits == [timedelta(0)] * 3 + [timedelta(hours=1)] * 2
