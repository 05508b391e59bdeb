"""The whole way of a ticket, with a moved clock."""

import pytest

from accounts.encryption import encrypt
from outbox.delivery import retry
from outbox.models import Alarm
from tickets import lifecycle
from tickets.models import Ticket, TicketEvent
from tickets.status import NotAllowedNow
from vendors.models import ServiceAccount
from world import TENANT


def test_an_alert_that_nobody_takes_reaches_the_vendor(world):
    ticket = world.open("Mail does not arrive", error_code="0x8004de40")
    world.tick()
    assert world.mails_to("l1@msp.example")
    world.forward(minutes=15)
    assert world.fresh(ticket).tier.name == "L2"
    assert "not acknowledged within 15 minutes" in world.mails_to("l2@msp.example")[0].body
    world.forward(minutes=15)
    assert world.fresh(ticket).tier.name == "L3"
    world.forward(minutes=30)
    case = world.open_case(ticket)
    assert (case.status, case.ball, case.severity) == ("LODGED", "VENDOR", "A")
    sent = world.mails_to("support@vendor.example")
    assert len(sent) == 1 and TENANT in sent[0].body and ticket.key in sent[0].subject
    assert world.custody(ticket) == ["L1", "L2", "L3", "Microsoft"]
    fresh = world.fresh(ticket)
    assert (fresh.status, fresh.holder_kind) == ("WAITING_ON_VENDOR", "VENDOR")


def test_every_automatic_act_says_why_in_two_sentences(world):
    ticket = world.open("Mail does not arrive", error_code="0x8004de40")
    world.forward(minutes=61)
    escalated = TicketEvent.objects.filter(ticket=ticket, kind="ESCALATED").order_by("seq").first()
    because = "not acknowledged within 15 minutes of business time (24x7), P1, Standard v1 step 1."
    assert escalated.text == f"L1 → L2: {because}"
    assert escalated.client_text == (
        "Your request was passed to our technical specialists so that it is taken up without further delay."
    )
    automatic = TicketEvent.objects.filter(ticket=ticket, actor=None)
    assert all(event.why for event in automatic)
    assert not any("L1" in e.client_text or "msp.example" in e.client_text for e in automatic)


def test_acknowledging_stops_the_climb(world):
    ticket = world.open()
    world.forward(minutes=10)
    lifecycle.acknowledge(key=ticket.key, by=world.l1, now=world.now)
    world.forward(minutes=30)
    fresh = world.fresh(ticket)
    assert (fresh.tier.name, fresh.status, fresh.assignee) == ("L1", "IN_PROGRESS", world.l1)
    assert world.clock(ticket, "ACKNOWLEDGE").state == "MET"
    assert world.clock(ticket, "OLA_ACKNOWLEDGE", "step:0").state == "MET"


def test_an_acknowledged_and_then_forgotten_ticket_climbs_too(world):
    ticket = world.open()
    lifecycle.acknowledge(key=ticket.key, by=world.l1, now=world.now)
    world.forward(minutes=45)
    fresh = world.fresh(ticket)
    assert (fresh.tier.name, fresh.status, fresh.assignee) == ("L2", "NEW", None)
    assert "not handed over within 45 minutes" in TicketEvent.objects.get(ticket=ticket, kind="ESCALATED").text


def test_a_case_that_lacks_data_asks_instead_of_being_sent(world):
    world.account.delete()
    ticket = world.open(error_code="0x8004de40")
    world.forward(minutes=61)
    case = world.open_case(ticket)
    assert case.status == "INCOMPLETE" and [m["key"] for m in case.missing] == ["tenant_id"]
    assert not world.mails_to("support@vendor.example")
    assert world.custody(ticket)[-1] == "L3"
    world.forward(minutes=30)
    assert any("Manager needed" in m.subject for m in world.mails_to("boss@msp.example"))
    lifecycle.lodge_case(
        key=ticket.key, service="Microsoft 365", answers={"tenant_id": TENANT}, why="", by=world.l3, now=world.now
    )
    world.tick()
    assert world.open_case(ticket).status == "LODGED"
    assert TENANT in world.mails_to("support@vendor.example")[0].body


def test_the_vendors_answer_brings_it_back_to_the_step_that_lodged_it(world):
    ticket = world.open(error_code="0x8004de40")
    world.forward(minutes=61)
    used = world.clock(ticket, "OLA_RESOLVE", "step:2").consumed_seconds
    lifecycle.resume(key=ticket.key, by=world.l3, why="They found the fault", now=world.now)
    fresh = world.fresh(ticket)
    assert (fresh.tier.name, fresh.status, fresh.round) == ("L3", "NEW", 2)
    again = world.clock(ticket, "OLA_RESOLVE", "step:2")
    assert again.round == 2 and again.consumed_seconds == pytest.approx(used)
    assert world.clock(ticket, "VENDOR_RESPOND", f"case:{world.open_case(ticket).pk}").state == "MET"


