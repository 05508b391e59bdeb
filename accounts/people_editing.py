"""Changing who works here: roles, leaving and coming back. Nobody is ever deleted; every change is recorded."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import invitations, roles
from accounts.access_log import What, record
from accounts.models import AccessChange, User
from accounts.people import STAFF_ROLES, administrators, set_staff_role, staff_role

ACTIVE, GONE = "active", "deactivated"
# What an account is that nobody had entered, once its invitation was revoked.
WITH_INVITATION = "closed with the invitation"


class NotChanged(Exception):
    """The person stays as they are; the message says why, and the way out."""


class LastAdministrator(NotChanged):
    """Nobody would be left who can let people in."""

    def __init__(self, person: User) -> None:
        super().__init__(f"{person} is the only administrator who can sign in. Make somebody else administrator first.")


@transaction.atomic
def change_role(*, person: User, role: str, by: User, now: datetime) -> None:
    """Give a person of the provider's another role. Raises PermissionDenied, NotChanged, LastAdministrator."""
    _check(by)
    person = _locked(person)
    before = staff_role(person)
    if role not in STAFF_ROLES:
        raise NotChanged(f"“{role}” is no role of the provider's: choose one of {', '.join(STAFF_ROLES)}.")
    if is_of_a_client(person):
        raise NotChanged(f"{person} is a client's person. Their access is changed on that client's page.")
    if role == before:
        raise NotChanged(f"{person} is {role} already.")
    if before == roles.ADMINISTRATOR:
        _check_another(person)
    set_staff_role(person, role)
    record(What.ROLE, person=person, before=before, after=role, by=by, now=now)


@transaction.atomic
def deactivate(*, person: User, by: User, now: datetime) -> None:
    """Let the person sign in no more, from this moment. Raises PermissionDenied, NotChanged, LastAdministrator."""
    _check(by)
    person = _locked(person)
    if not person.is_active:
        raise NotChanged(f"{person} is deactivated already.")
    if roles.ADMINISTRATOR in person.roles:
        _check_another(person)
    invitations.end(person, now=now)
    set_active(person, False, by=by, now=now)


@transaction.atomic
def reactivate(*, person: User, by: User, now: datetime) -> None:
    """Let the person in again, with the role, teams and clients that they had. Raises PermissionDenied, NotChanged."""
    _check(by)
    person = _locked(person)
    if person.is_active:
        raise NotChanged(f"{person} is active already.")
    set_active(person, True, by=by, now=now)


def set_active(person: User, is_active: bool, *, by: User | None, now: datetime, why: str = GONE) -> None:
    """Open or close the account, and record it; `why` is what the record calls a closed one."""
    person.is_active = is_active
    person.save(update_fields=["is_active"])
    what, before, after = (What.REACTIVATED, why, ACTIVE) if is_active else (What.DEACTIVATED, ACTIVE, why)
    record(what, person=person, before=before, after=after, by=by, now=now)


def closed_with_invitation(person: User) -> bool:
    """Whether a revoked invitation, and nothing else, is why this account is closed."""
    closings = AccessChange.objects.filter(person=person, what=What.DEACTIVATED).order_by("-pk")
    return not person.is_active and closings.values_list("after", flat=True).first() == WITH_INVITATION


def is_of_a_client(person: User) -> bool:
    """Whether this person belongs to a client, by any of the roles that only clients' people have."""
    return bool(person.roles & roles.OF_A_CLIENT)


def _check(by: User) -> None:
    """Two administrators who act on each other at once must wait for one another, and be looked at afresh."""
    rows = User.objects.select_for_update(of=("self",)).filter(groups__name=roles.ADMINISTRATOR)
    list(rows.order_by("pk"))
    if not User.objects.filter(pk=by.pk, is_active=True, groups__name=roles.ADMINISTRATOR).exists():
        raise PermissionDenied("Only an administrator changes who works here.")


def _locked(person: User) -> User:
    found = User.objects.select_for_update().get(pk=person.pk)
    if not found.is_person:
        raise NotChanged(f"{found} is a program: its keys are changed on the page of API keys.")
    return found


def _check_another(person: User) -> None:
    if not administrators().exclude(pk=person.pk).exists():
        raise LastAdministrator(person)
