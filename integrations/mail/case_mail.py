"""Mail to a vendor about a case: answered to an address of the case's own, and sent back to it, in one thread."""

from typing import Any

from django.conf import settings

from accounts.models import User
from integrations.mail import connector
from integrations.mail.side_mail import kept
from outbox.delivery import CannotEverSend
from tickets.models import CaseMessage, VendorCase
from vendors.models import ServiceAccount
from vendors.references import resolve


def send(key: str, payload: dict[str, Any]) -> None:
    """Send one letter of a case. Raises CannotEverSend where a secret is gone, or what mail raises."""
    case = VendorCase.objects.get(pk=payload["case"])
    try:
        text = resolve(payload["text"], allowed=payload["secrets"])
    except (LookupError, ServiceAccount.DoesNotExist) as error:
        raise CannotEverSend(f"a secret that the case needs is not stored any more: {error}") from error
    headers = {"X-Portal-Ticket": payload["ticket"], **_threading(case, payload["seq"])}
    if _is_a_program_s(case, payload["seq"]):
        headers |= connector.BY_PROGRAM
    reply_to = settings.REPLY_ADDRESS.format(token=case.token) if case.token else ""
    if reply_to:
        headers["Reply-To"] = reply_to
    connector.post(key, {**payload, "text": text}, headers=headers, envelope_from=reply_to)


def _is_a_program_s(case: VendorCase, seq: int) -> bool:
    """Whether it is a reminder that no person here wrote or had sent.

    A case itself never says so, whatever lodged it: helpdesks open no request for a mail that does.
    """
    reminders = CaseMessage.objects.filter(case=case, seq=seq, kind=CaseMessage.Kind.NUDGE)
    return reminders.exclude(author__kind=User.Kind.PERSON).exists()


def _threading(case: VendorCase, seq: int) -> dict[str, str]:
    before = CaseMessage.objects.filter(case=case, seq__lt=seq, mail_id__startswith="<").order_by("seq")
    ids = list(before.values_list("mail_id", flat=True))
    return {"In-Reply-To": ids[-1], "References": " ".join(kept(ids))} if ids else {}
