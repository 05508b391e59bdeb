"""The files of a ticket: kept with the note or reply that they came with, and shown where that is shown."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from mimetypes import guess_type
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet, Sum

from accounts.models import User
from clients.models import Client
from documents.file_names import clean_name
from tickets.file_limits import fault
from tickets.models import Ticket, TicketFile
from tickets.work import Work
from tickets.working import BadAnswer

COLUMNS = ("pk", "ticket_id", "seq", "public", "name", "size", "added_at", "added_by__name", "added_by__email")
File = dict[str, Any]


def enclose(work: Work, files: Sequence[UploadedFile], *, public: bool, by: User, now: datetime) -> list[str]:
    """Keep files with the event that is written next on a ticket in hand; the lines by which the client's mail names
    them come out. Raises BadAnswer for one that is empty, too large, or too many."""
    if not files:
        return []
    kept = TicketFile.objects.filter(ticket_id=work.id).aggregate(bytes=Sum("size"))["bytes"] or 0
    named = [(clean_name(file.name or ""), file) for file in files]
    if wrong := fault([(name, file.size or 0) for name, file in named], kept=kept):
        raise BadAnswer("files", wrong)
    for name, file in named:
        _keep(work, name, file, public=public, by=by, now=now)
    return _told(work, [name for name, _ in named]) if public else []


def _keep(work: Work, name: str, file: UploadedFile, *, public: bool, by: User, now: datetime) -> None:
    """One row at a time, so that no more than one file is in memory."""
    content = file.read()
    TicketFile.objects.create(
        ticket_id=work.id, seq=work.event_count + 1, public=public, name=name, content=content, size=len(content),
        content_type=(guess_type(name)[0] or "application/octet-stream")[:100],
        sha256=sha256(content).hexdigest(), added_by=by, added_at=now,
    )  # fmt: skip


def _told(work: Work, names: Sequence[str]) -> list[str]:
    slug = Client.objects.values_list("slug", flat=True).get(pk=work.client_id)
    url = f"{settings.PUBLIC_URL}/portal/{slug}/tickets/{work.key}/"
    return ["", work.say("With it come: {names}. You find them here: {url}", names=", ".join(names), url=url)]


def panel(ticket: Ticket, *, user: User, may_work: bool) -> dict[str, Any]:
    """What the ticket's page shows of its files, the latest first: its own, and those of tickets merged into it.

    `files` are rows of `name`, `url`, `size`, `public`, `at`, `who`, `seq` and `of` (the key of the ticket that was
    merged into this one, else ""); `may_enclose` says whether the reader can add some by writing.
    """
    return {"files": files_of(ticket, user=user), "may_enclose": may_work}


def files_of(ticket: Ticket, *, user: User) -> list[File]:
    """Rows for the panel in one query; no content is read."""
    of_these = Q(ticket=ticket.pk) | Q(ticket__merged_into=ticket.pk)
    rows = readable(user).filter(of_these).order_by("-added_at", "-pk").values(*COLUMNS)
    return [_shown(row, ticket.pk) for row in rows]


def _shown(row: File, page_of: int) -> File:
    key = f"ESC-{row['ticket_id']}"
    return {
        "name": row["name"], "size": row["size"], "public": row["public"], "at": row["added_at"], "seq": row["seq"],
        "who": row["added_by__name"] or row["added_by__email"] or "", "of": "" if row["ticket_id"] == page_of else key,
        "url": f"/tickets/{key}/files/{row['pk']}/",
    }  # fmt: skip


def by_entry(files: Iterable[File]) -> dict[int, list[File]]:
    """The ticket's own files by the event that they came with, in the order in which they were chosen."""
    found: dict[int, list[File]] = defaultdict(list)
    for file in files:
        if not file["of"]:
            found[file["seq"]].insert(0, file)
    return found


def readable(user: User) -> QuerySet[TicketFile]:
    """The files that `user` may save: those of the tickets that it may see."""
    return TicketFile.objects.filter(ticket__client__in=Client.objects.visible_to(user))
