"""The words of an HTML mail, for people who read plain text. Pure; nothing of the HTML itself is kept."""

import re
from html.parser import HTMLParser

LARGEST = 1_000_000  # characters that are looked at
UNREAD = frozenset({"script", "style", "head", "title", "template", "svg", "noscript"})
BREAKS = frozenset({"br", "p", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre"})
BLANKS = re.compile(r"[^\S\n]+")
GAPS = re.compile(r"\n{3,}")


class _Words(HTMLParser):
    """Collects text by line, with how deep in quotations each line stands."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[int, list[str]]] = [(0, [])]
        self.quoted = 0
        self.unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNREAD:
            self.unread += 1
        elif tag == "blockquote":
            self.quoted += 1
            self._break()
        elif tag in BREAKS:
            self._break()
        if tag == "li":
            self.lines[-1][1].append("- ")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNREAD:
            self.unread = max(0, self.unread - 1)
        elif tag == "blockquote":
            self.quoted = max(0, self.quoted - 1)
            self._break()
        elif tag in BREAKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if not self.unread:
            self.lines[-1][1].append(BLANKS.sub(" ", data.replace("\n", " ")))

    def _break(self) -> None:
        self.lines.append((self.quoted, []))


def text_of_html(html: str) -> str:
    """Its text with a line for each block, and `> ` before what is quoted."""
    words = _Words()
    words.feed(html[:LARGEST])
    words.close()
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
