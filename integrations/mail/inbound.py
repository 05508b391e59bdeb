"""Mail in: stored first, then taken to where its address leads. Who it says that it is from proves nothing.

An answer to a side conversation is let in by the address that it came to, which only those know who were written to;
what is about a vendor's case is told in `vendor_mail`. A mail to the address for escalations calls a manager where our
own mail server vouches for a colleague; whatever else comes there waits for a manager to look at it: nothing is lost,
and nothing is done on a stranger's word.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from accounts.roles import STAFF
from integrations.mail.addresses import is_for_escalations, token_of
from integrations.mail.authentication import is_authenticated
from integrations.mail.connector import message_id
from integrations.mail.looking import to_look_at
from integrations.mail.outcomes import ANSWER, CALL, IGNORED, LOOK, Outcome
from integrations.mail.source import IncomingMail, head_of, parse
from integrations.mail.vendor_mail import taken
from integrations.models import ReceivedMail
from outbox.alarms import raise_alarm
from tickets import managing
from tickets.cases.waiting import tell_of_mail
from tickets.models import Ticket
from tickets.permissions import NotYours
from tickets.side import talking
from tickets.side.quoting import parted
from tickets.status import NotAllowedNow
from tickets.telling import tell_apart
from tickets.working import BadAnswer
from tiers.roster import roster

LONGEST_WHY = 2000
HOUR = timedelta(hours=1)
TOLD_OF_ONE, TOLD_IN_ALL = 3, 20  # mails to look at of one sender, and of all, that managers are told of in an hour


def take_in(raw: bytes, *, to: Sequence[str] = (), fault: str = "", now: datetime) -> list[ReceivedMail]:
    """Store one mail, and do what it asks for at each address of ours: `to`, or else what its head says.

    In: `fault`, why `raw` is its head alone. The same mail at the same address is dealt with once. Raises DatabaseError
    where it could not be stored.
    """
    head = head_of(raw)
    given = list(dict.fromkeys(address.lower() for address in to)) or list(head.to)
    ours = [address for address in given if token_of(address) or is_for_escalations(address)]
    rows = [_stored(head, address[:254], now=now) for address in ours or given[:1] or [""]]
    mail = replace(head, fault=fault) if fault else parse(raw)
    return [_dealt_with(mail, row, now=now) for row in rows]


def _dealt_with(mail: IncomingMail, row: ReceivedMail, *, now: datetime) -> ReceivedMail:
    with transaction.atomic():
        row = ReceivedMail.objects.select_for_update().get(pk=row.pk)
        if row.outcome == ReceivedMail.Outcome.STORED:
            row.text, row.files = mail.text, list(mail.files)
            outcome = _act(mail, row, now=now)
            row.outcome, row.because, row.ticket_id = outcome.kind, outcome.because[:300], outcome.ticket_id
            row.save(update_fields=["text", "files", "outcome", "because", "ticket"])
            if outcome.kind == LOOK:
                _tell_managers(row, now=now)
                _tell_holder(row, outcome.case_id, now=now)
    return row


def _stored(head: IncomingMail, address: str, *, now: datetime) -> ReceivedMail:
    """Kept by its head before anything else of it is read, so that no text however odd can lose a mail."""
    facts = {"sender": head.sender, "subject": head.subject, "verified": _is_verified(head), "received_at": now}
    return ReceivedMail.objects.get_or_create(mail_id=head.mail_id, address=address, defaults=facts)[0]


def _is_verified(mail: IncomingMail) -> bool:
    return is_authenticated(
        mail.results, sender=mail.sender, senders=mail.senders, authserv_id=settings.TRUSTED_AUTHSERV_ID
    )  # fmt: skip


def _act(mail: IncomingMail, row: ReceivedMail, *, now: datetime) -> Outcome:
    if _is_own(mail.mail_id):
        return Outcome(IGNORED, "The portal sent it itself, and it came back.")
    if about_a_case := None if is_for_escalations(row.address) else taken(mail, row, token_of(row.address), now=now):
        return about_a_case
    if token := token_of(row.address):
        return _answered(mail, token, now=now)
    if not is_for_escalations(row.address):
        return Outcome(IGNORED, f"Nobody takes in mail to {row.address or 'an address that it does not name'} yet.")
    if mail.automatic:
        return Outcome(IGNORED, f"No person wrote it: {mail.automatic}.")
    return _called(mail, row, now=now)


def _answered(mail: IncomingMail, token: str, *, now: datetime) -> Outcome:
    """Into its side conversation."""
    try:
        thread = talking.receive(
            token=token, sender=mail.sender, text=mail.words, mail_id=mail.mail_id, automatic=bool(mail.automatic),
            now=now,
        )  # fmt: skip
    except talking.NoSuchConversation as error:
        return Outcome(IGNORED, str(error))
    except talking.TooMany as error:
        return Outcome(LOOK, str(error))
    because = f"It is kept, and answers nothing: {mail.automatic}." if mail.automatic else "It is in its conversation."
    return Outcome(ANSWER, because, thread.ticket_id)


def _called(mail: IncomingMail, row: ReceivedMail, *, now: datetime) -> Outcome:
    """A manager is called by a colleague for whom our mail server vouches; anything else is for a manager to read."""
    key = mail.ticket_key or _key_answered(mail.answers)
    ticket = Ticket.objects.by_key(key).first()
    ticket_id = ticket.pk if ticket else None
    by = _colleague(mail.sender)
    if obstacle := _obstacle(mail, key, by, verified=row.verified):
        return Outcome(LOOK, obstacle, ticket_id)
    assert by is not None
    try:
        with transaction.atomic():
            managing.call_manager(key=key, why=_why(mail), by=by, now=now)
    except Ticket.DoesNotExist:
        return Outcome(LOOK, f"{by} sees no ticket {key}.", ticket_id)
    except (NotYours, NotAllowedNow, BadAnswer) as error:
        return Outcome(LOOK, str(error), ticket_id)
    return Outcome(CALL, f"{by} called a manager to {key}.", ticket_id)


def _obstacle(mail: IncomingMail, key: str, by: User | None, *, verified: bool) -> str:
    """Why nothing is done on this mail's word, "" where it may be."""
    if by is None:
        return f"{mail.sender or 'Whoever sent it'} is no colleague's address."
    if not verified:
        return f"It says that it is from {mail.sender}, and our mail server does not vouch for that."
    if mail.fault:
        return f"It could not be read: {mail.fault}."
    return "" if key else "It names no ticket: the subject must hold a key such as [ESC-12]."


