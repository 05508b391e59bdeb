"""What is different between two texts, line by line, and inside lines that changed word by word. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

KEPT, ADDED, REMOVED, LEFT_OUT = "KEPT", "ADDED", "REMOVED", "LEFT_OUT"
AROUND = 2
MOST_WORDS = 4000


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that were kept, added or removed."""

    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the comparison, in pieces; `what` is KEPT when all of it was, LEFT_OUT where kept lines are skipped,
    of which `skipped` says how many."""

    what: str
    pieces: tuple[Piece, ...] = ()
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """The lines that changed with some around them; how many words were added and removed."""

    lines: tuple[Line, ...]
    added: int
    removed: int

    @property
    def is_none(self) -> bool:
        return not self.added and not self.removed and not self.lines


def difference(before: str, after: str) -> Difference:
    """How `after` differs from `before`; of what was kept only the lines next to a change are shown."""
    first, second = before.splitlines(), after.splitlines()
    head = _alike(first, second)
    tail = _alike(first[head:][::-1], second[head:][::-1])
    middle = _changes(first[head : len(first) - tail], second[head : len(second) - tail])
    changed = [line for change in middle for line in change]
    lines = [*_whole(first[:head], KEPT), *changed, *_whole(first[len(first) - tail :], KEPT)]
    shown = tuple(_shortened(lines))
    return Difference(shown, _count(lines, ADDED), _count(lines, REMOVED))


def _alike(first: Sequence[str], second: Sequence[str]) -> int:
    """How many lines at the beginning of both are the same; what is left to compare may be much less."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(first), len(second)))


def _changes(first: Sequence[str], second: Sequence[str]) -> Iterator[list[Line]]:
    for tag, a, b, c, d in SequenceMatcher(None, first, second).get_opcodes():
        if tag == "equal":
            yield _whole(first[a:b], KEPT)
        elif tag == "replace":
            yield _replaced(first[a:b], second[c:d])
        else:
            yield _whole(first[a:b], REMOVED) + _whole(second[c:d], ADDED)


def _replaced(before: Sequence[str], after: Sequence[str]) -> list[Line]:
    """Lines that took the place of as many others are compared word by word; else they stand one after the other."""
    words = sum(map(len, map(_split, [*before, *after])))
    if len(before) != len(after) or words > MOST_WORDS:
        return _whole(before, REMOVED) + _whole(after, ADDED)
    return [Line(ADDED, tuple(_compared(*pair))) for pair in zip(before, after, strict=True)]


def _compared(before: str, after: str) -> Iterator[Piece]:
    first, second = _split(before), _split(after)
    for tag, a, b, c, d in SequenceMatcher(None, first, second).get_opcodes():
        if tag == "equal":
            yield Piece(KEPT, "".join(first[a:b]))
            continue
        if removed := "".join(first[a:b]):
            yield Piece(REMOVED, removed)
        if added := "".join(second[c:d]):
            yield Piece(ADDED, added)


def _split(text: str) -> list[str]:
    """Words and what stands between them; joined they are the text again."""
    return re.findall(r"\w+|\s+|[^\w\s]", text)


def _whole(lines: Sequence[str], what: str) -> list[Line]:
    return [Line(what, (Piece(what, text),)) for text in lines]


def _shortened(lines: Sequence[Line]) -> Iterator[Line]:
    """Without the kept lines that are far from a change."""
    near = set()
    for place, line in enumerate(lines):
        if line.what != KEPT:
            near |= set(range(place - AROUND, place + AROUND + 1))
    skipped = 0
    for place, line in enumerate(lines):
        if place in near:
            if skipped:
                yield Line(LEFT_OUT, skipped=skipped)
            skipped = 0
            yield line
        else:
            skipped += 1
    if skipped and near:
        yield Line(LEFT_OUT, skipped=skipped)


def _count(lines: Sequence[Line], what: str) -> int:
    return sum(len(re.findall(r"\w+", piece.text)) for line in lines for piece in line.pieces if piece.what == what)
