"""What one client was promised and who would serve it: the live policy with all that it refers to. No queries here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.language import ENGLISH, Say, message
from sla.agreement_document import METRICS
from sla.agreements import Target, Terms
from sla.business_time import BusinessCalendar
from sla.priorities import PRIORITIES
from tiers.ladder import Ladder, Situation, Step, ladder_for
from vendors.models import Service

ACKNOWLEDGE, RESPOND, UPDATE, RESOLVE = METRICS["SLA"]
# What clients read where nobody wrote a title: never the internal name.
UNTITLED = message("our team")


def titled(title: str, others: Mapping[str, str], say: Say) -> str:
    """What a tier is called in this language; as it is called at all where nobody wrote that."""
    return others.get(say.code) or title or say(UNTITLED)


@dataclass(frozen=True, slots=True)
class PublicTier:
    """A tier as clients know it; without an OLA where that had not been published yet."""

    title: str
    level: int
    ola: Terms | None


@dataclass(frozen=True, slots=True)
class Provision:
    """Tiers, calendars by name; agreements by id; the services that the client has accounts with.

    `words` is what was written for its page, in the form of `clients/page_words.py`; `say` is how it is said to it.
    """

    client: str
    agreement_id: int
    document: Mapping[str, Any]
    tiers: Mapping[str, PublicTier]
    terms: Mapping[int, Terms]
    calendars: Mapping[str, BusinessCalendar]
    services: tuple[Service, ...]
    words: Mapping[str, Any] = field(default_factory=dict)
    say: Say = ENGLISH

    @property
    def priorities(self) -> tuple[str, ...]:
        """Those for which the policy has a ladder."""
        return tuple(p for p in PRIORITIES if p in self.document.get("ladders", {}))

    def ladder(self, priority: str, *, service: str = "", category: str = "", device_type: str = "") -> Ladder:
        """The ladder that a request of this client climbs."""
        return ladder_for(self.document, Situation(self.client, priority, service, category, device_type))

    def measured_by(self, climbed: Ladder) -> Terms | None:
        """The agreement that measures: the exception's where it names one, else the client's."""
        name = (climbed.exception or {}).get("agreement")
        named = next((terms for terms in self.terms.values() if name and terms.name == name), None)
        return named or self.terms.get(self.agreement_id)

    def title(self, step: Step) -> str:
        """What clients call the people of a step."""
        return self.tiers[step.tier].title if step.tier in self.tiers else self.say(UNTITLED)

    def wait(self, step: Step, priority: str, metric: str) -> int | None:
        """The seconds that a step has to acknowledge or resolve: its own, else what its tier says."""
        own = {ACKNOWLEDGE: step.acknowledge_within, RESOLVE: step.hand_over_after}[metric]
        ola = self._ola(step)
        return own if own is not None or ola is None else ola.targets.get(priority, {}).get(metric)

    def calendar(self, step: Step, priority: str, climbed: Ladder) -> BusinessCalendar | None:
        """On which hours a step's waits count."""
        if climbed.calendar in self.calendars:
            return self.calendars[climbed.calendar]
        ola = self._ola(step)
        return ola.calendar_for(priority).calendar if ola else None

    def _ola(self, step: Step) -> Terms | None:
        tier = self.tiers.get(step.tier)
        return tier.ola if tier else None

    def first_answer(self, service: Service, priority: str) -> Target | None:
        """What the vendor of a service promises for our priority."""
        terms = self.terms.get(service.commitment_id or 0)
        return terms.target(service.severity_of.get(priority, priority), "RESPOND") if terms else None
