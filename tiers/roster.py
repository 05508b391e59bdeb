"""Who works here now: tiers with their OLA terms, teams with their people, read in a fixed number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sla.agreements import CalendarRef, Terms, live_calendars, live_terms
from tiers.models import Member, Team, Tier
from tiers.on_call import on_call_at


@dataclass(frozen=True, slots=True)
class TeamInfo:
    """A team and the addresses of its active members in order."""

    id: int
    name: str
    email: str
    managers: bool
    rotation: Mapping[str, Any]
    members: tuple[str, ...]
    member_ids: tuple[int, ...]

    def on_call(self, now: datetime) -> str:
        return on_call_at(self.rotation, self.members, now)


@dataclass(frozen=True, slots=True)
class TierInfo:
    """A tier with its team and what it promises to the others."""

    id: int
    name: str
    title: str
    level: int
    team: TeamInfo
    ola: Terms


@dataclass(frozen=True, slots=True)
class Roster:
    """Tiers by name, teams by id, agreements by id: what a decision's effects are looked up in."""

    tiers: Mapping[str, TierInfo]
    teams: Mapping[int, TeamInfo]
    terms: Mapping[int, Terms]
    calendars: Mapping[str, CalendarRef]

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
    """The roster as it stands: four queries, whatever its size."""
    calendars = live_calendars()
    terms = live_terms(calendars, now=now)
    members: dict[int, list[tuple[int, str]]] = {}
    active = Member.objects.filter(user__is_active=True).order_by("team_id", "place", "id")
    for team_id, user_id, email in active.values_list("team_id", "user_id", "user__email"):
        members.setdefault(team_id, []).append((user_id, email))
    teams = {team.pk: _team(team, members.get(team.pk, [])) for team in Team.objects.all()}
    tiers = {
        t.name: TierInfo(t.pk, t.name, t.title or "our team", t.level, teams[t.team_id], terms[t.ola_id])
        for t in Tier.objects.all()
    }
    return Roster(tiers, teams, terms, calendars)


def _team(team: Team, members: Sequence[tuple[int, str]]) -> TeamInfo:
    return TeamInfo(
        team.pk, team.name, team.email, team.managers, team.rotation,
        tuple(email for _, email in members), tuple(pk for pk, _ in members),
    )  # fmt: skip


def _unique(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))
