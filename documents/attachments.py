"""Files that go with a document: kept in the database, cleaned of what their names could do."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from mimetypes import guess_type

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from documents.file_names import clean_name
from documents.models import Attachment, Document, DocumentChange
from documents.permissions import check_may_write

LARGEST = 10 * 1024 * 1024
MOST = 50


class BadAttachment(Exception):
    """This file cannot be attached; the message says why, with a way out."""


@transaction.atomic
def attach(*, document: Document, file: UploadedFile, by: User, now: datetime) -> Attachment:
    """Keep a file of at most 10 MB with the document, under a name of its own.

    Raises PermissionDenied, and BadAttachment for a file that is empty, too large, or one too many.
    """
    check_may_write(by, Document.objects.select_for_update().get(pk=document.pk))
    known = list(document.attachments.values_list("name", flat=True))
    _check(file, known)
    name, content = _free(clean_name(file.name or ""), known), file.read()
    attachment = Attachment.objects.create(
        document=document, name=name, content=content, size=len(content), sha256=sha256(content).hexdigest(),
        content_type=(guess_type(name)[0] or "application/octet-stream")[:100], added_by=by, added_at=now,
    )  # fmt: skip
    DocumentChange.objects.create(document=document, at=now, by=by, text=f"Attached “{name}”.")
    return attachment


@transaction.atomic
def detach(*, attachment: Attachment, by: User, now: datetime) -> None:
    """Take a file away for good; that it was there stays on record. Raises PermissionDenied."""
    document = Document.objects.select_for_update().get(pk=attachment.document_id)
    check_may_write(by, document)
    text = f"Took away “{attachment.name}” (SHA-256 {attachment.sha256})."
    DocumentChange.objects.create(document=document, at=now, by=by, text=text)
    attachment.delete()


def _check(file: UploadedFile, known: Sequence[str]) -> None:
    if not file.size:
        raise BadAttachment("The file is empty: choose another one.")
    if file.size > LARGEST:
        size = f"{file.size / 1_048_576:.1f}"
        raise BadAttachment(f"The file has {size} MB; 10 MB is the most. Make it smaller, or link to it in the text.")
    if len(known) >= MOST:
        raise BadAttachment(f"There are {MOST} files already: take one away first.")


def _free(name: str, known: Sequence[str]) -> str:
    """`name`, or with a number where a file is called so already."""
    stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
    number, free = 1, name
    while free in known:
        number += 1
        free = f"{stem[: 110 - len(ending)]} ({number}){dot}{ending}"
    return free
