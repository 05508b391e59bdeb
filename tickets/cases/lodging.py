"""Lodging by hand: what a person has lodged on a portal or by telephone, the vendor's number, and its secrets.

Custody passes here as it does for a mail that was sent: by `vendor_cases.lodge`, once.
"""

from datetime import datetime

import re2

from accounts.models import User
from outbox.alarms import clear_alarm
from tickets import vendor_cases
from tickets.cases import letters, tasks
from tickets.cases.reading import LONGEST_NUMBER
from tickets.facts import OLA_ACKNOWLEDGE, step_subject
from tickets.models import TO_LODGE, CaseMessage, CaseTask, VendorCase
from tickets.moves import event, stop_metric
from tickets.status import NotAllowedNow
from tickets.work import Work
from tickets.working import BadAnswer, check_open, working
from vendors.models import Service, ServiceAccount
from vendors.pattern_words import example_of
from vendors.references import REFERENCE, resolve

MARKED, NUMBER_NOTED, SECRET_SEEN = "CASE_MARKED", "CASE_NUMBER", "CASE_SECRET_SEEN"


class NoSuchCase(LookupError):
    """No case of this number on this ticket."""


class AlreadyLodged(NotAllowedNow):
    """The vendor has it already, since the moment `at`; `how`, in words that the moment follows."""

    def __init__(self, how: str, at: datetime) -> None:
        super().__init__(f"{how} at {at:%Y-%m-%d %H:%M} UTC already.")
        self.how, self.at = how, at


def case_of(work: Work, case_id: int) -> VendorCase:
    """The ticket's case, with its vendor and letter. Raises NoSuchCase for one of another ticket as for none."""
    cases = VendorCase.objects.select_related("service__vendor", "message")
    case = cases.filter(pk=case_id, ticket_id=work.id).first()
    if case is None:
        raise NoSuchCase(f"{work.key} has no case {case_id}.")
    return case


def mark_lodged(*, key: str, case_id: int, number: str, by: User, now: datetime) -> VendorCase:
    """A person has lodged it: on the portal, or where its mail did not go out; from now on the vendor has it.

    In: the vendor's own `number`, "" where it gave none yet. Raises BadAnswer for one that is too long, AlreadyLodged,
    NotAllowedNow where something is missing or its mail is leaving right now, NoSuchCase, NotYours.
    """
    with working(key, by=by, now=now) as (work, at):
        case = case_of(work, case_id)
        number = checked_number(number)
        _check_to_lodge(work, case)
        letters.withdraw(case, now=at)
        case.number = number or case.number
        case.save(update_fields=["number"])
        named = f", their number is {number}" if number else ""
        text = f"{by} lodged the case with {case.service.vendor} by hand{named}."
        event(work, MARKED, text, now=at, by=by, why={"case": case.pk, "number": number})
        lodged_by_hand(work, case, by=by, now=at)
    case.refresh_from_db()
    return case


def lodged_by_hand(work: Work, case: VendorCase, *, by: User | None, now: datetime) -> None:
    """The vendor has the case though no letter of ours took it there; `by` is None where nobody here said so.

    In: the case of a ticket in hand, its letter withdrawn.
    """
    keep_what_was_lodged(case, by=by, now=now)
    pass_custody(work, case, by=by, now=now)


def pass_custody(work: Work, case: VendorCase, *, by: User | None, now: datetime) -> None:
    """The vendor has the case, whatever its letter says: nobody need lodge it any more, and no alarm tell of it."""
    stop_metric(work, OLA_ACKNOWLEDGE, now=now, subject=step_subject(work.step))
    vendor_cases.lodge(work, case, work.case(case.pk), now=now)
    tasks.done(case, CaseTask.Kind.LODGE, CaseTask.Kind.CONTACT, by=by, now=now)
    clear_alarm(f"case:{case.pk}", now=now)


