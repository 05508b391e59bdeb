"""The vendor's own number of a case that its API took: kept, or asked for where the answer had none."""

from datetime import datetime

from django.db import transaction

from tickets.cases import tasks
from tickets.cases.lodging import NUMBER_NOTED, number_doubt
from tickets.cases.receiving import taking
from tickets.models import CaseTask, VendorCase
from tickets.moves import event


@transaction.atomic
def take_number(case_id: int, number: str, *, now: datetime) -> None:
    """Keep the number, unless one is known: a second answer to the same case changes nothing.

    One that does not look like the vendor's is kept, and somebody is asked to look at it.
    """
    with taking(case_id, "", now=now) as held:
        assert held is not None, "what names no mail is never known before"
        work, case, at = held
        if case.number:
            return
        case.number = number
        case.save(update_fields=["number"])
        doubt = number_doubt(case.service, number)
        text = f"{case.vendor}'s API took the case: their number is {number}."
        event(work, NUMBER_NOTED, f"{text} {doubt}".strip(), now=at, why={"case": case.pk, "number": number})
        if doubt:
            tasks.open_task(case, CaseTask.Kind.NUMBER, f"Check {case.vendor}'s number. {doubt}", now=at)


def ask_for_number(case_id: int, *, because: str, now: datetime) -> None:
    """The vendor has the case and told no number that could be kept: a person asks for it, unless one is known."""
    case = VendorCase.objects.select_related("vendor", "service").get(pk=case_id)
    if not case.number:
        text = f"Ask {case.vendor} for its number of the case about {case.service.name} and note it: {because}."
        tasks.open_task(case, CaseTask.Kind.NUMBER, text, now=now)
