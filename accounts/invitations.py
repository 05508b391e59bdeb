"""Invitations: a link that works once, for seven days, and lets a person choose a password.

The link is a digest of a nonce under the server's own key, so that neither the row nor the waiting mail gives it away.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from accounts.access_log import What, record
from accounts.keys import digest
from accounts.models import Invitation, User
from accounts.people import has_joined

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
    """The invitation of this link, with its user. Raises Gone unless it can be accepted now.

    Who has come in by another way needs none: the link would only give whoever finds it another password to try.
    """
    rows = _open().filter(digest=digest(token[:LONGEST_TOKEN]), expires_at__gt=now, user__is_active=True)
    found = rows.select_related("user", "made_by").first()
    if found is None or has_joined(found.user):
        raise Gone
    return found


@transaction.atomic
def accept(token: str, *, name: str, timezone: str, password: str, now: datetime) -> User:
    """Use the invitation up and give its person this name, zone and password. The second of two gets Gone as well."""
    user = User.objects.select_for_update().get(pk=open_invitation(token, now=now).user_id)
    if has_joined(user) or not _open().filter(user=user).update(used_at=now):
        raise Gone
    user.name, user.timezone = name, timezone
    user.set_password(password)
    user.save(update_fields=["name", "timezone", "password"])
    record(What.JOINED, person=user, after=user.email, by=user, now=now)
    return user


def note_joining(user: User, *, now: datetime) -> None:
    """Use an open invitation of somebody up who has signed in without its link, by another provider."""
    if _open().filter(user=user).update(used_at=now):
        record(What.JOINED, person=user, after=user.email, by=user, now=now)


def is_open(user: User) -> bool:
    """Whether an invitation of `user` is neither used nor revoked; it may be too old."""
    return _open().filter(user=user).exists()


def end(user: User, *, now: datetime) -> int:
    """Let no open invitation of `user` work any more; how many there were."""
    return _open().filter(user=user).update(revoked_at=now)


def _open() -> QuerySet[Invitation]:
    return Invitation.objects.filter(used_at__isnull=True, revoked_at__isnull=True)


def _token(nonce: str) -> str:
    return salted_hmac("accounts.invitations", nonce, algorithm="sha256").hexdigest()
