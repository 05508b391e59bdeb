"""The completeness gate: what a vendor needs, gathered or asked for. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import re2

# So much of a value that was not taken is shown.
MOST_SHOWN = 60
PLACEHOLDER = re.compile(r"\{\{\s*([a-z0-9_]+)\s*\}\}")
FOLLOWING = re.compile(r"(?<=\}\}) \{\{\s*([a-z0-9_]+)\s*\}\}")
NOTHING = "-"  # stands in a sentence for what there is not


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that a person must still answer, and why it was not taken."""

    key: str
    question: str
    problem: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts by key, and what is missing; a case may be sent only when nothing is."""

    facts: Mapping[str, str]
    missing: tuple[Missing, ...]


def gather(
    required: Sequence[Mapping[str, Any]], *, sources: Mapping[str, str], answers: Mapping[str, str]
) -> Gathered:
    """Take each required datum from a person's answer or else from its source, e.g. `account.tenant_id`."""
    facts: dict[str, str] = {}
    missing: list[Missing] = []
    for datum in required:
        value = (answers.get(datum["key"]) or sources.get(datum["source"]) or "").strip()
        problem = _problem(datum, value)
        if problem:
            missing.append(Missing(datum["key"], datum.get("question") or f"{datum['label']}?", problem))
        else:
            facts[datum["key"]] = value
    return Gathered(facts, tuple(missing))


def render(template: str, facts: Mapping[str, str]) -> str:
    """Fill flat `{{key}}` placeholders; nothing is evaluated, an unknown key stays visible as it is.

    A line that would only say that there is nothing is left out.
    """
    lines = (line for line in template.split("\n") if not _says_nothing(line, facts))
    return "\n".join(_filled(line, facts) for line in lines)


def _says_nothing(line: str, facts: Mapping[str, str]) -> bool:
    keys = PLACEHOLDER.findall(line)
    return bool(keys) and not any(facts.get(key, key) for key in keys)


def _filled(line: str, facts: Mapping[str, str]) -> str:
    """What follows another value directly and is empty leaves no trace."""
    line = FOLLOWING.sub(lambda found: found.group(0) if facts.get(found.group(1), "?") else "", line)
    return PLACEHOLDER.sub(lambda found: facts.get(found.group(1), found.group(0)) or NOTHING, line)


def _problem(datum: Mapping[str, Any], value: str) -> str:
    if not value:
        return f"{datum['label']} is not known"
    pattern = datum.get("pattern")
    # A secret is a reference here; its form was checked when it was stored.
    if pattern and not datum.get("secret") and not re2.fullmatch(pattern, value):
        return f"{datum['label']} is “{_shortened(value)}”, which does not have the form that they ask for"
    return ""


def _shortened(value: str) -> str:
    """On one line, and no longer than one reads at a glance."""
    line = " ".join(value.split())
    return line if len(line) <= MOST_SHOWN else f"{line[:MOST_SHOWN]}…"
