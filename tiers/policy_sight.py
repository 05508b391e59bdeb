"""What of a policy somebody may read who does not see every client. Pure: a document in, the part that is theirs out.

A client exception or a routing rule for a client that the reader does not see is left out, and so is one whose
conditions or decisions have such a client's name. Where the words that people wrote beside what is left name one in
passing, "another client" stands in its place.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Row = Mapping[str, Any]
Document = Mapping[str, Any]
ANOTHER = "another client"
OTHERS = "others that you do not see"
# What people wrote beside a row, and which of its values are lists of plain text.
_WORDS = ("reason", "client_text", "name")
_LISTS = ("keywords", "error_code")


@dataclass(frozen=True)
class Sight:
    """Whom a reader sees: the names of the clients that are `seen`, and of those that there are besides."""

    seen: frozenset[str] = field(default_factory=frozenset)
    unseen: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_whole(self) -> bool:
        """Whether there is no client that the reader does not see."""
        return not self.unseen

    def sees(self, client: str) -> bool:
        """Whether the client is one of the reader's; its name in any case, as conditions are written."""
        return self.is_whole or client.casefold() in self._seen

    def told(self, text: str) -> str:
        """A text without the names of clients that the reader does not see."""
        return text if self.is_whole else self._names.sub(ANOTHER, text)

    def concerns(self, document: Document) -> bool:
        """Whether the policy is for anybody whom the reader sees."""
        clients = document.get("clients") or ()
        return not clients or any(map(self.sees, clients))

    def names_unseen(self, text: str) -> bool:
        """Whether the text has the name of a client that the reader does not see, as a word of its own."""
        return not self.is_whole and self._names.search(text) is not None

    @cached_property
    def _seen(self) -> frozenset[str]:
        return frozenset(name.casefold() for name in self.seen)

    @cached_property
    def _names(self) -> re.Pattern[str]:
        longest_first = sorted(self.unseen, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a document that a reader may see, and how many exceptions and rules were left out of it."""

    document: dict[str, Any]
    exceptions: int = 0
    rules: int = 0


def part(document: Document, sight: Sight) -> Part:
    """The document as this reader may see it; the whole of it for who sees every client."""
    if sight.is_whole:
        return Part(dict(document))
    exceptions, rules = document.get("exceptions") or (), document.get("routing") or ()
    own = [row for row in exceptions if _is_open(row, sight)]
    told = [rule for rule in rules if _is_open(rule.get("when") or {}, sight) and _is_open(rule["then"], sight)]
    shown = {
        "clients": _clients(document.get("clients") or (), sight),
        "exceptions": [_told(row, sight) for row in own],
        "routing": [_told(rule, sight) for rule in told],
    }
    kept = {key: shown.get(key, value) for key, value in document.items()}
    return Part(kept, len(exceptions) - len(own), len(rules) - len(told))


def _clients(names: Sequence[str], sight: Sight) -> list[str]:
    """One word stands for all the others, so that a policy for some clients never reads as one for everybody."""
    seen = [name for name in names if sight.sees(name)]
    return seen if len(seen) == len(names) else [*seen, OTHERS]


def _is_open(facts: Row, sight: Sight) -> bool:
    """Whether these conditions, or decisions, are for no client that the reader does not see, and name none."""
    if facts.get("client") and not sight.sees(facts["client"]):
        return False
    return not any(map(sight.names_unseen, _values(facts)))


def _values(facts: Row) -> Iterator[str]:
    for key, value in facts.items():
        if isinstance(value, str) and key not in _WORDS:
            yield value
        elif isinstance(value, Sequence) and key in _LISTS:
            yield from value


def _told(row: Row, sight: Sight) -> dict[str, Any]:
    told = {key: sight.told(value) if key in _WORDS and value else value for key, value in row.items()}
    tags = (row.get("then") or {}).get("tags")
    return told | {"then": {**row["then"], "tags": [sight.told(tag) for tag in tags]}} if tags else told
