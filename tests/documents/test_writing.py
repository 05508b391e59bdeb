"""People write documents, and know what they replace; what is generated keeps what people added."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from accounts import roles
from documents.models import Document, DocumentChange, DocumentVersion
from documents.search import found_in
from documents.writing import (
    LONGEST,
    BadDocument,
    NothingChanged,
    PublishedMeanwhile,
    generate,
    put_out_of_force,
    tidied,
    write,
)  # fmt: skip
from papers import again, opened, paper


def generated(world, body="The ladder.", **said):
    facts = {
        "source_key": "policy:standard", "name": "Standard policy", "kind": "POLICY", "audience": "INTERNAL",
        "client": None, "note": "Version 2 of the policy", "now": world.now,
    }  # fmt: skip
    return generate(body=body, **(facts | said))


def numbers(document):
    return list(document.versions.order_by("number").values_list("number", flat=True))


# by people


def test_a_new_document_is_internal_and_has_its_first_version(world):
    document = paper(world)
    version = DocumentVersion.live(document)
    assert (document.audience, document.slug, document.client) == ("INTERNAL", "restart-the-router", None)
    assert (version.number, version.document, version.note, version.author, version.published_at) == (
        1, {"body": "Pull the plug.", "added": ""}, "First", world.manager, world.now,
    )  # fmt: skip


def test_an_edit_makes_the_next_version_and_leaves_the_first_alone(world):
    document = paper(world)
    again(world, document, "Pull the plug twice.", base=1)
    assert [version.body for version in document.versions.order_by("number")] == [
        "Pull the plug.",
        "Pull the plug twice.",
    ]


def test_a_published_version_cannot_be_changed_even_by_hand(world):
    version = DocumentVersion.live(paper(world))
    for change in (version.delete, lambda: DocumentVersion.objects.update(note="Other")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_second_of_two_is_told_and_nothing_is_overwritten(world):
    document = paper(world)
    again(world, document, "By the one.", base=1)
    with pytest.raises(PublishedMeanwhile) as told:
        again(world, document, "By the other.", base=1)
    assert told.value.version.body == "By the one." and numbers(document) == [1, 2]


def test_what_says_the_same_is_not_published(world):
    document = paper(world)
    with pytest.raises(NothingChanged) as told:
        again(world, document, "Pull the plug.\r\n\n", base=1)
    assert told.value.version.number == 1


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"body": " \n"}, "body", "Write what"),
        ({"body": "x" * (LONGEST + 1)}, "body", "100,001 characters"),
        ({"body": "x" * 2_000_000}, "body", "Split it, or attach it"),
        ({"added": "x" * (LONGEST + 1)}, "added", "at most 100,000"),
        ({"note": " "}, "note", "Say why"),
        ({"note": "x" * 301}, "note", "at most 300"),
    ],
)
def test_what_is_wrong_is_told_with_its_field_and_a_way_out(world, said, field, words):
    said = {"body": "Text", "note": "Why", **said}
    with pytest.raises(BadDocument) as told:
        write(document=Document(name="New one", kind="RUNBOOK"), by=world.manager, base_number=0, now=world.now, **said)
    assert [(name, words in message) for name, message in told.value.problems] == [(field, True)]
    assert not Document.objects.exists()


@pytest.mark.parametrize("name", ["new", "🙂", "Restart the router", "restart the ROUTER!"])
def test_a_name_that_makes_no_address_of_its_own_is_refused(world, name):
    paper(world)
    with pytest.raises(BadDocument) as told:
        paper(world, name)
    assert [field for field, _ in told.value.problems] == ["name"]


def test_technicians_write_runbooks_and_nothing_else(world):
    document = paper(world)
    assert again(world, document, "Better.", base=1, by=world.l1).author == world.l1
    for kind in ("POLICY", "CONTRACT", "PLAYBOOK"):
        with pytest.raises(PermissionDenied):
            write(
                document=Document(name=kind, kind=kind), body="x", by=world.l1, note="y", base_number=0, now=world.now
            )


@pytest.mark.parametrize("role", [roles.DECISION_MAKER, roles.CLIENT_USER])
def test_a_client_s_people_write_nothing(world, role):
    document = opened(world, world.acme, kind="RUNBOOK")
    with pytest.raises(PermissionDenied):
        again(world, document, "Ours.", base=1, by=world.reader(world.acme, role))


def test_what_the_database_cannot_hold_is_taken_out():
    assert tidied("a\x00b\r\nc\rd \ud800\n\n") == "ab\nc\nd"


def test_an_edit_with_a_stale_row_does_not_move_the_audience_back(world):
    document = paper(world)
    stale = Document.objects.get(pk=document.pk)
    opened_one = opened(world, world.acme, "Another")
    Document.objects.filter(pk=document.pk).update(asks_receipt=True)
    again(world, stale, "Next.", base=1)
    assert Document.objects.get(pk=document.pk).asks_receipt and opened_one.audience == "CLIENT"


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_make_one_version_and_one_is_told(world):
    document, told, gate = paper(world), [], threading.Barrier(2)

    def publish(text):
        gate.wait()
        try:
            told.append(again(world, Document.objects.get(pk=document.pk), text, base=1).number)
        except PublishedMeanwhile as error:
            told.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=[text]) for text in ("One.", "Other.")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, told)) == ["2", "Restart the router v2 was published meanwhile"]


# generated


def test_what_is_generated_is_published_only_when_it_differs(world):
    document = generated(world)
    generated(world, digest="abc")
    generated(world, "The new ladder.")
    assert numbers(document) == [1, 2]
    assert DocumentVersion.live(document).author is None


def test_added_words_survive_when_the_rest_is_generated_anew(world):
    document = generated(world)
    write(
        document=document, body="ignored", added="Ask Ann on Fridays.", by=world.manager, note="More", base_number=1,
        now=world.now,
    )  # fmt: skip
    generated(world, "The new ladder.")
    assert DocumentVersion.live(document).document == {"body": "The new ladder.", "added": "Ask Ann on Fridays."}
    assert [version.body for version in document.versions.order_by("number")][1] == "The ladder."


def test_words_can_be_added_although_the_rest_was_generated_anew_meanwhile(world):
    document = generated(world)
    generated(world, "The new ladder.")
    version = again(world, document, "", base=1, added="Ask Ann.")
    assert (version.number, version.body, version.added) == (3, "The new ladder.", "Ask Ann.")
    with pytest.raises(PublishedMeanwhile):
        again(world, document, "", base=1, added="Ask Bob.")


def test_a_generated_document_never_moves_to_another_audience(world):
    generated(world)
    with pytest.raises(ValueError, match="policy:standard is for INTERNAL"):
        generated(world, audience="CLIENT", client=world.acme)


def test_a_client_s_generated_document_is_read_by_its_decision_makers(world):
    document = generated(world, source_key="guide:acme", kind="CLIENT_GUIDE", audience="CLIENT", client=world.acme)
    assert list(document.grants.values_list("group__name", flat=True)) == ["decision maker of acme"]


def test_a_name_that_is_taken_or_makes_no_address_does_not_stop_it(world):
    paper(world, "Standard policy")
    assert generated(world).name == "Standard policy (policy:standard)"
    other = generated(world, source_key="policy:x", name="🙂")
    assert (other.name, other.slug) == ("🙂", "document-policy-x")


def test_it_follows_the_name_of_what_it_is_generated_from_and_keeps_its_address(world):
    generated(world)
    document = generated(world, name="House policy")
    assert (document.name, document.slug) == ("House policy", "standard-policy")
    assert found_in(Document.objects.all(), "house") == [document]


def test_what_is_gone_is_marked_once_and_comes_back_into_force(world):
    document = generated(world)
    put_out_of_force(document=document, why="The policy is gone", now=world.now)
    put_out_of_force(document=document, why="The policy is gone", now=world.now + timedelta(hours=1))
    document.refresh_from_db()
    assert document.out_of_force_at == world.now
    assert [change.text for change in DocumentChange.objects.all()] == ["Out of force from now on."]
    assert generated(world).out_of_force_at is None
    assert numbers(document) == [1]


def test_a_body_that_is_too_long_to_be_published_is_refused_in_words(world):
    with pytest.raises(BadDocument, match="a document has at most"):
        generated(world, "x" * (LONGEST + 1))
    assert not Document.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_generate_at_once_make_one_document_and_one_version(world):
    gate, failed = threading.Barrier(2), []

    def make():
        gate.wait()
        try:
            generated(world)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and numbers(Document.objects.get()) == [1]
