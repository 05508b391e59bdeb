"""Files go with documents: small enough, with harmless names, and only ever saved, by who may read the document."""

from hashlib import sha256

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from documents.attachments import LARGEST, MOST, BadAttachment, attach, detach
from documents.models import Attachment, DocumentChange
from papers import account_manager, opened, paper


def file(name="plan.pdf", content=b"%PDF-1.7 plan"):
    upload = SimpleUploadedFile("x", content)
    upload._name = name  # as a program could send it, before any cleaning
    return upload


def attached(world, document, name="plan.pdf", content=b"%PDF-1.7 plan"):
    return attach(document=document, file=file(name, content), by=world.manager, now=world.now)


def browser_of(user):
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def document(world):
    return paper(world)


def test_a_file_is_kept_with_its_digest(world, document):
    kept = attached(world, document)
    assert (kept.name, kept.size, bytes(kept.content)) == ("plan.pdf", 13, b"%PDF-1.7 plan")
    assert kept.sha256 == sha256(b"%PDF-1.7 plan").hexdigest()
    assert [change.text for change in document.changes.all()] == ["Attached “plan.pdf”."]


@pytest.mark.parametrize("name", ["../../x", "..\\..\\x", "/etc/x", "x"])
def test_a_name_that_leads_elsewhere_leads_nowhere(world, document, name):
    assert attached(world, document, name).name == "x"


def test_a_second_file_of_the_same_name_gets_a_number(world, document):
    assert [attached(world, document).name for _ in range(3)] == ["plan.pdf", "plan (2).pdf", "plan (3).pdf"]


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "empty"), (b"x" * (LARGEST + 1), "10.0 MB; 10 MB is the most")], ids=["none", "large"]
)
def test_a_file_that_is_empty_or_too_large_is_refused_in_words(world, document, content, words):
    with pytest.raises(BadAttachment, match=words):
        attached(world, document, content=content)
    assert not Attachment.objects.exists()


def test_a_file_of_exactly_ten_megabytes_is_taken(world, document):
    assert attached(world, document, content=b"x" * LARGEST).size == LARGEST


def test_there_are_only_so_many(world, document):
    for _ in range(MOST):
        attached(world, document)
    with pytest.raises(BadAttachment, match="take one away"):
        attached(world, document)


def test_who_may_not_write_the_document_neither_attaches_nor_takes_away(world):
    document = opened(world, world.acme)
    kept = attached(world, document)
    for user in (world.l1, world.reader(world.acme)):
        with pytest.raises(PermissionDenied):
            attach(document=document, file=file(), by=user, now=world.now)
        with pytest.raises(PermissionDenied):
            detach(attachment=kept, by=user, now=world.now)


def test_what_is_taken_away_stays_on_record(world, document):
    kept = attached(world, document)
    detach(attachment=kept, by=world.l1, now=world.now)
    assert not Attachment.objects.exists()
    assert DocumentChange.objects.first().text == f"Took away “plan.pdf” (SHA-256 {kept.sha256})."


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "script.js", "plan.pdf", "Übersicht.pdf"])
def test_whatever_is_in_it_a_browser_only_saves_it(world, document, name):
    kept = attached(world, document, name, b"<script>alert(1)</script>")
    answer = browser_of(world.l1).get(f"/documents/{document.slug}/attachments/{kept.pk}/")
    assert answer.status_code == 200 and answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_a_file_is_saved_by_those_who_read_its_document_and_by_nobody_else(world):
    beta = world.client("Beta")
    document = opened(world, world.acme)
    kept = attached(world, document)
    desk, own = f"/documents/{document.slug}/attachments/{kept.pk}/", f"/portal/acme/documents/{document.slug}"
    reader, other = world.reader(world.acme), world.reader(beta)
    readable = f"{own}/attachments/{kept.pk}/"
    assert browser_of(reader).get(readable).content == b"%PDF-1.7 plan"
    assert browser_of(account_manager(world, world.acme)).get(desk).status_code == 200
    assert browser_of(account_manager(world, beta)).get(desk).status_code == 404
    assert browser_of(other).get(readable).status_code == 404
    assert browser_of(other).get(f"/portal/beta/documents/{document.slug}/attachments/{kept.pk}/").status_code == 404
    assert Browser().get(readable).status_code == 302


def test_a_file_is_not_found_through_another_document(world, document):
    kept = attached(world, document)
    other = paper(world, "Another")
    assert browser_of(world.l1).get(f"/documents/{other.slug}/attachments/{kept.pk}/").status_code == 404


def test_the_page_takes_a_file_and_says_what_is_wrong_with_another(world, document):
    browser, url = browser_of(world.l1), f"/documents/{document.slug}/attachments/"
    answer = browser.post(url, {"file": file("../../x.html", b"<script>")}, follow=True)
    assert "“x.html” is attached." in answer.content.decode()
    for content, words in ((None, "Choose a file first."), (b"", "The file is empty")):
        answer = browser.post(url, {"file": file(content=content)} if content is not None else {})
        assert answer.status_code == 422 and words in answer.content.decode()


def test_a_file_that_is_far_too_large_is_answered_in_words(world, document):
    answer = browser_of(world.l1).post(
        f"/documents/{document.slug}/attachments/", {"file": file(content=b"x" * (LARGEST + 99_999))}
    )
    assert answer.status_code == 413 and "more than 10 MB" in answer.content.decode()


def test_the_page_takes_a_file_away(world, document):
    kept = attached(world, document)
    answer = browser_of(world.l1).post(f"/documents/{document.slug}/attachments/{kept.pk}/removal/", follow=True)
    assert "is taken away" in answer.content.decode() and not Attachment.objects.exists()
