"""Mail to a vendor that came back: the contact point is marked, and the case goes to the next one."""

from datetime import datetime

from tickets import vendor_cases
from tickets.cases.chasing import to_next_contact
from tickets.models import VendorCase
from tickets.status import OPEN_STATUSES
from tickets.work import Work
from vendors.models import ContactPoint
from vendors.verification import mark_bad

WITH_VENDOR = (VendorCase.Status.QUEUED, VendorCase.Status.LODGED, VendorCase.Status.ANSWERED)


def came_back(work: Work, case: VendorCase, *, to: str, because: str, for_good: bool, now: datetime) -> None:
    """Do what follows when the address `to` took no mail about a case.

    In: `for_good`, whether the address itself is wrong, which marks its contact point; a server that was only out of
    reach for days does not. Where the case has gone to somebody else meanwhile, or is over, nothing more is done.
    """
    point = _point(case, to)
    if point and for_good:
        mark_bad(point, because=because[:300], now=now)
    over = case.status not in WITH_VENDOR or work.status not in OPEN_STATUSES
    if over or not _has_it(case, point, to):
        return
    if case.status == VendorCase.Status.QUEUED:  # it left, or it could not have come back
        vendor_cases.lodge(work, case, work.case(case.pk), now=now)
    to_next_contact(work, _afresh(case), because=because, now=now)


def _point(case: VendorCase, to: str) -> ContactPoint | None:
    points = case.service.contact_points.filter(kind=ContactPoint.Kind.EMAIL, value__iexact=to)
    return points.order_by("order").first()


def _has_it(case: VendorCase, point: ContactPoint | None, to: str) -> bool:
    """Whether this address is the one that the case is with; a reply to a person of the vendor's does not move it."""
    if case.contact_point is None:
        return True
    known = point is not None and point.pk == case.contact_point_id
    return known or case.contact_point.value.lower() == to.lower()


def _afresh(case: VendorCase) -> VendorCase:
    """The case with its contact points as they are marked now."""
    return VendorCase.objects.select_related("service__vendor", "vendor", "contact_point").get(pk=case.pk)
