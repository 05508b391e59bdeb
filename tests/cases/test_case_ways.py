"""By mail, by hand or by an API: what becomes of a case that is complete, and of one whose mail does not go out."""

import pytest

from outbox.models import Alarm, Message
from tickets import lifecycle, vendor_cases
from tickets.auditing import audit, is_clean
from tickets.cases import lodging
from tickets.models import CaseMessage, CaseTask, VendorCase
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
