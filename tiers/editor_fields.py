"""What the editor's fields mean: their names are the paths of a policy's document. Pure: text in, document out.

Every value is kept as it was written, also one that is wrong: a draft may hold it, and says so at its field.
"""

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from sla.priorities import PRIORITIES

Row = dict[str, Any]
Sent = Mapping[str, Sequence[str]]

VENDOR = "*vendor*"  # stands among the tiers; the blanks of names are trimmed, so no tier is called so by accident
MOST_ROWS = 1000
LISTS = ("clients", "keywords", "error_code", "tags", "people", "notify")


def document_of(sent: Sent) -> Row:
    """The document that the fields of a form say: `{"routing.0.name": ["VPN"], …}`. Empty fields are absent keys.

    Fields that name no part of a policy are passed over.
    """
    tree = _tree(sent)
    clients = _value("clients", tree.get("clients", ()))
    ladders = tree.get("ladders", {})
    return {
        **({"clients": clients} if clients else {}),
        "ladders": {priority: [_step(row) for row in rows_in(ladders, priority)] for priority in PRIORITIES},
        "exceptions": [_exception(row) for row in rows_in(tree, "exceptions")],
        "routing": [_rule(row) for row in rows_in(tree, "routing")],
    }


def rows_in(tree: Mapping[str, Any], key: str) -> list[Row]:
    """The rows under `key` in the order of their numbers, which may have gaps."""
    rows = tree.get(key)
    if not isinstance(rows, Mapping):
        return []
    numbers = sorted(int(n) for n in rows if n.isascii() and n.isdigit() and int(n) < MOST_ROWS)
    return [row for n in numbers if isinstance(row := rows.get(str(n)), dict)]


def listed(written: str) -> list[str]:
    """Words between commas or on lines of their own; one that has a comma in it stands in double quotes."""
    rows = csv.reader(written.splitlines(), skipinitialspace=True)
    return [word for row in rows for part in row if (word := part.strip())]


def listing(words: str | Sequence[str]) -> str:
    """The same, written: `listed(listing(words)) == words` for words without blanks around them."""
    return ", ".join(_quoted(word) for word in ([words] if isinstance(words, str) else words))


def _quoted(word: str) -> str:
    if "," not in word and not word.startswith('"'):
        return word
    doubled = word.replace('"', '""')
    return f'"{doubled}"'


def _tree(sent: Sent) -> Row:
    """Nested mappings by the parts of the names; where two disagree about what is a leaf, the first stays."""
    tree: Row = {}
    for name, values in sent.items():
        *branches, leaf = name.split(".")
        place: Any = tree
        for branch in branches:
            place = place.setdefault(branch, {}) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place.setdefault(leaf, list(values))
    return tree


def _value(key: str, values: Any) -> Any:
    """What the texts sent for `key` stand for; None where they say nothing."""
    if not isinstance(values, list | tuple):
        return None
    if key in LISTS:
        return [word for text in values for word in listed(text)] or None
    text = (values[-1] if values else "").replace("\r\n", "\n").strip()
    if key == "repeat" and text.isascii() and text.isdigit() and len(text) < 6:
        return int(text)
    if key == "straight_to_vendor":
        return True if text else None
    if key == "stop":
        return {"true": True, "false": False}.get(text)
    return text or None


def _given(row: Row, *keys: str) -> Row:
    found = {key: _value(key, row.get(key)) for key in keys}
    return {key: value for key, value in found.items() if value is not None}


def _step(row: Row) -> Row:
    who = _given(row, "tier")
    who = {"vendor": True} if who.get("tier") == VENDOR else who
    return {**who, **_given(row, "acknowledge_within", "hand_over_after", "notify", "repeat")}


EXCEPTION = (
    "client", "service", "category", "device_type", "priority", "start_tier", "straight_to_vendor", "agreement",
    "people", "calendar", "reason", "client_text",
)  # fmt: skip
WHEN = ("keywords", "regex", "device_type", "os", "error_code", "source", "category", "client")
THEN = ("priority", "tier", "team", "assignee", "service", "category", "tags")


def _exception(row: Row) -> Row:
    steps = [_step(step) for step in rows_in(row, "steps")]
    return {**_given(row, *EXCEPTION), **({"steps": steps} if steps else {})}


def _rule(row: Row) -> Row:
    when, then = ((row[key] if isinstance(row.get(key), dict) else {}) for key in ("when", "then"))
    return {
        **_given(row, "name"),
        "when": _given(when, *WHEN),
        "then": _given(then, *THEN),
        **_given(row, "stop"),
    }
