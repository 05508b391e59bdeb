"""The words of an HTML mail, for people who read plain text. Pure; nothing of the HTML itself is kept.

Linear in the text's length whatever stands in it, since anybody can send it: one token after the other, each taken up
to its end, or, where it is never closed, to the end of the text, which no browser would show either.
"""

import re
from html import unescape

LARGEST = 1_000_000  # characters that are looked at
BREAKS = frozenset({"br", "p", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre"})
TOKEN = re.compile(
    r"""
      <!--(?:-?>|.*?(?:--!?>|\Z))                                           # a comment
    | <[!?][^>]*+>?                                                         # a declaration, as Word writes them
    | <(script|style)(?=[\s/>]).*?(?:</\1(?=[\s/>])[^>]*+>?|\Z)             # what is for programs
    | <title(?=[\s/>])[^>]*+>?[^<]*+                                        # what no mail shows
    | <(?P<end>/?)(?P<tag>[a-z][^\s/>]*+)(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+>?
    | (?P<words>[^<]++|<)
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
BLANKS = re.compile(r"\s+")
GAPS = re.compile(r"\n{3,}")
NO_CHARACTER = re.compile(r"&#[0-9]{20,}+;?")  # a number that is none's, and that takes long to read


class _Words:
    """Collects text by line, with how deep in quotations each line stands."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, list[str]]] = [(0, [])]
        self.quoted = 0

    def take(self, token: re.Match[str]) -> None:
        if token["words"]:
            self._say(BLANKS.sub(" ", unescape(NO_CHARACTER.sub("\ufffd", token["words"]))))
        elif token["tag"]:
            self._turn(token["tag"].lower(), ends=bool(token["end"]))

    def _turn(self, tag: str, *, ends: bool) -> None:
        if tag == "blockquote":
            self.quoted = max(0, self.quoted + (-1 if ends else 1))
        if tag in BREAKS or tag == "blockquote":
            self.lines.append((self.quoted, []))
        if tag == "li" and not ends:
            self._say("- ")

    def _say(self, text: str) -> None:
        self.lines[-1][1].append(text)


def text_of_html(html: str) -> str:
    """Its text with a line for each block, and `> ` before what is quoted."""
    words = _Words()
    for token in TOKEN.finditer(html[:LARGEST]):
        words.take(token)
    return GAPS.sub("\n\n", "\n".join(_lines(words))).strip()


def _lines(words: _Words) -> list[str]:
    """Each line once; lines of blocks within blocks that hold nothing leave one gap."""
    found: list[str] = []
    for quoted, parts in words.lines:
        text = "".join(parts).strip()
        line = f"{'> ' * min(quoted, 5)}{text}" if text else ""
        if line or (found and found[-1]):
            found.append(line)
    return found
