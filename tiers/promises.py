"""Every promise to the clients, each held against the longest way that the live policies allow.

A promise to resolve is held against the ladder from its first step to its last: how long each tier may keep the ticket,
then what the service's vendor promises, unless the agreement leaves the vendor's time out. A promise to acknowledge is
held against the first step's wait for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from clients.models import Client, ClientQuerySet
from sla.agreements import Target, Terms
from sla.alignment import Alignment, Leg, Stay, align, walk
from sla.priorities import PRIORITIES
from tiers.ladder import Ladder, Situation, Step, ladder_for
from tiers.policies import live_policies, live_policy
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


def check(clients: ClientQuerySet, *, now: datetime) -> list[Finding]:
    """Every promise to these clients over the coming year, from the hour on that has begun. A fixed number of queries.

    Raises NoPolicy for a client whom no policy covers, NeverOpens when a calendar does not open for five years.
    """
    begins = now.replace(minute=0, second=0, microsecond=0)
    return [
        Finding(p, align(promised=_promised(p), path=p.path, begins=begins, ends=begins + YEAR))
        for p in promises(clients, now=now)
    ]


def _promised(promise: Promise) -> tuple[Any, int]:
    return promise.target.calendar.calendar, promise.target.seconds


def promises(clients: ClientQuerySet, *, now: datetime) -> Iterator[Promise]:
    """What was promised to these clients: by client, priority and service, first the case without one."""
    staff, versions = roster(now=now), live_policies()
    accounts = ServiceAccount.objects.filter(client__in=clients).select_related("service__vendor")
    services: dict[int, list[Service]] = {}
    for account in accounts.order_by("service__name"):
        services.setdefault(account.client_id, []).append(account.service)
    for client in clients.order_by("name"):
        document = live_policy(client.name, versions).document
        yield from _of_client(client, services.get(client.pk, ()), document, staff)


def _of_client(
    client: Client, services: Sequence[Service], document: Mapping[str, Any], staff: Roster
) -> Iterator[Promise]:
    for priority in (p for p in PRIORITIES if p in document["ladders"]):
        for service in (None, *services):
            ladder = ladder_for(document, Situation(client.name, priority, service.name if service else ""))
            yield from _of_case(_Case(client, priority, service, ladder, staff))


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
