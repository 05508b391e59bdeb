"""What generated documents are made from, read in a fixed number of queries, however many clients there are."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from accounts.languages import say_in
from clients.models import Client, ClientGroupObjectPermission, PageWords
from documents.generated import facts
from documents.guide.page import Page, page
from documents.guide.plain_words import hours
from documents.guide.provision import UNTITLED, Provision, PublicTier, titled
from documents.permissions import READERS
from sla.agreements import CalendarRef, Terms, latest, live_calendars, live_terms, terms
from sla.usage import Standing, standing_agreements
from tiers.models import Member, PolicyVersion, Team, Tier
from tiers.policies import NoPolicy, live_policy
from tiers.policy_sight import Part, Sight, part
from vendors import vendor_page
from vendors.models import ContactPoint, Service, ServiceAccount, Vendor
from vendors.verification import usable


@dataclass(frozen=True, slots=True)
class Ground:
    """All of it: policies, tiers and teams, agreements as they stand, the vendors' directory, and the clients.

    `sight` is what every usual reader of an internal document sees of the clients.
    """

    policies: Sequence[PolicyVersion]
    tiers: Sequence[Tier]
    teams: Mapping[int, facts.Team]
    calendars: Mapping[str, CalendarRef]
    terms: Mapping[int, Terms]
    standing: Mapping[int, Standing]
    vendors: Sequence[Vendor]
    services: Sequence[Service]
    accounts: Mapping[int, Sequence[Service]]
    clients: Sequence[Client]
    words: Mapping[int, Mapping[str, Any]]
    sight: Sight

    def policy_of(self, client: Client) -> PolicyVersion:
        """Raises NoPolicy where none covers the client."""
        return live_policy(client.name, self.policies)


def ground(*, now: datetime) -> Ground:
    """Read everything as it stands at `now`."""
    calendars = live_calendars()
    accounts: dict[int, list[Service]] = {}
    held = ServiceAccount.objects.select_related("service__vendor").order_by("service__name")
    for account in held.only("client_id", "service"):
        accounts.setdefault(account.client_id, []).append(account.service)
    clients = tuple(Client.objects.order_by("name"))
    points = Prefetch("contact_points", queryset=ContactPoint.objects.select_related("owner", "calendar"))
    services = Service.objects.select_related("vendor").prefetch_related(points).order_by("name")
    return Ground(
        policies=tuple(latest(PolicyVersion).select_related("of", "author")),
        tiers=tuple(Tier.objects.order_by("level")),
        teams=_teams(),
        calendars=calendars,
        terms=live_terms(calendars, now=now),
        standing=standing_agreements(now=now),
        vendors=tuple(Vendor.objects.order_by("name")),
        services=tuple(services),
        accounts=accounts,
        clients=clients,
        words={version.of_id: version.document for version in latest(PageWords)},
        sight=_sight(clients),
    )


def _sight(clients: Iterable[Client]) -> Sight:
    """The clients that all of the groups may see that read internal documents; the others are kept to some teams."""
    held = ClientGroupObjectPermission.objects.filter(group__name__in=READERS, permission__codename="view_client")
    readers = Counter(held.values_list("content_object_id", flat=True))
    seen = frozenset(client.name for client in clients if readers[client.pk] == len(READERS))
    return Sight(seen, frozenset(client.name for client in clients) - seen)


def _teams() -> dict[int, facts.Team]:
    people: dict[int, list[facts.Person]] = {}
    active = Member.objects.filter(user__is_active=True).select_related("user").order_by("team_id", "place", "id")
    for member in active:
        people.setdefault(member.team_id, []).append(facts.Person(member.user.name, member.user.email))
    return {
        team.pk: facts.Team(team.name, team.email, team.managers, tuple(people.get(team.pk, ())), team.rotation)
        for team in Team.objects.order_by("name")
    }


# Policies


def policy_facts(version: PolicyVersion, known: Ground) -> facts.PolicyFacts:
    """One live policy with what it refers to."""
    clients = [client for client in known.clients if _covers(version, client, known)]
    names, sight = [client.name for client in clients], known.sight
    open_part = part(version.document, sight)
    tiers = tuple(_tier(tier, known) for tier in known.tiers)
    author = version.author.name or version.author.email if version.author else ""
    assert version.number and version.published_at
    return facts.PolicyFacts(
        version=facts.Published(
            version.of.name, version.number, author, sight.told(version.note), version.published_at
        ),
        document=open_part.document,
        clients=tuple(filter(sight.sees, names)),
        named=bool(version.document.get("clients")),
        tiers=tiers,
        teams=tuple(known.teams.values()),
        services=tuple(_service(service, known) for service in known.services),
        cadences=tuple(_cadences(clients, known)),
        calendars=_calendars(open_part.document, tiers, known),
        kept=not all(map(sight.sees, names)),
        left_out=_left_out(open_part),
    )


def _left_out(open_part: Part) -> frozenset[str]:
    counts = {facts.EXCEPTIONS: open_part.exceptions, facts.RULES: open_part.rules}
    return frozenset(what for what, count in counts.items() if count)


def _covers(version: PolicyVersion, client: Client, known: Ground) -> bool:
    try:
        return known.policy_of(client).pk == version.pk
    except NoPolicy:
        return False


def _tier(tier: Tier, known: Ground) -> facts.Tier:
    ola = promised(known.terms.get(tier.ola_id), known)
    title = tier.title or UNTITLED
    return facts.Tier(tier.name, title, tier.level, known.teams[tier.team_id], tier.responsibilities, ola)


def _cadences(clients: Iterable[Client], known: Ground) -> list[facts.Cadence]:
    """What these clients were promised for the most urgent priority; those who were promised the same together."""
    alike: dict[Any, list[str]] = {}
    levels: dict[Any, facts.Level | None] = {}
    for client in clients:
        level = _most_urgent(provision(client, known, known.policy_of(client).document), known)
        key = level and (tuple(level.targets.items()), level.hours)
        alike.setdefault(key, []).append(client.name)
        levels[key] = level
    sees = known.sight.sees
    return [
        facts.Cadence(tuple(filter(sees, names)), levels[key], kept=not all(map(sees, names)))
        for key, names in alike.items()
    ]


def _most_urgent(given: Provision, known: Ground) -> facts.Level | None:
    if not given.priorities:
        return None
    first = given.priorities[0]
    measured = given.measured_by(given.ladder(first))
    return promised(measured, known).level(first)


def _calendars(document: Mapping[str, Any], tiers: Sequence[facts.Tier], known: Ground) -> dict[str, Any]:
    """The calendars that the document names, by itself or through the tiers' OLAs."""
    own = [row.get("calendar") for row in document.get("exceptions") or ()]
    names = {*own, *(level.calendar for tier in tiers for level in tier.ola.levels)}
    return {name: ref.calendar for name, ref in known.calendars.items() if name in names}


