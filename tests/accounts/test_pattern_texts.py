"""Which texts expressions are found in, held against re2 on every short text."""

from itertools import product

import pytest
import re2
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accounts.pattern_parts import WORD_BEGINS, WORD_ENDS, Undecided, automaton, cases
from accounts.pattern_texts import covering, example

LETTERS = ("a", "b", " ", "\n")
SHORT = ["".join(chars) for length in range(5) for chars in product(LETTERS, repeat=length) if "\n" in chars]


def word(*keywords: str) -> list[str]:
    """What a routing rule looks for that has these keywords."""
    return ["(?i)(?:" + "|".join(rf"\b{keyword}\b" for keyword in keywords) + ")"]


@pytest.mark.parametrize("expression", [
    "a^b", "$x", r"x\Ay", r"a\zb", r"[^\s\S]", r"[^\w\W]", r"a\bb", r"\B\b", r"(?m)a^b", r"(?m)a$b", "(a^|b^)c",
    "(?:x$){2}y", "[^\\x01-\\x7f\\W]",
])  # fmt: skip
def test_an_expression_that_contradicts_itself_is_found_nowhere(expression):
    assert example((expression,)) is None


def test_a_title_alone_is_no_whole_text():
    """Between title and body there is always a line break."""
    assert example(("^vpn$",)) is None
    assert example(("(?m)^vpn$",)) is not None
    assert example((r"^vpn\n$",)) == "vpn\n"
    assert example(("^vpn$",), break_needed=False) == "vpn"


WORDLIKE = ("a", "é", "_", "-", "字", "\n")


@pytest.mark.parametrize("wanted, catching, used", [
    ("é", "é", [0]), ("a é", "é", [0]), ("aé", "a", None), ("é", "e", None), ("字", "a", None),
])  # fmt: skip
def test_words_in_any_script_have_edges(wanted, catching, used):
    assert covering([f"{WORD_BEGINS}(?i:{wanted}){WORD_ENDS}"], [[f"{WORD_BEGINS}(?i:{catching}){WORD_ENDS}"]]) == used


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(WORDLIKE[:-1]), min_size=1, max_size=3).map("".join), st.booleans(), st.booleans(),
    st.sampled_from([r"\w", r"a\b", "[^a]", "(?i)É", "a.", "-"]),
)  # fmt: skip
def test_the_edges_of_a_word_are_what_re2_finds(word, begins, ends, other):
    """Held against every short text: with an expression besides, and with one that may not be found."""
    expression = f"{WORD_BEGINS if begins else ''}(?i:{word}){WORD_ENDS if ends else ''}"
    texts = ["".join(chars) for length in range(1, 6) for chars in product(WORDLIKE, repeat=length) if "\n" in chars]
    both = [text for text in texts if re2.search(expression, text) and re2.search(other, text)]
    without = [text for text in texts if re2.search(expression, text) and not re2.search(other, text)]
    for found, shortest in ((example((expression, other)), both), (example((expression,), ((other,),)), without)):
        assert not shortest or (found is not None and len(found) <= min(map(len, shortest)))
    escaped = example((expression,), ((other,),))
    assert escaped is None or (re2.search(expression, escaped) and not re2.search(other, escaped))


@pytest.mark.parametrize("expression, text", [
    (r"(?i)\bVPN\b", "vpn\n"), ("[]a]", "a\n"), ("[^]a]", "\n"), ("x{,5}", "x{,5}\n"), ("[[:digit:]]x", "0x\n"),
    (r"\x41", "A\n"), ("(?P<n>q)|r", "q\n"), ("(?<n>q)", "q\n"), ("(?i:q)R", "qR\n"), ("ü", "ü\n"), (r"\$5\.", "$5.\n"),
    ("z{3}", "zzz\n"), ("(?:zy){2,}", "zyzy\n"), ("a.c", "aac\n"), (r"\Bx\B", "axa\n"),
])  # fmt: skip
def test_an_example_is_a_shortest_text(expression, text):
    assert example((expression,)) == text


@pytest.mark.parametrize(
    "expression", [r"\pL", r"[\p{Greek}x]", r"\x{41}", r"\Qa.b\E", "[à-ü]", r"\C", "(", "(?=x)", "a{900}{900}"]
)
def test_what_is_not_understood_is_not_decided(expression):
    with pytest.raises(Undecided):
        example((expression,))


def test_what_counts_too_far_is_not_decided():
    with pytest.raises(Undecided):
        example(tuple(word("drive full")), ((r"(?i)\bdrive\b.{0,40}full",),))


