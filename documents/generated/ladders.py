"""A ladder in a document: each step with its people, its waits and the hours on which they count. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from documents.generated.facts import ACKNOWLEDGE, RESOLVE, PolicyFacts
from documents.generated.marks import NOTHING, plain, table
from sla.durations import words as duration_words
from tiers.ladder import Step, steps_of
from tiers.policy_words import PEOPLE

HEADINGS = ("Step", "Who", "Acknowledge within", "Hand over after", "Counted on", "Tells")
THE_VENDOR = "The vendor of the service"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step as people read it; the waits in seconds, None where nobody wrote one down."""

    number: int
    step: Step
    who: str
    acknowledge: int | None
    hand_over: int | None
    counted_on: str
    tells: tuple[str, ...]


def alike(document: Mapping[str, Any], priorities: Sequence[str]) -> list[tuple[list[str], Any]]:
    """The ladders of a policy, each with the neighbouring priorities that climb it."""
    ladders = document.get("ladders") or {}
    return [(list(same), rows) for rows, same in groupby(priorities, key=lambda priority: ladders[priority])]


def rungs(rows: Sequence[Mapping[str, Any]], priority: str, known: PolicyFacts, *, calendar: str = "") -> list[Rung]:
    """The steps of one ladder; `calendar` replaces that of the OLA where it is set."""
    return [_rung(n, step, priority, known, calendar) for n, step in enumerate(steps_of(rows), start=1)]


def ladder_table(rows: Sequence[Mapping[str, Any]], priority: str, known: PolicyFacts, *, calendar: str = "") -> str:
    """The ladder as a table."""
    return table(HEADINGS, (_cells(rung) for rung in rungs(rows, priority, known, calendar=calendar)))


def day_of(iso: str) -> str:
    """An ISO date as people write it; "" for none."""
    if not iso:
        return ""
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def waits(seconds: int | None) -> str:
    """A wait in words; a dash where there is none."""
    return NOTHING if seconds is None else duration_words(seconds)


def _rung(number: int, step: Step, priority: str, known: PolicyFacts, calendar: str) -> Rung:
    tier = known.tier(step.tier)
    level = tier.ola.level(priority) if tier else None
    ola = level.targets if level else {}
    counted_on = "" if step.vendor else calendar or (level.calendar if level else "")
    return Rung(
        number=number,
        step=step,
        who=_who(step, known),
        acknowledge=_wait(step.acknowledge_within, ola.get(ACKNOWLEDGE)),
        hand_over=None if step.vendor else _wait(step.hand_over_after, ola.get(RESOLVE)),
        counted_on=counted_on,
        tells=tuple(PEOPLE.get(token) or known.name_of(token) for token in step.notify),
    )


def _wait(own: int | None, of_ola: int | None) -> int | None:
    return of_ola if own is None else own


def _who(step: Step, known: PolicyFacts) -> str:
    tier = known.tier(step.tier)
    if step.vendor:
        return THE_VENDOR
    return f"{tier.name}, {tier.team.name}" if tier else f"{step.tier}, which is gone: this step is skipped"


def _cells(rung: Rung) -> list[str]:
    if rung.step.vendor:
        asked = "" if rung.acknowledge is None else f"{waits(rung.acknowledge)} to complete a case that lacks data"
        return [str(rung.number), rung.who, asked, "", "", ""]
    told = ", ".join(plain(name) for name in rung.tells)
    acknowledge = waits(rung.acknowledge) + _reminded(rung.step.repeat)
    return [str(rung.number), plain(rung.who), acknowledge, waits(rung.hand_over), plain(rung.counted_on), told]


def _reminded(times: int) -> str:
    return {0: "", 1: ", reminded once", 2: ", reminded twice"}.get(times, f", reminded {times} times")
