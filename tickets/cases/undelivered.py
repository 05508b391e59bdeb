"""A case that was sent on, whose letter could not be sent: the vendor does not have it, and somebody here must act."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from outbox.alarms import raise_alarm
from outbox.models import Message
from tickets.cases.delivered import has_gone_on_since
from tickets.cases.receiving import taking
from tickets.cases.sending_on import get_stuck
from tickets.models import CaseMessage, VendorCase

log = logging.getLogger(__name__)


def note_undelivered(*, now: datetime) -> int:
    """Take back what its vendor never got: the ball is ours, with an alarm and a task. Returns how many there were.

    One that cannot be taken back does not keep the others from it.
    """
    letters = [letter for letter in _dead() if not has_gone_on_since(letter.case, letter)]
    return sum(_take_back_alone(letter.pk, letter.case_id, now=now) for letter in letters)


def _dead() -> QuerySet[CaseMessage]:
    with_vendor = {"case__status": VendorCase.Status.LODGED, "case__ball": VendorCase.Ball.VENDOR}
    dead = CaseMessage.objects.filter(kind=CaseMessage.Kind.LODGED, message__state=Message.State.DEAD, **with_vendor)
    return dead.select_related("case", "message").order_by("pk")


def _take_back_alone(letter: int, case: int, *, now: datetime) -> int:
    try:
        with transaction.atomic():
            return _take_back(letter, case, now=now)
    except Exception:
        log.exception("vendor case %s, whose letter could not be sent, was not taken back", case)
        raise_alarm(f"case:{case}", f"The letter of vendor case {case} could not be sent; see the log.", now=now)
        return 0


def _take_back(letter_id: int, case_id: int, *, now: datetime) -> int:
    with taking(case_id, "", now=now) as held:
        letter = _dead().filter(pk=letter_id).first()
        if held is None or letter is None or letter.message is None or has_gone_on_since(letter.case, letter):
            return 0
        work, case, at = held
        because = f"our letter to {letter.to or 'its API'} could not be sent: {letter.message.last_error.rstrip('.')}"
        get_stuck(work, case, None, because=because[:300], now=at)
    return 1
