"""Every published version that a client's guide is or was made from, and which of them held at a moment.

Which versions there are is asked of the database; what they say never changes and is kept by their ids.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Value

from clients.models import Client, PageWords
from sla.agreements import CalendarRef, calendars_by_version
from sla.as_of import agreement_versions, holding_at
from sla.effective import main_calendar
from sla.models import AgreementVersion, CalendarVersion
from tiers.models import PolicyVersion, Tier
from tiers.policies import policy_documents
from vendors.models import Service, ServiceAccount

TIER = ("name", "title", "level", "ola_id", "title_in")
POLICY, CALENDAR, AGREEMENT, WORDS = "POLICY", "CALENDAR", "AGREEMENT", "WORDS"
# Name, title, level and OLA of a tier, and its title by language.
PublicTierRow = tuple[str, str, int, int, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Published:
    """One published version, without what it says; `of` is what it is a version of."""

    kind: str
    id: int
    of: int
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Edition:
    """What a guide is made from at a moment, by ids of versions; two that are equal make the same guide.

    `agreements` are the versions that hold, each with why it has lapsed. `tiers` are as rows.
    """

    client: tuple[int, str, int]
    policy: int | None
    calendars: tuple[int, ...]
    agreements: tuple[tuple[int, str], ...]
    words: int | None
    tiers: tuple[PublicTierRow, ...]
    served: tuple[Any, ...]
    services: tuple[Service, ...] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The versions that bear on one client, and who serves it now."""

    client: Client
    tiers: tuple[PublicTierRow, ...]
    services: tuple[Service, ...]
    versions: tuple[Published, ...]

    def edition(self, *, now: datetime, as_of: datetime | None = None) -> Edition:
        """What holds at `now`, or held at `as_of`."""
        last = _last_of_each(row for row in self.versions if as_of is None or row.at <= as_of)
        calendars = tuple(row.id for row in last[CALENDAR])
        agreements = list(self._agreements_by(as_of).values())
        held = [holding_at(versions, _by_name(calendars), as_of or now) for versions in agreements]
        return Edition(
            client=(self.client.pk, self.client.name, self.client.agreement_id),
            policy=_policy_for(self.client.name, [row.id for row in last[POLICY]]),
            calendars=calendars,
            agreements=tuple(found for found in held if found),
            words=next((row.id for row in last[WORDS]), None),
            tiers=self.tiers,
            served=tuple(map(_fingerprint, self.services)),
            services=self.services,
        )

    def moments(self, *, now: datetime) -> list[datetime]:
        """When something was published, began or ended, up to `now`, the latest first."""
        calendars = _by_name(row.id for row in _last_of_each(self.versions)[CALENDAR])
        agreements = agreement_versions(self._ids(AGREEMENT)).values()
        dated = (at for version in agreements for at in _days(version, calendars))
        return sorted({at for at in (*(row.at for row in self.versions), *dated) if at <= now}, reverse=True)

    def _agreements_by(self, as_of: datetime | None) -> dict[int, list[AgreementVersion]]:
        """The versions of each agreement that had been published by then."""
        known = agreement_versions(self._ids(AGREEMENT))
        found: dict[int, list[AgreementVersion]] = defaultdict(list)
        for row in self.versions:
            if row.kind == AGREEMENT and (as_of is None or row.at <= as_of):
                found[row.of].append(known[row.id])
        return found

    def _ids(self, kind: str) -> list[int]:
        return [row.id for row in self.versions if row.kind == kind]


def shelf(client: Client) -> Shelf:
    """Four queries, and one more for each kind of version that was never read before."""
    tiers = tuple((*row, tuple(sorted(titles.items()))) for *row, titles in Tier.objects.values_list(*TIER))
    accounts = ServiceAccount.objects.filter(client=client).select_related("service__vendor").order_by("service__name")
    services = tuple(account.service for account in accounts)
    policies = list(_rows(PolicyVersion.objects.all(), POLICY))
    binding = {client.agreement_id, *(tier[3] for tier in tiers), *(s.commitment_id for s in services)}
    named = _agreements_named(client.name, policies)
    agreements = AgreementVersion.objects.filter(Q(of__in=binding - {None}) | Q(of__name__in=named))
    others = _rows(CalendarVersion.objects.all(), CALENDAR).union(
        _rows(agreements, AGREEMENT), _rows(PageWords.objects.filter(of=client), WORDS), all=True
    )
    versions = tuple(Published(*row) for row in (*policies, *others.order_by("number")))
    calendars_by_version({row.id for row in versions if row.kind == CALENDAR})
    return Shelf(client, tiers, services, versions)


def _rows(versions: QuerySet[Any], kind: str) -> QuerySet[Any]:
    published = versions.filter(number__isnull=False).annotate(kind=Value(kind))
    return published.order_by().values_list("kind", "pk", "of_id", "number", "published_at")


def _agreements_named(client: str, policies: Iterable[Sequence[Any]]) -> set[str]:
    """The agreements that an exception of any policy names for this client."""
    documents = policy_documents(row[1] for row in policies).values()
    exceptions = (row for _, document in documents for row in document.get("exceptions") or ())
    return {row["agreement"] for row in exceptions if row.get("agreement") and row.get("client") in (None, client)}


def _policy_for(client: str, ids: Sequence[int]) -> int | None:
    """The version that lists the client, else the one for everyone else."""
    documents = policy_documents(ids)
    clients = {pk: documents[pk][1].get("clients") or () for pk in ids}
    named = [pk for pk in ids if client in clients[pk]]
    return next(iter([*named, *(pk for pk in ids if not clients[pk])]), None)


def _last_of_each(rows: Iterable[Published]) -> Mapping[str, list[Published]]:
    """The latest version of everything, by kind."""
    last: dict[tuple[str, int], Published] = {}
    for row in rows:
        if (row.kind, row.of) not in last or last[row.kind, row.of].number < row.number:
            last[row.kind, row.of] = row
    found: dict[str, list[Published]] = defaultdict(list)
    for key in sorted(last):
        found[key[0]].append(last[key])
    return found


def _days(version: AgreementVersion, calendars: Mapping[str, CalendarRef]) -> Iterator[datetime]:
    """When a version begins, and when it has ended, in the zone of its calendar; not before it was published."""
    days = [(version.document.get(key), later) for key, later in (("effective_from", 0), ("effective_until", 1))]
    for day, later in days:
        if day:
            zone = ZoneInfo(calendars[main_calendar(version.document)].calendar.timezone)
            at = datetime.fromisoformat(day).replace(tzinfo=zone) + timedelta(days=later)
            yield max(at.astimezone(UTC), version.published_at)


def _by_name(calendars: Iterable[int]) -> dict[str, CalendarRef]:
    return {ref.name: ref for ref in calendars_by_version(set(calendars)).values()}


def _fingerprint(service: Service) -> tuple[Any, ...]:
    """What a guide says of a service, and that has no versions."""
    severities = tuple(sorted(service.severity_of.items()))
    texts = (service.name, service.vendor.name, service.category, service.client_text)
    return (service.pk, *texts, *sorted(service.client_text_in.items()), service.commitment_id, severities)
