"""Writing documents: by people, who must know what they replace, and by what they are generated from."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchVector
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, Value
from django.utils.text import slugify

from accounts.models import User
from clients.models import Client
from documents.markdown import rendered
from documents.models import Document, DocumentChange, DocumentVersion
from documents.permissions import check_may_write
from documents.receipts import ask, carry_over
from documents.sharing import grant_defaults

LONGEST = 100_000
LONGEST_NOTE = 300
RESERVED = {"new"}  # the address of the form for a new one
SEARCHED = "simple"  # words of any language, as they are written
Problem = tuple[str, str]


class NotWritten(Exception):
    """No version was published."""


class BadDocument(NotWritten):
    """It cannot be published; `problems` are pairs of a field and what is wrong with it, with a way out."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in problems))
        self.problems = list(problems)


class PublishedMeanwhile(NotWritten):
    """Somebody published `version` after the one that this edit began with."""

    def __init__(self, version: DocumentVersion) -> None:
        super().__init__(f"{version} was published meanwhile")
        self.version = version


class NothingChanged(NotWritten):
    """The live `version` says the same."""

    def __init__(self, version: DocumentVersion) -> None:
        super().__init__(f"{version} says the same")
        self.version = version


@transaction.atomic
def write(
    *, document: Document, body: str, added: str = "", by: User, note: str, base_number: int, now: datetime,
    asks_receipt: bool | None = None,
) -> DocumentVersion:  # fmt: skip
    """Publish what a person wrote as the next version; a new, unsaved `document` is saved with its default readers.

    Of a generated document only `added` is taken: its body is not for people to write. `base_number` is the version
    that the edit began with, 0 for none; `asks_receipt` None leaves it as it is, and a policy always asks. Raises
    PermissionDenied, BadDocument, PublishedMeanwhile or NothingChanged.
    """
    live = _live(document)
    check_may_write(by, document)
    body, added = tidied(body), tidied(added)
    if document.is_generated and live:
        body = live.body
    _refuse_overtaken(document, live, base_number)
    _check(document, body, added, note)
    if live and (live.body, live.added) == (body, added):
        raise NothingChanged(live)
    if document.pk is None:
        _save_new(document)
    if asks_receipt is not None:
        document.asks_receipt = asks_receipt
    follows = live.follows if live else 0
    return _publish(document, body, added, author=by, note=note.strip(), now=now, follows=follows)


@transaction.atomic
def generate(
    *, source_key: str, name: str, kind: str, audience: str, client: Client | None, body: str, note: str,
    now: datetime, digest: str = "", follows: int = 0,
) -> Document:  # fmt: skip
    """Make or renew the document that is generated from `source_key`; a version is published only if it differs.

    What people added stays. `digest` is kept with it, for whoever compares facts. Two at once publish once. `follows`
    is the key of the version that it follows from: while that is the same, nobody is asked to read again. Raises
    BadDocument for a body that is too long, and ValueError for another audience than it has: what is generated never
    moves between audiences.
    """
    _in_turn(source_key)
    document = Document.objects.select_for_update().filter(source_key=source_key).first()
    if document is None:
        document = _made(source_key=source_key, name=name, kind=kind, audience=audience, client=client)
    elif (document.audience, document.client_id) != (audience, client.pk if client else None):
        raise ValueError(
            f"{source_key} is for {document.audience} {document.client or ''}, not for {audience} {client}"
        )
    live, body = DocumentVersion.live(document), tidied(body)
    if found := _too_long("body", body):
        raise BadDocument(found)
    _rename(document, name)
    document.digest, document.out_of_force_at = digest, None
    document.save(update_fields=["digest", "out_of_force_at"])
    if live is None or live.body != body:
        added, same = (live.added if live else ""), bool(live and follows and live.follows == follows)
        version = _write(document, body, added, author=None, note=note[:LONGEST_NOTE], now=now, follows=follows)
        if same:
            carry_over(live, version)
        ask(document, now=now)
    return document


@transaction.atomic
def import_text(*, document: Document, body: str, note: str, now: datetime) -> DocumentVersion:
    """Publish what a file says as the next version of a hand-written document; what it had of added words stays."""
    live = _live(document)
    return _publish(document, tidied(body), live.added if live else "", author=None, note=note, now=now)


@transaction.atomic
def put_out_of_force(*, document: Document, why: str, now: datetime) -> None:
    """What it was generated from is gone; the document stays, marked. Nothing happens when it is marked already."""
    marked = Document.objects.filter(pk=document.pk, out_of_force_at__isnull=True).update(out_of_force_at=now)
    if marked:
        DocumentChange.objects.create(
            document=document, at=now, by=None, text="Out of force from now on.", why=why[:300]
        )


