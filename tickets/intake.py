"""How tickets begin: routed by the live policy, written with custody, clocks and timeline in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from django.db import transaction

from accounts.models import User
from clients.models import Asset, Client, Contact
from sla.priorities import DEFAULT
from tickets import vendor_cases
from tickets.desk_profile import Listeners, listeners
from tickets.escalation import climb_to
from tickets.facts import hindrance
from tickets.importing import begin_promises, bring_in, bring_in_ended, check_moments, imported
from tickets.loading import OWN, agreement_of, new_service_in_hand, obstacles
from tickets.missing import note_terms
from tickets.models import EventSource, Ticket
from tickets.moves import arrive, event
from tickets.notices import tell_step
from tickets.sentences import for_client, internal
from tickets.status import NEW, TIER
from tickets.unstaffed import tell_skipped, tell_unheard
from tickets.work import ServiceInHand, Work, write
from tiers.ladder import Ladder, Situation, ladder_for
from tiers.models import PolicyVersion
from tiers.policies import live_policies, live_policy
from tiers.roster import Roster, TeamInfo, roster
from tiers.routing import Request, Route, route
from vendors.models import Service
from vendors.recognising import service_of_code


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What somebody or something asks for; empty where unknown. `fallback_priority` yields to a routing rule's.

    With `opened_at` it is brought in from elsewhere: it was opened there then, and with `resolved_at` also ended there.
    `follows` is a closed ticket that it takes up.
    """

    title: str
    description: str = ""
    priority: str = ""
    fallback_priority: str = DEFAULT
    impact: str = ""
    category: str = ""
    service: Service | None = None
    device_name: str = ""
    device_type: str = ""
    device_os: str = ""
    error_code: str = ""
    contact: Contact | None = None
    external_id: str = ""
    source: EventSource | None = None
    opened_at: datetime | None = None
    resolved_at: datetime | None = None
    follows: Ticket | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """The live policies, who works here, and how they want to be told: what every new ticket is opened by."""

    policies: tuple[PolicyVersion, ...]
    staff: Roster
    listeners: Listeners


def provider(*, now: datetime) -> Provider:
    """The provider as it stands; who opens many tickets at once reads it once for them."""
    staff = roster(now=now)
    return Provider(live_policies(), staff, listeners(staff.calendars))


@transaction.atomic
def open_ticket(
    *, client: Client, wanted: NewTicket, by: User | None, now: datetime, served_by: Provider | None = None
) -> Ticket:  # fmt: skip
    """Open a ticket: route it, put it on its ladder, start its clocks, tell who must act.

    Raises NoPolicy, and BadAnswer for moments of the past that cannot be.
    """
    check_moments(wanted.opened_at, wanted.resolved_at, now=now)
    served_by = served_by or provider(now=now)
    version, staff = live_policy(client.name, served_by.policies), served_by.staff
    asset = Asset.objects.filter(client=client, name__iexact=wanted.device_name).first() if wanted.device_name else None
    routed = route(version.document.get("routing", ()), _request(client, wanted, asset))
    row = _row(client, wanted, asset, routed, version)
    ladder = _ladder(version, client, row)
    absences = staff.absences(now)
    about = new_service_in_hand(row["service"], brought_in=bool(wanted.opened_at and wanted.opened_at < now))
    start, because, skipped = _start(ladder, about, routed, staff, absences)
    because += _recognised(wanted, routed, row)
    holding = staff.tiers[ladder.tier_at_or_below(start).tier]
    ticket = Ticket(
        **row, routed_because=because, tier_id=holding.id, team_id=holding.team.id, **_at_birth(wanted, now)
    )
    ticket.save(force_insert=True)
    work = _in_hand(ticket, version, ladder, about, staff)
    work.absences, work.listeners = absences, served_by.listeners
    if wanted.resolved_at:
        bring_in_ended(work, ended_at=wanted.resolved_at, by=by, now=now)
    else:
        _begin(work, start, routed, because, wanted.follows, by=by, now=now)
        tell_skipped(work, skipped, now=now)
    write([work], now=now)
    return ticket


