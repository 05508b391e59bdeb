"""The ladder: which steps a ticket climbs. Pure: a policy document and a situation in, steps out.

Source of the rules: docs/glossary.md, "Ladder" and "Client exception".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sla.durations import parse

CONDITIONS = ("client", "service", "category", "device_type", "priority")


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: a tier, or the vendor. Waits in seconds; None = the tier's OLA says."""

    tier: str
    vendor: bool
    acknowledge_within: int | None
    hand_over_after: int | None
    notify: tuple[str, ...]
    repeat: int

    @property
    def name(self) -> str:
        return "vendor" if self.vendor else self.tier


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides which ladder applies; names, empty where unknown."""

    client: str
    priority: str
    service: str = ""
    category: str = ""
    device_type: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps in order, the index at which a ticket starts, and the client exception that changed them, if any."""

    steps: tuple[Step, ...]
    start: int
    exception: Mapping[str, Any] | None = None

    @property
    def calendar(self) -> str:
        """The calendar that the exception sets for these steps' waits; "" where the tier's own holds."""
        return str((self.exception or {}).get("calendar") or "")

    def following(self, index: int) -> range:
        """The indexes above `index`, nearest first."""
        return range(index + 1, len(self.steps))

    def home(self, index: int) -> int:
        """The index of the nearest tier step at `index` or below: who holds the ticket while the vendor is engaged.

        Where no tier stands below (straight to the vendor), the nearest one above; an index past the end, kept from
        a longer ladder, means the last step.
        """
        index = min(index, len(self.steps) - 1)
        order: list[int] = [*range(index, -1, -1), *range(index + 1, len(self.steps))]
        return next(i for i in order if not self.steps[i].vendor)

    def tier_at_or_below(self, index: int) -> Step:
        """The step at `home(index)`."""
        return self.steps[self.home(index)]


def ladder_for(document: Mapping[str, Any], situation: Situation) -> Ladder:
    """The ladder that `document` gives in this situation, with the most specific client exception applied.

    Raises KeyError when the document has no ladder for the priority (the configuration's check refuses such a policy).
    """
    exception = exception_for(document.get("exceptions", ()), situation)
    plain = steps_of(document["ladders"][situation.priority])
    if exception is None:
        return Ladder(plain, 0)
    steps = steps_of(exception["steps"]) if exception.get("steps") else plain
    steps = tuple(_with_people(step, exception.get("people", ())) for step in steps)
    return Ladder(steps, _start(steps, exception), exception)


def exception_for(exceptions: Sequence[Mapping[str, Any]], situation: Situation) -> Mapping[str, Any] | None:
    """The matching exception that names the most conditions; the first of equals."""
    matching = [e for e in exceptions if all(_holds(e.get(c), getattr(situation, c)) for c in CONDITIONS)]
    return max(matching, key=lambda e: sum(e.get(c) is not None for c in CONDITIONS), default=None)


def _holds(wanted: str | None, known: str) -> bool:
    return wanted is None or wanted.lower() == known.lower()


def steps_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Steps from their form in the policy document."""
    return tuple(
        Step(
            tier=row.get("tier", ""),
            vendor=bool(row.get("vendor", False)),
            acknowledge_within=_seconds(row.get("acknowledge_within")),
            hand_over_after=_seconds(row.get("hand_over_after")),
            notify=tuple(row.get("notify") or ("on_call",)),
            repeat=row.get("repeat", 0),
        )
        for row in rows
    )


def _seconds(text: str | None) -> int | None:
    return None if text is None else parse(text)


def _with_people(step: Step, people: Sequence[str]) -> Step:
    if step.vendor or not people:
        return step
    notify = (*people, *(n for n in step.notify if n not in people))
    return Step(step.tier, step.vendor, step.acknowledge_within, step.hand_over_after, notify, step.repeat)


def _start(steps: tuple[Step, ...], exception: Mapping[str, Any]) -> int:
    if exception.get("straight_to_vendor"):
        return next((i for i, step in enumerate(steps) if step.vendor), 0)
    wanted = exception.get("start_tier")
    return next((i for i, step in enumerate(steps) if step.tier == wanted), 0) if wanted else 0
