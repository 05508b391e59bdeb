"""The catalogues of the clients' pages: complete, compiled, and true to their messages."""

import pytest

from accounts.language import DEFAULT, ENGLISH, LANGUAGES, Say
from accounts.languages import first_known, say_in
from catalogue import compiled, folders, messages, of_module, of_template, read, strings
from documents.guide.plain_words import duration
from english import english_in, readable

MESSAGES = messages()


def one(text):
    return text if isinstance(text, str) else text[0]


def test_there_is_a_catalogue_for_every_language_but_english():
    assert {folder.parent.name for folder in folders()} == set(LANGUAGES) - {DEFAULT}


@pytest.mark.parametrize("folder", folders(), ids=str)
def test_every_message_is_translated(folder):
    catalogue = read(folder)
    found = {(text, context): catalogue.get(one(text), context) for text, context in MESSAGES}
    assert [key for key, row in found.items() if row is None or not all(strings(row)) or row.fuzzy] == []
    assert len(found) > 200


@pytest.mark.parametrize("folder", folders(), ids=str)
def test_no_translation_is_of_a_message_that_nobody_says(folder):
    wanted = {(one(text), context) for text, context in MESSAGES}
    assert [row.id for row in read(folder) if row.id and (one(row.id), row.context) not in wanted] == []


@pytest.mark.parametrize("folder", folders(), ids=str)
def test_the_places_of_a_message_are_those_of_its_translation(folder):
    wrong = [(row.id, error) for row in read(folder) for error in row.check(read(folder))]
    assert wrong == []


@pytest.mark.parametrize("folder", folders(), ids=str)
def test_what_is_compiled_is_what_is_written(folder):
    assert (folder / "django.mo").read_bytes() == compiled(read(folder))


def test_messages_are_found_where_they_are_said():
    source = 'say("By {time}.", time=1)\nx = message("One")\nsay.many("a", "b", 2)\nprint("no")\nsay(named)'
    assert list(of_module(source)) == [("By {time}.", None), ("One", None), (("a", "b"), None)]
    page = '{% translate "Show" %}{% include "x" with t=_("It\'s") %}{% translate "Share" context "part" %}{# no #}'
    assert list(of_template(page)) == [("Show", None), ("It's", None), ("Share", "part")]
    block = "{% blocktranslate with a=b %}As of {{ a }}.{% endblocktranslate %}"
    assert list(of_template(block)) == [("As of %(a)s.", None)]


def test_a_language_without_a_catalogue_is_english():
    assert [say_in(code) for code in ("en", "xx", "", "../de")] == [ENGLISH] * 4
    assert ENGLISH("By {time}.", time="09:12") == "By 09:12." and ENGLISH("") == ""


def test_plurals_follow_the_language():
    assert [duration(s, say_in("de")) for s in (1, 60, 7200, 5400)] == [
        "1 Sekunde", "1 Minute", "2 Stunden", "1 Stunde 30 Minuten",
    ]  # fmt: skip
    assert duration(0, say_in("de")) == "keine Zeit"


def test_languages_are_told_apart_by_their_code_alone():
    assert say_in("de") == Say("de") != ENGLISH
    assert len({say_in("de"), Say("de"), ENGLISH}) == 2


def test_the_first_language_that_is_known_is_spoken():
    assert [first_known(codes) for codes in (["", "de"], ["xx", "", "en"], [], ["fr"])] == ["de", "en", "en", "en"]


@pytest.mark.parametrize(
    ("said", "english"),
    [
        ("Wie wir Ihre Anfragen bearbeiten", False),
        ("Normal bis 17:30 Uhr, Ortszeit Berlin", False),
        ("How we handle your requests", True),
        ("By 09:12.", True),
        ("Your mail runs on Microsoft 365.", True),
        ("Something that is in no catalogue", True),
    ],
)
def test_english_is_noticed(said, english):
    assert bool(english_in(said)) is english


def test_what_is_read_out_is_read_too():
    assert "Done:" in readable('<svg aria-label="Done:" title="x"></svg><script>the code</script>')
    assert "the code" not in readable("<script>the code</script>")
