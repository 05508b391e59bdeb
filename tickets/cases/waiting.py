"""A mail about a vendor's case that somebody must look at, since no program can say what it means."""

from datetime import datetime

from django.db import transaction

from tickets.cases.receiving import taking
from tickets.models import VendorCase
from tickets.notices import tell_who_has_it


@transaction.atomic
def tell_of_mail(*, case_id: int, mail: int, sender: str, because: str, where: str, now: datetime) -> None:
    """Tell whoever has the ticket, else its step, that a mail waits, so that an answer from a new address is not lost.

    In: `mail`, told of once; `because`, why it waits, and `where`. Raises VendorCase.DoesNotExist.
    """
    with taking(case_id, "", now=now) as held:
        if held:
            work, case, at = held
            who = f"A mail from {sender}" if sender else "A mail"
            words = f"{who} about the case with {case.vendor} waits to be looked at. {because}"
            words = f"{words} If it is the vendor's word, a manager puts it to the case: {where}"
            tell_who_has_it(work, words, by=None, now=at, occasion=f"mail:{mail}")


@transaction.atomic
def tell_of_doubt(*, case_id: int, mail: int, because: str, now: datetime) -> None:
    """Tell whoever has the ticket, else its step, that a letter about an open case may not have arrived.

    In: `mail`, the report, told of once; `because`, what it says. Raises VendorCase.DoesNotExist.
    """
    with taking(case_id, "", now=now) as held:
        if held and held[1].status != VendorCase.Status.CLOSED:
            work, case, at = held
            words = f"Our mail to {case.vendor} may not have arrived: {because} We did not write to that address: at"
            words = f"{words} their side ours was rewritten, or the mail passed on. Ask whether they have it."
            tell_who_has_it(work, words, by=None, now=at, occasion=f"mail:{mail}")
