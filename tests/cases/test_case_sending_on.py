"""A case that did not reach its vendor: who gets it next, what it is told, and how a person sends it on to its end."""

from datetime import timedelta

import pytest
from django.core import mail as sent

from outbox.models import Alarm, Message
from tickets import lifecycle
from tickets.cases.letters import goes_by_api
from tickets.cases.lodging import NoSuchCase
from tickets.cases.receiving import by_hand, confirm_closed, receive
from tickets.cases.sending_on import hand_over, is_stuck, send_to_contact
from tickets.cases.ticking import tick_off
from tickets.cases.writing import address, write
from tickets.models import CaseMessage, CaseTask, VendorCase
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer
from vendors.models import ContactPoint

SUPPORT, NOC, MIA = "support@vendor.example", "noc@vendor.example", "mia@vendor.example"
LINE = "+44 20 7000 0000"


@pytest.fixture
def lodged(world):
    """Microsoft has had the case since nine; only its support is known."""
    ticket = world.open(service=world.m365)
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", why="Theirs", answers={})
    world.tick()
    return ticket, world.open_case(ticket)


@pytest.fixture
def stuck(world, lodged):
    """Its only address took no mail."""
    bounce(world, lodged[1], SUPPORT)
    return lodged


def contact(world, order, kind, value):
    return ContactPoint.objects.create(service=world.m365, order=order, kind=kind, value=value)


def come(world, case, kind, text, **said):
    said = {"sender": MIA, "subject": "Re", "mail_id": f"<{text}@x>", "number": ""} | said
    receive(case_id=case.pk, kind=kind, text=text, now=world.now, **said)
    world.tick()


def bounce(world, case, to, name="bounce", **said):
    said = {"sender": "mailer-daemon@mx.example", "because": f"{to}: no such user", "to": to} | said
    come(world, case, "BOUNCE", name, **said)


def fresh(case):
    return VendorCase.objects.select_related("contact_point").get(pk=case.pk)


def tasks(case):
    return list(CaseTask.objects.filter(case=case, done_at=None).values_list("kind", flat=True))


def alarmed(case):
    return Alarm.objects.filter(key=f"case:{case.pk}", cleared_at=None).exists()


# what came back ------------------------------------------------------------------------------------------------------


def test_a_later_reply_that_came_back_goes_to_the_next_contact_with_all_that_was_said(world, lodged):
    ticket, case = lodged
    contact(world, 2, "EMAIL", NOC)
    come(world, case, "QUESTION", "Which users?", sender=SUPPORT, number="MS-77")
    world.do(write, ticket, case_id=case.pk, text="All of them.", keep_ball=False)
    world.tick()
    bounce(world, case, SUPPORT)
    [mail] = world.mails_to(NOC)
    assert f"our mail about this case to {SUPPORT} came back" in mail.body and "Tenant 11111111" in mail.body
    assert "Your number: MS-77" in mail.body and "All times are London time." in mail.body
    assert "Monday 2 March 09:00, you: Which users?" in mail.body and "09:00, we: All of them." in mail.body
    assert (fresh(case).contact_point.value, fresh(case).ball) == (NOC, "VENDOR")


def test_a_reply_that_a_person_of_the_vendor_s_did_not_get_goes_to_whom_the_case_was_sent(world, lodged):
    ticket, case = lodged
    come(world, case, "QUESTION", "Which users?")
    world.do(write, ticket, case_id=case.pk, text="All of them.", keep_ball=False)
    world.tick()
    assert world.mails_to(MIA)
    bounce(world, case, MIA)
    assert "we: All of them." in world.mails_to(SUPPORT)[-1].body and len(world.mails_to(MIA)) == 1
    assert (fresh(case).contact_point.value, fresh(case).ball) == (SUPPORT, "VENDOR")
    assert fresh(case).contact_point.bad_since is None and address(fresh(case)) == SUPPORT


