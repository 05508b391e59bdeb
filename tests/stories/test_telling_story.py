"""Who hears of a ticket when: quiet hours at night, digests by day, and what goes through all of that."""

from datetime import time, timedelta

import pytest
from django.core import mail

from accounts import roles
from accounts.models import User
from outbox.models import Message
from sla.models import Calendar
from tickets import lifecycle, managing
from tickets.desk_profile import choose
from tickets.digests import send_due
from tickets.models import DeskProfile, Notification
from tickets.notified import read
from tiers.models import Member, Override, Team
from world import march

Mail = DeskProfile.Mail
STEP = {"tier": "L1", "acknowledge_within": "15m", "hand_over_after": "12h", "notify": ["team"]}
NEXT = {"tier": "L2", "acknowledge_within": "15m", "hand_over_after": "12h", "notify": ["on_call"]}
NIGHT, MORNING = march(2, 23), march(3, 9)


@pytest.fixture
def office(world):
    """L1 has two people, and tells them both; nobody has chosen anything yet."""
    world.second = world.person("second@msp.example", roles.TECHNICIAN, world.tiers["L1"].team)
    world.ladder(STEP | {"acknowledge_within": "10h"}, NEXT)
    return world


def wants(user, mail=Mail.AT_ONCE, *, quiet=False, **more):
    hours = Calendar.objects.get(name="Office") if quiet else None
    choose(user, single_keys=True, mail=mail, mail_hours=hours, **more)


def digests(world, *moments):
    """Beat wakes the digests at each of these, and what they made is sent; how many there were."""
    made = 0
    for moment in moments or (world.now,):
        world.now = moment
        made += send_due(now=moment)
        world.tick()
    return made


def told(user):
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("title", flat=True))


def bodies(address):
    return [m.body for m in mail.outbox if address in m.to]


def test_who_chose_nothing_gets_one_mail_with_the_others_and_has_it_in_the_page(office):
    ticket = office.open(priority="P3")
    office.tick()
    [sent] = office.mails_to("l1@msp.example")
    assert sent.to == ["l1@msp.example", "second@msp.example"] and ticket.key in sent.subject
    [row] = Notification.objects.filter(user=office.l1)
    assert row.ticket == ticket and not row.to_mail and row.mailed_at == office.now and not row.urgent
    assert row.key == Message.objects.get(payload__to__contains="second@msp.example").key
    assert told(office.second) == told(office.l1) == ["P3 Acme: Mail does not arrive"]


def test_a_p3_at_night_wakes_the_colleague_without_quiet_hours_and_waits_for_the_other(office):
    wants(office.second, quiet=True)
    office.until(NIGHT)
    office.open(priority="P3")
    office.tick()
    [sent] = office.mails_to("l1@msp.example")
    assert sent.to == ["l1@msp.example"] and not office.mails_to("second@msp.example")
    assert told(office.second) == told(office.l1)
    assert digests(office, march(3, 8, 59)) == 0 and digests(office, MORNING) == 1
    [late] = office.mails_to("second@msp.example")
    assert "Mail does not arrive" in late.subject and "quiet hours" in late.body


def test_a_p3_at_night_that_all_of_its_step_would_sleep_through_wakes_them_all_and_says_so(office):
    for person in (office.l1, office.second):
        wants(person, quiet=True)
    office.until(NIGHT)
    ticket = office.open(priority="P3")
    office.tick()
    [sent] = office.mails_to("l1@msp.example")
    assert sent.to == ["l1@msp.example", "second@msp.example"]
    [said] = office.said(ticket, "RUNG")
    assert "everybody who should hear of it has quiet hours" in said and said in sent.body
    assert digests(office, MORNING) == 0


def test_a_p1_at_night_rings_through_to_everybody(office):
    wants(office.l1, quiet=True)
    wants(office.second, Mail.NEVER)
    office.until(NIGHT)
    ticket = office.open(priority="P1")
    office.tick()
    [sent] = office.mails_to("l1@msp.example")
    assert sent.to == ["l1@msp.example", "second@msp.example"] and not office.said(ticket, "RUNG")
    assert set(Notification.objects.values_list("urgent", "to_mail")) == {(True, False)}


def test_who_is_on_call_is_rung_in_quiet_hours_and_nobody_else(office):
    team = office.tiers["L1"].team
    team.rotation = {"timezone": "UTC", "hand_over": "mon 09:00", "days": 7, "from": "2026-01-05",
                     "order": ["l1@msp.example"]}  # fmt: skip
    team.save()
    for person in (office.l1, office.second):
        wants(person, quiet=True)
    office.until(NIGHT)
    ticket = office.open(priority="P3")
    office.tick()
    assert [m.to for m in office.mails_to("l1@msp.example")] == [["l1@msp.example"]]
    assert not office.mails_to("second@msp.example") and not office.said(ticket, "RUNG")


