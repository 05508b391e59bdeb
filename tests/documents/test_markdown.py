"""Markdown becomes HTML that can do nothing, whatever is written."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.markdown import ATTRIBUTES, TAGS, Heading, rendered

NASTY = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<style>body{display:none}</style>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    '<p style="position:fixed">x</p>',
    "<iframe src=//evil.example></iframe>",
    "<form action=//evil.example><input name=password></form>",
    "<!-- --><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](file:///etc/passwd)",
    "<javascript:alert(1)>",
    '[x](https://a.example "t\\" onclick=alert(1)")',
    '[x](https://a.example/"onmouseover="alert(1))',
    "![x](https://evil.example/pixel.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    '!["><script>alert(1)</script>](x)',
    "[a]: javascript:alert(1)\n\n[a]",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    "    </code></pre><script>alert(1)</script>",
    '```"><script>alert(1)</script>\nx\n```',
    "# <script>alert(1)</script>",
    '# x" onclick="alert(1)',
    "| <script>a</script> |\n|---|\n| <b onclick=x>y</b> |",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
]


class Elements(HTMLParser):
    """The elements and attributes of some HTML, as a browser would see them."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def harmless(html):
    for tag, attributes in Elements(html).found:
        assert tag in TAGS, html
        assert set(attributes) <= ATTRIBUTES.get(tag, set()) | {"rel"}, html
        href = attributes.get("href") or ""
        assert re.match(r"(https?:|mailto:|tel:|/|#|\?|[^:]*$)", href), html
    return True


@pytest.mark.parametrize("text", NASTY)
def test_what_is_nasty_comes_out_as_text(text):
    assert harmless(rendered(text).html)


@given(st.text(alphabet="<>/\"'`[]()!#*_-|:=\\&; \n\tjavscriptonlhef", max_size=120))
def test_nothing_that_can_be_typed_does_anything(text):
    assert harmless(rendered(text).html)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**strong** and *soft*", "<p><strong>strong</strong> and <em>soft</em></p>"),
        ("- [ ] call\n- [x] write", '<ul>\n<li class="task">☐ call</li>\n<li class="task">☑ write</li>\n</ul>'),
        ("1. [ ] call", '<ol>\n<li class="task">☐ call</li>\n</ol>'),
        ("[ ] no list", "<p>[ ] no list</p>"),
        ("3. third", '<ol start="3">\n<li>third</li>\n</ol>'),
        ("~~gone~~", "<p><s>gone</s></p>"),
        ("![a rack](https://x.example/1.png)", '<p><span class="left-out">(picture left out: a rack)</span></p>'),
        ("[us](/documents/x/)", '<p><a href="/documents/x/" rel="noopener noreferrer">us</a></p>'),
        ("`a<b`", "<p><code>a&lt;b</code></p>"),
        ("    a<b", '<pre tabindex="0"><code>a&lt;b</code></pre>'),
        ("", ""),
    ],
)
def test_markdown_means_what_people_mean(text, html):
    assert rendered(text).html.strip() == html


def test_a_link_elsewhere_gives_nothing_away():
    assert 'rel="noopener noreferrer"' in rendered("[x](https://elsewhere.example)").html


def test_a_wide_table_scrolls_by_itself_and_keeps_its_sides():
    html = rendered("| what | how long |\n|:--|--:|\n| call | 5 min |").html
    assert html.startswith('<div class="scrolls" tabindex="0"><table>') and html.rstrip().endswith("</table></div>")
    assert '<th class="right">how long</th>' in html and "style" not in html


def test_headings_begin_below_the_page_s_title_and_jump_no_level():
    html = rendered("# One\n\n#### Deep\n\n###### Deeper\n\n## Two").html
    assert re.findall(r"<(h\d)", html) == ["h2", "h3", "h4", "h3"]


def test_headings_have_ids_of_their_own_and_make_the_contents():
    found = rendered("# Call us\n\n# Call us\n\n## 日本\n\n### Too deep\n\n# !?")
    assert found.contents == (
        Heading(2, "s-call-us", "Call us"), Heading(2, "s-call-us-2", "Call us"), Heading(3, "s-日本", "日本"),
        Heading(2, "s-section", "!?"),
    )  # fmt: skip
    assert all(f'id="{heading.id}"' in found.html for heading in found.contents)


def test_no_heading_takes_the_id_of_something_on_the_page():
    assert 'id="s-main"' in rendered("# main").html


def test_words_are_what_is_read_without_the_marks():
    text = "# Title\n\nSome **strong** `code`\nnext line.\n\n| a | b |\n|---|---|\n| c | d |\n\n```\nrun\n```"
    assert rendered(text).words.split() == [
        "Title",
        "Some",
        "strong",
        "code",
        "next",
        "line.",
        "a",
        "b",
        "c",
        "d",
        "run",
    ]


@pytest.mark.parametrize("sign", ["[", "> ", "- ", "![", "[x](", "<", "|", "\n", "`"])
def test_a_long_row_of_the_same_sign_is_rendered_too(sign):
    assert harmless(rendered((sign * 20_000)[:20_000]).html)
