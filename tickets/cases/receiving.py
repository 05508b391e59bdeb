"""What a vendor says about a case: kept, read out on the timeline, and the ball passed to us.

An answer, a question and a closing stop what the vendor promised for its answer. An automatic reply answers nothing.
What comes after the case was closed is kept and told to whoever has the ticket. The client never reads the words.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from outbox.alarms import clear_alarm
from tickets import handing
from tickets.cases import letters, tasks, writing
from tickets.cases.bouncing import came_back
from tickets.cases.lodging import case_of, checked_number, lodged_by_hand, pass_custody
from tickets.cases.reading import LONGEST_NUMBER
from tickets.facts import VENDOR_RESPOND, VENDOR_UPDATE, case_subject
from tickets.loading import in_hand
from tickets.models import TO_LODGE, CaseMessage, CaseTask, Ticket, VendorCase
from tickets.moves import event, stop_metric, told_when
from tickets.notices import tell_taken_away, tell_who_has_it
from tickets.sentences import for_client, internal
from tickets.status import OPEN_STATUSES, NotAllowedNow
from tickets.work import CaseInHand, Work, write
from tickets.working import BadAnswer, need, telling_missed, working
from vendors.references import defused

Kind, Task, Status = CaseMessage.Kind, CaseTask.Kind, VendorCase.Status
SAID = (Kind.ANSWER, Kind.QUESTION, Kind.CLOSING)
EVENTS = {
    Kind.ANSWER: "VENDOR_ANSWERED",
    Kind.QUESTION: "VENDOR_ASKED",
    Kind.CLOSING: "VENDOR_CLOSING",
    Kind.AUTO_REPLY: "VENDOR_AUTO_REPLY",
    Kind.BOUNCE: "VENDOR_BOUNCED",
    Kind.LATE: "VENDOR_LATE",
}
LONGEST = 20_000  # characters
EXCERPT = 500  # characters of what was said that stand in the notice about it


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that came. `found` is why it is held to be about the case, `because` the words that decided its kind,
    `by` who noted it here or put it to the case; `stranger`, whether its sender is not known as the vendor's.

    Of what came back, `to` is the address that it did not reach, `for_good` whether that address is wrong, and `letter`
    the number of ours in its case, 0 where nobody knows which.
    """

    kind: str
    text: str
    sender: str = ""
    subject: str = ""
    mail_id: str = ""
    number: str = ""
    found: str = ""
    because: str = ""
    by: User | None = None
    stranger: bool = False
    to: str = ""
    for_good: bool = True
    letter: int = 0


@transaction.atomic
def receive(
    *, case_id: int, kind: str, text: str, sender: str, subject: str, mail_id: str, number: str, now: datetime,
    **more: Any,
) -> CaseMessage | None:  # fmt: skip
    """Keep what came about a case and do what follows; None where the same mail was kept before.

    In: `kind` one of ANSWER, QUESTION, CLOSING, AUTO_REPLY, BOUNCE; `mail_id` its Message-ID or a delivery's id;
    `number` the vendor's own, "" where it names none; `more` is what else Heard has. Raises VendorCase.DoesNotExist.
    """
    heard = Heard(kind, text, sender, subject, mail_id, number, **more)
    with taking(case_id, mail_id, now=now) as held:
        return take(*held, heard) if held else None


def by_hand(
    *, key: str, case_id: int, kind: str, text: str, number: str, by: User, now: datetime
) -> CaseMessage:  # fmt: skip
    """Note what the vendor said by telephone or on its portal: an ANSWER, a QUESTION or a CLOSING.

    Raises BadAnswer for another kind, no words, too many, or a number that is too long; NotAllowedNow for a case that
    is closed or not complete, or whose mail is leaving right now; NoSuchCase, NotYours.
    """
    with working(key, by=by, now=now) as (work, at):
        case = case_of(work, case_id)
        _check_says(kind, text)
        number = checked_number(number)
        if case.status == Status.CLOSED:
            raise NotAllowedNow("This case is closed; open a new one.")
        if case.status == Status.INCOMPLETE:
            raise NotAllowedNow("The vendor does not have this case yet: answers are missing.")
        return take(work, case, at, Heard(kind, text, number=number, found="HAND", by=by))


