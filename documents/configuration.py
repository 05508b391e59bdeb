"""Documents that people write as configuration; what is generated comes back by itself and is not written out."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.contrib.auth.models import Group
from pydantic import StringConstraints

from accounts.configuration import Change, Entry, Run
from accounts.schema import Name, Row, Upper
from clients.models import Client
from documents.models import Document, DocumentVersion
from documents.permissions import default_groups, may_be_granted
from documents.sharing import BadSharing, NeedsConfirmation, Opening, change_audience, grant_defaults, set_readers
from documents.writing import LONGEST, import_text, name_problems, tidied

Body = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
Kind = Annotated[Literal["POLICY", "RUNBOOK", "PLAYBOOK", "CONTRACT", "VENDOR_SHEET", "CLIENT_GUIDE", "REVIEW"], Upper]


class DocumentRow(Row):
    """A hand-written document, internal unless it says otherwise; `readers` where they are not the usual ones."""

    name: Name
    kind: Kind = None
    audience: Annotated[Literal["INTERNAL", "CLIENT"], Upper] = None
    client: Name = None
    readers: list[Name] = None
    body: Body = None


def import_documents(entries: Sequence[Entry[DocumentRow]], run: Run) -> None:
    for entry in entries:
        with run.importing(entry):
            _import_document(entry, run)


def _import_document(entry: Entry[DocumentRow], run: Run) -> None:
    row = Document.objects.filter(name=entry.row.name).first() or Document(name=entry.row.name)
    run.needs(entry, row, "kind", "body")
    audience = entry.row.audience or row.audience
    client = _client(entry, row, audience, run)
    for key, words in name_problems(row):
        run.refuse(entry, words, key)
    if row.is_generated:
        run.refuse(entry, f'"{row.name}" is generated: choose another name', "name")
    if row.pk and entry.gives("kind") and entry.row.kind != row.kind:
        run.refuse(entry, f"is {row.kind}, and that never changes", "kind")
    run.checked()
    change = _settle(entry, row, audience, client, run)
    if entry.gives("readers"):
        _set_readers(entry, row, change, run)
    if entry.gives("body"):
        _publish(entry, row, change, run)
    run.record(row, change)


def _client(entry: Entry[DocumentRow], row: Document, audience: str, run: Run) -> Client | None:
    """The client that the document is for or about."""
    if entry.gives("client") and entry.row.client:
        return run.find(Client, entry.row.client, entry, "client")
    if audience == Document.Audience.CLIENT and row.client is None:
        run.refuse(entry, "is missing: a document for a client says which", "client")
    return row.client


def _settle(entry: Entry[DocumentRow], row: Document, audience: str, client: Client | None, run: Run) -> Change:
    """Save a new document with its readers, or move a known one to this audience."""
    if row.pk is None:
        change = run.settle(row, {"kind": entry.row.kind, "audience": audience, "client": client})
        grant_defaults(row)
        return change
    change = Change()
    moved = change.note("audience", row.audience, audience)
    if change.note("client", row.client_id, client and client.pk) or moved:
        _move(entry, row, audience, client, run)
    return change


def _move(entry: Entry[DocumentRow], row: Document, audience: str, client: Client | None, run: Run) -> None:
    """Give it this audience. A file asks nobody, so whoever would read it from now on stands in the plan."""
    facts: dict[str, Any] = {"document": row, "audience": audience, "client": client, "by": None, "why": entry.note}
    try:
        change_audience(**facts, confirmed=False, now=run.now)
    except NeedsConfirmation as asked:
        run.remark(f"{row}: {_opened(asked.opening, audience)}")
        change_audience(**facts, confirmed=True, now=run.now)


def _opened(opening: Opening, audience: str) -> str:
    people = ", ".join(str(person) for person in opening.people) or "nobody yet"
    files = "".join(f", with the file “{name}”" for name in opening.attachments)
    if audience == Document.Audience.CLIENT:
        return f"opened to {opening.client}, whose decision makers read it from now on ({people}){files}"
    return f"no longer kept to those who may see its client; who reads it as well from now on: {people}{files}"


def _set_readers(entry: Entry[DocumentRow], row: Document, change: Change, run: Run) -> None:
    """Exactly these groups have a grant, managers among those of an internal document."""
    before = set(_readers(row))
    wanted = {name: Group.objects.filter(name=name).first() for name in entry.row.readers}
    for index, (name, group) in enumerate(wanted.items()):
        if group is None or not may_be_granted(row, group):
            run.refuse(entry, f'"{name}" is no group that this document can be for', "readers", index)
    run.checked()
    if not change.note("readers", sorted(before), sorted(wanted)):
        return
    try:
        set_readers(document=row, groups=list(wanted.values()), by=None, why=entry.note, now=run.now)
    except BadSharing as error:
        run.refuse(entry, str(error), "readers")
        run.checked()


def _publish(entry: Entry[DocumentRow], row: Document, change: Change, run: Run) -> None:
    live = DocumentVersion.live(row)
    if change.note("body", live.body if live else None, tidied(entry.row.body)):
        change.version = import_text(document=row, body=entry.row.body, note=entry.note, now=run.now).number


def export_documents() -> list[dict[str, Any]]:
    """All that people wrote."""
    written = Document.objects.filter(source_key="").select_related("client").order_by("name")
    return [_exported(document) for document in written]


def _exported(document: Document) -> dict[str, Any]:
    live, readers = DocumentVersion.live(document), _readers(document)
    form: dict[str, Any] = {"name": document.name, "kind": document.kind, "audience": document.audience}
    if document.client:
        form["client"] = document.client.name
    if readers != sorted(group.name for group in default_groups(document)):
        form["readers"] = readers
    return form | ({"body": live.body} if live else {})


def _readers(document: Document) -> list[str]:
    return sorted(document.grants.values_list("group__name", flat=True))
