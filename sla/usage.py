"""Who uses which calendar and agreement: by the live documents, and by reverse relations.

Floors above point down with foreign keys; their names are read through these, without knowing more of them.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from sla.agreements import latest
from sla.models import Agreement, AgreementVersion


def agreements_by_calendar() -> dict[str, list[Agreement]]:
    """The agreements whose live version names a calendar, by that calendar's name."""
    found = defaultdict(list)
    for version in sorted(latest(AgreementVersion), key=lambda version: version.of.name):
        for name in calendars_in(version.document):
            found[name].append(version.of)
    return found


def calendars_in(document: Mapping[str, Any]) -> list[str]:
    """The calendars that an agreement's document names, the main one first."""
    names = [document.get("calendar"), *(document.get("calendars") or {}).values()]
    return [name for name in dict.fromkeys(names) if name]


def with_users(agreements: QuerySet[Agreement], reader: User) -> QuerySet[Agreement]:
    """Agreements with who uses each, for `users_of`: of the clients, those that the reader may see."""
    clients = Agreement._meta.get_field("clients").related_model._default_manager.visible_to(reader)
    return agreements.prefetch_related(Prefetch("clients", queryset=clients), "tiers", "committed_services")


def users_of(agreement: Agreement) -> list[str]:
    """Names of the clients, tiers and services that use an agreement; clients first."""
    found = (agreement.clients.all(), agreement.tiers.all(), agreement.committed_services.all())
    return [str(row) for rows in found for row in sorted(rows, key=str)]
