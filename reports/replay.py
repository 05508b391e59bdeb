"""What another policy would have made of the tickets that there were. Pure: a document and past tickets in, facts out.

Where a ticket begins follows from its text and device alone. How far it would have climbed is reckoned from one thing:
when somebody first acted on it. So a replay tells escalations for want of an acknowledgement, before and after, by the
same reckoning; work that took long is not in it, since other people might have been quicker.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sla.business_time import BusinessCalendar
from tiers.ladder import Ladder, Step
from tiers.routing import Request
from tiers.trying import Outcome, outcome

# Who may be waited for how long at a step, on which calendar; None where nobody said.
Wait = tuple[BusinessCalendar, int]
Waits = Callable[[Step, str, str], Wait | None]


@dataclass(frozen=True, slots=True)
class Began:
    """Where a ticket began: the tier that held it, and what it was taken for."""

    tier: str
    priority: str
    service: str = ""
    category: str = ""
    at_vendor: bool = False

    def __str__(self) -> str:
        parts = [f"{self.priority} at {self.tier}", "straight to the vendor" if self.at_vendor else ""]
        return ", ".join(filter(None, [*parts, self.service, self.category]))


@dataclass(frozen=True, slots=True)
class Past:
    """A ticket as it came in: `stored` is where it began, `own` its policy, `acted_at` the first act on it."""

    key: str
    title: str
    request: Request
    stored: Began
    own: Mapping[str, Any]
    opened_at: datetime
    acted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """A past ticket under a document: where it begins, and over how many steps it climbs before somebody acts."""

    past: Past
    began: Began
    climbs: int


def replay(document: Mapping[str, Any], pasts: Sequence[Past], *, waits: Waits, now: datetime) -> list[Replayed]:
    """Every past ticket under `document`. Raises KeyError where that has no ladder for a ticket's priority."""
    return [_replayed(document, past, waits, now) for past in pasts]


def _replayed(document: Mapping[str, Any], past: Past, waits: Waits, now: datetime) -> Replayed:
    found = _begins(document, past)
    climbed = climbs(found.ladder, found.step, found.priority, past, waits=waits, now=now)
    return Replayed(past, _began(found), climbed)


def _begins(document: Mapping[str, Any], past: Past) -> Outcome:
    """What the document makes of the ticket; what its own policy did not decide was asked for, and stays so."""
    stored = past.stored
    own = outcome(past.own, past.request, fallback=stored.priority)
    request = replace(past.request, category=stored.category if own.category != stored.category else "")
    return outcome(
        document, request, fallback=stored.priority,
        priority=stored.priority if own.priority != stored.priority else "",
        service=stored.service if own.service != stored.service else "",
    )  # fmt: skip


def _began(found: Outcome) -> Began:
    home = found.ladder.tier_at_or_below(found.step).tier
    at_vendor = found.ladder.steps[found.step].vendor
    return Began(home, found.priority, found.service, found.category, at_vendor)


def climbs(ladder: Ladder, start: int, priority: str, past: Past, *, waits: Waits, now: datetime) -> int:
    """Over how many steps a ticket goes until somebody acts on it, if each step is waited out.

    A vendor's step is the last: what happens there is not for us to acknowledge.
    """
    at, until = past.opened_at, min(past.acted_at or now, now)
    for count, index in enumerate(range(start, len(ladder.steps))):
        step = ladder.steps[index]
        wait = None if step.vendor else waits(step, priority, ladder.calendar)
        if wait is None:
            return count
        calendar, seconds = wait
        at = calendar.add(at, seconds)
        if until <= at:
            return count
    return max(len(ladder.steps) - 1 - start, 0)
