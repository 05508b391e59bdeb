"""A regular expression of re2 taken apart into an automaton. Pure: an expression in, nodes and their moves out.

What a single character class holds is asked of re2 itself, so that this can't differ from what runs. What is rare and
would need tables (Unicode classes, code points in hexadecimal, ranges beyond ASCII) raises Undecided. Known besides are
the edges of words in any script, `WORD_BEGINS` and `WORD_ENDS`, which stand around words that people write down.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import re2

BEGIN_TEXT, BEGIN_LINE, END_TEXT, END_LINE, BOUNDARY, NO_BOUNDARY = "^text", "^line", "text$", "line$", "b", "B"
NO_WORD_BEFORE, NO_WORD_AFTER = "before a word", "after a word"
MOST_NODES = 3000
# What ends a word: all but letters, their marks, numbers and the underscore; and what is written without blanks between
# words, or with endings put straight on (Korean), where no character tells.
BESIDE_WORDS = r"(?:[^\pL\pM\pN_]|[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}])"
WORD_BEGINS, WORD_ENDS = f"(?:^|{BESIDE_WORDS})", f"(?:$|{BESIDE_WORDS})"
Atom = tuple[str, str]  # flags and source of what stands for one character

_REPEAT = re.compile(r"\*|\+|\?|\{(\d+)(,(\d*))?\}")
_GROUP = re.compile(r"\(\?(?:P?<\w+>|([imsU]*)(?:-([imsU]+))?([:)]))")
_CLASS_PART = re.compile(
    r"\[:\^?\w+:\]|\\x[0-7][0-9A-Fa-f]|\\[dDsSwWntrfva]|\\[^0-9A-Za-z\x80-\U0010FFFF]|[^\]\\]", re.S
)
_ESCAPED = re.compile(r"\\(?:x[0-7][0-9A-Fa-f]|[dDsSwWntrfva]|[^0-9A-Za-z\x80-\U0010FFFF])", re.S)
_WORD_EDGES = {WORD_BEGINS: NO_WORD_BEFORE, WORD_ENDS: NO_WORD_AFTER}
_EDGES = {"\\A": BEGIN_TEXT, "\\z": END_TEXT, "\\b": BOUNDARY, "\\B": NO_BOUNDARY}


class Undecided(Exception):
    """This can't be decided here; whoever asks must not claim anything."""


@dataclass(slots=True)
class Automaton:
    """Nodes by number: where each leads without reading, at which edge, and by which character. 0 begins, 1 accepts."""

    free: list[list[int]] = field(default_factory=list)
    edges: list[list[tuple[str, int]]] = field(default_factory=list)
    moves: list[list[tuple[Atom, int]]] = field(default_factory=list)
    characters: set[str] = field(default_factory=set)

    def node(self) -> int:
        """A new node's number. Raises Undecided where there are too many."""
        if len(self.free) >= MOST_NODES:
            raise Undecided("the expression repeats too much")
        for rows in (self.free, self.edges, self.moves):
            rows.append([])
        return len(self.free) - 1

    @property
    def atoms(self) -> set[Atom]:
        return {atom for row in self.moves for atom, _ in row}


# A part of an expression: put between two nodes of an automaton.
Part = Callable[[Automaton, int, int], None]


