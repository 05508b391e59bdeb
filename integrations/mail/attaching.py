"""Putting a mail that waits for a manager to a vendor's case: its word stands where the mail proves nothing."""

from collections.abc import Sequence
from datetime import datetime

from django import forms
from django.db import transaction
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts.models import User
from accounts.roles import MANAGERS
from integrations.mail.addresses import is_for_escalations, token_of
from integrations.mail.looking import NOT_DONE, check_not_looked_at
from integrations.mail.source import with_names
from integrations.models import ReceivedMail
from tickets.cases.reading import read
from tickets.cases.receiving import receive
from tickets.models import VendorCase
from tickets.permissions import NotYours
from tickets.working import BadAnswer
from vendors.senders import is_of, vendors_of

MOST = 50
WITH_VENDOR = (VendorCase.Status.QUEUED, VendorCase.Status.LODGED, VendorCase.Status.ANSWERED)


class CaseForm(forms.Form):
    """Which case a mail is about, of those that `by` may put it to."""

    case = forms.TypedChoiceField(
        label="Case", coerce=int, error_messages={"required": "Choose the case that this mail is about."}
    )

    def __init__(self, *args, mail: ReceivedMail, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        cases = list(cases_for(mail, by))
        self.fields["case"].choices = [("", "Choose a case"), *((case.pk, words(case)) for case in cases)]
        self.fields["case"].initial = _named(mail, cases)


def _named(mail: ReceivedMail, cases: Sequence[VendorCase]) -> int | None:
    """The case to whose own address it came, or the only one of the ticket that it is held to be about."""
    token = token_of(mail.address)
    if token or is_for_escalations(mail.address):
        return next((case.pk for case in cases if case.token == token), None)
    of_ticket = [case.pk for case in cases if case.ticket_id == mail.ticket_id]
    return of_ticket[0] if len(of_ticket) == 1 else None


def cases_for(mail: ReceivedMail, by: User) -> QuerySet[VendorCase]:
    """The cases that `by` may put it to, the likeliest first: of the ticket that it names, of the sender's vendor, the
    latest. Closed ones only of that ticket."""
    theirs = [vendor.pk for vendor in vendors_of(mail.sender)]
    near = Case(
        When(ticket=mail.ticket_id, then=Value(0)), When(vendor__in=theirs, then=Value(1)), default=Value(2),
        output_field=IntegerField(),
    )  # fmt: skip
    closed = Q(ticket=mail.ticket_id, status=VendorCase.Status.CLOSED, lodged_at__isnull=False)
    seen = VendorCase.objects.visible_to(by).filter(Q(status__in=WITH_VENDOR) | closed).alias(near=near)
    return seen.select_related("vendor", "service", "ticket__client").order_by("near", "-pk")[:MOST]


def words(case: VendorCase) -> str:
    """A case in a list of them."""
    number, over = f", {case.number}" if case.number else "", ", closed" if case.closed_at else ""
    return f"{case.vendor}{number}: {case.ticket.key} {case.ticket.title}, {case.ticket.client}{over}"


@transaction.atomic
def attach(*, mail: int, case: int, by: User, now: datetime) -> VendorCase:
    """Put the mail to the case, as if it had proven itself, and take it off the list.

    Raises ReceivedMail.DoesNotExist, NotYours for anybody but a manager, NotAllowedNow where somebody has looked at it
    already, BadAnswer for a case that `by` does not see or that has it already.
    """
    if MANAGERS.isdisjoint(by.roles):
        raise NotYours("Only a manager puts such a mail to a case.")
    rows = ReceivedMail.objects.select_for_update(of=("self",)).select_related("looked_by").filter(outcome__in=NOT_DONE)
    row = rows.get(pk=mail)
    check_not_looked_at(row, now=now)
    chosen = VendorCase.objects.visible_to(by).select_related("vendor", "service").filter(pk=case).first()
    if chosen is None:
        raise BadAnswer("case", "There is no such case.")
    _put(row, chosen, by=by, now=now)
    row.outcome, row.because = ReceivedMail.Outcome.CASE, f"{by} put it to the case with {chosen.vendor}."[:300]
    row.ticket_id, row.looked_by, row.looked_at = chosen.ticket_id, by, now
    row.save(update_fields=["outcome", "because", "ticket", "looked_by", "looked_at"])
    return chosen


def _put(row: ReceivedMail, case: VendorCase, *, by: User, now: datetime) -> None:
    said = read(row.text, subject=row.subject, pattern=case.service.number_pattern, ours=case.subject)
    kept = receive(
        case_id=case.pk, kind=said.kind, text=with_names(row.text, row.files) or "(no text)", sender=row.sender,
        subject=row.subject, mail_id=row.mail_id, number=said.number, found="ATTACHED", because=said.because, by=by,
        now=now, stranger=not is_of(row.sender, case.vendor),
    )  # fmt: skip
    if kept is None:
        raise BadAnswer("case", "This mail is in that case already.")
