"""What a value must look like, in words and by an example, for whoever types it. Pure.

Plain patterns are told: letters as they stand, one of some characters, and how often. Of any other the pattern itself
is shown; no example is given that the pattern would not take.
"""

import re
from dataclasses import dataclass

import re2

NAMES = {"0-9": "digits", "a-z": "small letters", "A-Z": "capital letters", "a-f": "a to f", "A-F": "A to F"}
SHORT = {r"\d": "0-9", r"\w": "a-zA-Z0-9_"}
PART = re.compile(r"(\[[^\]^\\]+\]|\\[dw]|\\[^a-zA-Z0-9]|[^\\\[\](){}*+?|.^$])(\{\d+(?:,\d*)?\}|[*+?])?")
RANGE = re.compile(r"(.)-(.)|(.)")
MOST = 48  # characters of an example


@dataclass(frozen=True, slots=True)
class _Part:
    """One of some characters, or one that is fixed, so and so often; `most` is None for any number."""

    signs: str
    words: str
    least: int
    most: int | None


def pattern_words(pattern: str) -> str:
    """A sentence for a pattern, such as "Expected: 4 digits, for example 0123."; "" for no pattern."""
    if not pattern:
        return ""
    parts = _parts(pattern)
    if not parts:
        return f"Expected form: {pattern}"
    said = ", then ".join(part.words for part in parts)
    example = _example(parts)
    shown = f", for example {example}" if example and re2.fullmatch(pattern, example) else ""
    return f"Expected: {said}{shown}."


def example_of(pattern: str) -> str:
    """The shortest value of this form, "" where none can be told; of a group what stands in it counts."""
    made = _example(_parts(pattern.replace("(", "").replace(")", "")))
    return made if made and re2.search(pattern, made) else ""


def _parts(pattern: str) -> list[_Part]:
    """The pattern part by part; nothing where some of it cannot be told in words."""
    bare = pattern.removeprefix("^").removesuffix("$")
    found, at, literal = [], 0, ""
    while at < len(bare):
        match = PART.match(bare, at)
        if match is None:
            return []
        sign, often = match.group(1), match.group(2) or ""
        fixed = not sign.startswith("[") and sign not in SHORT
        if fixed and not often:
            literal += sign[-1]
        else:
            found += _fixed(literal)
            found.append(_part(sign, often))
            literal = ""
        at = match.end()
    return found + _fixed(literal)


def _fixed(literal: str) -> list[_Part]:
    return [_Part(literal, f"“{literal}”", 1, 1)] if literal else []


def _part(sign: str, often: str) -> _Part:
    least, most = _times(often)
    if not sign.startswith("[") and sign not in SHORT:
        return _Part(sign[-1], f"{_often(least, most)} “{sign[-1]}”", least, most)
    inside = SHORT.get(sign) or sign[1:-1]
    signs = "".join(_spread(match) for match in RANGE.finditer(inside))
    named = " or ".join(_named(match) for match in RANGE.finditer(inside))
    plural = "" if (least, most) == (1, 1) else "s"
    kind = f"digit{plural}" if named == "digits" else f"character{plural} ({named})"
    return _Part(signs, f"{_often(least, most)} {kind}", least, most)


def _times(often: str) -> tuple[int, int | None]:
    if often in ("*", "+", "?", ""):
        return {"*": (0, None), "+": (1, None), "?": (0, 1), "": (1, 1)}[often]
    least, comma, most = often[1:-1].partition(",")
    return int(least), (int(most) if most else None) if comma else int(least)


def _often(least: int, most: int | None) -> str:
    if most is None:
        return f"{least} or more" if least else "any number of"
    return str(least) if least == most else f"{least} to {most}"


def _spread(match: re.Match[str]) -> str:
    first, last, alone = match.groups()
    return alone or "".join(chr(code) for code in range(ord(first), ord(last) + 1))


def _named(match: re.Match[str]) -> str:
    return match.group(3) or NAMES.get(match.group(0), match.group(0))


def _example(parts: list[_Part]) -> str:
    """The shortest value of that form, letters and digits before other signs; "" where it would be too long."""
    made = "".join(_repeated(part) for part in parts)
    return made if len(made) <= MOST else ""


def _repeated(part: _Part) -> str:
    often = max(part.least, 1 if part.most is None else 0)
    if part.words.startswith("“"):
        return part.signs
    plain = "".join(sign for sign in part.signs if sign.isalnum()) or part.signs
    return "".join(plain[index % len(plain)] for index in range(min(often, MOST + 1)))
