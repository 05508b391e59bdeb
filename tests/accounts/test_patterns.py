"""Regular expressions are refused with the position of what is wrong in them, and taken where nothing is."""

import pytest

from accounts.patterns import expression

REFUSED = [
    ("(a+)+$ (", "missing ) to the ( at position 8: ("),
    ("(?i)(vpn", "missing ) to the ( at position 5: (vpn"),
    ("((a)", "missing ) to the ( at position 1: ((a)"),
    (r"[(](", "missing ) to the ( at position 4: ("),
    (r"\((", "missing ) to the ( at position 3: ("),
    (r"\Q(\E(", "missing ) to the ( at position 6: ("),
    ("[](](b", "missing ) to the ( at position 5: (b"),
    ("[[:alpha:](](", "missing ) to the ( at position 13: ("),
    ("a(b))c", "unexpected ) at position 5: )c"),
    ("a[b]c[d", "missing ] to the [ at position 6: [d"),
    ("a* |*", "no argument for repetition operator at position 5: *"),
    ("[++] a++", "bad repetition operator at position 7: ++"),
    (r"\\q\q", r"invalid escape sequence at position 4: \q"),
    ("a(?=b)", "invalid perl operator at position 2: (?="),
    ("[a-z] [z-a]", "invalid character class range at position 8: z-a"),
    ("(((a{100}){100}){100})", "invalid repetition size at position 11: {100}"),
    ("ab\\", "trailing \\ at position 3: \\"),
]


@pytest.mark.parametrize("written, said", REFUSED)
def test_what_is_wrong_is_told_with_its_place(written, said):
    with pytest.raises(ValueError) as refused:
        expression(written)
    assert str(refused.value) == f"not a regular expression: {said}"


@pytest.mark.parametrize("written", ["(?i)vpn", r"\(", "[)]", r"0x8007\d+", "", "a|b"])
def test_what_re2_takes_stays_as_it_is(written):
    assert expression(written) == written
