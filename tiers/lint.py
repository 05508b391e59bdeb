"""Dead-path lint of a policy: what in it can never come to pass, or leads to nobody. Pure.

Each fault is a claim that holds: what cannot be told for certain is not reported. How each kind is decided, and what
it does not see, stands in the module that looks for it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.pattern_texts import Budget
from tiers.lint_exceptions import exception_faults
from tiers.lint_fault import ERROR, WARNING, Fault
from tiers.lint_known import Known
from tiers.lint_ladders import ladder_faults
from tiers.lint_rules import rule_faults
from tiers.lint_targets import target_faults
from tiers.lint_vendors import vendor_faults

__all__ = ["ERROR", "WARNING", "Fault", "lint"]
# For all rules and expressions together: a few seconds. A hundred rules with five words each, all different, need most.
MOST_STEPS = 1_000_000
_SECTIONS = ("clients", "ladders", "exceptions", "routing")


def lint(document: Mapping[str, Any], known: Known, *, now: datetime, steps: int = MOST_STEPS) -> list[Fault]:
    """The faults of a policy, in the order of the document.

    In: a document with which nothing else is wrong (`policy_check.problems` finds nothing), and the provider as it
    stands at `now`. Out: each fault once. Rules and expressions are held against each other for so many `steps`, each a
    character that one expression reads; where that is not enough, a warning says that not all was checked.
    """
    budget = Budget(steps)
    found = [
        *ladder_faults(document, known),
        *exception_faults(document, known),
        *rule_faults(document, known, budget),
        *target_faults(document, known),
        *vendor_faults(document, known, now=now, budget=budget),
    ]
    if budget.fell_short:
        found.append(UNCHECKED)
    return sorted(found, key=_place)


UNCHECKED = Fault(
    "not-all-checked",
    WARNING,
    ("routing",),
    "Not all rules could be checked: their words and expressions can meet in too many ways.",
    "Fewer rules, or fewer words in each, can be checked to the end. What is reported besides holds.",
)


def _place(fault: Fault) -> tuple[Any, ...]:
    """As one reads the document; places in a list come before keys, which can't be compared with them."""
    section, *rest = fault.path
    return _SECTIONS.index(str(section)), [(isinstance(key, str), key) for key in rest], fault.code
