"""By mail, by hand or by an API: what becomes of a case that is complete, and of one whose mail does not go out."""

import pytest
from django.db import connection

from outbox.alarms import raise_alarm
from outbox.delivery import retry
from outbox.models import Alarm, Message
from tickets import lifecycle, merging, vendor_cases
from tickets.auditing import audit, is_clean
from tickets.cases import lodging
from tickets.models import CaseMessage, CaseTask, Ticket, VendorCase
from tickets.status import NotAllowedNow
from tickets.undoing import undo, undoably
from tickets.working import BadAnswer
from vendors.models import ContactPoint, Service, Vendor
from world import TENANT, march

SITE = "https://admin.vendor.example/support"


def on_portal(world, **changes):
    """Microsoft 365 is lodged on its portal."""
    ContactPoint.objects.create(service=world.m365, order=2, kind="PORTAL", value=SITE)
    Service.objects.filter(pk=world.m365.pk).update(**({"lodge_by": "PORTAL"} | changes))


def by_hand(world, ticket, **said):
    given = {"service": "Microsoft 365", "answers": {}, "why": "Theirs"} | said
    return world.do(lifecycle.lodge_case, ticket, **given)


def open_tasks() -> list[tuple[str, str]]:
    return list(CaseTask.objects.filter(done_at=None).order_by("pk").values_list("kind", "text"))


# by hand -------------------------------------------------------------------------------------------------------------


def test_a_complete_case_for_a_portal_is_prepared_and_its_step_is_asked_to_lodge_it(world):
    on_portal(world)
    ticket = world.open()
    case = by_hand(world, ticket)
    world.tick()
    assert (case.status, case.channel, case.contact_point.value, case.message_id) == ("PREPARED", "PORTAL", SITE, None)
    assert open_tasks() == [("LODGE", f"Lodge the case about Microsoft 365 on {SITE} and note its number.")]
    assert world.said(ticket, "CASE_PREPARED") == [
        f"Case for Microsoft 365 is complete and must be lodged by hand at {SITE}, severity A."
    ]
    assert world.custody(ticket) == ["L1"] and world.mails_to("support@vendor.example") == []
    assert any("must be lodged by hand" in mail.body for mail in world.mails_to("l1@msp.example"))


def test_at_a_vendors_step_what_is_prepared_runs_the_tiers_time_to_acknowledge(world):
    on_portal(world)
    world.ladder({"tier": "L1", "acknowledge_within": "15m", "hand_over_after": "4h"},
                 {"vendor": True, "acknowledge_within": "30m"})  # fmt: skip
    ticket = world.open(service=world.m365)
    world.until(march(2, 9, 15))
    assert world.open_case(ticket).status == "PREPARED" and world.open_case(ticket).engaged_by == "STEP"
    assert world.clock(ticket, "OLA_ACKNOWLEDGE", "step:1").due_at == march(2, 9, 45)
    world.do(lodging.mark_lodged, ticket, case_id=world.open_case(ticket).pk, number="MS-1")
    assert world.custody(ticket) == ["L1", "Microsoft"] and open_tasks() == []


def test_without_a_mail_address_that_works_it_is_lodged_by_hand_and_the_reason_is_told(world):
    ContactPoint.objects.update(bad_since=world.now)
    ContactPoint.objects.create(service=world.m365, order=2, kind="HOTLINE", value="+44 20 7000 0000")
    ticket = world.open()
    case = by_hand(world, ticket)
    assert (case.status, case.channel) == ("PREPARED", "PORTAL")
    assert world.said(ticket, "CASE_PREPARED") == [
        "Case for Microsoft 365 is complete and must be lodged by hand at +44 20 7000 0000, "
        "since mail to support@vendor.example came back, severity A."
    ]
    text = "Call Microsoft at +44 20 7000 0000, lodge the case about Microsoft 365 and note its number."
    assert open_tasks() == [("LODGE", text)]


def test_where_no_contact_works_the_sweep_goes_on_and_somebody_must_find_one(world):
    ContactPoint.objects.update(bad_since=world.now)
    world.ladder({"tier": "L1", "acknowledge_within": "15m", "hand_over_after": "4h"}, {"vendor": True})
    ticket = world.open(service=world.m365)
    world.until(march(2, 9, 15))
    assert world.open_case(ticket).status == "PREPARED" and world.fresh(ticket).postponed == 0
    text = "Find a contact of Microsoft that works, lodge the case about Microsoft 365 and note its number."
    assert open_tasks() == [("LODGE", text)]


