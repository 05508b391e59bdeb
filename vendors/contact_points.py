"""The contact points of a service as configuration: a list in the order in which they are tried."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from accounts.configuration import Change, Entry, Run
from accounts.models import User
from sla.models import Calendar
from vendors.models import DAYS_TO_VERIFY, ContactPoint, Service
from vendors.schema import ContactPointRow, ServiceRow

FIELDS = ("kind", "value", "hours", "calendar", "language", "verified_on", "owner", "interval_days")


def check_contacts(entry: Entry[ServiceRow], run: Run) -> None:
    """Addresses are addresses, and who owns one is known."""
    for contact in entry.inside("contacts"):
        wrong = _wrong_value(contact.row)
        if wrong:
            run.refuse(contact, wrong, "value")
        if contact.row.calendar:
            run.known(Calendar, contact.row.calendar, contact, "calendar")
        if contact.row.owner:
            run.known(User, contact.row.owner, contact, "owner", by="email")


def _wrong_value(row: ContactPointRow) -> str:
    try:
        if row.kind == "email":
            validate_email(row.value)
        elif row.kind == "portal":
            URLValidator(schemes=["http", "https"])(row.value)
    except ValidationError:
        wanted = "a mail address" if row.kind == "email" else "a web address"
        return f'"{row.value}" is not {wanted}'
    return ""


def settle_contacts(service: Service, rows: list[ContactPointRow], change: Change) -> None:
    """Make the service's contact points these, in this order; one that stays in its place stays the same row."""
    before = [_values(point) for point in service.contact_points.select_related("owner", "calendar")]
    after = [_wanted(row) for row in rows]
    if not change.note("contacts", before, after):
        return
    for order, values in enumerate(after):
        ContactPoint.objects.update_or_create(service=service, order=order, defaults=values)
    service.contact_points.filter(order__gte=len(after)).delete()


def _values(point: ContactPoint) -> dict[str, Any]:
    return {field: getattr(point, field) for field in FIELDS}


def _wanted(row: ContactPointRow) -> dict[str, Any]:
    owner = User.objects.filter(email__iexact=row.owner).first() if row.owner else None
    calendar = Calendar.objects.filter(name=row.calendar).first() if row.calendar else None
    named = {"kind": row.kind.upper(), "owner": owner, "calendar": calendar}
    return {**{field: getattr(row, field) for field in FIELDS}, **named}


def contact_forms(service: Service) -> list[dict[str, Any]]:
    return [_form(point) for point in service.contact_points.select_related("owner", "calendar")]


def _form(point: ContactPoint) -> dict[str, Any]:
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
