"""A mail server that keeps every mail as a file and delivers none: what the portal would have sent.

A mail is answered with 250 only once it is on disk, so that "sent" is as true here as with a real server. One to the
portal's own domain is handed to `receive_mail` first, as a real server's pipe does.
"""

import argparse
import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from escalation_portal.local.mailbox import ENVELOPE_FROM, ENVELOPE_TO
from escalation_portal.local.places import ROOT

LARGEST_MAIL_BYTES = 33_554_432
ACCEPTED = "250 Message accepted for delivery"
NO_ROOM = "452 Insufficient system storage"
TRY_AGAIN = "451 The portal cannot take it in now"
PATIENCE_SECONDS = 60


class Catcher:
    """Writes what arrives into a directory; what is for the `own` domain the portal takes in as well."""

    def __init__(self, directory: Path, own: str = "") -> None:
        self.directory, self.own = directory, own.lower()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep one mail; the sender shall try again when there is no room for it, or the portal cannot take it in."""
        ours = [to for to in envelope.rcpt_tos if self.own and to.lower().endswith(f"@{self.own}")]
        if ours and not await asyncio.to_thread(hand_over, content_of(envelope), ours):
            return TRY_AGAIN
        try:
            await asyncio.to_thread(keep, self.directory, envelope_text(envelope))
        except OSError:
            return NO_ROOM
        return ACCEPTED


def envelope_text(envelope: Envelope) -> bytes:
    """The mail with its envelope as two headers more, since hidden copies are named nowhere else."""
    to = ", ".join(envelope.rcpt_tos)
    head = f"{ENVELOPE_FROM}: {envelope.mail_from or ''}\r\n{ENVELOPE_TO}: {to}\r\n"
    return head.encode() + content_of(envelope)


def content_of(envelope: Envelope) -> bytes:
    """The mail as it was sent."""
    content = envelope.content or b""
    return content if isinstance(content, bytes) else content.encode()


def hand_over(mail: bytes, to: list[str]) -> bool:
    """Whether the portal has taken the mail in."""
    words = [sys.executable, str(ROOT / "manage.py"), "receive_mail", *(f"--to={address}" for address in to)]
    try:
        return not subprocess.run(words, input=mail, check=False, timeout=PATIENCE_SECONDS).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


def keep(directory: Path, text: bytes) -> Path:
    """Store a mail whole or not at all; its name sorts by the time of its arrival."""
    path = directory / f"{time.time_ns() // 1000:016d}-{secrets.token_hex(4)}.eml"
    new = path.with_suffix(".new")
    try:
        with open(new, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.rename(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    _make_durable(directory)
    return path


def _make_durable(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def serve(*, host: str, port: int, directory: Path, own: str = "") -> None:
    """Take mails until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(kind, stopped.set)
    server = await loop.create_server(lambda: _protocol(Catcher(directory, own)), host, port)
    async with server:
        await stopped.wait()


def _protocol(catcher: Catcher) -> SMTP:
    return SMTP(catcher, data_size_limit=LARGEST_MAIL_BYTES, enable_SMTPUTF8=True, hostname="localhost")


def main() -> None:
    """Serve on the given port into the given directory."""
    parser = argparse.ArgumentParser(description="Keep every mail, deliver none.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--own", default="", metavar="DOMAIN", help="whose mail is handed to receive_mail")
    options = parser.parse_args()
    options.dir.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(host=options.host, port=options.port, directory=options.dir, own=options.own))


if __name__ == "__main__":
    main()
