"""A vendor that is late: reminded, then its next contact gets the case, then a manager is called; each once, capped.

Microsoft counts office hours in London, 09:00 to 17:30, and promises its first answer within 1 of them.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.encryption import encrypt
from outbox.models import Alarm
from tickets import decisions, escalation, lifecycle
from tickets.auditing import audit, is_clean
from tickets.cases.bouncing import came_back
from tickets.models import CaseMessage, CaseTask, Ticket, TicketEvent, VendorCase
from tickets.sentences import for_client, internal
from tickets.working import working
from vendors.models import ContactPoint, Service, Vendor
from world import march

SUPPORT, NOC = "support@vendor.example", "noc@vendor.example"
PIN = {"key": "pin", "label": "Support PIN", "source": "account.pin", "secret": True}


@pytest.fixture
def desk(world):
    """Nothing climbs here, so that only the vendor is late; its support has a second address."""
    world.gold(RESOLVE="60h")
    world.ladder({"tier": "L1", "acknowledge_within": "90h", "hand_over_after": "90h"})
    ContactPoint.objects.create(service=world.m365, order=2, kind="EMAIL", value=NOC)
    yield world
    assert is_clean(audit(now=world.now))


def lodged(world, service="Microsoft 365", **wanted) -> Ticket:
    """A ticket whose case has just left."""
    ticket = world.open(service=world.m365, **wanted)
    world.do(lifecycle.lodge_case, ticket, service=service, answers={}, why="Their side")
    world.tick()
    return ticket


def chases(ticket) -> list[tuple]:
    """When the vendor was chased, and how."""
    events = TicketEvent.objects.filter(ticket=ticket, kind="CASE_CHASED").order_by("seq")
    return [(event.at, event.why["done"]) for event in events]


def promise(world, **of_severity):
    world.agreement("M365", "UC", {"calendar": "Office", "targets": {"A": of_severity}})


def contact(order, kind, value):
    return ContactPoint.objects.filter(order=order).update(kind=kind, value=value)


# the ladder ----------------------------------------------------------------------------------------------------------


def test_at_its_target_at_half_as_much_again_and_at_twice_it(desk):
    ticket = lodged(desk)
    desk.until(march(3, 12))
    assert chases(ticket) == [
        (march(2, 10), "REMINDED"), (march(2, 10, 30), "FORWARDED"), (march(2, 11), "MANAGER"),
    ]  # fmt: skip
    assert desk.open_case(ticket).chases == 3 and desk.fresh(ticket).status == "WAITING_ON_VENDOR"
    assert [len(desk.mails_to(address)) for address in (SUPPORT, NOC)] == [2, 1]


def test_times_are_those_of_the_vendors_own_calendar(desk):
    desk.until(march(6, 17))  # a Friday: half an hour of it is left
    ticket = lodged(desk)
    desk.until(march(9, 12))
    assert [at for at, _ in chases(ticket)] == [march(9, 9, 30), march(9, 10), march(9, 10, 30)]


@pytest.mark.parametrize("update", ["30m", "1h", "2h"])
def test_the_next_answer_is_not_chased_beside_the_first_which_is_owed(desk, update):
    promise(desk, RESPOND="1h", UPDATE=update)
    ticket = lodged(desk)
    desk.until(march(2, 16))
    assert chases(ticket) == [
        (march(2, 10), "REMINDED"), (march(2, 10, 30), "FORWARDED"), (march(2, 11), "MANAGER"),
    ]  # fmt: skip
    assert [len(desk.mails_to(address)) for address in (SUPPORT, NOC)] == [2, 1]
    assert desk.open_case(ticket).chases == 3 and desk.fresh(ticket).check_at != desk.now


def test_once_the_first_answer_is_there_the_next_one_is_chased_like_it(desk):
    promise(desk, RESPOND="1h", UPDATE="2h")
    ticket = lodged(desk)
    desk.until(march(2, 9, 30))
    desk.do(lifecycle.resume, ticket, why="They ask which one")
    desk.do(lifecycle.wait, ticket, on="VENDOR", why="They have all they need")
    desk.until(march(2, 16))
    assert chases(ticket) == [
        (march(2, 11, 30), "REMINDED"), (march(2, 12, 30), "FORWARDED"), (march(2, 13, 30), "MANAGER"),
    ]  # fmt: skip


def test_after_six_times_the_managers_hear_once_that_it_ends(desk):
    promise(desk, RESPOND="1h", UPDATE="1h")
    ticket = lodged(desk)
    for hour in (11, 13):
        desk.until(march(2, hour))
        desk.do(lifecycle.resume, ticket, why="They ask which one")
        desk.do(lifecycle.wait, ticket, on="VENDOR", why="Still theirs")
    desk.until(march(4, 17))
    assert [done for _, done in chases(ticket)[2:]] == ["MANAGER", "REMINDED", "AGAIN", "MANAGER", "STOP"]
    assert chases(ticket)[-1][0] == march(2, 14) and desk.open_case(ticket).chases == 7
    told = [m for m in desk.mails_to("boss@msp.example") if "not chased any more" in m.body]
    assert len(told) == 1


def test_an_answer_ends_it(desk):
    ticket = lodged(desk)
    desk.until(march(2, 10, 10))
    desk.do(lifecycle.resume, ticket, why="They answered")
    desk.until(march(3, 12))
    assert chases(ticket) == [(march(2, 10), "REMINDED")]


def test_while_the_ball_is_ours_nobody_is_chased_and_when_it_is_theirs_again_it_goes_on(desk):
    desk.ladder({"tier": "L1", "acknowledge_within": "90h", "hand_over_after": "90h"}, {"tier": "L2"})
    desk.agreement("OLA", "OLA", {"calendar": "Office", "targets": {}})
    ticket = lodged(desk)
    desk.until(march(2, 10, 15))
    desk.do(lifecycle.escalate, ticket, why="We look ourselves")
    desk.until(march(2, 14))
    desk.do(lifecycle.wait, ticket, by=desk.l2, on="VENDOR", why="Theirs after all")
    desk.until(march(2, 16))
    assert chases(ticket) == [
        (march(2, 10), "REMINDED"), (march(2, 14, 15), "FORWARDED"), (march(2, 14, 45), "MANAGER"),
    ]  # fmt: skip


def test_while_the_ticket_waits_on_the_client_its_vendor_is_chased_all_the_same(desk):
    ticket = lodged(desk)
    desk.do(lifecycle.wait, ticket, on="CLIENT", why="Which mailbox?")
    desk.until(march(2, 10, 30))
    assert [done for _, done in chases(ticket)] == ["REMINDED", "FORWARDED"]


def test_each_of_two_vendors_is_chased_about_its_own_case(desk):
    line = Service.objects.create(
        name="Line", vendor=Vendor.objects.create(name="Carrier"), template={}, commitment=desk.uc,
        severity_of={"P1": "A"},
    )  # fmt: skip
    ContactPoint.objects.create(service=line, order=1, kind="EMAIL", value="noc@carrier.example")
    ticket = lodged(desk)
    desk.until(march(2, 9, 20))
    desk.do(lifecycle.lodge_case, ticket, service="Line", answers={}, why="Or theirs")
    desk.tick()
    desk.until(march(2, 10, 25))
    events = TicketEvent.objects.filter(ticket=ticket, kind="CASE_CHASED").order_by("seq")
    assert [(e.at, e.why["vendor"], e.why["to"]) for e in events] == [
        (march(2, 10), "Microsoft", SUPPORT), (march(2, 10, 20), "Carrier", "noc@carrier.example"),
    ]  # fmt: skip


def test_what_came_due_while_nobody_looked_is_done_once_each_in_its_order(desk):
    ticket = lodged(desk)
    desk.now = march(2, 15)
    desk.tick()
    desk.tick()
    assert [done for _, done in chases(ticket)] == ["REMINDED", "FORWARDED", "MANAGER"]


# whom it reaches -----------------------------------------------------------------------------------------------------


def test_a_reminder_says_in_plain_words_what_is_awaited_since_when_and_by_when_it_was_promised(desk):
    ticket = lodged(desk)
    VendorCase.objects.update(number="MS-77")
    desk.until(march(2, 10))
    [_, mail] = desk.mails_to(SUPPORT)
    assert mail.subject == f"Reminder: Acme: Mail does not arrive [{ticket.key}]"
    assert "we wait for your answer about your case MS-77." in mail.body
    for line in (
        f"Our reference: {ticket.key}", "Your number: MS-77", "With you since: Monday 2 March 09:00",
        "Promised: an answer within 1 hour, so by Monday 2 March 10:00", "All times are London time.",
    ):  # fmt: skip
        assert line in mail.body
    assert mail.extra_headers["In-Reply-To"] == CaseMessage.objects.get(kind="LODGED").mail_id
    assert CaseMessage.objects.filter(kind="NUDGE", to=SUPPORT).count() == 1


def test_the_next_contact_gets_the_whole_case_and_what_was_said(desk):
    promise(desk, UPDATE="2h")
    ticket = lodged(desk)
    desk.until(march(2, 9, 30))
    case = desk.open_case(ticket)
    CaseMessage.objects.create(case=case, seq=9, kind="ANSWER", body="We look into it.", at=desk.now)
    desk.until(march(2, 12))
    [mail] = desk.mails_to(NOC)
    assert (
        mail.subject.startswith("Not answered so far: Acme") and f"we lodged the case below with {SUPPORT}" in mail.body
    )
    assert "Tenant 11111111" in mail.body and "Monday 2 March 09:30, you: We look into it." in mail.body
    case.refresh_from_db()
    assert case.contact_point.value == NOC


def test_secrets_are_in_the_case_that_another_contact_gets_and_never_in_a_reminder(desk):
    desk.account.secrets = {"pin": encrypt("4711-secret")}
    desk.account.save()
    desk.m365.required = [*desk.m365.required, PIN]
    desk.m365.template = {"subject": "PIN {{pin}}", "body": "PIN {{pin}}"}
    desk.m365.save()
    lodged(desk)
    desk.until(march(2, 10, 30))
    [_, nudge], [anew] = desk.mails_to(SUPPORT), desk.mails_to(NOC)
    assert "4711-secret" not in nudge.body + nudge.subject and "secret:" not in nudge.body + nudge.subject
    assert "PIN 4711-secret" in anew.body


def test_a_hotline_is_no_address_so_somebody_calls(desk):
    contact(2, "HOTLINE", "+44 20 7000 0000")
    ticket = lodged(desk)
    desk.until(march(2, 10, 30))
    [task] = CaseTask.objects.filter(done_at=None)
    assert (task.kind, task.text) == (
        "CALL", "Call Microsoft at +44 20 7000 0000 about the case about Microsoft 365.",
    )  # fmt: skip
    assert chases(ticket)[-1] == (march(2, 10, 30), "CALL") and desk.open_case(ticket).ball == "VENDOR"
    assert "It is to be called: +44 20 7000 0000." in desk.said(ticket, "CASE_CHASED")[-1]


def test_without_another_contact_the_one_that_has_it_is_reminded_once_more(desk):
    ContactPoint.objects.filter(order=2).delete()
    ticket = lodged(desk)
    desk.until(march(2, 10, 30))
    assert [done for _, done in chases(ticket)] == ["REMINDED", "AGAIN"] and len(desk.mails_to(SUPPORT)) == 3


def test_a_contact_that_mail_came_back_from_is_not_written_to_but_a_manager_is_called(desk):
    ticket = lodged(desk)
    ContactPoint.objects.update(bad_since=desk.now)
    desk.until(march(2, 12))
    assert chases(ticket) == [(march(2, 11), "MANAGER")] and len(desk.mails_to(SUPPORT)) == 1


def test_the_manager_on_call_is_called_and_has_an_hour_to_answer(desk):
    ticket = lodged(desk)
    desk.until(march(2, 11))
    clock = desk.clock(ticket, "MANAGER_RESPOND", "escalation:1")
    assert (clock.state, clock.due_at) == ("RUNNING", march(2, 12))
    assert [m for m in desk.mails_to("boss@msp.example") if m.subject.startswith(f"[{ticket.key}] Manager called")]


def test_the_client_reads_that_it_is_late_and_was_reminded_and_no_address(desk):
    ticket = lodged(desk)
    desk.until(march(2, 12))
    told = [e.client_text for e in TicketEvent.objects.filter(ticket=ticket, kind="CASE_CHASED").order_by("seq")]
    assert told[0].startswith("Microsoft promised a first answer by 10:00, and we do not have it yet.")
    assert "@" not in "".join(told) and "manager" not in "".join(told).lower()


def test_each_chase_is_decided_and_told_once_more_from_its_record(desk):
    ticket = lodged(desk)
    desk.until(march(2, 12))
    events = list(TicketEvent.objects.filter(ticket=ticket, kind="CASE_CHASED"))
    assert len(events) == 3
    for event in events:
        assert (internal(event.why), for_client(event.why)) == (event.text, event.client_text)
        again = decisions.again(event.why).why
        assert {name: event.why[name] for name in again} == again
    assert events[0].text == (
        "Microsoft is late. Vendor answers: 100 % of 1 hour of business time (Office) has passed. "
        f"It was reminded at {SUPPORT}. Chase 1 of 6."
    )


# mail that comes back ------------------------------------------------------------------------------------------------


def bounce(world, ticket):
    """The contact that has the case took no mail."""
    with working(ticket.key, by=world.l1, now=world.now) as (work, at):
        case = VendorCase.objects.select_related("service", "contact_point").get(ticket=ticket)
        to = case.contact_point.value
        came_back(work, case, to=to, because=f"mail to {to} came back", for_good=True, now=at)


def test_after_a_bounce_the_next_contact_gets_the_case_as_it_was(desk):
    ticket = lodged(desk)
    bounce(desk, ticket)
    desk.tick()
    [mail] = desk.mails_to(NOC)
    assert f"our mail about this case to {SUPPORT} came back" in mail.body and "Tenant 11111111" in mail.body
    case = desk.open_case(ticket)
    assert (case.contact_point.value, case.status, case.ball) == (NOC, "LODGED", "VENDOR")
    assert desk.said(ticket, "CASE_FORWARDED") == [
        f"The case goes to Microsoft's next contact, {NOC}: mail to {SUPPORT} came back."
    ]


@pytest.mark.parametrize(("kind", "task"), [("HOTLINE", "CALL"), (None, "CONTACT")])
def test_where_no_other_contact_can_be_written_to_the_vendor_does_not_have_the_case(desk, kind, task):
    if kind:
        contact(2, kind, "+44 20 7000 0000")
    else:
        ContactPoint.objects.filter(order=2).delete()
    ticket = lodged(desk)
    bounce(desk, ticket)
    desk.tick()
    assert desk.open_case(ticket).ball == "US" and desk.fresh(ticket).holder_kind == "TIER"
    assert CaseTask.objects.get(done_at=None).kind == task
    assert Alarm.objects.filter(key=f"case:{desk.open_case(ticket).pk}", cleared_at=None).exists()
    desk.until(march(2, 14))
    assert chases(ticket) == []


# what it costs -------------------------------------------------------------------------------------------------------


def queries_of_chasing(world, count) -> int:
    """Of one sweep in which so many vendors are late at once."""
    Ticket.objects.update(check_at=None)
    for _ in range(count):
        lodged(world)
    world.now = world.now.replace(hour=world.now.hour + 1)
    Ticket.objects.update(check_at=None)
    Ticket.objects.filter(opened_at=world.now.replace(hour=world.now.hour - 1)).update(check_at=world.now)
    with CaptureQueriesContext(connection) as seen:
        escalation.sweep(now=world.now)
    assert CaseMessage.objects.filter(kind="NUDGE", at=world.now).count() == count
    return len(seen)


def test_a_sweep_chases_in_as_many_queries_however_many_are_late(world):
    world.gold(RESOLVE="60h")
    world.ladder({"tier": "L1", "acknowledge_within": "90h", "hand_over_after": "90h"})
    queries_of_chasing(world, 1)
    assert queries_of_chasing(world, 2) == queries_of_chasing(world, 9)