def test_an_override_rings_whoever_took_the_duty(office):
    team = office.tiers["L1"].team
    team.rotation = {"timezone": "UTC", "hand_over": "mon 09:00", "days": 7, "from": "2026-01-05",
                     "order": ["l1@msp.example"]}  # fmt: skip
    team.save()
    Override.objects.create(
        team=team, user=office.second, begins_at=NIGHT, ends_at=MORNING, made_by=office.manager, made_at=office.now
    )
    for person in (office.l1, office.second):
        wants(person, quiet=True)
    office.until(NIGHT)
    office.open(priority="P3")
    office.tick()
    assert office.mails_to("second@msp.example") and not office.mails_to("l1@msp.example")


def test_nobody_acknowledges_a_p3_at_night_so_the_next_tier_s_person_on_call_is_rung(office):
    office.ladder(STEP, NEXT)
    wants(office.l1, quiet=True)
    wants(office.second, Mail.HOURLY)
    wants(office.l2, Mail.NEVER, quiet=True)
    office.until(NIGHT)
    ticket = office.open(priority="P3")
    office.forward(minutes=16)
    assert office.fresh(ticket).tier.name == "L2"
    assert "not acknowledged within 15 minutes" in bodies("l2@msp.example")[0]


def test_a_called_manager_is_rung_whatever_was_chosen(office):
    wants(office.manager, Mail.NEVER)
    ticket = office.open(priority="P3")
    office.do(managing.call_manager, ticket, why="The client's director is on the phone")
    office.tick()
    assert "director" in bodies("boss@msp.example")[0]


def test_a_missed_promise_waits_for_the_managers_digest_and_an_ended_ladder_does_not(office):
    office.gold(RESOLVE="30m")
    office.ladder(STEP)
    wants(office.manager, Mail.HOURLY)
    ticket = office.open(priority="P3")
    office.do(lifecycle.acknowledge, ticket)
    office.forward(minutes=31)
    assert not office.mails_to("boss@msp.example") and Notification.objects.filter(user=office.manager, to_mail=True)
    office.open(priority="P3")
    office.forward(minutes=16)
    assert any("No step is left" in body for body in bodies("boss@msp.example"))


def test_an_hourly_digest_tells_three_tickets_as_they_stand_now(office):
    wants(office.second, Mail.HOURLY)
    first, *_ = [office.open(title, priority="P3") for title in ("Mail is slow", "Printer jams", "VPN drops")]
    office.forward(minutes=20)
    office.do(lifecycle.acknowledge, first)
    assert digests(office, march(2, 9, 59)) == 0 and not office.mails_to("second@msp.example")
    assert digests(office, march(2, 10)) == 1
    [digest] = office.mails_to("second@msp.example")
    assert digest.subject == "3 notifications about 3 tickets" and digest.to == ["second@msp.example"]
    for title in ("Mail is slow", "Printer jams", "VPN drops"):
        assert f"Acme: {title}" in digest.body
    assert f"{first.key} Acme: Mail is slow\nNow: P3, in progress at L1, L1." in digest.body
    assert f"/tickets/{first.key}/" in digest.body and "/account/desk/" in digest.body
    assert digests(office, march(2, 11)) == 0


def test_what_was_read_in_the_page_is_left_out_and_where_all_was_read_no_mail_comes(office):
    wants(office.second, Mail.HOURLY)
    for title in ("Mail is slow", "Printer jams"):
        office.open(title, priority="P3")
    read(Notification.objects.filter(user=office.second).earliest("pk"), now=office.now)
    assert digests(office, march(2, 10)) == 1
    [digest] = office.mails_to("second@msp.example")
    assert "Printer jams" in digest.subject and "Mail is slow" not in digest.body
    office.open("VPN drops", priority="P3")
    Notification.objects.filter(user=office.second).update(read_at=office.now)
    assert digests(office, march(2, 11)) == 0 and len(office.mails_to("second@msp.example")) == 1
    assert not Notification.objects.filter(to_mail=True)


def test_a_daily_digest_comes_at_its_time_on_the_reader_s_own_clock(office):
    User.objects.filter(pk=office.second.pk).update(timezone="Asia/Kathmandu")
    wants(office.second, Mail.DAILY, digest_at=time(7, 30))
    office.open(priority="P3")
    assert digests(office, march(3, 1, 44)) == 0 and digests(office, march(3, 1, 45)) == 1  # 07:30 there
    assert "- Mon 2 Mar 14:45 New ticket" in office.mails_to("second@msp.example")[0].body


