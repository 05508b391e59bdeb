"""When to engage a vendor. Pure: conditions and what is known in, *engage* or *not yet, because* out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Condition = Mapping[str, Any]
# How hard the business is hit, where nobody has said so.
IMPACT_OF = {"P1": "HIGH", "P2": "MEDIUM", "P3": "LOW", "P4": "LOW"}
IMPACTS = ("LOW", "MEDIUM", "HIGH")


@dataclass(frozen=True, slots=True)
class Known:
    """What the conditions are held against. `minutes` = wall time since the ticket was opened.

    `impact_from` is the priority that the impact was read from, "" where somebody has said it.
    """

    error_code: str
    category: str
    tier_level: int
    minutes: float
    impact: str
    impact_from: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Engage or not yet, and why, in a sentence."""

    engage: bool
    because: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a condition, held against what is known: whether it holds, and what was found, in words."""

    holds: bool
    words: str


def impact_of(said: str, priority: str) -> tuple[str, str]:
    """How hard the business is hit, and the priority that this was read from, "" where somebody has `said` it."""
    return (said, "") if said else (IMPACT_OF.get(priority, "LOW"), priority)


def engagement(conditions: Sequence[Condition], known: Known) -> Answer:
    """Engage when any condition holds in all its parts; without conditions, on reaching the step."""
    if not conditions:
        return Answer(True, "The service sets no condition.")
    told = [(condition, parts_of(condition, known)) for condition in conditions]
    for condition, parts in told:
        if all(part.holds for part in parts):
            return Answer(True, f"Its condition holds: {_words(condition, parts)}.")
    wanting = [_words(condition, [p for p in parts if not p.holds]) for condition, parts in told]
    return Answer(False, f"Not yet: {'; '.join(wanting)}.")


def parts_of(condition: Condition, known: Known) -> list[Part]:
    """Each part that the condition names, in one order, held against what is known."""
    return [part(condition[key], known) for key, part in _PARTS.items() if condition.get(key)]


def automatic(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """The conditions by which the vendor is engaged as soon as they hold. One without any part is none."""
    return tuple(c for c in conditions if c.get("automatic") and any(c.get(key) for key in _PARTS))


def minutes_until(conditions: Sequence[Condition], known: Known) -> int | None:
    """How many minutes after its opening the first of these conditions holds, if nothing but time passes; else None."""
    timeless = replace(known, minutes=float("inf"))
    holding = [c for c in conditions if all(part.holds for part in parts_of(c, timeless))]
    return min((int(c.get("minutes") or 0) for c in holding), default=None)


def _words(condition: Condition, parts: Sequence[Part]) -> str:
    found = ", ".join(part.words for part in parts)
    return f"{_told(condition)} ({found})" if found else _told(condition)


def _told(condition: Condition) -> str:
    return str(condition["words"]).strip().rstrip(".")


def _error_code(codes: Sequence[str], known: Known) -> Part:
    if not known.error_code:
        return Part(False, "no error code is known")
    holds = known.error_code.lower() in [code.lower() for code in codes]
    return Part(holds, f"error code {known.error_code} is {'one' if holds else 'none'} of its codes")


def _category(names: Sequence[str], known: Known) -> Part:
    if not known.category:
        return Part(False, "no category is set")
    holds = known.category.lower() in [name.lower() for name in names]
    return Part(holds, f"category {known.category} is {'one' if holds else 'none'} of its categories")


def _tier_level(level: int, known: Known) -> Part:
    holds = known.tier_level >= level
    return Part(holds, f"level {known.tier_level} {'was reached' if holds else f'of {level} was reached'}")


def _minutes(minutes: int, known: Known) -> Part:
    holds = known.minutes >= minutes
    return Part(holds, f"{known.minutes:.0f} min {'were spent' if holds else f'of {minutes} min were spent'}")


def _impact(impact: str, known: Known) -> Part:
    """A condition that asks for medium impact holds where it is high."""
    holds = _rank(known.impact) >= _rank(impact)
    source = f", as its priority {known.impact_from} says" if known.impact_from else ", as somebody said"
    wanted = "" if holds else f" and not {impact.lower()}"
    return Part(holds, f"its impact is {known.impact.lower() or 'not known'}{wanted}{source if known.impact else ''}")


def _rank(impact: str) -> int:
    return IMPACTS.index(impact) if impact in IMPACTS else -1


_PARTS: Mapping[str, Callable[[Any, Known], Part]] = {
    "error_codes": _error_code,
    "categories": _category,
    "tier_level": _tier_level,
    "minutes": _minutes,
    "impact": _impact,
}
