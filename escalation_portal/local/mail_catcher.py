"""A mail server that keeps every mail as a file and delivers none: what the portal would have sent.

A mail is answered with 250 only once it is on disk, so that "sent" is as true here as with a real server.
"""

import argparse
import asyncio
import os
import secrets
import signal
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from escalation_portal.local.mailbox import ENVELOPE_FROM, ENVELOPE_TO

LARGEST_MAIL_BYTES = 33_554_432
ACCEPTED = "250 Message accepted for delivery"
NO_ROOM = "452 Insufficient system storage"


class Catcher:
    """Writes what arrives into a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep one mail; the sender shall try again when there is no room for it."""
        try:
            await asyncio.to_thread(keep, self.directory, envelope_text(envelope))
        except OSError:
            return NO_ROOM
        return ACCEPTED


def envelope_text(envelope: Envelope) -> bytes:
    """The mail with its envelope as two headers more, since hidden copies are named nowhere else."""
    to = ", ".join(envelope.rcpt_tos)
    head = f"{ENVELOPE_FROM}: {envelope.mail_from or ''}\r\n{ENVELOPE_TO}: {to}\r\n"
    content = envelope.content or b""
    return head.encode() + (content if isinstance(content, bytes) else content.encode())


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


async def serve(*, host: str, port: int, directory: Path) -> None:
    """Take mails until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(kind, stopped.set)
    server = await loop.create_server(lambda: _protocol(Catcher(directory)), host, port)
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
    options = parser.parse_args()
    options.dir.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(host=options.host, port=options.port, directory=options.dir))


if __name__ == "__main__":
    main()
