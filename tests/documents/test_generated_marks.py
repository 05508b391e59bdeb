"""Words from outside mean themselves in a document, whatever signs are in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from documents.generated.marks import facts, items, numbered, paragraphs, plain, section, table, tasks, verbatim, whole
from documents.generated.sections import changed_sections

COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NASTY = (
    "a | b", "# not a heading", "- not an item", "+ nor this", "1. nor a number", "12) nor this", "> no quotation",
    "*not* _stressed_ **at all**", "`no code`", "[no](javascript:link)", "<script>alert(1)</script>", "![no](picture)",
    "a \\ b", "&lt;b&gt;", "&#60;", "~~gone~~", "---", "===", "<https://no.link>", "two\nlines", "\x00\x1f\u2028odd",
    "    four blanks", "```", "~~~", "AT&T", "C++ & C#", "5 * 3 * 2", "snake_case_name", "{{key}}",
)  # fmt: skip


def said(markdown):
    """What a reader sees of it, and whether anything but plain words came of it."""
    [opening, inline, *_] = COMMONMARK.parse(markdown) or [None, None]
    kinds = {child.type for child in inline.children} if inline else set()
    return opening.type, kinds, "".join(child.content for child in inline.children if child.type != "softbreak")


@pytest.mark.parametrize("words", NASTY)
def test_words_from_outside_are_read_as_they_were_written(words):
    kind, children, text = said(plain(words))
    assert (kind, children <= {"text", "text_special"}) == ("paragraph_open", True)
    assert text == " ".join("".join(c for c in words if c >= " " or c in "\n\t").split())


@pytest.mark.parametrize("words", NASTY)
def test_they_do_not_break_out_of_a_cell_or_an_item(words):
    [row] = [line for line in table(("A", "B"), [(plain(words), "second")]).splitlines()[2:]]
    tokens = COMMONMARK.parse(f"| A | B |\n| --- | --- |\n{row}\n")
    assert [t.content for t in tokens if t.type == "inline"][3:] == ["second"]
    assert [t.type for t in COMMONMARK.parse(items([plain(words)]))].count("paragraph_open") == 1


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=40))
def test_whatever_was_written_is_one_paragraph_of_the_same_words(words):
    wanted = " ".join(words.split())
    if wanted:
        kind, children, text = said(plain(words))
        assert (kind, children <= {"text", "text_special"}, text) == ("paragraph_open", True, wanted)


@pytest.mark.parametrize(
    "words, markdown",
    [
        ("One line.\nAnother.", "One line.\nAnother."),
        ("A paragraph.\n\n\n\nAnother.", "A paragraph.\n\nAnother."),
        ("- a\n  # b\n", "\\- a\n\\# b"),
        ("", ""),
    ],
)
def test_lines_stay_lines_and_paragraphs_stay_paragraphs(words, markdown):
    assert paragraphs(words) == markdown


def test_what_is_shown_letter_by_letter_cannot_end_its_own_block():
    text = "before\n```\n# inside\n````\nafter"
    [block] = COMMONMARK.parse(verbatim(text))
    assert (block.type, block.content) == ("fence", f"{text}\n")


def test_pieces_that_are_empty_are_left_out():
    assert section("Nothing", "", "") == ""
    assert table(("A",), []) == ""
    assert items(["", "one", ""]) == "- one"
    assert tasks(["", "one"]) == "- [ ] one"
    assert numbered(["one", "two"]) == "1. one\n2. two"
    assert facts([("Plan", ""), ("Team", "Helpdesk")]) == "- **Team:** Helpdesk"
    assert whole("First.", "", section("Then", "this"), section("Below", "that", level=2)) == (
        "First.\n\n# Then\n\nthis\n\n## Below\n\nthat\n"
    )


def test_a_cell_of_which_nothing_is_known_has_a_dash():
    assert table(("A", "B"), [("", "x")]).splitlines()[-1] == "| - | x |"


BEFORE = "Lead.\n\n# Tiers\n\nL1\n\n# Ladder\n\n```text\n# no heading\n```\n\n# Ladder\n\nagain\n"


@pytest.mark.parametrize(
    "after, changed",
    [
        (BEFORE, []),
        (BEFORE.replace("L1", "L2"), ["Tiers"]),
        (BEFORE.replace("Lead", "Led"), ["its beginning"]),
        (BEFORE.replace("# no heading", "# no other"), ["Ladder"]),
        (BEFORE.replace("again", "anew"), ["Ladder"]),
        (BEFORE.replace("# Tiers\n\nL1\n\n", ""), ["Tiers"]),
        (BEFORE + "\n# New\n\nnew\n", ["New"]),
        (BEFORE.replace("# Tiers", "# About \\_x\\_"), ["About _x_", "Tiers"]),
    ],
)
def test_a_new_version_names_the_sections_that_are_others(after, changed):
    assert changed_sections(BEFORE, after) == changed
