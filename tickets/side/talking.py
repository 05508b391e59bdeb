"""Side conversations: what is said about a ticket with a team, a vendor or somebody else, by mail, beside the client.

Each verb locks the ticket first, so that two who write at once are taken in turn. None of them touches a clock: what is
said in a side conversation is no acknowledgement, no reply to the client, and no answer to a vendor case.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from outbox import delivery
from outbox.models import Message
from tickets.loading import in_hand
from tickets.models import SideConversation, SideMessage, Ticket
from tickets.moves import event
from tickets.notices import body as notice_body
from tickets.notices import headline
from tickets.side import addressing
from tickets.side.quoting import parted
from tickets.status import MERGED, NotAllowedNow
from tickets.telling import tell
from tickets.work import Work, write
from tickets.working import BadAnswer, need, working
from tiers.models import Member, Team
from vendors.models import Vendor

MAIL = "SIDE_MAIL"
OPEN, CLOSED = SideConversation.State.OPEN, SideConversation.State.CLOSED
PER_HOUR = 60  # messages of one person
MAILS_PER_HOUR = 60  # that come in to one conversation
HOUR = timedelta(hours=1)
LONGEST = 20_000  # characters that a person may write
EXCERPT = 500  # characters of an answer that stand in the notice about it


class NoSuchConversation(LookupError):
    """No conversation has this token, or none of this number on this ticket."""


class TooMany(Exception):
    """More mails came to one conversation within an hour than anybody writes."""


def open_conversation(
    *, key: str, to: Sequence[str], subject: str, body: str, by: User, now: datetime,
    team: Team | None = None, vendor: Vendor | None = None,
) -> SideConversation:  # fmt: skip
    """Begin a conversation and send its first mail; `to` are addresses beside those of `team`.

    Raises Ticket.DoesNotExist, NotYours, BadAnswer for addresses or words that do not do, NotAllowedNow.
    """
    with working(key, by=by, now=now) as (work, at):
        _check_stands(work)
        need(subject, "subject", "Give it a subject: its mails carry it.")
        addresses = addressing.checked([*(addressing.of_team(team) if team else ()), *to], client_id=work.client_id)
        thread = SideConversation.objects.create(
            ticket_id=work.id, kind=_kind(team, vendor), team=team, vendor=vendor,
            subject=" ".join(subject.split())[:200], to=addresses, token=secrets.token_hex(16), opened_by=by,
            opened_at=at, last_at=at,
        )  # fmt: skip
        _send(thread, body, by=by, now=at)
        event(work, "SIDE_OPENED", f"{by} asked {whom(thread)}: {thread.subject}", now=at, by=by,
              why={"side": thread.pk})  # fmt: skip
    return thread


def say(
    *, key: str, conversation: int, body: str, by: User, now: datetime, also: Sequence[str] = ()
) -> SideMessage:  # fmt: skip
    """Write in a conversation. One of the team that was asked answers it by that, and it is mailed to those beside the
    team alone; anybody else's words are mailed to all.

    `also` are addresses that join it, such as one from which an answer came. Nobody is written to who has come to be
    the client's since the conversation began.

    Raises Ticket.DoesNotExist, NotYours, NoSuchConversation, BadAnswer, NotAllowedNow where it is closed.
    """
    with working(key, by=by, now=now) as (work, at):
        _check_stands(work)
        thread = _of(work, conversation)
        if thread.state == CLOSED:
            raise NotAllowedNow("This conversation is closed; reopen it to write in it.")
        thread.to = addressing.checked([*thread.to, *also], client_id=work.client_id)
        thread.save(update_fields=["to"])
        message = _send(thread, body, by=by, now=at)
        if is_asked(thread, by):
            _note_answer(work, thread, str(by), message.body, now=at, by=by)
        else:
            event(work, "SIDE_SAID", f"{by} wrote to {whom(thread)}: {thread.subject}", now=at, by=by,
                  why={"side": thread.pk})  # fmt: skip
    return message


@transaction.atomic
def receive(*, token: str, sender: str, text: str, mail_id: str, automatic: bool, now: datetime) -> SideConversation:
    """Take in a mail that came to a conversation's address; the same mail twice is taken in once.

    An automatic one is kept and answers nothing. Raises NoSuchConversation, TooMany.
    """
    thread = _in_turn(token)
    if SideMessage.objects.filter(conversation=thread, mail_id=mail_id).exists():
        return thread
    lately = SideMessage.objects.filter(conversation=thread, author=None, at__gt=now - HOUR).count()
    if lately >= MAILS_PER_HOUR:
        raise TooMany(f"{lately} mails came to this conversation within an hour.")
    _take(thread, sender=sender, text=text, mail_id=mail_id, automatic=automatic, now=now)
    return thread


def close(*, key: str, conversation: int, by: User, now: datetime) -> None:
    """Nothing is awaited in it any more; an answer that comes all the same opens it again."""
    with working(key, by=by, now=now, touch=False) as (work, at):
        thread = _of(work, conversation)
        if thread.state == CLOSED:
            raise NotAllowedNow("This conversation is closed already.")
        _move(thread, CLOSED)
        event(work, "SIDE_CLOSED", f"{by} closed the conversation with {whom(thread)}: {thread.subject}", now=at, by=by)


def reopen(*, key: str, conversation: int, by: User, now: datetime) -> None:
    """Go on with a closed conversation. Raises BadAnswer where one of its addresses is the client's by now."""
    with working(key, by=by, now=now, touch=False) as (work, at):
        _check_stands(work)
        thread = _of(work, conversation)
        if thread.state == OPEN:
            raise NotAllowedNow("This conversation is open.")
        addressing.checked(thread.to, client_id=work.client_id)
        _move(thread, OPEN)
        event(work, "SIDE_OPENED", f"{by} reopened the conversation with {whom(thread)}: {thread.subject}", now=at,
              by=by, why={"side": thread.pk})  # fmt: skip


