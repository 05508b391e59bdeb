"""Which texts regular expressions are found in: an example, or the proof that there is none. Pure.

All expressions are walked at once, character by character, over every state that they can be in together. Characters
that none of them tells apart are tried once. So "there is none" is a proof, and where it would take too long Undecided
is raised: nothing is guessed.

How long it takes is counted in steps, one for each character that one expression reads, and not in seconds, so that the
same question has the same answer on every machine. One search has `MOST_STEPS`, many together have a `Budget`.
"""

import math
import string
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush
from itertools import count

import re2

from accounts.pattern_parts import (
    BEGIN_LINE,
    BEGIN_TEXT,
    BOUNDARY,
    END_LINE,
    END_TEXT,
    NO_WORD_AFTER,
    NO_WORD_BEFORE,
    Atom,
    Automaton,
    Undecided,
    automaton,
    compiled,
    ends_words,
)

__all__ = ["Budget", "Undecided", "covering", "example"]
MOST_STATES = 3000
MOST_STEPS = 100_000
# A WORD is one to re2, which is ASCII; a LETTER goes on with a word in another alphabet.
BEGIN, LINE, WORD, LETTER, OTHER, END = "begin", "line", "word", "letter", "other", "end"
_WORDS = string.ascii_lowercase + string.digits + string.ascii_uppercase + "_"
# Nice ones first; then the two beyond ASCII that fold into it, and two that stand for all other characters: one within
# words, and one that ends them.
_REST = "".join(map(chr, range(1, 128)))
ALPHABET = "".join(dict.fromkeys(_WORDS + " \n-." + _REST)) + "\u017f\u212a\u16a0\ue000"
_BEGINS = {BEGIN_TEXT: (BEGIN,), BEGIN_LINE: (BEGIN, LINE)}
_ENDS = {END_TEXT: (END,), END_LINE: (END, LINE)}
# What each expression was brought to: nodes, or None once it was found.
Places = tuple[frozenset[int] | None, ...]
State = tuple[str, bool, Places]


@dataclass(slots=True)
class Budget:
    """How many steps searches may still take together; one that was begun is finished.

    `fell_short` once a search could not be begun.
    """

    left: int
    fell_short: bool = False

    def check(self) -> None:
        """Raises Undecided when nothing is left."""
        if self.left <= 0:
            self.fell_short = True
            raise Undecided("there is too much to look through")


def covering(
    wanted: Sequence[str], catching: Sequence[Sequence[str]], budget: Budget | None = None
) -> list[int] | None:
    """Which of `catching` together catch every text with a line break in which all of `wanted` are found.

    A text is caught by a group of which all are found. Out: their indexes, none of which can be left out; [] when no
    text has all of `wanted`; None when a text escapes them all. Raises Undecided.
    """
    used: list[int] = []
    while (text := example(tuple(wanted), tuple(tuple(catching[i]) for i in used), budget=budget)) is not None:
        caught = next((i for i, group in enumerate(catching) if all(_found(e, text) for e in group)), None)
        if caught is None:
            return None
        used.append(caught)
    return _needed(wanted, catching, sorted(used), budget)


def _needed(
    wanted: Sequence[str], catching: Sequence[Sequence[str]], used: list[int], budget: Budget | None
) -> list[int]:
    for index in list(used):
        others = [i for i in used if i != index]
        try:
            if example(tuple(wanted), tuple(tuple(catching[i]) for i in others), budget=budget) is None:
                used = others
        except Undecided:
            continue  # it may be needed, so it stays
    return used


def _found(expression: str, text: str) -> bool:
    return compiled(expression).search(text) is not None