def note_number(*, key: str, case_id: int, number: str, by: User, now: datetime) -> VendorCase:
    """Keep the vendor's own number of a case, also of one that is closed; "" takes it away.

    Raises BadAnswer for one that is too long, NotAllowedNow where it is that already, NoSuchCase, NotYours.
    """
    with working(key, by=by, now=now, touch=False) as (work, at):
        case = case_of(work, case_id)
        number, before = checked_number(number), case.number
        if number == before:
            raise NotAllowedNow(f"Their number is {number} already." if number else "No number is noted.")
        case.number = number
        case.save(update_fields=["number"])
        instead = f" instead of {before}" if before else ""
        said = f"noted {number}{instead} as {case.service.vendor}'s number" if number else f"took {before} away"
        tasks.done(case, CaseTask.Kind.NUMBER, by=by, now=at)
        event(work, NUMBER_NOTED, f"{by} {said}.", now=at, by=by, why={"case": case.pk, "number": number})
    return case


def reveal(*, key: str, case_id: int, field: str, by: User, now: datetime) -> str:
    """The secret that the datum `field` refers to, for whoever lodges by hand; the timeline says who has seen it.

    Raises BadAnswer where the datum is no secret or its secret is gone, NotAllowedNow for a case that is closed.
    """
    with working(key, by=by, now=now, touch=False) as (work, at):
        case = case_of(work, case_id)
        if case.status == VendorCase.Status.CLOSED:
            raise NotAllowedNow("This case is closed; nobody needs its secrets any more.")
        label = next((d["label"] for d in case.service.required if d["key"] == field), field)
        referred = str(case.answers.get(field, ""))
        if not REFERENCE.fullmatch(referred):
            raise BadAnswer(field, f"{label} is no secret of this case.")
        secret = _resolved(referred, field, label)
        text = f"{by} has seen {label} for the case with {case.service.vendor}."
        event(work, SECRET_SEEN, text, now=at, by=by, why={"case": case.pk, "datum": field})
    return secret


def number_doubt(service: Service, number: str) -> str:
    """Why a number may be mistyped, "" where the vendor's look like it or nobody has said what they look like."""
    pattern = service.number_pattern
    if not number or not pattern or re2.search(pattern, number):
        return ""
    example = example_of(pattern)
    return f"“{number}” does not look like the numbers of {service.name}{example and f', such as {example}'}."


def checked_number(said: str) -> str:
    """The vendor's own number as it is kept. Raises BadAnswer for one that is too long."""
    number = " ".join(said.split())
    if len(number) > LONGEST_NUMBER:
        raise BadAnswer("number", f"Give their number in at most {LONGEST_NUMBER} characters; it has {len(number)}.")
    return number


def _check_to_lodge(work: Work, case: VendorCase) -> None:
    if case.lodged_at:
        raise _lodged_before(case, case.lodged_at)
    check_open(work, "passed to a vendor")
    if case.status == VendorCase.Status.INCOMPLETE:
        count = len(case.missing)
        answers = "1 answer is" if count == 1 else f"{count} answers are"
        raise NotAllowedNow(f"{answers} still missing; answer, or let a manager send the case without.")
    if case.status not in TO_LODGE:
        raise NotAllowedNow("This case is closed; open a new one.")


def _lodged_before(case: VendorCase, at: datetime) -> AlreadyLodged:
    rows = CaseMessage.objects.filter(case=case, kind=CaseMessage.Kind.LODGED, message=None, at=at)
    noted = rows.select_related("author").first()
    if noted is None:
        by_mail = case.message is not None and case.message.kind == letters.MAIL
        return AlreadyLodged("It went out by mail" if by_mail else "It went out", at)
    return AlreadyLodged(f"{noted.author} lodged it" if noted.author else f"{case.service.vendor} wrote about it", at)


def keep_what_was_lodged(case: VendorCase, *, by: User, now: datetime) -> None:
    """The correspondence begins with what the vendor was told, whoever told it."""
    to = str(case.contact_point.value) if case.contact_point else ""
    CaseMessage.objects.create(
        case=case, seq=letters.next_seq(case), kind=CaseMessage.Kind.LODGED, to=to, subject=case.subject,
        body=case.body, at=now, author=by,
    )  # fmt: skip


def _resolved(referred: str, field: str, label: str) -> str:
    try:
        return resolve(referred, allowed=[referred])
    except (KeyError, ServiceAccount.DoesNotExist):
        raise BadAnswer(field, f"{label} is not kept any more; ask for it anew.") from None
