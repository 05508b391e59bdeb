"""Who may write a document, say who reads it, and see how it came about."""

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from accounts import roles
from accounts.models import User
from clients.access import TEAM_PREFIX, group_of
from clients.models import ClientGroupObjectPermission
from documents.models import Document

# Who reads an internal document unless somebody says otherwise; account managers know their own clients only.
READERS = (roles.TECHNICIAN, roles.MANAGER, roles.ADMINISTRATOR, roles.PROGRAM)
# These cannot be shut out: somebody must be able to let others in again.
KEEPERS = (roles.MANAGER, roles.ADMINISTRATOR)
OF_CLIENTS = (roles.DECISION_MAKER, roles.CLIENT_USER)


def may_write_kind(user: User, kind: str) -> bool:
    """Managers write everything, technicians runbooks."""
    return bool(user.roles & roles.MANAGERS) or (roles.TECHNICIAN in user.roles and kind == Document.Kind.RUNBOOK)


def may_write(user: User, document: Document) -> bool:
    """Whether somebody may write, and attach files to, this document; what a client reads is for managers alone."""
    return may_write_kind(user, document.kind) and (document.is_internal or may_share(user))


def may_share(user: User) -> bool:
    """Managers say who reads a document."""
    return bool(user.roles & roles.MANAGERS)


def sees_history(user: User) -> bool:
    """Earlier versions may have been meant for others, so that only the desk reads them."""
    return bool(user.roles & roles.DESK)


def check_may_write(user: User, document: Document) -> None:
    """Raise PermissionDenied for who may not write this document as it stands."""
    if not may_write(user, document):
        raise PermissionDenied


def check_may_share(user: User) -> None:
    """Raise PermissionDenied for who may not say who reads."""
    if not may_share(user):
        raise PermissionDenied


def default_groups(document: Document) -> list[Group]:
    """The groups that read a document of its audience unless somebody says otherwise."""
    if document.is_internal:
        return [Group.objects.get_or_create(name=name)[0] for name in READERS]
    return [group_of(document.client, roles.DECISION_MAKER)]


def groups_that_see(client_id: int | None) -> QuerySet:
    """The ids of the groups whose people may see this client; none without a client."""
    held = ClientGroupObjectPermission.objects.filter(content_object=client_id, permission__codename="view_client")
    return held.values_list("group", flat=True)


def may_be_granted(document: Document, group: Group) -> bool:
    """Whether this group may ever read the document by a grant: of a client's document, only that client's people.

    The provider's people read what is a client's through that client; a client's people never read what is internal.
    """
    if document.is_internal:
        return group.name in (*READERS, roles.ACCOUNT_MANAGER) or group.name.startswith(TEAM_PREFIX)
    return group.name in [f"{role} of {document.client.slug}" for role in OF_CLIENTS]