def test_a_prepared_case_ends_with_its_ticket_and_nobody_need_lodge_it(world):
    on_portal(world)
    ticket = world.open()
    case = by_hand(world, ticket)
    world.do(lifecycle.resolve, ticket, summary="It works again.")
    case.refresh_from_db()
    assert case.status == "CLOSED" and open_tasks() == []
    assert is_clean(audit(now=world.now) | {"outbox_stuck": []})


def test_undoing_the_answers_that_prepared_it_takes_its_task_back(world):
    on_portal(world)
    world.account.delete()
    ticket = world.open()
    case = by_hand(world, ticket)
    assert case.status == "INCOMPLETE"

    def answer():
        by_hand(world, ticket, answers={"tenant_id": TENANT}, why="")

    act = undoably(answer, key=ticket.key, noun="vendor-cases", by=world.l1, now=world.now)
    assert [kind for kind, _ in open_tasks()] == ["LODGE"]
    undo(act.pk, by=world.l1, now=world.now)
    case.refresh_from_db()
    assert case.status == "INCOMPLETE" and open_tasks() == []


# by an API -----------------------------------------------------------------------------------------------------------


def test_a_case_for_an_api_is_a_message_of_its_own_kind_and_needs_no_contact_point(world):
    ContactPoint.objects.all().delete()
    Service.objects.filter(pk=world.m365.pk).update(lodge_by="API")
    ticket = world.open()
    case = by_hand(world, ticket)
    message = Message.objects.get(pk=case.message_id)
    assert (case.status, case.channel, message.kind) == ("QUEUED", "API", "CASE_API")
    assert message.payload["case"] == case.pk and CaseMessage.objects.get(case=case).mail_id == ""
    Message.objects.filter(pk=message.pk).update(state="SENT", sent_at=world.now)
    vendor_cases.note_settled(now=world.now)
    assert world.custody(ticket) == ["L1", "Microsoft"]


# who opened it -------------------------------------------------------------------------------------------------------


def test_a_case_tells_who_opened_it_and_by_which_way(world):
    case = by_hand(world, world.open())
    assert (case.engaged_by, case.opened_by, case.channel) == ("HAND", world.l1, "MAIL")
    assert case.contact_point.value == "support@vendor.example"


@pytest.mark.parametrize(("prepare", "words"), [
    (lambda world: Vendor.objects.update(retired_at=world.now), "Microsoft 365 was retired on 2026-03-02"),
    (lambda world: ContactPoint.objects.all().delete(), "Microsoft 365 has no contact point to turn to"),
])  # fmt: skip
def test_by_hand_one_is_told_what_stands_against_it(world, prepare, words):
    prepare(world)
    with pytest.raises(BadAnswer, match=words) as refused:
        by_hand(world, world.open())
    assert refused.value.field == "service" and not VendorCase.objects.exists()


def test_a_ladder_passes_the_step_of_a_retired_vendor_over(world):
    world.ladder({"tier": "L1", "acknowledge_within": "15m"}, {"vendor": True}, {"tier": "L2"})
    ticket = world.open(service=world.m365)
    Service.objects.update(retired_at=world.now)
    world.until(march(2, 9, 15))
    assert world.fresh(ticket).tier.name == "L2" and not VendorCase.objects.exists()
    assert "vendor was skipped: Microsoft 365 was retired on 2026-03-02." in world.said(ticket, "ESCALATED")[0]


# what does not go out ------------------------------------------------------------------------------------------------


def failed(world, ticket) -> VendorCase:
    case = by_hand(world, ticket)
    Message.objects.filter(pk=case.message_id).update(state="DEAD", last_error="550 no such mailbox")
    vendor_cases.note_settled(now=world.now)
    case.refresh_from_db()
    return case


def test_a_dead_letter_leaves_custody_alarms_and_asks_for_a_contact_that_works(world):
    ticket = world.open()
    case = failed(world, ticket)
    assert (case.status, world.custody(ticket)) == ("FAILED", ["L1"])
    assert open_tasks() == [("CONTACT", "The case for Microsoft 365 could not be sent: 550 no such mailbox")]
    assert Alarm.objects.filter(key=f"case:{case.pk}", cleared_at=None).exists()


