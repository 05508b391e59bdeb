"""Every promise to the clients, each held against the longest way that the live policies allow.

A promise to resolve is held against the ladder from its first step to its last: how long each tier may keep the ticket,
then what the service's vendor promises, unless the agreement leaves the vendor's time out. A promise to acknowledge is
held against the first step's wait for it. What an agreement sets no target for, declines, or no longer promises because
it has ended, is no promise.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from clients.models import Client, ClientQuerySet
from sla.agreements import Target, Terms
from sla.alignment import Alignment, Leg, Stay, align, walk
from sla.business_time import BusinessCalendar, NeverOpens
from sla.priorities import PRIORITIES
from tiers.ladder import Ladder, Situation, Step, ladder_for
from tiers.models import PolicyVersion
from tiers.policies import NoPolicy, live_policies, live_policy
from tiers.roster import Roster, roster
from vendors.models import Service, ServiceAccount

YEAR = timedelta(days=365)
ACKNOWLEDGE, RESOLVE = "ACKNOWLEDGE", "RESOLVE"

# Who is on the way, and how long it may take; None where nobody wrote that down.
Wait = tuple[str, Target | None]


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise and the way it is held against; `service` is empty where none is known.

    `untimed` are those on the way for whom nobody wrote down how long they may take, so that they are in no sum.
    """

    client: str
    priority: str
    service: str
    metric: str
    target: Target
    path: tuple[Leg, ...]
    untimed: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What tells it from the client's others."""
        return f"{self.priority}:{self.service}:{self.metric}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A promise with its worst start; the walk from there tells where each hour goes."""

    promise: Promise
    alignment: Alignment

    @property
    def walk(self) -> list[Stay]:
        calendar = self.promise.target.calendar.calendar
        return walk(calendar=calendar, path=self.promise.path, start=self.alignment.worst_start)


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found out about one client, in sentences what could not be, and the agreements that speak to it."""

    client: Client
    findings: tuple[Finding, ...]
    faults: tuple[str, ...]
    terms: tuple[Terms, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """One client, priority and service, with all that says who serves it."""

    client: Client
    priority: str
    service: Service | None
    ladder: Ladder
    staff: Roster

    @property
    def terms(self) -> Terms | None:
        """The exception's agreement where it names one, else the client's."""
        named = self.staff.terms_named((self.ladder.exception or {}).get("agreement") or "")
        return named or self.staff.terms.get(self.client.agreement_id)

    @property
    def home(self) -> Step:
        """The tier at which a ticket begins: it also holds what goes straight to the vendor, until that has it."""
        return self.ladder.tier_at_or_below(self.ladder.start)


@dataclass(frozen=True, slots=True)
class _Ground:
    """Who works here, the live policies, and which services each client has: read once for all clients."""

    staff: Roster
    policies: Sequence[PolicyVersion]
    services: Mapping[int, Sequence[Service]]

    def cases_of(self, client: Client) -> list[_Case]:
        """By priority and service, first the case without one. Raises NoPolicy."""
        document = live_policy(client.name, self.policies).document
        return [
            _Case(client, priority, service, _ladder(document, client, priority, service), self.staff)
            for priority in (p for p in PRIORITIES if p in document["ladders"])
            for service in (None, *self.services.get(client.pk, ()))
        ]


def check(clients: ClientQuerySet, *, now: datetime) -> list[Finding]:
    """Every promise to these clients over the coming year, from the hour on that has begun. A fixed number of queries.

    Raises NoPolicy for a client whom no policy covers, NeverOpens when a calendar does not open for five years.
    """
    return [_finding(promise, now=now) for promise in promises(clients, now=now)]


def survey(clients: ClientQuerySet, *, now: datetime, policies: Sequence[PolicyVersion] | None = None) -> list[Survey]:
    """The same client by client, where what cannot be checked keeps nothing else from being checked.

    `policies` stand in for the live ones, to see what would be if they were.
    """
    ground = _ground(clients, now=now, policies=policies)
    return [_survey(client, ground, now=now) for client in clients.order_by("name")]


def _survey(client: Client, ground: _Ground, *, now: datetime) -> Survey:
    try:
        cases = ground.cases_of(client)
    except NoPolicy as error:
        return Survey(client, (), (str(error),))
    findings: list[Finding] = []
    faults: dict[str, None] = {}  # sentences in order, each once
    for promise in (promise for case in cases for promise in _of_case(case)):
        try:
            findings.append(_finding(promise, now=now))
        except NeverOpens as error:
            faults[_sentence(error)] = None
    terms = {case.terms.version_id: case.terms for case in cases if case.terms}
    return Survey(client, tuple(findings), tuple(faults), tuple(terms.values()))


def _sentence(error: NeverOpens) -> str:
    """Without the key of the calendar's document, which its author would look for."""
    said = str(error).partition(": ")[2]
    return f"{said[:1].upper()}{said[1:]}."


