"""What generated documents are made from. Pure: frozen facts, named as the glossary names them.

Times are seconds. Everything that people wrote is here as they wrote it; the renderers see to its signs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sla.business_time import BusinessCalendar

ACKNOWLEDGE, RESPOND, UPDATE, RESOLVE = "ACKNOWLEDGE", "RESPOND", "UPDATE", "RESOLVE"
# What an agreement with a client can promise, and what stands above it in a table.
PROMISES = {
    ACKNOWLEDGE: "Taken up within",
    RESPOND: "First reply within",
    UPDATE: "An update at least every",
    RESOLVE: "Solved within",
}

# What may be left out of a policy's document.
EXCEPTIONS, RULES = "exceptions", "rules"


@dataclass(frozen=True, slots=True)
class Level:
    """What is promised for one priority, or severity of a vendor: seconds by metric, None where it was declined."""

    name: str
    targets: Mapping[str, int | None]
    calendar: str
    hours: BusinessCalendar


@dataclass(frozen=True, slots=True)
class Promised:
    """An agreement as it holds. `lapsed` says why nothing is promised, `begins` and `ends` are ISO dates or empty."""

    name: str
    title: str
    levels: tuple[Level, ...] = ()
    vendor_time_counts: bool = True
    lapsed: str = ""
    begins: str = ""
    ends: str = ""

    def level(self, name: str) -> Level | None:
        """What is promised for this priority or severity."""
        return next((level for level in self.levels if level.name == name), None)


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a team."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Team:
    """People who share a queue, in their order; `rotation` has the form of the configuration."""

    name: str
    email: str
    managers: bool
    members: tuple[Person, ...]
    rotation: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tier:
    """A level of support with its team and what it promises to the other tiers."""

    name: str
    title: str
    level: int
    team: Team
    responsibilities: str
    ola: Promised


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach a service's support; `verified_on` is an ISO date or empty, `bad` why it does not hold, with since
    when, "" where nothing is known against it.
    """

    kind: str
    value: str
    hours: str = ""
    language: str = ""
    verified_on: str = ""
    owner: str = ""
    interval_days: int = 90
    bad: str = ""


@dataclass(frozen=True, slots=True)
class Datum:
    """Something that a vendor must be told, and where it comes from."""

    label: str
    origin: str
    question: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """When a vendor may be engaged: in words, and what must hold for that."""

    words: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """What a vendor provides. `clients` have an account with it; `kept` says whether others do who are not told."""

    name: str
    vendor: str
    plan: str = ""
    severity_of: Mapping[str, str] | None = None
    contacts: tuple[Contact, ...] = ()
    required: tuple[Datum, ...] = ()
    conditions: tuple[Condition, ...] = ()
    subject: str = ""
    body: str = ""
    commitment: Promised | None = None
    clients: tuple[str, ...] = ()
    kept: bool = False

    def severity(self, priority: str) -> str:
        """What the vendor calls our priority."""
        return (self.severity_of or {}).get(priority, priority)


@dataclass(frozen=True, slots=True)
class Vendor:
    """A company outside, with its services."""

    name: str
    website: str
    protocol: str
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """Which version of the policy it is: who published it, when, and with which note."""

    policy: str
    number: int
    author: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Cadence:
    """What clients who are treated alike were promised for a critical ticket, `kept` ones among them or not."""

    clients: tuple[str, ...]
    promised: Level | None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """One live policy with all that it refers to. `named` says whether it is for the clients that it lists alone.

    Of clients that are kept to some teams nothing is in it but that there are some: `kept` among those that it covers,
    and exceptions and rules for such ones that were `left_out` of the document.
    """

    version: Published
    document: Mapping[str, Any]
    clients: tuple[str, ...]
    named: bool
    tiers: tuple[Tier, ...]
    teams: tuple[Team, ...]
    services: tuple[Service, ...]
    cadences: tuple[Cadence, ...]
    calendars: Mapping[str, BusinessCalendar]
    kept: bool = False
    left_out: frozenset[str] = frozenset()

    def tier(self, name: str) -> Tier | None:
        """The tier of this name; None where it is gone."""
        return next((tier for tier in self.tiers if tier.name == name), None)

    def name_of(self, email: str) -> str:
        """Who has this address; the address itself where nobody of ours does."""
        people = (person for team in self.teams for person in team.members)
        return next((person.name for person in people if person.email == email), email)

    @property
    def called(self) -> tuple[Team, ...]:
        """The teams that a ladder can call: those of the tiers in their order, then the managers."""
        teams = [tier.team for tier in self.tiers] + [team for team in self.teams if team.managers]
        return tuple({team.name: team for team in teams}.values())

    @property
    def priorities(self) -> tuple[str, ...]:
        """Those for which there is a ladder."""
        return tuple(sorted(self.document.get("ladders") or {}))


@dataclass(frozen=True, slots=True)
class Agreed:
    """The terms for some of a client's requests.

    `about` says in the client's words which requests are meant, empty for all about which nothing else was agreed;
    `words` is what was written for the client about it.
    """

    about: str
    words: str
    promised: Promised


@dataclass(frozen=True, slots=True)
class Outside:
    """What the vendor of a service promises by our priority, and for which of these its time counts as ours.

    A priority about which we promise no time to solve is in `levels` only.
    """

    service: str
    vendor: str
    levels: Mapping[str, Level]
    counts: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What was agreed with one client. `follows` is the version of its agreement that begins on a later day."""

    client: str
    agreed: tuple[Agreed, ...]
    follows: Promised | None
    outside: tuple[Outside, ...]
