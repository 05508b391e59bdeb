"""Documents for tests: written by a manager, opened to a client, and read by each sort of person."""

from typing import Any

from django.contrib.auth.models import Group

from accounts import roles
from accounts.models import User
from clients.access import give_role
from clients.models import Client
from documents.models import Document
from documents.sharing import change_audience
from documents.writing import write
from world import World


def paper(world: World, name: str = "Restart the router", *, kind: str = "RUNBOOK", body: str = "Pull the plug.",
          **said: Any) -> Document:  # fmt: skip
    """A document that the manager has just written."""
    document = Document(name=name, kind=kind)
    write(document=document, body=body, by=world.manager, note="First", base_number=0, now=world.now, **said)
    return document


def opened(world: World, client: Client, name: str = "What we agreed", **said: Any) -> Document:
    """A document that the manager has opened to this client."""
    document = paper(world, name, **{"kind": "CONTRACT", **said})
    change_audience(
        document=document, audience="CLIENT", client=client, by=world.manager, confirmed=True, why="They asked for it",
        now=world.now,
    )  # fmt: skip
    return document


def again(world: World, document: Document, body: str, *, base: int, by: User | None = None, **said: Any) -> Any:
    """The document's next version."""
    said = {"note": "Changed", **said}
    return write(document=document, body=body, by=by or world.manager, base_number=base, now=world.now, **said)


def account_manager(world: World, client: Client) -> User:
    user = User.objects.create_user(f"am@{client.slug}.example", "a good password", name="Amy")
    give_role(user, roles.ACCOUNT_MANAGER, client)
    return user


def group(name: str) -> Group:
    return Group.objects.get_or_create(name=name)[0]


def titles(user: User) -> set[str]:
    """The names of the documents that somebody may read; roles are read anew."""
    return set(Document.objects.visible_to(User.objects.get(pk=user.pk)).values_list("name", flat=True))