def test_a_person_who_writes_again_after_mail_to_them_came_back_is_answered(world, lodged):
    _, case = lodged
    come(world, case, "ANSWER", "We look.")
    bounce(world, case, MIA)
    assert address(fresh(case)) == SUPPORT
    come(world, case, "ANSWER", "My mailbox was full.")
    assert address(fresh(case)) == MIA


def test_mail_that_comes_back_again_and_again_is_recorded_and_told_once(world, stuck):
    ticket, case = stuck
    told = len(world.mails_to("l1@msp.example"))
    for number in range(2):
        bounce(world, case, SUPPORT, f"again {number}")
    assert CaseMessage.objects.filter(case=case, kind="BOUNCE").count() == 3
    assert world.kinds(ticket).count("VENDOR_BOUNCED") == 3 and world.kinds(ticket).count("CASE_STUCK") == 1
    assert len(world.mails_to("l1@msp.example")) == told and tasks(case) == ["CONTACT"]


def test_a_call_that_a_late_vendor_was_to_get_does_not_hide_that_mail_came_back(world, lodged):
    _, case = lodged
    contact(world, 2, "HOTLINE", LINE)
    world.forward(minutes=95)
    assert tasks(case) == ["CALL"] and fresh(case).ball == "VENDOR"
    bounce(world, case, SUPPORT)
    assert fresh(case).ball == "US" and alarmed(case)


def test_where_the_contact_was_deleted_meanwhile_the_first_that_holds_gets_the_case(world, lodged):
    _, case = lodged
    contact(world, 2, "EMAIL", NOC)
    ContactPoint.objects.get(value=SUPPORT).delete()
    bounce(world, case, SUPPORT)
    assert fresh(case).contact_point.value == NOC and len(world.mails_to(NOC)) == 1


def test_a_late_bounce_of_an_earlier_letter_takes_a_case_that_was_handed_over_from_nobody(world, stuck):
    ticket, case = stuck
    contact(world, 2, "HOTLINE", LINE)
    world.do(hand_over, ticket, case_id=case.pk, number="MS-77")
    told = len(world.mails_to("l1@msp.example"))
    world.forward(minutes=5)
    bounce(world, case, SUPPORT, "late", letter=1)
    assert (fresh(case).ball, tasks(case), alarmed(case)) == ("VENDOR", [], False)
    assert world.kinds(ticket).count("VENDOR_BOUNCED") == 2 and world.kinds(ticket).count("CASE_STUCK") == 1
    assert len(world.mails_to("l1@msp.example")) == told and world.fresh(ticket).holder_kind == "VENDOR"


def test_a_late_bounce_after_the_vendor_has_answered_only_marks_the_contact(world, lodged):
    ticket, case = lodged
    contact(world, 2, "EMAIL", NOC)
    world.do(by_hand, ticket, case_id=case.pk, kind="ANSWER", text="They reset it.", number="")
    bounce(world, case, SUPPORT)
    assert world.mails_to(NOC) == [] and fresh(case).status == "ANSWERED"
    assert fresh(case).contact_point.bad_since and world.kinds(ticket).count("VENDOR_BOUNCED") == 1


# an address that is known to be bad -----------------------------------------------------------------------------------


def test_nothing_is_written_to_an_address_that_mail_came_back_from(world, stuck):
    ticket, case = stuck
    assert address(fresh(case)) == ""
    before = len(sent.outbox)
    world.do(write, ticket, case_id=case.pk, text="Are you there?", keep_ball=True)
    world.tick()
    assert not [m for m in sent.outbox[before:] if SUPPORT in m.to]
    assert "somebody must pass it on" in world.said(ticket, "CASE_REPLY")[0]


def test_who_wrote_last_gets_no_reply_at_an_address_that_is_bad(world, lodged):
    _, case = lodged
    contact(world, 2, "EMAIL", NOC)
    come(world, case, "ANSWER", "We look.", sender=SUPPORT.upper())
    ContactPoint.objects.filter(value=SUPPORT).update(bad_since=world.now)
    assert address(fresh(case)) == NOC


