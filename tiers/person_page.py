"""What one person's page shows: what they are, see and hold, and what was changed about them."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.utils.module_loading import import_string
from django.utils.timezone import localtime

from accounts import roles
from accounts.models import AccessChange, User
from accounts.people import staff_role
from accounts.people_editing import is_of_a_client
from clients.access import roles_by_client
from clients.models import Client
from tiers import people_list
from tiers.models import Member, Override
from tiers.policies import live_policies
from vendors.models import ContactPoint

MOST_TICKETS = 10
MOST_CHANGES = 30
MOST_CLIENTS = 12


def context(person: User, *, reader: User, now: datetime) -> dict[str, Any]:
    """Everything on the page but the forms."""
    found = people_list.with_facts(User.objects.filter(pk=person.pk), now=now).get()
    seen_by, _ = people_list.clients_by_group()
    changes = AccessChange.objects.filter(person=person).select_related("by", "person")
    return {
        "now": now,
        "row": people_list.row_of(found, seen_by),
        "person": found,
        "role": staff_role(found),
        "is_of_a_client": is_of_a_client(found),
        "clients": _clients(found, seen_by),
        "changes": changes[:MOST_CHANGES],
        **held(found, reader=reader, now=now),
    }


def held(person: User, *, reader: User, now: datetime) -> dict[str, Any]:
    """What would be left without somebody: tickets, places, vendors' contact points, clients, steps of policies."""
    tickets, count = import_string(settings.ASSIGNED_TICKETS)(person, reader=reader, most=MOST_TICKETS)
    words = [*_places(person), *_duties(person, now=now), *_contact_points(person), *_accounts(person), *_steps(person)]
    return {"tickets": tickets, "ticket_count": count, "held": words}


def _clients(person: User, seen_by: Mapping[str, set[str]]) -> list[dict[str, Any]]:
    """The first of the clients that the person sees, each with the roles and teams that let it."""
    names = sorted(group.name for group in person.groups.all())
    visible = Client.objects.visible_to(person, "read_client_page").order_by("name")[: MOST_CLIENTS + 1]
    return [
        {
            "client": client,
            "through": " and ".join(
                name.removesuffix(f" of {client.slug}") for name in names if client.name in seen_by.get(name, ())
            ),
        }
        for client in visible
    ]


def _places(person: User) -> Iterator[str]:
    others = Count("team__members", filter=Q(team__members__user__is_active=True) & ~Q(team__members__user=person))
    for place in Member.objects.filter(user=person).select_related("team").annotate(others=others):
        left = f"with {place.others} other{'s' if place.others != 1 else ''}" if place.others else "alone"
        on_call = ", and in its rotation" if _takes_turns(person, place.team.rotation) else ""
        yield f"Is in the team {place.team}, {left}{on_call}."


def _duties(person: User, *, now: datetime) -> Iterator[str]:
    """What the person has taken besides the rotations."""
    taken = Override.objects.filter(user=person, removed_at__isnull=True, ends_at__gt=now).select_related("team")
    for override in taken.order_by("begins_at"):
        until = f"{localtime(override.ends_at):%A %d %B, %H:%M}"
        yield f"Has taken the on-call duty of {override.team} until {until}."


def _takes_turns(person: User, rotation: Mapping[str, Any]) -> bool:
    """Whether the rotation names the person, or takes everybody of the team in turn."""
    written = json.dumps(rotation)
    return bool(rotation) and (json.dumps(person.email) in written or '"order"' not in written)


def _contact_points(person: User) -> Iterator[str]:
    for point in ContactPoint.objects.filter(owner=person).select_related("service__vendor"):
        yield f"Verifies “{point.value}” of {point.service.vendor}, {point.service}."


def _accounts(person: User) -> Iterator[str]:
    """Clients that would have no account manager any more are told as such."""
    slugs = [slug for slug, role in roles_by_client(person.roles) if role == roles.ACCOUNT_MANAGER]
    group = Concat(Value(f"{roles.ACCOUNT_MANAGER} of "), OuterRef("slug"))
    others = User.objects.filter(groups__name=group, is_active=True).exclude(pk=person.pk)
    for client in Client.objects.filter(slug__in=slugs).annotate(others=Exists(others)).order_by("name"):
        yield f"Is account manager of {client}{', with others' if client.others else ', and the only one'}."


def _steps(person: User) -> Iterator[str]:
    for version in live_policies():
        if json.dumps(person.email) in json.dumps(version.document):
            yield f"Is named in the policy {version.of}, whose check will say where."
