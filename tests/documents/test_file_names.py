"""A file keeps its name as far as that is harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.file_names import LONGEST, clean_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("C:\\Users\\Ann\\plan v2 (final).docx", "plan v2 (final).docx"),
        ("../../x", "x"),
        ("..", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("a\r\nSet-Cookie: x=1.txt", "a Set-Cookie x 1.txt"),
        ('<img src=x onerror="a">.png', "img src x onerror a.png"),
        ("a\x00b.txt", "a b.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("Übersicht für Zürich.pdf", "Übersicht für Zürich.pdf"),
        ("契約書.pdf", "契約書.pdf"),
        ("no ending at all", "no ending at all"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_cleaned(given_name, kept):
    assert clean_name(given_name) == kept


@given(st.text(max_size=300))
def test_whatever_it_was_called_it_is_one_short_harmless_name(given_name):
    name = clean_name(given_name)
    assert 0 < len(name) <= LONGEST and name not in (".", "..")
    assert not set(name) & set("/\\\r\n\t\0<>\"'|:*?;")
    assert not name.startswith(".")
