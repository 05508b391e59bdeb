"""What is still English on a page that speaks another language."""

import html
import re

from catalogue import folders, messages, read, strings

PLACES = re.compile(r"\{\w*\}|%\(\w+\)s")
SPOKEN = re.compile(r'(?:aria-label|title|alt|placeholder)="([^"]*)"')
# Words that hardly a sentence lacks, and that German does not have.
COMMON = re.compile(r"\b(the|your|you|and|of|is|are|with|within|we|our|by|to|from|this|that|until|since)\b", re.I)


def readable(page: str) -> str:
    """What of a page's HTML is read or read out."""
    body = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.S)
    spoken = [said for said in SPOKEN.findall(body) if "(" not in said]
    return html.unescape(re.sub(r"\s+", " ", " ".join([*spoken, re.sub(r"<[^>]*>", " ", body)])))


def english_in(text: str, language: str = "de") -> list[str]:
    """The messages of the catalogue that stand in a text as they are in English, and lines with common words of it."""
    [folder] = [each for each in folders() if each.parent.name == language]
    catalogue = read(folder)
    found = []
    for message, context in messages():
        one = message if isinstance(message, str) else message[0]
        said = " ".join(strings(catalogue.get(one, context)))
        if one not in said and (shape := _shape(one)) and re.search(shape, text):
            found.append(one)
    return found + [text[max(0, m.start() - 30) : m.end() + 30] for m in COMMON.finditer(text)]


def _shape(message: str) -> str:
    """The message with anything in its places; "" for one that consists of places only."""
    parts = [re.escape(part.strip()) for part in PLACES.split(message)]
    words = [part for part in parts if re.search(r"[A-Za-z]{2}", part)]
    return rf"(?<!\w){'.{0,80}?'.join(words)}(?!\w)" if words else ""