@lru_cache(maxsize=1024)
def compiled(expression: str) -> "re2._Regexp":
    """What runs. Raises re2.error."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(expression, options)


@lru_cache(maxsize=512)
def automaton(expression: str) -> Automaton:
    """The automaton of `expression`. Raises Undecided for what is no expression, or not understood here."""
    try:
        compiled(expression)
    except re2.error as error:
        raise Undecided("this is no expression") from error
    built = Automaton()
    begin, accept = built.node(), built.node()
    reader = _Reader(expression)
    whole = reader.alternatives()
    if reader.at < len(expression):
        raise Undecided(f"not understood from {expression[reader.at :]}")
    built.characters = reader.characters
    whole(built, begin, accept)
    return built


class _Reader:
    """Reads an expression from left to right; `flags` are those that hold where it stands."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.flags = text, 0, frozenset[str]()
        self.characters: set[str] = set()

    def alternatives(self) -> Part:
        ways = [self._sequence()]
        while self.text.startswith("|", self.at):
            self.at += 1
            ways.append(self._sequence())
        return ways[0] if len(ways) == 1 else _either(ways)

    def _sequence(self) -> Part:
        parts: list[Part] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            part = self._one()
            while (repeat := _REPEAT.match(self.text, self.at)) is not None:
                self.at = repeat.end() + self.text.startswith("?", repeat.end())
                part = _repeated(part, *_bounds(repeat))
            parts.append(part)
        return _chain(parts)

    def _one(self) -> Part:
        char = self.text[self.at]
        readers = {"(": self._group, "[": self._class, "\\": self._escape}
        if char in readers:
            return readers[char]()
        self.at += 1
        lines = "m" in self.flags
        match char:
            case "^":
                return _edge(BEGIN_LINE if lines else BEGIN_TEXT)
            case "$":
                return _edge(END_LINE if lines else END_TEXT)
        return self._atom(char if char == "." or char.isalnum() or not char.isascii() else "\\" + char)

    def _group(self) -> Part:
        return self._word_edge() or self._plain_group()

    def _word_edge(self) -> Part | None:
        """An edge of a word in any script; what it takes beside the word can be left unread, since nothing follows."""
        found = next((e for e in _WORD_EDGES if self.text.startswith(e, self.at)), None)
        if found is None or "i" in self.flags:
            return None
        self.at += len(found)
        return _edge(_WORD_EDGES[found])

    def _plain_group(self) -> Part:
        around, opened = self.flags, _GROUP.match(self.text, self.at)
        if opened is None and self.text.startswith("(?", self.at):
            raise Undecided("a group of an unknown kind")
        self.at = opened.end() if opened else self.at + 1
        if opened and opened[3]:
            self.flags = (around | set(opened[1] or "")) - set(opened[2] or "")
            if opened[3] == ")":
                return _chain([])  # it holds up to the end of the group around
        inside = self.alternatives()
        self.at += 1
        self.flags = around
        return inside

    def _escape(self) -> Part:
        written = self.text[self.at : self.at + 2]
        if written in _EDGES:
            self.at += 2
            return _edge(_EDGES[written])
        found = _ESCAPED.match(self.text, self.at)
        if found is None:
            raise Undecided(f"not understood: {written}")
        self.at = found.end()
        return self._atom(found[0])

    def _class(self) -> Part:
        began = self.at
        self.at += 2 if self.text.startswith("[^", began) else 1
        self.at += self.text.startswith("]", self.at)  # the first stands for itself
        while not self.text.startswith("]", self.at):
            part = _CLASS_PART.match(self.text, self.at)
            if part is None:
                raise Undecided(f"not understood: {self.text[self.at :]}")
            self.at = part.end()
        self.at += 1
        return self._atom(self.text[began : self.at])

    def _atom(self, source: str) -> Part:
        strange = {char for char in source if not char.isascii()}
        if strange and re.search(r"-[^\x00-\x7f]|[^\x00-\x7f]-", source):
            raise Undecided("a range beyond ASCII")
        flags = "".join(sorted(self.flags & {"i", "s"}))
        self.characters |= {char for one in strange for char in (cases(one) if "i" in flags else one)}
        return lambda built, begin, end: built.moves[begin].append(((flags, source), end))


@lru_cache(maxsize=4096)
def ends_words(char: str) -> bool:
    """Whether a word is at its end where this character stands beside it."""
    return re2.fullmatch(BESIDE_WORDS, char) is not None


@lru_cache(maxsize=1024)
def cases(char: str) -> frozenset[str]:
    """Every character that re2 takes for `char` where case doesn't matter."""
    return frozenset(re2.findall(f"(?i){char}", _everything()))


@lru_cache(maxsize=1)
def _everything() -> str:
    return "".join(chr(code) for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000)


def _bounds(repeat: re.Match[str]) -> tuple[int, int | None]:
    """How often at least and at most; None = without end."""
    if repeat[1] is None:
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[repeat[0]]
    least = int(repeat[1])
    return least, least if repeat[2] is None else int(repeat[3]) if repeat[3] else None


def _edge(kind: str) -> Part:
    return lambda built, begin, end: built.edges[begin].append((kind, end))


def _chain(parts: list[Part]) -> Part:
    def put(built: Automaton, begin: int, end: int) -> None:
        for part in parts:
            after = built.node()
            part(built, begin, after)
            begin = after
        built.free[begin].append(end)

    return put


def _either(ways: list[Part]) -> Part:
    def put(built: Automaton, begin: int, end: int) -> None:
        for way in ways:
            own = built.node()
            built.free[begin].append(own)
            way(built, own, end)

    return put


def _repeated(part: Part, least: int, most: int | None) -> Part:
    def put(built: Automaton, begin: int, end: int) -> None:
        for _ in range(least):
            begin = _then(built, part, begin)
        for _ in range((most or least) - least):
            built.free[begin].append(end)
            begin = _then(built, part, begin)
        if most is None:
            again = built.node()
            built.free[begin].append(again)
            part(built, again, begin := built.node())
            built.free[begin].append(again)
            built.free[again].append(end)
            return
        built.free[begin].append(end)

    return put


def _then(built: Automaton, part: Part, begin: int) -> int:
    """`part` from a node of its own, so that what leads back into it can't lead past what stood before."""
    own, after = built.node(), built.node()
    built.free[begin].append(own)
    part(built, own, after)
    return after
