"""Who uses which calendar and agreement: by the live documents, and by reverse relations.

Floors above point down with foreign keys; their names are read through these, without knowing more of them.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from sla.agreements import latest, live_calendars, live_terms
from sla.models import Agreement, AgreementVersion


@dataclass(frozen=True, slots=True)
class Standing:
    """An agreement's version that holds now, or stands for it where none does, and its latest, which may follow it.

    `lapsed` says in a sentence why nothing is promised now, where that is so.
    """

    holds: AgreementVersion
    last: AgreementVersion
    lapsed: str


def standing_agreements(*, now: datetime) -> dict[int, Standing]:
    """How each published agreement stands, by its id, in four queries."""
    terms = live_terms(live_calendars(), now=now)
    holding = AgreementVersion.objects.filter(pk__in=[found.version_id for found in terms.values()])
    by_agreement = {version.of_id: version for version in holding.select_related("of")}
    return {
        last.of_id: Standing(by_agreement[last.of_id], last, terms[last.of_id].lapsed)
        for last in latest(AgreementVersion)
    }


def agreements_by_calendar(*, now: datetime) -> dict[str, list[Agreement]]:
    """The agreements that count on a calendar, now or in their latest version, by that calendar's name."""
    found = defaultdict(list)
    for stands in sorted(standing_agreements(now=now).values(), key=lambda stands: stands.last.of.name):
        names = [*calendars_in(stands.holds.document), *calendars_in(stands.last.document)]
        for name in dict.fromkeys(names):
            found[name].append(stands.last.of)
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