def _request(client: Client, wanted: NewTicket, asset: Asset | None) -> Request:
    return Request(
        title=wanted.title,
        body=wanted.description,
        device_type=wanted.device_type or (asset.type if asset else ""),
        os=wanted.device_os or (asset.os if asset else ""),
        error_code=wanted.error_code,
        source=wanted.source.name if wanted.source else "",
        category=wanted.category,
        client=client.name,
    )


def _row(
    client: Client, wanted: NewTicket, asset: Asset | None, routed: Route, version: PolicyVersion
) -> dict[str, Any]:
    """The ticket's columns from what was asked, what is known of the asset, and what the rules say."""
    then = routed.then
    return {
        "client": client,
        "contact": wanted.contact,
        "asset": asset,
        "service": _service(wanted, routed),
        "source": wanted.source,
        "title": wanted.title,
        "description": wanted.description,
        "priority": wanted.priority or then.get("priority") or wanted.fallback_priority,
        "category": wanted.category or then.get("category", ""),
        "tags": list(then.get("tags", [])),
        "error_code": wanted.error_code or routed.error_code,
        "impact": wanted.impact,
        "device_name": wanted.device_name,
        "device_type": wanted.device_type or (asset.type if asset else ""),
        "device_os": wanted.device_os or (asset.os if asset else ""),
        "external_id": wanted.external_id,
        "follows": wanted.follows,
        "policy_version": version,
    }


def _service(wanted: NewTicket, routed: Route) -> Service | None:
    """What somebody said, or a rule says; else the one service that is engaged by itself for this error code."""
    if wanted.service:
        return wanted.service
    if named := routed.then.get("service"):
        return Service.objects.filter(name=named).select_related("vendor").first()
    return service_of_code(wanted.error_code or routed.error_code)


def _recognised(wanted: NewTicket, routed: Route, row: Mapping[str, Any]) -> list[str]:
    """Why the ticket is about its service where neither a person nor a rule said so."""
    if not row["service"] or wanted.service or "service" in routed.then:
        return []
    return [f"{row['service']} is engaged for error code {row['error_code']}."]


def _ladder(version: PolicyVersion, client: Client, row: Mapping[str, Any]) -> Ladder:
    return ladder_for(version.document, _situation(client, row))


def _situation(client: Client, row: Mapping[str, Any]) -> Situation:
    service = row["service"].name if row["service"] else ""
    return Situation(client.name, row["priority"], service, row["category"], row["device_type"])


def _start(
    ladder: Ladder, about: ServiceInHand, routed: Route, staff: Roster, absences: Mapping[str, str]
) -> tuple[int, list[str], list[tuple[int, str]]]:  # fmt: skip
    """The step to begin on: the rule's tier, else the exception's or the first, else the next reachable.

    Out: its index, why, and the steps passed over with their reasons.
    """
    because = list(routed.because) or ["No routing rule matched."]
    if ladder.exception:
        because.append(f"Client exception: {ladder.exception['reason']}")
    start, tier = ladder.start, routed.then.get("tier")
    if tier:
        start = next((i for i, step in enumerate(ladder.steps) if step.tier == tier), start)
    blocked = obstacles(ladder, about.obstacle, staff)
    gaps, steps = staff.gaps(ladder, absences), range(start, len(ladder.steps))
    reasons = {index: hindrance(ladder, blocked, gaps, index) for index in steps}
    skipped = list(takewhile(lambda passed: passed[1], reasons.items()))
    because += [f"{ladder.steps[index].name} was skipped: {reason}." for index, reason in skipped]
    if len(skipped) == len(steps):
        return ladder.steps.index(ladder.tier_at_or_below(start)), because, skipped
    return start + len(skipped), because, skipped