# a person sends it on -------------------------------------------------------------------------------------------------


def test_a_stuck_case_is_sent_to_a_contact_that_was_added_and_goes_on_to_its_end(world, stuck):
    ticket, case = stuck
    assert (tasks(case), fresh(case).ball, alarmed(case)) == (["CONTACT"], "US", True)
    VendorCase.objects.update(number="MS-77")
    contact(world, 2, "EMAIL", NOC)
    world.do(send_to_contact, ticket, case_id=case.pk)
    world.tick()
    [mail] = world.mails_to(NOC)
    assert f"to {SUPPORT} came back" in mail.body and "Tenant" in mail.body and "Your number: MS-77" in mail.body
    assert mail.extra_headers["Reply-To"] == f"reply+{case.token}@portal.example"
    now = fresh(case)
    assert (now.ball, now.status, now.contact_point.value, now.channel) == ("VENDOR", "LODGED", NOC, "MAIL")
    assert tasks(case) == [] and not alarmed(case) and world.fresh(ticket).holder_kind == "VENDOR"
    assert "L1 has sent it on" in world.said(ticket, "CASE_FORWARDED")[0]
    come(world, case, "CLOSING", "It is fixed.", sender=NOC)
    world.do(confirm_closed, ticket, case_id=case.pk)
    world.do(lifecycle.resolve, ticket, summary="It works again.")
    assert fresh(case).status == "CLOSED" and tasks(case) == []


def test_what_the_vendor_promised_goes_on_where_it_stood_once_it_has_the_case(world, stuck):
    ticket, case = stuck
    contact(world, 2, "EMAIL", NOC)
    world.forward(minutes=30)
    world.do(send_to_contact, ticket, case_id=case.pk)
    clock = world.clock(ticket, "VENDOR_RESPOND", f"case:{case.pk}")
    assert (clock.state, (clock.due_at - world.now).total_seconds()) == ("RUNNING", 3600)
    world.forward(minutes=61)
    assert "we wait for your answer" in world.mails_to(NOC)[-1].body


def test_an_address_that_was_mended_gets_the_case_again(world, stuck):
    ticket, case = stuck
    ContactPoint.objects.update(value="help@vendor.example", bad_since=None)
    world.do(send_to_contact, ticket, case_id=case.pk)
    world.tick()
    [mail] = world.mails_to("help@vendor.example")
    assert "we turn to you about the case below" in mail.body and "came back" not in mail.body


def test_a_case_goes_through_an_api_where_the_service_has_one_by_now(world, stuck):
    ticket, case = stuck
    world.m365.lodge_by = "API"
    world.m365.save()
    world.do(send_to_contact, ticket, case_id=case.pk)
    letter = CaseMessage.objects.filter(case=case, kind="LODGED").latest("seq").message
    assert (letter.kind, letter.payload["to"]) == ("CASE_API", [])
    assert (fresh(case).channel, fresh(case).ball) == ("API", "VENDOR")


def test_a_case_that_an_api_took_is_told_of_there_and_written_to_by_the_way_that_it_went_last(world, stuck):
    ticket, case = stuck
    world.m365.lodge_by = "API"
    world.m365.save()
    assert not goes_by_api(fresh(case))
    world.do(send_to_contact, ticket, case_id=case.pk)
    assert goes_by_api(fresh(case))
    letter = CaseMessage.objects.filter(case=case, kind="LODGED").latest("seq").message
    Message.objects.filter(pk=letter.pk).update(state="SENT", sent_at=world.now)
    VendorCase.objects.update(ball="US", channel="MAIL")
    bad = ContactPoint.objects.get(value=SUPPORT)
    VendorCase.objects.update(contact_point=bad)
    world.do(send_to_contact, ticket, case_id=case.pk)
    last = CaseMessage.objects.filter(case=case).latest("seq")
    assert (last.kind, last.message.kind) == ("REPLY", "CASE_API")


