"""Saying things to a reader in the reader's language: messages in English, and what a catalogue makes of them. Pure.

Whoever writes sentences is handed a `Say` and calls it with a message, `say("By {time}.", time=…)`. The message is what
is looked up, so that word order and plurals are the language's own. `ENGLISH` says every message as it stands.
"""

from dataclasses import dataclass, field
from gettext import NullTranslations

# The languages that a client's pages are written in, each by its own name.
LANGUAGES = {"en": "English", "de": "Deutsch"}
DEFAULT = "en"


@dataclass(frozen=True, slots=True)
class Say:
    """One language: its code, and the catalogue of its messages."""

    code: str = DEFAULT
    catalogue: NullTranslations = field(default_factory=NullTranslations, compare=False, repr=False)

    def __call__(self, message: str, /, **words: object) -> str:
        """The message in this language with these words in it. Raises KeyError for a word that it lacks."""
        said = self.template(message)
        return said.format(**words) if words else said

    def template(self, message: str) -> str:
        """The message in this language, its places still empty."""
        return self.catalogue.gettext(message) if message else ""

    def many(self, one: str, many: str, number: int) -> str:
        """One of two messages, by this language's rule for its plural; `{number}` is the number."""
        return self.catalogue.ngettext(one, many, number).format(number=number)


ENGLISH = Say()


def message(text: str) -> str:
    """The text itself: marks a message that is said elsewhere, so that it is found for the catalogue."""
    return text


def plural(one: str, many: str) -> tuple[str, str]:
    """The same for a message with a plural."""
    return one, many
