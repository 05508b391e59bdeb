"""A case goes to a vendor's API: what is said, what the answer brings about, what becomes of one that does not go."""

import gzip
import json
import os
import time
from datetime import timedelta

import pytest
from django.db import connections

from accounts.encryption import encrypt
from integrations.models import CaseConnection, Destination
from outbox.delivery import LEASE, deliver, retry
from outbox.models import Alarm, Message
from tickets import lifecycle, vendor_cases
from tickets.cases import lodging, receiving, writing
from tickets.models import CaseMessage, CaseTask, TicketEvent, VendorCase
from tickets.undoing import undo, undoably
from vendor_server import VendorServer, drips, hangs, head, keyed, resets, says
from vendors.models import ContactPoint, Service, ServiceAccount
from world import REQUIRED, TENANT, march

SECRET = "vendor-secret-4711"
PIN = {"key": "pin", "label": "Support PIN", "source": "account.pin", "secret": True}


@pytest.fixture
def vendor(settings, monkeypatch):
    running = VendorServer()
    settings.OUTBOUND_ALLOWED = [f"127.0.0.1:{running.port}"]
    monkeypatch.setenv("MICROSOFT_API", SECRET)
    yield running
    running.stop()


@pytest.fixture
def api(world, vendor):
    """Microsoft 365 takes cases through its API alone."""
    ContactPoint.objects.all().delete()
    Service.objects.update(lodge_by="API", required=[*REQUIRED[:2], PIN])
    ServiceAccount.objects.update(secrets={"pin": encrypt("97531")}, facts={"tenant_id": TENANT})
    template = {"subject": "{{client}}: {{problem}}", "body": "Tenant {{tenant_id}}, PIN {{pin}}\n{{problem}}"}
    Service.objects.update(template=template)
    CaseConnection.objects.create(
        name="Microsoft's API", service=world.m365, url=vendor.url, secret_name="MICROSOFT_API", number_at="data.id"
    )
    return world


def lodged(world, **said) -> VendorCase:
    ticket = world.open(**said)
    case = world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")
    world.tick()
    return fresh(case)


def fresh(case) -> VendorCase:
    return VendorCase.objects.select_related("message", "ticket").get(pk=case.pk)


def tasks() -> list[tuple[str, str]]:
    return list(CaseTask.objects.filter(done_at=None).values_list("kind", "text"))


def held_by(world, case) -> str:
    return world.custody(case.ticket)[-1]


# it goes -------------------------------------------------------------------------------------------------------------


def test_a_case_is_posted_under_its_key_and_custody_passes_with_the_vendor_s_number(api, vendor):
    case = lodged(api)
    [asked] = vendor.asked
    assert (asked.method, asked.path) == ("POST", "/cases")
    assert asked.headers["idempotency-key"] == case.message.key == f"{case.ticket.key}:case:{case.pk}"
    assert asked.headers["authorization"] == f"Bearer {SECRET}"
    row = CaseMessage.objects.get(case=case)
    assert asked.json == {
        "reference": case.ticket.key, "subject": row.subject, "severity": "A",
        "text": row.body.replace(case.answers["pin"], "97531"),
        "fields": {"tenant_id": TENANT, "problem": case.ticket.title, "pin": "97531"},
    }  # fmt: skip
    assert (case.status, case.number, held_by(api, case), tasks()) == ("LODGED", "CS0012345", "Microsoft", [])
    assert list(case.ticket.timeline.filter(kind="CASE_NUMBER").values_list("at", flat=True)) == [api.now]
    assert api.said(case.ticket, "CASE_NUMBER") == ["Microsoft's API took the case: their number is CS0012345."]


def test_no_secret_is_kept_in_the_correspondence_the_outbox_or_the_timeline(api, vendor):
    lodged(api)
    told = [*TicketEvent.objects.values_list("text", flat=True), *CaseMessage.objects.values_list("body", flat=True)]
    kept = json.dumps([*Message.objects.values_list("payload", flat=True), *told])
    assert vendor.asked[0].json["fields"]["pin"] == "97531" and "PIN 97531" in vendor.asked[0].json["text"]
    assert "97531" not in kept and SECRET not in kept