def test_a_crash_between_writing_and_sending_leaves_exactly_one_mail(office):
    wants(office.second, Mail.HOURLY)
    office.open(priority="P3")
    office.now = march(2, 10)
    assert send_due(now=office.now) == 1  # the process ends here: nothing was delivered
    assert not office.mails_to("second@msp.example")
    assert digests(office, march(2, 10, 1), march(2, 11), march(2, 12)) == 0
    assert len(office.mails_to("second@msp.example")) == 1


def test_who_has_left_gets_no_digest_and_is_told_no_more(office):
    wants(office.second, Mail.HOURLY)
    office.open(priority="P3")
    User.objects.filter(pk=office.second.pk).update(is_active=False)
    assert digests(office, march(2, 10)) == 0 and not office.mails_to("second@msp.example")
    office.open("Another", priority="P3")
    assert len(told(office.second)) == 1 and not Notification.objects.filter(to_mail=True)


def test_who_may_see_the_client_no_more_is_not_mailed_of_it(office):
    wants(office.second, Mail.HOURLY)
    office.open(priority="P3")
    office.second.groups.clear()
    assert digests(office, march(2, 10)) == 0 and not office.mails_to("second@msp.example")


def test_a_choice_changed_meanwhile_holds_for_what_waits(office):
    wants(office.second, Mail.DAILY)
    office.open(priority="P3")
    wants(office.second, Mail.AT_ONCE)
    assert digests(office, office.now + timedelta(minutes=1)) == 1
    wants(office.second, Mail.DAILY)
    office.open("Another", priority="P3")
    wants(office.second, Mail.NEVER)
    assert digests(office, march(9, 9)) == 0 and len(office.mails_to("second@msp.example")) == 1


def test_addresses_that_are_nobody_s_get_their_mail_at_once(office):
    team = Team.objects.get(name="L1 team")
    team.email = "helpdesk@msp.example"
    team.save()
    office.until(NIGHT)
    office.open(priority="P3")
    office.tick()
    assert office.mails_to("helpdesk@msp.example") and not Notification.objects.exists()


def test_who_had_a_ticket_learns_that_somebody_else_has_it(office):
    ticket = office.open(priority="P3")
    office.do(lifecycle.acknowledge, ticket)
    office.do(lifecycle.assign, ticket, by=office.manager, to="second@msp.example")
    assert told(office.l1)[-1] == "No longer yours: P3 Acme: Mail does not arrive"
    assert "Boss assigned it to Second." in Notification.objects.filter(user=office.l1).last().text
    assert "assigned this ticket to you" in Notification.objects.filter(user=office.second).last().text


def test_who_let_a_ticket_run_out_learns_that_it_climbed(office):
    office.ladder(STEP | {"hand_over_after": "30m"}, NEXT)
    ticket = office.open(priority="P3")
    office.do(lifecycle.acknowledge, ticket)
    office.forward(minutes=31)
    assert "L1 → L2: not handed over within 30 minutes" in Notification.objects.filter(user=office.l1).last().text


def test_whoever_works_on_a_ticket_learns_what_a_colleague_wrote_and_nobody_what_it_wrote_itself(office):
    ticket = office.open(priority="P3")
    office.do(lifecycle.acknowledge, ticket)
    before = len(told(office.l1))
    office.do(lifecycle.reply, ticket, text="I am on it", public=False)
    office.do(lifecycle.assign, ticket, to="l1@msp.example")
    assert len(told(office.l1)) == before
    office.do(lifecycle.reply, ticket, by=office.second, text="Have you tried the other switch?", public=False)
    assert "Second noted: Have you tried the other switch?" in Notification.objects.filter(user=office.l1).last().text


def test_who_is_told_of_an_act_as_one_who_has_the_ticket_next_is_not_told_twice(office):
    ticket = office.open(priority="P3")
    office.do(lifecycle.escalate, ticket, by=office.second, to="L2", why="It needs the network team")
    office.do(lifecycle.acknowledge, ticket, by=office.l2)
    Member.objects.create(team=office.tiers["L1"].team, user=office.l2)
    office.do(lifecycle.escalate, ticket, by=office.second, to="L1", why="It does not")
    assert told(office.l2)[-1] == "P3 Acme: Mail does not arrive"
    assert not [title for title in told(office.l2) if "No longer" in title]
