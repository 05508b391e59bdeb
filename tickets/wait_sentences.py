"""What whoever reported a request is told of a vendor: asked, late, still awaited, heard from. Pure.

Each is made from a why-record, in the client's zone and language. Nothing that passes between us and the vendor is in
it, and neither is who of us does what.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.language import Say, message
from documents.guide.plain_words import clock_time, duration
from tickets.facts import VENDOR_RESPOND

Record = Mapping[str, Any]

PROMISED = message("They promise a first answer within {within}, so by {time}.")
PROMISED_OPEN = message("They promise a first answer within {within} of their working hours, so by {time}.")
NOT_PROMISED = message("They have named no time for their answer; we tell you as soon as it is there.")
DUE = {
    True: message("They promise a first answer by {time}."),
    False: message("They promise their next answer by {time}."),
}
LATE = {
    True: message("Their first answer was due by {time}. We are pressing them for it."),
    False: message("Their next answer was due by {time}. We are pressing them for it."),
}
REMINDED = {
    True: message("Their first answer was due by {time}. We have reminded them."),
    False: message("Their next answer was due by {time}. We have reminded them."),
}
HEARD = {
    "ANSWER": message("{vendor} has answered; we go on from there."),
    "QUESTION": message("{vendor} has asked us a question; we see to it."),
    "CLOSING": message("{vendor} reports that it is solved; we make sure of that."),
}
MISSED = {
    True: message("{vendor} promised a first answer by {time}, and we do not have it yet."),
    False: message("{vendor} promised an answer by {time}, and we do not have it yet."),
}
REMINDED_NOW, PRESSED = message("We have reminded them."), message("We are pressing them for it.")
# What was done about a late vendor that it hears of by mail.
WRITTEN_TO = frozenset({"REMINDED", "AGAIN", "FORWARDED"})


def asked(record: Record, say: Say) -> str:
    """Passed to a vendor: to whom, what it promises, and when the client hears from us again."""
    told = say("We have passed your request to {vendor}.", vendor=record["vendor"])
    return _joined(told, _promise(record, say), _again(record, say))


def chased(record: Record, say: Say) -> str:
    """The vendor is late: told when its promise is missed, and once for each; how we go on pressing is not."""
    if record.get("percent") != 100 or not record["clock"].get("due_at"):
        return ""
    first = record["clock"]["metric"] == VENDOR_RESPOND
    late = say(MISSED[first], vendor=record["vendor"], time=_time(record, record["clock"]["due_at"], say))
    return _joined(late, say(REMINDED_NOW if record.get("done") in WRITTEN_TO else PRESSED), _again(record, say))


def still_waiting(record: Record, say: Say) -> str:
    """An update was due: whom we wait for since when, and what each of them has promised."""
    waits = [said for wait in record["waits"] for said in _wait(record, wait, say)]
    return _joined(*waits, _again(record, say))


def heard(record: Record, say: Say) -> str:
    """The vendor has written to us: that it has, never what; nothing where it says nothing, as in automatic replies."""
    if record["kind"] not in HEARD:
        return ""
    return _joined(say(HEARD[record["kind"]], vendor=record["vendor"]), _again(record, say))


def _promise(record: Record, say: Say) -> str:
    seconds, by = record.get("respond_seconds"), record.get("respond_by")
    if not seconds:
        return say(NOT_PROMISED) if "decided_at" in record else ""
    within = duration(seconds, say)
    if not by:
        return say("They promise a first answer within {time}.", time=within)
    promise = promised(seconds, since=_now(record), by=datetime.fromisoformat(by))
    return say(promise, within=within, time=_time(record, by, say))


def promised(seconds: int, *, since: datetime, by: datetime) -> str:
    """The message of a vendor's first answer; where other hours than theirs lie between, it says which ones count."""
    return PROMISED if by - since == timedelta(seconds=seconds) else PROMISED_OPEN


def _wait(record: Record, wait: Record, say: Say) -> tuple[str, str]:
    since = _time(record, wait["since"], say)
    stands = say("We are still waiting for {vendor}, since {time}.", vendor=wait["vendor"], time=since)
    if not wait["due_at"]:
        return stands, say(NOT_PROMISED)
    return stands, say(_due(record, wait)[wait["first"]], time=_time(record, wait["due_at"], say))


def _due(record: Record, wait: Record) -> Mapping[bool, str]:
    if datetime.fromisoformat(wait["due_at"]) > _now(record):
        return DUE
    return REMINDED if wait["reminded"] else LATE


def _again(record: Record, say: Say) -> str:
    if not record.get("next_at"):
        return ""
    return say("We write to you again by {time}.", time=_time(record, record["next_at"], say))


def _time(record: Record, at: str, say: Say) -> str:
    zone = ZoneInfo(record.get("timezone") or "UTC")
    return clock_time(datetime.fromisoformat(at), now=_now(record), zone=zone, say=say)


def _now(record: Record) -> datetime:
    return datetime.fromisoformat(record["decided_at"])


def _joined(*sentences: str) -> str:
    return " ".join(said for said in sentences if said)
