"""Who may read a document, and every change of that: grants to groups, and the audience, which asks before it opens."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from guardian.shortcuts import assign_perm, remove_perm

from accounts.models import User
from clients.models import Client
from documents.models import Document, DocumentChange, DocumentGroupObjectPermission
from documents.permissions import KEEPERS, check_may_share, default_groups, may_be_granted

PERMISSION = "view_document"
LONGEST_WHY = 300


class NotShared(Exception):
    """Who reads the document has not changed."""


class BadSharing(NotShared):
    """It cannot be shared so; `field` is what to change, the message says how."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Opening:
    """Who will read a document that is opened to a client, and which files with it."""

    client: Client
    people: tuple[User, ...]
    attachments: tuple[str, ...]


class NeedsConfirmation(NotShared):
    """It would be shown to a client; `opening` names who would read it."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(f"{opening.client} would read it")
        self.opening = opening


def grant_defaults(document: Document) -> None:
    """Let the groups read it that read a document of this audience."""
    for group in default_groups(document):
        assign_perm(PERMISSION, group, document)


@transaction.atomic
def grant(*, document: Document, group: Group, by: User, why: str, now: datetime) -> None:
    """Let a group read the document. Raises PermissionDenied, and BadSharing for a group that it is not for."""
    check_may_share(by)
    document = _locked(document)
    if not may_be_granted(document, group):
        raise BadSharing("group", _not_for(document, group))
    if _holds(document, group):
        raise BadSharing("group", f"“{group.name}” reads it already.")
    assign_perm(PERMISSION, group, document)
    _log(document, f"“{group.name}” may read it.", by=by, why=why, now=now)


@transaction.atomic
def revoke(*, document: Document, group: Group, by: User, why: str, now: datetime) -> None:
    """Take a group's grant away. Raises PermissionDenied, and BadSharing for managers, who must be able to share."""
    check_may_share(by)
    document = _locked(document)
    if document.is_internal and group.name in KEEPERS:
        raise BadSharing("group", f"“{group.name}” keeps it, so that somebody can let others in again.")
    if not _holds(document, group):
        raise BadSharing("group", f"“{group.name}” has no grant on it.")
    remove_perm(PERMISSION, group, document)
    _log(document, f"“{group.name}” may not read it any more.", by=by, why=why, now=now)


@transaction.atomic
def change_audience(
    *, document: Document, audience: str, client: Client | None, by: User | None, confirmed: bool, why: str,
    now: datetime,
) -> None:  # fmt: skip
    """Open the document to a client, or keep it inside again; its grants begin anew with those of that audience.

    `by` None is an import, which says so in `why`. Raises PermissionDenied, BadSharing, and NeedsConfirmation before a
    client reads it for the first time.
    """
    if by is not None:
        check_may_share(by)
    document.refresh_from_db(from_queryset=Document.objects.select_for_update(of=("self",)).select_related("client"))
    _check_audience(document, audience, client)
    opens = audience == Document.Audience.CLIENT
    if opens and not confirmed:
        raise NeedsConfirmation(opening(document, client))
    _check_why(why)
    DocumentGroupObjectPermission.objects.filter(content_object=document).delete()
    document.audience, document.client = audience, client
    document.save(update_fields=["audience", "client"])
    grant_defaults(document)
    _log(document, _told(document), by=by, why=why, now=now)


def opening(document: Document, client: Client) -> Opening:
    """Who would read the document if it were opened to `client`."""
    would = Document(audience=Document.Audience.CLIENT, client=client)
    people = User.objects.filter(groups__in=default_groups(would), is_active=True).distinct().order_by("name", "pk")
    files = document.attachments.values_list("name", flat=True)
    return Opening(client, tuple(people), tuple(files))


def _locked(document: Document) -> Document:
    return Document.objects.select_for_update(of=("self",)).select_related("client").get(pk=document.pk)


def _holds(document: Document, group: Group) -> bool:
    return DocumentGroupObjectPermission.objects.filter(content_object=document, group=group).exists()


def _check_audience(document: Document, audience: str, client: Client | None) -> None:
    if document.is_generated:
        raise BadSharing("audience", "It is generated for its audience, and stays there.")
    if audience == Document.Audience.CLIENT and client is None:
        raise BadSharing("client", "Say which client is to read it.")
    if (document.audience, document.client_id) == (audience, client.pk if client else None):
        raise BadSharing("audience", "That is its audience already.")


def _check_why(why: str) -> None:
    if not why.strip():
        raise BadSharing("why", "Say why: it stands with the document for good.")
    if len(why.strip()) > LONGEST_WHY:
        raise BadSharing("why", f"Write at most {LONGEST_WHY} characters; these are {len(why.strip())}.")


def _log(document: Document, text: str, *, by: User | None, why: str, now: datetime) -> None:
    _check_why(why)
    DocumentChange.objects.create(document=document, at=now, by=by, text=text, why=why.strip())


def _told(document: Document) -> str:
    if document.is_internal:
        return "Internal from now on: no client reads it."
    return f"For {document.client} from now on: its decision makers read it."


def _not_for(document: Document, group: Group) -> str:
    if document.is_internal:
        return f"“{group.name}” is not of the provider's people: an internal document is for them alone."
    return f"“{group.name}” is not a group of {document.client}: only its own people can be let in."
