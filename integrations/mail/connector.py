"""Mail out: one message of the outbox as one mail over SMTP, with a Message-ID that a resend repeats."""

from smtplib import SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

from outbox import mail_ids
from outbox.delivery import CannotEverSend
from vendors.references import resolve

# What no person wrote says so, that no program answers it. Source: RFC 3834, 5.
BY_PROGRAM = {"Auto-Submitted": "auto-generated"}


def send(key: str, payload: dict[str, Any]) -> None:
    """Send one mail of the portal's own, or what a person wrote to a client. Raises what `post` raises."""
    text = resolve(payload["text"], allowed=payload.get("secrets", ()))
    about = {"X-Portal-Ticket": payload["ticket"]} if "ticket" in payload else {}
    how = {} if payload.get("by_person") else BY_PROGRAM
    post(key, {**payload, "text": text}, headers={**how, **about})


def post(key: str, payload: dict[str, Any], *, headers: dict[str, str], envelope_from: str = "") -> None:
    """Hand one mail to the server. Raises CannotEverSend when it refuses for good, or what SMTP raises.

    In: `envelope_from`, where a mail server sends it back to, "" for whom it is from.
    """
    mail = EmailMessage(
        subject=" ".join(payload["subject"].split()),
        body=payload["text"],
        from_email=envelope_from or settings.DEFAULT_FROM_EMAIL,
        to=payload["to"],
        headers={"From": settings.DEFAULT_FROM_EMAIL, "Message-ID": message_id(key), **headers},
    )
    try:
        mail.send()
    except (SMTPRecipientsRefused, SMTPSenderRefused) as error:
        if _is_final(error):
            raise CannotEverSend(f"the mail server refused the address: {error}") from error
        raise


def message_id(key: str) -> str:
    """The Message-ID under which the message with this key goes out, each time."""
    return mail_ids.message_id(key, sender=settings.DEFAULT_FROM_EMAIL, secret=settings.SECRET_KEY)


def _is_final(error: SMTPRecipientsRefused | SMTPSenderRefused) -> bool:
    codes = [c for c, _ in error.recipients.values()] if isinstance(error, SMTPRecipientsRefused) else [error.smtp_code]
    return all(code >= 500 for code in codes)
