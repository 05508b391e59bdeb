"""Placeholders of case templates: which there are, and which a text uses wrongly."""

import re
from collections.abc import Collection

from accounts.closest import did_you_mean
from vendors.completeness import PLACEHOLDER

BUILT_IN = frozenset(
    {
        "ticket_key",
        "client",
        "title",
        "description",
        "priority",
        "severity",
        "contact_name",
        "callback",
        "portal_url",
        "error_code",
        "device_name",
        "device_os",
        "timeline",
        "opened_at",
    }
)
# Whatever begins like a placeholder, so that a broken one is refused instead of being sent as it is.
_OPENED = re.compile(r"\{\{[^{}\n]*\}{0,2}")


def faults(text: str, known: Collection[str], *, of: str = "text") -> list[str]:
    """What is wrong with the placeholders in `text`, each with its line and column, where only `known` ones exist.

    `of` is what the text is called.
    """
    found = [(match, _fault(match.group(), known)) for match in _OPENED.finditer(text)]
    return [f"{fault} {_position(text, match.start())} of the {of}" for match, fault in found if fault]


def _fault(written: str, known: Collection[str]) -> str:
    placeholder = PLACEHOLDER.fullmatch(written)
    if not placeholder:
        return f"{written} is not a placeholder, such as {{{{ticket_key}}}},"
    key = placeholder.group(1)
    return "" if key in known else f"unknown placeholder {{{{{key}}}}}{_hint(key, known)}"


def _hint(key: str, known: Collection[str]) -> str:
    close = did_you_mean(key, known).removeprefix("; did you mean ").strip('"?')
    return f" (did you mean {{{{{close}}}}}?)" if close else ""


def _position(text: str, at: int) -> str:
    line = text.count("\n", 0, at)
    column = at - (text.rfind("\n", 0, at) + 1)
    return f"at line {line + 1}, column {column + 1}"
