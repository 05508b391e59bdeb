"""Searching finds words of any language in what one may read, the name before the body, and shows where."""

import pytest

from documents.models import Document
from documents.search import found_in
from papers import again, opened, paper


def names(asked, user=None):
    documents = Document.objects.visible_to(user) if user else Document.objects.all()
    return [document.name for document in found_in(documents, asked)]


def snippet(asked):
    return found_in(Document.objects.all(), asked)[0].snippet


@pytest.fixture
def shelf(world):
    paper(world, "Backup of servers", body="Every night. Ask **Veeam** for `0x8004de40` on fs01.acme.example.")
    paper(world, "Router", body="# Reset\n\nAfter a backup, pull the plug. Größe und Ölstand prüfen.")
    paper(world, "Night shift in Tokyo", body="夜間のバックアップを確認する。")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("backup", ["Backup of servers", "Router"]),
        ("BACK", ["Backup of servers", "Router"]),
        ("backup plug", ["Router"]),
        ("veeam", ["Backup of servers"]),
        ("0x8004de40", ["Backup of servers"]),
        ("fs01", ["Backup of servers"]),
        ("fs01.acme", ["Backup of servers"]),
        ("größe", ["Router"]),
        ('"pull the plug"', ["Router"]),
        ('"plug the pull"', []),
        ("backup -plug", ["Backup of servers"]),
        ("veeam or plug", ["Backup of servers", "Router"]),
        ("バックアップ", ["Night shift in Tokyo"]),
        ("nothing of the sort", []),
    ],
)
def test_words_and_beginnings_of_words_are_found(shelf, asked, found):
    assert sorted(names(asked)) == sorted(found)


def test_the_name_counts_more_than_the_body(shelf):
    assert names("backup")[0] == "Backup of servers"


@pytest.mark.parametrize(
    "asked",
    [
        "%'\"; DROP TABLE documents_document; --",
        "%",
        "_",
        "\\",
        "'",
        '"',
        "🙂",
        "& | ! ( ) : * <->",
        "zz:*",
        "'zz':*",
        "x" * 200,
        "-",
    ],
)
def test_what_is_no_question_finds_nothing_and_breaks_nothing(shelf, asked):
    assert names(asked) == []
    assert Document.objects.count() == 3


def test_only_what_one_may_read_is_found(world, shelf):
    opened(world, world.acme, "For Acme", body="Our backup for you.")
    opened(world, world.client("Beta"), "For Beta", body="Our backup for you.")
    assert names("backup", world.reader(world.acme)) == ["For Acme"]
    assert len(names("backup", world.l1)) == 4


def test_the_snippet_shows_what_was_found_and_nothing_of_it_is_html(world):
    paper(world, "Nasty", body="If 1 < 2 <script>alert(1)</script> \ue000the\ue001 router & more.")
    found = snippet("router")
    assert "<mark>router</mark> &amp; more" in found
    assert found.count("<") == 2 and "script" not in found


def test_a_text_without_blanks_shows_where_it_was_found(shelf):
    assert snippet("バックアップ") == "夜間の<mark>バックアップ</mark>を確認する。"


def test_a_text_without_blanks_is_found_and_shown_however_it_is_written(world):
    paper(world, "Long", body=f"{'前' * 200}ＲＯＵＴＥＲxを確認{'後' * 200}")
    assert snippet("ｒｏｕｔｅｒX") == f"{'前' * 60}<mark>ＲＯＵＴＥＲx</mark>を確認{'後' * 57}"


def test_a_search_costs_one_query_more_by_signs_than_by_words_however_much_is_found(
    world, shelf, django_assert_num_queries
):
    for number in range(15):
        paper(world, f"Tokyo {number}", body="夜間のバックアップを確認する。")
    listed = Document.objects.defer("words", "search")
    with django_assert_num_queries(1):
        assert len(found_in(listed, "backup")) == 2
    with django_assert_num_queries(2):
        assert len(found_in(listed, "バックアップ")) == 16


def test_a_new_version_is_found_by_its_words_and_not_by_the_old_ones(world):
    document = paper(world, body="Old wisdom.")
    again(world, document, "New insight.", base=1, added="")
    assert (names("wisdom"), names("insight")) == ([], ["Restart the router"])


def test_added_words_are_found_too(world):
    document = paper(world)
    Document.objects.filter(pk=document.pk).update(source_key="policy:x")
    again(world, Document.objects.get(pk=document.pk), "", base=1, added="Ask Ann.")
    assert names("ann") == ["Restart the router"]


def test_the_longest_document_can_be_found(world):
    words = " ".join(f"w{number}" for number in range(14_000))
    paper(world, body=words[:99_999])
    assert names("w9000") == ["Restart the router"]
