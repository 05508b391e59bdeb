"""Everybody who can see one client, read in a fixed number of queries."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts import roles
from accounts.models import AccessChange, ApiKey, User
from accounts.people import has_joined
from clients.access import OF_ONE_CLIENT, group_of
from clients.models import Client, ClientUserObjectPermission, Contact
from tiers import people_list
from tiers.team_access import in_words, kept_to, unseeing

MOST_CHANGES = 20
Row = dict[str, Any]


def context(client: Client, *, now: datetime) -> dict[str, Any]:
    """Teams, account managers, the client's people, keys, and what was changed."""
    kept = kept_to(client)
    contacts = list(client.contacts.select_related("user").order_by("name"))
    people = _people(client, contacts, now=now)
    return {
        "kept": kept,
        "warning": in_words(client, unseeing(client)) if kept else "",
        "everywhere": _counts(),
        "account_managers": group_of(client, roles.ACCOUNT_MANAGER).user_set.order_by("name"),
        "people": people,
        "uninvited": [c for c in contacts if c.user_id is None or c.user_id not in {row["user"].pk for row in people}],
        "keys": _keys(client, now=now),
        "changes": AccessChange.objects.filter(about=client.slug).select_related("by", "person")[:MOST_CHANGES],
    }


def _counts() -> dict[str, int]:
    """How many active people there are in the roles that see every client."""
    found = User.objects.filter(is_active=True, groups__name__in=[*roles.MANAGERS, roles.TECHNICIAN])
    names = list(found.values_list("groups__name", flat=True))
    wide = (roles.MANAGER, roles.ADMINISTRATOR, roles.TECHNICIAN)
    return {f"{role}s": names.count(role) for role in wide}


def _people(client: Client, contacts: list[Contact], *, now: datetime) -> list[Row]:
    """The client's people who have a role for it, also one who is no contact any more."""
    own = {f"{role} of {client.slug}": role for role in OF_ONE_CLIENT if role in roles.OF_A_CLIENT}
    users = people_list.with_facts(User.objects.filter(groups__name__in=own).distinct(), now=now)
    contact_of = {contact.user_id: contact for contact in contacts if contact.user_id}
    return [
        {
            "user": user,
            "contact": contact_of.get(user.pk),
            "role": next(own[group.name] for group in user.groups.all() if group.name in own),
            "state": people_list.state_of(user),
            "joined": has_joined(user),
        }
        for user in users.order_by("name", "pk")
    ]


def _keys(client: Client, *, now: datetime) -> list[Row]:
    """Keys in force: those bound to this client, and those that see every client."""
    bound = ClientUserObjectPermission.objects.filter(content_object=client, permission__codename="view_client")
    in_force = ApiKey.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)
    own, wide = Q(user__in=bound.values("user")), Q(user__groups__name=roles.PROGRAM)
    bound_ids = set(bound.values_list("user", flat=True))
    rows = in_force.filter(own | wide).distinct().order_by("name")
    return [{"key": key, "bound": key.user_id in bound_ids} for key in rows]
