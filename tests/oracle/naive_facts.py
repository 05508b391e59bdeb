"""What a ticket's history is made of: facts, the situations between them, promises, and the lives of clocks.

Here stands the table of clocks, column by column: what is promised for a metric, and in which situations it counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

TIER, CLIENT, VENDOR, NOBODY = "TIER", "CLIENT", "VENDOR", "NOBODY"
US = "US"
ACKNOWLEDGE, RESPOND, UPDATE, RESOLVE = "ACKNOWLEDGE", "RESPOND", "UPDATE", "RESOLVE"
OLA_ACKNOWLEDGE, OLA_RESOLVE = "OLA_ACKNOWLEDGE", "OLA_RESOLVE"
VENDOR_RESPOND, VENDOR_UPDATE, VENDOR_RESOLVE = "VENDOR_RESPOND", "VENDOR_UPDATE", "VENDOR_RESOLVE"
OF_TICKET = (ACKNOWLEDGE, RESPOND, UPDATE, RESOLVE)
OF_STEP = (OLA_ACKNOWLEDGE, OLA_RESOLVE)
OF_CASE = (VENDOR_RESPOND, VENDOR_UPDATE, VENDOR_RESOLVE)
ALL = OF_TICKET + OF_STEP + OF_CASE
# Falling due, these send the ticket to the next step.
CLIMBS = (ACKNOWLEDGE, OLA_ACKNOWLEDGE, OLA_RESOLVE)
NOT_HELD = {"held": False, "held_until": None}
TERMS_OF_A_PROMISE = ("seconds", "calendar", "vendor_time_counts")

# How a clock was stopped: by what it waits for, by something that makes it pointless, by other terms.
DONE, POINTLESS, REPLACED = "DONE", "POINTLESS", "REPLACED"
RUNNING, PAUSED = "RUNNING", "PAUSED"
MET, BREACHED, ENDED, SUPERSEDED = "MET", "BREACHED", "ENDED", "SUPERSEDED"


class OpenTime(Protocol):
    """A calendar, as `naive_time.OpenMinutes` tells it."""

    def between(self, began: int, ended: int) -> int: ...

    def reached(self, began: int, seconds: int) -> int | None: ...


@dataclass(frozen=True, eq=False)
class Promise:
    """So many open seconds of this calendar; RESOLVE counts a vendor's time or, where the agreement says so, not."""

    seconds: int
    calendar: OpenTime
    vendor_time_counts: bool = True


@dataclass(frozen=True, eq=False)
class Terms:
    """What is promised: to the client, by each step of the ladder, and by the vendor. No entry: no promise."""

    to_client: Mapping[str, Promise]
    by_step: tuple[Mapping[str, Promise], ...]
    by_vendor: Mapping[str, Promise]


@dataclass(frozen=True)
class Fact:
    """Something that happened. `kind` is a name of `naive_ledger.RULES`; what it is about is in the other fields."""

    at: int
    kind: str
    step: int | None = None
    case: int | None = None
    until: int | None = None
    terms: Terms | None = None
    by_person: bool = True


@dataclass(frozen=True)
class Situation:
    """How things stand from `at` on, until the next situation.

    `balls` are those of the open cases, in the order in which they were lodged; `holding_case` is the VENDOR's.
    """

    at: int
    terms: Terms
    step: int
    holder: str = TIER
    waiting: bool = False
    resolved: bool = False
    held: bool = False
    held_until: int | None = None
    holding_case: int | None = None
    balls: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    lodged_by: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(eq=False)
class Life:
    """One clock from its start to its stop. `before` is what was consumed in earlier lives of the same promise.

    It lives through the situations `first` to `last`. `in_silence`: what lies behind it is told and done already.
    """

    metric: str
    subject: int | None
    promise: Promise
    began: int
    first: int
    before: int = 0
    in_silence: bool = False
    stopped: int | None = None
    stopped_by: str | None = None
    last: int | None = None


@dataclass(frozen=True)
class Seen:
    """A clock as it stands at a moment.

    `due_at` is the moment that still lies ahead: None while it is paused, once it was missed, or past the window.
    """

    metric: str
    subject: int | None
    began: int
    target: int
    consumed: int
    due_at: int | None
    state: str
    breached_at: int | None


def holder_in(situation: Situation) -> tuple[str, int | None]:
    """Who has the ticket, and for a vendor by which case.

    NOBODY once it is resolved, else the CLIENT if it is waited for, else the vendor of the latest lodged case whose
    ball is with the vendor, else the tier.
    """
    if situation.resolved or situation.waiting:
        return (NOBODY if situation.resolved else CLIENT), None
    with_vendor = [case for case in situation.lodged_by if situation.balls.get(case) == VENDOR]
    return (VENDOR, with_vendor[-1]) if with_vendor else (TIER, None)


def whose(situation: Situation) -> int | None:
    """The step or the case that has the ticket."""
    return situation.step if situation.holder == TIER else situation.holding_case


def counts_in(life: Life, situation: Situation) -> bool:
    """The table's column "counts while"."""
    metric, holder = life.metric, situation.holder
    if holder == NOBODY:
        return False
    if metric in (ACKNOWLEDGE, RESPOND):
        return True
    if metric == UPDATE:
        return not situation.waiting
    if metric == RESOLVE:
        return holder == TIER or (holder == VENDOR and life.promise.vendor_time_counts)
    if metric in OF_STEP:
        return holder == TIER and situation.step == life.subject and not situation.held
    return situation.balls.get(life.subject) == VENDOR


def promised(terms: Terms, metric: str, subject: int | None) -> Promise | None:
    """What these terms promise for a metric: of the client's agreement, of this step, or of any vendor."""
    if metric in OF_TICKET:
        return terms.to_client.get(metric)
    if metric in OF_STEP:
        return terms.by_step[subject].get(metric)
    return terms.by_vendor.get(metric)


def is_same(one: Promise | None, other: Promise) -> bool:
    """Whether they promise the same time, counted alike; a promise that is none is the same as no other."""
    return one is not None and all(getattr(one, name) == getattr(other, name) for name in TERMS_OF_A_PROMISE)
