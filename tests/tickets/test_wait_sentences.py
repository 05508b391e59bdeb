"""What a client is told of a vendor: records in, sentences in the client's zone and language out."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.language import ENGLISH
from accounts.languages import say_in
from tickets.wait_sentences import asked, chased, heard, still_waiting

TEN = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)  # 11:00 in London, 12:00 in Berlin
LONDON = {"decided_at": TEN.isoformat(), "timezone": "Europe/London"}
AGAIN = {"next_at": (TEN + timedelta(hours=2)).isoformat()}
PROMISE = {"respond_seconds": 14400, "respond_by": (TEN + timedelta(hours=4)).isoformat()}


def at(hours):
    return (TEN + timedelta(hours=hours)).isoformat()


def wait(vendor="Microsoft", since=-1, due=None, first=True, *, reminded=False):
    due_at = None if due is None else at(due)
    return {"vendor": vendor, "since": at(since), "due_at": due_at, "first": first, "reminded": reminded}


@pytest.mark.parametrize(
    "known, said",
    [
        (PROMISE | AGAIN, "They promise a first answer within 4 hours, so by 15:00. We write to you again by 13:00."),
        (PROMISE, "They promise a first answer within 4 hours, so by 15:00."),
        (
            {"respond_seconds": None},
            "They have named no time for their answer; we tell you as soon as it is there.",
        ),
        (
            PROMISE | {"respond_by": at(24 * 3)},
            "They promise a first answer within 4 hours of their working hours, so by Sat 11:00.",
        ),
    ],
)
def test_who_was_asked_what_is_promised_and_when_we_write_again(known, said):
    record = LONDON | {"vendor": "Microsoft"} | known
    assert asked(record, ENGLISH) == f"We have passed your request to Microsoft. {said}"


def test_an_old_record_that_names_no_moments_is_still_told():
    old = {"vendor": "Microsoft", "respond_seconds": 3600}
    told = "We have passed your request to Microsoft."
    assert asked(old, ENGLISH) == f"{told} They promise a first answer within 1 hour."
    assert asked({"vendor": "Microsoft", "respond_seconds": None}, ENGLISH) == told


@pytest.mark.parametrize(
    "metric, done, said",
    [
        (
            "VENDOR_RESPOND", "REMINDED",
            "Microsoft promised a first answer by 10:00, and we do not have it yet. We have reminded them.",
        ),
        (
            "VENDOR_UPDATE", "REMINDED",
            "Microsoft promised an answer by 10:00, and we do not have it yet. We have reminded them.",
        ),
        (
            "VENDOR_RESPOND", "CALL",
            "Microsoft promised a first answer by 10:00, and we do not have it yet. We are pressing them for it.",
        ),
    ],
)  # fmt: skip
def test_a_late_vendor_is_told_of_with_what_we_did(metric, done, said):
    clock = {"metric": metric, "due_at": at(-1)}
    record = LONDON | {"vendor": "Microsoft", "percent": 100, "clock": clock, "done": done, "to": "noc@vendor.example"}
    assert chased(record, ENGLISH) == said
    assert chased(record | AGAIN, ENGLISH) == f"{said} We write to you again by 13:00."


@pytest.mark.parametrize("percent", [150, 200])
def test_how_we_go_on_pressing_a_late_vendor_is_not_told(percent):
    clock = {"metric": "VENDOR_RESPOND", "due_at": at(-1)}
    record = LONDON | {"vendor": "Microsoft", "percent": percent, "clock": clock, "done": "FORWARDED"}
    assert chased(record, ENGLISH) == ""


@pytest.mark.parametrize(
    "waits, said",
    [
        (
            [wait(due=3)],
            "We are still waiting for Microsoft, since 10:00. They promise a first answer by 14:00.",
        ),
        (
            [wait(due=3, first=False)],
            "We are still waiting for Microsoft, since 10:00. They promise their next answer by 14:00.",
        ),
        (
            [wait(since=-24, due=-20)],
            "We are still waiting for Microsoft, since Tue 30 Jun 11:00. "
            "Their first answer was due by Tue 30 Jun 15:00. We are pressing them for it.",
        ),
        (
            [wait(due=0, first=False, reminded=True)],
            "We are still waiting for Microsoft, since 10:00. Their next answer was due by 11:00. "
            "We have reminded them.",
        ),
        (
            [wait(), wait("Dell", due=1)],
            "We are still waiting for Microsoft, since 10:00. They have named no time for their answer; we tell you as "
            "soon as it is there. We are still waiting for Dell, since 10:00. They promise a first answer by 12:00.",
        ),
    ],
)
def test_a_wait_is_told_with_its_beginning_what_is_promised_and_when_we_write_again(waits, said):
    assert still_waiting(LONDON | AGAIN | {"waits": waits}, ENGLISH) == f"{said} We write to you again by 13:00."


@pytest.mark.parametrize(
    "kind, said",
    [
        ("ANSWER", "Microsoft has answered; we go on from there."),
        ("QUESTION", "Microsoft has asked us a question; we see to it."),
        ("CLOSING", "Microsoft reports that it is solved; we make sure of that."),
        ("AUTO_REPLY", ""),
        ("BOUNCE", ""),
        ("LATE", ""),
    ],
)
def test_that_a_vendor_wrote_is_told_and_nothing_of_what_it_wrote(kind, said):
    assert heard(LONDON | {"vendor": "Microsoft", "kind": kind, "because": "secret words"}, ENGLISH) == said


def test_everything_is_told_in_the_client_s_zone_and_language():
    berlin = {"decided_at": TEN.isoformat(), "timezone": "Europe/Berlin", "vendor": "Microsoft"} | AGAIN
    said = asked(berlin | PROMISE, say_in("de"))
    assert "innerhalb von 4 Stunden, also bis 16:00 Uhr." in said
    assert said.endswith("Wir schreiben Ihnen wieder bis 14:00 Uhr.")
    assert still_waiting(berlin | {"waits": [wait(due=-1, reminded=True)]}, say_in("de")) == (
        "Wir warten weiterhin auf Microsoft, seit 11:00 Uhr. Die erste Antwort war bis 11:00 Uhr zugesagt. "
        "Wir haben daran erinnert. Wir schreiben Ihnen wieder bis 14:00 Uhr."
    )
