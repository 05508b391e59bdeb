"""The words of a page while they are being edited: examples moved, removed, or begun from a generated one. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from clients.page_words import MOST_SCENARIOS
from documents.guide.scenarios import Scenario

Words = Mapping[str, Any]


def arranged(words: Words, act: str, generated: Sequence[Scenario]) -> Words:
    """The words after `act`: "up-1", "down-0", "remove-2" by place, "use-server" by key; unchanged by any other."""
    verb, _, what = act.partition("-")
    rows = list(words.get("scenarios") or ())
    if verb == "use":
        return _used(words, rows, [row for row in generated if row.key == what])
    if not (what.isascii() and what.isdigit() and int(what) < len(rows)):
        return words
    place = int(what)
    if verb == "remove":
        del rows[place]
    elif verb in _BY and 0 <= place + _BY[verb] < len(rows):
        rows.insert(place + _BY[verb], rows.pop(place))
    return {**words, "scenarios": rows}


_BY = {"up": -1, "down": 1}


def _used(words: Words, rows: Sequence[Mapping[str, str]], found: Sequence[Scenario]) -> Words:
    """The generated example becomes a written one to be changed, and is hidden itself."""
    if not found or len(rows) == MOST_SCENARIOS:
        return words
    written = {"title": found[0].title, "text": found[0].text}
    hidden = [key for key in words.get("hidden") or () if key != found[0].key]
    return {**words, "scenarios": [*rows, written], "hidden": [*hidden, found[0].key]}
