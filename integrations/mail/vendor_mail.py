"""Mail about a vendor's case: which case, on whose word, and what it says.

A mail belongs to a case where it came to the case's own address or answers a mail of ours about it, and its sender is
known as the vendor's: address and Message-ID hold 128 random bits, and whoever was written to may pass them on, to our
own people and to the client's. What a program wrote there is recorded whoever sent it, since it answers nothing; a
number is taken from the vendor's alone.
Without either, the vendor's case number counts where our own mail server vouches that the sender is the vendor's.
Whatever else is about a case waits for a manager, is put nowhere, and who has the ticket is told that it waits.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.functions import Upper

from accounts.models import User
from clients.models import Contact
from integrations.mail.outcomes import CASE, IGNORED, LOOK, Outcome
from integrations.mail.reports import Report
from integrations.mail.source import IncomingMail
from integrations.models import ReceivedMail
from tickets.cases.reading import number_in, own_words, read
from tickets.cases.receiving import receive
from tickets.cases.waiting import tell_of_doubt
from tickets.models import CaseMessage, SideConversation, VendorCase
from vendors.models import ContactPoint, Service, Vendor
from vendors.senders import is_contact_of, is_of, vendors_of

Kind = CaseMessage.Kind
TOKEN, REFERENCE, NUMBER = "TOKEN", "REFERENCE", "NUMBER"
CAME = {TOKEN: "came to the address of the case", REFERENCE: "answers our mail about the case"}
MAILS_PER_HOUR = 60  # that come in to one case
HOUR = timedelta(hours=1)
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{3,78}[A-Za-z0-9]")
MOST_WORDS = 60
READ_AS = {
    Kind.ANSWER: "an answer", Kind.QUESTION: "a question", Kind.CLOSING: "that they are done",
    Kind.AUTO_REPLY: "an automatic reply, which answers nothing",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """The case that a mail is about, and why it is held to be."""

    case: VendorCase
    why: str


def taken(mail: IncomingMail, row: ReceivedMail, token: str, *, now: datetime) -> Outcome | None:
    """Do what a mail about a case asks for; None for one that has nothing to do with any.

    In: `row`, as which it is stored; `token` of the address that it came to, "" where that has none.
    """
    if mail.report:
        return _reported(mail, mail.report, token, row, now=now)
    if token and SideConversation.objects.filter(token=token.lower()).exists():
        return None
    found = _case_at(token) or _case_answered(mail.answers)
    if found is None:
        return _by_number(mail, verified=row.verified, now=now)
    if mail.automatic or is_theirs(mail.sender, found.case):
        return put_to_case(mail, found, now=now)
    who, vendor = mail.sender or "whoever sent it", found.case.vendor
    return _waits(found.case, f"It {CAME[found.why]} with {vendor}, and {who} is not known as {vendor}'s.")


def is_theirs(address: str, case: VendorCase) -> bool:
    """Whether a mail from there is the vendor's word: not that of a person of ours or of the client who has an address
    at one of the vendor's domains, unless it is a contact of the vendor's."""
    if is_contact_of(address, case.vendor):
        return True
    person = User.objects.filter(email__iexact=address)
    contact = Contact.objects.filter(client=case.ticket.client_id, email__iexact=address)
    return is_of(address, case.vendor) and not person.exists() and not contact.exists()


def put_to_case(mail: IncomingMail, found: Found, *, now: datetime) -> Outcome:
    """Keep a mail in a case, and do what follows from what it says."""
    case, ticket_id = found.case, found.case.ticket_id
    if too_many := _too_many(case, now=now):
        return too_many
    said = read(mail.text, subject=mail.subject, pattern=case.service.number_pattern, ours=case.subject)
    kind, theirs = Kind.AUTO_REPLY if mail.automatic else Kind(said.kind), is_theirs(mail.sender, case)
    kept = receive(
        case_id=case.pk, kind=kind, text=mail.words, sender=mail.sender, subject=mail.subject, mail_id=mail.mail_id,
        number=said.number if theirs else "", found=found.why, because=mail.automatic or said.because, now=now,
        stranger=not theirs,
    )  # fmt: skip
    if kept is None:
        return Outcome(CASE, "It is in its case already.", ticket_id)
    late = " It came after the case was closed." if kept.kind == Kind.LATE else ""
    return Outcome(CASE, f"It is in the case with {case.vendor}, read as {READ_AS[kind]}.{late}", ticket_id)


# which case ----------------------------------------------------------------------------------------------------------


def _cases() -> QuerySet[VendorCase]:
    return VendorCase.objects.select_related("service", "vendor", "ticket")


def _case_at(token: str) -> Found | None:
    case = _cases().filter(token=token.lower()).first() if token else None
    return Found(case, TOKEN) if case else None


def _case_answered(answers: Sequence[str]) -> Found | None:
    """The case of the mail of ours that is answered, the nearest first."""
    rows = CaseMessage.objects.filter(mail_id__in=answers, kind__in=CaseMessage.FROM_US).values_list("mail_id", "case")
    known = dict(rows)
    case_id = next((known[answer] for answer in answers if answer in known), None)
    return Found(_cases().get(pk=case_id), REFERENCE) if case_id else None


def _by_number(mail: IncomingMail, *, verified: bool, now: datetime) -> Outcome | None:
    """By the vendor's number, where our mail server vouches for the vendor; else a manager must look."""
    vendors = vendors_of(mail.sender)
    case = _case_numbered(mail, vendors)
    if case and verified:
        return put_to_case(mail, Found(case, NUMBER), now=now)
    if case:
        doubt = f"It says that it is from {mail.sender} and names the case {case.number}, and our mail server does not"
        return _waits(case, f"{doubt} vouch for that.")
    if vendors:
        if mail.automatic:
            return Outcome(IGNORED, f"It is from {vendors[0]}, names no case of ours, and no person wrote it.")
        return Outcome(LOOK, f"It seems to be from {vendors[0]}, and names no case of ours.")
    return _from_stranger(mail)


