"""Bytes of a spreadsheet in, rows with their line numbers out, or words that say what is wrong and where."""

import codecs

import pytest

from vendors.csv_import_table import LARGEST, MOST_ROWS, CannotRead, decoded, is_guessed, table

TEXT = "Vendor,Note\nMüller,5 €\n"


def rows(text):
    return [(row.number, list(row.cells)) for row in table(text).rows]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 with its mark", "utf-16", "utf-16 le", "utf-16 be", "utf-16 be with its mark", "windows"],
)
def test_whatever_a_spreadsheet_writes_is_read_as_text(content):
    assert decoded(content) == TEXT


@pytest.mark.parametrize(("content", "guessed"), [
    (TEXT.encode(), False), (b"Vendor\nAcme\n", False), (codecs.BOM_UTF8 + TEXT.encode(), False),
    (TEXT.encode("utf-16"), False), (TEXT.encode("utf-16-le"), False), (TEXT.encode("cp1252"), True),
])  # fmt: skip
def test_windows_letters_are_a_guess(content, guessed):
    assert is_guessed(content) is guessed


@pytest.mark.parametrize("text", ["Vendor\nMüller\nGrö", "Vendor\nMüller,5 €"])
def test_utf_8_that_ends_within_a_letter_was_cut_off(text):
    with pytest.raises(CannotRead, match="cut off within its last letter"):
        decoded(text.encode()[:-1])


def test_a_windows_file_may_end_with_a_letter_that_would_begin_one_of_utf_8():
    content = "Vendor\nCafé".encode("cp1252")
    assert decoded(content) == "Vendor\nCafé" and is_guessed(content)


def test_plain_latin_1_is_read():
    assert decoded("Grüße".encode("latin-1")) == "Grüße"


@pytest.mark.parametrize("content, words", [
    (b"PK\x03\x04\0\0\0\x08 not a table", "not a text file"),
    (codecs.BOM_UTF16_LE + b"a\0b", "cannot be read"),
    (codecs.BOM_UTF8 + b"\xff\xff", "cannot be read"),
    (b"x" * (LARGEST + 1), "larger than 1 MB"),
])  # fmt: skip
def test_what_is_no_text_is_refused(content, words):
    with pytest.raises(CannotRead, match=words):
        decoded(content)


def test_a_file_of_just_the_largest_size_is_read():
    assert len(decoded(b"x" * LARGEST)) == LARGEST


@pytest.mark.parametrize("text", [
    "Vendor,Plan\nAcme,Gold\n", "Vendor;Plan\nAcme;Gold\n", "Vendor\tPlan\nAcme\tGold\n",
    "Vendor,Plan\r\nAcme,Gold\r\n", "sep=;\nVendor;Plan\nAcme;Gold", '"Vendor","Plan"\n"Acme","Gold"\n',
    "\n\nVendor,Plan\n,\n\nAcme , Gold \n\n", '"Vendor";"Plan"\n"Acme";"Gold"',
])  # fmt: skip
def test_commas_semicolons_and_tabs_part_the_cells(text):
    found = table(text)
    assert found.headings == ("Vendor", "Plan") and [row.cells for row in found.rows] == [("Acme", "Gold")]


def test_a_separator_in_quotes_is_text():
    assert rows('"Vendor, as it is called",Plan\n"Acme, Ltd","say ""hi"""\n') == [(2, ["Acme, Ltd", 'say "hi"'])]


def test_rows_keep_the_line_on_which_they_begin():
    assert rows('Vendor,Note\nA,"one\ntwo\nthree"\n\nB,x\n') == [(2, ["A", "one\ntwo\nthree"]), (6, ["B", "x"])]


def test_a_row_that_is_too_short_has_empty_cells():
    assert rows("Vendor,Plan,Hours\nA\n") == [(2, ["A", "", ""])]


def test_empty_cells_beyond_the_headings_are_no_cells():
    assert rows("Vendor,Plan\nA,B,,\n") == [(2, ["A", "B"])]


def test_a_heading_that_says_nothing_is_called_by_its_place():
    assert table("Vendor,,Plan\nA,b,c\n").headings == ("Vendor", "Column 2", "Plan")


@pytest.mark.parametrize("text, words", [
    ("", "There is nothing in it"),
    ("\n , \n", "There is nothing in it"),
    ("Vendor,Plan\nA,B,C\n", "Line 2 has 3 cells, and there are 2 headings"),
    ('Vendor,Plan\nA,B\nC,"D\n', "Line 3: a quote is opened and never closed"),
    ('Vendor,Plan\nA,"B"x\n', "Line 2: something follows a closing quote"),
    ("Vendor,Plan\nA," + "x" * 4001, "Line 2, Plan: the cell is longer than 4,000 characters"),
    ("Vendor\n" + '"' + "x" * 200_000 + '"', "Line 2: this cannot be read"),
    (",".join(f"C{n}" for n in range(61)), "It has 61 columns"),
    ("Vendor\n" + "A\n" * (MOST_ROWS + 1), "It has 2,001 rows"),
])  # fmt: skip
def test_what_is_no_table_is_refused_with_its_line(text, words):
    with pytest.raises(CannotRead, match=words):
        table(text)


def test_a_table_of_headings_alone_has_no_rows():
    assert table("Vendor,Plan\n").rows == ()


def test_what_looks_like_a_formula_is_text():
    assert rows('Vendor,Hotline\n=HYPERLINK("x"),\'+44 20\n'.replace('"', "")) == [(2, ["=HYPERLINK(x)", "+44 20"])]