# Agreements


def promised(found: Terms | None, known: Ground) -> facts.Promised:
    """An agreement as it holds now; one that was never published promises nothing."""
    if found is None:
        return facts.Promised("", "")
    return _promised(found, known.standing[found.agreement_id].holds.document)


def _promised(found: Terms, document: Mapping[str, Any]) -> facts.Promised:
    names = dict.fromkeys([*found.targets, *(name for name, _ in found.declined)])
    begins, ends = (document.get(key) or "" for key in ("effective_from", "effective_until"))
    levels = () if found.lapsed else tuple(_level(name, found) for name in names)
    return facts.Promised(found.name, found.title, levels, found.vendor_time_counts, found.lapsed, begins, ends)


def _level(name: str, found: Terms) -> facts.Level:
    declined = {metric: None for level, metric in found.declined if level == name}
    ref = found.calendar_for(name)
    return facts.Level(name, {**found.targets.get(name, {}), **declined}, ref.name, ref.calendar)


def follows(agreement_id: int, known: Ground) -> facts.Promised | None:
    """The version of an agreement that begins on a later day; None where there is none."""
    stands = known.standing.get(agreement_id)
    if stands is None or stands.last.pk == stands.holds.pk:
        return None
    return _promised(terms(stands.last, known.calendars), stands.last.document)


# Vendors


def vendor_facts(vendor: Vendor, known: Ground) -> facts.Vendor:
    """One vendor with its services."""
    own = tuple(_service(service, known) for service in known.services if service.vendor_id == vendor.pk)
    return facts.Vendor(vendor.name, vendor.website, vendor.protocol, own)


def _service(service: Service, known: Ground) -> facts.Service:
    users = [client.name for client in known.clients if service in known.accounts.get(client.pk, ())]
    return facts.Service(
        name=service.name,
        vendor=service.vendor.name,
        plan=service.plan,
        severity_of=service.severity_of,
        contacts=tuple(_contact(point, known) for point in usable(service.contact_points.all())),
        required=tuple(map(_datum, service.required)),
        conditions=tuple(map(_condition, service.engage_when)),
        subject=service.template.get("subject", ""),
        body=service.template.get("body", ""),
        commitment=promised(known.terms.get(service.commitment_id), known) if service.commitment_id else None,
        clients=tuple(filter(known.sight.sees, users)),
        kept=not all(map(known.sight.sees, users)),
    )


def _contact(point: ContactPoint, known: Ground) -> facts.Contact:
    open_on = known.calendars.get(point.calendar.name) if point.calendar else None
    return facts.Contact(
        kind=point.kind,
        value=point.value,
        hours=", ".join(filter(None, [hours(open_on.calendar) if open_on else "", point.hours])),
        language=point.language,
        verified_on=point.verified_on.isoformat() if point.verified_on else "",
        owner=(point.owner.name or point.owner.email) if point.owner else "",
        interval_days=point.interval_days,
        bad=f"since {point.bad_since.day} {point.bad_since:%B %Y}: {point.bad_because}".rstrip(": ")
        if point.bad_since
        else "",
    )


def _datum(row: Mapping[str, Any]) -> facts.Datum:
    shown = vendor_page.required(row)
    return facts.Datum(shown["label"], shown["origin"], row.get("question") or "", shown["secret"])


def _condition(row: Mapping[str, Any]) -> facts.Condition:
    shown = vendor_page.condition(row)
    return facts.Condition(shown["words"], tuple(shown["parts"]))


# Clients


def client_page(client: Client, known: Ground) -> Page:
    """The policy part of the client's page. Raises NoPolicy."""
    return page(provision(client, known, known.policy_of(client).document))


def provision(client: Client, known: Ground, document: Mapping[str, Any]) -> Provision:
    """What the client is promised and who would serve it under this policy, from what was read before."""
    say = say_in(client.language)
    return Provision(
        client=client.name,
        agreement_id=client.agreement_id,
        document=document,
        tiers={
            t.name: PublicTier(titled(t.title, t.title_in, say), t.level, known.terms.get(t.ola_id))
            for t in known.tiers
        },
        terms=known.terms,
        calendars={name: ref.calendar for name, ref in known.calendars.items()},
        services=tuple(known.accounts.get(client.pk, ())),
        words=known.words.get(client.pk, {}),
        say=say,
    )
