"""What is different between two texts is told in lines and words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.differences import ADDED, KEPT, LEFT_OUT, REMOVED, Line, Piece, difference

LINES = st.lists(st.sampled_from(["", "a b c", "a b d", "x", "long line of words", "- item"]), max_size=14)


def shown(found):
    """The comparison as one would write it on paper."""
    signs = {KEPT: "{}", ADDED: "+{}+", REMOVED: "-{}-"}
    return [
        f"...{line.skipped}" if line.what == LEFT_OUT else "".join(signs[p.what].format(p.text) for p in line.pieces)
        for line in found.lines
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Wait 5 minutes.", "Wait 10 minutes.", ["Wait -5-+10+ minutes."]),
        ("a\nb", "a\nb\nc", ["a", "b", "+c+"]),
        ("a\nb\nc", "a\nc", ["a", "-b-", "c"]),
        ("", "new", ["+new+"]),
        ("one\ntwo", "three", ["-one-", "-two-", "+three+"]),
        ("same", "same", []),
        ("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\n5\nsix", ["...3", "4", "5", "-6-+six+"]),
        ("x\n1\n2\n3\n4", "y\n1\n2\n3\n4", ["-x-+y+", "1", "2", "...2"]),
    ],
)
def test_lines_and_words_that_changed_are_told(before, after, expected):
    assert shown(difference(before, after)) == expected


def test_the_words_are_counted():
    found = difference("Call the desk now.", "Call the whole helpdesk.")
    assert (found.added, found.removed, found.is_none) == (2, 2, False)
    assert difference("a\nb", "a\nb").is_none


@given(LINES, LINES)
def test_what_was_added_and_removed_accounts_for_every_word(before, after):
    found = difference("\n".join(before), "\n".join(after))
    assert found.added - found.removed == _words(after) - _words(before)
    assert found.is_none == ("\n".join(before).splitlines() == "\n".join(after).splitlines())


@given(LINES, LINES)
def test_each_line_that_is_shown_stands_in_one_of_the_texts(before, after):
    for line in difference("\n".join(before), "\n".join(after)).lines:
        new = "".join(piece.text for piece in line.pieces if piece.what != REMOVED)
        old = "".join(piece.text for piece in line.pieces if piece.what != ADDED)
        assert line.what == LEFT_OUT or new in after or old in before


def _words(lines):
    return sum(len(re.findall(r"\w+", line)) for line in lines)


def test_a_line_of_one_piece_says_what_became_of_it():
    assert difference("a", "b\na").lines == (
        Line(ADDED, (Piece(ADDED, "b"),)), Line(KEPT, (Piece(KEPT, "a"),)),
    )  # fmt: skip


def test_thousands_of_lines_are_compared_in_a_moment():
    found = difference("a b c\n" * 20_000, "x\n" * 10_000 + "a b c\n" * 20_000)
    assert (found.added, found.removed) == (10_000, 0)
