"""What technicians read of a vendor's word on a case: what came, why it is held to be about it, their number. Pure."""

from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]

# Why something that came is held to be about the case.
FOUND = {
    "TOKEN": "found by the case's own address",
    "REFERENCE": "found by our mail that it answers",
    "NUMBER": "found by their number, and our mail server vouches for the sender",
    "HOOK": "reported by their own system",
    "ATTACHED": "put to the case by a manager",
    "HAND": "noted by hand",
}
SAID = {
    "ANSWER": "{vendor} has answered about {service}",
    "QUESTION": "{vendor} asks us something about {service}",
    "CLOSING": "{vendor} holds the case about {service} for done",
    "AUTO_REPLY": "An automatic reply of {vendor} about {service}; it answers nothing",
    "LATE": "{vendor} wrote about {service} after the case was closed",
    "BOUNCE": "Our mail to {vendor} about {service} came back",
}


def heard(record: Record) -> str:
    """The sentence of a record of the rule VENDOR_MAIL. Raises KeyError for a kind that has none."""
    said = SAID[record["kind"]].format(vendor=record["vendor"], service=record["service"])
    known = ", an address that nobody knows as theirs" if record.get("stranger") else ""
    how = [record["sender"] and f"from {record['sender']}{known}", FOUND.get(record["found"], "")]
    told = ", ".join(part for part in how if part)
    return f"{said}{f' ({told})' if told else ''}.{_because(record)}{_number(record)}"


def _because(record: Record) -> str:
    """The words by which it was taken for that; of what came back, why."""
    words = record.get("because", "")
    if not words:
        return ""
    return f" {words}" if record["kind"] == "BOUNCE" else f" “{words}”"


def _number(record: Record) -> str:
    return f" Their number is {record['number']}." if record.get("number") else ""
