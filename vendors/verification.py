"""Verifying contact points: somebody looks whether one still holds and says so, corrects it, or says that it does not.

One that does not hold is tried last until it is verified again; its alarm stays open that long. A manager verifies any
of them, everybody else the ones that they own.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import DateField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.urls import reverse

from accounts import roles
from accounts.configuration import in_turn
from accounts.models import User
from outbox.alarms import raise_alarm
from outbox.models import Message
from vendors.contact_points import forget_bad, wrong_value
from vendors.due import is_due
from vendors.edits import record_edit, standing
from vendors.models import ContactPoint, Verification

Outcome = Verification.Outcome
LONGEST_WORDS = 300
PLACES = ("service__vendor__name", "service__name", "order")
# What can be corrected, and how it is called.
CORRECTED = {
    "value": "address", "hours": "hours", "calendar": "calendar", "language": "language", "owner": "owner",
    "interval_days": "interval",
}  # fmt: skip


class NotVerified(Exception):
    """The contact point stays as it was; `field` is what is wrong, "" when none is, the message the way out."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def usable(points: Iterable[ContactPoint]) -> list[ContactPoint]:
    """The contact points in the order in which they are to be tried: those that do not hold come last."""
    return sorted(points, key=lambda point: (point.bad_since is not None, point.order))


def may_verify(user: User, point: ContactPoint) -> bool:
    """Whether `user` may say whether this contact point holds."""
    return bool(user.roles & roles.MANAGERS) or (point.owner_id == user.pk and bool(user.roles & roles.STAFF))


def needs_verification(point: ContactPoint, *, now: datetime) -> bool:
    """Whether somebody should look at it now."""
    return is_due(point.verified_on, point.interval_days, bad=point.bad_since is not None, today=now.date())


def due_points(*, today: date | Combinable) -> QuerySet[ContactPoint]:
    """Every contact point that is to be verified, of what is not retired; of `due.is_due` the form in SQL."""
    ends_on = ExpressionWrapper(F("verified_on") + F("interval_days"), output_field=DateField())
    due = Q(bad_since__isnull=False) | Q(verified_on__isnull=True) | Q(ends_on__lt=today)
    offered = {"service__retired_at": None, "service__vendor__retired_at": None}
    return ContactPoint.objects.annotate(ends_on=ends_on).filter(due, **offered)


def asked_of(user: User, *, today: date | Combinable, nobodys: bool) -> QuerySet[ContactPoint]:
    """What is due of those that `user` owns, and `nobodys`: also of those that nobody who is here does."""
    own = Q(owner=user) | Q(owner=None) | Q(owner__is_active=False) if nobodys else Q(owner=user)
    return due_points(today=today).filter(own)


@transaction.atomic
def confirm(point: ContactPoint, *, by: User, now: datetime, note: str = "", seen: str | None = None) -> Verification:
    """It holds. `seen` is the address that was looked at; twice on one day, by one person, is once.

    Raises PermissionDenied, NotVerified when the address was changed meanwhile.
    """
    point = _locked(point, by=by, seen=seen)
    if point.bad_since is None and point.verified_on == now.date():
        last = point.verifications.first()
        if last and (last.by_id, last.value, last.outcome) == (by.pk, point.value, Outcome.CONFIRMED):
            return last
    return _verified(point, Outcome.CONFIRMED, note, by=by, now=now)


@transaction.atomic
def correct(
    point: ContactPoint, *, changes: Mapping[str, Any], by: User, now: datetime, note: str = "",
    seen: Mapping[str, Any] | None = None,
) -> Verification:  # fmt: skip
    """It is otherwise: `changes` are new values of some fields of `CORRECTED`. It holds as from now.

    `seen` is what was looked at, as `plain` told it. What others changed meanwhile stays, unless changed here too.
    Raises PermissionDenied, NotVerified for what is no address, stands there already or was changed meanwhile.
    """
    in_turn()
    point = _locked(point, by=by, seen=None if seen is None else str(seen.get("value")))
    _check_overtaken(point, changes, plain(point) if seen is None else seen)
    vendor = point.service.vendor
    before = standing(vendor)
    for field, value in changes.items():
        setattr(point, field, value)
    _check_address(point)
    made = _verified(point, Outcome.CHANGED, note, by=by, now=now)
    record_edit(vendor, before, note=note or f"{point} of {point.service} corrected", by=by, now=now)
    return made


def plain(point: ContactPoint) -> dict[str, Any]:
    """What can be corrected of it, by field, as plain values: owner and calendar by their ids."""
    fields = {field: ContactPoint._meta.get_field(field) for field in CORRECTED}
    return {name: getattr(point, field.attname) for name, field in fields.items()}


@transaction.atomic
def wrong(point: ContactPoint, *, why: str, by: User, now: datetime, seen: str | None = None) -> Verification:
    """It does not hold: it is tried last until somebody verifies it again. Its owner and the managers are told.

    Raises PermissionDenied, NotVerified without a why, or when the address was changed meanwhile.
    """
    if not why.strip():
        raise NotVerified("Say what is wrong with it: whoever mends it starts there.", "why")
    point = _locked(point, by=by, seen=seen)
    return _turned_bad(point, Outcome.WRONG, why.strip(), by=by, now=now)


