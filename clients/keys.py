"""Making API keys: for all clients or bound to one; the same for the page and the command."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import keys, roles
from accounts.access_log import What, record
from accounts.keys import make_key, make_program
from accounts.models import ApiKey, User
from clients.access import bind_key
from clients.models import Client, ClientUserObjectPermission


@transaction.atomic
def issue_key(
    *, name: str, scopes: Sequence[str], client: Client | None, by: User | None, now: datetime,
    expires_at: datetime | None = None,
) -> str:  # fmt: skip
    """Make a program with one key and return the key, the only time that it is seen.

    Bound to `client` it sees that one alone. `by` is None for the command line. Raises PermissionDenied for all but
    administrators, UnknownScope.
    """
    _check(by)
    user = make_program(name=name, provider_wide=client is None)
    if client:
        bind_key(user, client)
    key = make_key(user=user, name=name, scopes=scopes, now=now, expires_at=expires_at)
    row = user.api_keys.get()
    told = f"{row}: {', '.join(scopes)}"
    record(What.KEY_MADE, person=user, about=client.slug if client else "", after=told, by=by, now=now)
    return key


def replace_key(*, key: ApiKey, by: User, now: datetime) -> str:
    """A new key in the place of this one, which ends in a day. Raises PermissionDenied, KeyEnded."""
    _check(by)
    return keys.rotate(key=key, by=by, now=now, about=_slug(key))


def revoke_key(*, key: ApiKey, by: User, now: datetime) -> None:
    """End this key at once. Raises PermissionDenied, KeyEnded."""
    _check(by)
    keys.revoke(key=key, by=by, now=now, about=_slug(key))


def bindings(users: Sequence[int]) -> dict[int, str]:
    """The name of the client to which each of these programs is bound, by the program's id."""
    grants = ClientUserObjectPermission.objects.filter(user__in=users, permission__codename="view_client")
    return dict(grants.values_list("user_id", "content_object__name"))


def _check(by: User | None) -> None:
    if by is not None and roles.ADMINISTRATOR not in by.roles:
        raise PermissionDenied("Only an administrator makes and ends API keys.")


def _slug(key: ApiKey) -> str:
    grants = ClientUserObjectPermission.objects.filter(user=key.user_id, permission__codename="view_client")
    return grants.values_list("content_object__slug", flat=True).first() or ""