def send_again(*, key: str, conversation: int, seq: int, by: User, now: datetime) -> None:
    """Try a mail once more that could not be sent.

    Raises NotAllowedNow for one that was, or still will be, and BadAnswer where it would go to the client by now.
    """
    with working(key, by=by, now=now, touch=False) as (work, at):
        thread = _of(work, conversation)
        found = SideMessage.objects.filter(conversation=thread, seq=seq).select_related("message").first()
        if found is None or found.message is None or found.message.state != Message.State.DEAD:
            raise NotAllowedNow("This mail waits for nothing: it was sent, or is on its way.")
        addressing.checked(found.message.payload["to"], client_id=work.client_id)
        delivery.retry(found.message, now=at)


def whom(thread: SideConversation) -> str:
    """With whom it is."""
    return str(thread.team or thread.vendor or ", ".join(thread.to))


def is_asked(thread: SideConversation, by: User) -> bool:
    """Whether `by` is of the team that somebody else has asked."""
    asked = thread.team_id is not None and by.pk != thread.opened_by_id
    return asked and Member.objects.filter(team=thread.team_id, user=by).exists()


def mailed_to(thread: SideConversation, by: User) -> list[str]:
    """To whom goes what `by` writes: all, or those beside the team for one of the team, who is not written to."""
    if thread.team and is_asked(thread, by):
        return addressing.beside(thread.team, thread.to)
    return list(thread.to)


def _kind(team: Team | None, vendor: Vendor | None) -> str:
    if team:
        return SideConversation.Kind.TEAM
    return SideConversation.Kind.VENDOR if vendor else SideConversation.Kind.PERSON


def _check_stands(work: Work) -> None:
    if work.status == MERGED:
        raise NotAllowedNow(f"{work.key} goes on as ESC-{work.merged_into_id}: write there.")


def _of(work: Work, conversation: int) -> SideConversation:
    found = SideConversation.objects.filter(pk=conversation, ticket_id=work.id).select_related("team", "vendor").first()
    if found is None:
        raise NoSuchConversation(f"{work.key} has no such conversation.")
    return found


