"""Grants on clients: few rows, to groups, never one per ticket."""

from django.contrib.auth.models import Group
from guardian.shortcuts import assign_perm

from accounts import roles
from accounts.models import User
from clients.models import Client


def grant_defaults(client: Client) -> None:
    """Let the provider's own roles see and work this client; make the groups for the client's people."""
    for role in roles.PROVIDER_WIDE:
        group, _ = Group.objects.get_or_create(name=role)
        for permission in ("view_client", "work_client", "read_client_page"):
            assign_perm(permission, group, client)
    for role in (roles.DECISION_MAKER, roles.CLIENT_USER, roles.ACCOUNT_MANAGER):
        group = group_of(client, role)
        assign_perm("read_client_page", group, client)
        if role == roles.ACCOUNT_MANAGER:
            assign_perm("view_client", group, client)


def group_of(client: Client, role: str) -> Group:
    """The group that holds `role` for this client alone, such as `decision maker of acme`."""
    return Group.objects.get_or_create(name=f"{role} of {client.slug}")[0]


def give_role(user: User, role: str, client: Client) -> None:
    """Make `user` a decision maker, client user or account manager of `client`."""
    user.groups.add(Group.objects.get_or_create(name=role)[0], group_of(client, role))


def bind_key(user: User, client: Client) -> None:
    """Let a program see and work this client and no other."""
    for permission in ("view_client", "work_client"):
        assign_perm(permission, user, client)