def test_a_client_s_words_that_look_like_a_secret_of_another_are_not_filled_in(api, vendor):
    account = ServiceAccount.objects.get()
    lodged(api, title=f"Broken [[secret:{account.pk}:pin]]")
    assert "97531" not in vendor.asked[0].json["subject"] and "97531" not in vendor.asked[0].json["fields"]["problem"]


def test_a_whole_number_is_a_number_too(api, vendor):
    vendor.then = [says({"data": {"id": 4711}})]
    assert lodged(api).number == "4711"


@pytest.mark.parametrize(("answer", "because"), [
    (says({"data": {}}), "nothing stands at data.id"),
    (says([]), "nothing stands at data.id"),
    (says(b""), "its answer is no JSON"),
    (says(b"<html>Thank you</html>"), "its answer is no JSON"),
    (says(b"[" * 100_000), "its answer is no JSON"),
    (says(b"\xff\xfe\x00"), "its answer is no JSON"),
    (says({"data": {"id": None}}), "neither a text nor a whole number"),
    (says({"data": {"id": True}}), "neither a text nor a whole number"),
    (says({"data": {"id": 1.5}}), "neither a text nor a whole number"),
    (says({"data": {"id": "  "}}), "is empty"),
    (says({"data": {"id": "7" * 81}}), "longer than 80 characters"),
    (says({"data": {"id": "CS1\nBcc: all"}}), "or no number"),
    (says(b"a" * 2_000_000), "its answer could not be read"),
    (says(gzip.compress(b"\0" * 50_000_000, 1), Content_Encoding="gzip"), "its answer could not be read"),
    (says(b"", status=204), "its answer is no JSON"),
])  # fmt: skip
def test_without_a_number_that_can_be_kept_the_vendor_has_the_case_and_somebody_asks_for_it(
    api, vendor, answer, because
):
    vendor.then = [answer]
    case = lodged(api)
    assert (case.status, case.number, held_by(api, case), len(vendor.asked)) == ("LODGED", "", "Microsoft", 1)
    [(kind, text)] = tasks()
    assert kind == "NUMBER" and text.startswith(
        "Ask Microsoft for its number of the case about Microsoft 365 and note it"
    )
    assert because in text


def test_a_number_that_does_not_look_like_the_vendor_s_is_kept_and_somebody_checks_it(api, vendor):
    Service.objects.update(number_pattern="MS-[0-9]+")
    case = lodged(api)
    assert (case.number, case.status) == ("CS0012345", "LODGED")
    [(kind, text)] = tasks()
    assert kind == "NUMBER" and "“CS0012345” does not look like the numbers of Microsoft 365" in text


def test_a_number_is_asked_for_beside_a_call_and_until_it_is_noted(api, vendor):
    ContactPoint.objects.create(service=api.m365, order=1, kind="HOTLINE", value="0800 1234")
    vendor.then = [says({})]
    case = lodged(api)
    api.until(march(2, 10, 31))
    assert [kind for kind, _ in tasks()] == ["NUMBER", "CALL"]
    receiving.receive(
        case_id=case.pk, kind="ANSWER", text="We are at it.", sender="", subject="", mail_id="hook:1", number="",
        now=api.now,
    )  # fmt: skip
    assert [kind for kind, _ in tasks()] == ["NUMBER"]
    api.do(lodging.note_number, case.ticket, case_id=case.pk, number="MS-1")
    assert tasks() == []


def test_a_number_that_comes_with_an_answer_is_asked_for_no_more(api, vendor):
    vendor.then = [says({})]
    case = lodged(api)
    receiving.receive(
        case_id=case.pk, kind="ANSWER", text="We are at it.", sender="", subject="", mail_id="hook:1", number="MS-1",
        now=api.now,
    )  # fmt: skip
    assert tasks() == [] and fresh(case).number == "MS-1"


def test_a_number_that_is_known_already_is_not_replaced(api, vendor):
    case = lodged(api)
    api.do(lodging.note_number, case.ticket, case_id=case.pk, number="MS-1")
    Message.objects.filter(pk=case.message_id).update(state="PENDING", sent_at=None)
    api.tick()
    assert (fresh(case).number, len(vendor.asked)) == ("MS-1", 2)


