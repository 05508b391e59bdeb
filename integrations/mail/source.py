"""Raw mail in, facts out. Pure, and total: whatever the bytes are, something can be said of them.

Nothing is believed here: `sender` is what the mail says of itself. Source: RFC 5322, 2045–2047, 3834, 8601.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email.errors import MessageError
from email.feedparser import BytesFeedParser
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Policy, compat32
from email.utils import getaddresses
from hashlib import sha256

from integrations.mail.html_text import text_of_html
from integrations.mail.reports import Report, report_of

LARGEST_BYTES = 25 * 1024 * 1024
MOST_LINES = 500_000
MOST_PARTS = 100
DEEPEST = 10
LONGEST_TEXT = 200_000  # characters
HEAD_BYTES = 65_536
LONGEST_SUBJECT, LONGEST_ADDRESS, LONGEST_ID = 300, 254, 255

KEY = re.compile(r"\[(ESC-\d{1,17})\]", re.IGNORECASE)
ID = re.compile(r"<[^<>\s]{1,250}>")
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
CUT = "\n\n(cut: the mail goes on)"
BULK = frozenset({"bulk", "junk", "list", "auto_reply"})


class Unreadable(ValueError):
    """Why no more than the head of a mail is read."""


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """What a mail says. `mail_id` is its Message-ID, or made of its bytes; `answers` the ids it refers to, the nearest
    first; `automatic` why no person wrote it, `fault` why its text could not be read, each "" where it is not so;
    `report` what a mail server reports of a mail of ours."""

    mail_id: str
    sender: str
    senders: int
    to: tuple[str, ...]
    subject: str
    text: str
    answers: tuple[str, ...]
    files: tuple[str, ...]
    automatic: str
    fault: str
    results: tuple[str, ...]
    report: Report | None = None

    @property
    def words(self) -> str:
        """What it says, with what of it is missing here."""
        text = f"(This mail could not be read: {self.fault}.)" if self.fault else self.text
        return with_names(text, self.files)

    @property
    def ticket_key(self) -> str:
        """The key that the subject names, as in "[ESC-12]"; "" for none."""
        found = KEY.search(self.subject)
        return found[1].upper() if found else ""


def head_of(raw: bytes) -> IncomingMail:
    """What a mail says in its head alone, whatever stands beneath: enough to store it by."""
    mail = BytesHeaderParser().parsebytes(_head(raw))
    senders = _addresses(mail, "From")
    return IncomingMail(
        mail_id=_mail_id(mail, raw),
        sender=senders[0] if senders else "",
        senders=len(senders),
        to=_recipients(mail),
        subject=" ".join(_said(mail, "Subject").split())[:LONGEST_SUBJECT],
        text="",
        answers=_answers(mail),
        files=(),
        automatic=_automatic(mail),
        fault="",
        results=tuple(clean(str(value)) for value in mail.get_all("Authentication-Results", [])),
    )


def parse(raw: bytes) -> IncomingMail:
    """The facts of one mail; of one that is too large, too deep or broken only what its head says, with the fault."""
    head = head_of(raw)
    try:
        mail = _whole(raw)
    except Unreadable as error:
        return replace(head, fault=str(error))
    return replace(head, text=_text(mail), files=tuple(_files(mail)), report=report_of(mail))


def with_names(text: str, files: Sequence[str]) -> str:
    """What a mail says, with the names of the files that came with it and are not kept."""
    enclosed = f"\n\n(It came with {', '.join(files)}: ask for that another way.)" if files else ""
    return f"{text}{enclosed}".strip()


def clean(text: str) -> str:
    """Text that any database takes: no NUL, no half of a character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


