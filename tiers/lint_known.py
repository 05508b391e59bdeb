"""What the lint of a policy must know of the provider, as it stands at one moment. Pure: facts only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sla.business_time import BusinessCalendar

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class KnownTeam:
    """A team with the addresses of its active people, and when of the coming days nobody of them is on call.

    `zone` is the rotation's, in which such times are told.
    """

    name: str
    members: tuple[str, ...] = ()
    email: str = ""
    managers: bool = False
    gaps: tuple[Span, ...] = ()
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class KnownTier:
    """A tier: its team's name, what its OLA promises by priority, and on which calendars.

    `limits` are those promises in seconds, by priority and metric; `ola` is what the OLA is called.
    """

    name: str
    team: str
    promises: Mapping[str, frozenset[str]] = field(default_factory=dict)
    calendars: Mapping[str, BusinessCalendar] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    ola: str = ""


@dataclass(frozen=True, slots=True)
class KnownContact:
    """One way to reach a service's support; it is looked at again `review_days` after `verified_on`.

    `bad` is why it does not hold, "" where nothing is known against it.
    """

    kind: str
    value: str
    verified_on: date | None = None
    review_days: int = 90
    bad: str = ""


@dataclass(frozen=True, slots=True)
class KnownService:
    """A vendor's service: how it is reached, what it wants to know, and the keys that each client's account holds.

    `lodge_by` is how a case comes to it: MAIL, PORTAL or API. `unconfirmed`: it came from a pack, and nobody here has
    looked at it yet.
    """

    name: str
    contacts: tuple[KnownContact, ...] = ()
    required: tuple[Mapping[str, Any], ...] = ()
    accounts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    lodge_by: str = "MAIL"
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """The provider. Everything by name, people by address.

    `acknowledged` are the priorities for which any client is promised a time to acknowledge; `elsewhere` are the
    clients that another policy names, with that policy's name. `left` are people who work here no more, with their
    names; `people` those who do. `lapsed` are agreements that promise nothing now, with the sentence why.
    `asset_keys` are what is noted of any asset.
    """

    begins: datetime
    ends: datetime
    tiers: Mapping[str, KnownTier] = field(default_factory=dict)
    teams: Mapping[str, KnownTeam] = field(default_factory=dict)
    services: Mapping[str, KnownService] = field(default_factory=dict)
    acknowledged: frozenset[str] = frozenset()
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    people: frozenset[str] = frozenset()
    left: Mapping[str, str] = field(default_factory=dict)
    lapsed: Mapping[str, str] = field(default_factory=dict)
    calendars: Mapping[str, BusinessCalendar] = field(default_factory=dict)
    asset_keys: frozenset[str] = frozenset()

    @property
    def in_a_team(self) -> frozenset[str]:
        """The addresses of people who are in any team."""
        return frozenset(address for team in self.teams.values() for address in team.members)

    @property
    def managers(self) -> frozenset[str]:
        return frozenset(address for team in self.teams.values() if team.managers for address in team.members)
