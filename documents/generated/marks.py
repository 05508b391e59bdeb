"""Markdown from plain words. Pure: what people wrote stays what it is, whatever signs are in it.

Words from outside go through `plain` or `paragraphs`; what the other functions take is Markdown already.
"""

import re
from collections.abc import Iterable, Sequence

_SIGNS = re.compile(r"([\\`*_\[\]<>|~])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
# What makes a heading, a list, a quotation or a rule of a line that begins with it.
_OPENING = re.compile(r"^(?:([#+=-])|(\d{1,9})([.)])(?=\s|$))")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
NOTHING = "-"


def plain(words: str) -> str:
    """Words in one line that mean themselves: within a sentence, a heading, an item or a table's cell."""
    return _closed(_escaped(" ".join(_CONTROL.sub("", words).split())))


def paragraphs(words: str) -> str:
    """Words in several lines that mean themselves: a line stays a line, an empty one ends a paragraph."""
    text = "\n".join(plain(line) for line in words.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", text)


def verbatim(text: str) -> str:
    """A block that is shown letter by letter."""
    runs = re.findall(r"`{3,}", text)
    fence = "`" * max([3, *(len(run) + 1 for run in runs)])
    return f"{fence}text\n{_CONTROL.sub('', text).strip(chr(10))}\n{fence}"


def blocks(*said: str) -> str:
    """One block below the other; empty ones are left out."""
    return "\n\n".join(block for block in said if block)


def whole(*said: str) -> str:
    """The blocks of a whole document."""
    return blocks(*said) + "\n"


def section(title: str, *said: str, level: int = 1) -> str:
    """A heading with what stands below it; nothing at all where nothing does."""
    below = blocks(*said)
    return f"{'#' * level} {title}\n\n{below}" if below else ""


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; nothing where there is no row."""
    lines = [_row(row) for row in rows]
    return "\n".join([_row(headings), _row(["---"] * len(headings)), *lines]) if lines else ""


def items(said: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {words}" for words in said if words)


def numbered(said: Iterable[str]) -> str:
    """A list in which the order counts."""
    return "\n".join(f"{number}. {words}" for number, words in enumerate(said, start=1))


def tasks(said: Iterable[str]) -> str:
    """A list to tick off."""
    return "\n".join(f"- [ ] {words}" for words in said if words)


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names with what they stand for, a line each; what is empty is left out."""
    return items(f"**{name}:** {words}" for name, words in pairs if words)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell or NOTHING for cell in cells)} |"


def _escaped(words: str) -> str:
    return _ENTITY.sub("&amp;", _SIGNS.sub(r"\\\1", words))


def _closed(line: str) -> str:
    """A line that begins no heading, list or rule."""
    return _OPENING.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", line)
