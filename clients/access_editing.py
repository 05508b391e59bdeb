"""Who may see a client: granting and taking away, refused where it makes no sense, recorded where it is done."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import roles
from accounts.access_log import What, record
from accounts.models import User
from accounts.people_editing import is_of_a_client
from clients.access import OF_ONE_CLIENT, give_role, group_of, take_role
from clients.models import Client, Contact


class NotGranted(Exception):
    """Nothing was changed; the message says why, and the way out. `field` is what it is about."""

    def __init__(self, message: str, field: str = "role") -> None:
        super().__init__(message)
        self.field = field


def may_grant(user: User, client: Client) -> bool:
    """Whether `user` decides who sees this client: managers and administrators do."""
    return bool(user.roles & roles.MANAGERS) and Client.objects.visible_to(user).filter(pk=client.pk).exists()


def may_invite(user: User, client: Client) -> bool:
    """Whether `user` may invite the client's own people: also its account managers may."""
    return may_grant(user, client) or f"{roles.ACCOUNT_MANAGER} of {client.slug}" in user.roles


def role_at(person: User, client: Client) -> str:
    """What a client's person is for this client; "" for nothing."""
    held = set(person.groups.values_list("name", flat=True))
    of_people = [role for role in OF_ONE_CLIENT if role in roles.OF_A_CLIENT]
    return next((role for role in of_people if f"{role} of {client.slug}" in held), "")


@transaction.atomic
def give_access(*, client: Client, person: User, role: str, by: User, now: datetime) -> None:
    """Make `person` an account manager, decision maker or client user of `client`.

    Raises PermissionDenied, NotGranted: a role that is not given for a client, a person of another client, one who
    works for the provider where a client's person is meant and the other way round, one who has the role already.
    """
    if not may_grant(by, client):
        raise PermissionDenied("Only managers decide who sees a client.")
    person = User.objects.select_for_update().get(pk=person.pk)
    _check_person(person, role)
    if role == roles.ACCOUNT_MANAGER:
        _check_staff(person)
        _give_account(client, person, by=by, now=now)
    else:
        check_contact(client, person)
        settle_role(client, person, role, by=by, now=now)


@transaction.atomic
def take_access(*, client: Client, person: User, role: str, by: User, now: datetime) -> None:
    """Take the role for this client away. Raises PermissionDenied, NotGranted where the person does not have it."""
    if not may_grant(by, client):
        raise PermissionDenied("Only managers decide who sees a client.")
    held = role in OF_ONE_CLIENT and person.groups.filter(name=f"{role} of {client.slug}").exists()
    if not held:
        raise NotGranted(f"{person} is no {role} of {client}: look at the page again.")
    drop_role(client, person, role, by=by, now=now)


def drop_role(client: Client, person: User, role: str, *, by: User, now: datetime) -> None:
    """Take a role for the client, which the person has, away, and record it."""
    take_role(person, role, client)
    record(What.ACCESS, person=person, about=client.slug, before=role, by=by, now=now)


def settle_role(client: Client, person: User, role: str, *, by: User, now: datetime) -> None:
    """Give a client's person exactly this role for the client. Raises NotGranted when it has it already."""
    before = role_at(person, client)
    if before == role:
        raise NotGranted(f"{person} is {role} of {client} already.")
    if before:
        take_role(person, before, client)
    give_role(person, role, client)
    record(What.ACCESS, person=person, about=client.slug, before=before, after=role, by=by, now=now)


def check_contact(client: Client, person: User) -> None:
    """Raise NotGranted unless this client names the person among its contacts, and the provider does not employ it."""
    if person.roles & roles.STAFF:
        raise NotGranted(f"{person} works for the provider and sees clients by their own role.", "email")
    if not Contact.objects.filter(client=client, user=person).exists():
        raise NotGranted(f"{person} is no contact of {client}. Invite them there first.", "person")


def _check_person(person: User, role: str) -> None:
    if role not in OF_ONE_CLIENT:
        raise NotGranted(f"“{role}” is not given for a single client: choose one of {', '.join(OF_ONE_CLIENT)}.")
    if not person.is_person:
        raise NotGranted(f"{person} is a program: bind a key to the client instead.", "person")
    if not person.is_active:
        raise NotGranted(f"{person} is deactivated. An administrator can take them back first.", "person")


def _check_staff(person: User) -> None:
    if is_of_a_client(person) or not person.roles & roles.STAFF:
        raise NotGranted(f"{person} does not work for the provider, so they cannot be an account manager.", "person")


def _give_account(client: Client, person: User, *, by: User, now: datetime) -> None:
    if person.groups.filter(pk=group_of(client, roles.ACCOUNT_MANAGER).pk).exists():
        raise NotGranted(f"{person} is account manager of {client} already.", "person")
    give_role(person, roles.ACCOUNT_MANAGER, client)
    record(What.ACCESS, person=person, about=client.slug, after=roles.ACCOUNT_MANAGER, by=by, now=now)