def _from_stranger(mail: IncomingMail) -> Outcome | None:
    """Somebody whom nobody knows as a vendor's names one of our cases: nothing is done on such a word."""
    case = _case_with(_words([mail.subject]), VendorCase.objects.exclude(number=""))
    if case is None:
        return None
    who = mail.sender or "Whoever sent it"
    return _waits(case, f"It names the case {case.number}; {who} is not known as {case.vendor}'s.")


def _case_numbered(mail: IncomingMail, vendors: Sequence[Vendor]) -> VendorCase | None:
    """The case of one of these vendors whose number the mail names: as its pattern says, else as a word of its own."""
    if not vendors:
        return None
    texts = [mail.subject, own_words(mail.text)]
    patterns = Service.objects.filter(vendor__in=vendors).exclude(number_pattern="")
    named = [number_in(text, pattern=p) for p in patterns.values_list("number_pattern", flat=True) for text in texts]
    return _case_with([*filter(None, named), *_words(texts)], VendorCase.objects.filter(vendor__in=vendors))


def _words(texts: Iterable[str]) -> list[str]:
    """Words that could be numbers: those with a digit in them."""
    found = [word for text in texts for word in WORD.findall(text[:5000]) if any(sign.isdigit() for sign in word)]
    return list(dict.fromkeys(found))[:MOST_WORDS]


def _case_with(numbers: Sequence[str], cases: QuerySet[VendorCase]) -> VendorCase | None:
    """The case with one of these numbers, an open one before one that is closed, then the latest."""
    wanted = [number.upper() for number in numbers]
    if not wanted:
        return None
    over = Case(When(status=VendorCase.Status.CLOSED, then=Value(1)), default=Value(0), output_field=IntegerField())
    named = cases.exclude(number="").alias(said=Upper("number"), over=over).filter(said__in=wanted)
    return named.select_related("service", "vendor").order_by("over", "-pk").first()


def _too_many(case: VendorCase, *, now: datetime) -> Outcome | None:
    lately = CaseMessage.objects.filter(case=case, author=None, message=None, at__gt=now - HOUR).count()
    words = f"{MAILS_PER_HOUR} mails about the case with {case.vendor} came within an hour."
    return _waits(case, words) if lately >= MAILS_PER_HOUR else None


def _waits(case: VendorCase, because: str) -> Outcome:
    return Outcome(LOOK, because, case.ticket_id, case.pk)


# what came back ------------------------------------------------------------------------------------------------------


def _reported(
    mail: IncomingMail, report: Report, token: str, row: ReceivedMail, *, now: datetime
) -> Outcome | None:  # fmt: skip
    """A mail server's report about a mail of ours: which one only its Message-ID says.

    Of another recipient than we wrote to, it is recorded and marks no contact; who has the ticket learns of the first.
    """
    rows = CaseMessage.objects.filter(mail_id__in=report.ids, kind__in=CaseMessage.FROM_US)
    ours = rows.select_related("case__vendor").order_by("-at").first()
    if ours is None:
        return _unknown_report(report, token)
    if too_many := _too_many(ours.case, now=now):
        return too_many
    doubtful = report.failed and report.recipient.lower() not in ("", ours.to.lower())
    kind = Kind.BOUNCE if report.failed and not doubtful else Kind.AUTO_REPLY
    first = doubtful and not _was_doubted(ours)
    kept = receive(
        case_id=ours.case_id, kind=kind, text=mail.words, sender=mail.sender, subject=mail.subject,
        mail_id=mail.mail_id, number="", found=REFERENCE, because=report.because,
        to=report.recipient if doubtful else ours.to, for_good=report.for_good, letter=ours.seq, now=now,
    )  # fmt: skip
    vendor, ticket_id = ours.case.vendor, ours.case.ticket_id
    if kept is None:
        return Outcome(CASE, "It is in its case already.", ticket_id)
    if first:
        tell_of_doubt(case_id=ours.case_id, mail=row.pk, because=report.because, now=now)
    came_back = "did not reach an address that we did not write to" if doubtful else "came back"
    what = came_back if report.failed else "is late"
    return Outcome(CASE, f"Our mail to {vendor} {what}: {report.because}", ticket_id)


def _was_doubted(ours: CaseMessage) -> bool:
    """Whether another such report came since our mail: one on an address that we did not write to."""
    since = CaseMessage.objects.filter(case=ours.case_id, kind=Kind.AUTO_REPLY, seq__gt=ours.seq)
    return since.exclude(to="").exclude(to__iexact=ours.to).exists()


def _unknown_report(report: Report, token: str) -> Outcome | None:
    """One that names no mail about a case changes no contact: anybody can write it."""
    case = _case_at(token)
    to_vendor = ContactPoint.objects.filter(kind=ContactPoint.Kind.EMAIL, value__iexact=report.recipient).exists()
    if case or (report.recipient and to_vendor):
        words = f"It says that a mail to {report.recipient or 'a vendor'} came back, and names none of ours."
        return _waits(case.case, words) if case else Outcome(LOOK, words)
    return None