def test_a_case_that_was_handed_over_by_hand_is_not_written_to_through_an_api(world, stuck):
    ticket, case = stuck
    VendorCase.objects.update(channel="API")
    Message.objects.filter(case_message__case=case).update(kind="CASE_API")
    assert goes_by_api(fresh(case))
    world.do(hand_over, ticket, case_id=case.pk, number="")
    assert not goes_by_api(fresh(case))


def test_where_only_a_hotline_holds_somebody_hands_the_case_over_and_says_so(world, stuck):
    ticket, case = stuck
    contact(world, 2, "HOTLINE", LINE)
    world.do(send_to_contact, ticket, case_id=case.pk)
    [task] = CaseTask.objects.filter(case=case, done_at=None)
    wanted = f"Call Microsoft at {LINE}, lodge the case about Microsoft 365 and note its number."
    assert (task.kind, task.text) == ("CALL", wanted) and fresh(case).ball == "US" and alarmed(case)
    with pytest.raises(NotAllowedNow, match="asked for already"):
        world.do(send_to_contact, ticket, case_id=case.pk)
    world.do(hand_over, ticket, case_id=case.pk, number=" MS 77 ")
    now = fresh(case)
    assert (now.ball, now.number, tasks(case), alarmed(case)) == ("VENDOR", "MS 77", [], False)
    assert world.kinds(ticket).count("CASE_LODGED") == 1 and world.fresh(ticket).holder_kind == "VENDOR"
    world.do(by_hand, ticket, case_id=case.pk, kind="ANSWER", text="They reset it.", number="")
    assert fresh(case).status == "ANSWERED"


def test_a_case_can_be_sent_on_after_its_task_was_ticked_off(world, stuck):
    ticket, case = stuck
    contact(world, 2, "EMAIL", NOC)
    world.do(tick_off, ticket, case_id=case.pk, kind="CONTACT", note="Added")
    world.do(send_to_contact, ticket, case_id=case.pk)
    assert fresh(case).ball == "VENDOR" and not alarmed(case)


def test_while_the_ticket_waits_on_its_client_the_case_goes_on_and_the_ticket_stays(world, stuck):
    ticket, case = stuck
    contact(world, 2, "EMAIL", NOC)
    world.do(lifecycle.wait, ticket, on="CLIENT", why="Which users?")
    world.do(send_to_contact, ticket, case_id=case.pk)
    assert world.fresh(ticket).status == "WAITING_ON_CLIENT" and fresh(case).ball == "VENDOR"


def test_a_contact_that_somebody_says_does_not_hold_lets_its_case_go_to_another(world, lodged):
    ticket, case = lodged
    contact(world, 2, "EMAIL", NOC)
    ContactPoint.objects.filter(value=SUPPORT).update(bad_since=world.now)
    world.do(send_to_contact, ticket, case_id=case.pk)
    assert (fresh(case).contact_point.value, fresh(case).ball) == (NOC, "VENDOR")


def test_a_case_that_went_through_an_api_is_not_stuck_because_a_contact_does_not_hold(world, lodged):
    _, case = lodged
    VendorCase.objects.update(channel="API")
    ContactPoint.objects.update(bad_since=world.now)
    assert not is_stuck(fresh(case))
    VendorCase.objects.update(channel="MAIL")
    assert is_stuck(fresh(case))


def test_what_is_not_stuck_over_or_of_another_ticket_is_not_sent_on(world, lodged):
    ticket, case = lodged
    for verb, more in ((send_to_contact, {}), (hand_over, {"number": ""})):
        with pytest.raises(NotAllowedNow, match="Microsoft has this case"):
            world.do(verb, ticket, case_id=case.pk, **more)
        with pytest.raises(NoSuchCase):
            world.do(verb, world.open(), case_id=case.pk, **more)
    bounce(world, case, SUPPORT)
    with pytest.raises(NotAllowedNow, match="No contact of Microsoft 365 holds"):
        world.do(send_to_contact, ticket, case_id=case.pk)
    with pytest.raises(BadAnswer):
        world.do(hand_over, ticket, case_id=case.pk, number="9" * 81)
    world.do(lifecycle.resolve, ticket, summary="Gone.")
    with pytest.raises(NotAllowedNow, match="passed to a vendor"):
        world.do(hand_over, ticket, case_id=case.pk, number="")


