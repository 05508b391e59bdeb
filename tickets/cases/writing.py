"""What we write to a vendor about its case: a letter in the case's thread, after which the vendor has the ball."""

from datetime import datetime

from accounts.models import User
from tickets import handing
from tickets.cases import letters, tasks
from tickets.cases.letters import Letter
from tickets.cases.lodging import case_of
from tickets.models import CaseMessage, CaseTask, VendorCase
from tickets.moves import event
from tickets.status import WAITING_ON_CLIENT, NotAllowedNow
from tickets.work import CaseInHand, Work
from tickets.working import BadAnswer, need, working
from vendors.models import ContactPoint
from vendors.references import defused
from vendors.senders import is_of

WROTE = "CASE_REPLY"
NOWHERE = "who has no mail address: somebody must pass it on by portal or telephone"
LONGEST = 20_000  # characters
FROM_VENDOR = (CaseMessage.Kind.ANSWER, CaseMessage.Kind.QUESTION, CaseMessage.Kind.CLOSING)


def write(*, key: str, case_id: int, text: str, keep_ball: bool, by: User, now: datetime) -> CaseMessage:
    """Write to the vendor; it has the ball again unless `keep_ball`, and what it asked is answered.

    It goes the way that the case went. Where the vendor has no mail address, the words are kept for whoever enters
    them on its portal or reads them out.
    Raises BadAnswer for no words or too many, NotAllowedNow for a case that is closed or not lodged, NoSuchCase,
    NotYours.
    """
    with working(key, by=by, now=now) as (work, at):
        return say(work, case_of(work, case_id), text, keep_ball=keep_ball, by=by, now=at)


def say(work: Work, case: VendorCase, text: str, *, keep_ball: bool, by: User, now: datetime) -> CaseMessage:
    """The same for a ticket that is in hand."""
    held = _checked(work, case, text)
    by_api = letters.goes_by_api(case)
    to = "" if by_api else address(case)
    message = _letter(work, case, text, to, by=by, now=now) if to or by_api else _noted(case, text, by=by, now=now)
    tasks.done(case, CaseTask.Kind.ANSWER, by=by, now=now)
    where = "through its API" if by_api else f"to {to}" if to else NOWHERE
    why = {"case": case.pk, "message": message.pk, "keep_ball": keep_ball}
    event(work, WROTE, f"{by} wrote to {case.vendor}, {where}.", now=now, by=by, why=why)
    if not keep_ball and not held.with_vendor:
        give_back(work, held, now=now, because=f"{by} wrote to {case.vendor}")
    return message


def address(case: VendorCase) -> str:
    """Where a reply goes: to who of the vendor wrote last, else to whom the case was sent, else to its first contact.

    An address that is not known to be the vendor's gets nothing, whoever wrote from it, and neither does one that mail
    came back from. "" where there is none.
    """
    mails = case.service.contact_points.filter(kind=ContactPoint.Kind.EMAIL).order_by("order")
    bad = {point.value.lower() for point in mails if point.bad_since}
    latest = _wrote_last(case)
    if latest and latest.lower() not in bad and is_of(latest, case.vendor):
        return latest
    holding = [point for point in mails if not point.bad_since]
    first = [point for point in holding if point.pk == case.contact_point_id]
    return next((point.value for point in [*first, *holding]), "")


def _wrote_last(case: VendorCase) -> str:
    """The address that the vendor wrote from last, "" for none and for one that our mail came back from since."""
    wrote = CaseMessage.objects.filter(case=case, kind__in=FROM_VENDOR, author=None).exclude(sender="")
    last = wrote.order_by("-seq").first()
    if last is None:
        return ""
    back = CaseMessage.objects.filter(case=case, kind=CaseMessage.Kind.BOUNCE, to__iexact=last.sender, seq__gt=last.seq)
    return "" if back.exists() else last.sender


def subject(work: Work, case: VendorCase) -> str:
    """The case's own, with our key and the vendor's number, by which its programs find the thread."""
    number = f" {case.number}" if case.number and case.number not in case.subject else ""
    return f"{case.subject} [{work.key}]{number}"


def _checked(work: Work, case: VendorCase, text: str) -> CaseInHand:
    need(text, "text", "Write something; the vendor reads it.")
    if len(text) > LONGEST:
        raise BadAnswer("text", f"This is longer than {LONGEST:,} characters.")
    if case.status == VendorCase.Status.CLOSED:
        raise NotAllowedNow("This case is closed; open a new one.")
    if case.lodged_at is None:
        raise NotAllowedNow("The vendor does not have this case yet.")
    return work.case(case.pk)


def _letter(work: Work, case: VendorCase, text: str, to: str, *, by: User, now: datetime) -> CaseMessage:
    channel = letters.API if letters.goes_by_api(case) else letters.MAIL
    body = f"{defused(text).strip()}\n\n{by}"
    key = f"{work.key}:case:{case.pk}:reply:{letters.next_seq(case)}"
    written = Letter(
        case, CaseMessage.Kind.REPLY, key=key, to=to, subject=subject(work, case), body=body, by=by, channel=channel
    )
    return letters.post([written], now=now)[0]


def _noted(case: VendorCase, text: str, *, by: User, now: datetime) -> CaseMessage:
    """Nothing is sent: the vendor reads no mail about this."""
    return CaseMessage.objects.create(
        case=case, seq=letters.next_seq(case), kind=CaseMessage.Kind.REPLY, body=defused(text).strip(), at=now,
        author=by,
    )  # fmt: skip


def give_back(work: Work, held: CaseInHand, *, now: datetime, because: str) -> None:
    """The vendor has the ball again; the ticket follows it, unless it waits on the client, whose answer is awaited."""
    give = handing.return_ball if work.status == WAITING_ON_CLIENT else handing.hand_back
    give(work, held, now=now, because=because)