# it does not go ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 302])
def test_what_the_vendor_refuses_is_not_tried_again_and_leaves_custody_with_an_alarm(api, vendor, status):
    vendor.then = [says({"error": "the words of the vendor"}, status=status, Location=vendor.url)]
    case = lodged(api)
    assert (case.status, case.message.state, len(vendor.asked)) == ("FAILED", "DEAD", 1)
    assert held_by(api, case) == "L1"
    assert f"answered {status}" in case.message.last_error and "words of the vendor" not in case.message.last_error
    assert Alarm.objects.filter(key=f"case:{case.pk}", cleared_at=None).exists()
    assert [kind for kind, _ in tasks()] == ["CONTACT"]


@pytest.mark.parametrize("answer", [
    says(b"", status=500), says(b"", status=503), says(b"", status=408), says(b"", status=425), says(b"", status=429),
    resets(), resets(head(201, 400) + b'{"data"'), says(b"no gzip", status=502, Content_Encoding="identity"),
    says(b"no gzip", status=502, Content_Encoding="gzip"), says(b"a" * 2_000_000, status=429),
])  # fmt: skip
def test_what_may_work_later_is_sent_again_under_the_same_key(api, vendor, answer):
    vendor.then = [answer, says({"data": {"id": "CS1"}}, status=201)]
    case = lodged(api)
    assert (case.status, case.message.state, case.message.attempts) == ("QUEUED", "PENDING", 1)
    assert held_by(api, case) == "L1" and case.message.last_error.startswith(("127.0.0.1:", "the answer of 127"))
    api.forward(minutes=1)
    keys = [asked.headers["idempotency-key"] for asked in vendor.asked]
    assert (fresh(case).status, fresh(case).number, keys) == ("LODGED", "CS1", [case.message.key] * 2)


@pytest.mark.parametrize(("said", "seconds"), [
    ({"Retry_After": "120"}, 120),
    ({"Retry_After": "Mon, 02 Mar 2026 09:05:00 GMT", "Date": "Mon, 02 Mar 2026 09:00:00 GMT"}, 300),
    ({"Retry_After": "86400"}, 3600),
])  # fmt: skip
@pytest.mark.parametrize("status", [429, 503])
def test_the_vendor_says_when_to_come_again(api, vendor, said, seconds, status):
    vendor.then = [says(b"", status=status, **said), says({"data": {"id": "CS1"}})]
    case = lodged(api)
    assert case.message.not_before == api.now + timedelta(seconds=seconds)
    api.forward(seconds=seconds - 1)
    assert len(vendor.asked) == 1
    api.forward(seconds=1)
    assert fresh(case).status == "LODGED"


@pytest.mark.parametrize("said", ["soon", "-5", "", "Mon, 02 Mar 2026 09:05:00 GMT", "²"])
def test_a_moment_that_cannot_be_read_leaves_the_usual_wait(api, vendor, said):
    vendor.then = [says(b"", status=429, Retry_After=said)]
    assert lodged(api).message.not_before <= api.now + timedelta(seconds=2)


def test_one_that_never_works_ends_as_a_dead_letter_with_an_alarm(api, vendor):
    vendor.then = [says(b"", status=500)]
    case = lodged(api)
    for _ in range(40):
        api.forward(minutes=5)
        Destination.objects.update(shut_until=api.now)
    assert (fresh(case).status, fresh(case).message.state) == ("FAILED", "DEAD")
    assert Alarm.objects.filter(key=f"case:{case.pk}", cleared_at=None).exists()
    vendor.then = [says({"data": {"id": "CS9"}})]
    retry(fresh(case).message, now=api.now)
    api.tick()
    assert (fresh(case).status, fresh(case).number) == ("LODGED", "CS9")
    assert {asked.headers["idempotency-key"] for asked in vendor.asked} == {case.message.key}


def test_a_server_that_drips_holds_the_delivery_for_fifteen_seconds_and_no_longer(api, vendor):
    vendor.then = [drips(b"HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n", 1, 30)]
    begun = time.monotonic()
    case = lodged(api)
    assert 14 < time.monotonic() - begun < 17
    assert (case.status, case.message.state) == ("QUEUED", "PENDING") and "in time" in case.message.last_error


def test_a_server_that_hangs_holds_it_for_ten(api, vendor):
    vendor.then = [hangs(30)]
    begun = time.monotonic()
    case = lodged(api)
    assert 9 < time.monotonic() - begun < 12 and case.message.state == "PENDING"


