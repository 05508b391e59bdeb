"""Markdown as people write it, made into HTML that can do nothing: no script, no style, no picture, no raw HTML.

Two walls: the parser knows no HTML, so that tags come out as the text that they are, and what it writes passes an
allow-list of elements and attributes. Links lead to web pages, mail addresses, telephones and pages of this site.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

TAGS = {
    "a", "blockquote", "br", "code", "del", "div", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
HEADINGS = ("h2", "h3", "h4", "h5", "h6")
ATTRIBUTES = {
    "a": {"href", "title"}, "div": {"class", "tabindex"}, "li": {"class"}, "ol": {"start"}, "pre": {"tabindex"},
    "span": {"class"}, "td": {"class"}, "th": {"class"}, **{tag: {"id"} for tag in HEADINGS},
}  # fmt: skip
SCHEMES = {"http", "https", "mailto", "tel"}
# Ids of headings begin with this, so that none is taken for an element of the page.
MARK = "s-"
BOXES = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}
IN_CONTENTS = 3


@dataclass(frozen=True, slots=True)
class Heading:
    """A line of the table of contents: its level, 2 or 3, its id and its words."""

    level: int
    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text as safe HTML, with its table of contents, and its words without marks."""

    html: str
    contents: tuple[Heading, ...]
    words: str


@lru_cache(maxsize=64)
def rendered(text: str) -> Rendered:
    """`text`, Markdown, as HTML that is safe in a page whose own title is its only h1."""
    tokens = _parser().parse(text)
    headings = list(_headings(tokens))
    for before, token in zip([None, None, *tokens], tokens, strict=False):
        _settle(token, before)
    html = _parser().renderer.render(tokens, _parser().options, {})
    safe = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer", strip_comments=True
    )
    contents = tuple(heading for heading in headings if heading.level <= IN_CONTENTS)
    return Rendered(safe, contents, "\n".join(filter(None, map(_words, tokens))))


class _Renderer(RendererHTML):
    """Wide tables and long lines of code scroll by themselves, by keyboard too; pictures are left out, with words."""

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return '<div class="scrolls" tabindex="0"><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</table></div>\n"

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self.code_block(tokens, idx, options, env)

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f'<pre tabindex="0"><code>{nh3.clean_text(tokens[idx].content.rstrip())}</code></pre>\n'

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f'<span class="left-out">(picture left out: {nh3.clean_text(tokens[idx].content)})</span>'


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}, renderer_cls=_Renderer)
    return parser.enable(["table", "strikethrough"])


def _headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    """Number the headings' ids, and put them one level down: the page's own title is above; no level is jumped."""
    known: dict[str, int] = {}
    last = 1
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type != "heading_open":
            continue
        last = min(int(opening.tag[1]) + 1, last + 1, 6)
        words = _words(inline).strip()
        slug = re.sub(r"\W+", "-", words.lower()).strip("-")[:60] or "section"
        known[slug] = known.get(slug, 0) + 1
        anchor = f"{MARK}{slug}" + (f"-{known[slug]}" if known[slug] > 1 else "")
        opening.tag = closing.tag = f"h{last}"
        opening.attrs = {"id": anchor}
        yield Heading(last, anchor, words)


def _settle(token: Token, before: Token | None) -> None:
    """Boxes of task lists become signs; where a column is aligned becomes a class, since no style is let through.

    `before` is the token two places before: of an item's first words, the item.
    """
    if token.type in ("th_open", "td_open"):
        side = str(token.attrs.pop("style", "")).removeprefix("text-align:")
        token.attrs |= {"class": side} if side in ("right", "center") else {}
    if token.type == "inline" and token.children and before and before.type == "list_item_open":
        first = token.children[0]
        if box := BOXES.get(first.content[:4]):
            first.content, before.attrs = f"{box}{first.content[4:]}", {"class": "task"}


def _words(token: Token) -> str:
    """What a token says, without its marks."""
    if token.type in ("fence", "code_block"):
        return token.content.strip()
    children = token.children or ()
    return "".join(" " if "break" in child.type else child.content for child in children)
