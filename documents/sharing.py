"""Who may read a document, and every change of that: grants to groups, and the audience, which asks before it opens."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from guardian.shortcuts import assign_perm, remove_perm

from accounts.models import User
from clients.models import Client
from documents.models import Document, DocumentChange, DocumentGroupObjectPermission, DocumentVersion
from documents.permissions import KEEPERS, check_may_share, default_groups, groups_that_see, may_be_granted

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
    """Who will read a document that they do not read yet, and what: its live version and its files.

    `client` is whom it will be for, or about, None for nobody in particular. `seen` says in signs what is opened to
    which client, so that what was confirmed can be told from what stands there by now.
    """

    client: Client | None
    people: tuple[User, ...]
    version: int
    attachments: tuple[str, ...]
    seen: str


class NeedsConfirmation(NotShared):
    """Others would read it than those who do; `opening` names them."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(f"{len(opening.people)} more would read it")
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
    _give(document, group, by=by, why=why, now=now)


@transaction.atomic
def revoke(*, document: Document, group: Group, by: User, why: str, now: datetime) -> None:
    """Take a group's grant away. Raises PermissionDenied, and BadSharing for managers, who must be able to share."""
    check_may_share(by)
    document = _locked(document)
    if document.is_internal and group.name in KEEPERS:
        raise BadSharing("group", f"“{group.name}” keeps it, so that somebody can let others in again.")
    if not _holds(document, group):
        raise BadSharing("group", f"“{group.name}” has no grant on it.")
    _take(document, group, by=by, why=why, now=now)


@transaction.atomic
def set_readers(*, document: Document, groups: Collection[Group], by: User | None, why: str, now: datetime) -> None:
    """Let exactly these groups have a grant on the document; `by` None is an import, which says so in `why`.

    Raises PermissionDenied, and BadSharing for a group that it is not for, or where managers would be shut out.
    """
    if by is not None:
        check_may_share(by)
    document, wanted = _locked(document), set(groups)
    _check_readers(document, wanted)
    held = set(Group.objects.filter(pk__in=document.grants.values("group")))
    for group in _by_name(held - wanted):
        _take(document, group, by=by, why=why, now=now)
    for group in _by_name(wanted - held):
        _give(document, group, by=by, why=why, now=now)


@transaction.atomic
def change_audience(
    *, document: Document, audience: str, client: Client | None, by: User | None, confirmed: bool, why: str,
    now: datetime, seen: str | None = None,
) -> None:  # fmt: skip
    """Open the document to a client, or keep it inside; its grants begin anew with those of another audience.

    An internal one may be about a `client`: then only those read it who may see that client. `by` None is an import,
    which says so in `why`. Raises PermissionDenied, BadSharing, and NeedsConfirmation before others read it than those
    who do; `seen` is what was confirmed, and anything else by now is asked about again.
    """
    if by is not None:
        check_may_share(by)
    document.refresh_from_db(from_queryset=Document.objects.select_for_update(of=("self",)).select_related("client"))
    _check_audience(document, audience, client)
    if _widens(document, audience, client):
        found = opening(document, audience, client)
        if not confirmed or seen not in (None, found.seen):
            raise NeedsConfirmation(found)
    _check_why(why)
    stays_inside = document.is_internal and audience == Document.Audience.INTERNAL
    if not stays_inside:
        DocumentGroupObjectPermission.objects.filter(content_object=document).delete()
    document.audience, document.client = audience, client
    document.save(update_fields=["audience", "client"])
    if not stays_inside:
        grant_defaults(document)
    _log(document, _told(document, stays_inside), by=by, why=why, now=now)


def opening(document: Document, audience: str, client: Client | None) -> Opening:
    """Who would read the document, and what of it, if it had this audience and client."""
    people = _readers_by_then(document, audience, client).filter(is_active=True).distinct().order_by("name", "pk")
    live = DocumentVersion.live(document)
    version = live.number or 0 if live else 0
    files = list(document.attachments.order_by("name").values_list("pk", "name"))
    signs = [audience, client.pk if client else 0, version, *sorted(pk for pk, _ in files)]
    return Opening(client, tuple(people), version, tuple(name for _, name in files), ".".join(map(str, signs)))