@pytest.mark.parametrize("wanted, catching, used", [
    (word("vpn"), [word("network", "vpn")], [0]),
    (word("vpn", "tunnel"), [word("network", "vpn")], None),
    (word("vpn client"), [word("printer"), word("vpn")], [1]),
    (word("vpn"), [word("vpn client")], None),
    (word("vpn"), [["(?i)vpn"]], [0]),
    (["(?i)vpn"], [word("vpn")], None),
    (word("a", "b"), [word("x"), word("a"), word("b")], [1, 2]),
    (word("a") + word("b"), [word("a")], [0]),
    (word("a"), [word("a") + word("b")], None),
    (["x"], [[".*"]], [0]),
    ([], [["^a"], ["^[^a]"]], [0, 1]),
    ([], [["^a"], ["^[^a\\s]"]], None),
    ([], [["^\n"], ["^[^\n]"]], [0, 1]),
    (["a^b"], [["x"]], []),
    (["k"], [["(?i)K"]], [0]),
    (["\u212a"], [["(?i)k"]], [0]),
    (["(?i)ß"], [["ß"]], None),
    (word("printer"), [word("printer", "print")], [0]),
])  # fmt: skip
def test_what_catches_a_text_is_named(wanted, catching, used):
    assert covering(wanted, catching) == used


def test_nothing_that_can_be_left_out_is_named():
    assert covering(word("a", "b"), [word("a"), word("b"), word("a", "b")]) in ([0, 1], [2])
    assert covering(word("a", "b", "c"), [word("a"), word("a", "b", "c"), word("c")]) == [1]


def test_case_is_what_re2_takes_for_case():
    assert cases("ς") == {"σ", "ς", "Σ"}
    assert [char for char in "abcdefghijklmnopqrstuvwxyz" if not cases(char) <= {char, char.upper()}] == ["k", "s"]


def test_a_long_expression_is_given_up_and_not_waited_for():
    with pytest.raises(Undecided):
        automaton("(?:" * 3 + "x" + "{20})" * 3)


atoms = st.sampled_from(
    ["a", "b", " ", "\n", ".", r"\w", r"\s", r"\S", "[ab]", "[^a]", r"[^\s]", r"[^\w\W]", "[^]b]", "A"]
)
edges = st.sampled_from(["^", "$", r"\b", r"\B", r"\A", r"\z", "(?i)", "(?m)", "(?s)", "(?-m)"])


def _grown(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    repeats = st.sampled_from(["*", "+", "?", "{2}", "{0,1}", "{1,}", "*?", "{0}"])
    return st.one_of(
        st.lists(parts, min_size=1, max_size=4).map("".join),
        st.lists(parts, min_size=2, max_size=3).map(lambda ways: f"(?:{'|'.join(ways)})"),
        st.tuples(parts, repeats).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        st.tuples(st.sampled_from(["(?i:", "(?m:", "(?s:", "(", "(?im-s:"]), parts).map(
            lambda pair: f"{pair[0]}{pair[1]})"
        ),
    )


expressions = st.recursive(st.one_of(atoms, atoms, edges), _grown, max_leaves=8)


@settings(max_examples=300, deadline=None)
@given(expressions)
def test_re2_finds_an_expression_where_an_example_says_so_and_nowhere_else(expression):
    assume(_is_expression(expression))
    text, found = example((expression,)), re2.compile(expression).search
    short = next((text for text in SHORT if found(text)), None)
    if text is None:
        assert short is None
    else:
        assert found(text) and "\n" in text
        assert short is None or len(text) <= len(short)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(expressions, min_size=0, max_size=2), st.lists(st.lists(expressions, min_size=1, max_size=2), max_size=2)
)
def test_what_is_said_to_catch_every_text_catches_every_short_one(wanted, catching):
    assume(all(_is_expression(e) for group in [wanted, *catching] for e in group))
    escaping = [text for text in SHORT if _all(wanted, text) and not any(_all(group, text) for group in catching)]
    used = covering(wanted, catching)
    if used is None:
        text = example(tuple(wanted), tuple(map(tuple, catching)))
        assert text is not None and _all(wanted, text) and not any(_all(group, text) for group in catching)
    else:
        assert escaping == []


def _all(group: list[str], text: str) -> bool:
    return all(re2.search(expression, text) for expression in group)


def _is_expression(written: str) -> bool:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(written, options)
    except re2.error:
        return False
    return True
