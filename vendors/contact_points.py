"""The contact points of a service as configuration: a list in the order in which they are tried."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db.models import F

from accounts.configuration import Change, Entry, Run
from accounts.models import User
from outbox.alarms import clear_alarm
from sla.models import Calendar
from vendors.models import DAYS_TO_VERIFY, ContactPoint, Service
from vendors.schema import ContactPointRow, ServiceRow

FIELDS = ("kind", "value", "hours", "calendar", "language", "verified_on", "owner", "interval_days")
# Added to each place while places change, so that no two rows ever have the same.
OUT_OF_THE_WAY = 10_000


def check_contacts(entry: Entry[ServiceRow], run: Run) -> None:
    """Addresses are addresses, none stands there twice, and who owns one is known."""
    seen: set[tuple[str, str]] = set()
    for contact in entry.inside("contacts"):
        if (address := (contact.row.kind, contact.row.value)) in seen:
            run.refuse(contact, f'"{contact.row.value}" is listed twice: take one of them out', "value")
        seen.add(address)
        wrong = wrong_value(contact.row.kind, contact.row.value)
        if wrong:
            run.refuse(contact, wrong, "value")
        if contact.row.calendar:
            run.known(Calendar, contact.row.calendar, contact, "calendar")
        if contact.row.owner:
            run.known(User, contact.row.owner, contact, "owner", by="email")


def wrong_value(kind: str, value: str) -> str:
    """What keeps `value` from being an address of this kind, in words; "" when nothing does. A number has a digit."""
    try:
        if kind.lower() == "email":
            validate_email(value)
        elif kind.lower() == "portal":
            URLValidator(schemes=["http", "https"])(value)
    except ValidationError:
        wanted = "a mail address" if kind.lower() == "email" else "a web address"
        return f'"{value}" is not {wanted}'
    is_number = kind.lower() != "hotline" or any(sign.isdigit() for sign in value)
    return "" if is_number else f'"{value}" is not a phone number: it has no digit'


def settle_contacts(service: Service, rows: list[ContactPointRow], change: Change, *, now: datetime) -> None:
    """Make the service's contact points these, in this order.

    One stays the same row wherever it comes to stand, and where only its address was corrected. What somebody verified
    stays verified unless a row says when it was; a new address is not known to be bad.
    """
    before = list(service.contact_points.select_related("owner", "calendar"))
    pairs = _paired(before, rows)
    after = [_wanted(row, point) for row, point in pairs]
    if not change.note("contacts", [_values(point) for point in before], after):
        return
    kept = {point.pk for _, point in pairs if point}
    _remove([point for point in before if point.pk not in kept], now=now)
    service.contact_points.update(order=F("order") + OUT_OF_THE_WAY)
    for order, ((_, point), values) in enumerate(zip(pairs, after, strict=True)):
        _put(point or ContactPoint(service=service), {**values, "order": order}, now=now)


def _paired(
    points: Sequence[ContactPoint], rows: Sequence[ContactPointRow]
) -> list[tuple[ContactPointRow, ContactPoint | None]]:
    """Each row with the contact point that it describes: of that address, else one of its kind that no row has."""
    left = list(points)
    same = [_taken(left, lambda point, row=row: _is_of(point, row)) for row in rows]
    return [
        (row, found or _taken(left, lambda point, row=row: point.kind == row.kind.upper()))
        for row, found in zip(rows, same, strict=True)
    ]


def _taken(left: list[ContactPoint], fits: Callable[[ContactPoint], bool]) -> ContactPoint | None:
    """The first that fits, taken out of those that are left."""
    found = next(filter(fits, left), None)
    if found:
        left.remove(found)
    return found


def _is_of(point: ContactPoint, row: ContactPointRow) -> bool:
    return (point.kind, point.value) == (row.kind.upper(), row.value)


def _remove(points: Sequence[ContactPoint], *, now: datetime) -> None:
    """Delete these; nobody is to look any more at one that did not work."""
    for point in points:
        clear_alarm(point.alarm_key, now=now)
        point.delete()


def _put(point: ContactPoint, values: dict[str, Any], *, now: datetime) -> None:
    if point.pk and (point.kind, point.value) != (values["kind"], values["value"]):
        forget_bad(point, now=now)
    for field, value in values.items():
        setattr(point, field, value)
    point.save()


def forget_bad(point: ContactPoint, *, now: datetime) -> None:
    """What was known against it holds no more; the row is the caller's to save."""
    point.bad_since, point.bad_because, point.reminded_at = None, "", None
    clear_alarm(point.alarm_key, now=now)


def _values(point: ContactPoint) -> dict[str, Any]:
    return {field: getattr(point, field) for field in FIELDS}


def _wanted(row: ContactPointRow, point: ContactPoint | None) -> dict[str, Any]:
    owner = User.objects.filter(email__iexact=row.owner).first() if row.owner else None
    calendar = Calendar.objects.filter(name=row.calendar).first() if row.calendar else None
    known = point and "verified_on" not in row.model_fields_set and _is_of(point, row)
    verified = point.verified_on if point and known else row.verified_on
    named = {"kind": row.kind.upper(), "owner": owner, "calendar": calendar, "verified_on": verified}
    return {**{field: getattr(row, field) for field in FIELDS}, **named}


def contact_forms(service: Service) -> list[dict[str, Any]]:
    return [contact_form(point) for point in service.contact_points.select_related("owner", "calendar")]


def contact_form(point: ContactPoint) -> dict[str, Any]:
    """One of them; reads its owner and calendar."""
    form = {
        "kind": point.kind.lower(),
        "value": point.value,
        "hours": point.hours,
        "calendar": point.calendar.name if point.calendar else None,
        "language": point.language,
        "verified_on": point.verified_on.isoformat() if point.verified_on else None,
        "owner": point.owner.email if point.owner else None,
        "interval_days": point.interval_days if point.interval_days != DAYS_TO_VERIFY else None,
    }
    return {key: value for key, value in form.items() if value}
