"""Grants on clients: few rows, to groups, never one per ticket."""

from collections.abc import Collection, Iterable

from django.contrib.auth.models import Group
from guardian.shortcuts import assign_perm, remove_perm

from accounts import roles
from accounts.models import User
from accounts.people import STAFF_ROLES
from clients.models import Client, ClientGroupObjectPermission, ClientUserObjectPermission

PROVIDER_GRANTS = ("view_client", "work_client", "read_client_page")
OF_ONE_CLIENT = (roles.ACCOUNT_MANAGER, roles.DECISION_MAKER, roles.CLIENT_USER)
TEAM_PREFIX = "team "


def grant_defaults(client: Client) -> None:
    """Let the provider's own roles see and work this client; make the groups for the client's people."""
    for role in roles.PROVIDER_WIDE:
        _grant(Group.objects.get_or_create(name=role)[0], client)
    for role in OF_ONE_CLIENT:
        group = group_of(client, role)
        assign_perm("read_client_page", group, client)
        if role == roles.ACCOUNT_MANAGER:
            assign_perm("view_client", group, client)


def group_of(client: Client, role: str) -> Group:
    """The group that holds `role` for this client alone, such as `decision maker of acme`."""
    return Group.objects.get_or_create(name=f"{role} of {client.slug}")[0]


def give_role(user: User, role: str, client: Client) -> None:
    """Make `user` a decision maker, client user or account manager of `client`.

    Who works for the provider in another role keeps it, and looks after this client besides.
    """
    user.groups.add(Group.objects.get_or_create(name=role)[0], group_of(client, role))


def take_role(user: User, role: str, client: Client) -> None:
    """Take the role for this client away, and once no client is left the role itself, unless it is the only one."""
    user.groups.remove(group_of(client, role))
    others = user.groups.filter(name__in=[r for r in STAFF_ROLES if r != role]).exists()
    needless = role in roles.OF_A_CLIENT or others
    if needless and not user.groups.filter(name__startswith=f"{role} of ").exists():
        user.groups.remove(*Group.objects.filter(name=role))


def roles_by_client(group_names: Iterable[str]) -> list[tuple[str, str]]:
    """The clients, by slug, for which these groups make somebody something, and what."""
    found = (name.rpartition(" of ") for name in sorted(group_names))
    return [(slug, role) for role, _, slug in found if role in OF_ONE_CLIENT]


def keep_to(client: Client, teams: Collection[Group]) -> None:
    """Let the technicians of these teams alone see and work the client; without any, all technicians."""
    before = list(teams_kept_to(client))
    for group in teams or [_technicians()]:
        _grant(group, client)
    for group in [*before, *([_technicians()] if teams else [])]:
        if group not in teams:
            _take(group, client)


def teams_kept_to(client: Client) -> list[Group]:
    """The groups of the teams that alone may see the client; none when all technicians may."""
    granted = ClientGroupObjectPermission.objects.filter(content_object=client, permission__codename="work_client")
    found = Group.objects.filter(pk__in=granted.values("group"), name__startswith=TEAM_PREFIX)
    return list(found.order_by("name"))


def sight(clients: Collection[int], people: Collection[int]) -> set[tuple[int, int]]:
    """Which of these clients which of these people may see, as pairs of both their ids. One query."""
    granted = {"content_object__in": clients, "permission__codename": "view_client",
               "permission__content_type__app_label": "clients"}  # fmt: skip
    by_group = ClientGroupObjectPermission.objects.filter(group__user__in=people, **granted)
    by_person = ClientUserObjectPermission.objects.filter(user__in=people, **granted)
    pairs = by_group.values_list("content_object_id", "group__user")
    return set(pairs.union(by_person.values_list("content_object_id", "user_id")))


def bind_key(user: User, client: Client) -> None:
    """Let a program see and work this client and no other."""
    for permission in ("view_client", "work_client"):
        assign_perm(permission, user, client)


def _technicians() -> Group:
    return Group.objects.get_or_create(name=roles.TECHNICIAN)[0]


def _grant(group: Group, client: Client) -> None:
    for permission in PROVIDER_GRANTS:
        assign_perm(permission, group, client)


def _take(group: Group, client: Client) -> None:
    for permission in PROVIDER_GRANTS:
        remove_perm(permission, group, client)
