"""What a vendor's own system reports about a case, from the body of its delivery. Pure.

{"delivery_id": "77", "reference": "ESC-12", "number": "CS0012345", "state": "answered", "text": "We look at it."}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tickets.reported import CannotRead

SYSTEM = "vendor"
# What a state means, as the kind of a message.
STATES = {"received": "AUTO_REPLY", "answered": "ANSWER", "question": "QUESTION", "closed": "CLOSING"}
LONGEST = {"delivery_id": 200, "reference": 80, "number": 80, "text": 20_000}


@dataclass(frozen=True, slots=True)
class VendorWord:
    """One thing that a vendor's system says. `reference` is our key or the case's token, "" where only the vendor's own
    `number` is named; `kind` is that of a message."""

    delivery_id: str
    reference: str
    number: str
    kind: str
    text: str


def parse(body: Mapping[str, Any]) -> VendorWord:
    """What a delivery says. Raises CannotRead with the field that is missing, wrong or too long."""
    said = {name: _text(body, name) for name in LONGEST}
    if not said["delivery_id"]:
        raise CannotRead("delivery_id", "is missing: the same delivery is dealt with once")
    if not said["reference"] and not said["number"]:
        raise CannotRead("reference", "is missing, and there is no number either: name our reference or your number")
    state = _text(body, "state").lower()
    if state not in STATES:
        raise CannotRead("state", f"must be one of {', '.join(STATES)}")
    if not said["text"] and state != "received":
        raise CannotRead("text", f'is missing: say what is "{state}"')
    return VendorWord(said["delivery_id"], said["reference"], said["number"], STATES[state], said["text"])


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise CannotRead(name, "must be a text")
    text, longest = str(value).strip(), LONGEST.get(name, 20)
    if len(text) > longest:
        raise CannotRead(name, f"is longer than {longest:,} characters")
    return text
