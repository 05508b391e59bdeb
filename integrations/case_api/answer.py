"""What a vendor's API is told about a case, and where in its answer the vendor's own number stands. Pure."""

from collections.abc import Mapping
from typing import Any

LONGEST_NUMBER = 80  # characters


class NoNumber(ValueError):
    """The answer has no number that could be kept; the words say why, and hold nothing of the answer."""


def lodging(*, reference: str, subject: str, text: str, severity: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """A new case."""
    return {"reference": reference, "subject": subject, "text": text, "severity": severity, "fields": dict(fields)}


def about(*, number: str, reference: str, subject: str, text: str) -> dict[str, Any]:
    """A letter about a case that the vendor has: a reminder or a reply. By our reference where it gave no number."""
    return {"about": number or reference, "reference": reference, "subject": subject, "text": text}


def number_in(said: Any, number_at: str) -> str:
    """The vendor's number at a path such as "data.id" or "cases.0.key", as a text. Raises NoNumber."""
    found = said
    for step in number_at.split("."):
        found = _below(found, step, number_at)
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise NoNumber(f"what stands at {number_at} is neither a text nor a whole number")
    number = _text(found)
    if not number or len(number) > LONGEST_NUMBER or not number.isprintable():
        raise NoNumber(f"what stands at {number_at} is empty, longer than {LONGEST_NUMBER} characters, or no number")
    return number


def _text(found: str | int) -> str:
    try:
        return str(found).strip()
    except ValueError:  # a whole number of more digits than Python writes out
        return ""


def _below(found: Any, step: str, number_at: str) -> Any:
    if isinstance(found, dict) and step in found:
        return found[step]
    if isinstance(found, list) and step.isascii() and step.isdigit() and int(step) < len(found):
        return found[int(step)]
    raise NoNumber(f"nothing stands at {number_at}")
