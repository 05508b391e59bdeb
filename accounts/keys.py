"""API keys: shown once, kept as a digest, limited to scopes, perhaps to an end."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.text import slugify

from accounts import roles
from accounts.access_log import What, record
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
SHOWN = 10
USE_NOTED_EVERY = timedelta(minutes=1)
# How long the old key goes on once it has been replaced.
OVERLAP = timedelta(hours=24)


class UnknownScope(ValueError):
    """A scope that does not exist; the message names those that do."""


class KeyEnded(Exception):
    """The key is revoked or has expired, or another stands for it, so that nothing is left to change."""


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
        user=user, name=name, prefix=key[:SHOWN], digest=digest(key), scopes=list(scopes), created_at=now,
        expires_at=expires_at,
    )  # fmt: skip
    return key


@transaction.atomic
def rotate(*, key: ApiKey, by: User | None, now: datetime, about: str = "") -> str:
    """Replace a key by one of the same name, scopes, binding and length of life; the old one ends in a day.

    Returns the new key, the only time that it is seen. Raises KeyEnded, also for a key that was replaced before.
    """
    old = _in_force(key, now=now)
    if old.replaced_at:
        raise KeyEnded(f"{old} was replaced already, and ends by itself. Replace the new key instead.")
    lifetime = old.expires_at - old.created_at if old.expires_at else None
    new = make_key(
        user=old.user, name=old.name, scopes=old.scopes, now=now, expires_at=now + lifetime if lifetime else None
    )
    old.expires_at, old.replaced_at = min(filter(None, [old.expires_at, now + OVERLAP])), now
    old.save(update_fields=["expires_at", "replaced_at"])
    record(What.KEY_ROTATED, person=old.user, about=about, before=str(old), after=shown(old, new), by=by, now=now)
    return new


@transaction.atomic
def revoke(*, key: ApiKey, by: User | None, now: datetime, about: str = "") -> None:
    """Let the key open nothing from now on. Raises KeyEnded."""
    old = _in_force(key, now=now)
    old.revoked_at = now
    old.save(update_fields=["revoked_at"])
    record(What.KEY_REVOKED, person=old.user, about=about, before=str(old), by=by, now=now)


def shown(row: ApiKey, key: str) -> str:
    """How a new key is called where others may read it."""
    return f"{row.name} ({key[:SHOWN]}…)"


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


def _in_force(key: ApiKey, *, now: datetime) -> ApiKey:
    row = ApiKey.objects.select_for_update(of=("self",)).select_related("user").get(pk=key.pk)
    if row.revoked_at or (row.expires_at and row.expires_at <= now):
        raise KeyEnded(f"{row} has ended already. Make a new key instead.")
    return row
