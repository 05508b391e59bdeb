"""Links by which whoever holds one reads how a client's requests are handled: shown once, kept as a digest, ending."""

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet

from accounts.keys import digest
from accounts.models import User
from clients.models import Client, ShareLink
from clients.page_words import kept_by

DEFAULT_DAYS, MOST_DAYS = 30, 365
LONGEST_TOKEN = 100


def make_link(*, client: Client, label: str, days: int, by: User, now: datetime) -> tuple[ShareLink, str]:
    """A new link, and its token: the only time that it is seen.

    Raises PermissionDenied for who does not keep the client's page, ValueError for other than 1 to 365 days.
    """
    _check_keeps(by, client)
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(f"A link lasts 1 to {MOST_DAYS} days, not {days}.")
    token = secrets.token_urlsafe(32)
    link = ShareLink.objects.create(
        client=client, label=label, digest=digest(token), made_by=by, made_at=now, expires_at=now + timedelta(days=days)
    )
    return link, token


@transaction.atomic
def revoke_link(*, client: Client, pk: int, by: User, now: datetime) -> ShareLink:
    """End a link of the client at once; one that has ended stays as it is.

    Raises PermissionDenied, ShareLink.DoesNotExist.
    """
    _check_keeps(by, client)
    link = ShareLink.objects.select_for_update().get(client=client, pk=pk)
    if link.revoked_at is None and link.expires_at > now:
        link.revoked_at, link.revoked_by = now, by
        link.save(update_fields=["revoked_at", "revoked_by"])
    return link


def opened_link(token: str, *, now: datetime) -> ShareLink | None:
    """The link with this token, while it holds; its use is counted. None for one that ended or never was.

    It is looked up by its digest, so that the time it takes tells nothing about the token.
    """
    holds: QuerySet[ShareLink] = ShareLink.objects.filter(
        digest=digest(token[:LONGEST_TOKEN]), revoked_at=None, expires_at__gt=now
    )
    link = holds.select_related("client").first()
    if link:
        ShareLink.objects.filter(pk=link.pk).update(uses=F("uses") + 1, last_used_at=now)
    return link


def _check_keeps(user: User, client: Client) -> None:
    if not kept_by(user).filter(pk=client.pk).exists():
        raise PermissionDenied
