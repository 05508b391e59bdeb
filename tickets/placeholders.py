"""The placeholders of reply templates: what they stand for, which are unknown, and which stayed empty. Pure."""

import re
from collections.abc import Mapping

KNOWN = {
    "client": "the client's name",
    "contact": "the contact's whole name",
    "contact_first_name": "the contact's first name",
    "key": "the ticket's number",
    "title": "the ticket's title",
    "service": "the vendor's service",
    "vendor": "the vendor",
    "device": "the device",
    "error_code": "the error code",
    "me": "who writes",
    "team": "the team that has the ticket",
    "due": "by when a solution was promised, on the client's clock",
}
TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms", "miss", "mx", "sir", "dame", "rev", "herr", "frau", "dipl-ing"})
_BRACES = re.compile(r"\{([^{}\n]{0,40})\}")
_BLANK = re.compile("|".join(rf"\[{name.replace('_', ' ')}\]" for name in KNOWN))


def unknown(text: str) -> list[str]:
    """What stands in braces and is no placeholder, each once, in order."""
    return list(dict.fromkeys(name for name in _BRACES.findall(text) if name.strip() not in KNOWN))


def fault(text: str) -> str:
    """Why a text cannot be a reply template, with the way out; "" where it can."""
    wrong = ", ".join(f"{{{name}}}" for name in unknown(text))
    known = ", ".join(f"{{{name}}}" for name in KNOWN)
    return f"Nothing is known by the name {wrong}. There are: {known}." if wrong else ""


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The text with its placeholders replaced by `facts`; one that is empty shows as a blank, such as “[contact]”."""
    return _BRACES.sub(lambda found: _fact(found[1].strip(), facts) or found[0], text)


def _fact(name: str, facts: Mapping[str, str]) -> str:
    if name not in KNOWN:
        return ""
    return facts.get(name, "").strip() or f"[{name.replace('_', ' ')}]"


def blanks(text: str) -> list[str]:
    """The blanks that somebody still has to fill, each once, in order."""
    return list(dict.fromkeys(_BLANK.findall(text)))


def first_name(name: str) -> str:
    """How somebody is greeted: the first of the names that is no title; the whole where only titles are left."""
    words = name.split()
    return next((word for word in words if word.strip(".").lower() not in TITLES), " ".join(words))
