"""Reports of mail servers on mails of ours: which did not arrive, whom they were for, and why. Pure. Source: RFC 3464.

Nothing is believed here: whoever knows the Message-ID of a mail of ours can write such a report.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

ID = re.compile(r"<[^<>\s]{1,250}>")
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
LONGEST_WORDS = 200
MOST_RECIPIENTS = 20


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a mail. `failed`: it was given up; a delay is none. `status` such as 5.1.1, `recipient` whom it
    did not reach, `ids` the Message-IDs that it may be about, `words` the other server's own."""

    failed: bool
    recipient: str
    status: str
    ids: tuple[str, ...]
    words: str

    @property
    def for_good(self) -> bool:
        """Whether the address is wrong, rather than out of reach for too long."""
        return self.failed and not self.status.startswith("4.")

    @property
    def because(self) -> str:
        """Why it came back, in a sentence."""
        to, status = self.recipient or "its address", f" ({self.status})" if self.status else ""
        what = f"{to} could not be reached{status}" if self.failed else f"{to} is not reached yet{status}"
        return f"{what}: {self.words}" if self.words else f"{what}."


def report_of(mail: Message) -> Report | None:
    """The report that a mail is, None for one that is none. The first recipient that failed counts."""
    if mail.get_content_type() != "multipart/report" or mail.get_param("report-type") not in (None, "delivery-status"):
        return None
    parts = _parts(mail)
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is None:
        return None
    fields = list(_recipients(status))
    told = next((one for one in fields if _action(one) == "failed"), fields[0] if fields else None)
    if told is None:
        return None
    return Report(
        _action(told) == "failed", _address(told), _status(told), tuple(_ids(mail, status, parts)), _why(told)
    )


def _parts(mail: Message) -> list[Message]:
    inside = mail.get_payload() if mail.is_multipart() else []
    return [part for part in inside if isinstance(part, Message)]


def _recipients(status: Message) -> Iterator[Message]:
    """The fields of each recipient; those of the whole report come before and name none."""
    named = (block for block in _parts(status) if block.get("Final-Recipient") or block.get("Action"))
    for number, block in enumerate(named):
        if number < MOST_RECIPIENTS:
            yield block


def _action(block: Message) -> str:
    return _clean(block.get("Action")).lower()


def _status(block: Message) -> str:
    found = STATUS.search(_clean(block.get("Status")))
    return found[1] if found else ""


def _address(block: Message) -> str:
    """Whom it was for as we wrote it, else as the other server rewrote it: "rfc822; mia@vendor.example"."""
    for name in ("Original-Recipient", "Final-Recipient"):
        _, _, address = _clean(block.get(name)).partition(";")
        if "@" in address:
            return address.strip().strip("<>")[:254]
    return ""


def _why(block: Message) -> str:
    kind, _, words = _clean(block.get("Diagnostic-Code")).partition(";")
    return " ".join((words or kind).split())[:LONGEST_WORDS]


def _ids(mail: Message, status: Message, parts: list[Message]) -> Iterator[str]:
    """The ids that it names: in its fields, in what it encloses, and in its own head."""
    for block in _parts(status):
        yield from ID.findall(_clean(block.get("Original-Message-ID")))
    for part in parts:
        yield from _enclosed_ids(part)
    for name in ("In-Reply-To", "References"):
        yield from ID.findall(_clean(mail.get(name)))


def _enclosed_ids(part: Message) -> Iterator[str]:
    """The Message-ID of the mail, or of the head of one, that a report encloses."""
    if part.get_content_type() == "message/rfc822":
        for enclosed in _parts(part):
            yield from ID.findall(_clean(enclosed.get("Message-ID")))
    elif part.get_content_type() == "text/rfc822-headers":
        content = part.get_payload(decode=True)
        head = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
        found = re.search(r"^Message-ID:\s*(<[^<>\s]{1,250}>)", head, re.IGNORECASE | re.MULTILINE)
        if found:
            yield found[1]


def _clean(value: object) -> str:
    return " ".join(str(value or "").replace("\0", "").encode("utf-8", "replace").decode().split())