def test_a_case_that_was_taken_back_by_hand_is_still_with_its_vendor_and_not_lodged_again(world, lodged, client):
    ticket, case = lodged
    world.do(lifecycle.escalate, ticket, why="Too slow")
    assert fresh(case).ball == "US" and not is_stuck(fresh(case))
    for verb, more in ((send_to_contact, {}), (hand_over, {"number": ""})):
        with pytest.raises(NotAllowedNow, match="Microsoft has this case"):
            world.do(verb, ticket, case_id=case.pk, **more)
    client.force_login(world.l1)
    assert 'id="next-contact"' not in page(client, case)[1]


def test_a_case_whose_contact_was_found_bad_is_taken_from_a_vendor_that_must_be_called(world, lodged):
    ticket, case = lodged
    contact(world, 2, "HOTLINE", LINE)
    ContactPoint.objects.filter(value=SUPPORT).update(bad_since=world.now)
    world.do(send_to_contact, ticket, case_id=case.pk)
    assert (fresh(case).ball, tasks(case), world.fresh(ticket).holder_kind) == ("US", ["CALL"], "TIER")
    world.do(hand_over, ticket, case_id=case.pk, number="MS-77")
    assert (fresh(case).ball, tasks(case), fresh(case).contact_point.value) == ("VENDOR", [], LINE)


@pytest.mark.parametrize("line", [True, False])
def test_a_case_that_was_handed_over_is_at_its_bad_contact_no_more_and_its_vendor_is_chased(world, stuck, client, line):
    ticket, case = stuck
    if line:
        contact(world, 2, "HOTLINE", LINE)
    world.do(hand_over, ticket, case_id=case.pk, number="MS-77")
    now = fresh(case)
    assert (now.contact_point.value if now.contact_point else None) == (LINE if line else None) and not is_stuck(now)
    client.force_login(world.l1)
    assert 'id="next-contact"' not in page(client, case)[1]
    world.forward(minutes=65)
    assert tasks(case) == (["CALL"] if line else ["CONTACT"])


# a letter that could not be sent --------------------------------------------------------------------------------------


@pytest.fixture
def sent_on(world, stuck):
    """It was sent on to another address, which has not left yet."""
    contact(world, 2, "EMAIL", NOC)
    world.do(send_to_contact, stuck[0], case_id=stuck[1].pk)
    return stuck


def die(case):
    letter = CaseMessage.objects.filter(case=case, kind="LODGED").latest("seq")
    Message.objects.filter(pk=letter.message_id).update(state="DEAD", sent_at=None, last_error="refused")


def test_a_case_that_was_sent_on_in_a_letter_that_could_not_be_sent_is_ours_again(world, sent_on):
    ticket, case = sent_on
    die(case)
    world.forward(minutes=1)
    assert (fresh(case).ball, tasks(case), alarmed(case)) == ("US", ["CONTACT"], True)
    assert world.fresh(ticket).holder_kind == "TIER" and is_stuck(fresh(case))
    assert f"our letter to {NOC} could not be sent: refused" in world.said(ticket, "CASE_STUCK")[-1]
    assert world.said(ticket, "CASE_STUCK")[-1].endswith("Send it on from its page.")
    assert world.kinds(ticket).count("CASE_STUCK") == 2
    assert world.clock(ticket, "VENDOR_RESPOND", f"case:{case.pk}").running_since is None
    world.forward(minutes=1)
    assert world.kinds(ticket).count("CASE_STUCK") == 2
    world.do(hand_over, ticket, case_id=case.pk, number="")
    world.tick()
    assert (fresh(case).ball, tasks(case), alarmed(case)) == ("VENDOR", [], False)


