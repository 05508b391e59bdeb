"""Placeholders: known ones are filled, unknown ones are named, and what stays empty can be seen."""

import pytest

from tickets.placeholders import KNOWN, blanks, fault, filled, first_name, unknown

FACTS = {"client": "Acme", "contact_first_name": "Dana", "key": "ESC-7", "due": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello {contact_first_name}, {key} is for {client}.", "Hello Dana, ESC-7 is for Acme."),
        ("By { due }.", "By [due]."),
        ("{error_code}", "[error code]"),
        ("{nonsense} stays", "{nonsense} stays"),
        ("No braces", "No braces"),
        ("{", "{"),
    ],
)
def test_what_is_known_is_filled_and_what_is_empty_shows_as_a_gap(text, expected):
    assert filled(text, FACTS) == expected


def test_a_fact_that_looks_like_a_placeholder_is_not_filled_again():
    assert filled("{title}", {"title": "{client} {contact}"}) == "{client} {contact}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("{client} {customer} {customer}", ["customer"]), ("{}", [""]), ("{ key }", []), ("a {b\nc}", [])],
)
def test_what_is_unknown_is_named_once(text, expected):
    assert unknown(text) == expected


def test_a_fault_names_what_is_unknown_and_all_that_there_is():
    said = fault("Dear {surname}, {client}")
    assert "{surname}" in said and all(f"{{{name}}}" in said for name in KNOWN)
    assert fault("Dear {contact}") == ""


def test_gaps_are_found_in_what_somebody_is_about_to_send():
    text = filled("{contact} {due} {due} {client}", FACTS)
    assert blanks(text) == ["[contact]", "[due]"]
    assert blanks("a list [1] and [contacts]") == []


def test_every_placeholder_leaves_a_gap_that_is_found_again():
    assert len(blanks(filled(" ".join(f"{{{name}}}" for name in KNOWN), {}))) == len(KNOWN)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dana van Dyk", "Dana"),
        ("Dr Helen Marsh", "Helen"),
        ("Prof. Dr. Jörg Maier", "Jörg"),
        ("Cher", "Cher"),
        ("Dr", "Dr"),
        ("  ", ""),
        ("", ""),
    ],
)
def test_people_are_greeted_by_their_first_name_and_not_by_a_title(name, expected):
    assert first_name(name) == expected
