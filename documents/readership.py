"""Who can read a document, and through what: by a grant to a group, or because they may see the client it is for."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db.models import Prefetch, Q, QuerySet

from accounts import roles
from accounts.models import User
from clients.access import TEAM_PREFIX
from clients.models import Client, ClientUserObjectPermission
from documents.models import Document
from documents.permissions import KEEPERS, OF_CLIENTS, READERS, groups_that_see

PLURALS = {
    roles.TECHNICIAN: "Technicians", roles.MANAGER: "Managers", roles.ADMINISTRATOR: "Administrators",
    roles.ACCOUNT_MANAGER: "Account managers", roles.DECISION_MAKER: "Decision makers",
    roles.CLIENT_USER: "Client users", roles.PROGRAM: "Programs with a key for every client",
}  # fmt: skip
SEES_CLIENT = "view_client"


@dataclass(frozen=True, slots=True)
class Reader:
    """One way to read a document: who, through what, and the people there are; `group` where it can be taken away."""

    who: str
    through: str
    people: tuple[str, ...]
    group: Group | None = None


def readership(document: Document) -> list[Reader]:
    """Everybody who can read the document, the grants first: three queries, one more for keys of its client."""
    granted = set(document.grants.values_list("group", flat=True))
    seeing = set(groups_that_see(document.client_id)) if document.client_id else set()
    wanted = granted if document.is_internal else granted | seeing
    groups = list(_with_people(Group.objects.filter(pk__in=wanted), document, seeing))
    first = [_by_grant(group, document) for group in groups if group.pk in granted]
    if document.is_internal:
        return first
    through = f"They may see {document.client}"
    others = [_reader(group, document, through) for group in groups if group.pk not in granted]
    return [*first, *others, *_keys(document, through)]


def grantable(document: Document) -> list[Group]:
    """The groups that could be let in and are not yet."""
    if document.is_internal:
        known = Q(name__in=[*READERS, roles.ACCOUNT_MANAGER]) | Q(name__startswith=TEAM_PREFIX)
    else:
        known = Q(name__in=[f"{role} of {document.client.slug}" for role in OF_CLIENTS])
    return list(Group.objects.filter(known).exclude(pk__in=document.grants.values("group")).order_by("name"))


def words_of(group: Group, client: Client | None = None) -> str:
    """A group as people call it: "Decision makers of Acme"."""
    role, of, slug = group.name.partition(" of ")
    if role not in PLURALS:
        return group.name.capitalize()
    whom = client.name if client and client.slug == slug else slug
    return f"{PLURALS[role]} of {whom}" if of else PLURALS[role]


def _with_people(groups: QuerySet[Group], document: Document, seeing: set[int]) -> QuerySet[Group]:
    people = User.objects.filter(is_active=True).order_by("name", "email")
    if document.is_internal:
        people = people.exclude(groups__name__in=roles.OF_A_CLIENT)
    if document.is_internal and document.client_id:
        people = people.filter(groups__in=seeing).distinct()
    return groups.order_by("name").prefetch_related(Prefetch("user_set", queryset=people, to_attr="people"))


def _by_grant(group: Group, document: Document) -> Reader:
    through = "A grant on this document"
    if document.is_internal and document.client_id:
        through += f", and they may see {document.client}"
    kept = document.is_internal and group.name in KEEPERS
    return _reader(group, document, through, held=None if kept else group)


def _reader(group: Group, document: Document, through: str, *, held: Group | None = None) -> Reader:
    people = tuple(str(user) for user in group.people)
    return Reader(words_of(group, document.client), through, people, held)


def _keys(document: Document, through: str) -> Iterator[Reader]:
    held = ClientUserObjectPermission.objects.filter(
        content_object=document.client_id, permission__codename=SEES_CLIENT, user__is_active=True
    )
    for bound in held.select_related("user").order_by("user__name"):
        yield Reader(str(bound.user), through, ())
