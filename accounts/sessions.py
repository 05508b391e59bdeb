"""Where somebody is signed in: remembered at the door, looked at every few minutes, ended at once."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from accounts.client_address import UNKNOWN, client_address
from accounts.clock import database_now
from accounts.devices import device_words
from accounts.lockout import note_place
from accounts.models import User

SEEN_AT = "seen_at"
SECONDS_BETWEEN_LOOKS = 300


class RememberSessions:
    """Notes when a session was last used and from where, at most once in five minutes, in sessions of `remember`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen_at = request.session.get(SEEN_AT)
        if seen_at and time.time() - seen_at >= SECONDS_BETWEEN_LOOKS and request.user.is_authenticated:
            remember(request)
        return self.get_response(request)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One session, for its owner's eyes."""

    pk: int
    device: str
    address: str
    since: datetime
    last_seen_at: datetime
    current: bool


def remember(request: HttpRequest) -> None:
    """Note that the signed-in user uses this session now, from this address, with this browser, and is known there."""
    UserSession.objects.create_from_request(request)
    note_place(request.user, client_address(request), now=database_now())
    request.session[SEEN_AT] = int(time.time())


def sessions_of(user: User, *, current: str | None, now: datetime) -> list[SignedIn]:
    """Where `user` is signed in at `now`: the session with the key `current` first, then the latest used."""
    kept = {row.session_key: row for row in UserSession.objects.filter(user=user).order_by("-last_seen_at")}
    stored = Session.objects.filter(session_key__in=kept, expire_date__gt=now)
    alive = {session.session_key for session in stored if _is_of(session, user)}
    shown = [_shown(row, current=key == current) for key, row in kept.items() if key in alive]
    return sorted(shown, key=lambda session: not session.current)


def end_session(user: User, pk: int) -> bool:
    """Sign `user` out there, at once. Whether there was such a session of this user."""
    found = UserSession.objects.filter(user=user, pk=pk).first()
    if found:
        found.end()
    return found is not None


def end_other_sessions(user: User, *, current: str | None) -> int:
    """Sign `user` out everywhere but in the session with the key `current`; how many there were."""
    others = list(UserSession.objects.filter(user=user).exclude(session_key=current))
    for session in others:
        session.end()
    return len(others)


def _is_of(session: Session, user: User) -> bool:
    """A changed password makes the hash another one, which ends the session."""
    kept_hash = session.get_decoded().get(HASH_SESSION_KEY, "")
    return constant_time_compare(kept_hash, user.get_session_auth_hash())


def _shown(row: UserSession, *, current: bool) -> SignedIn:
    return SignedIn(
        pk=row.pk,
        device=device_words(row.user_agent),
        address="unknown" if row.ip == UNKNOWN else row.ip,
        since=row.created_at,
        last_seen_at=row.last_seen_at,
        current=current,
    )
