"""Durations as people write them in agreements and policies: `20s`, `15m`, `4h`, `1h30m`.

There is no `d`: a day could mean 24 hours or an opening day, and a promise must not be ambiguous.
"""

import re

LONGEST_SECONDS = 8784 * 3600  # a leap year; anything longer is a typing mistake
MINUTE, HOUR, DAY = 60, 3600, 86400
_UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1, "s"))
_HOURS_UP_TO = 3 * DAY
_SHAPE = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?", re.ASCII)


def parse(text: str) -> int:
    """The seconds that `text` stands for: hours, minutes, seconds, in this order, each at most once.

    In: "20s", "15m", "90m", "4h", "1h30m", with blanks or without. Out: whole seconds, 0 for "0s".
    Raises ValueError, in words for the person who wrote it, for anything else.
    """
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is not a duration: write it like 20s, 15m, 4h or 1h30m")
    match = _SHAPE.fullmatch("".join(text.split()))
    if not match or not any(match.groups()):
        raise ValueError(_complaint(text))
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return _checked(hours * 3600 + minutes * 60 + seconds, text)


def text(seconds: int) -> str:
    """The one canonical way to write `seconds`, so that `parse(text(n)) == n`.

    In: whole seconds, 0 or more. Out: "20s", "15m", "1h30m"; parts that are zero are left out, 0 is "0s".
    Raises ValueError for a negative number.
    """
    if seconds < 0:
        raise ValueError(f"a duration cannot be negative: {seconds} seconds")
    minutes, rest = divmod(seconds, 60)
    parts = zip((minutes // 60, minutes % 60, rest), "hms", strict=True)
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def short_words(seconds: float) -> str:
    """A length of time in its two largest units: "15 min", "4 h", "1 h 30 min"; hours up to three days."""
    left = int(abs(seconds))
    largest = HOUR if HOUR <= left < _HOURS_UP_TO else left
    parts = []
    for size, unit in _UNITS:
        if size <= largest and left >= size:
            parts.append(f"{left // size} {unit}")
            left %= size
    return " ".join(parts[:2]) or "0 s"


def _complaint(text: str) -> str:
    if re.search(r"\d\s*d", text, re.ASCII):
        return f"{text!r}: a day is ambiguous (24 hours, or an opening day?): write hours, as in 24h or 8h"
    return f"{text!r} is not a duration: write it like 20s, 15m, 4h or 1h30m"


def _checked(seconds: int, text: str) -> int:
    if seconds > LONGEST_SECONDS:
        raise ValueError(f"{text!r} is longer than a year")
    return seconds


def words(seconds: int) -> str:
    """A duration as people say it: "20 seconds", "15 minutes", "1 hour 30 minutes". Rounds to whole seconds."""
    parts = ((seconds // 3600, "hour"), (seconds % 3600 // 60, "minute"), (seconds % 60, "second"))
    said = [f"{number} {unit}{'s' if number != 1 else ''}" for number, unit in parts if number]
    return " ".join(said) or "no time"