def test_a_late_vendor_s_next_contact_that_could_not_be_written_to_does_not_have_the_case(world, lodged):
    _, case = lodged
    contact(world, 2, "EMAIL", NOC)
    world.forward(minutes=95)
    assert fresh(case).contact_point.value == NOC
    die(case)
    world.tick()
    assert (fresh(case).ball, tasks(case), alarmed(case)) == ("US", ["CONTACT"], True)


def test_a_letter_that_could_not_be_sent_decides_nothing_once_the_vendor_has_spoken_or_has_the_case(world, sent_on):
    ticket, case = sent_on
    world.now += timedelta(minutes=1)
    world.do(by_hand, ticket, case_id=case.pk, kind="ANSWER", text="We look.", number="")
    world.do(lifecycle.wait, ticket, on="VENDOR", why="They called us")
    die(case)
    world.tick()
    assert (fresh(case).ball, alarmed(case)) == ("VENDOR", False)


# its alarm ------------------------------------------------------------------------------------------------------------


def answer(world, ticket, case):
    come(world, case, "ANSWER", "We have it after all.")


def close(world, ticket, case):
    world.do(confirm_closed, ticket, case_id=case.pk)


def resolve(world, ticket, case):
    world.do(lifecycle.resolve, ticket, summary="It works again.")


def wait(world, ticket, case):
    world.do(lifecycle.wait, ticket, on="VENDOR", why="They called us")


@pytest.mark.parametrize("ends", [answer, close, resolve, wait])
def test_the_alarm_ends_when_the_vendor_has_the_case_or_it_is_over(world, stuck, ends):
    ticket, case = stuck
    assert alarmed(case)
    ends(world, ticket, case)
    assert not alarmed(case)


# its page -------------------------------------------------------------------------------------------------------------


def page(client, case, noun="", **said):
    url = f"/tickets/ESC-{case.ticket_id}/cases/{case.pk}/"
    answer = client.post(f"{url}{noun}/", said, follow=True) if noun else client.get(url)
    return answer.status_code, answer.content.decode()


def test_the_page_of_a_stuck_case_says_whom_it_can_go_to_and_sends_it_there(world, stuck, client):
    _, case = stuck
    client.force_login(world.l1)
    _, html = page(client, case)
    assert "it did not reach Microsoft. Send it on, or call them." in html
    assert "No contact of Microsoft 365 holds." in html and "/vendors/microsoft/" in html
    assert page(client, case, "next-contact")[0] == 409
    contact(world, 2, "EMAIL", NOC)
    _, html = page(client, case)
    assert f"The case goes to {NOC}, with what was said so far." in html and f"Goes to {SUPPORT}" not in html
    status, html = page(client, case, "next-contact")
    assert status == 200 and "The case goes on to Microsoft." in html and 'id="next-contact"' not in html
    assert fresh(case).ball == "VENDOR"


def test_the_page_of_a_case_for_a_hotline_asks_for_a_call_and_takes_that_it_was_made(world, stuck, client):
    _, case = stuck
    contact(world, 2, "HOTLINE", LINE)
    client.force_login(world.l1)
    assert f"somebody hands it over at {LINE}" in page(client, case)[1]
    assert page(client, case, "next-contact")[0] == 200 and tasks(case) == ["CALL"]
    assert page(client, case, "hand-over", number="9" * 81)[0] == 422
    status, html = page(client, case, "hand-over", number="MS-77")
    assert status == 200 and "Microsoft has the case from now on." in html and fresh(case).number == "MS-77"


def test_a_case_that_the_vendor_has_offers_no_way_to_send_it_on(world, lodged, client):
    client.force_login(world.l1)
    assert 'id="next-contact"' not in page(client, lodged[1])[1]
