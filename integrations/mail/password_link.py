"""Links to a new password: the link is made at the moment of sending, so that it stands nowhere before."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.forgotten import person_with_password
from accounts.models import User
from integrations.mail import connector
from outbox.models import Message

KIND = "PASSWORD_LINK"
TEXT = """Somebody, hopefully you, asked for a new password for {email} at {portal}.

Choose one here within an hour:
{link}

If it was not you, nothing needs to be done: your password stays as it is.
"""


def put(user: User, *, now: datetime) -> Message:
    """Have a link sent to `user`."""
    key = f"password-link-{user.pk}-{uuid4().hex}"
    return Message.objects.create(key=key, kind=KIND, payload={"to": [user.email]}, not_before=now, created_at=now)


def send(key: str, payload: dict[str, Any]) -> None:
    """Send the link, unless the person has lost the right to one meanwhile. Raises what mail raises."""
    user = person_with_password(payload["to"][0])
    if user is None:
        return
    text = TEXT.format(email=user.email, portal=settings.PUBLIC_URL, link=link_for(user))
    connector.send(key, {**payload, "subject": "Your new password", "text": text})


def link_for(user: User) -> str:
    """A link that works once, for an hour."""
    parts = [urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)]
    return settings.PUBLIC_URL + reverse("new-password", args=parts)
