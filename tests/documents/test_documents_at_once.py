"""Two who change the readers of a document at the same moment never leave it open to the wrong people."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from guardian.shortcuts import assign_perm

from accounts import roles
from accounts.models import User
from documents.attachments import attach
from documents.models import Document, DocumentGroupObjectPermission, Receipt
from documents.permissions import may_share, may_write, may_write_kind, sees_history
from documents.sharing import NeedsConfirmation, change_audience, opening
from documents.tasks import remind_readers
from papers import group, opened, paper

EVERY_KIND = set(Document.Kind.values)


@pytest.mark.django_db(transaction=True)
def test_a_grant_and_a_move_inside_at_once_never_leave_a_client_in(world):
    """The one holds the document open with a grant that it has not committed; the other moves it inside meanwhile."""
    document, granted, outcome = opened(world, world.acme), threading.Event(), []
    client_users = group("client user of acme")

    def move():
        granted.wait()
        try:
            with transaction.atomic():
                DocumentGroupObjectPermission.objects.filter(
                    content_object=document, group__name__startswith="decision maker"
                ).delete()
                Document.objects.filter(pk=document.pk).update(audience="INTERNAL", client=None)
            outcome.append("moved")
        except DatabaseError as error:
            outcome.append(str(error).splitlines()[0])
        finally:
            connection.close()

    mover = threading.Thread(target=move)
    mover.start()
    with transaction.atomic():
        assign_perm("view_document", client_users, document)
        granted.set()
        mover.join(timeout=0.5)
        assert mover.is_alive(), "the move waits for the grant"
    mover.join()
    assert outcome == ["a grant on this document does not fit its audience"]
    document.refresh_from_db()
    assert document.audience == "CLIENT" and document.grants.filter(group=client_users).exists()


def test_who_is_named_before_opening_are_those_who_can_sign_in_and_the_files(world):
    document = paper(world, "Plan")
    dana, gone = world.reader(world.acme), User.objects.create_user("gone@acme.example", name="Gone", is_active=False)
    gone.groups.add(group("decision maker of acme"))
    world.reader(world.acme, roles.CLIENT_USER)
    upload = SimpleUploadedFile("margin.xlsx", b"x")
    attach(document=document, file=upload, by=world.manager, now=world.now)
    would = opening(document, "CLIENT", world.acme)
    assert (would.people, would.attachments) == ((dana,), ("margin.xlsx",))


def test_an_opening_that_nobody_confirmed_changes_nothing_at_all(world):
    document = paper(world, "Plan")
    before = set(document.grants.values_list("group__name", flat=True))
    with pytest.raises(NeedsConfirmation):
        change_audience(
            document=document, audience="CLIENT", client=world.acme, by=world.manager, confirmed=False, why="x",
            now=world.now,
        )  # fmt: skip
    fresh = Document.objects.get(pk=document.pk)
    assert (fresh.audience, fresh.client) == ("INTERNAL", None)
    assert set(fresh.grants.values_list("group__name", flat=True)) == before


@pytest.mark.parametrize(
    ("role", "writes", "shares", "history"),
    [
        (roles.MANAGER, EVERY_KIND, True, True),
        (roles.ADMINISTRATOR, EVERY_KIND, True, True),
        (roles.TECHNICIAN, {"RUNBOOK"}, False, True),
        (roles.ACCOUNT_MANAGER, set(), False, False),
        (roles.DECISION_MAKER, set(), False, False),
        (roles.CLIENT_USER, set(), False, False),
        (roles.PROGRAM, set(), False, False),
    ],
)
def test_each_role_may_what_the_table_of_roles_says(world, role, writes, shares, history):
    user = world.person("somebody@msp.example", role)
    assert {kind for kind in EVERY_KIND if may_write_kind(user, kind)} == writes
    assert {kind for kind in EVERY_KIND if may_write(user, Document(kind=kind))} == writes
    read_by_a_client = {kind for kind in EVERY_KIND if may_write(user, Document(kind=kind, audience="CLIENT"))}
    assert read_by_a_client == (writes if shares else set())
    assert (may_share(user), sees_history(user)) == (shares, history)


def test_beat_finds_who_must_still_be_asked(world):
    document = paper(world)
    Document.objects.filter(pk=document.pk).update(asks_receipt=True)
    remind_readers()
    assert set(Receipt.objects.values_list("user__name", flat=True)) == {"L1", "L2", "L3", "Boss"}
    remind_readers()
    assert Receipt.objects.count() == 4
