"""JSON as it must be: no duplicate keys, no NaN, no bottomless nesting, no text that a database cannot hold. Pure."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

DEPTH = 20
# NUL cannot be stored in PostgreSQL; a lone surrogate cannot be written as UTF-8.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class BadJSON(ValueError):
    """The text is no JSON that we take; the message says what is wrong and where."""


def read(raw: bytes, *, depth: int = DEPTH) -> Any:
    """The value that `raw` (UTF-8) says. Raises BadJSON."""
    try:
        value = json.loads(
            raw.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_constant, parse_float=_number
        )
    except UnicodeDecodeError as error:
        raise BadJSON(f"Not UTF-8 at byte {error.start}.") from None
    except json.JSONDecodeError as error:
        raise BadJSON(f"Line {error.lineno}, column {error.colno}: {error.msg}.") from None
    except RecursionError:
        raise BadJSON(_too_deep(depth)) from None
    except BadJSON:
        raise
    except ValueError:  # a whole number of thousands of digits
        raise BadJSON("A number is too long.") from None
    _check(value, "", depth, depth)
    return value


def unstorable(text: str) -> str:
    """What is wrong with a text that cannot be stored; "" when nothing is."""
    found = _UNSTORABLE.search(text)
    return f"has a character that cannot be stored (U+{ord(found.group()):04X})" if found else ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BadJSON(f"The key “{_shown(key)}” is given twice.")
        found[key] = value
    return found


def _constant(name: str) -> Any:
    raise BadJSON(f"{name} is not JSON.")


def _number(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise BadJSON(f"The number {text[:20]} is too large.")
    return value


def _check(value: Any, path: str, left: int, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, (Mapping, list)):
        if not left:
            raise BadJSON(_too_deep(depth))
        rows = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, inner in rows:
            if isinstance(key, str):
                _check_text(key, path)
            _check(inner, f"{path}.{key}" if path else str(key), left - 1, depth)


def _check_text(text: str, path: str) -> None:
    if problem := unstorable(text):
        raise BadJSON(f"“{_shown(path)}” {problem}." if path else f"A text {problem}.")


def _shown(text: str) -> str:
    return _UNSTORABLE.sub("?", text)[:80]


def _too_deep(depth: int) -> str:
    return f"Nested deeper than {depth} levels."