def tidied(text: str) -> str:
    """Text as it is stored: one kind of line ends, no signs that the database cannot hold, no blanks at the end."""
    lines = re.sub("[\x00\ue000\ue001\ud800-\udfff]", "", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(lines).strip("\n").rstrip()


# What is refused


def _live(document: Document) -> DocumentVersion | None:
    """The live version, under the document's lock and with the document as it is by then."""
    if document.pk is None:
        return None
    document.refresh_from_db(from_queryset=Document.objects.select_for_update())
    return DocumentVersion.live(document)


def _refuse_overtaken(document: Document, live: DocumentVersion | None, base_number: int) -> None:
    """Refuse to replace a version that the author has not seen; one that was only generated anew does no harm."""
    if live is None or live.number == base_number:
        return
    base = DocumentVersion.objects.filter(of=document, number=base_number).first()
    if not (document.is_generated and base and base.added == live.added):
        raise PublishedMeanwhile(live)


def _check(document: Document, body: str, added: str, note: str) -> None:
    problems = [*name_problems(document), *_too_long("body", body), *_too_long("added", added)]
    if not body.strip():
        problems.append(("body", "Write what the document says."))
    if not note.strip():
        problems.append(("note", "Say why: it stands beside the version for good."))
    if len(note.strip()) > LONGEST_NOTE:
        problems.append(("note", f"Write at most {LONGEST_NOTE} characters; these are {len(note.strip())}."))
    if problems:
        raise BadDocument(problems)


def _too_long(field: str, text: str) -> list[Problem]:
    if len(text) <= LONGEST:
        return []
    words = f"This is {len(text):,} characters; a document has at most {LONGEST:,}. Split it, or attach it as a file."
    return [(field, words)]


def name_problems(document: Document) -> list[Problem]:
    """What is wrong with the name of a new document."""
    slug = slugify(document.name)
    if document.pk is not None:
        return []
    if not slug or slug in RESERVED:
        return [("name", f"“{document.name}” makes no address: choose a name with letters, other than “new”.")]
    known = Document.objects.filter(Q(name=document.name) | Q(slug=slug)).exists()
    return [("name", "There is a document of this name already: choose another name.")] if known else []


# What is written


def _save_new(document: Document) -> None:
    try:
        with transaction.atomic():
            document.save()
    except IntegrityError:
        document.pk = None
        raise BadDocument([("name", "There is a document of this name since just now: choose another name.")]) from None
    grant_defaults(document)


def _publish(document: Document, body: str, added: str, **more: Any) -> DocumentVersion:
    """Write the next version, and ask whoever must read it."""
    version = _write(document, body, added, **more)
    ask(document, now=more["now"])
    return version


def _write(
    document: Document, body: str, added: str, *, author: User | None, note: str, now: datetime, follows: int = 0
) -> DocumentVersion:
    words = "\n".join(filter(None, (rendered(body).words, rendered(added).words)))
    document.words = words
    document.asks_receipt = document.asks_receipt or document.kind == Document.Kind.POLICY
    document.save(update_fields=["words", "asks_receipt"])
    index(document)
    said = {"body": body, "added": added} | ({"follows": follows} if follows else {})
    return DocumentVersion.publish(document, said, author=author, note=note, now=now)


def index(document: Document) -> None:
    """Let searches find the live words, the name before the rest."""
    name = SearchVector(Value(document.name), weight="A", config=SEARCHED)
    words = SearchVector(Value(document.words), weight="B", config=SEARCHED)
    Document.objects.filter(pk=document.pk).update(search=name + words)


def _in_turn(source_key: str) -> None:
    """Two who generate the same document do so one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"document {source_key}"])


def _made(*, source_key: str, name: str, kind: str, audience: str, client: Client | None) -> Document:
    document = Document(
        source_key=source_key, kind=kind, audience=audience, client=client, name=_free_name(name, source_key)
    )
    if not slugify(document.name) or slugify(document.name) in RESERVED:
        document.slug = slugify(f"document {source_key.replace(':', ' ')}")[:120]
    document.save()
    grant_defaults(document)
    return document


def _rename(document: Document, name: str) -> None:
    """Follow the name of what it is generated from; the address stays."""
    if document.name not in (name[:120], _with_key(name, document.source_key)):
        document.name = _free_name(name, document.source_key, but=document.pk)
        document.save(update_fields=["name"])
        index(document)


def _free_name(name: str, source_key: str, but: int | None = None) -> str:
    """`name`, or a longer one where another document is called so."""
    taken = Document.objects.filter(Q(name=name[:120]) | Q(slug=slugify(name)[:120])).exclude(pk=but).exists()
    return _with_key(name, source_key) if taken else name[:120]


def _with_key(name: str, source_key: str) -> str:
    ending = f" ({source_key})"[:100]
    return f"{name[: 120 - len(ending)]}{ending}"
