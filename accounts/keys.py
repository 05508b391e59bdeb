"""API keys: shown once, kept as a digest, limited to scopes, perhaps to an end."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q
from django.utils.text import slugify

from accounts import roles
from accounts.models import ApiKey, User

SCOPES = {
    "tickets:read": "read tickets",
    "tickets:write": "open tickets",
    "tickets:work": "work tickets: acknowledge, escalate, wait, reply, resolve, engage vendors",
    "tickets:import": "bring in tickets of the past",
    "events:write": "report monitoring events",
    "config:read": "read the configuration",
    "config:write": "change the configuration",
    "reports:read": "read reports",
}
MARK = "ep_"
USE_NOTED_EVERY = timedelta(minutes=1)


class UnknownScope(ValueError):
    """A scope that does not exist; the message names those that do."""


def make_program(*, name: str, provider_wide: bool) -> User:
    """A user of kind API to hold keys: one that sees every client, or one that sees nothing until it is bound."""
    address = f"{slugify(name)[:40] or 'key'}-{secrets.token_hex(4)}@api.invalid"
    user = User.objects.create_user(address, None, name=name, kind=User.Kind.API)
    if provider_wide:
        user.groups.add(Group.objects.get_or_create(name=roles.PROGRAM)[0])
    return user


def make_key(*, user: User, name: str, scopes: Sequence[str], now: datetime, expires_at: datetime | None = None) -> str:
    """Make a key for `user` and return it: the only time that it is seen. Raises UnknownScope."""
    for scope in scopes:
        if scope not in SCOPES:
            raise UnknownScope(f"There is no scope “{scope}”; there are {', '.join(SCOPES)}.")
    key = MARK + secrets.token_urlsafe(32)
    ApiKey.objects.create(
        user=user, name=name, prefix=key[:10], digest=digest(key), scopes=list(scopes), created_at=now,
        expires_at=expires_at,
    )  # fmt: skip
    return key


def digest(key: str) -> str:
    """What is stored of a key or a token. They are long and random, so that a plain digest is enough."""
    return sha256(key.encode()).hexdigest()


def live_key(key: str, *, now: datetime) -> ApiKey | None:
    """The key's row with its user while it is valid; `provider_wide` says whether it sees every client."""
    program = Group.objects.filter(name=roles.PROGRAM, user=OuterRef("user"))
    unexpired = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    rows = ApiKey.objects.filter(unexpired, digest=digest(key), revoked_at__isnull=True, user__is_active=True)
    return rows.select_related("user").annotate(provider_wide=Exists(program)).first()


def note_use(key: ApiKey, *, now: datetime) -> None:
    """Remember when the key was last used, at most once a minute, so that reading does not write."""
    if key.last_used_at is None or now - key.last_used_at >= USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
