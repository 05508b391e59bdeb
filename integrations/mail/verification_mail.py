"""Mails that ask people to verify contact points: written at the moment of sending, so that none asks what is over."""

from typing import Any

from accounts.clock import database_now
from accounts.models import User
from integrations.mail import connector
from vendors.reminder_mail import mail_to


def send(key: str, payload: dict[str, Any]) -> None:
    """Ask one person, unless everything was verified meanwhile or they have left. Raises what mail raises."""
    person = User.objects.filter(pk=payload["person"], is_active=True).first()
    asked = mail_to(person, now=database_now()) if person else None
    if person and asked:
        subject, text = asked
        connector.send(key, {"to": [person.email], "subject": subject, "text": text})
