"""Who works here now: tiers with their OLA terms, teams with their people, read in a fixed number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sla.agreements import CalendarRef, Terms, live_calendars, live_terms
from tiers import on_call as duty
from tiers.ladder import Ladder, Step
from tiers.models import Member, Override, Team, Tier


@dataclass(frozen=True, slots=True)
class TeamInfo:
    """A team, the addresses of its active members in order, and who has taken its duty, the latest made last."""

    id: int
    name: str
    email: str
    managers: bool
    rotation: Mapping[str, Any]
    members: tuple[str, ...]
    member_ids: tuple[int, ...]
    slug: str = ""
    overrides: tuple[duty.Override, ...] = ()

    def on_call(self, now: datetime) -> str:
        return duty.on_call_at(self.rotation, self.members, now, self.overrides)

    def shifts(self, begins: datetime, ends: datetime) -> list[duty.Shift]:
        """Who is on call from `begins` up to `ends`; of overrides only those are known that have not ended now."""
        return duty.shifts(self.rotation, self.members, self.overrides, begins=begins, ends=ends)

    def absence(self, now: datetime) -> str:
        """Why nobody is on call at `now` although there are people, in words; "" where somebody is."""
        if not self.members or self.on_call(now):
            return ""
        until = duty.next_change(self.rotation, self.members, self.overrides, now=now)
        return f"nobody of {self.name} is on call{f' until {self._told(until, now)}' if until else ''}"

    def _told(self, at: datetime, now: datetime) -> str:
        """A moment in the rotation's zone: "Mon 09:00 (Europe/London)", with its date where that is a week away."""
        zone = duty.zone_of(self.rotation)
        local = at.astimezone(ZoneInfo(zone))
        day = "" if (local.date() - now.astimezone(ZoneInfo(zone)).date()).days < 7 else f" {local.day} {local:%b}"
        return f"{local:%a}{day} {local:%H:%M} ({zone})"


@dataclass(frozen=True, slots=True)
class TierInfo:
    """A tier with its team and what it promises to the others."""

    id: int
    name: str
    title: str
    level: int
    team: TeamInfo
    ola: Terms
    title_in: Mapping[str, str] = field(default_factory=dict)

    @property
    def public(self) -> dict[str, Any]:
        """What clients call it, as a why-record has it."""
        return {"title": self.title} | ({"title_in": dict(self.title_in)} if self.title_in else {})


@dataclass(frozen=True, slots=True)
class Roster:
    """Tiers by name, teams by id, agreements by id: what a decision's effects are looked up in.

    `names` are those of members, by address.
    """

    tiers: Mapping[str, TierInfo]
    teams: Mapping[int, TeamInfo]
    terms: Mapping[int, Terms]
    calendars: Mapping[str, CalendarRef]
    names: Mapping[str, str] = field(default_factory=dict)

    def called(self, address: str) -> str:
        """The name of the member with this address; the address itself where there is none."""
        return self.names.get(address) or address

    def tier_by_id(self, pk: int) -> TierInfo:
        return next(tier for tier in self.tiers.values() if tier.id == pk)

    def team_named(self, name: str) -> TeamInfo | None:
        return next((team for team in self.teams.values() if team.name == name), None)

    def terms_named(self, name: str) -> Terms | None:
        return next((terms for terms in self.terms.values() if terms.name == name), None)

    @property
    def managers(self) -> tuple[str, ...]:
        return _unique(address for team in self.teams.values() if team.managers for address in team.members)

    def managers_on_call(self, now: datetime) -> tuple[str, ...]:
        """Whose turn it is among the managers at `now`."""
        return _unique(address for team in self.teams.values() if team.managers and (address := team.on_call(now)))

    def absences(self, now: datetime) -> Mapping[str, str]:
        """The tiers of which nobody is on call at `now`, each with why."""
        return {name: words for name, tier in self.tiers.items() if (words := tier.team.absence(now))}

    def gaps(self, ladder: Ladder, absences: Mapping[str, str]) -> tuple[str, ...]:
        """For each step why nobody would hear of it, "" where somebody would; empty where no tier is without anybody.

        In: what `absences` says of this moment.
        """
        return tuple(self._gap(step, absences) for step in ladder.steps) if absences else ()

    def _gap(self, step: Step, absences: Mapping[str, str]) -> str:
        """A step that tells the whole team or a person by name has somebody; managers told besides do not take it."""
        if step.vendor or step.tier not in absences or "team" in step.notify:
            return ""
        named = any(address in team.members for address in step.notify for team in self.teams.values())
        return "" if named else absences[step.tier]

    def people(self, tokens: Sequence[str], *, team: TeamInfo, assignee: str, now: datetime) -> tuple[str, ...]:
        """The addresses that `notify` means now: on_call, team, assignee, managers, or an address itself."""
        return _unique(a for token in tokens for a in self._addresses(token, team, assignee, now) if a)

    def _addresses(self, token: str, team: TeamInfo, assignee: str, now: datetime) -> Sequence[str]:
        match token:
            case "on_call":
                return [team.on_call(now)]
            case "team":
                return [team.email] if team.email else team.members
            case "assignee":
                return [assignee]
            case "managers":
                return self.managers
        return [token]


def roster(*, now: datetime) -> Roster:
    """The roster as it stands: a fixed number of queries, whatever its size."""
    calendars = live_calendars()
    terms = live_terms(calendars, now=now)
    members: dict[int, list[tuple[int, str]]] = {}
    active = Member.objects.filter(user__is_active=True).order_by("team_id", "place", "id")
    names: dict[str, str] = {}
    for team_id, user_id, email, name in active.values_list("team_id", "user_id", "user__email", "user__name"):
        members.setdefault(team_id, []).append((user_id, email))
        names[email] = name
    taken = _overrides(now)
    teams = {
        team.pk: _team(team, members.get(team.pk, []), taken.get(team.pk, ())) for team in Team.objects.all()
    }  # fmt: skip
    tiers = {
        t.name: TierInfo(t.pk, t.name, t.title or "our team", t.level, teams[t.team_id], terms[t.ola_id], t.title_in)
        for t in Tier.objects.all()
    }
    return Roster(tiers, teams, terms, calendars, names)


def _overrides(now: datetime) -> dict[int, list[duty.Override]]:
    """By team who takes its duty now or later, in the order in which that was made."""
    rows = Override.objects.filter(ends_at__gt=now, removed_at__isnull=True).order_by("id")
    found: dict[int, list[duty.Override]] = {}
    for team_id, *values in rows.values_list("team_id", "user__email", "begins_at", "ends_at", "why"):
        found.setdefault(team_id, []).append(duty.Override(*values))
    return found


def _team(team: Team, members: Sequence[tuple[int, str]], taken: Sequence[duty.Override]) -> TeamInfo:
    return TeamInfo(
        team.pk, team.name, team.email, team.managers, team.rotation,
        tuple(email for _, email in members), tuple(pk for pk, _ in members), team.slug, tuple(taken),
    )  # fmt: skip


def _unique(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))
