"""Invitations: a link that works once, for seven days, and lets a person choose a password.

The link is a digest of a nonce under the server's own key, so that neither the row nor the waiting mail gives it away.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.access_log import What, record
from accounts.keys import digest
from accounts.models import Invitation, User

LASTS = timedelta(days=7)
LONGEST_TOKEN = 100


class Gone(Exception):
    """This link lets nobody in: used, too old, revoked, or never given. Which of them is told to nobody."""


@transaction.atomic
def invite(user: User, *, by: User, now: datetime, about: str = "") -> Invitation:
    """Make the one open invitation of `user`; an earlier one stops working."""
    User.objects.select_for_update().get(pk=user.pk)
    end(user, now=now)
    nonce = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        user=user, nonce=nonce, digest=digest(_token(nonce)), made_by=by, made_at=now, expires_at=now + LASTS
    )
    record(What.INVITED, person=user, about=about, after=user.email, by=by, now=now)
    return made


def token_of(invitation: Invitation) -> str:
    """What stands in the link, made anew each time. It fits only while the server's key is the same."""
    return _token(invitation.nonce)


def open_invitation(token: str, *, now: datetime) -> Invitation:
    """The invitation of this link, with its user. Raises Gone unless it can be accepted now."""
    rows = Invitation.objects.filter(
        digest=digest(token[:LONGEST_TOKEN]), used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now,
        user__is_active=True,
    )  # fmt: skip
    found = rows.select_related("user", "made_by").first()
    if found is None:
        raise Gone
    return found


@transaction.atomic
def accept(token: str, *, name: str, timezone: str, password: str, now: datetime) -> User:
    """Use the invitation up and give its person this name, zone and password. The second of two gets Gone as well."""
    found = open_invitation(token, now=now)
    if not Invitation.objects.filter(pk=found.pk, used_at__isnull=True, revoked_at__isnull=True).update(used_at=now):
        raise Gone
    user = found.user
    user.name, user.timezone = name, timezone
    user.set_password(password)
    user.save(update_fields=["name", "timezone", "password"])
    record(What.JOINED, person=user, after=user.email, by=user, now=now)
    return user


def end(user: User, *, now: datetime) -> int:
    """Let no open invitation of `user` work any more; how many there were."""
    return Invitation.objects.filter(user=user, used_at__isnull=True, revoked_at__isnull=True).update(revoked_at=now)


def _token(nonce: str) -> str:
    return salted_hmac("accounts.invitations", nonce, algorithm="sha256").hexdigest()
