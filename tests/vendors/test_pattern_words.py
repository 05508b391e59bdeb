"""What a value must look like, in words: a table of patterns, and an example that the pattern really takes."""

import re

import pytest

from vendors.pattern_words import example_of, pattern_words


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", ""),
        ("[0-9]{4}", "Expected: 4 digits, for example 0123."),
        (r"\d{6,8}", "Expected: 6 to 8 digits, for example 012345."),
        (r"^\d+$", "Expected: 1 or more digits, for example 0."),
        ("AB-[0-9]{2}", "Expected: “AB-”, then 2 digits, for example AB-01."),
        (r"SR\.[0-9]{3}", "Expected: “SR.”, then 3 digits, for example SR.012."),
        ("[A-Z]{2}[0-9]*", "Expected: 2 characters (capital letters), then any number of digits, for example AB0."),
        (
            "[0-9a-f-]{36}",
            "Expected: 36 characters (digits or a to f or -), for example 0123456789abcdef0123456789abcdef0123.",
        ),
        ("x?[0-9]", "Expected: 0 to 1 “x”, then 1 digit, for example 0."),
        ("[0-9]{60}", "Expected: 60 digits."),
        ("(a|b)", "Expected form: (a|b)"),
        (".*", "Expected form: .*"),
        ("[^0-9]+", "Expected form: [^0-9]+"),
        (r"\S+", r"Expected form: \S+"),
        (r"[\d]+", r"Expected form: [\d]+"),
    ],
)
def test_a_pattern_is_told_in_words_or_shown_as_it_is(pattern, words):
    assert pattern_words(pattern) == words


@pytest.mark.parametrize(
    "pattern", ["[0-9]{4}", "[a-z]+@[a-z]+", "[A-F0-9]{8}", r"\w{3}", "[0-9-]{5}", r"TT[0-9]{2,}x"]
)
def test_an_example_has_the_form_that_it_is_an_example_of(pattern):
    example = re.search("for example (.*)[.]$", pattern_words(pattern))[1]
    assert re.fullmatch(pattern, example)


@pytest.mark.parametrize(
    "pattern, shown",
    [("PT-([0-9]{6})", "PT-012345"), (r"\d{4}", "0123"), ("(a|b)+", ""), (r"\(\d\)", ""), ("", "")],
)
def test_a_form_has_an_example_where_one_can_be_told(pattern, shown):
    assert example_of(pattern) == shown
