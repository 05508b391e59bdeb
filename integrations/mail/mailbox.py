"""Mail in from a mailbox: each mail is stored first, and only then marked as read and moved away.

A crash between the two leaves a mail where it was, and it is taken in again, which has no effect: the same mail is
dealt with once. One that cannot be taken in stays, with a flag, and does not hold up the others.
"""

import imaplib
import logging
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import F, Q
from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls, MailBoxUnencrypted

from integrations.mail.inbound import take_in
from integrations.mail.mailbox_address import Place, place_of
from integrations.mail.source import HEAD_BYTES, LARGEST_BYTES
from integrations.models import Mailbox
from outbox.alarms import clear_alarm, raise_alarm

log = logging.getLogger(__name__)
BATCH = 50
ENOUGH_SECONDS = 40  # after so long a reading ends; the next goes on, well before the task is stopped by force
TIMEOUT_SECONDS = 10  # of each answer of the server
LEASE = timedelta(seconds=90)
FAILURES_TO_ALARM = 3
DONE = "Portal"  # the folder of what was taken in
WAITING = "UNFLAGGED UNDELETED"
NO_DATABASE = (OperationalError, InterfaceError)
TROUBLE = (OSError, imaplib.IMAP4.error, ImapToolsError, ValueError, *NO_DATABASE)
SIZE = re.compile(rb"UID (\d+)")
BYTES = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(slots=True)
class Reading:
    """What a reading brought: how many mails were taken in, how many were left with a flag, why it ended early."""

    taken: int = 0
    left: int = 0
    trouble: str = ""
    passed: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Round:
    """One reading under way: the open mailbox, where it is, the folder for what was taken in, and what time it is."""

    box: BaseMailBox
    place: Place
    done: str
    clock: Callable[[], datetime]
    reading: Reading


def read_mailbox(*, clock: Callable[[], datetime]) -> Reading:
    """Take in what lies in the mailbox that settings name. Nothing happens where none is named or somebody reads it.

    What goes wrong with the server is noted, not raised; the third time in a row raises an alarm.
    """
    try:
        place = place_of(settings.IMAP_URL)
    except ValueError as error:
        raise_alarm("mailbox", str(error), now=clock())
        return Reading(trouble=str(error))
    if place is None or not _leased(place, now=clock()):
        return Reading()
    try:
        return _read_and_note(place, clock)
    finally:
        Mailbox.objects.filter(name=_name(place)).update(leased_until=None)


def _read_and_note(place: Place, clock: Callable[[], datetime]) -> Reading:
    reading = Reading()
    try:
        with _signed_in(place) as box:
            _read(box, place, reading, clock)
    except TROUBLE as error:
        reading.trouble = place.silent(f"{type(error).__name__}: {error}")
    if reading.trouble:
        _note_trouble(place, reading.trouble, now=clock())
    else:
        _note_success(place, now=clock())
    return reading


def _name(place: Place) -> str:
    return place.name[:300]


def _leased(place: Place, *, now: datetime) -> bool:
    """Whether it is ours to read: two readers would only do the same twice."""
    Mailbox.objects.get_or_create(name=_name(place))
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    return Mailbox.objects.filter(free, name=_name(place)).update(leased_until=now + LEASE) == 1


@contextmanager
def _signed_in(place: Place) -> Iterator[BaseMailBox]:
    """The mailbox with its folder open. A server whose certificate nobody vouches for is not told the password."""
    box = _connected(place)
    try:
        box.login(place.user, place.password, initial_folder=place.folder)
        yield box
    finally:
        _leave(box)


def _connected(place: Place) -> BaseMailBox:
    if place.scheme == "imap":
        return MailBoxUnencrypted(place.host, place.port, timeout=TIMEOUT_SECONDS)
    kind = MailBox if place.scheme == "imaps" else MailBoxStartTls
    return kind(place.host, place.port, timeout=TIMEOUT_SECONDS, ssl_context=ssl.create_default_context())


def _leave(box: BaseMailBox) -> None:
    """Say goodbye; a connection that is broken already needs none."""
    try:
        box.logout()
    except (OSError, imaplib.IMAP4.error, ImapToolsError):
        log.debug("the mail server did not wait for our goodbye")


def _read(box: BaseMailBox, place: Place, reading: Reading, clock: Callable[[], datetime]) -> None:
    under_way, ends = _Round(box, place, _folder_for_done(box), clock, reading), time.monotonic() + ENOUGH_SECONDS
    while batch := [uid for uid in box.uids(WAITING, None) if uid not in reading.passed][:BATCH]:
        for uid, size in _sizes(box, batch):
            _take(under_way, uid, size)
            if time.monotonic() > ends:
                return
        reading.passed.update(batch)


