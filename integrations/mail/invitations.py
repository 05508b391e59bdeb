"""Invitations out: the link is written in at the moment of sending, so that it stands nowhere before."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.invitations import token_of
from accounts.models import Invitation
from accounts.people import has_joined
from clients.inviting import LINK
from integrations.mail import connector


def send(key: str, payload: dict[str, Any]) -> None:
    """Send one invitation, unless it was used or revoked, or its person came in, meanwhile. Raises what mail raises."""
    invitation = Invitation.objects.select_related("user").get(pk=payload["invitation"])
    if invitation.used_at or invitation.revoked_at or has_joined(invitation.user):
        return
    link = settings.PUBLIC_URL + reverse("invitation", args=[token_of(invitation)])
    connector.send(key, {**payload, "text": payload["text"].replace(LINK, link)})
