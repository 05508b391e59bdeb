"""When to engage a vendor. Pure: conditions and what is known in, *engage* or *not yet, because* out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Known:
    """What the conditions are held against. `minutes` = wall time since the ticket was opened."""

    error_code: str
    category: str
    tier_level: int
    minutes: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Engage or not yet, and why, in a sentence."""

    engage: bool
    because: str


def engagement(conditions: Sequence[Mapping[str, Any]], known: Known) -> Answer:
    """Engage when any condition holds in all its parts; without conditions, on reaching the step."""
    if not conditions:
        return Answer(True, "The service sets no condition.")
    for condition in conditions:
        if not _failed(condition, known):
            return Answer(True, f"Its condition holds: {condition['words']}")
    return Answer(False, "Not yet: " + "; ".join(_failed(c, known)[0] for c in conditions) + ".")


def _failed(condition: Mapping[str, Any], known: Known) -> list[str]:
    checks: dict[str, tuple[Callable[[Any], bool], str]] = {
        "error_codes": (
            lambda codes: known.error_code.lower() in [c.lower() for c in codes],
            f"error code {known.error_code or 'absent'} is not one of its codes",
        ),
        "categories": (lambda names: known.category in names, f"category {known.category or 'absent'} is not its"),
        "impact": (lambda _: False, "its impact on the business is not known here"),
        "tier_level": (lambda level: known.tier_level >= level, f"only level {known.tier_level} was reached"),
        "minutes": (lambda minutes: known.minutes >= minutes, f"only {known.minutes:.0f} min were spent"),
    }
    return [words for key, (holds, words) in checks.items() if key in condition and not holds(condition[key])]
