"""A table of text, as spreadsheets write it: bytes in, headings and rows with their line numbers out. Pure.

UTF-8 with or without its mark, UTF-16 and Windows' Latin-1; commas, semicolons or tabs; quotes as RFC 4180 has them.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from accounts.csv_cells import plain

LARGEST = 1_000_000
MOST_ROWS = 2_000
MOST_COLUMNS = 60
LONGEST_CELL = 4_000
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class CannotRead(Exception):
    """This is no table that can be used. In words that name the line and the way out."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the line of the file on which it begins, and its cells, as many as there are headings."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The headings, each of them said, and the rows below that are not empty."""

    headings: tuple[str, ...]
    rows: tuple[Line, ...]


def decoded(content: bytes) -> str:
    """The text of a file. Raises CannotRead for what is no text."""
    check_size(len(content))
    text = _decoded(content)
    if "\0" in text:
        raise CannotRead("This is not a text file. Save the table as CSV and choose that file.")
    return text


def check_size(size: int) -> None:
    """Refuse a file of more bytes than are read. Raises CannotRead."""
    if size > LARGEST:
        raise CannotRead("It is larger than 1 MB. Split it into several files.")


def is_guessed(content: bytes) -> bool:
    """Whether the characters of a file are read as Windows-1252 because they are nothing else."""
    return not (
        content.startswith(tuple(mark for mark, _ in _MARKS)) or _utf_16(content) or _utf_8(content) is not None
    )


def table(text: str) -> Table:
    """The table that `text` holds. Raises CannotRead."""
    delimiter, text = _delimiter(text)
    lines = list(_lines(text, delimiter))
    if not lines:
        raise CannotRead("There is nothing in it. The first line must name the columns.")
    head, *rows = lines
    headings = tuple(cell or f"Column {place}" for place, cell in enumerate(head.cells, start=1))
    if len(headings) > MOST_COLUMNS:
        raise CannotRead(f"It has {len(headings)} columns, and {MOST_COLUMNS} at most are read. Remove some.")
    if len(rows) > MOST_ROWS:
        raise CannotRead(f"It has {len(rows):,} rows, and {MOST_ROWS:,} at most are read. Split it into several files.")
    return Table(headings, tuple(_fitted(row, headings) for row in rows))


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(content, encoding)
    if encoding := _utf_16(content):
        return _strictly(content, encoding)
    text = _utf_8(content)
    return content.decode("cp1252", errors="replace").replace("\ufffd", "?") if text is None else text


def _utf_8(content: bytes) -> str | None:
    """The text, None for what is no UTF-8. Raises CannotRead for UTF-8 that ends within a letter after others."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and not content[: error.start].isascii():
            raise CannotRead("It is cut off within its last letter. Save or upload it anew, as a whole.") from None
        return None


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise CannotRead("Its characters cannot be read. Save it anew as CSV in UTF-8.") from None


def _utf_16(content: bytes) -> str:
    """The byte order of UTF-16 without its mark: in what is mostly Latin letters every other byte is nothing."""
    first = content[:400]
    even, odd = first[::2].count(0), first[1::2].count(0)
    if max(even, odd) * 4 < len(first) or min(even, odd):
        return ""
    return "utf-16-le" if odd else "utf-16-be"


def _delimiter(text: str) -> tuple[str, str]:
    """What parts the cells, and the text without the line with which Excel says so."""
    first = text.split("\n", 1)[0].strip("\r")
    if first.lower().startswith("sep=") and first[4:] in DELIMITERS:
        return first[4:], text.split("\n", 1)[1] if "\n" in text else ""
    outside = "".join(piece for place, piece in enumerate(first.split('"')) if place % 2 == 0)
    return max(DELIMITERS, key=outside.count), text


def _lines(text: str, delimiter: str) -> Iterator[Line]:
    """Every row that is not empty, by the line on which it begins."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Line(begins, tuple(cell.strip() for cell in cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise CannotRead(f"Line {begins}: {_said(error)}") from None


def _said(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "a quote is opened and never closed. Close it, or write it twice where it belongs to the text."
    if "expected after" in str(error):
        return "something follows a closing quote. Write a quote that belongs to the text twice."
    return f"this cannot be read: {error}."


def _fitted(row: Line, headings: tuple[str, ...]) -> Line:
    """The row with a cell for every heading."""
    extra = [cell for cell in row.cells[len(headings) :] if cell]
    if extra:
        raise CannotRead(
            f"Line {row.number} has {len(row.cells)} cells, and there are {len(headings)} headings. "
            "Put cells with the separator in them in quotes."
        )
    for heading, cell in zip(headings, row.cells, strict=False):
        if len(cell) > LONGEST_CELL:
            raise CannotRead(f"Line {row.number}, {heading}: the cell is longer than {LONGEST_CELL:,} characters.")
    filled = (*row.cells, *("" for _ in headings))
    return Line(row.number, tuple(plain(cell) for cell in filled[: len(headings)]))