def confirm_closed(*, key: str, case_id: int, by: User, now: datetime) -> None:
    """The vendor is done: the case is over. Raises NotAllowedNow where it is over already or was never lodged."""
    with working(key, by=by, now=now) as (work, at):
        case = case_of(work, case_id)
        held = _lodged(work, case)
        if held.with_vendor:
            handing.take_ball(work, held, now=at, because=f"{by} closed the case")
        handing.close_case(work, held, now=at)
        tasks.done(case, by=by, now=at)
        text = f"{by} confirmed that {case.vendor} is done, and closed the case about {case.service}."
        told = work.say("{vendor} has done its part; we finish your request from here.", vendor=case.vendor.name)
        event(work, "CASE_CLOSED", text, now=at, by=by, client_text=told, why={"case": case.pk})


def not_done(*, key: str, case_id: int, why: str, by: User, now: datetime) -> CaseMessage:
    """It is not done: the vendor is told why, and has the ball again. Raises what `writing.write` raises."""
    with working(key, by=by, now=now) as (work, at):
        case = case_of(work, case_id)
        need(why, "why", "Say what is still wrong; the vendor reads it.")
        message = writing.say(work, case, why, keep_ball=False, by=by, now=at)
        tasks.done(case, Task.CONFIRM, by=by, now=at)
    return message


@contextmanager
def taking(case_id: int, mail_id: str, *, now: datetime) -> Iterator[tuple[Work, VendorCase, datetime] | None]:
    """The case with its ticket in hand and the moment, which is written at the end; None for a mail that is known.

    Must run in a transaction. Raises VendorCase.DoesNotExist.
    """
    case = _in_turn(case_id)
    if mail_id and CaseMessage.objects.filter(case=case, mail_id=mail_id).exists():
        yield None
        return
    [work] = in_hand([case.ticket_id], now=now)
    at, had = max(now, work.last_event_at), work.assignee
    with telling_missed(work, now=at):
        yield work, case, at
    because = work.events[0]["text"] if work.events else ""
    tell_taken_away(work, had, because, by=None, now=at)
    write([work], now=now)


def take(work: Work, case: VendorCase, at: datetime, heard: Heard) -> CaseMessage:
    """Keep it, do what follows from its kind, and say so on the timeline and to who must act."""
    over = case.status == Status.CLOSED or work.status not in OPEN_STATUSES
    kind = Kind.LATE if over and heard.kind in SAID else Kind(heard.kind)
    if kind in SAID and case.status in TO_LODGE:
        _take_as_lodged(work, case, heard, now=at)
    message = _keep(case, kind, heard, now=at)
    why = {
        "rule": "VENDOR_MAIL", "kind": kind.value, "case": case.pk, "vendor": case.vendor.name,
        "service": case.service.name, "sender": heard.sender, "found": heard.found, "because": defused(heard.because),
        "number": _take_number(case, heard.number, now=at), "stranger": heard.stranger,
    }  # fmt: skip
    if kind in SAID:
        _pass_ball(work, case, kind, f"{case.vendor} has answered", now=at)
        why |= told_when(work, now=at)
    told = for_client(why, work.say)
    event(work, EVENTS[kind], internal(why), now=at, by=heard.by, client_text=told, why=why)
    if kind in SAID or kind == Kind.LATE:
        _tell(work, case, internal(why), heard, now=at)
    if kind == Kind.BOUNCE:
        to = heard.to or (case.contact_point.value if case.contact_point else "")
        because = heard.because or internal(why)
        came_back(work, case, to=to, because=because, for_good=heard.for_good, now=at, letter=heard.letter)
    return message


def _in_turn(case_id: int) -> VendorCase:
    """The case under the lock of its ticket; when that was merged while we waited, under the survivor's alone.

    Only one ticket is ever locked: who merges locks several in one order, and must not wait for us to wait for it.
    """
    cases = VendorCase.objects.select_related("service__vendor", "vendor", "message", "contact_point")
    while True:
        ticket_id = cases.get(pk=case_id).ticket_id
        lock = transaction.savepoint()
        Ticket.objects.select_for_update(no_key=True).get(pk=ticket_id)
        case = cases.get(pk=case_id)
        if case.ticket_id == ticket_id:
            transaction.savepoint_commit(lock)
            return case
        transaction.savepoint_rollback(lock)  # which gives the lock of the one that has ended back


