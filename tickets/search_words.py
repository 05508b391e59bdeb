"""What somebody typed into a search, as the words that are looked for; and where they stand in a text. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

LONGEST = 200  # characters that are searched
MOST = 8  # words
SHORTEST_PART = 3  # characters of a word that is looked for inside of others
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"  # as the database's function ticket_lexemes has it
_APART = str.maketrans(dict.fromkeys(PUNCTUATION, " "))
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))
_PIECES = re.compile(r'"([^"]+)"|([^\s"]+)')
_KEY = re.compile(r"(?:esc-?|#)?([0-9]{1,17})", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or a phrase that stood in quotes, in small letters."""

    text: str

    @property
    def parts(self) -> str:
        """The word without punctuation, which parts words; never empty, and without any sign that means something
        in a query of PostgreSQL's full-text search."""
        return " ".join(self.text.translate(_APART).split())

    @property
    def is_long(self) -> bool:
        """Whether it is long enough to be looked for inside of other words."""
        return len(self.text) >= SHORTEST_PART

    @property
    def ticket(self) -> int | None:
        """The number of the ticket whose key it may be: `ESC-12`, `esc12`, `#12` or `12`."""
        found = _KEY.fullmatch(self.text)
        return int(found[1]) if found else None

    @property
    def is_key(self) -> bool:
        """Whether it can be nothing but a key: `ESC-12`."""
        return self.ticket is not None and self.text.startswith("esc-")


@dataclass(frozen=True, slots=True)
class Search:
    """The words that must all be found, and what was left out of what was typed, in sentences."""

    words: tuple[Word, ...] = ()
    notes: tuple[str, ...] = ()


def searched(typed: str) -> Search:
    """What is looked for when somebody types this."""
    whole = " ".join(_CONTROL.sub(" ", unicodedata.normalize("NFC", typed)).split())
    text = whole[:LONGEST]
    pieces = [phrase or bare.strip(PUNCTUATION) or bare for phrase, bare in _PIECES.findall(text.translate(_QUOTES))]
    found = dict.fromkeys(Word(piece.lower().strip()) for piece in pieces if _is_readable(piece))
    unread = list(dict.fromkeys(piece for piece in pieces if not _is_readable(piece) and piece.strip()))
    if whole and not found and not unread:
        unread = [text]
    return Search(tuple(found)[:MOST], tuple(_notes(len(whole) > LONGEST, len(found) > MOST, unread)))


def _is_readable(piece: str) -> bool:
    return any(sign.isalnum() for sign in piece)


def _notes(too_long: bool, too_many: bool, unread: list[str]) -> Iterable[str]:
    if too_long:
        yield f"Only the first {LONGEST} characters were searched."
    if too_many:
        yield f"Only the first {MOST} words were searched."
    if unread:
        named = ", ".join(f"“{piece}”" for piece in unread[:3]) + (" and more" if len(unread) > 3 else "")
        one = len(unread) == 1
        yield f"{named} {'was' if one else 'were'} left out: there is no letter or digit in {'it' if one else 'them'}."


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, and whether it is what was looked for."""

    text: str
    found: bool = False


def marked(text: str, words: Iterable[Word]) -> list[Piece]:
    """The text in pieces, those that were looked for told apart. Whoever shows them escapes them."""
    sought = sorted({re.escape(form) for word in words for form in (word.text, *word.parts.split()) if form}, key=len)
    if not sought:
        return [Piece(text)]
    halves = re.split(f"({'|'.join(reversed(sought))})", text, flags=re.IGNORECASE)
    return [Piece(half, bool(number % 2)) for number, half in enumerate(halves) if half]


def nearest(words: Iterable[Word], known: Iterable[str]) -> str:
    """What was typed with each word that is not known put right by the nearest known one; "" when nothing is near."""
    spelled = {name for text in known for name in text.lower().translate(_APART).split() if len(name) > SHORTEST_PART}
    typed = [word.text for word in words]
    better = [word if word in spelled else _nearest(word, spelled) for word in typed]
    return " ".join(better) if better != typed and all(better) else ""


def _nearest(word: str, spelled: set[str]) -> str:
    return next(iter(get_close_matches(word, sorted(spelled), n=1, cutoff=0.75)), "")