def test_a_private_address_is_never_asked_and_nobody_waits_for_it(api, vendor, settings):
    settings.OUTBOUND_ALLOWED = []
    CaseConnection.objects.update(url=f"https://localhost:{vendor.port}/cases")
    case = lodged(api)
    assert (case.status, vendor.connections) == ("FAILED", 0)
    assert "leads to an address that is not public" in case.message.last_error


# not configured ------------------------------------------------------------------------------------------------------


def test_without_a_connection_it_fails_at_once_and_says_so(api, vendor):
    CaseConnection.objects.all().delete()
    case = lodged(api)
    words = "no connection to the API of Microsoft is configured for Microsoft 365"
    assert (case.status, case.message.attempts, held_by(api, case)) == ("FAILED", 1, "L1")
    assert words in case.message.last_error and words in tasks()[0][1]
    assert words in Alarm.objects.get(key=f"case:{case.pk}").text
    assert vendor.connections == 0


@pytest.mark.parametrize(("secret", "words"), [
    ("", "set MICROSOFT_API for the worker"), ("  ", "set MICROSOFT_API for the worker"),
    ("line\nbreak", "holds signs that no header may hold"), ("schlüssel", "holds signs that no header may hold"),
])  # fmt: skip
def test_without_a_secret_that_can_be_sent_it_fails_at_once_and_the_secret_is_not_told(
    api, vendor, monkeypatch, secret, words
):
    monkeypatch.setenv("MICROSOFT_API", secret)
    case = lodged(api)
    assert case.status == "FAILED" and words in case.message.last_error and vendor.connections == 0
    assert not secret.strip() or secret not in case.message.last_error


def test_once_it_is_connected_what_failed_is_sent_again_by_hand(api, vendor):
    kept = CaseConnection.objects.get()
    kept.delete()
    case = lodged(api)
    kept.save(force_insert=True)
    api.do(lifecycle.lodge_case, case.ticket, service="Microsoft 365", answers={}, why="It is connected now")
    api.tick()
    assert (fresh(case).status, fresh(case).number, tasks()) == ("LODGED", "CS0012345", [])


def test_a_case_that_was_lodged_by_hand_instead_is_never_posted(api, vendor):
    vendor.then = [says(b"", status=500)]
    case = lodged(api)
    api.do(lodging.mark_lodged, case.ticket, case_id=case.pk, number="MS-1")
    api.forward(minutes=30)
    assert (len(vendor.asked), fresh(case).message.state) == (1, "CANCELLED")


def test_a_secret_of_the_client_that_is_gone_is_said(api, vendor):
    ticket = api.open()
    case = api.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")
    ServiceAccount.objects.update(secrets={})
    api.tick()
    assert "is not stored any more" in fresh(case).message.last_error and vendor.connections == 0


# letters about a case ------------------------------------------------------------------------------------------------


def test_a_reply_goes_the_way_of_the_case_and_names_the_vendor_s_number(api, vendor):
    case = lodged(api)
    receiving.receive(
        case_id=case.pk, kind="QUESTION", text="Which users?", sender="", subject="", mail_id="hook:1", number="",
        now=api.now,
    )  # fmt: skip
    api.do(writing.write, case.ticket, case_id=case.pk, text="All of them.", keep_ball=False)
    api.tick()
    [_, asked] = vendor.asked
    assert asked.json == {
        "about": "CS0012345", "reference": case.ticket.key, "text": f"All of them.\n\n{api.l1}",
        "subject": CaseMessage.objects.get(case=case, kind="REPLY").subject,
    }  # fmt: skip
    assert asked.headers["idempotency-key"] == f"{case.ticket.key}:case:{case.pk}:reply:3"
    assert fresh(case).number == "CS0012345" and held_by(api, case) == "Microsoft"
    assert api.said(case.ticket, "CASE_REPLY") == [f"{api.l1} wrote to Microsoft, through its API."]


def test_a_late_vendor_is_reminded_through_its_api(api, vendor):
    vendor.then = [says({}), says({"data": {"id": "comment-7"}})]
    case = lodged(api)
    api.until(march(2, 10, 1))
    [_, asked] = vendor.asked
    assert asked.json["about"] == asked.json["reference"] == case.ticket.key, "it gave no number of its own"
    assert asked.json["subject"].startswith("Reminder: ") and "Please answer and tell us" in asked.json["text"]
    assert "97531" not in asked.json["text"] and asked.headers["idempotency-key"].endswith(":chase:1")
    assert fresh(case).number == "", "a reminder's answer is no number of the case"
    assert "It was reminded at its API." in api.said(case.ticket, "CASE_CHASED")[0]