def _folder_for_done(box: BaseMailBox) -> str:
    """The folder for what was taken in, created where it is missing; some servers keep all beneath INBOX."""
    between = next((info.delim for info in box.folder.list() if info.delim), "/")
    names = [DONE, f"INBOX{between}{DONE}"]
    found = next((name for name in names if box.folder.exists(name)), None)
    if found:
        return found
    try:
        box.folder.create(names[0])
    except ImapToolsError:
        box.folder.create(names[1])
        return names[1]
    return names[0]


def _sizes(box: BaseMailBox, uids: list[str]) -> list[tuple[str, int]]:
    """Each mail with its size in bytes; who has vanished meanwhile is absent."""
    _, rows = _ok(box.client.uid("fetch", ",".join(uids), "(UID RFC822.SIZE)"))
    found = [(SIZE.search(row), BYTES.search(row)) for row in rows if isinstance(row, bytes)]
    return [(uid[1].decode(), int(size[1])) for uid, size in found if uid and size]


def _take(under_way: _Round, uid: str, size: int) -> None:
    """One mail, stored and then put away; one that cannot be is left behind and noted."""
    box, reading = under_way.box, under_way.reading
    reading.passed.add(uid)
    raw, fault = _fetched(box, uid, size)
    if raw is None:
        return
    try:
        take_in(raw, fault=fault, now=under_way.clock())
    except NO_DATABASE as error:  # it will be there again; nothing is wrong with the mail
        reading.trouble = f"{type(error).__name__}: {error}"
    except Exception as error:  # whatever is odd in one mail must not stop the others
        _leave_behind(under_way, uid, error)
        reading.left += 1
    else:
        _put_away(box, uid, under_way.done)
        reading.taken += 1


def _fetched(box: BaseMailBox, uid: str, size: int) -> tuple[bytes | None, str]:
    """Its bytes, of one that is too large the head alone, with what is wrong; None for one that is gone."""
    large = size > LARGEST_BYTES
    part = f"(BODY.PEEK[HEADER]<0.{HEAD_BYTES}>)" if large else "(BODY.PEEK[])"
    _, rows = _ok(box.client.uid("fetch", uid, part))
    raw = next((row[1] for row in rows if isinstance(row, tuple)), None)
    return raw, f"it is larger than {LARGEST_BYTES // 1024 // 1024} MB" if large else ""


def _put_away(box: BaseMailBox, uid: str, done: str) -> None:
    """Read, and in the folder for what was taken in; where a server cannot move, copied and then deleted."""
    _ok(box.client.uid("store", uid, "+FLAGS.SILENT", r"(\Seen)"))
    _, offered = _ok(box.client.capability())
    if b"MOVE" in offered[0].upper().split():
        _ok(box.client.uid("move", uid, f'"{done}"'))
        return
    box.copy(uid, done)
    box.delete(uid)


def _leave_behind(under_way: _Round, uid: str, error: Exception) -> None:
    """It stays with a flag, which keeps it from being tried again; whoever takes the flag away has it tried."""
    name = under_way.place.name
    log.exception("mail %s of the mailbox %s could not be taken in", uid, name)
    _ok(under_way.box.client.uid("store", uid, "+FLAGS.SILENT", r"(\Flagged)"))
    words = f"A mail in {name} could not be taken in ({type(error).__name__}) and stays there with a flag."
    raise_alarm(f"mailbox:{uid}", f"{words} Take the flag away to have it tried again.", now=under_way.clock())


def _note_trouble(place: Place, trouble: str, *, now: datetime) -> None:
    row = Mailbox.objects.filter(name=_name(place))
    row.update(failures=F("failures") + 1, last_error_at=now, last_error=trouble[:300])
    log.warning("the mailbox %s could not be read: %s", place.name, trouble)
    if row.filter(failures__gte=FAILURES_TO_ALARM).exists():
        raise_alarm("mailbox", f"The mailbox {place.name} cannot be read: {trouble}", now=now)


def _note_success(place: Place, *, now: datetime) -> None:
    Mailbox.objects.filter(name=_name(place)).update(failures=0, last_success_at=now)
    clear_alarm("mailbox", now=now)


def _ok(answer: tuple[str, list]) -> tuple[str, list]:
    """The answer of a command that was carried out. Raises imaplib.IMAP4.error for one that was refused."""
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(f"the mail server refused: {answer[1]!r}"[:200])
    return answer