def _readers_by_then(document: Document, audience: str, client: Client | None) -> QuerySet[User]:
    """The client's people who would read it; of one that is inside then, ours who do not read it already."""
    if audience == Document.Audience.CLIENT:
        return User.objects.filter(groups__in=default_groups(Document(audience=audience, client=client)))
    granted = document.grants.values("group") if document.is_internal else default_groups(Document(audience=audience))
    people = User.objects.filter(groups__in=granted)
    if client is not None:
        people = people.filter(groups__in=groups_that_see(client.pk))
    return people.exclude(groups__in=groups_that_see(document.client_id))


def _widens(document: Document, audience: str, client: Client | None) -> bool:
    """Whether a client would read it, or those of ours who may not see the client that it was for or about."""
    leaves = document.client_id is not None and (client is None or client.pk != document.client_id)
    return audience == Document.Audience.CLIENT or leaves


def _locked(document: Document) -> Document:
    return Document.objects.select_for_update(of=("self",)).select_related("client").get(pk=document.pk)


def _give(document: Document, group: Group, *, by: User | None, why: str, now: datetime) -> None:
    assign_perm(PERMISSION, group, document)
    _log(document, f"“{group.name}” may read it.", by=by, why=why, now=now)


def _take(document: Document, group: Group, *, by: User | None, why: str, now: datetime) -> None:
    remove_perm(PERMISSION, group, document)
    _log(document, f"“{group.name}” may not read it any more.", by=by, why=why, now=now)


def _holds(document: Document, group: Group) -> bool:
    return DocumentGroupObjectPermission.objects.filter(content_object=document, group=group).exists()


def _check_audience(document: Document, audience: str, client: Client | None) -> None:
    if document.is_generated:
        raise BadSharing("audience", "It is generated for its audience, and stays there.")
    if audience == Document.Audience.CLIENT and client is None:
        raise BadSharing("client", "Say which client is to read it.")
    if (document.audience, document.client_id) == (audience, client.pk if client else None):
        raise BadSharing("audience", "That is its audience already.")


def _check_readers(document: Document, groups: Collection[Group]) -> None:
    for group in _by_name(groups):
        if not may_be_granted(document, group):
            raise BadSharing("group", _not_for(document, group))
    names = {group.name for group in groups}
    missing = [name for name in KEEPERS if document.is_internal and name not in names]
    if missing:
        raise BadSharing("group", f"“{missing[0]}” must be among them, so that somebody can let others in again.")


def _by_name(groups: Collection[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: group.name)


def _check_why(why: str) -> None:
    if not why.strip():
        raise BadSharing("why", "Say why: it stands with the document for good.")
    if len(why.strip()) > LONGEST_WHY:
        raise BadSharing("why", f"Write at most {LONGEST_WHY} characters; these are {len(why.strip())}.")


def _log(document: Document, text: str, *, by: User | None, why: str, now: datetime) -> None:
    _check_why(why)
    DocumentChange.objects.create(document=document, at=now, by=by, text=text, why=why.strip())


def _told(document: Document, stayed_inside: bool) -> str:
    if not document.is_internal:
        return f"For {document.client} from now on: its decision makers read it."
    about = f"About {document.client} from now on: only who may see that client reads it." if document.client else ""
    if stayed_inside:
        return about or "About no client from now on: whoever has a grant reads it."
    return " ".join(filter(None, ("Internal from now on: no client reads it.", about)))


def _not_for(document: Document, group: Group) -> str:
    if document.is_internal:
        return f"“{group.name}” is not of the provider's people: an internal document is for them alone."
    return f"“{group.name}” is not a group of {document.client}: only its own people can be let in."
