"""The nearest known word to a mistyped one, for messages."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "Gold"?` when a known word is close to `word`, else nothing."""
    by_lower = {other.lower(): other for other in known}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f'; did you mean "{by_lower[close[0]]}"?' if close else ""
