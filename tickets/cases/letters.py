"""What we write to a vendor about a case: a message of the outbox, and a row of the case's correspondence, together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max

import columnar
from accounts.models import User
from columnar import Json
from outbox.alarms import clear_alarm
from outbox.mail_ids import message_id
from outbox.models import Message
from tickets.models import CaseMessage, VendorCase
from tickets.status import NotAllowedNow

MAIL, API = "CASE_MAIL", "CASE_API"
# Letters of one case that nobody here wrote, so that two programs cannot write to each other without end.
AUTOMATIC_PER_HOUR, HOUR = 3, timedelta(hours=1)


class Leaving(NotAllowedNow):
    """A case's letter is being sent at this moment."""


class HasLeft(NotAllowedNow):
    """A case's letter was sent, and the case does not say so yet."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to be sent. `key` is the same for the same intent; `body` holds secrets as references only, and none
    but those in `secrets` are ever resolved."""

    case: VendorCase
    kind: str
    key: str
    to: str
    subject: str
    body: str
    by: User | None = None
    channel: str = MAIL
    secrets: tuple[str, ...] = ()


def post(letters: Sequence[Letter], *, now: datetime) -> list[CaseMessage]:
    """Queue the letters, whatever their number by the same few statements; the case's ticket is locked.

    The fourth automatic one of a case within an hour waits until that hour is over.
    """
    if not letters:
        return []
    last = _last_seq({letter.case.pk for letter in letters})
    lately = _lately([letter.case.pk for letter in letters if letter.by is None and letter.case.pk in last], now=now)
    rows, outgoing = [], []
    for letter in letters:
        last[letter.case.pk] = seq = last.get(letter.case.pk, 0) + 1
        rows.append(_row(letter, seq, now=now))
        outgoing.append(_message(letter, rows[-1], not_before=_in_turn(letter, lately, now=now), now=now))
    for row, pk in zip(rows, columnar.insert_rows(Message, outgoing, returning="id"), strict=True):
        row.message_id = pk
    return CaseMessage.objects.bulk_create(rows)


def goes_by_api(case: VendorCase) -> bool:
    """Whether the vendor has the case through its API: the case as it was lodged last went there, or is about to.

    One that was lodged by mail or by hand instead is written to by mail.
    """
    lodged = [row for row in case.messages.all() if row.kind == CaseMessage.Kind.LODGED]
    last = max(lodged, key=lambda row: row.seq).message if lodged else None
    return last is not None and last.kind == API and last.state in (Message.State.PENDING, Message.State.SENT)


def rewrite(letter: Letter, *, now: datetime) -> None:
    """The same intent stays one message under its first key: what could not be sent is replaced, not sent beside.

    Raises Leaving, HasLeft.
    """
    message = _to_change(letter.case, now=now)
    row = CaseMessage.objects.get(message=message)
    row.to, row.subject, row.body = letter.to[:300], letter.subject[:300], letter.body
    row.mail_id = _mail_id(message.key, letter.channel)
    row.save(update_fields=["to", "subject", "body", "mail_id"])
    Message.objects.filter(pk=message.pk).update(
        payload=_payload(letter, row.seq), kind=letter.channel, state=Message.State.PENDING, attempts=0,
        not_before=now, leased_until=None,
    )  # fmt: skip
    clear_alarm(f"outbox:{message.pk}", now=now)


def withdraw(case: VendorCase, *, now: datetime) -> None:
    """The case's letter, where it has one, is sent no more, now or on a retry, and no alarm tells of it.

    Raises Leaving, HasLeft.
    """
    if case.message_id:
        message = _to_change(case, now=now)
        Message.objects.filter(pk=message.pk).update(state=Message.State.CANCELLED)
        clear_alarm(f"outbox:{message.pk}", now=now)


def next_seq(case: VendorCase) -> int:
    """The number of what is said next about the case; its ticket is locked."""
    return _last_seq({case.pk}).get(case.pk, 0) + 1


def _to_change(case: VendorCase, *, now: datetime) -> Message:
    """The case's letter under a lock, so that nobody begins to send it meanwhile."""
    message = Message.objects.select_for_update(no_key=True).get(pk=case.message_id)
    if message.state == Message.State.SENT:
        raise HasLeft("Its mail has gone out after all; the vendor has the case in a minute.")
    if message.state == Message.State.PENDING and message.leased_until and message.leased_until >= now:
        raise Leaving("Its mail is leaving at this moment; look again in a minute.")
    return message


def _last_seq(cases: set[int]) -> dict[int, int]:
    found = CaseMessage.objects.filter(case__in=cases).values_list("case").annotate(last=Max("seq"))
    return dict(found)


def _lately(cases: Sequence[int], *, now: datetime) -> dict[int, list[datetime]]:
    """When the automatic letters of these cases left or will leave, as far as it matters for the next one."""
    if not cases:
        return {}
    rows = CaseMessage.objects.filter(
        case__in=cases, author=None, kind__in=CaseMessage.FROM_US, message__not_before__gt=now - HOUR
    )
    found: dict[int, list[datetime]] = {}
    for case, leaves_at in rows.order_by("message__not_before").values_list("case", "message__not_before"):
        found.setdefault(case, []).append(leaves_at)
    return found


def _in_turn(letter: Letter, lately: dict[int, list[datetime]], *, now: datetime) -> datetime:
    """When it may leave."""
    if letter.by is not None:
        return now
    before = lately.setdefault(letter.case.pk, [])
    at = max(now, before[-AUTOMATIC_PER_HOUR] + HOUR) if len(before) >= AUTOMATIC_PER_HOUR else now
    before.append(at)
    return at


def _row(letter: Letter, seq: int, *, now: datetime) -> CaseMessage:
    return CaseMessage(
        case=letter.case, seq=seq, kind=letter.kind, to=letter.to[:300], subject=letter.subject[:300],
        body=letter.body, at=now, author=letter.by,
        mail_id=_mail_id(letter.key, letter.channel),
    )  # fmt: skip


def _mail_id(key: str, channel: str) -> str:
    """The Message-ID under which it leaves; "" where it is no mail."""
    if channel != MAIL:
        return ""
    return message_id(key, sender=settings.DEFAULT_FROM_EMAIL, secret=settings.SECRET_KEY)


def _message(letter: Letter, row: CaseMessage, *, not_before: datetime, now: datetime) -> dict[str, Any]:
    payload = Json(_payload(letter, row.seq))
    return {"key": letter.key, "kind": letter.channel, "payload": payload, "not_before": not_before, "created_at": now}


def _payload(letter: Letter, seq: int) -> dict[str, Any]:
    """What the channel needs; secrets are named, and resolved only as it leaves."""
    return {
        "case": letter.case.pk,
        "seq": seq,
        "to": [letter.to] if letter.to else [],
        "subject": letter.subject,
        "text": letter.body,
        "ticket": f"ESC-{letter.case.ticket_id}",
        "secrets": list(letter.secrets),
    }
