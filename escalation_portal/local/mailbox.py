"""The caught mails, read back from the mail catcher's directory."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

ENVELOPE_TO, ENVELOPE_FROM = "X-Caught-To", "X-Caught-From"


@dataclass(frozen=True)
class CaughtMail:
    """One mail; `to` are the addresses it was sent to, hidden copies included."""

    id: str
    at: datetime
    from_: str
    to: list[str]
    subject: str
    headers: dict[str, str]
    text: str
    html: str


def read_mailbox(directory: str | Path) -> list[CaughtMail]:
    """Every caught mail, the latest first; none when the directory is missing."""
    return [_read(path) for path in sorted(Path(directory).glob("*.eml"), reverse=True)]


def _read(path: Path) -> CaughtMail:
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    headers = {name: str(value) for name, value in message.items()}
    to = headers.pop(ENVELOPE_TO, "") or headers.get("To", "")
    headers.pop(ENVELOPE_FROM, None)
    return CaughtMail(
        id=path.stem,
        at=datetime.fromtimestamp(int(path.stem.split("-")[0]) / 1_000_000, tz=UTC),
        from_=headers.get("From", ""),
        to=[address.strip() for address in to.split(",") if address.strip()],
        subject=headers.get("Subject", ""),
        headers=headers,
        text=_body(message, "plain"),
        html=_body(message, "html"),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except (LookupError, ValueError):
        return (part.get_payload(decode=True) or b"").decode("utf-8", errors="replace")
