"""A manager has a case sent though something is missing; why is kept on the case, and what is missing is said in it."""

from datetime import datetime

from accounts.models import User
from accounts.roles import MANAGERS
from tickets import vendor_cases
from tickets.cases.answers import given_to
from tickets.cases.drafting import NOT_KNOWN, Request
from tickets.cases.lodging import case_of
from tickets.models import VendorCase
from tickets.moves import event
from tickets.permissions import NotYours
from tickets.status import NotAllowedNow
from tickets.work import Work
from tickets.working import BadAnswer, check_open, need, working

LONGEST_WHY = 300


def send_incomplete(*, key: str, case_id: int, why: str, by: User, now: datetime) -> VendorCase:
    """Have the case sent as it is; in its letter what is missing is "not known".

    Raises NotYours for who is no manager, BadAnswer for a why that is missing or too long, NotAllowedNow for a case
    that misses nothing, NoSuchCase.
    """
    with working(key, by=by, now=now) as (work, at):
        if MANAGERS.isdisjoint(by.roles):
            raise NotYours("Only a manager has a case sent that is not complete.")
        check_open(work, "passed to a vendor")
        case = case_of(work, case_id)
        if case.status != VendorCase.Status.INCOMPLETE:
            raise NotAllowedNow("Nothing is missing in this case.")
        _check_why(why)
        case.overridden_by, case.override_why = by, why.strip()
        _tell(work, case, by=by, now=at)
        request = Request(
            work, case.service_id, case.because, answers=given_to(case), by=by, override=case.override_why
        )
        return vendor_cases.complete(case, request, now=at)


def _check_why(why: str) -> None:
    need(why, "why", "Say why it goes out without; it is kept with the case.")
    if len(why.strip()) > LONGEST_WHY:
        raise BadAnswer("why", f"Say why in at most {LONGEST_WHY} characters; it has {len(why.strip())}.")


def _tell(work: Work, case: VendorCase, *, by: User, now: datetime) -> None:
    labels = {datum["key"]: datum["label"] for datum in case.service.required}
    missing = [labels.get(one["key"], one["key"]) for one in case.missing]
    text = f"{by} has the case with {case.service.vendor} sent without {', '.join(missing)}: {case.override_why}"
    why = {"by_hand": case.override_why, "case": case.pk, "without": missing, "instead": NOT_KNOWN}
    event(work, "CASE_OVERRIDDEN", text, now=now, by=by, why=why)