def test_an_open_case_is_never_lodged_again(world):
    ticket = world.open(error_code="0x8004de40")
    world.forward(minutes=61)
    lifecycle.resume(key=ticket.key, by=world.l3, now=world.now)
    world.forward(minutes=90)
    assert len(world.mails_to("support@vendor.example")) == 1
    assert "LADDER_ENDED" in world.kinds(ticket)


def test_an_empty_step_is_skipped_at_once_with_an_alarm(world):
    world.tiers["L2"].team.members.all().delete()
    ticket = world.open()
    world.forward(minutes=15)
    assert world.fresh(ticket).tier.name == "L3"
    escalated = TicketEvent.objects.get(ticket=ticket, kind="ESCALATED")
    assert "L2 was skipped: nobody is in L2 team." in escalated.text
    assert Alarm.objects.filter(key__startswith="skipped:L2").count() == 1


def test_a_ticket_without_vendor_ends_with_the_managers_once(world):
    ticket = world.open(priority="P2")
    world.forward(minutes=130)
    told = [m for m in world.mails_to("boss@msp.example") if "No step is left" in m.body]
    assert len(told) == 1 and "no vendor service is known" in told[0].body
    assert world.kinds(ticket).count("LADDER_ENDED") == 1


def test_a_missed_sla_acknowledgement_escalates_once(world):
    ladder = [{"tier": "L1", "acknowledge_within": "2h"}, {"tier": "L2", "acknowledge_within": "2h"}]
    world.publish({"ladders": dict.fromkeys(("P1", "P2", "P3", "P4"), ladder)})
    ticket = world.open()
    world.forward(minutes=40)
    assert world.fresh(ticket).tier.name == "L2"
    assert world.kinds(ticket).count("ESCALATED") == 1
    assert world.clock(ticket, "ACKNOWLEDGE").state == "BREACHED"


def test_a_ticket_on_hold_pauses_its_tier_and_not_the_client(world):
    ticket = world.open()
    lifecycle.acknowledge(key=ticket.key, by=world.l1, now=world.now)
    from datetime import timedelta

    until = world.now + timedelta(hours=1)
    lifecycle.wait(key=ticket.key, on="HOLD", why="A part comes at ten", until=until, by=world.l1, now=world.now)
    world.forward(minutes=59)
    assert world.clock(ticket, "OLA_RESOLVE", "step:0").state == "PAUSED"
    assert world.clock(ticket, "RESOLVE").state == "RUNNING"
    world.forward(minutes=2)
    fresh = world.fresh(ticket)
    assert (fresh.status, fresh.tier.name) == ("IN_PROGRESS", "L1")
    assert world.clock(ticket, "OLA_RESOLVE", "step:0").consumed_seconds == pytest.approx(0, abs=61)


def test_waiting_on_the_client_pauses_resolve_and_ends_by_itself(world):
    ticket = world.open()
    lifecycle.wait(key=ticket.key, on="CLIENT", why="Which printer?", by=world.l1, now=world.now)
    assert world.clock(ticket, "RESOLVE").state == "PAUSED"
    world.now = world.fresh(ticket).wake_at
    world.tick()
    fresh = world.fresh(ticket)
    assert (fresh.status, fresh.round) == ("NEW", 2)
    assert world.custody(ticket) == ["L1", "CLIENT", "L1"]


def test_a_resolved_ticket_closes_after_five_open_days_and_is_then_closed_for_good(world):
    ticket = world.open()
    lifecycle.resolve(key=ticket.key, summary="Restarted the connector.", by=world.l1, now=world.now)
    assert world.clock(ticket, "RESOLVE").state == "MET"
    assert world.fresh(ticket).next_due_at is None
    world.now = world.fresh(ticket).wake_at
    world.tick()
    assert world.fresh(ticket).status == "CLOSED"
    with pytest.raises(NotAllowedNow):
        lifecycle.reopen(key=ticket.key, why="Again", by=world.l1, now=world.now)


def test_reopening_goes_on_with_what_was_left(world):
    ticket = world.open()
    world.forward(minutes=10)
    lifecycle.resolve(key=ticket.key, summary="Done.", by=world.l1, now=world.now)
    world.forward(minutes=60)
    lifecycle.reopen(key=ticket.key, why="Still broken", by=world.l1, now=world.now)
    clock = world.clock(ticket, "RESOLVE")
    assert (clock.round, clock.consumed_seconds) == (2, pytest.approx(600))
    assert world.custody(ticket) == ["L1", "NOBODY", "L1"]


def test_a_case_that_cannot_be_sent_leaves_custody_and_alarms(world, settings):
    ticket = world.open(error_code="0x8004de40")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    world.forward(minutes=120)
    case = world.open_case(ticket)
    assert case.status == "FAILED" and world.fresh(ticket).tier.name == "L3"
    assert Alarm.objects.filter(key=f"case:{case.pk}").exists()


def test_a_failed_case_that_a_retry_sends_after_all_passes_custody(world, settings):
    ticket = world.open(error_code="0x8004de40")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    world.forward(minutes=120)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    retry(world.open_case(ticket).message, now=world.now)
    world.tick()
    assert world.open_case(ticket).status == "LODGED" and world.custody(ticket)[-1] == "Microsoft"


