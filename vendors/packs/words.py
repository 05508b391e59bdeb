"""What a pack brings, in words for the page. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from vendors.edit_words import Changed, changes
from vendors.form_words import CHANNELS, origin, promised

LABELS = {
    "website": "Website",
    "protocol": "How they want to be engaged",
    "mail_domains": "Domains of their mail",
    "category": "Category",
    "plan": "Support plan",
    "client_text": "What clients read",
    "client_text_in": "What clients read, in other languages",
    "contacts": "Contact points",
    "commitment": "What they promise",
    "severity_of": "Their severities for our priorities",
    "required": "What a case needs",
    "engage_when": "When to engage them",
    "template": "The case as it is sent",
    "lodge_by": "How a case is lodged",
    "number_pattern": "What their case numbers look like",
    "sources": "Where this comes from",
    "verify_first": "To be confirmed first",
}


def label(key: str) -> str:
    return LABELS.get(key, key.replace("_", " "))


def lines(key: str, value: Any) -> list[str]:
    """A part's value as lines of text; [] for nothing."""
    if value in (None, "", [], {}):
        return []
    if key == "lodge_by":
        return [CHANNELS.get(value, str(value))]
    if isinstance(value, bool):
        return ["yes"]
    if isinstance(value, str):
        return value.splitlines()
    if isinstance(value, Mapping):
        return _of_mapping(key, value)
    return [_row(key, row) for row in value]


def sides(key: str, before: Any, after: Any) -> tuple[list[str], list[str]]:
    """Two values of a part as lines: all of each where that tells them apart, else what differs alone."""
    shown = lines(key, before), lines(key, after)
    if shown[0] != shown[1]:
        return shown
    found = changes({key: before}, {key: after})
    return [_side(row, row.old) for row in found], [_side(row, row.new) for row in found]


def _side(row: Changed, said: str) -> str:
    return f"{', '.join(filter(None, [row.place, row.field]))}: {said or 'nothing'}"


def _of_mapping(key: str, value: Mapping[str, Any]) -> list[str]:
    if key == "commitment":
        return _commitment(value)
    if key == "template":
        return [str(value.get("subject", "")), *str(value.get("body", "")).splitlines()]
    arrow = "→" if key == "severity_of" else ":"
    return [f"{name} {arrow} {row}" if arrow == "→" else f"{name}: {row}" for name, row in value.items()]


def _commitment(value: Mapping[str, Any]) -> list[str]:
    calendar = value.get("calendar")
    rows = [f"{severity}: {promised(targets)}" for severity, targets in (value.get("targets") or {}).items()]
    return [*rows, *([f"counted on {calendar}"] if calendar else [])]


def _row(key: str, row: Any) -> str:
    if not isinstance(row, Mapping):
        return str(row)
    if key == "contacts":
        return ", ".join(str(row[name]) for name in ("kind", "value", "hours") if row.get(name))
    if key == "required":
        return f"{row['label']}{' (secret)' if row.get('secret') else ''}, from {origin(row['source'])}"
    if key == "engage_when":
        return f"{row['words']}{_condition(row)}"
    return json.dumps(row, ensure_ascii=False)


def _condition(row: Mapping[str, Any]) -> str:
    said = [
        *([f"error code {' or '.join(row['error_codes'])}"] if "error_codes" in row else []),
        *([f"category {' or '.join(row['categories'])}"] if "categories" in row else []),
        *([f"level {row['tier_level']}"] if "tier_level" in row else []),
        *([f"{row['minutes']} min spent"] if "minutes" in row else []),
        *([f"impact {row['impact'].lower()}"] if "impact" in row else []),
        *(["at once, by itself"] if row.get("automatic") else []),
    ]
    return f" ({', '.join(said)})" if said else ""
