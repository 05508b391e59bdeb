"""Mail out: one message of the outbox as one mail over SMTP, with a Message-ID that a resend repeats."""

from email.utils import parseaddr
from hashlib import sha256
from smtplib import SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

from outbox.delivery import CannotEverSend
from vendors.references import resolve


def send(key: str, payload: dict[str, Any]) -> None:
    """Send one mail. Raises CannotEverSend when the server refuses the addresses for good, or what SMTP raises."""
    text = resolve(payload["text"], allowed=payload.get("secrets", ()))
    about = {"X-Portal-Ticket": payload["ticket"]} if "ticket" in payload else {}
    mail = EmailMessage(
        subject=" ".join(payload["subject"].split()),
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=payload["to"],
        headers={"Message-ID": message_id(key), "Auto-Submitted": "auto-generated", **about},
    )
    try:
        mail.send()
    except (SMTPRecipientsRefused, SMTPSenderRefused) as error:
        if _is_final(error):
            raise CannotEverSend(f"the mail server refused the address: {error}") from error
        raise


def message_id(key: str) -> str:
    """The same for the same key, so that a mail sent twice is seen to be one."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2]
    return f"<{sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _is_final(error: SMTPRecipientsRefused | SMTPSenderRefused) -> bool:
    codes = [c for c, _ in error.recipients.values()] if isinstance(error, SMTPRecipientsRefused) else [error.smtp_code]
    return all(code >= 500 for code in codes)