def test_a_retry_that_goes_out_lodges_it_and_ends_the_task_and_the_alarm(world):
    ticket = world.open()
    case = failed(world, ticket)
    Message.objects.filter(pk=case.message_id).update(state="SENT", sent_at=world.now)
    vendor_cases.note_settled(now=world.now)
    assert world.custody(ticket) == ["L1", "Microsoft"] and open_tasks() == []
    assert not Alarm.objects.filter(key=f"case:{case.pk}", cleared_at=None).exists()


def dead_alarm(world, case):
    raise_alarm(f"outbox:{case.message_id}", "could not be sent", now=world.now)
    return Alarm.objects.filter(key=f"outbox:{case.message_id}", cleared_at=None)


def test_the_alarm_of_a_dead_letter_ends_when_it_is_sent_anew(world):
    ticket = world.open()
    alarm = dead_alarm(world, failed(world, ticket))
    by_hand(world, ticket, why="")
    assert world.open_case(ticket).status == "QUEUED" and not alarm.exists()


def test_the_alarm_of_a_dead_letter_ends_when_somebody_has_lodged_it_by_hand(world):
    ticket = world.open()
    case = failed(world, ticket)
    alarm = dead_alarm(world, case)
    world.do(lodging.mark_lodged, ticket, case_id=case.pk, number="MS-1")
    assert Message.objects.get(pk=case.message_id).state == "CANCELLED" and not alarm.exists()


def test_a_lodged_case_stays_as_it_is_when_its_letter_is_looked_at_again(world):
    ticket = world.open()
    by_hand(world, ticket)
    world.tick()
    before = world.kinds(ticket)
    assert vendor_cases.note_settled(now=march(2, 10)) == 0
    assert world.kinds(ticket) == before and world.open_case(ticket).lodged_at == march(2, 9)


def test_one_that_waits_to_be_lodged_is_not_opened_a_second_time(world):
    on_portal(world)
    ticket = world.open()
    by_hand(world, ticket)
    with pytest.raises(NotAllowedNow, match="is prepared already"):
        by_hand(world, ticket)


def test_one_that_is_to_be_lodged_by_hand_now_is_not_sent_on_a_retry_as_well(world):
    ticket = world.open()
    case = failed(world, ticket)
    ContactPoint.objects.update(bad_since=world.now)
    on_portal(world)
    by_hand(world, ticket, why="")
    assert world.open_case(ticket).status == "PREPARED"
    retry(Message.objects.get(pk=case.message_id), now=world.now)
    world.tick()
    assert Message.objects.get(pk=case.message_id).state == "CANCELLED"
    assert world.mails_to("support@vendor.example") == [] and world.open_case(ticket).status == "PREPARED"


def test_one_that_misses_something_by_now_is_not_sent_on_a_retry_but_once_it_is_complete(world):
    ticket = world.open()
    case = failed(world, ticket)
    world.account.delete()
    assert by_hand(world, ticket, why="").status == "INCOMPLETE"
    retry(Message.objects.get(pk=case.message_id), now=world.now)
    world.tick()
    assert world.mails_to("support@vendor.example") == []

    def answer():
        by_hand(world, ticket, answers={"tenant_id": TENANT}, why="")

    assert undoably(answer, key=ticket.key, noun="vendor-cases", by=world.l1, now=world.now) is None
    world.tick()
    assert len(world.mails_to("support@vendor.example")) == 1 and world.open_case(ticket).status == "LODGED"


def test_a_prepared_case_whose_mail_went_out_after_all_is_lodged_like_any_other(world):
    ticket = world.open()
    case = failed(world, ticket)
    VendorCase.objects.filter(pk=case.pk).update(status="PREPARED")
    Message.objects.filter(pk=case.message_id).update(state="SENT", sent_at=world.now)
    vendor_cases.note_settled(now=world.now)
    assert world.open_case(ticket).status == "LODGED" and open_tasks() == []
    assert not Alarm.objects.filter(key=f"case:{case.pk}", cleared_at=None).exists()


