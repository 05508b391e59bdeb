"""A mail about a vendor's case that is put to no case until somebody has looked at it."""

from datetime import datetime

from django.db import transaction

from tickets.cases.receiving import taking
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