def test_when_its_api_stays_silent_the_first_contact_gets_the_case_and_reads_of_no_mail_before(api, vendor):
    for order in (1, 2):
        ContactPoint.objects.create(service=api.m365, order=order, kind="EMAIL", value=f"{order}@vendor.example")
    case = lodged(api)
    assert case.contact_point is None
    api.until(march(2, 10, 31))
    [mail] = api.mails_to("1@vendor.example")
    assert "we lodged the case below with you and have no answer" in mail.body
    assert api.mails_to("2@vendor.example") == [] and fresh(case).contact_point.value == "1@vendor.example"


def test_a_contact_that_does_not_hold_keeps_no_reminder_from_its_api(api, vendor):
    ContactPoint.objects.create(service=api.m365, order=1, kind="EMAIL", value="support@vendor.example")
    lodged(api)
    ContactPoint.objects.update(bad_since=api.now)
    api.until(march(2, 10, 31))
    assert [asked.json["subject"][:9] for asked in vendor.asked[1:]] == ["Reminder:"] * 2


def test_one_that_was_lodged_by_hand_is_chased_by_mail_from_the_first_contact_on(api, vendor):
    for order in (1, 2):
        ContactPoint.objects.create(service=api.m365, order=order, kind="EMAIL", value=f"{order}@vendor.example")
    vendor.then = [says(b"", status=422)]
    case = lodged(api)
    api.do(lodging.mark_lodged, case.ticket, case_id=case.pk, number="MS-1")
    api.until(march(2, 10, 31))
    subjects = [[mail.subject.split(":")[0] for mail in api.mails_to(f"{order}@vendor.example")] for order in (1, 2)]
    assert subjects == [["Reminder"], ["Not answered so far"]] and len(vendor.asked) == 1


def test_a_reply_about_one_that_was_lodged_by_hand_goes_by_mail(api, vendor):
    ContactPoint.objects.create(service=api.m365, order=1, kind="EMAIL", value="support@vendor.example")
    vendor.then = [says(b"", status=422)]
    case = lodged(api)
    api.do(lodging.mark_lodged, case.ticket, case_id=case.pk, number="MS-1")
    api.do(writing.write, case.ticket, case_id=case.pk, text="All of them.", keep_ball=True)
    api.tick()
    assert len(vendor.asked) == 1 and len(api.mails_to("support@vendor.example")) == 1


# undone, and a process that dies --------------------------------------------------------------------------------------


def test_what_is_undone_before_it_left_is_never_posted(api, vendor):
    ticket = api.open()

    def lodge():
        api.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")

    act = undoably(lodge, key=ticket.key, noun="vendor-cases", by=api.l1, now=api.now)
    undo(act.pk, by=api.l1, now=api.now)
    api.forward(minutes=5)
    assert vendor.connections == 0


def die_after_sending(now):
    """A process that delivers one message and is gone before it is marked; how it ended."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            deliver(now=now, clock=lambda: os._exit(77), limit=1)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.django_db(transaction=True)
@pytest.mark.faults
def test_a_crash_between_sending_and_marking_makes_one_case_at_the_vendor(api, vendor):
    vendor.then = [keyed(vendor)]
    ticket = api.open()
    case = api.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")
    Message.objects.exclude(kind="CASE_API").delete()
    assert die_after_sending(api.now) == 77
    assert (len(vendor.asked), fresh(case).message.state, fresh(case).status) == (1, "PENDING", "QUEUED")
    assert vendor_cases.note_settled(now=api.now) == 0, "what is not marked passes no custody"

    api.now += LEASE + timedelta(seconds=1)
    api.tick()
    assert len(vendor.asked) == 2 and len(vendor.numbers) == 1
    assert (fresh(case).status, fresh(case).number, held_by(api, case)) == ("LODGED", "CS0000001", "Microsoft")
    assert len(api.said(ticket, "CASE_NUMBER")) == len(api.said(ticket, "CASE_LODGED")) == 1
