"""YAML is read with its lines, as plain values, and refused where it tries more."""

import pytest

from accounts.yaml_source import BadYaml, read


def problems(content: str | bytes) -> list[str]:
    with pytest.raises(BadYaml) as caught:
        read("x.yaml", content.encode() if isinstance(content, str) else content)
    return [str(problem) for problem in caught.value.problems]


def test_every_value_knows_its_line():
    source = read("x.yaml", b"clients:\n  - name: Acme\n    sites:\n      - name: Office\n")
    assert str(source.problem(("clients", 0, "sites", 0, "name"), "odd")) == "x.yaml:4: clients.0.sites.0.name: odd"


def test_an_absent_key_is_reported_where_it_should_have_been():
    source = read("x.yaml", b"clients:\n  - name: Acme\n")
    assert str(source.problem(("clients", 0, "agreement"), "is missing")) == "x.yaml:2: clients.0.agreement: is missing"


@pytest.mark.parametrize("written", ["NO", "0x8004de40", "007", "12:30", "2026-01-05", "1e3", "yes"])
def test_plain_scalars_stay_what_was_written(written):
    assert read("x.yaml", f"key: {written}".encode()).value == {"key": written}


@pytest.mark.parametrize("written", ["", "~", "null"])
def test_an_empty_value_is_none(written):
    assert read("x.yaml", f"key: {written}".encode()).value == {"key": None}


def test_a_quoted_null_is_text():
    assert read("x.yaml", b'key: "null"').value == {"key": "null"}


def test_an_empty_file_says_nothing():
    assert read("x.yaml", b"# nothing yet\n").value is None


def test_a_byte_order_mark_is_read_over():
    assert read("x.yaml", b"\xef\xbb\xbfkey: 1").value == {"key": "1"}


@pytest.mark.parametrize(
    "content, expected",
    [
        ("a: 1\nb: [1,\n", "x.yaml:3: this is not YAML: did not find expected node content"),
        ("a: 1\n b: 2\n", "x.yaml:2: this is not YAML: mapping values are not allowed in this context"),
        (b"a: 1\nb: \xff\n", "x.yaml:2: this is not UTF-8 text"),
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3: a: this key is written twice, first in line 1"),
        ("a: !!python/object/apply:os.system [ls]", "x.yaml:1: a: the tag !!python/object/apply:os.system is not "),
        ("a: !secret x", "x.yaml:1: a: the tag !secret is not allowed: write a plain value"),
        ("a: &x 1", "x.yaml:1: a: anchors and aliases are not allowed: write the value out"),
        ("? [a, b]\n: 1", "x.yaml:1: a key must be text"),
        ('a: "\\0"', "x.yaml:1: a: a NUL character is not text"),
        ("a: 1\n---\nb: 2\n", "x.yaml:2: one file holds one document: remove this ---"),
        ("a:\n  " + "[" * 30 + "]" * 30, "x.yaml:2: this is nested too deeply"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(content, expected):
    assert problems(content)[0].startswith(expected)


def test_aliases_of_aliases_are_refused_instead_of_multiplied():
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
    assert len(problems("\n".join(lines))) > 11


def test_a_hundred_thousand_brackets_are_refused():
    assert problems("[" * 100_000)[0].endswith("this is nested too deeply")


def test_all_faults_of_a_file_are_named():
    assert len(problems("a: 1\na: 2\nb: &x 3\nc: !t 4\n")) == 3
