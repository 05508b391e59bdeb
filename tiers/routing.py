"""Which rule sends a ticket where, and why. Pure: ordered rules and what is known in, a route with reasons out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import re2

from accounts.pattern_parts import WORD_BEGINS, WORD_ENDS, ends_words

# An error code stands alone in human text: not inside a longer word or number.
_CODE = r"(?i)(?:^|[^0-9A-Za-z_-])(?:{})(?:$|[^0-9A-Za-z_-])"


@dataclass(frozen=True, slots=True)
class Request:
    """What is known about a ticket before it is routed; empty where unknown."""

    title: str
    body: str = ""
    device_type: str = ""
    os: str = ""
    error_code: str = ""
    source: str = ""
    category: str = ""
    client: str = ""

    @property
    def text(self) -> str:
        return f"{self.title}\n{self.body}"


@dataclass(frozen=True, slots=True)
class Route:
    """What the rules decided; a key that no rule set is absent from `then`."""

    then: Mapping[str, Any] = field(default_factory=dict)
    because: tuple[str, ...] = ()
    error_code: str = ""


def route(rules: Sequence[Mapping[str, Any]], request: Request) -> Route:
    """Apply the rules in order: the first to set a key wins, tags add up, a rule that stops ends it."""
    then: dict[str, Any] = {}
    because: list[str] = []
    code = request.error_code
    for rule in rules:
        matched = matches(rule["when"], request)
        if matched is None:
            continue
        _take(rule["then"], then)
        code = code or found_code(rule["when"], request)
        because.append(f"Rule “{rule['name']}” matched: {'; '.join(matched) or 'it has no condition'}.")
        if rule.get("stop", True):
            break
    return Route(then, tuple(because), code)


def matches(when: Mapping[str, Any], request: Request) -> list[str] | None:
    """What matched, in words, when every condition holds; None when one does not."""
    words: list[str] = []
    for key, wanted in when.items():
        reason = _CHECKS[key](wanted, request)
        if not reason:
            return None
        words.append(reason)
    return words


def found_code(when: Mapping[str, Any], request: Request) -> str:
    """The rule's error code that the request carries, in its field or in human text; "" when none."""
    return next((code for code in _listed(when.get("error_code")) if _carries(code, request)), "")


def _take(then: Mapping[str, Any], into: dict[str, Any]) -> None:
    for key, value in then.items():
        if key == "tags":
            into["tags"] = [*into.get("tags", []), *(t for t in value if t not in into.get("tags", []))]
        else:
            into.setdefault(key, value)


def _keywords(wanted: Sequence[str], request: Request) -> str:
    found = next((w for w in wanted if _is_found(w, request.text)), None)
    return f"the keyword “{found}”" if found else ""


def _is_found(keyword: str, text: str) -> bool:
    """The letters are looked for first: most keywords are not there at all, and edges take long to be compiled."""
    if _pattern(_letters(keyword)).search(text) is None:
        return False
    return _pattern(keyword_expression(keyword)).search(text) is not None


def _regex(wanted: str, request: Request) -> str:
    found = _pattern(wanted).search(request.text)
    return f"the text “{found.group(0)[:60]}”" if found else ""


def _error_code(wanted: str | Sequence[str], request: Request) -> str:
    code = found_code({"error_code": wanted}, request)
    where = "field" if code.lower() == request.error_code.lower() else "text"
    return f"the error code {code} in the {where}" if code else ""


def _os(wanted: str, request: Request) -> str:
    return f"the operating system {request.os}" if wanted.lower() in request.os.lower() else ""


def _equal(name: str, words: str) -> Any:
    def check(wanted: str, request: Request) -> str:
        have = getattr(request, name)
        return f"{words} {have}" if have and have.lower() == wanted.lower() else ""

    return check


_CHECKS: Mapping[str, Any] = {
    "keywords": _keywords,
    "regex": _regex,
    "error_code": _error_code,
    "os": _os,
    "device_type": _equal("device_type", "the device type"),
    "source": _equal("source", "the source"),
    "category": _equal("category", "the category"),
    "client": _equal("client", "the client"),
}


def _carries(code: str, request: Request) -> bool:
    if request.error_code.lower() == code.lower():
        return True
    return _pattern(code_expression(code)).search(request.text) is not None


def keyword_expression(*keywords: str) -> str:
    """What is looked for in the text where a rule has one of these keywords: in any case, not inside a longer word.

    An end that is no letter or number, as that of "c++", has no word to be inside of, and may stand beside anything.
    """
    by_edges: dict[tuple[str, str], list[str]] = {}
    for keyword in keywords:
        edges = "" if ends_words(keyword[:1]) else WORD_BEGINS, "" if ends_words(keyword[-1:]) else WORD_ENDS
        by_edges.setdefault(edges, []).append(keyword)
    return "|".join(f"{begins}{_letters(*same)}{ends}" for (begins, ends), same in by_edges.items())


def _letters(*keywords: str) -> str:
    return f"(?i:{'|'.join(map(re.escape, keywords))})"


def code_expression(code: str) -> str:
    """What is looked for in the text where a rule has this error code."""
    return _CODE.format(re.escape(code))


@lru_cache(maxsize=2048)
def _pattern(expression: str) -> Any:
    return re2.compile(expression, _quiet())


@lru_cache(maxsize=1)
def _quiet() -> Any:
    """A draft's broken expression is told to its author, not to the log."""
    options = re2.Options()
    options.log_errors = False
    return options


def _listed(value: str | Iterable[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