@pytest.mark.parametrize("state, words", [
    ({"state": "PENDING", "leased_until": march(2, 9, 3)}, "leaving at this moment"),
    ({"state": "SENT", "sent_at": march(2, 9)}, "has gone out after all"),
])  # fmt: skip
@pytest.mark.parametrize("now_on_portal", [True, False])
def test_what_leaves_at_this_moment_or_has_left_is_not_written_anew(world, state, words, now_on_portal):
    ticket = world.open()
    case = failed(world, ticket)
    before = CaseMessage.objects.values("to", "body").get(case=case)
    ContactPoint.objects.update(value="new@vendor.example")
    if now_on_portal:
        on_portal(world)
    Message.objects.filter(pk=case.message_id).update(**state)
    with pytest.raises(NotAllowedNow, match=words):
        by_hand(world, ticket, why="")
    assert CaseMessage.objects.values("to", "body").get(case=case) == before
    assert (
        world.open_case(ticket).status == "FAILED" and Message.objects.get(pk=case.message_id).state == state["state"]
    )


def test_a_failed_case_is_sent_again_by_the_ticket_that_it_was_merged_into(world):
    loser, survivor = world.open(service=world.m365), world.open(service=world.m365)
    case = failed(world, loser)
    world.do(merging.merge, loser, into=survivor.key, why="The same")
    ContactPoint.objects.update(value="new@vendor.example")
    assert by_hand(world, survivor, why="").status == "QUEUED"
    world.tick()
    [mail] = world.mails_to("new@vendor.example")
    said = CaseMessage.objects.get(case=case)
    assert f"[{survivor.key}]" in mail.subject and mail.extra_headers["Message-ID"] == said.mail_id
    assert said.message.key == f"{loser.key}:case:{case.pk}" and said.to == "new@vendor.example"
    assert (world.open_case(survivor).status, world.custody(survivor)[-1]) == ("LODGED", "Microsoft")


# one that cannot be settled ------------------------------------------------------------------------------------------


def test_cases_that_cannot_be_settled_are_put_aside_and_keep_no_later_one_from_it(world):
    bad, good = [world.open() for _ in range(2)], world.open()
    for ticket in [*bad, good]:
        by_hand(world, ticket)
    Message.objects.filter(kind="CASE_MAIL").update(state="SENT", sent_at=world.now)
    counts = {ticket.pk: world.fresh(ticket).event_count for ticket in bad}
    Ticket.objects.filter(pk__in=counts).update(event_count=0)  # their next events collide with those that are there
    assert [vendor_cases.note_settled(now=world.now, limit=2) for _ in range(2)] == [0, 1]
    assert world.open_case(good).status == "LODGED"
    assert {world.open_case(ticket).status for ticket in bad} == {"QUEUED"}
    assert unsettled_alarms() == sorted(f"unsettled:{pk}" for pk in counts)

    for pk, count in counts.items():
        Ticket.objects.filter(pk=pk).update(event_count=count)
    assert vendor_cases.note_settled(now=world.now) == 0, "they were tried at this moment"
    assert vendor_cases.note_settled(now=world.now + vendor_cases.SETTLE_AGAIN) == 2
    assert {world.open_case(ticket).status for ticket in bad} == {"LODGED"} and unsettled_alarms() == []


def unsettled(world, ticket, case):
    """As if its letter had ended and that could not be noted."""
    VendorCase.objects.filter(pk=case.pk).update(settle_after=world.now)
    raise_alarm(f"unsettled:{ticket.pk}", "could not be settled", now=world.now)


def retried_again(world, ticket, case):
    """It died once more, which is noted this time."""
    VendorCase.objects.filter(pk=case.pk).update(status="QUEUED")
    assert vendor_cases.note_settled(now=world.now) == 1 and world.open_case(ticket).status == "FAILED"


@pytest.mark.parametrize("act", [
    lambda world, ticket, case: by_hand(world, ticket, why=""),
    lambda world, ticket, case: world.do(lodging.mark_lodged, ticket, case_id=case.pk, number="MS-1"),
    retried_again,
])  # fmt: skip
def test_what_could_not_be_settled_is_over_once_the_case_is_dealt_with(world, act):
    ticket = world.open()
    case = failed(world, ticket)
    unsettled(world, ticket, case)
    act(world, ticket, case)
    assert unsettled_alarms() == [] and world.open_case(ticket).settle_after is None


def unsettled_alarms():
    found = Alarm.objects.filter(key__startswith="unsettled:", cleared_at=None)
    return sorted(found.values_list("key", flat=True))


def test_what_is_to_be_settled_is_found_by_its_index(world):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "case_to_settle" in vendor_cases._to_settle(world.now).explain()