def test_a_failed_case_can_be_lodged_again_by_hand_and_goes_out_once(world, settings):
    ticket = world.open(error_code="0x8004de40")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    world.forward(minutes=120)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    answers = {"problem": "All mail of the branch office"}
    lodge = {"key": ticket.key, "service": "Microsoft 365", "by": world.l3}
    lifecycle.lodge_case(**lodge, answers=answers, why="Try again", now=world.now)
    world.tick()
    [sent] = world.mails_to("support@vendor.example")
    assert "All mail of the branch office" in sent.body
    assert world.open_case(ticket).status == "LODGED"


def test_a_typed_reference_cannot_fetch_a_secret_of_another_client(world):
    other = ServiceAccount.objects.create(
        client=world.client("Other"), service=world.m365, secrets={"tenant_id": encrypt("the other's secret")}
    )
    world.account.delete()
    ticket = world.open(error_code="0x8004de40")
    typed = {"tenant_id": f"[[secret:{other.pk}:tenant_id]]"}
    case = lifecycle.lodge_case(
        key=ticket.key, service="Microsoft 365", answers=typed, why="x", by=world.l1, now=world.now
    )
    assert case.status == "INCOMPLETE"
    told = world.open(title=f"Look: [[secret:{other.pk}:tenant_id]]", error_code="0x8004de40")
    lodge = {"key": told.key, "service": "Microsoft 365", "why": "x", "by": world.l1, "now": world.now}
    lifecycle.lodge_case(**lodge, answers={"tenant_id": TENANT})
    world.tick()
    assert all("the other's secret" not in mail.body for mail in world.mails_to("support@vendor.example"))


def test_a_secret_is_in_the_mail_and_nowhere_else(world):
    pin = {"key": "pin", "label": "PIN", "source": "account.pin", "secret": True}
    world.m365.required = [*world.m365.required, pin]
    world.m365.template = {"subject": "x", "body": "PIN {{pin}}"}
    world.m365.save()
    world.account.secrets = {"pin": encrypt("424242")}
    world.account.save()
    ticket = world.open(error_code="0x8004de40")
    world.forward(minutes=61)
    assert world.mails_to("support@vendor.example")[0].body == "PIN 424242"
    case = world.open_case(ticket)
    stored = [case.body, str(case.answers), str(case.message.payload), *ticket.timeline.values_list("text", flat=True)]
    assert not any("424242" in text for text in stored)


def test_a_second_sweep_at_the_same_moment_does_nothing(world):
    ticket = world.open()
    world.forward(minutes=15)
    before = world.kinds(ticket)
    world.tick()
    assert world.kinds(ticket) == before


def test_a_poisoned_ticket_is_put_aside_and_the_others_go_on(world):
    bad, good = world.open("Bad"), world.open("Good")
    from tickets.models import Clock

    # A deadline of an unknown metric is what no rule of ours could ever have written.
    Clock.objects.filter(ticket=bad, metric="OLA_ACKNOWLEDGE").update(subject="step:0", round=1)
    Ticket.objects.filter(pk=bad.pk).update(event_count=0)  # its next event collides with the one that is there
    world.forward(minutes=15)
    assert world.fresh(good).tier.name == "L2"
    assert world.fresh(bad).tier.name == "L1" and world.fresh(bad).postponed >= 1
    assert Alarm.objects.filter(key=f"poisoned:{bad.pk}").count() == 1


def test_whoever_reported_it_is_told_by_mail_what_their_page_says_and_nothing_else(world):
    dana = world.acme.contacts.get(name="Dana")
    ticket = world.open(error_code="0x8004de40", contact=dana)
    world.forward(minutes=61)
    lifecycle.resume(key=ticket.key, by=world.l3, now=world.now)
    lifecycle.reply(key=ticket.key, text="L3 thinks it is DNS", public=False, by=world.l3, now=world.now)
    lifecycle.reply(key=ticket.key, text="We found the cause.", public=True, by=world.l3, now=world.now)
    lifecycle.resolve(key=ticket.key, summary="The record was corrected.", by=world.l3, now=world.now)
    world.tick()
    told = [m.body.split("\n")[0] for m in world.mails_to("dana@acme.example")]
    assert told == [
        "We have received your request; our helpdesk will look at it first.",
        "We have passed your request to Microsoft. They promise a first answer within 1 hour, so by 10:50.",
        "Microsoft has answered; we go on from there.",
        "We found the cause.",
        "Resolved: The record was corrected.",
    ]
    assert all(ticket.key in m.subject for m in world.mails_to("dana@acme.example"))


def test_escalating_by_hand_straight_to_the_vendor_leaves_one_question_and_no_old_clock(world):
    world.account.delete()
    ticket = world.open(error_code="0x8004de40")
    lifecycle.escalate(key=ticket.key, why="Their side is down", to="vendor", by=world.l1, now=world.now)
    running = ticket.clocks.filter(metric="OLA_ACKNOWLEDGE", stopped_at=None)
    assert [clock.subject for clock in running] == ["step:3"]
    assert world.custody(ticket) == ["L1"]