def _take_as_lodged(work: Work, case: VendorCase, heard: Heard, *, now: datetime) -> None:
    """Who answers has the case: a letter that still waits is withdrawn. What a mail says is not lost because ours is
    leaving at this moment; who notes something by hand looks again."""
    author = _author(heard)
    try:
        letters.withdraw(case, now=now)
    except letters.HasLeft:
        pass_custody(work, case, by=author, now=now)
    except letters.Leaving:
        if author:
            raise
        pass_custody(work, case, by=None, now=now)
    else:
        lodged_by_hand(work, case, by=author, now=now)


def _author(heard: Heard) -> User | None:
    """Who wrote down what the vendor said; nobody here where its own words came."""
    return heard.by if heard.found == "HAND" else None


def _keep(case: VendorCase, kind: str, heard: Heard, *, now: datetime) -> CaseMessage:
    return CaseMessage.objects.create(
        case=case, seq=letters.next_seq(case), kind=kind, sender=heard.sender[:254],
        subject=defused(heard.subject)[:300], body=defused(heard.text), at=now, author=_author(heard),
        mail_id=heard.mail_id[:255], to=heard.to[:300],
    )  # fmt: skip


def _take_number(case: VendorCase, number: str, *, now: datetime) -> str:
    """The vendor's number, where it is the first that is known; "" where there is nothing new."""
    if not number or case.number:
        return ""
    case.number = number[:LONGEST_NUMBER]
    case.save(update_fields=["number"])
    tasks.done(case, Task.NUMBER, by=None, now=now)
    return case.number


def _pass_ball(work: Work, case: VendorCase, kind: str, because: str, *, now: datetime) -> None:
    """The ball is ours, and a person must do what the vendor's word asks for."""
    held = work.case(case.pk)
    if held.with_vendor:
        handing.answered(work, held, now=now, because=because)
    else:
        _answered_again(work, held, now=now)
    tasks.done(case, Task.LODGE, Task.CALL, Task.CONTACT, by=None, now=now)
    clear_alarm(f"case:{case.pk}", now=now)
    if kind == Kind.QUESTION:
        tasks.open_task(case, Task.ANSWER, f"Answer {case.vendor}: it has asked something.", now=now)
    if kind == Kind.CLOSING:
        tasks.open_task(case, Task.CONFIRM, f"{case.vendor} says that it is done: is it?", now=now)


def _answered_again(work: Work, held: CaseInHand, *, now: datetime) -> None:
    """Somebody here has the ball already: what was promised for the answer ends all the same, nothing else moves."""
    for metric in (VENDOR_RESPOND, VENDOR_UPDATE):
        stop_metric(work, metric, now=now, subject=case_subject(held.id))
    if held.status == Status.LODGED:
        held.status, held.dirty = Status.ANSWERED, True
    held.answered_at, held.dirty = held.answered_at or now, True


def _tell(work: Work, case: VendorCase, because: str, heard: Heard, *, now: datetime) -> None:
    """Who has the ticket now learns of it with the first of the words."""
    lines = f"{because}\n\n{_excerpt(heard.text)}".strip()
    tell_who_has_it(work, lines, by=heard.by, now=now, occasion=f"case:{case.pk}")


def _excerpt(text: str) -> str:
    said = defused(text).strip()
    return said if len(said) <= EXCERPT else f"{said[:EXCERPT].rstrip()} …"


def _lodged(work: Work, case: VendorCase) -> CaseInHand:
    if case.status == Status.CLOSED:
        raise NotAllowedNow("This case is closed already.")
    if case.lodged_at is None:
        raise NotAllowedNow("The vendor does not have this case yet.")
    return work.case(case.pk)


def _check_says(kind: str, text: str) -> None:
    if kind not in SAID:
        raise BadAnswer("kind", "Say whether it is an answer, a question, or that the vendor is done.")
    need(text, "text", "Write what the vendor said.")
    if len(text) > LONGEST:
        raise BadAnswer("text", f"This is longer than {LONGEST:,} characters.")
