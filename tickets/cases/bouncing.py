"""Mail to a vendor that came back: the contact point is marked, and the case goes to the next one."""

from datetime import datetime

from tickets import vendor_cases
from tickets.cases.delivered import has_gone_on_since
from tickets.cases.sending_on import to_next_contact
from tickets.models import CaseMessage, CaseTask, VendorCase
from tickets.status import OPEN_STATUSES
from tickets.work import CaseInHand, Work
from vendors.models import ContactPoint
from vendors.verification import mark_bad

WITH_VENDOR = (VendorCase.Status.QUEUED, VendorCase.Status.LODGED, VendorCase.Status.ANSWERED)
TO_CALL = (CaseTask.Kind.CONTACT, CaseTask.Kind.CALL)


def came_back(
    work: Work, case: VendorCase, *, to: str, because: str, for_good: bool, now: datetime, letter: int = 0
) -> None:  # fmt: skip
    """Do what follows when the address `to` took no mail about a case.

    In: `for_good`, whether the address itself is wrong, which marks its contact point; a server that was only out of
    reach for days does not. `letter`, the number of the letter that came back, 0 for the latest to that address. Where
    the case has gone on since, is over, or somebody here was asked to find a way already, nothing more is done.
    """
    _mark(case, to, because=because, for_good=for_good, now=now)
    over = case.status not in WITH_VENDOR or work.status not in OPEN_STATUSES
    if over or not _is_current(case, to) or _has_gone_on(case, to, letter):
        return
    held = work.case(case.pk)
    if case.status == VendorCase.Status.QUEUED:  # it left, or it could not have come back
        vendor_cases.lodge(work, case, held, now=now)
    if not _is_seen_to(case, held):
        to_next_contact(work, _afresh(case), to=to, because=because, now=now)


def _mark(case: VendorCase, to: str, *, because: str, for_good: bool, now: datetime) -> None:
    """Its contact point does not hold. The case is locked before it, as where somebody deletes a contact point."""
    VendorCase.objects.select_for_update(no_key=True).get(pk=case.pk)
    points = case.service.contact_points.filter(kind=ContactPoint.Kind.EMAIL, value__iexact=to)
    point = points.order_by("order").first()
    if point and for_good:
        mark_bad(point, because=because[:300], now=now)


def _is_current(case: VendorCase, to: str) -> bool:
    """Whether this is the address that the case is with, or that our latest letter went to."""
    if case.contact_point is None:
        return True
    ours = CaseMessage.objects.filter(case=case, kind__in=CaseMessage.FROM_US).order_by("-seq")
    latest = ours.values_list("to", flat=True).first() or ""
    return to.lower() in (case.contact_point.value.lower(), latest.lower())


def _has_gone_on(case: VendorCase, to: str, letter: int) -> bool:
    """Whether the letter that came back, the latest to its address where none is named, decides nothing any more."""
    ours = CaseMessage.objects.filter(case=case, kind__in=CaseMessage.FROM_US)
    sent = (ours.filter(seq=letter) if letter else ours.filter(to__iexact=to)).order_by("-seq").first()
    return sent is not None and has_gone_on_since(case, sent)


def _is_seen_to(case: VendorCase, held: CaseInHand) -> bool:
    """Whether the case is stuck already, and somebody is asked to call or to find a contact."""
    return not held.with_vendor and CaseTask.objects.filter(case=case, kind__in=TO_CALL, done_at=None).exists()


def _afresh(case: VendorCase) -> VendorCase:
    """The case with its contact points as they are marked now."""
    return VendorCase.objects.select_related("service__vendor", "vendor", "contact_point").get(pk=case.pk)