def example(
    wanted: tuple[str, ...], never: tuple[tuple[str, ...], ...] = (), *, break_needed: bool = True,
    budget: Budget | None = None,
) -> str | None:  # fmt: skip
    """A shortest text in which all of `wanted` are found, and of no group in `never` all are; None when there is none.

    The text has a line break, as that between a ticket's title and its body, unless `break_needed` is False. What the
    search took is taken off the `budget`, also where the answer is known from before. Raises Undecided when an
    expression isn't understood, there are too many states to try, or nothing is left of the budget.
    """
    if budget:
        budget.check()
    found, steps = _searched(wanted, never, break_needed)
    if budget:
        budget.left -= steps
    if isinstance(found, Undecided):
        raise Undecided(str(found))
    return found


@lru_cache(maxsize=4096)
def _searched(
    wanted: tuple[str, ...], never: tuple[tuple[str, ...], ...], break_needed: bool
) -> tuple[str | Undecided | None, int]:
    """The example, or why none can be told, and the steps that it took."""
    try:
        walk = _Walk(wanted, never, break_needed)
    except Undecided as reason:
        return reason, 1
    try:
        return walk.example(), walk.steps
    except Undecided as reason:
        return reason, walk.steps


class _Walk:
    """One search: what may lead to the shortest text is looked at first, by how much each expression still needs."""

    def __init__(self, wanted: Sequence[str], never: Sequence[Sequence[str]], break_needed: bool) -> None:
        expressions = list(dict.fromkeys([*wanted, *(e for group in never for e in group)]))
        self.runs = [_Run(automaton(expression)) for expression in expressions]
        self.wanted = [expressions.index(e) for e in wanted]
        self.never = [[expressions.index(e) for e in group] for group in never]
        self.break_needed = break_needed
        self.signs = _signs([run.automaton for run in self.runs])
        # To tell the characters apart takes a while too: about a step for four of them.
        self.steps = sum(len(run.automaton.free) + len(ALPHABET) * len(run.automaton.atoms) // 4 for run in self.runs)

    def example(self) -> str | None:
        state: State = (BEGIN, not self.break_needed, tuple(frozenset([0]) for _ in self.runs))
        seen, order, waiting = {state}, count(), [(self._least(state), 0, state, "")]
        while waiting:
            _, _, state, text = heappop(waiting)
            if self._holds(state):
                return text
            self.steps += len(self.signs) * len(self.runs)
            for sign in self.signs:
                after = self._read(state, sign)
                if after not in seen and not self._caught(after[2]):
                    seen.add(after)
                    heappush(waiting, (len(text) + 1 + self._least(after), next(order) + 1, after, text + sign))
            if len(seen) > MOST_STATES or self.steps > MOST_STEPS:
                raise Undecided("there are too many ways to tell")
        return None

    def _least(self, state: State) -> float:
        """How many characters are needed at least until all of `wanted` are found."""
        return max((self.runs[i].least(state[2][i]) for i in self.wanted), default=0)

    def _read(self, state: State, sign: str) -> State:
        before, broken, places = state
        kind = kind_of(sign)
        moved = tuple(
            None if place is None else run.read(place, before, kind, sign)
            for run, place in zip(self.runs, places, strict=True)
        )
        return kind, broken or kind == LINE, moved

    def _holds(self, state: State) -> bool:
        before, broken, places = state
        at_end = tuple(
            None if place is None or run.accepts(place, before, END) else place
            for run, place in zip(self.runs, places, strict=True)
        )
        return broken and all(at_end[i] is None for i in self.wanted) and not self._caught(at_end)

    def _caught(self, places: Places) -> bool:
        return any(all(places[i] is None for i in group) for group in self.never)


class _Run:
    """One expression on its way through a text, searched for at every place."""

    def __init__(self, walked: Automaton) -> None:
        self.automaton = walked
        self.ahead = _ahead(walked)
        self.reached: dict[tuple[frozenset[int], str, str], frozenset[int]] = {}
        self.known: dict[tuple[frozenset[int], str, str], frozenset[int] | None] = {}

    def least(self, place: frozenset[int] | None) -> float:
        """How many characters are needed at least from here until it is found; edges aside."""
        return 0 if place is None else min(self.ahead[node] for node in place)

    def accepts(self, place: frozenset[int], before: str, after: str) -> bool:
        return 1 in self._reachable(place, before, after)

    def read(self, place: frozenset[int], before: str, kind: str, sign: str) -> frozenset[int] | None:
        """Where it stands after `sign`; None when it was found before it."""
        key = (place, before, sign)
        if key not in self.known:
            self.known[key] = self._moved(place, before, kind, sign)
        return self.known[key]

    def _moved(self, place: frozenset[int], before: str, kind: str, sign: str) -> frozenset[int] | None:
        reached = self._reachable(place, before, kind)
        if 1 in reached:
            return None
        moves = (move for node in reached for move in self.automaton.moves[node])
        return frozenset([0, *(end for atom, end in moves if holds(atom, sign))])

    def _reachable(self, place: frozenset[int], before: str, after: str) -> frozenset[int]:
        """The nodes that are reached between these two kinds of characters without reading."""
        key = (place, before, after)
        if key not in self.reached:
            found, waiting = set(place), list(place)
            while waiting:
                node = waiting.pop()
                edges = (end for edge, end in self.automaton.edges[node] if _passes(edge, before, after))
                new = {*self.automaton.free[node], *edges} - found
                found |= new
                waiting += new
            self.reached[key] = frozenset(found)
        return self.reached[key]


def _ahead(walked: Automaton) -> list[float]:
    """For each node how many characters lie between it and the end at least, edges aside."""
    back: list[list[tuple[int, int]]] = [[] for _ in walked.free]
    for node, ends in enumerate(walked.free):
        for end in [*ends, *(end for _, end in walked.edges[node])]:
            back[end].append((0, node))
        for _, end in walked.moves[node]:
            back[end].append((1, node))
    ahead = [math.inf] * len(back)
    waiting = deque([(0, 1)])
    while waiting:
        far, node = waiting.popleft()
        if far < ahead[node]:
            ahead[node] = far
            for more, before in back[node]:
                (waiting.append if more else waiting.appendleft)((far + more, before))
    return ahead


def _passes(edge: str, before: str, after: str) -> bool:
    if edge in _BEGINS:
        return before in _BEGINS[edge]
    if edge in _ENDS:
        return after in _ENDS[edge]
    if edge in (NO_WORD_BEFORE, NO_WORD_AFTER):
        return (before if edge == NO_WORD_BEFORE else after) not in (WORD, LETTER)
    return ((before == WORD) != (after == WORD)) == (edge == BOUNDARY)


def kind_of(sign: str) -> str:
    """What a character is to the edges of an expression."""
    if sign == "\n":
        return LINE
    return WORD if sign in _WORDS else OTHER if ends_words(sign) else LETTER


def holds(atom: Atom, sign: str) -> bool:
    """Whether this part of an expression takes this character."""
    return sign in _members(atom) if sign in ALPHABET else sign in _among(atom, sign)


@lru_cache(maxsize=4096)
def _members(atom: Atom) -> frozenset[str]:
    return _among(atom, ALPHABET)


@lru_cache(maxsize=4096)
def _among(atom: Atom, characters: str) -> frozenset[str]:
    flags, source = atom
    return frozenset(re2.findall(f"(?{flags}:{source})", characters))


def _signs(walked: Sequence[Automaton]) -> list[str]:
    """One character of each sort that these automata tell apart."""
    atoms = sorted({atom for one in walked for atom in one.atoms})
    strange = sorted({char for one in walked for char in one.characters} - set(ALPHABET))
    sorts: dict[tuple[object, ...], str] = {}
    for sign in [*ALPHABET, *strange]:
        sorts.setdefault((kind_of(sign), *(holds(atom, sign) for atom in atoms)), sign)
    return sorted(sorts.values(), key=lambda sign: sign == "\n")  # examples read better with it last