class _Parts:
    """Makes the parts while a mail is parsed, and no more than may be: parsing takes a turn inside for each."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, policy: Policy = compat32) -> Message:
        self.made += 1
        if self.made > MOST_PARTS:
            raise Unreadable(f"it has more than {MOST_PARTS} parts")
        return Message(policy=policy)


def _whole(raw: bytes) -> Message:
    """The mail with all its parts. Raises Unreadable."""
    if len(raw) > LARGEST_BYTES:
        raise Unreadable(f"it is larger than {LARGEST_BYTES // 1024 // 1024} MB")
    if raw.count(b"\n") > MOST_LINES:
        raise Unreadable(f"it has more than {MOST_LINES:,} lines")
    parser = BytesFeedParser(_Parts())
    parser.feed(raw)
    mail = parser.close()
    if any(depth > DEEPEST for _, depth in _walk(mail)):
        raise Unreadable(f"its parts are nested deeper than {DEEPEST}")
    return mail


def _walk(mail: Message) -> Iterator[tuple[Message, int]]:
    """Every part with its depth, without recursion."""
    todo = [(mail, 0)]
    while todo:
        part, depth = todo.pop()
        yield part, depth
        inside = part.get_payload() if part.is_multipart() else ()
        todo += [(one, depth + 1) for one in reversed(list(inside)) if isinstance(one, Message)]


def _head(raw: bytes) -> bytes:
    start = raw[:HEAD_BYTES]
    found = END_OF_HEAD.search(start)
    return start[: found.start()] if found else start


def _said(mail: Message, name: str) -> str:
    """A header in words; what cannot be decoded stays as it is."""
    value = mail.get(name)
    if value is None:
        return ""
    try:
        return clean(str(make_header(decode_header(value))))
    except (MessageError, LookupError, ValueError):
        return clean(str(value))


def _addresses(mail: Message, *names: str) -> list[str]:
    """The addresses of these headers, taken before names are decoded, since a name may hold anything."""
    values = [clean(str(value)) for name in names for value in mail.get_all(name, [])]
    try:
        found = getaddresses(values)
    except (IndexError, ValueError, RecursionError):  # the last for brackets within brackets
        return []
    return [address for _, address in found if "@" in address and len(address) <= LONGEST_ADDRESS]


def _recipients(mail: Message) -> tuple[str, ...]:
    """To whom it was delivered, as far as its head says so."""
    found = _addresses(mail, "Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
    return tuple(dict.fromkeys(address.lower() for address in found))


def _mail_id(mail: Message, raw: bytes) -> str:
    """Its Message-ID; where it has none, or an endless one, one that the same bytes have again."""
    found = ID.search(clean(str(mail.get("Message-ID", ""))))
    return found[0] if found and len(found[0]) <= LONGEST_ID else f"sha256:{sha256(raw).hexdigest()}"


def _answers(mail: Message) -> tuple[str, ...]:
    """What it refers to: In-Reply-To first, then References from the last to the first."""
    direct = ID.findall(clean(str(mail.get("In-Reply-To", ""))))
    before = ID.findall(clean(str(mail.get("References", ""))))
    return tuple(dict.fromkeys([*direct, *reversed(before)]))[:50]


def _automatic(mail: Message) -> str:
    """Why no person wrote it, "" where one may have. Source: RFC 3834, and what was in use before it."""
    submitted = _word(mail, "Auto-Submitted")
    if submitted not in ("", "no"):
        return f"its sender is a program (Auto-Submitted: {submitted[:60]})"
    precedence = _word(mail, "Precedence")
    if precedence in BULK:
        return f"it was sent to many or by a program (Precedence: {precedence})"
    if mail.get_content_type() == "multipart/report" or _word(mail, "Return-Path") == "<>":
        return "it is a report of a mail server"
    if mail.get("X-Autoreply") or mail.get("X-Autorespond"):
        return "it is an automatic answer"
    return ""


def _word(mail: Message, name: str) -> str:
    """The first word of a header, without what follows a semicolon or stands in brackets."""
    value = clean(str(mail.get(name, ""))).partition(";")[0].partition("(")[0]
    return value.strip().lower()


def _text(mail: Message) -> str:
    """What it says: its plain text, else its HTML as text."""
    plain = [part for part in _shown(mail, "text/plain") if part.strip()]
    found = plain or [text_of_html(part) for part in _shown(mail, "text/html")]
    text = "\n\n".join(part.strip() for part in found)
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + CUT


def _shown(mail: Message, kind: str) -> list[str]:
    """The decoded parts of a kind that are meant to be read, not saved, and not of a mail that is enclosed."""
    return [_decoded(part) for part in _own_parts(mail) if part.get_content_type() == kind and not _name(part)]


def _own_parts(mail: Message) -> Sequence[Message]:
    """The parts of this mail itself; those of mails that it encloses are not what it says."""
    if not mail.is_multipart() or mail.get_content_maintype() == "message":
        return [] if mail.get_content_maintype() == "message" else [mail]
    inside = [part for part in mail.get_payload() if isinstance(part, Message)]
    return [one for part in inside for one in _own_parts(part)]


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    content = content if isinstance(content, bytes) else b""
    charset = str(part.get_content_charset() or "utf-8")
    try:
        text = content.decode(charset, errors="replace")
    except (LookupError, ValueError):
        text = content.decode("utf-8", errors="replace")
    return clean(text).replace("\r\n", "\n").replace("\r", "\n")


def _files(mail: Message) -> Iterator[str]:
    """The names of what is enclosed."""
    for part, _ in _walk(mail):
        if name := _name(part):
            yield name


def _name(part: Message) -> str:
    """Under which name a part is to be saved; "" for one that is to be read."""
    named = part.get_filename()
    if named:
        return " ".join(clean(str(named)).split())[:120]
    return "(without a name)" if part.get_content_disposition() == "attachment" else ""
