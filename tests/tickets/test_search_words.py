"""What somebody typed, as words that are looked for: cut, parted, never dangerous; and where they stand in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.search_words import LONGEST, MOST, Piece, Search, Word, marked, nearest, searched


def words(typed):
    return [word.text for word in searched(typed).words]


@pytest.mark.parametrize("typed, expected", [
    ("", []),
    ("   \t ", []),
    ("Printer", ["printer"]),
    ("paper, out (again)!", ["paper", "out", "again"]),
    ("printer PRINTER Printer", ["printer"]),
    ('"File Server" down', ["file server", "down"]),
    ("“file server”", ["file server"]),
    ("«file server»", ["file server"]),
    ('a "phrase that never ends', ["a", "phrase", "that", "never", "ends"]),
    ('an"odd place"for', ["an", "odd place", "for"]),
    ("0x8004DE40", ["0x8004de40"]),
    ("esx01.acme.example", ["esx01.acme.example"]),
    (r"C:\Temp\*", [r"c:\temp"]),
    ("%'\"; DROP TABLE tickets_ticket; --", ["drop", "table", "tickets_ticket"]),
    ("\x00a\x00b\x7f\n", ["a", "b"]),
    ("Mu\u0308ller", ["müller"]),
    ("🔥 fire", ["fire"]),
    ("打印机 坏了", ["打印机", "坏了"]),
    ("100%", ["100"]),
    ('"100%"', ["100%"]),
])  # fmt: skip
def test_what_is_typed_is_parted_into_words(typed, expected):
    assert words(typed) == expected


@pytest.mark.parametrize("typed, notes", [
    ("printer", ()),
    ("", ()),
    ("x" * LONGEST, ()),
    ("x" * (LONGEST + 1), ("Only the first 200 characters were searched.",)),
    ("x" * 10_000, ("Only the first 200 characters were searched.",)),
    (" ".join("abcdefghi"), ("Only the first 8 words were searched.",)),
    ("🔥", ("“🔥” was left out: there is no letter or digit in it.",)),
    ("% & fire", ("“%”, “&” were left out: there is no letter or digit in them.",)),
    ("+ - * / fire", ("“+”, “-”, “*” and more were left out: there is no letter or digit in them.",)),
    ('"', ("“\"” was left out: there is no letter or digit in it.",)),
    ('"%%" fire', ("“%%” was left out: there is no letter or digit in it.",)),
])  # fmt: skip
def test_what_is_left_out_is_told(typed, notes):
    assert searched(typed).notes == notes


def test_so_many_words_are_kept_and_the_first_ones():
    assert words(" ".join("abcdefghijk")) == list("abcdefgh") and MOST == 8


@pytest.mark.parametrize("text, number, is_key", [
    ("esc-12", 12, True), ("esc12", 12, False), ("#12", 12, False), ("12", 12, False), ("esc-", None, False),
    ("esc", None, False), ("12a", None, False), ("-12", None, False), ("9" * 17, int("9" * 17), False),
    ("9" * 18, None, False), ("٣", None, False), ("esc--1", None, False),
])  # fmt: skip
def test_a_word_may_be_a_tickets_key(text, number, is_key):
    word = Word(text)
    assert (word.ticket, word.is_key) == (number, is_key)


@pytest.mark.parametrize("text, parts", [
    ("printer", "printer"), ("pc-17", "pc 17"), (r"c:\temp", "c temp"), ("it's", "it s"), ("10.0.0.5", "10 0 0 5"),
    ("file server", "file server"), ("müller", "müller"),
])  # fmt: skip
def test_punctuation_parts_a_word(text, parts):
    assert Word(text).parts == parts


@pytest.mark.parametrize("text, is_long", [("ab", False), ("abc", True), ("3m", False)])
def test_short_words_are_not_looked_for_inside_of_others(text, is_long):
    assert Word(text).is_long is is_long


@given(st.text(max_size=400))
def test_no_word_is_empty_or_means_something_to_a_query_language(typed):
    found = searched(typed)
    assert len(found.words) <= MOST and len(set(found.words)) == len(found.words)
    for word in found.words:
        assert word.parts and not set(word.parts) & set("'\\:*&|!<>()\x00")
        assert "\x00" not in word.text


@given(st.text(max_size=60))
def test_whoever_types_something_is_searched_for_or_told(typed):
    visible = "".join(sign for sign in typed if sign.isprintable()).strip()
    found = searched(typed)
    assert not visible or found.words or found.notes


# where they stand ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, typed, pieces", [
    ("Printer is out", "print", [("Print", True), ("er is out", False)]),
    ("Out of paper, out of ink", "OUT", [("Out", True), (" of paper, ", False), ("out", True), (" of ink", False)]),
    ("<b>Mail</b>", "<b> mail", [("<", False), ("b", True), (">", False), ("Mail", True), ("</", False), ("b", True),
                                 (">", False)]),
    ("a.b a-b", '"a.b"', [("a.b", True), (" ", False), ("a", True), ("-", False), ("b", True)]),
    ("Nothing", "other", [("Nothing", False)]),
    ("Nothing", "", [("Nothing", False)]),
    ("", "x", []),
])  # fmt: skip
def test_what_was_looked_for_is_told_apart(text, typed, pieces):
    assert marked(text, searched(typed).words) == [Piece(part, found) for part, found in pieces]


@given(st.text(max_size=80), st.text(max_size=40))
def test_no_sign_is_lost_or_added_by_marking(text, typed):
    assert "".join(piece.text for piece in marked(text, searched(typed).words)) == text


# what may have been meant ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed, meant", [
    ("pritner", "printer"),
    ("pritner paper", "printer paper"),
    ("outlok", "outlook"),
    ("printer", ""),
    ("zzzzzz", ""),
    ("pritner zzzzzz", ""),
    ("", ""),
])  # fmt: skip
def test_the_nearest_known_words_are_offered(typed, meant):
    assert nearest(searched(typed).words, ["Printer is out of paper", "Outlook asks for a password"]) == meant


def test_a_search_for_nothing_has_nothing_to_tell():
    assert searched("") == Search()
