"""What the lint of a policy reports. Pure."""

from dataclasses import dataclass

Path = tuple[str | int, ...]
# An ERROR blocks publishing: a part of the policy is dead, or leads to nobody. A WARNING is told and left to people.
ERROR, WARNING = "ERROR", "WARNING"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where in the document, what, and how to mend it, in words for who decides.

    `code` names the kind of fault and stays the same whatever the words are.
    """

    code: str
    level: str
    path: Path
    words: str
    remedy: str


def rule_title(index: int, name: str) -> str:
    """How a routing rule is called: "Rule 7 “VPN”"."""
    return f"Rule {index + 1} “{name}”"