def _in_turn(token: str) -> SideConversation:
    """The conversation under the lock of its ticket; when that was merged while we waited, under the survivor's."""
    threads = SideConversation.objects.select_related("team", "vendor", "opened_by")
    found = threads.filter(token=token.lower()).first() if token else None
    if found is None:
        raise NoSuchConversation("No conversation has this address.")
    Ticket.objects.select_for_update(no_key=True).get(pk=found.ticket_id)
    again = threads.get(pk=found.pk)
    return again if again.ticket_id == found.ticket_id else _in_turn(token)


def _said(body: str, by: User, *, now: datetime) -> str:
    """What a person wrote, once it may be: it is not empty, not endless, and not the sixty-first of an hour."""
    need(body, "body", "Write something.")
    if len(body) > LONGEST:
        raise BadAnswer("body", f"This is longer than {LONGEST:,} characters.")
    if SideMessage.objects.filter(author=by, at__gt=now - HOUR).count() >= PER_HOUR:
        raise NotAllowedNow(f"You have written {PER_HOUR} messages within an hour; go on in a while.")
    return body.replace("\r\n", "\n")


def _send(thread: SideConversation, body: str, *, by: User, now: datetime) -> SideMessage:
    """It stands in the conversation, and a mail of it leaves for whoever is to have one."""
    text, to = _said(body, by, now=now), mailed_to(thread, by)
    queued = _queued(thread, f"{text}\n\n{by}", to=to, now=now) if to else None
    message = _keep(thread, text, now=now, author=by, sender=by.email, message=queued)
    _move(thread, OPEN, awaited=True, last_at=now)
    return message


def _queued(thread: SideConversation, text: str, *, to: Sequence[str], now: datetime) -> Message:
    key, seq = f"ESC-{thread.ticket_id}", _next(thread)
    payload = {"to": to, "subject": f"[{key}] {thread.subject}", "text": text, "ticket": key,
               "conversation": thread.pk, "seq": seq}  # fmt: skip
    return Message.objects.create(
        key=f"side:{thread.pk}:{seq}", kind=MAIL, payload=payload, not_before=now, created_at=now
    )


def _next(thread: SideConversation) -> int:
    return SideMessage.objects.filter(conversation=thread).count() + 1


def _keep(thread: SideConversation, text: str, *, now: datetime, sender: str, **columns: object) -> SideMessage:
    return SideMessage.objects.create(
        conversation=thread, seq=_next(thread), body=text, at=now, sender=sender[:254], **columns
    )  # fmt: skip


def _take(
    thread: SideConversation, *, sender: str, text: str, mail_id: str, automatic: bool, now: datetime
) -> None:  # fmt: skip
    [work] = in_hand([thread.ticket_id], now=now)
    at = max(now, work.last_event_at)
    _keep(thread, text, now=at, sender=sender, mail_id=mail_id, automatic=automatic)
    if not automatic:
        _note_answer(work, thread, sender or "Somebody", text, now=at)
        write([work], now=now)


def _note_answer(
    work: Work, thread: SideConversation, who: str, text: str, *, now: datetime, by: User | None = None
) -> None:  # fmt: skip
    """The timeline says that an answer came, and who waits for it is told."""
    _move(thread, OPEN, awaited=False, last_at=now)
    words = f"{who} answered in the conversation with {whom(thread)}: {thread.subject}"
    event(work, "SIDE_ANSWERED", words, now=now, by=by, why={"side": thread.pk})
    opener = thread.opened_by.email if thread.opened_by.is_active else ""
    told = tuple(dict.fromkeys(a for a in (opener, work.assignee) if a and a != (by.email if by else "")))
    lines = [words, "", _excerpt(parted(text)[0]), *notice_body(work, "")]
    tell(work, f"side:{thread.pk}:{work.event_count}", people=told, subject=f"Answered: {headline(work)}", lines=lines,
         now=now)  # fmt: skip


def _excerpt(text: str) -> str:
    said = text.strip()
    return said if len(said) <= EXCERPT else f"{said[:EXCERPT].rstrip()} …"


def _move(thread: SideConversation, state: str, **columns: object) -> None:
    SideConversation.objects.filter(pk=thread.pk).update(state=state, **columns)