@transaction.atomic
def mark_bad(point: ContactPoint, *, because: str, now: datetime) -> Verification | None:
    """Mail to it came back. None when it was known to be bad already, or is no more."""
    found = _lock(point)
    if found is None or found.bad_since is not None:
        return None
    return _turned_bad(found, Outcome.BOUNCED, because, by=None, now=now)


def managers() -> list[User]:
    """Who looks after what nobody owns: the managers, or the administrators where there is none."""
    people = User.objects.filter(is_active=True, kind=User.Kind.PERSON).order_by("pk")
    found = people.filter(groups__name=roles.MANAGER).distinct()
    return list(found) or list(people.filter(groups__name=roles.ADMINISTRATOR).distinct())


def _lock(point: ContactPoint) -> ContactPoint | None:
    rows = ContactPoint.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("service__vendor", "owner").filter(pk=point.pk).first()


def _locked(point: ContactPoint, *, by: User, seen: str | None) -> ContactPoint:
    """The row as it stands. Raises PermissionDenied, NotVerified."""
    found = _lock(point)
    if found is None:
        raise NotVerified("This contact point is no longer in the directory.")
    if not may_verify(by, found):
        raise PermissionDenied(f"{found} is looked after by {found.owner or 'the managers'}.")
    if seen is not None and seen != found.value:
        raise NotVerified(f"The address was changed meanwhile to {found.value}. Look at that one.")
    return found


def _check_overtaken(point: ContactPoint, changes: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    for field, stands in plain(point).items():
        if field in changes and seen.get(field) != stands:
            raise NotVerified(f"Somebody else has changed the {CORRECTED[field]} meanwhile. Open it again.", field)


def _check_address(point: ContactPoint) -> None:
    if problem := wrong_value(point.kind, point.value):
        raise NotVerified(f"{problem}. Write it in full.", "value")
    twins = ContactPoint.objects.filter(service=point.service_id, kind=point.kind, value=point.value)
    if twins.exclude(pk=point.pk).exists():
        raise NotVerified(f"{point.service} has {point.value} already. Take one of them out of the directory.", "value")


def _verified(point: ContactPoint, outcome: str, note: str, *, by: User, now: datetime) -> Verification:
    forget_bad(point, now=now)
    point.verified_on = now.date()
    point.save()
    return _noted(point, outcome, note, by=by, now=now)


def _turned_bad(point: ContactPoint, outcome: str, because: str, *, by: User | None, now: datetime) -> Verification:
    """Whoever is told of it now is not reminded of it at the same time."""
    point.bad_since, point.bad_because, point.reminded_at = now, because[:LONGEST_WORDS], now
    point.save(update_fields=["bad_since", "bad_because", "reminded_at"])
    made = _noted(point, outcome, because, by=by, now=now)
    raise_alarm(point.alarm_key, _trouble(point, outcome), now=now)
    _tell(point, made, now=now)
    return made


def _noted(point: ContactPoint, outcome: str, note: str, *, by: User | None, now: datetime) -> Verification:
    return Verification.objects.create(
        contact_point=point, value=point.value, outcome=outcome, note=note[:LONGEST_WORDS], by=by, at=now
    )


def _trouble(point: ContactPoint, outcome: str) -> str:
    what = "Mail came back from" if outcome == Outcome.BOUNCED else "Somebody found that this does not hold:"
    return f"{point.service}: {what} {point.value}. {point.bad_because}"


def _tell(point: ContactPoint, made: Verification, *, now: datetime) -> None:
    """One mail to its owner and the managers, but for whoever said it."""
    owner = [point.owner] if point.owner and point.owner.is_active else []
    people = {user.pk: user.email for user in [*owner, *managers()] if user.pk != made.by_id}
    if people:
        page = f"{settings.PUBLIC_URL}{reverse('contact-point', args=[point.pk])}"
        text = f"{_trouble(point, made.outcome)}\n\n{_consequence(point)}\n{page}\n"
        payload = {"to": list(people.values()), "subject": _subject(point, made), "text": text}
        key = f"contact:{point.pk}:bad:{made.pk}"
        Message.objects.create(key=key, kind="MAIL", payload=payload, not_before=now, created_at=now)


def _subject(point: ContactPoint, made: Verification) -> str:
    said = "mail came back from" if made.outcome == Outcome.BOUNCED else f"{made.by} says this does not hold:"
    return f"{point.service}: {said} {point.value}"


def _consequence(point: ContactPoint) -> str:
    others = [other for other in usable(point.service.contact_points.all()) if other.bad_since is None]
    if not others:
        return "Verify or correct it: there is no other way to reach them that holds."
    return f"Verify or correct it; until then {others[0].get_kind_display().lower()} {others[0].value} comes first."