def _colleague(address: str) -> User | None:
    staff = User.objects.filter(kind=User.Kind.PERSON, is_active=True, groups__name__in=STAFF)
    return staff.filter(email__iexact=address).first() if address else None


def _why(mail: IncomingMail) -> str:
    return (parted(mail.text)[0].strip() or mail.subject)[:LONGEST_WHY]


def _tell_holder(row: ReceivedMail, case_id: int | None, *, now: datetime) -> None:
    """Who has the ticket learns that a mail about a case waits: of the first, while further ones wait with it."""
    waiting = to_look_at().filter(ticket=row.ticket_id).exclude(pk=row.pk)
    if case_id is None or waiting.exclude(address__iexact=settings.ESCALATIONS_ADDRESS).exists():
        return
    where = settings.PUBLIC_URL + reverse("mail-to-look-at", args=[row.pk])
    tell_of_mail(case_id=case_id, mail=row.pk, sender=row.sender, because=row.because, where=where, now=now)


def _tell_managers(row: ReceivedMail, *, now: datetime) -> None:
    """The manager on call learns of it at once, of a flood only that it is one."""
    lately = ReceivedMail.objects.filter(outcome=LOOK, received_at__gt=now - HOUR)
    if lately.count() > TOLD_IN_ALL:
        raise_alarm("mails-to-look-at", f"More than {TOLD_IN_ALL} mails to look at came within an hour.", now=now)
        return
    if lately.filter(sender=row.sender).count() > TOLD_OF_ONE:
        return
    staff = roster(now=now)
    people = staff.managers_on_call(now) or staff.managers
    if not people:
        raise_alarm("mails-to-look-at", "Mails wait to be looked at, and there is no manager.", now=now)
    lines = [f"From: {row.sender or 'unknown'}", f"Subject: {row.subject}", "", row.because, "",
             "Nothing was done about it. Look at it here:", f"{settings.PUBLIC_URL}/calls/mails/"]  # fmt: skip
    tell_apart(f"mail-in:{row.pk}", people=people, subject=f"Look at a mail: {row.subject}"[:200], lines=lines,
               ticket_id=row.ticket_id, urgent=True, now=now)  # fmt: skip


def _is_own(mail_id: str) -> bool:
    return bool(_own_id().fullmatch(mail_id))


def _key_answered(answers: Sequence[str]) -> str:
    """The ticket of the mail of ours that is answered, the nearest first."""
    found = (_own_id().fullmatch(answer) for answer in answers)
    return next((match[1].upper() for match in found if match and match[1]), "")


def _own_id() -> re.Pattern[str]:
    """The form of our own Message-IDs."""
    domain = message_id("").rpartition("@")[2]
    return re.compile(rf"<[0-9a-f]{{32}}(?:\.(esc-\d{{1,17}}))?@{re.escape(domain)}", re.IGNORECASE)