def _at_birth(wanted: NewTicket, now: datetime) -> dict[str, Any]:
    return {"status": NEW, "holder_kind": TIER, "opened_at": wanted.opened_at or now, "last_event_at": now}


def _in_hand(
    ticket: Ticket, version: PolicyVersion, ladder: Ladder, about: ServiceInHand, staff: Roster
) -> Work:  # fmt: skip
    client = ticket.client
    own = {name: getattr(ticket, name) for name in OWN}
    known = {"priority": ticket.priority, "category": ticket.category, "device_type": ticket.device_type}
    return Work(
        **own,
        client=client.name,
        client_language=client.language,
        client_timezone=client.timezone,
        agreement_id=agreement_of(ladder, client.agreement_id, staff),
        client_agreement_id=client.agreement_id,
        situation=_situation(client, known | {"service": ticket.service}),
        service=ticket.service.name if ticket.service else "",
        assignee="",
        contact_email=ticket.contact.email if ticket.contact else "",
        policy=str(version),
        ladder=ladder,
        obstacles=obstacles(ladder, about.obstacle, staff),
        roster=staff,
        about=about,
    )


def _begin(
    work: Work, start: int, routed: Route, because: list[str], follows: Ticket | None, *, by: User | None, now: datetime
) -> None:
    home, reason = work.ladder.home(start), " ".join(because)
    bring_in(work, now=now)
    arrive(work, home, now=now, because=reason)
    begin_promises(work, now=now)
    note_terms(work)
    team = _team(work, routed)
    _assign(work, team, routed, now=now)
    _tell(work, because, follows, by=by, now=now)
    if unheard := work.obstacles[home] or (work.gaps[home] if work.gaps and start == home else ""):
        because_of = f"{work.tier.name} cannot be reached: {unheard}. {reason}"
        tell_unheard(work, unheard, because=because_of, now=now)
    if start == home:
        tell_step(work, work.ladder.steps[home], because=f"New ticket: {work.title}. {reason}", now=now)
        return
    record = {"rule": "STRAIGHT", "because": reason, "policy": work.policy}
    text = internal(record)
    climb_to(work, start, text=text, because=text, now=now, why=record)
    vendor_cases.prepare([vendor_cases.Request(work, work.service_id or 0, text)], now=now)


def _tell(work: Work, because: list[str], follows: Ticket | None, *, by: User | None, now: datetime) -> None:
    """The first line of its timeline; one that is brought in is no news to the client."""
    record = {"because": because, "policy": work.policy, "priority": work.priority, "client": work.client,
              "tier": work.tier.name, **work.tier.public}  # fmt: skip
    if follows:
        record["because"] = [*record["because"], f"It takes up {follows.key}, which is closed."]
    if work.terms.lapsed:
        record["because"] = [*record["because"], f"{work.terms.lapsed} Nothing is promised to the client."]
    record |= {"rule": "ROUTED"} if work.opened_at == now else imported(work)
    kind = "OPENED" if work.opened_at == now else "IMPORTED"
    event(work, kind, internal(record), now=now, by=by, client_text=for_client(record, work.say), why=record)


def _team(work: Work, routed: Route) -> TeamInfo:
    """A rule may name another team than the tier's own."""
    named = work.roster.team_named(routed.then.get("team", ""))
    team = named or work.tier.team
    work.team_id = team.id
    return team


def _assign(work: Work, team: TeamInfo, routed: Route, *, now: datetime) -> None:
    """To whom a rule gives it: who is on call, whose turn it is, or an address; taking it is still theirs to do."""
    match routed.then.get("assignee"):
        case None:
            return
        case "on_call":
            address = team.on_call(now)
        case "round_robin":
            address = team.members[work.id % len(team.members)] if team.members else ""
        case address:
            pass
    known = {a: pk for t in work.roster.teams.values() for a, pk in zip(t.members, t.member_ids, strict=True)}
    if address in known:
        work.assignee, work.assignee_id = address, known[address]
