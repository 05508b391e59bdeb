"""Links by which somebody confirms a contact point from a mail: signed, for one person, one contact point, one address.

Nothing is stored: what a link still may do follows from what has happened to the contact point since it was made. It
needs no sign-in, so it can say that an address holds, and nothing else.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.models import User
from vendors.models import ContactPoint, Verification
from vendors.verification import confirm, may_verify

SALT = "vendors.confirm_links"
LASTS = timedelta(days=14)


class Gone(Exception):
    """This link opens nothing: it was never given, or its person or contact point is no more. Nobody is told which."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link asks: whether `point` holds, of `person`. `over` says why it can confirm nothing more, "" while it
    can.
    """

    point: ContactPoint
    person: User
    over: str = ""


def token_of(point: ContactPoint, person: User, *, now: datetime) -> str:
    """What stands in the link that asks `person` whether the contact point holds, as it is now."""
    about = {"point": point.pk, "of": person.pk, "value": _digest(point.value), "at": int(now.timestamp())}
    return _signer().sign_object(about)


def asked_by(token: str, *, now: datetime) -> Asked:
    """What the link asks, and whether it still can be answered. Raises Gone."""
    about = _read(token)
    point = ContactPoint.objects.select_related("service__vendor", "owner").filter(pk=about["point"]).first()
    person = User.objects.filter(pk=about["of"], is_active=True, kind=User.Kind.PERSON).first()
    if point is None or person is None:
        raise Gone
    return Asked(point, person, _over(point, person, about, now=now))


@transaction.atomic
def confirm_by(token: str, *, now: datetime) -> Asked:
    """Confirm what the link asks, unless it is over: what is said of the contact point meanwhile waits for us, or we
    for it. Raises Gone.
    """
    ContactPoint.objects.select_for_update(no_key=True).filter(pk=_read(token)["point"]).first()
    asked = asked_by(token, now=now)
    if not asked.over:
        confirm(asked.point, by=asked.person, note="By the link of a mail", now=now)
    return asked


def _read(token: str) -> dict[str, Any]:
    try:
        return _signer().unsign_object(token)
    except (BadSignature, ValueError):  # what is no base64 or no JSON is a ValueError
        raise Gone from None


def _over(point: ContactPoint, person: User, about: dict[str, Any], *, now: datetime) -> str:
    made_at = datetime.fromtimestamp(about["at"], UTC)
    if now >= made_at + LASTS:
        return f"This link was good for {LASTS.days} days, and they are over. Sign in to verify the contact point."
    if about["value"] != _digest(point.value):
        return "The address was changed since this mail was sent. Sign in to see the new one."
    if not may_verify(person, point):
        return "Somebody else looks after this contact point now. There is nothing left for you to do."
    return _overtaken(point, made_at)


def _overtaken(point: ContactPoint, made_at: datetime) -> str:
    """Why what was said since the link was made leaves nothing to confirm, or needs more than a click."""
    last = point.verifications.filter(at__gte=made_at).select_related("by").first()
    if last is None:
        return ""
    if last.outcome == Verification.Outcome.BOUNCED:
        return "Mail to this address has come back since. Sign in to look into it."
    said = "found that it does not hold" if last.outcome == Verification.Outcome.WRONG else "has verified it"
    return f"{last.by} {said} since this mail was sent. There is nothing left for you to do."


def _digest(value: str) -> str:
    return salted_hmac(SALT, value, algorithm="sha256").hexdigest()[:16]


def _signer() -> Signer:
    return Signer(sep=".", salt=SALT)