def _finding(promise: Promise, *, now: datetime) -> Finding:
    begins = now.replace(minute=0, second=0, microsecond=0)
    return Finding(promise, align(promised=_promised(promise), path=promise.path, begins=begins, ends=begins + YEAR))


def _promised(promise: Promise) -> tuple[BusinessCalendar, int]:
    return promise.target.calendar.calendar, promise.target.seconds


def promises(clients: ClientQuerySet, *, now: datetime) -> Iterator[Promise]:
    """What was promised to these clients: by client, priority and service, first the case without one.

    Raises NoPolicy for a client whom no policy covers.
    """
    ground = _ground(clients, now=now)
    for client in clients.order_by("name"):
        for case in ground.cases_of(client):
            yield from _of_case(case)


def _ground(clients: ClientQuerySet, *, now: datetime, policies: Sequence[PolicyVersion] | None = None) -> _Ground:
    accounts = ServiceAccount.objects.filter(client__in=clients).select_related("service__vendor")
    services: dict[int, list[Service]] = {}
    for account in accounts.order_by("service__name"):
        services.setdefault(account.client_id, []).append(account.service)
    return _Ground(roster(now=now), live_policies() if policies is None else policies, services)


def _ladder(document: Mapping[str, Any], client: Client, priority: str, service: Service | None) -> Ladder:
    return ladder_for(document, Situation(client.name, priority, service.name if service else ""))


def _of_case(case: _Case) -> Iterator[Promise]:
    for metric, way_of in ((RESOLVE, _way), (ACKNOWLEDGE, _first_wait)):
        target = case.terms.target(case.priority, metric) if case.terms else None
        way = way_of(case)
        path = tuple(Leg(who, wait.calendar.calendar, wait.seconds) for who, wait in way if wait)
        if target and (path or metric == RESOLVE):
            service = case.service.name if case.service else ""
            untimed = tuple(who for who, wait in way if wait is None)
            yield Promise(case.client.name, case.priority, service, metric, target, path, untimed)


def _first_wait(case: _Case) -> list[Wait]:
    return [_at_tier(case, case.home, ACKNOWLEDGE)]


def _way(case: _Case) -> list[Wait]:
    """The ladder from where a ticket begins; a step that cannot be reached is left out, as it is skipped in life."""
    steps = [step for step in case.ladder.steps[case.ladder.start :] if _is_reachable(case, step)] or [case.home]
    counted = [step for step in steps if not step.vendor or (case.terms and case.terms.vendor_time_counts)]
    return [_at_vendor(case) if step.vendor else _at_tier(case, step, RESOLVE) for step in counted]


def _is_reachable(case: _Case, step: Step) -> bool:
    return case.service is not None if step.vendor else step.tier in case.staff.tiers


def _at_tier(case: _Case, step: Step, metric: str) -> Wait:
    """What a tier may take: the step's own wait or else its OLA's, on the exception's calendar or else the OLA's."""
    ola = case.staff.tiers[step.tier].ola
    own = step.hand_over_after if metric == RESOLVE else step.acknowledge_within
    wait = ola.target(case.priority, metric) if own is None else ola.promise(case.priority, own)
    if wait and case.ladder.calendar:
        wait = replace(wait, calendar=case.staff.calendars[case.ladder.calendar])
    return step.tier, wait


def _at_vendor(case: _Case) -> Wait:
    """What the service's vendor promises: to resolve, or else to answer."""
    assert case.service
    commitment = case.staff.terms.get(case.service.commitment_id or 0)
    severity = case.service.severity_of.get(case.priority, case.priority)
    promised = (commitment.target(severity, metric) for metric in (RESOLVE, "RESPOND")) if commitment else ()
    return case.service.vendor.name, next(filter(None, promised), None)
